"""Prices and stock that were overtaken: the newest `time` counts for each part of an offer, and not for the event.

An event says what becomes of the standard price, the discount, the inventory, the stock, and the same of sub-channels;
a part whose action is IGNORE is not in it. Events are delivered in any order, so an older one may bring the newest
stock, and prices that are outdated.

What was seen is forgotten with the process, and beyond MAX_OFFERS offers: this saves work, and guarantees nothing. The
guarantee is the shop's own `UPDATE ... WHERE changed_at <= time`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..models.connect_events import ActionType, OfferUpsert, PriceStockUpsert, ProductUpsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..model import Event

__all__ = ["OFFER_EVENTS", "NewestParts", "Offer", "PartName", "offer_of", "set_parts"]

MAX_OFFERS = 20_000
Offer: TypeAlias = tuple[str | None, str | None, str | None]
PartName: TypeAlias = str | tuple[str | None, str]
OFFER_EVENTS = (PriceStockUpsert, OfferUpsert, ProductUpsert)
_PARTS = ("standard_price", "discount_price", "inventory", "stock")
_IGNORE = ActionType.IGNORE


class NewestParts:
    """The newest `time` of each part of the offers that were handled last."""

    __slots__ = ("_max_offers", "_seen")

    def __init__(self, max_offers: int = MAX_OFFERS) -> None:
        self._seen: dict[Offer, dict[PartName, dt.datetime]] = {}
        self._max_offers = max_offers

    def is_outdated(self, event: Event) -> bool:
        """Whether every part that the event sets was overtaken; otherwise those that were become IGNORE in it."""
        if not isinstance(event, OFFER_EVENTS) or (seen := self._seen.get(offer_of(event))) is None:
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
        """Remember the parts that this event has set."""
        time: Any = event.time
        if not isinstance(event, OFFER_EVENTS) or time is None:
            return
        offer = offer_of(event)
        seen = self._seen.pop(offer, None) or {}
        for name, _, _ in set_parts(event):
            newest = seen.get(name)
            if newest is None or newest < time:
                seen[name] = time
        self._seen[offer] = seen  # the last one in the dict is the last one that was handled
        if len(self._seen) > self._max_offers:
            del self._seen[next(iter(self._seen))]


def offer_of(event: Any) -> Offer:
    """What identifies the offer that an event is about."""
    data = event.data
    return data.channel_id, data.store_id, data.product_id


def set_parts(event: Any) -> Iterator[tuple[PartName, Any, str]]:
    """The parts that an event sets, each by its name, and as a member of the struct that has it.

    What an event has beside prices and stock counts as one more part, since it changes the offer or product as a whole;
    that one is never shown as IGNORE, and its member is empty.
    """
    data = event.data
    for member in _PARTS:
        if _is_set(getattr(data, member)):
            yield member, data, member
    if isinstance(event, PriceStockUpsert):
        if data.offer_attributes:
            yield "offer_attributes", data, "offer_attributes"
        yield from _of_sub_channel(data.sub_channel, ("standard_price", "discount_price", "stock"))
        return
    for price in getattr(data, "sub_channel_prices", None) or ():
        yield from _of_sub_channel(price, ("standard_price", "discount_price"))
    yield "product" if isinstance(event, ProductUpsert) else "offer", None, ""


def _of_sub_channel(found: Any, members: tuple[str, ...]) -> Iterator[tuple[PartName, Any, str]]:
    if found is not None:
        for member in members:
            if _is_set(getattr(found, member)):
                yield (found.code, member), found, member


def _is_set(part: Any) -> bool:
    return part is not None and part.action_type != _IGNORE
