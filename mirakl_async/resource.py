"""What generated resources stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .caller import Caller
    from .clock import Clock
    from .http.session import Session

__all__ = ["Resource"]


class Resource:
    """The typed methods of one part of the API, such as `front.orders`; its caller runs them."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def session(self) -> Session:
        """What its calls are sent through."""
        return self._caller.session

    @property
    def clock(self) -> Clock:
        """The client's time, for what waits between calls."""
        return self._caller.session.clock
