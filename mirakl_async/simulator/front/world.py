"""The marketplace's state: a table for each list, and what moves them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ..clock import Clock
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
from .paging import Pager
from .products import PRODUCTS
from .promotions import PROMOTIONS
from .return_requests import ReturnRequests
from .returns import ITEMS_TO_RETURN, RETURN_LABELS, RETURNS
from .shipments import ITEMS_TO_SHIP, PICKLISTS, SHIPMENTS
from .tables import End, Kind, Table

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
"""Whether members without a value are left out, as the document has it, or sent as null, as live answers do."""
MOST_UPLOADS = 1000


class FrontWorld:
    """`sizes` says how many rows each list begins with, `USUAL_SIZE` where it says nothing.

    `uploads` is what was sent as files, the latest `MOST_UPLOADS` of them.
    """

    def __init__(
        self, clock: Clock, sizes: Mapping[str, int] | None = None, *, seed: int = 0, oddities: Oddities = "none"
    ) -> None:
        sizes = dict(sizes or {})
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
        self.uploads: deque[Upload] = deque(maxlen=MOST_UPLOADS)
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

    def seed(self, table: str, rows: int) -> None:
        """Refill a list with `rows` new rows."""
        self.tables[table].refill(rows)
        if table == "imports":
            self.imports.jobs.clear()

    def ids(self, table: str) -> list[Any]:
        """Return what identifies each row of a list, oldest first."""
        return self.tables[table].identities()

    def insert(self, table: str, rows: int = 1, where: End = "last") -> list[Any]:
        """Add rows as the newest or the oldest of a list; return what identifies them."""
        there = self.tables[table]
        return [there.kind.identify(rank) for rank in there.insert(rows, where)]

    def delete(self, table: str, *identities: Any) -> int:
        """Remove rows; return how many of them were there."""
        there = self.tables[table]
        return there.delete([rank for identity in identities if (rank := there.find(str(identity))) is not None])

    def change(self, table: str, *identities: Any, **head: Any) -> int:
        """Let rows be updated now, with members of their heads set; return how many of them are there."""
        there = self.tables[table]
        ranks = [rank for identity in identities if (rank := there.find(str(identity))) is not None]
        for rank in ranks:
            there.touch(rank, **head)
        return len(ranks)

    def corrupt(self, table: str, identity: Any, members: Mapping[str, Any]) -> None:
        """Set members of one row as it is sent, to anything, even to what no Mirakl would send."""
        there = self.tables[table]
        rank = there.find(str(identity))
        if rank is None:
            raise KeyError(f"{table}: there is no {identity}")
        there.corrupt(rank, dict(members))
