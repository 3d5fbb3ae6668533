"""P11: an offset list whose pages run over the offers inside each product.

Every page of a call names the same products, each with its next offers and with its own total; there is no other. A
product comes as an item of the first page, and again with the offers of every later page that has some. When a total
falls, offers moved up: the page is read again from so many rows before, and offers that were delivered are left out.
Where the total stays, an offer that comes again tells that they changed places. One page is asked for ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from .cursor import MARKS, Cursor, digest
from .link import next_link
from .page import Page
from .page_reader import PageReader, rows_done
from .rows import PageRows, read_page

if TYPE_CHECKING:
    from ..http.response import Response
    from .list_requests import ListRequests
    from .read_options import ReadOptions

# Names of P11's contract: the only operation that is paged so.
OFFER_KEY, PRODUCT_TOTAL = "offer_id", "total_count"


class _NestedPosition(NamedTuple):
    """A page: the call it belongs to, and the offer it starts with in each product."""

    leg: int
    offset: int


class NestedReader(PageReader[_NestedPosition]):
    """One reading of such a list; offers, and the call that gave each, are remembered as long as it lasts."""

    def __init__(self, source: ListRequests, start: Cursor, manner: ReadOptions) -> None:
        super().__init__(source, start, manner, 1)
        self._totals: dict[object, int] = {}
        self._count: int | None = None  # offers of the product with the most, on the page before
        self._products: set[object] = set()
        self._delivered: dict[tuple[object, object], int] = {}

    async def fetch(self, place: _NestedPosition) -> Response:
        """See Walk."""
        return await self.source.send(place.leg, {"max": self.manner.size, "offset": place.offset})

    async def page(self, cursor: Cursor) -> Page[Any]:
        """See Walk."""
        if cursor.subrequest != self.subrequest:
            self.enter(cursor.subrequest)
            self._totals = {}
            self._count = None
        place, told, moved = _NestedPosition(cursor.subrequest, cursor.offset), cursor.total, False
        while True:
            rows, totals, end = await self._see(place)
            changed, fell = self._moves(totals, told)
            moved = moved or changed or self._misses(rows, place) or self._repeats(rows, place)
            self._totals |= totals
            if not fell or not place.offset:
                break
            await self.prefetcher.schedule(())
            place = place._replace(offset=max(0, place.offset - fell))
        if moved:
            self.source.report_list_change(cursor.offset, told, sum(self._totals.values()))
        return await self._deliver(cursor, place, rows, end)

    async def _see(self, place: _NestedPosition) -> tuple[PageRows, dict[object, int], int | None]:
        """A page, the totals it tells, and the offset of the page that follows; None where none does.

        The server may give fewer offers a page than it is asked for.
        """
        reply = await self.prefetcher.get(place)
        rows, size = read_page(reply), self.manner.size
        totals, link = self._totals_of(rows), next_link(reply.headers, reply.request.url)
        count = max((len(self._offers(item)) for item in rows.items), default=0)
        end = place.offset + (min(count, size) or size)
        if link.offset is not None and link.offset > place.offset:
            end = min(link.offset, place.offset + size)
        more = max((self._totals | totals).values(), default=0) > end
        if not totals or len(totals) < len(rows.items):
            more = more or (link.more if link.found else count >= size or 0 < (self._count or 1) <= count)
        self._count = count
        return rows, totals, end if more else None

    def _misses(self, rows: PageRows, place: _NestedPosition) -> bool:
        """Whether the page leaves out a product that has offers there."""
        return any(total > place.offset for key, total in self._totals.items() if key not in rows.keys)

    def _repeats(self, rows: PageRows, place: _NestedPosition) -> bool:
        """Whether an offer comes again in one call: then another may have taken its place, unseen."""
        return any(
            self._delivered.get((rows.keys[index], getattr(offer, OFFER_KEY, None))) == place.leg
            for index, item in zip(rows.places, rows.items, strict=True)
            for offer in self._offers(item)
        )

    def _totals_of(self, rows: PageRows) -> dict[object, int]:
        keys = [rows.keys[place] for place in rows.places]
        found = {key: getattr(item, PRODUCT_TOTAL, None) for key, item in zip(keys, rows.items, strict=True)}
        return {key: total for key, total in found.items() if isinstance(total, int)}

    def _moves(self, totals: dict[object, int], told: int | None) -> tuple[bool, int]:
        """Whether any product's total changed, and by how many offers one fell at most.

        Right after a resumption only the sum `told` is known.
        """
        if not self._totals:
            fell = 0 if told is None else told - sum(totals.values())
            return fell != 0, max(0, fell)
        changes = [self._totals[key] - total for key, total in totals.items() if key in self._totals]
        return any(changes), max(0, *changes, 0)

    async def _deliver(self, cursor: Cursor, place: _NestedPosition, rows: PageRows, end: int | None) -> Page[Any]:
        done = rows_done(cursor, rows.keys) if place.offset == cursor.offset else 0
        fresh = [index for index in range(done, len(rows.keys)) if not self._is_old(rows, index, place)]
        delivery = self.choose(rows, fresh)
        total = sum(self._totals.values()) if self._totals else None
        following = self._following(place, total, end)
        if following is not None and self.manner.limit is None and self.manner.prefetch:
            await self.prefetcher.schedule([_NestedPosition(following.subrequest, following.offset)])
        return Page(
            items=delivery.items,
            row_cursors=partial(_inside, replace(cursor, total=total), place, rows.keys, delivery.places),
            following=following,
            quarantined=self.source.report_repairs(rows, delivery.fresh),
        )

    def _following(self, place: _NestedPosition, total: int | None, end: int | None) -> Cursor | None:
        if end is not None:
            return replace(self.source.start(), subrequest=place.leg, offset=end, total=total)
        if place.leg + 1 < len(self.source.subrequests):
            return replace(self.source.start(), subrequest=place.leg + 1)
        return None

    def _is_old(self, rows: PageRows, index: int, place: _NestedPosition) -> bool:
        """Leave the offers out of a product that were delivered; whether nothing is left to deliver of it."""
        if index not in rows.places:
            return place.offset > 0
        item, product = rows.items[rows.places.index(index)], rows.keys[index]
        offers = self._offers(item)
        new = [offer for offer in offers if not self._was_delivered(product, offer)]
        keys = [getattr(offer, OFFER_KEY, None) for offer in new]
        self._delivered.update({(product, key): place.leg for key in keys if key is not None})
        if len(new) < len(offers):
            setattr(item, self.source.paging.nested, new)
        known = place.offset > 0 or (product is not None and product in self._products)
        self._products.add(product)
        return known and not new

    def _was_delivered(self, product: object, offer: Any) -> bool:
        return (product, getattr(offer, OFFER_KEY, None)) in self._delivered

    def _offers(self, item: Any) -> list[Any]:
        return getattr(item, self.source.paging.nested, None) or []


def _inside(
    cursor: Cursor, place: _NestedPosition, keys: Sequence[object], places: Sequence[int], count: int
) -> Cursor:
    """The cursor after the first `count` items of a page: the products done are marked."""
    if not count:
        return cursor
    end = places[count - 1] + 1
    marks = tuple(digest(key) for key in keys[max(0, end - MARKS) : end])
    return replace(cursor, offset=place.offset, done=end, marks=marks)
