"""Marketplace's part of the control plane: rows put in and taken out, lists that change, from another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from aiohttp import web
from msgspec import DecodeError, Struct, ValidationError, json

from .exports import ExportPlan
from .imports import ImportPlan
from .list_changes import ListChange
from .multipart import Upload
from .own_rows import Given, InvalidRow, is_row, plain
from .tables import End
from .world import FrontWorld

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


class _Insert(Struct):
    rows: int | list[dict[str, Any]] = 1
    where: End = "last"


class _Change(Struct):
    ids: list[str | dict[str, Any]]
    members: dict[str, Any] = {}


class _Corruption(Struct):
    id: str
    members: dict[str, Any]


def state_of(world: FrontWorld) -> FrontState:
    """Sum up a marketplace."""
    now = world.clock.time()
    return FrontState(
        rows={name: len(table) for name, table in world.tables.items()},
        moved=dict(world.list_changes.moved),
        ignored=dict(world.pager.ignored),
        imports=dict(Counter(job.status(now) for job in world.imports.jobs.values())),
        order_exports=dict(Counter(job.status(now) for job in world.order_exports.jobs.values())),
        offer_exports=dict(Counter(job.status(now) for job in world.offer_exports.jobs.values())),
        uploaded=len(world.uploads),
    )


def add_front_plane(app: web.Application, world: FrontWorld, prefix: str) -> None:
    """Serve Marketplace's part of the control plane from `app`."""
    plane = _FrontPlane(world)
    rows = f"{prefix}/front/{{table}}"
    app.add_routes(
        [
            web.get(f"{prefix}/front", _checked(plane.state)),
            web.post(f"{prefix}/front/list_changes", _checked(plane.add_list_changes)),
            web.delete(f"{prefix}/front/list_changes", _checked(plane.clear_list_changes)),
            web.post(f"{prefix}/front/imports/plans", _checked(plane.plan_imports)),
            web.post(f"{prefix}/front/exports/{{kind}}/plans", _checked(plane.plan_exports)),
            web.get(f"{prefix}/front/uploads", _checked(plane.uploads)),
            web.get(f"{rows}/ids", _checked(plane.ids)),
            web.post(f"{rows}/seed", _checked(plane.seed)),
            web.post(f"{rows}/insert", _checked(plane.insert)),
            web.post(f"{rows}/delete", _checked(plane.delete)),
            web.post(f"{rows}/change", _checked(plane.change)),
            web.post(f"{rows}/corrupt", _checked(plane.corrupt)),
        ]
    )


def _checked(handle: Callable[[web.Request], Awaitable[web.Response]]) -> Callable[..., Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            return await handle(request)
        except InvalidRow as error:
            return web.Response(status=400, text=str(error))
        except web.HTTPException as error:  # the service would word it as an error of Mirakl
            return web.Response(status=error.status, text=error.text)

    return answer


class _FrontPlane:
    def __init__(self, world: FrontWorld) -> None:
        self._world = world

    async def state(self, _request: web.Request) -> web.Response:
        return _json(state_of(self._world))

    async def ids(self, request: web.Request) -> web.Response:
        return _json(self._world.ids(self._table(request)))

    async def seed(self, request: web.Request) -> web.Response:
        self._world.seed(self._table(request), (await _read(request, _Insert)).rows)
        return web.Response(status=204)

    async def insert(self, request: web.Request) -> web.Response:
        wanted = await _read(request, _Insert)
        return _json(self._world.insert(self._table(request), wanted.rows, wanted.where))

    async def delete(self, request: web.Request) -> web.Response:
        return _json(self._world.delete(self._table(request), *await _read(request, list[str | dict[str, Any]])))

    async def change(self, request: web.Request) -> web.Response:
        wanted = await _read(request, _Change)
        return _json(self._world.change(self._table(request), *wanted.ids, **wanted.members))

    async def corrupt(self, request: web.Request) -> web.Response:
        wanted = await _read(request, _Corruption)
        try:
            self._world.corrupt(self._table(request), wanted.id, wanted.members)
        except KeyError as error:
            raise web.HTTPNotFound(text=str(error)) from None
        return web.Response(status=204)

    async def add_list_changes(self, request: web.Request) -> web.Response:
        self._world.list_changes.add(*await _read(request, list[ListChange]))
        return web.Response(status=204)

    async def clear_list_changes(self, _request: web.Request) -> web.Response:
        self._world.list_changes.clear()
        return web.Response(status=204)

    async def plan_imports(self, request: web.Request) -> web.Response:
        self._world.imports.plan(*await _read(request, list[ImportPlan]))
        return web.Response(status=204)

    async def plan_exports(self, request: web.Request) -> web.Response:
        kinds = {"orders": self._world.order_exports, "offers": self._world.offer_exports}
        if request.match_info["kind"] not in kinds:
            raise web.HTTPNotFound(text="there are exports of orders and of offers")
        kinds[request.match_info["kind"]].plan(*await _read(request, list[ExportPlan]))
        return web.Response(status=204)

    async def uploads(self, _request: web.Request) -> web.Response:
        return _json(list(self._world.uploads))

    def _table(self, request: web.Request) -> str:
        name = request.match_info["table"]
        if name not in self._world.tables:
            raise web.HTTPNotFound(text=f"there is no list {name}")
        return name


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
        """Refill a list with so many rows that are made up, or with these."""
        await self._do("POST", f"/{table}/seed", _Insert(_plain(rows)))

    async def insert(self, table: str, rows: int | Given | Sequence[Given] = 1, where: End = "last") -> list[Any]:
        """Add rows, given or a number of made-up ones, as the newest or the oldest; return what identifies them."""
        return await self._ask("POST", f"/{table}/insert", _Insert(_plain(rows), where), type_=list[Any])

    async def delete(self, table: str, *ids: Any) -> int:
        """Remove rows, by what identifies them or by rows that hold it; return how many of them were there."""
        return await self._ask("POST", f"/{table}/delete", [_identity(one) for one in ids], type_=int)

    async def change(self, table: str, *ids: Any, **members: Any) -> int:
        """Let rows be updated now, and set members of them; return how many of them are there."""
        wanted = _Change([_identity(one) for one in ids], plain(members))
        return await self._ask("POST", f"/{table}/change", wanted, type_=int)

    async def corrupt(self, table: str, identity: Any, members: Mapping[str, Any]) -> None:
        """Set members of one row as it is sent, to anything, even to what no Mirakl would send."""
        await self._do("POST", f"/{table}/corrupt", _Corruption(str(identity), dict(members)))

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


def _json(value: object) -> web.Response:
    return web.Response(body=json.encode(value), content_type="application/json")


async def _read(request: web.Request, type_: type[T]) -> T:
    try:
        return json.decode(await request.read(), type=type_)
    except (DecodeError, ValidationError) as error:
        raise web.HTTPBadRequest(text=str(error)) from None
