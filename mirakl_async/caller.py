"""Who answers a resource's calls: the live caller sends and decodes, the raw one sends and does not decode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from . import codec
from .downloads import Download
from .errors import DecodeFailed
from .instrumentation import Instrumentation, ResponseRepaired
from .pages import OffsetPaginator, SeekPaginator
from .pages.prefetcher import Prefetcher
from .pages.read_options import DEFAULT_PREFETCH
from .pages.split import merge, split, takes_long_lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import Clock
    from .http.response import Response
    from .http.session import Runner
    from .operation import Operation
    from .options import Options

T = TypeVar("T")


def value_of(reply: Response, client: Runner) -> Any:
    """The decoded body of a successful reply; None where the operation promises none.

    What the server promised and did not keep is mended and reported; raises DecodeFailed where there is nothing to
    mend, because the body is no JSON at all.
    """
    operation = reply.request.operation
    if not operation.reply:
        return None
    try:
        decoded = codec.decode(operation.reply, reply.content)
    except codec.CodecError as error:
        raise DecodeFailed(
            f"{reply.status} with a body that cannot be read: {error.message}",
            reply.request.context(reply.attempts, reply.timings),
            error.path,
        ) from error
    for mend in decoded.repaired:
        report(client.transport.instrumentation, operation, mend)
    return decoded.value


def report(watch: Instrumentation, operation: Operation[Any], mend: codec.Repair) -> None:
    """Count and tell a broken promise."""
    watch.counters.repaired += 1
    if watch.watched:
        watch.emit(ResponseRepaired(operation=operation.code, path=mend.path, reason=mend.reason))


class LiveCaller:
    """Runs a resource's operations on a client."""

    __slots__ = ("_client",)

    def __init__(self, client: Runner) -> None:
        self._client = client

    @property
    def clock(self) -> Clock:
        """See Caller."""
        return self._client.transport.clock

    async def call(self, operation: Operation[T], arguments: Mapping[str, object], options: Options) -> T:
        """See Caller."""
        if takes_long_lists(operation) and len(parts := split(operation, arguments)) > 1:
            return await self._call_each(operation, parts, options)
        reply = await self._client.run(operation, arguments, options)
        value: T = value_of(reply, self._client)
        return value

    async def _call_each(self, operation: Operation[T], parts: list[dict[str, object]], options: Options) -> T:
        """One answer from several calls, some of them under way at once."""
        ahead: Prefetcher[int, Response] = Prefetcher(
            lambda at: self._client.run(operation, parts[at], options), DEFAULT_PREFETCH
        )
        values: list[Any] = []
        try:
            for at in range(len(parts)):
                await ahead.schedule(range(at, len(parts)))
                values.append(value_of(await ahead.get(at), self._client))
        finally:
            await ahead.close()
        whole: T = merge(values)
        return whole

    def offset(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> OffsetPaginator[Any]:
        """See Caller."""
        return OffsetPaginator(self._client, operation, arguments, page_size, options)

    def seek(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> SeekPaginator[Any]:
        """See Caller."""
        return SeekPaginator(self._client, operation, arguments, page_size, options)

    def download(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Download:
        """See Caller."""
        return Download(self._client, operation, arguments, options)


class RawCaller:
    """Answers every call with the coroutine of its undecoded reply; `Client.raw` awaits it."""

    __slots__ = ("_client",)

    def __init__(self, client: Runner) -> None:
        self._client = client

    @property
    def clock(self) -> Clock:
        """See Caller."""
        return self._client.transport.clock

    async def call(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Any:
        """The reply."""
        return await self._client.run(operation, arguments, options)

    def offset(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> Any:
        """The reply of the first page."""
        paginator: OffsetPaginator[Any] = OffsetPaginator(self._client, operation, arguments, page_size, options)
        return paginator.first_response()

    def seek(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> Any:
        """The reply of the first page."""
        paginator: SeekPaginator[Any] = SeekPaginator(self._client, operation, arguments, page_size, options)
        return paginator.first_response()

    def download(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Any:
        """The reply with the whole file in it, within the cap on replies."""
        return self._client.run(operation, arguments, options)
