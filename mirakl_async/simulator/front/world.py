"""The state of the marketplace: a table for each list, and the changes of lists."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ..clock import Clock
from . import own_rows
from .accounting import BILLING_CYCLES, INVOICES
from .accounting_documents import AccountingDocuments
from .attachments import Conversations
from .changes import Changes
from .documents import Documents, order_document_kind, shop_document_kind
from .exports import OFFER_EXPORTS, ORDER_EXPORTS, Exports
from .imports import IMPORTS, Imports
from .list_changes import ListChanges
from .messages import MESSAGES, THREADS
from .multipart import Upload
from .offers import OFFERS
from .order_lines import OrderLines
from .orders import ORDERS
from .own_rows import Given
from .paging import Pager
from .products import PRODUCTS
from .promotions import PROMOTIONS
from .return_requests import ReturnRequests
from .returns import ITEMS_TO_RETURN, RETURN_LABELS, RETURNS
from .shipments import ITEMS_TO_SHIP, PICKLISTS, SHIPMENTS
from .tables import End, Kind, Table

__all__ = ["KINDS", "LISTS", "FrontWorld", "Oddities"]

KINDS: Sequence[Kind] = (
    ORDERS,
    MESSAGES,
    THREADS,
    PRODUCTS,
    OFFERS,
    PROMOTIONS,
    RETURNS,
    ITEMS_TO_RETURN,
    RETURN_LABELS,
    SHIPMENTS,
    ITEMS_TO_SHIP,
    PICKLISTS,
    INVOICES,
    BILLING_CYCLES,
    IMPORTS,
)
LISTS = tuple(kind.name for kind in KINDS)
USUAL_SIZE = 25
Oddities = Literal["none", "live"]
"""Whether members without a value are omitted, as in the document, or sent as null, as in live answers."""
MAX_UPLOADS = 1000


class FrontWorld:
    """The state of the marketplace.

    `rows` are the initial rows of each list, or their number; the default is `USUAL_SIZE`. `uploads` are the latest
    `MAX_UPLOADS` files that were uploaded.
    """

    def __init__(
        self,
        clock: Clock,
        rows: Mapping[str, int | Sequence[Given]] | None = None,
        *,
        seed: int = 0,
        oddities: Oddities = "none",
    ) -> None:
        own = {name: given for name, given in (rows or {}).items() if not isinstance(given, int)}
        sizes = {name: given if isinstance(given, int) else 0 for name, given in (rows or {}).items()}
        self.clock = clock
        self.oddities: Oddities = oddities
        self.tables: dict[str, Table] = {
            kind.name: Table(kind, sizes.pop(kind.name, USUAL_SIZE), clock, seed=seed, nulls=oddities == "live")
            for kind in KINDS
        }
        if sizes:
            raise ValueError(f"there is no list {', '.join(sizes)}; there are {', '.join(LISTS)}")
        self.list_changes: ListChanges = ListChanges(seed=seed)
        self.pager: Pager = Pager(self.tables, self.list_changes, seed=seed)
        self.uploads: deque[Upload] = deque(maxlen=MAX_UPLOADS)
        self.imports: Imports = Imports(self.tables["imports"], clock, self.uploads)
        self.changes: Changes = Changes(self.tables)
        self.order_lines: OrderLines = OrderLines(self.tables["orders"])
        self.return_requests: ReturnRequests = ReturnRequests(self.tables)
        self.order_documents: Documents = Documents(order_document_kind(self.tables["orders"]), clock, self.uploads)
        self.shop_documents: Documents = Documents(
            shop_document_kind(clock.time()), clock, self.uploads, live=oddities == "live"
        )
        self.accounting_documents: AccountingDocuments = AccountingDocuments(self.tables, clock)
        self.conversations: Conversations = Conversations(self.tables, clock, self.uploads)
        self.order_exports: Exports = Exports(ORDER_EXPORTS, self.tables["orders"], clock, seed=seed)
        self.offer_exports: Exports = Exports(OFFER_EXPORTS, self.tables["offers"], clock, seed=seed)
        for name, given in own.items():
            self.insert(name, given)

    def seed(self, table: str, rows: int | Sequence[Given]) -> None:
        """Replace the rows of a list with these rows, or with a number of generated rows."""
        there = self._table(table)
        there.refill(rows if isinstance(rows, int) else 0)
        if table == "imports":
            self.imports.jobs.clear()
        if not isinstance(rows, int):
            self.insert(table, rows)

    def ids(self, table: str) -> list[Any]:
        """Return the identity of each row of a list, oldest first."""
        return self._table(table).identities()

    def insert(self, table: str, rows: int | Given | Sequence[Given] = 1, where: End = "last") -> list[Any]:
        """Add rows as the newest or the oldest of a list, and return their identities.

        Rows are mappings of the members that answers have, or structs with these members, and are completed with
        generated members; a number adds generated rows. Raises InvalidRow, a ValueError, for a row that the list cannot
        hold.
        """
        there = self._table(table)
        if isinstance(rows, int):
            ranks = there.insert(rows, where)
        else:
            several = rows if isinstance(rows, Sequence) else [rows]
            ranks = [own_rows.insert(there, row, where) for row in several]
        return [there.identify(rank) for rank in ranks]

    def delete(self, table: str, *identities: Any) -> int:
        """Remove rows, given by identity or by rows that contain it, and return how many existed."""
        there = self._table(table)
        return there.delete(self._found(there, identities))

    def change(self, table: str, *identities: Any, **members: Any) -> int:
        """Update rows now, set members of them, and return how many exist.

        A row given instead of an identity sets its own members, too. Raises InvalidRow like `insert`.
        """
        there = self._table(table)
        for identity in identities:
            for rank in self._found(there, [identity]):
                row = own_rows.plain(identity) if own_rows.is_row(identity) else {}
                own_rows.change(there, rank, row | members)
        return len(self._found(there, identities))

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            raise ValueError(f"there is no list {name}; there are {', '.join(LISTS)}")
        return self.tables[name]

    def _found(self, table: Table, identities: Sequence[Any]) -> list[int]:
        found = (table.find(own_rows.identity_of(table, identity)) for identity in identities)
        return [rank for rank in found if rank is not None]

    def corrupt(self, table: str, identity: Any, members: Mapping[str, Any]) -> None:
        """Set members of one row as it is sent to any values, even to values that Mirakl never sends."""
        there = self._table(table)
        rank = there.find(str(identity))
        if rank is None:
            raise KeyError(f"{table}: there is no {identity}")
        there.corrupt(rank, dict(members))
