"""What a generated resource stands on: four verbs, answered by whichever caller it was built with.

A client answers them by sending; `client.raw_response` answers them with the undecoded response; a
test may answer with anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import Clock
    from .downloads import Download
    from .operation import Operation
    from .options import Options
    from .pages import OffsetPaginator, SeekPaginator

T = TypeVar("T")


class Caller(Protocol):
    """Runs operations; `arguments` are keyed by their Python names, those that are None or UNSET are not sent."""

    @property
    def clock(self) -> Clock:
        """Time for what waits between calls."""
        ...

    async def call(self, operation: Operation[T], arguments: Mapping[str, object], options: Options) -> T:
        """Run one operation and decode its answer."""
        ...

    def offset(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> OffsetPaginator[Any]:
        """Page through an operation by `max` and `offset`."""
        ...

    def seek(
        self, operation: Operation[Any], arguments: Mapping[str, object], page_size: int | None, options: Options
    ) -> SeekPaginator[Any]:
        """Page through an operation by `limit` and `page_token`."""
        ...

    def download(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Download:
        """Open an answer that is a file."""
        ...


class Resource:
    """The typed methods of one part of the API, such as `front.orders`."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def clock(self) -> Clock:
        """The client's time, for what waits between calls."""
        return self._caller.clock
