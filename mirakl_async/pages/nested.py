"""P11: an offset list whose pages run over the offers inside each product.

Every page of a call has the same products, each with its next offers and its own total; there is no total of the whole.
A product is an item of the first page, and again of every later page that has offers of it. If a total falls, offers
moved up: the page is read again from as many rows before, and offers that were delivered are left out. If the total
stays, a repeated offer shows that offers changed places. One page is prefetched.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from .cursor import Cursor
from .link import next_link
from .page import Page
from .page_reader import PageReader, cursor_within, rows_done
from .rows import read_page

if TYPE_CHECKING:
    from ..codec import PageRows
    from ..http.response import Response
    from .list_requests import ListRequests
    from .read_options import ReadOptions

__all__ = ["NestedReader"]

# Members of P11, the only operation that is paged like this.
OFFER_KEY, PRODUCT_TOTAL = "offer_id", "total_count"


class NestedReader(PageReader):
    """One iteration of such a list; remembers all its offers, and the call that returned each."""

    def __init__(self, source: ListRequests, start: Cursor, options: ReadOptions) -> None:
        super().__init__(source, start, options, 1)
        self._totals: dict[object, int] = {}
        self._count: int | None = None  # offers of the product with the most, on the page before
        self._products: set[object] = set()
        self._delivered: dict[tuple[object, object], int] = {}

    async def page(self, cursor: Cursor) -> Page[Any]:
        """The page at a cursor."""
        if cursor.subrequest != self.subrequest:
            self.start_subrequest(cursor.subrequest)
            self._totals = {}
            self._count = None
        offset, moved = cursor.offset, False
        while True:
            response = await self.prefetcher.get(self._url(cursor.subrequest, offset))
            rows = read_page(response)
            totals = self._totals_of(rows)
            end = self._end_of(response, offset, rows, totals)
            changed, fell = self._compare_totals(totals, cursor.total)
            moved = moved or changed or self._omits_product(rows, offset) or self._repeats_offer(rows)
            self._totals |= totals
            if not fell or not offset:
                break
            await self.prefetcher.schedule(())
            offset = max(0, offset - fell)
        if moved:
            self.source.report_list_change(cursor.offset, cursor.total, sum(self._totals.values()))
        page = self._deliver(cursor, offset, rows, end)
        if page.following is not None and self.options.limit is None and self.options.prefetch:
            await self.prefetcher.schedule([self._url(page.following.subrequest, page.following.offset)])
        return page

    def _end_of(self, response: Response, offset: int, rows: PageRows, totals: dict[object, int]) -> int | None:
        """The offset of the page that follows; None if this one is the last.

        The server may return fewer offers a page than requested.
        """
        size, link = self.options.size, next_link(response.headers, response.request.url)
        count = max((len(self._offers(item)) for item in rows.items), default=0)
        end = offset + (min(count, size) or size)
        if link.offset is not None and link.offset > offset:
            end = min(link.offset, offset + size)
        more = max((self._totals | totals).values(), default=0) > end
        if not totals or len(totals) < len(rows.items):
            more = more or (link.has_next if link.has_links else count >= size or 0 < (self._count or 1) <= count)
        self._count = count
        return end if more else None

    def _omits_product(self, rows: PageRows, offset: int) -> bool:
        """Whether the page leaves out a product that has offers there."""
        return any(total > offset for key, total in self._totals.items() if key not in rows.keys)

    def _repeats_offer(self, rows: PageRows) -> bool:
        """Whether an offer is repeated within one call: then another may have taken its place unnoticed."""
        return any(
            self._delivered.get((rows.keys[index], getattr(offer, OFFER_KEY, None))) == self.subrequest
            for index, item in zip(rows.indices, rows.items, strict=True)
            for offer in self._offers(item)
        )

    def _totals_of(self, rows: PageRows) -> dict[object, int]:
        keys = [rows.keys[index] for index in rows.indices]
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

    def _deliver(self, cursor: Cursor, offset: int, rows: PageRows, end: int | None) -> Page[Any]:
        done = rows_done(cursor, rows.keys) if offset == cursor.offset else 0
        selected = self.select(
            rows, [at for at in range(done, len(rows.keys)) if not self._drop_delivered(rows, at, offset)]
        )
        total = sum(self._totals.values()) if self._totals else None
        if end is None:
            following = self.next_subrequest()
        else:
            following = replace(self.source.start, subrequest=self.subrequest, offset=end, total=total)
        return Page(
            items=selected.items,
            row_cursors=partial(cursor_within, replace(cursor, total=total), offset, selected),
            following=following,
            quarantined=selected.quarantined,
        )

    def _drop_delivered(self, rows: PageRows, index: int, offset: int) -> bool:
        """Remove the offers of a product that were delivered; returns whether nothing of it is left to deliver."""
        if index not in rows.indices:
            return offset > 0
        item, product = rows.items[rows.indices.index(index)], rows.keys[index]
        offers = self._offers(item)
        new = [offer for offer in offers if not self._was_delivered(product, offer)]
        keys = [getattr(offer, OFFER_KEY, None) for offer in new]
        self._delivered.update({(product, key): self.subrequest for key in keys if key is not None})
        if len(new) < len(offers):
            setattr(item, self.source.paging.nested, new)
        known = offset > 0 or (product is not None and product in self._products)
        self._products.add(product)
        return known and not new

    def _was_delivered(self, product: object, offer: Any) -> bool:
        return (product, getattr(offer, OFFER_KEY, None)) in self._delivered

    def _offers(self, item: Any) -> list[Any]:
        return getattr(item, self.source.paging.nested, None) or []

    def _url(self, subrequest: int, offset: int) -> str:
        return self.source.page_url(subrequest, self.options.size, offset=offset)
