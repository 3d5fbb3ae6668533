"""How a typed method becomes a call: its operation and arguments are sent, and the answer is decoded.

Every resource holds a `Caller`. `RawCaller` is its twin for `client.raw_response`, which decodes nothing.
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
    from .instrumentation import Instrumentation
    from .operation import Operation
    from .options import Options

__all__ = ["Caller", "RawCaller", "decoded"]

T = TypeVar("T")


class Caller:
    """Runs operations; `arguments` are keyed by their Python names, those that are None or UNSET are not sent."""

    __slots__ = ("session",)

    def __init__(self, session: Session) -> None:
        self.session: Session = session

    async def call(self, operation: Operation[T], arguments: Mapping[str, object], options: Options) -> T:
        """Run one operation and decode its answer; a list of ids longer than one call takes becomes several calls."""
        if takes_long_lists(operation) and len(parts := split(operation, arguments)) > 1:
            return await self._call_each(operation, parts, options)
        session = self.session
        response = await session.send(session.build(operation, arguments), options)
        value: T = decoded(response, session.transport.instrumentation)
        return value

    async def _call_each(self, operation: Operation[T], parts: list[dict[str, object]], options: Options) -> T:
        """One answer from several calls, some of them under way at once."""
        session = self.session
        requests = [session.build(operation, part) for part in parts]
        ahead: Prefetcher[int, Response] = Prefetcher(lambda at: session.send(requests[at], options), DEFAULT_PREFETCH)
        values: list[Any] = []
        try:
            for at in range(len(parts)):
                await ahead.schedule(range(at, len(parts)))
                values.append(decoded(await ahead.get(at), session.transport.instrumentation))
        finally:
            await ahead.close()
        whole: T = merge(values)
        return whole

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
        """A response that is a file; nothing is sent before it is opened, saved or read."""
        return Download(self.session, self.session.build(operation, arguments), options)


class RawCaller(Caller):
    """Answers every call with the coroutine of its undecoded response."""

    __slots__ = ()

    async def call(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Any:
        """The response."""
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
        """The response with the whole file in it, within the cap on responses."""
        return self.call(operation, arguments, options)


def decoded(response: Response, instrumentation: Instrumentation) -> Any:
    """The decoded body of a success; None where the operation promises none.

    What breaks the contract is repaired and reported; raises DecodeFailed where nothing can be repaired, because the
    body is no JSON at all.
    """
    operation = response.request.operation
    if not operation.reply:
        return None
    try:
        found = codec.decode(operation.reply, response.content)
    except codec.CodecError as error:
        raise DecodeFailed(
            f"{response.status} with a body that cannot be read: {error.message}",
            response.request.context(response.attempts, response.timings),
            error.path,
        ) from error
    for repair in found.repaired:
        instrumentation.response_repaired(operation.code, repair.path, repair.reason)
    return found.value
