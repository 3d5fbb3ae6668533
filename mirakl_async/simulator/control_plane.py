"""The operations of the control plane, with which another process inspects and changes a simulator.

The control plane needs no token. It is served beside Connect's routes, to the loopback interface only.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, get_type_hints

from msgspec import UNSET, Raw, Struct, UnsetType, defstruct, json

from .clock import MovableClock
from .command_report import CommandReport, command_report
from .control import (
    ActionIds,
    Advance,
    Channels,
    Deliver,
    Delivered,
    Moment,
    OrderRecord,
    Revoked,
    SellerPlace,
    State,
    Token,
)
from .control_routes import Conflict, ControlRoute, document
from .events import Delivery, Events
from .exchange import Answer
from .faults import Fault
from .front.control_plane import front_routes
from .front.world import FrontWorld
from .judge import Judgement
from .page import Overview, overview
from .pipeline import RequestRecord, SimulatorContext
from .seller import OfferState, Seller
from .world import Action, World

__all__ = ["SELLER_ACTIONS", "ControlledSimulator", "Path", "control_routes", "judgement_of", "state_of"]

_NO_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")
_ORDERS_A_WRITE = 500
Path = Mapping[str, str]
SELLER_ACTIONS = tuple(
    name for name, value in vars(Seller).items() if inspect.iscoroutinefunction(value) and name[0] != "_"
)
"""What a seller can do."""


class ControlledSimulator(Protocol):
    """The parts of a simulator that the control plane uses."""

    world: World
    front: FrontWorld
    events: Events

    def seller(self, channel_id: str | None = None, store_id: str | None = None) -> Seller:
        """Return the seller of a store."""
        ...

    def commands(self) -> CommandReport:
        """Return the report of all commands and their outcomes."""
        ...


def control_routes(simulator: ControlledSimulator, context: SimulatorContext) -> list[ControlRoute]:
    """Return the control plane's routes."""
    routes = [
        *_state_routes(simulator, context),
        *_knob_routes(simulator.world, context),
        *_token_routes(simulator.world, context),
        *_seller_routes(simulator),
        *_event_routes(simulator),
        *front_routes(simulator.front),
    ]

    def described(_path: Path, _body: object) -> dict[str, Any]:
        return document(routes, "1")

    name, summary = "getDocument", "Return this document"
    routes.append(ControlRoute("GET", "/openapi.json", name, summary, described, dict[str, Any]))
    return routes


def state_of(world: World, context: SimulatorContext) -> State:
    """Return the state of a simulator."""
    actions: dict[str, int] = {}
    for action in world.actions.values():
        actions[action.status] = actions.get(action.status, 0) + 1
    return State(
        orders=world.count(),
        digest=world.digest,
        by_origin=world.by_origin(),
        versions=world.versions,
        actions=actions,
        traffic=context.limits.by_operation(),
        limited=context.limits.refused,
        tokens=context.tokens.counts,
        faults=dict(context.faults.triggered),
    )


def judgement_of(world: World, context: SimulatorContext) -> Judgement:
    """Return the violations of the contract by callers so far."""
    commands = command_report(world.actions, context.clock.time())
    return context.judge.judgement(commands, orders=world.versions.received)


def _state_routes(simulator: ControlledSimulator, context: SimulatorContext) -> list[ControlRoute]:
    world = simulator.world

    def state(_path: Path, _body: object) -> State:
        return state_of(world, context)

    def orders(_path: Path, _body: object) -> Answer:
        return Answer(200, content_type="application/x-ndjson", pieces=_order_lines(world))

    def actions(_path: Path, _body: object) -> dict[str, Action]:
        return world.actions

    def requests(_path: Path, _body: object) -> list[RequestRecord]:
        return list(context.log)

    def judge(_path: Path, _body: object) -> Judgement:
        return judgement_of(world, context)

    def commands(_path: Path, _body: object) -> CommandReport:
        return simulator.commands()

    def shown(_path: Path, _body: object) -> Overview:
        return overview(world, simulator.front, simulator.events, context)

    lines = "application/x-ndjson"
    return [
        ControlRoute("GET", "/state", "getState", "Return the counts, the digest, the traffic", state, State),
        ControlRoute("GET", "/orders", "getOrders", "Return every order, one a line", orders, OrderRecord, None, lines),
        ControlRoute("GET", "/actions", "getActions", "Return every action by its id", actions, dict[str, Action]),
        ControlRoute("GET", "/requests", "getRequests", "Return the latest requests", requests, list[RequestRecord]),
        ControlRoute("GET", "/judge", "getJudgement", "Judge callers by the contract", judge, Judgement),
        ControlRoute("GET", "/commands", "getCommands", "Return what became of commands", commands, CommandReport),
        ControlRoute("GET", "/overview", "getOverview", "Return what the page at / shows", shown, Overview),
    ]


def _order_lines(world: World) -> Iterator[bytes]:
    try:
        orders = world.bodies()
    except LookupError as error:
        raise Conflict(str(error.args[0])) from None
    return _pieces(orders)


def _pieces(orders: Iterator[tuple[Any, bytes]]) -> Iterator[bytes]:
    lines: list[bytes] = []
    for key, body in orders:
        # A line break inside JSON can only be white space between its tokens.
        order = Raw(body.translate(_NO_LINE_BREAKS))
        lines.append(json.encode(OrderRecord(key.channel_id, key.channel_store_id, order)) + b"\n")
        if len(lines) == _ORDERS_A_WRITE:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _knob_routes(world: World, context: SimulatorContext) -> list[ControlRoute]:
    def add_faults(_path: Path, faults: list[Fault]) -> None:
        context.faults.add(*faults)

    def clear_faults(_path: Path, _body: object) -> None:
        context.faults.clear()

    def add_actions(_path: Path, wanted: ActionIds) -> None:
        for action_id in wanted.action_ids:
            world.add_action(action_id)

    def add_channels(_path: Path, wanted: Channels) -> None:
        for channel_id, stores in wanted.channels.items():
            world.add_channel(channel_id, stores)

    def advance(_path: Path, wanted: Advance) -> Moment:
        if not isinstance(context.clock, MovableClock):
            raise Conflict("the simulator's clock cannot be moved")
        context.clock.advance(wanted.advance)
        return Moment(context.clock.time())

    faults = "/faults"
    return [
        ControlRoute("POST", faults, "addFaults", "Put further faults in force", add_faults, None, list[Fault]),
        ControlRoute("DELETE", faults, "clearFaults", "Let nothing go wrong from now on", clear_faults),
        ControlRoute("POST", "/actions", "addActions", "Start actions", add_actions, None, ActionIds),
        ControlRoute("POST", "/channels", "addChannels", "Make channels known", add_channels, None, Channels),
        ControlRoute("POST", "/clock", "advanceClock", "Move the clock on at once", advance, Moment, Advance),
    ]


def _token_routes(world: World, context: SimulatorContext) -> list[ControlRoute]:
    def issue(_path: Path, _body: object) -> Token:
        return Token(context.tokens.issue(context.client_id))

    def revoke(_path: Path, _body: object) -> Revoked:
        return Revoked(context.tokens.revoke_all())

    def issue_link(_path: Path, _body: object) -> Token:
        return Token(world.issue_link_token())

    return [
        ControlRoute("POST", "/tokens", "issueToken", "Return a good access token", issue, Token),
        ControlRoute("POST", "/tokens/revoke", "revokeTokens", "Make all tokens worthless", revoke, Revoked),
        ControlRoute("POST", "/link-tokens", "issueLinkToken", "Return a token that links", issue_link, Token),
    ]


def _seller_routes(simulator: ControlledSimulator) -> list[ControlRoute]:
    def offers(_path: Path, place: SellerPlace) -> dict[str, OfferState]:
        return simulator.seller(place.channel_id, place.store_id).offers

    summary, kind = "Return what a seller's offers are now", dict[str, OfferState]
    routes = [ControlRoute("POST", "/seller/offers", "getSellerOffers", summary, offers, kind, SellerPlace)]
    for name in SELLER_ACTIONS:
        summary = (inspect.getdoc(getattr(Seller, name)) or "").partition("\n")[0].rstrip(".")
        hint = get_type_hints(getattr(Seller, name)).get("return")
        answer = None if hint is type(None) else hint
        body = _body_of(name)
        operation = "seller" + name.title().replace("_", "")
        handle = _seller_action(simulator, name)
        routes.append(ControlRoute("POST", f"/seller/{name}", operation, summary, handle, answer, body))
    return routes


def _body_of(name: str) -> type[Struct]:
    """Return the type of the body for a seller's method: its arguments, and optionally the seller's store."""
    method = getattr(Seller, name)
    hints = get_type_hints(method)
    fields: list[Any] = [("channel_id", str | None, None), ("store_id", str | None, None)]
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        hint: Any = hints[parameter.name]
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            fields.append((parameter.name, list[hint], []))
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            fields.append((parameter.name, dict[str, hint], {}))
        elif parameter.default is inspect.Parameter.empty:
            fields.append((parameter.name, hint))
        else:
            fields.append((parameter.name, hint | UnsetType, UNSET))
    return defstruct(f"Seller{name.title().replace('_', '')}", fields, kw_only=True, forbid_unknown_fields=True)


def _seller_action(simulator: ControlledSimulator, name: str) -> Any:
    parameters = list(inspect.signature(getattr(Seller, name)).parameters.values())[1:]

    def handle(_path: Path, body: Any) -> Any:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter in parameters:
            value = getattr(body, parameter.name)
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                positional.extend(value)
            elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
                named |= value
            elif parameter.default is inspect.Parameter.empty:
                positional.append(value)
            elif value is not UNSET:
                named[parameter.name] = value
        return getattr(simulator.seller(body.channel_id, body.store_id), name)(*positional, **named)

    return handle


def _event_routes(simulator: ControlledSimulator) -> list[ControlRoute]:
    events = simulator.events

    def sent(_path: Path, _body: object) -> list[str]:
        return [body.decode() for body in events.sent]

    def take(_path: Path, _body: object) -> list[str]:
        taken = [body.decode() for body in events.outbox]
        events.outbox.clear()
        return taken

    def deliver_as(_path: Path, delivery: Delivery) -> None:
        events.delivery = delivery

    async def deliver(_path: Path, wanted: Deliver) -> Delivered:
        return Delivered(await events.deliver(everything=wanted.everything))

    async def redeliver(_path: Path, wanted: ActionIds) -> Delivered:
        unknown = [one for one in wanted.action_ids if not events.knows(one)]
        if unknown:
            raise LookupError(f"there is no command {', '.join(unknown)}")
        return Delivered(await events.redeliver(*wanted.action_ids))

    texts = list[str]
    return [
        ControlRoute("GET", "/events", "getEvents", "Return all events that were produced, each once", sent, texts),
        ControlRoute("POST", "/events/take", "takeEvents", "Return the events delivered, and forget them", take, texts),
        ControlRoute("POST", "/events/delivery", "setDelivery", "Say how events arrive", deliver_as, None, Delivery),
        ControlRoute("POST", "/events/deliver", "deliverEvents", "Deliver what is due", deliver, Delivered, Deliver),
        ControlRoute("POST", "/events/redeliver", "redeliver", "Send commands again", redeliver, Delivered, ActionIds),
    ]
