"""Detects outdated prices and stock: the newest `time` is tracked for each part of an offer, not for each event.

An event sets some of these parts: standard price, discount price, inventory, stock, and the same of sub-channels. A
part whose action is IGNORE is not set. Events are delivered in any order, so an older event may contain the newest
stock together with outdated prices.

The times are held in memory, for the last MAX_OFFERS offers. This saves work but guarantees nothing: the guarantee is
the shop's own `UPDATE ... WHERE changed_at <= time`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..models.connect_events import ActionType, OfferUpsert, PriceStockUpsert, ProductUpsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..model import Event

__all__ = ["OFFER_EVENTS", "NewestParts", "Offer", "PartName", "offer_key", "set_parts"]

MAX_OFFERS = 20_000
Offer: TypeAlias = tuple[str | None, str | None, str | None]
PartName: TypeAlias = str | tuple[str | None, str]
OFFER_EVENTS = (PriceStockUpsert, OfferUpsert, ProductUpsert)
_PARTS = ("standard_price", "discount_price", "inventory", "stock")
_IGNORE = ActionType.IGNORE


class NewestParts:
    """The newest `time` of each part of the offers that were handled most recently."""

    __slots__ = ("_max_offers", "_newest")

    def __init__(self, max_offers: int = MAX_OFFERS) -> None:
        self._newest: dict[Offer, dict[PartName, dt.datetime]] = {}
        self._max_offers = max_offers

    def is_outdated(self, event: Event) -> bool:
        """Return whether a newer event has set every part that this event sets.

        If only some parts are outdated, set their action to IGNORE in the event.
        """
        if not isinstance(event, OFFER_EVENTS) or (seen := self._newest.get(offer_key(event))) is None:
            return False
        time: Any = event.time
        if time is None:
            return False
        current, outdated = 0, list[tuple[Any, str]]()
        for name, owner, member in set_parts(event):
            newest = seen.get(name)
            if newest is None or newest <= time:
                current += 1
            else:
                outdated.append((owner, member))
        if outdated and not current:
            return True
        for owner, member in outdated:
            part = getattr(owner, member)
            setattr(owner, member, [] if isinstance(part, list) else type(part)(action_type=_IGNORE))
        return False

    def handled(self, event: Event) -> None:
        """Record the time of the parts that this event has set."""
        time: Any = event.time
        if not isinstance(event, OFFER_EVENTS) or time is None:
            return
        offer = offer_key(event)
        seen = self._newest.pop(offer, None) or {}
        for name, _, _ in set_parts(event):
            newest = seen.get(name)
            if newest is None or newest < time:
                seen[name] = time
        self._newest[offer] = seen  # the dict is ordered by when an offer was last handled
        if len(self._newest) > self._max_offers:
            del self._newest[next(iter(self._newest))]


def offer_key(event: Any) -> Offer:
    """Return the key of the offer that an event is about."""
    data = event.data
    return data.channel_id, data.store_id, data.product_id


def set_parts(event: Any) -> Iterator[tuple[PartName, Any, str]]:
    """Iterate over the parts that an event sets: name, struct that holds the part, and member of that struct.

    Everything other than prices and stock counts as one more part, because it changes the offer or product as a whole.
    That part cannot be set to IGNORE, so its member is empty.
    """
    data = event.data
    for member in _PARTS:
        if _is_set(getattr(data, member)):
            yield member, data, member
    if isinstance(event, PriceStockUpsert):
        if data.offer_attributes:
            yield "offer_attributes", data, "offer_attributes"
        yield from _sub_channel_parts(data.sub_channel, ("standard_price", "discount_price", "stock"))
        return
    for price in getattr(data, "sub_channel_prices", None) or ():
        yield from _sub_channel_parts(price, ("standard_price", "discount_price"))
    yield "product" if isinstance(event, ProductUpsert) else "offer", None, ""


def _sub_channel_parts(found: Any, members: tuple[str, ...]) -> Iterator[tuple[PartName, Any, str]]:
    if found is not None:
        for member in members:
            if _is_set(getattr(found, member)):
                yield (found.code, member), found, member


def _is_set(part: Any) -> bool:
    return part is not None and part.action_type != _IGNORE
