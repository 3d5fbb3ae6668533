"""Run the calls of typed methods: send the operation with its arguments and decode the response.

Every resource has a `Caller`. `client.raw_response` uses a `RawCaller`, which does not decode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from . import codec
from .downloads import Download
from .errors import DecodeFailed
from .pages import OffsetPaginator, SeekPaginator
from .pages.prefetcher import Prefetcher
from .pages.read_options import DEFAULT_PREFETCH
from .pages.split import merge, split, takes_long_lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .http.response import Response
    from .http.session import Session
    from .operation import Operation
    from .options import Options

__all__ = ["Caller", "RawCaller", "decoded"]

T = TypeVar("T")


class Caller:
    """Runs operations; `arguments` are by their Python names, and those that are None or UNSET are not sent."""

    __slots__ = ("session",)

    def __init__(self, session: Session) -> None:
        self.session: Session = session

    async def call(self, operation: Operation[T], arguments: Mapping[str, object], options: Options) -> T:
        """Run one operation and decode its response; a list of ids that is too long for one call is split."""
        if takes_long_lists(operation) and len(parts := split(operation, arguments)) > 1:
            return await self._call_each(operation, parts, options)
        session = self.session
        response = await session.send(session.build(operation, arguments), options)
        value: T = decoded(response, session)
        return value

    async def _call_each(self, operation: Operation[T], parts: list[dict[str, object]], options: Options) -> T:
        """Run several calls, some of them concurrently, and merge their responses."""
        session = self.session
        requests = [session.build(operation, part) for part in parts]
        prefetcher: Prefetcher[int, Response] = Prefetcher(
            lambda index: session.send(requests[index], options), DEFAULT_PREFETCH
        )
        values: list[Any] = []
        try:
            for index in range(len(parts)):
                await prefetcher.schedule(range(index, len(parts)))
                values.append(decoded(await prefetcher.get(index), session))
        finally:
            await prefetcher.close()
        merged: T = merge(values)
        return merged

    def offset(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> OffsetPaginator[Any]:
        """Page through an operation by `max` and `offset`."""
        return OffsetPaginator(self.session, operation, arguments, page_size, options)

    def seek(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> SeekPaginator[Any]:
        """Page through an operation by `limit` and `page_token`."""
        return SeekPaginator(self.session, operation, arguments, page_size, options)

    def download(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Download:
        """The download of a file; nothing is sent before it is opened, saved or read."""
        return Download(self.session, self.session.build(operation, arguments), options)


class RawCaller(Caller):
    """Runs operations without decoding: every method returns a coroutine of the response."""

    __slots__ = ()

    async def call(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Any:
        """Run one operation and return its response."""
        return await self.session.send(self.session.build(operation, arguments), options)

    def offset(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> Any:
        """The response of the first page."""
        return super().offset(operation, arguments, page_size, options).first_response()

    def seek(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> Any:
        """The response of the first page."""
        return super().seek(operation, arguments, page_size, options).first_response()

    def download(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Any:
        """The response with the whole file, limited by `max_response_bytes`."""
        return self.call(operation, arguments, options)


def decoded(response: Response, session: Session) -> Any:
    """Decode the body of a success; None if the operation has no response body.

    Violations of the schema are repaired and reported; raises DecodeFailed if the body cannot be repaired, such as
    invalid JSON.
    """
    operation = response.request.operation
    if not operation.reply:
        return None
    try:
        result = codec.decode(operation.reply, response.content)
    except codec.CodecError as error:
        raise DecodeFailed(
            f"the body of the {response.status} response cannot be decoded: {error.message}",
            response.request.context(response.attempts, response.timings),
            error.path,
        ) from error
    for repair in result.repaired:
        session.transport.instrumentation.response_repaired(operation.code, repair.path, repair.reason)
    return result.value
