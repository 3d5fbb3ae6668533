"""The web page at `/`: the state of a simulator, and controls that activate faults.

The page is one file, `page.html`, without build steps or content from other hosts. It requests `/_simulator/overview`
every second and uses the other routes of the control plane. Access is checked by `visitors`, as for every path.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from aiohttp import web
from msgspec import Struct, json

from .command_report import command_report
from .events import Events
from .faults import FaultInForce
from .front.row_random import instant
from .front.world import FrontWorld
from .pipeline import RequestRecord, SimulatorContext
from .ratelimits import Traffic, Window
from .tokens import TokenCounts
from .world import World

__all__ = ["ROWS", "EventSeen", "LimitInForce", "Overview", "add_page", "overview"]

ROWS = 50
"""The number of latest calls and events that are shown."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class LimitInForce(Struct):
    """The calls of one operation; `window` is its rate limit, or None if it has no limit."""

    operation: str
    window: Window | None
    traffic: Traffic


class EventSeen(Struct):
    """One event as sent; `outcome` is the outcome of its command, "EXPIRED" if it got none in time, or empty."""

    id: str
    type: str
    time: str
    action_id: str
    outcome: str
    expected: str
    repeated: int


class Overview(Struct):
    """The content of the page; `monotonic` is the clock that the start times of calls refer to."""

    now: str
    monotonic: float
    orders: int
    rows: dict[str, int]
    calls: list[RequestRecord]
    called: int
    limited: int
    tokens: TokenCounts
    faults: list[FaultInForce]
    triggered: dict[str, int]
    limits: list[LimitInForce]
    events: list[EventSeen]
    sent: int
    waiting: int
    commands: dict[str, int]


def overview(world: World, front: FrontWorld, events: Events, context: SimulatorContext) -> Overview:
    """Return the overview of a simulator."""
    now = context.clock.time()
    traffic = context.limits.by_operation()
    report = command_report(world.actions, now)
    return Overview(
        now=instant(now),
        monotonic=context.clock.monotonic(),
        orders=world.count(),
        rows={name: len(table) for name, table in front.tables.items()},
        calls=list(islice(reversed(context.log), ROWS)),
        called=sum(one.accepted + one.refused for one in traffic.values()),
        limited=context.limits.refused,
        tokens=context.tokens.counts,
        faults=context.faults.in_force(),
        triggered=dict(context.faults.triggered),
        limits=[LimitInForce(name, context.limits.window(name), one) for name, one in traffic.items()],
        events=[_seen(body, world, now) for body in islice(reversed(events.sent), ROWS)],
        sent=len(events.sent),
        waiting=len(events.outbox),
        commands={
            name: len(getattr(report, name))
            for name in ("succeeded", "failed", "unanswered", "expired", "wrong", "contradicted")
        },
    )


def add_page(app: web.Application) -> None:
    """Add the page to `app`; its data is served by the control plane."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=_page(), content_type="text/html", headers=_HEADERS)

    app.add_routes([web.get("/", page)])


@cache
def _page() -> str:
    return files("mirakl_async.simulator").joinpath("page.html").read_text(encoding="utf-8")


def _seen(body: bytes, world: World, now: float) -> EventSeen:
    event: dict[str, Any] = json.decode(body)
    data: dict[str, Any] = event.get("data") or {}
    action_id = data.get("action_id") or ""
    action = world.actions.get(action_id)
    outcome, expected, repeated = "", "", 0
    if action is not None:
        is_late = action.status == "PENDING" and action.expires_at is not None and now >= action.expires_at
        outcome, expected, repeated = "EXPIRED" if is_late else action.status, action.expected or "", 0
        repeated = len(action.late_reports)
    return EventSeen(event["id"], event["type"], event["time"], action_id, outcome, expected, repeated)
