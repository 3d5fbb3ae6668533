"""The Marketplace part of the control plane: another process adds, removes and changes rows and lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..control_routes import ControlRoute
from .control import Change, Corruption, FrontState, Ids, Insert
from .exports import ExportPlan
from .imports import ImportPlan
from .list_changes import ListChange
from .multipart import Upload
from .world import FrontWorld

__all__ = ["Path", "front_routes", "state_of"]

Path = Mapping[str, str]


def state_of(world: FrontWorld) -> FrontState:
    """Return the state of a marketplace."""
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


def front_routes(world: FrontWorld) -> list[ControlRoute]:
    """Return the routes that inspect and change a marketplace."""
    return [*_plan_routes(world), *_row_routes(world)]


def _plan_routes(world: FrontWorld) -> list[ControlRoute]:
    def state(_path: Path, _body: object) -> FrontState:
        return state_of(world)

    def uploads(_path: Path, _body: object) -> list[Upload]:
        return list(world.uploads)

    def add_changes(_path: Path, changes: list[ListChange]) -> None:
        world.list_changes.add(*changes)

    def clear_changes(_path: Path, _body: object) -> None:
        world.list_changes.clear()

    def plan_imports(_path: Path, plans: list[ImportPlan]) -> None:
        world.imports.plan(*plans)

    def plan_exports(path: Path, plans: list[ExportPlan]) -> None:
        kinds = {"orders": world.order_exports, "offers": world.offer_exports}
        if path["kind"] not in kinds:
            raise LookupError("there are exports of orders and of offers")
        kinds[path["kind"]].plan(*plans)

    changes, plans = "/front/list_changes", "/front/exports/{kind}/plans"
    return [
        ControlRoute("GET", "/front", "getFront", "Return the rows of each list, and what moved", state, FrontState),
        ControlRoute("GET", "/front/uploads", "getUploads", "Return what was sent as files", uploads, list[Upload]),
        ControlRoute("POST", changes, "addListChanges", "Let lists move", add_changes, None, list[ListChange]),
        ControlRoute("DELETE", changes, "clearListChanges", "Let the lists stand still", clear_changes),
        ControlRoute(
            "POST", "/front/imports/plans", "planImports", "Plan imports", plan_imports, None, list[ImportPlan]
        ),
        ControlRoute("POST", plans, "planExports", "Plan exports", plan_exports, None, list[ExportPlan]),
    ]


def _row_routes(world: FrontWorld) -> list[ControlRoute]:
    def ids(path: Path, _body: object) -> list[Any]:
        return world.ids(_table(world, path))

    def seed(path: Path, wanted: Insert) -> None:
        world.seed(_table(world, path), wanted.rows)

    def insert(path: Path, wanted: Insert) -> list[Any]:
        return world.insert(_table(world, path), wanted.rows, wanted.where)

    def delete(path: Path, wanted: Ids) -> int:
        return world.delete(_table(world, path), *wanted.ids)

    def change(path: Path, wanted: Change) -> int:
        return world.change(_table(world, path), *wanted.ids, **wanted.members)

    def corrupt(path: Path, wanted: Corruption) -> None:
        world.corrupt(_table(world, path), wanted.id, wanted.members)

    rows = "/front/{table}"
    return [
        ControlRoute("GET", f"{rows}/ids", "getIds", "Return what identifies each row", ids, list[Any]),
        ControlRoute("POST", f"{rows}/seed", "seedRows", "Refill a list", seed, None, Insert),
        ControlRoute("POST", f"{rows}/insert", "insertRows", "Add rows", insert, list[Any], Insert),
        ControlRoute("POST", f"{rows}/delete", "deleteRows", "Remove rows", delete, int, Ids),
        ControlRoute("POST", f"{rows}/change", "changeRows", "Change rows", change, int, Change),
        ControlRoute("POST", f"{rows}/corrupt", "corruptRow", "Let a row be sent broken", corrupt, None, Corruption),
    ]


def _table(world: FrontWorld, path: Path) -> str:
    if path["table"] not in world.tables:
        raise LookupError(f"there is no list {path['table']}")
    return path["table"]
