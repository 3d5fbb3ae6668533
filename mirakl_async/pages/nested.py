"""P11: an offset list whose pages run over the offers inside each product.

Every page of a call has the same products, each with its next offers and its own total; there is no total of the whole.
A product is an item of the first page, and again of every later page that has offers of it. If a total falls, offers
moved up: the page is read again from as many rows before, and offers that were delivered are left out. If the total
stays, a repeated offer shows that offers changed places. One page is prefetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from .cursor import MAX_MARKS, Cursor, digest
from .link import next_link
from .page import Page
from .page_reader import PageReader, rows_done
from .rows import PageRows, read_page

if TYPE_CHECKING:
    from ..http.response import Response
    from .list_requests import ListRequests
    from .read_options import ReadOptions

# Members of P11, the only operation that is paged like this.
OFFER_KEY, PRODUCT_TOTAL = "offer_id", "total_count"


class _NestedPosition(NamedTuple):
    """A page: the call it belongs to, and the offer it starts with in each product."""

    subrequest: int
    offset: int


class NestedReader(PageReader[_NestedPosition]):
    """One iteration of such a list; remembers all its offers, and the call that returned each."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions) -> None:
        super().__init__(source, start, options, 1)
        self._totals: dict[object, int] = {}
        self._count: int | None = None  # offers of the product with the most, on the page before
        self._products: set[object] = set()
        self._delivered: dict[tuple[object, object], int] = {}

    async def fetch(self, position: _NestedPosition) -> Response:
        """Request a page."""
        return await self.source.send(position.subrequest, {"max": self.options.size, "offset": position.offset})

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        if cursor.subrequest != self.subrequest:
            self.start_subrequest(cursor.subrequest)
            self._totals = {}
            self._count = None
        position, before, moved = _NestedPosition(cursor.subrequest, cursor.offset), cursor.total, False
        while True:
            rows, totals, end = await self._load(position)
            changed, fell = self._compare_totals(totals, before)
            moved = moved or changed or self._omits_product(rows, position) or self._repeats_offer(rows, position)
            self._totals |= totals
            if not fell or not position.offset:
                break
            await self.prefetcher.schedule(())
            position = position._replace(offset=max(0, position.offset - fell))
        if moved:
            self.source.report_list_change(cursor.offset, before, sum(self._totals.values()))
        return await self._deliver(cursor, position, rows, end)

    async def _load(self, position: _NestedPosition) -> tuple[PageRows, dict[object, int], int | None]:
        """A page, its totals, and the offset of the page that follows; None if it is the last.

        The server may return fewer offers a page than requested.
        """
        response = await self.prefetcher.get(position)
        rows, size = read_page(response), self.options.size
        totals, link = self._totals_of(rows), next_link(response.headers, response.request.url)
        count = max((len(self._offers(item)) for item in rows.items), default=0)
        end = position.offset + (min(count, size) or size)
        if link.offset is not None and link.offset > position.offset:
            end = min(link.offset, position.offset + size)
        more = max((self._totals | totals).values(), default=0) > end
        if not totals or len(totals) < len(rows.items):
            more = more or (link.has_next if link.has_links else count >= size or 0 < (self._count or 1) <= count)
        self._count = count
        return rows, totals, end if more else None

    def _omits_product(self, rows: PageRows, position: _NestedPosition) -> bool:
        """Whether the page leaves out a product that has offers there."""
        return any(total > position.offset for key, total in self._totals.items() if key not in rows.keys)

    def _repeats_offer(self, rows: PageRows, position: _NestedPosition) -> bool:
        """Whether an offer is repeated within one call: then another may have taken its place unnoticed."""
        return any(
            self._delivered.get((rows.keys[index], getattr(offer, OFFER_KEY, None))) == position.subrequest
            for index, item in zip(rows.indices, rows.items, strict=True)
            for offer in self._offers(item)
        )

    def _totals_of(self, rows: PageRows) -> dict[object, int]:
        keys = [rows.keys[position] for position in rows.indices]
        found = {key: getattr(item, PRODUCT_TOTAL, None) for key, item in zip(keys, rows.items, strict=True)}
        return {key: total for key, total in found.items() if isinstance(total, int)}

    def _compare_totals(self, totals: dict[object, int], before: int | None) -> tuple[bool, int]:
        """Whether the total of any product changed, and by how many offers one fell at most.

        Right after a resumption only `before`, their sum, is known.
        """
        if not self._totals:
            fell = 0 if before is None else before - sum(totals.values())
            return fell != 0, max(0, fell)
        changes = [self._totals[key] - total for key, total in totals.items() if key in self._totals]
        return any(changes), max(0, *changes, 0)

    async def _deliver(self, cursor: Cursor, position: _NestedPosition, rows: PageRows, end: int | None) -> Page[Any]:
        done = rows_done(cursor, rows.keys) if position.offset == cursor.offset else 0
        new_rows = [index for index in range(done, len(rows.keys)) if not self._drop_delivered(rows, index, position)]
        selected = self.select(rows, new_rows)
        total = sum(self._totals.values()) if self._totals else None
        following = self._following(position, total, end)
        if following is not None and self.options.limit is None and self.options.prefetch:
            await self.prefetcher.schedule([_NestedPosition(following.subrequest, following.offset)])
        return Page(
            items=selected.items,
            row_cursors=partial(_cursor_inside, replace(cursor, total=total), position, rows.keys, selected.indices),
            following=following,
            quarantined=self.source.report_repairs(rows, selected.new_rows),
        )

    def _following(self, position: _NestedPosition, total: int | None, end: int | None) -> Cursor | None:
        if end is not None:
            return replace(self.source.start(), subrequest=position.subrequest, offset=end, total=total)
        if position.subrequest + 1 < len(self.source.subrequests):
            return replace(self.source.start(), subrequest=position.subrequest + 1)
        return None

    def _drop_delivered(self, rows: PageRows, index: int, position: _NestedPosition) -> bool:
        """Remove the offers of a product that were delivered; returns whether nothing of it is left to deliver."""
        if index not in rows.indices:
            return position.offset > 0
        item, product = rows.items[rows.indices.index(index)], rows.keys[index]
        offers = self._offers(item)
        new = [offer for offer in offers if not self._was_delivered(product, offer)]
        keys = [getattr(offer, OFFER_KEY, None) for offer in new]
        self._delivered.update({(product, key): position.subrequest for key in keys if key is not None})
        if len(new) < len(offers):
            setattr(item, self.source.paging.nested, new)
        known = position.offset > 0 or (product is not None and product in self._products)
        self._products.add(product)
        return known and not new

    def _was_delivered(self, product: object, offer: Any) -> bool:
        return (product, getattr(offer, OFFER_KEY, None)) in self._delivered

    def _offers(self, item: Any) -> list[Any]:
        return getattr(item, self.source.paging.nested, None) or []


def _cursor_inside(
    cursor: Cursor, position: _NestedPosition, keys: Sequence[object], indices: Sequence[int], count: int
) -> Cursor:
    """The cursor after the first `count` items of a page: marked by the products delivered."""
    if not count:
        return cursor
    end = indices[count - 1] + 1
    marks = tuple(digest(key) for key in keys[max(0, end - MAX_MARKS) : end])
    return replace(cursor, offset=position.offset, done=end, marks=marks)
