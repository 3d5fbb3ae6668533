"""The control plane: how another process looks into a simulator and turns its knobs, under /_simulator/.

It needs no token and is served to the loopback interface only, beside Connect's routes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from aiohttp import ClientError, ClientSession, web
from msgspec import Meta, Raw, Struct, ValidationError, json

from .clock import MovableClock
from .command_report import CommandReport, command_report
from .faults import Fault
from .front.control import FrontControl
from .judge import Judgement
from .pipeline import RequestRecord, SimulatorContext
from .ratelimits import Traffic
from .tokens import TokenCounts
from .world import Action, Versions, World

PREFIX = "/_simulator"
_ORDERS_A_WRITE = 500


class State(Struct):
    """What a simulator has come to: `digest` is that of `world.digest_of`, `limited` the 429 its limits gave."""

    orders: int
    digest: str
    by_origin: dict[str, dict[str, int]]
    versions: Versions
    actions: dict[str, int]
    traffic: dict[str, Traffic]
    limited: int
    tokens: TokenCounts
    faults: dict[str, int]


class OrderRecord(Struct):
    """One line of the read-back: where the order lives, and the order as its channel last sent it."""

    channel_id: str
    channel_store_id: str
    order: Raw

    def decoded(self) -> Any:
        """Return the order as plain values."""
        return json.decode(self.order)


class _Channels(Struct):
    channels: dict[str, list[str]]


class _Advance(Struct):
    advance: Annotated[float, Meta(ge=0)]


class _Actions(Struct):
    action_ids: list[str]


def state_of(world: World, context: SimulatorContext) -> State:
    """Sum up a simulator."""
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
    """Judge what callers did so far."""
    commands = command_report(world.actions, context.clock.time())
    return context.judge.judgement(commands, orders=world.versions.received)


def add_control_plane(app: web.Application, world: World, context: SimulatorContext) -> None:
    """Serve the control plane from `app`."""
    plane = _Plane(world, context)
    app.add_routes(
        [
            web.get(f"{PREFIX}/state", plane.state),
            web.get(f"{PREFIX}/orders", plane.orders),
            web.get(f"{PREFIX}/actions", plane.actions),
            web.get(f"{PREFIX}/requests", plane.requests),
            web.get(f"{PREFIX}/judge", plane.judge),
            web.get(f"{PREFIX}/commands", plane.commands),
            web.post(f"{PREFIX}/faults", plane.add_faults),
            web.delete(f"{PREFIX}/faults", plane.clear_faults),
            web.post(f"{PREFIX}/tokens/revoke", plane.revoke_tokens),
            web.post(f"{PREFIX}/actions", plane.add_actions),
            web.post(f"{PREFIX}/link-tokens", plane.issue_link_token),
            web.post(f"{PREFIX}/channels", plane.add_channels),
            web.post(f"{PREFIX}/clock", plane.advance),
        ]
    )


class _Plane:
    def __init__(self, world: World, context: SimulatorContext) -> None:
        self._world = world
        self._context = context

    async def state(self, _request: web.Request) -> web.Response:
        return _json(state_of(self._world, self._context))

    async def orders(self, request: web.Request) -> web.StreamResponse:
        try:
            orders = self._world.bodies()
        except LookupError as error:
            return _text(409, str(error))
        answer = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await answer.prepare(request)
        lines: list[bytes] = []
        for key, body in orders:
            # A line break inside JSON can only be white space between its tokens.
            order = Raw(body.translate(_NO_LINE_BREAKS))
            lines.append(json.encode(OrderRecord(key.channel_id, key.channel_store_id, order)) + b"\n")
            if len(lines) == _ORDERS_A_WRITE:
                await answer.write(b"".join(lines))
                lines.clear()
        await answer.write(b"".join(lines))
        await answer.write_eof()
        return answer

    async def actions(self, _request: web.Request) -> web.Response:
        return _json(self._world.actions)

    async def requests(self, _request: web.Request) -> web.Response:
        return _json(list(self._context.log))

    async def judge(self, _request: web.Request) -> web.Response:
        return _json(judgement_of(self._world, self._context))

    async def commands(self, _request: web.Request) -> web.Response:
        return _json(command_report(self._world.actions, self._context.clock.time()))

    async def add_faults(self, request: web.Request) -> web.Response:
        try:
            faults = json.decode(await request.read(), type=list[Fault])
        except ValidationError as error:
            return _text(400, f"not a list of faults: {error}")
        self._context.faults.add(*faults)
        return web.Response(status=204)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._context.faults.clear()
        return web.Response(status=204)

    async def revoke_tokens(self, _request: web.Request) -> web.Response:
        return _json({"revoked": self._context.tokens.revoke_all()})

    async def add_actions(self, request: web.Request) -> web.Response:
        try:
            wanted = json.decode(await request.read(), type=_Actions)
        except ValidationError as error:
            return _text(400, f"not a list of actions: {error}")
        for action_id in wanted.action_ids:
            self._world.add_action(action_id)
        return web.Response(status=204)

    async def issue_link_token(self, _request: web.Request) -> web.Response:
        return _json({"token": self._world.issue_link_token()})

    async def add_channels(self, request: web.Request) -> web.Response:
        try:
            wanted = json.decode(await request.read(), type=_Channels)
        except ValidationError as error:
            return _text(400, f"not a map of channels to their stores: {error}")
        for channel_id, stores in wanted.channels.items():
            self._world.add_channel(channel_id, stores)
        return web.Response(status=204)

    async def advance(self, request: web.Request) -> web.Response:
        try:
            seconds = json.decode(await request.read(), type=_Advance).advance
        except ValidationError as error:
            return _text(400, f"not a number of seconds to advance by: {error}")
        clock = self._context.clock
        if not isinstance(clock, MovableClock):
            return _text(409, "the simulator's clock cannot be moved")
        clock.advance(seconds)
        return _json({"time": clock.time()})


class Control:
    """The other end: a simulator seen from outside, through a session that the caller owns.

    `front` is Marketplace's part. What asks for one answer raises ConnectionError when the simulator is gone.
    """

    def __init__(self, session: ClientSession, url: str) -> None:
        self.front: FrontControl = FrontControl(self._send)
        self._session = session
        self._url = url

    async def state(self) -> State:
        """Return the counts, the digest, the traffic."""
        return json.decode(await self._send("GET", "/state"), type=State)

    async def orders(self) -> AsyncIterator[OrderRecord]:
        """Yield every order held, as last applied."""
        decode = json.Decoder(OrderRecord).decode
        async with self._session.get(f"{self._url}/orders", raise_for_status=True) as answer:
            rest = b""
            async for chunk in answer.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    yield decode(line)

    async def actions(self) -> dict[str, Action]:
        """Return every action by its id."""
        return json.decode(await self._send("GET", "/actions"), type=dict[str, Action])

    async def requests(self) -> list[RequestRecord]:
        """Return the log of the latest requests."""
        return json.decode(await self._send("GET", "/requests"), type=list[RequestRecord])

    async def judge(self) -> Judgement:
        """Return what callers did against the contract; its `check()` raises AssertionError for it."""
        return json.decode(await self._send("GET", "/judge"), type=Judgement)

    async def commands(self) -> CommandReport:
        """Return what became of every command."""
        return json.decode(await self._send("GET", "/commands"), type=CommandReport)

    async def add_faults(self, *faults: Fault) -> None:
        """Put further faults in force."""
        await self._send("POST", "/faults", faults)

    async def clear_faults(self) -> None:
        """Let nothing go wrong from now on."""
        await self._send("DELETE", "/faults")

    async def revoke_tokens(self) -> int:
        """Make all tokens given so far worthless; return how many were good."""
        return json.decode(await self._send("POST", "/tokens/revoke"), type=dict[str, int])["revoked"]

    async def add_actions(self, *action_ids: str) -> None:
        """Start actions that wait for their outcome."""
        await self._send("POST", "/actions", _Actions(list(action_ids)))

    async def issue_link_token(self) -> str:
        """Return a token with which SELLER_ACCOUNT_STORE_CREATE links stores to a user, once."""
        return json.decode(await self._send("POST", "/link-tokens"), type=dict[str, str])["token"]

    async def add_channel(self, channel_id: str, *stores: str) -> None:
        """Make a channel and its stores known."""
        await self._send("POST", "/channels", _Channels({channel_id: list(stores)}))

    async def advance(self, seconds: float) -> float:
        """Move the simulator's clock on at once; return its time in seconds since 1970."""
        return json.decode(await self._send("POST", "/clock", _Advance(seconds)), type=dict[str, float])["time"]

    async def _send(self, method: Literal["GET", "POST", "DELETE"], path: str, value: object = None) -> bytes:
        body = None if value is None else json.encode(value)
        try:
            async with self._session.request(method, self._url + path, data=body) as answer:
                content = await answer.read()
        except ClientError as error:
            raise ConnectionError(f"the simulator is gone: {error}") from error
        if answer.status >= 400:
            raise ValueError(f"the simulator answered {answer.status} to {method} {path}: {content.decode()}")
        return content


_NO_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")


def _json(value: object) -> web.Response:
    return web.Response(body=json.encode(value), content_type="application/json")


def _text(status: int, message: str) -> web.Response:
    return web.Response(status=status, text=message)
