"""An event in the hands of its handler, and how it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .outcomes import DEFAULT_WITHIN, ActionFailed, Deferred, Done

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..model import Event
    from ..models.connect.orders import ActionErrorCodeOrStr
    from .schedule import Item

__all__ = ["Delivery", "Settles"]


class Settles(Protocol):
    """What a delivery is settled by."""

    async def settle(self, item: Item, result: Done | Deferred | ActionFailed) -> None:
        """Store, report and acknowledge."""
        ...

    async def ignore(self, item: Item) -> None:
        """Acknowledge a fact."""
        ...

    async def retry(self, item: Item, error: BaseException | None) -> None:
        """Give it again later; an error counts as a failure."""
        ...


class Delivery:
    """One event; it stays leased until it is settled, or its stream ends.

    `again` says that it was started before and has no outcome, so that what it asks for may be done already: treat
    "already accepted" as done. `deliveries` is how often its broker delivered it, None where that is not counted.
    """

    __slots__ = ("_item", "_stream", "again", "deliveries", "event", "failures", "is_settled")

    def __init__(self, stream: Settles, item: Item) -> None:
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
        """The command was carried out, or the fact taken note of; `then` as in `Done`."""
        await self._settle(Done(then))

    async def failed(
        self, code: ActionErrorCodeOrStr | Sequence[tuple[ActionErrorCodeOrStr, str]], message: str = ""
    ) -> None:
        """The command was not carried out; the arguments are those of `ActionFailed`."""
        await self._settle(ActionFailed(code, message))

    async def deferred(self, within: float = DEFAULT_WITHIN) -> None:
        """The outcome comes later, by `connect.events.settle`; after `within` seconds the event is delivered again."""
        await self._settle(Deferred(within))

    async def ignored(self) -> None:
        """A fact that is of no interest: acknowledged, and counted apart."""
        if not self.is_settled:
            await self._stream.ignore(self._item)
            self.is_settled = True

    async def retry(self, error: BaseException | None = None) -> None:
        """Deliver it again after a pause; an error counts as a failure of its handler."""
        if not self.is_settled:
            self.is_settled = True
            await self._stream.retry(self._item, error)

    async def _settle(self, result: Done | Deferred | ActionFailed) -> None:
        if self.is_settled:
            return
        await self._stream.settle(self._item, result)
        self.is_settled = True
