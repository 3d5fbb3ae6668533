"""A delivery: an event that a handler processes, with the methods that settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .outcomes import DEFAULT_WITHIN, ActionFailed, Deferred, Done

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..model import Event
    from ..models.connect.orders import ActionErrorCodeOrStr
    from .schedule import Item

__all__ = ["Delivery", "DeliverySettler"]


class DeliverySettler(Protocol):
    """DeliverySettler deliveries; implemented by the stream."""

    async def settle(self, item: Item, result: Done | Deferred | ActionFailed) -> None:
        """Store and report the result of an event, then acknowledge its message."""
        ...

    async def ignore(self, item: Item) -> None:
        """Acknowledge a fact without handling it."""
        ...

    async def retry(self, item: Item, error: BaseException | None) -> None:
        """Deliver an event again later; an error counts as a failure."""
        ...


class Delivery:
    """One delivery of an event; its message stays leased until the delivery is settled or its stream ends.

    `again`: the command was started before and has no outcome, so it may already have been carried out; treat an error
    such as "already accepted" as success. `failures`: how often its handler raised. `deliveries`: how often the broker
    delivered the message, None if the broker does not count.
    """

    __slots__ = ("_item", "_stream", "again", "deliveries", "event", "failures", "is_settled")

    def __init__(self, stream: DeliverySettler, item: Item) -> None:
        self._stream = stream
        self._item = item
        self.event: Event = item.event
        self.again: bool = item.again
        self.failures: int = item.failures
        self.deliveries: int | None = None if item.message is None else item.message.message.deliveries
        self.is_settled: bool = False

    def __repr__(self) -> str:
        return f"<Delivery {self.event.type} {self.event.id}{' again' if self.again else ''}>"

    async def done(self, then: Sequence[tuple[Any, Any]] = ()) -> None:
        """Settle the event as successful: the command was carried out, or the fact processed; `then` as in `Done`."""
        await self._settle(Done(then))

    async def failed(
        self, code: ActionErrorCodeOrStr | Sequence[tuple[ActionErrorCodeOrStr, str]], message: str = ""
    ) -> None:
        """Settle the command as failed; the arguments are those of `ActionFailed`."""
        await self._settle(ActionFailed(code, message))

    async def deferred(self, within: float = DEFAULT_WITHIN) -> None:
        """Settle the command without an outcome, which `connect.events.settle` stores later.

        If no outcome is stored within `within` seconds, the event is delivered again.
        """
        await self._settle(Deferred(within))

    async def ignored(self) -> None:
        """Acknowledge a fact without handling it; it is counted as ignored."""
        if not self.is_settled:
            await self._stream.ignore(self._item)
            self.is_settled = True

    async def retry(self, error: BaseException | None = None) -> None:
        """Deliver the event again after a pause; an error counts as a failure of the handler."""
        if not self.is_settled:
            self.is_settled = True
            await self._stream.retry(self._item, error)

    async def _settle(self, result: Done | Deferred | ActionFailed) -> None:
        if self.is_settled:
            return
        await self._stream.settle(self._item, result)
        self.is_settled = True
