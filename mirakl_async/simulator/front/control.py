"""The Marketplace part of the client for the control plane."""

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
    """The state of a marketplace.

    `rows` counts the rows of each list, and `moved` the changes of lists by kind. `ignored` counts query parameters
    that had no effect, by operation and name. Imports and exports are counted by state. `uploaded` counts the files
    uploaded.
    """

    rows: dict[str, int]
    moved: dict[str, int]
    ignored: dict[str, int]
    imports: dict[str, int]
    order_exports: dict[str, int]
    offer_exports: dict[str, int]
    uploaded: int


class Insert(Struct, forbid_unknown_fields=True):
    """The number of generated rows to add, or the rows themselves, as the newest or the oldest of a list."""

    rows: int | list[dict[str, Any]] = 1
    where: End = "last"


class Ids(Struct, forbid_unknown_fields=True):
    """The identities of rows, or rows that contain them."""

    ids: list[str | dict[str, Any]]


class Change(Struct, forbid_unknown_fields=True):
    """The new values of rows' members."""

    ids: list[str | dict[str, Any]]
    members: dict[str, Any] = {}


class Corruption(Struct, forbid_unknown_fields=True):
    """The members of a row as it is sent."""

    id: str
    members: dict[str, Any]


class FrontControl:
    """A marketplace in another process: `Control.front`. The methods are those of `FrontWorld`."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def state(self) -> FrontState:
        """Return the number of rows of each list and the counts of changes."""
        return await self._ask("GET", "", type_=FrontState)

    async def ids(self, table: str) -> list[Any]:
        """Return the identity of each row of a list, oldest first."""
        return await self._ask("GET", f"/{table}/ids", type_=list[Any])

    async def seed(self, table: str, rows: int | Sequence[Given]) -> None:
        """Replace the rows of a list with these rows, or with a number of generated rows."""
        await self._do("POST", f"/{table}/seed", Insert(_plain(rows)))

    async def insert(self, table: str, rows: int | Given | Sequence[Given] = 1, where: End = "last") -> list[Any]:
        """Add rows as the newest or the oldest, given or a number of generated ones; return their identities."""
        return await self._ask("POST", f"/{table}/insert", Insert(_plain(rows), where), type_=list[Any])

    async def delete(self, table: str, *ids: Any) -> int:
        """Remove rows, given by identity or by rows that contain it; return how many existed."""
        return await self._ask("POST", f"/{table}/delete", Ids([_identity(one) for one in ids]), type_=int)

    async def change(self, table: str, *ids: Any, **members: Any) -> int:
        """Update rows now, and set members of them; return how many exist."""
        wanted = Change([_identity(one) for one in ids], plain(members))
        return await self._ask("POST", f"/{table}/change", wanted, type_=int)

    async def corrupt(self, table: str, identity: Any, members: Mapping[str, Any]) -> None:
        """Set members of one row as it is sent to any values, even to values that Mirakl never sends."""
        await self._do("POST", f"/{table}/corrupt", Corruption(str(identity), dict(members)))

    async def add_list_changes(self, *changes: ListChange) -> None:
        """Add changes that happen to lists while they are read."""
        await self._do("POST", "/list_changes", changes)

    async def clear_list_changes(self) -> None:
        """Stop all changes of lists."""
        await self._do("DELETE", "/list_changes")

    async def plan_imports(self, *plans: ImportPlan) -> None:
        """Set the plans of the next imports, one plan for each."""
        await self._do("POST", "/imports/plans", plans)

    async def plan_order_exports(self, *plans: ExportPlan) -> None:
        """Set the plans of the next exports of orders, one plan for each."""
        await self._do("POST", "/exports/orders/plans", plans)

    async def plan_offer_exports(self, *plans: ExportPlan) -> None:
        """Set the plans of the next exports of offers, one plan for each."""
        await self._do("POST", "/exports/offers/plans", plans)

    async def uploads(self) -> list[Upload]:
        """Return the files that were uploaded, oldest first."""
        return await self._ask("GET", "/uploads", type_=list[Upload])

    async def _ask(self, method: Literal["GET", "POST"], path: str, value: object = None, *, type_: type[T]) -> T:
        return json.decode(await self._send(method, f"/front{path}", value), type=type_)

    async def _do(self, method: Literal["POST", "DELETE"], path: str, value: object = None) -> None:
        await self._send(method, f"/front{path}", value)


def _identity(one: object) -> str | dict[str, Any]:
    return plain(one) if is_row(one) else str(one)


def _plain(rows: int | Given | Sequence[Given]) -> int | list[dict[str, Any]]:
    return rows if isinstance(rows, int) else [plain(row) for row in (rows if isinstance(rows, Sequence) else [rows])]
