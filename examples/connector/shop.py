"""The shop: a SQLite database that knows nothing of Mirakl's queues, only what an order looks like in Connect.

Every change is one transaction that may be repeated: a command that comes again finds its work done.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from msgspec import UNSET

from mirakl_async.models.connect import (
    FulfillmentRequest,
    Money,
    OrderLineRequest,
    OrderRequest,
    ProductRequest,
    ShippingInfoRequest,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, product_id TEXT NOT NULL, quantity INTEGER NOT NULL, price TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'AWAITING_ACCEPTANCE', reason TEXT, carrier TEXT, action_id TEXT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, enqueued_at INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS refunds (action_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, amount TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (action_id TEXT PRIMARY KEY, order_id TEXT, name TEXT, content BLOB);
CREATE TABLE IF NOT EXISTS offers (product_id TEXT PRIMARY KEY, price TEXT, price_changed_at TEXT NOT NULL DEFAULT '',
    stock INTEGER, stock_changed_at TEXT NOT NULL DEFAULT '');
"""


class Shop:
    """The shop's own functions; each opens the file itself, since handlers call them from several threads."""

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        with self._transaction() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=60)
        try:
            with db:
                yield db
        finally:
            db.close()

    def buy(self, order_id: str, product_id: str, quantity: int, price: Decimal) -> None:
        """A customer buys; prices are per line."""
        now = time.time_ns() // 1_000_000
        with self._transaction() as db:
            db.execute(
                "INSERT INTO orders (id, product_id, quantity, price, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (order_id, product_id, quantity, str(price), now, now),
            )

    def move(
        self, order_id: str, action_id: str, before: str, after: str, *, reason: str | None = None, carrier: str = ""
    ) -> bool:
        """Change the status of an order; False unless it has the status before, or this action changed it already.

        Connect keeps the newest `updated_at`, so it grows with each change, whatever the clock does.
        """
        with self._transaction() as db:
            now = time.time_ns() // 1_000_000
            changed = db.execute(
                "UPDATE orders SET status = ?, reason = ?, carrier = coalesce(nullif(?, ''), carrier), action_id = ?, "
                "updated_at = max(updated_at + 1, ?) WHERE id = ? AND status = ?",
                (after, reason, carrier, action_id, now, order_id, before),
            ).rowcount
            done = "SELECT 1 FROM orders WHERE id = ? AND action_id = ?"
            return bool(changed or db.execute(done, (order_id, action_id)).fetchall())

    def refund(self, action_id: str, order_id: str, amount: Decimal) -> None:
        """Pay money back, once for each action."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO refunds VALUES (?, ?, ?)", (action_id, order_id, str(amount)))

    def keep_document(self, action_id: str, order_id: str, name: str, content: bytes) -> None:
        """Store a document of an order."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", (action_id, order_id, name, content))

    def set_offer(self, product_id: str, column: str, value: Decimal | int | None, at: datetime) -> None:
        """Change the `price` or the `stock` of a product, unless a newer event changed it already."""
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO offers (product_id) VALUES (?)", (product_id,))
            db.execute(
                f"UPDATE offers SET {column} = ?, {column}_changed_at = ? "  # noqa: S608 - price or stock
                f"WHERE product_id = ? AND {column}_changed_at <= ?",
                (None if value is None else str(value), moment, product_id, moment),
            )

    def order(self, order_id: str) -> OrderRequest | None:
        """One order as Connect takes it."""
        return next(iter(self._orders("id = ?", order_id)), None)

    def changed_orders(self, limit: int = 100) -> list[OrderRequest]:
        """Orders whose latest change was not enqueued yet."""
        return self._orders("enqueued_at < updated_at LIMIT ?", limit)

    def mark_enqueued(self, orders: Sequence[OrderRequest]) -> None:
        """These versions are durable in the queue; an order that changed meanwhile stays marked as changed."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE orders SET enqueued_at = max(enqueued_at, ?) WHERE id = ?",
                [(round(one.channel_updated_at.timestamp() * 1000), one.channel_order_id) for one in orders],
            )

    def _orders(self, where: str, value: object) -> list[OrderRequest]:
        with self._transaction() as db:
            db.row_factory = sqlite3.Row
            rows = db.execute(f"SELECT * FROM orders WHERE {where}", (value,)).fetchall()  # noqa: S608 - ours
        return [as_order(row) for row in rows]


def as_order(row: sqlite3.Row) -> OrderRequest:
    """A row of the shop, one line an order, in the members of Connect."""
    created, updated = (datetime.fromtimestamp(row[name] / 1000, UTC) for name in ("created_at", "updated_at"))
    status, reason = row["status"], row["reason"] or UNSET
    line = OrderLineRequest(
        channel_order_line_id=f"{row['id']}-1",
        created_at=created,
        updated_at=updated,
        quantity=row["quantity"],
        can_cancel=status == "AWAITING_SHIPMENT",
        can_refund=status == "SHIPPED",
        price=Money(amount=Decimal(row["price"]), currency="EUR"),
        total_shipping_price=Money(amount=Decimal(0), currency="EUR"),
        product=ProductRequest(id=row["product_id"], title=row["product_id"]),
        status=status,
        status_reason=reason,
    )
    return OrderRequest(
        channel_order_id=row["id"],
        channel_updated_at=updated,
        created_at=created,
        status=status,
        status_reason=reason,
        shipping_info=ShippingInfoRequest(carrier=row["carrier"] or UNSET),
        fulfillment=FulfillmentRequest(type="FULFILLED_BY_SELLER"),
        order_lines=[line],
    )
