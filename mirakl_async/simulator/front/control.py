"""Marketplace's part of the control plane from its other end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import Struct, json

from .exports import ExportPlan
from .imports import ImportPlan
from .list_changes import ListChange
from .multipart import Upload
from .own_rows import Given, is_row, plain
from .tables import End

__all__ = ["Change", "Corruption", "FrontControl", "FrontState", "Ids", "Insert", "Send"]

T = TypeVar("T")
Send = Callable[..., Awaitable[bytes]]


class FrontState(Struct):
    """What a marketplace has come to.

    `rows` of each list; `moved` by changes, by kind; `ignored` parameters of the query that had no effect, by operation
    and name; imports and exports that were asked for, by their state; files that were `uploaded`.
    """

    rows: dict[str, int]
    moved: dict[str, int]
    ignored: dict[str, int]
    imports: dict[str, int]
    order_exports: dict[str, int]
    offer_exports: dict[str, int]
    uploaded: int


class Insert(Struct):
    """How many rows to add, or these, as the newest or the oldest of a list."""

    rows: int | list[dict[str, Any]] = 1
    where: End = "last"


class Ids(Struct):
    """What identifies rows, or rows that hold it."""

    ids: list[str | dict[str, Any]]


class Change(Struct):
    """Members that rows are given."""

    ids: list[str | dict[str, Any]]
    members: dict[str, Any] = {}


class Corruption(Struct):
    """Members of a row as it is sent."""

    id: str
    members: dict[str, Any]


class FrontControl:
    """A marketplace seen from outside: what `Control.front` is. The methods are those of `FrontWorld`."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def state(self) -> FrontState:
        """Return the number of rows of each list, and what moved."""
        return await self._ask("GET", "", type_=FrontState)

    async def ids(self, table: str) -> list[Any]:
        """Return what identifies each row of a list, oldest first."""
        return await self._ask("GET", f"/{table}/ids", type_=list[Any])

    async def seed(self, table: str, rows: int | Sequence[Given]) -> None:
        """Refill a list with these rows, or with a number of made-up ones."""
        await self._do("POST", f"/{table}/seed", Insert(_plain(rows)))

    async def insert(self, table: str, rows: int | Given | Sequence[Given] = 1, where: End = "last") -> list[Any]:
        """Add rows, given or a number of made-up ones, as the newest or the oldest; return what identifies them."""
        return await self._ask("POST", f"/{table}/insert", Insert(_plain(rows), where), type_=list[Any])

    async def delete(self, table: str, *ids: Any) -> int:
        """Remove rows, by what identifies them or by rows that hold it; return how many of them were there."""
        return await self._ask("POST", f"/{table}/delete", Ids([_identity(one) for one in ids]), type_=int)

    async def change(self, table: str, *ids: Any, **members: Any) -> int:
        """Let rows be updated now, and set members of them; return how many of them are there."""
        wanted = Change([_identity(one) for one in ids], plain(members))
        return await self._ask("POST", f"/{table}/change", wanted, type_=int)

    async def corrupt(self, table: str, identity: Any, members: Mapping[str, Any]) -> None:
        """Set members of one row as it is sent, to anything, even to what no Mirakl would send."""
        await self._do("POST", f"/{table}/corrupt", Corruption(str(identity), dict(members)))

    async def add_list_changes(self, *changes: ListChange) -> None:
        """Let lists move while they are read."""
        await self._do("POST", "/list_changes", changes)

    async def clear_list_changes(self) -> None:
        """Let the lists stand still from now on."""
        await self._do("DELETE", "/list_changes")

    async def plan_imports(self, *plans: ImportPlan) -> None:
        """Let the next imports end as planned, one plan each."""
        await self._do("POST", "/imports/plans", plans)

    async def plan_order_exports(self, *plans: ExportPlan) -> None:
        """Let the next exports of orders end as planned, one plan each."""
        await self._do("POST", "/exports/orders/plans", plans)

    async def plan_offer_exports(self, *plans: ExportPlan) -> None:
        """Let the next exports of offers end as planned, one plan each."""
        await self._do("POST", "/exports/offers/plans", plans)

    async def uploads(self) -> list[Upload]:
        """Return what was sent as files, oldest first."""
        return await self._ask("GET", "/uploads", type_=list[Upload])

    async def _ask(self, method: Literal["GET", "POST"], path: str, value: object = None, *, type_: type[T]) -> T:
        return json.decode(await self._send(method, f"/front{path}", value), type=type_)

    async def _do(self, method: Literal["POST", "DELETE"], path: str, value: object = None) -> None:
        await self._send(method, f"/front{path}", value)


def _identity(one: object) -> str | dict[str, Any]:
    return plain(one) if is_row(one) else str(one)


def _plain(rows: int | Given | Sequence[Given]) -> int | list[dict[str, Any]]:
    return rows if isinstance(rows, int) else [plain(row) for row in (rows if isinstance(rows, Sequence) else [rows])]
