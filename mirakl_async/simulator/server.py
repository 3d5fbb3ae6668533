"""`Simulator`: a Mirakl in the same process, on sockets of the loopback interface or without sockets."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from types import TracebackType
from typing import Annotated, Any, Literal, Self

from aiohttp import ClientSession, web
from msgspec import Meta, Struct

from . import connect
from .account import Account
from .addresses import Addresses
from .arguments import Count, Seconds, check
from .clients import DirectClients
from .clock import Clock, RealClock, seconds_of
from .command_report import CommandReport, command_report
from .connect import Connect
from .connect_errors import ErrorFields
from .control import Control, State
from .control_plane import control_routes, judgement_of, state_of
from .control_routes import PREFIX, serve
from .direct import DirectRequest
from .events import Events
from .exchange import Answer
from .faults import FaultPlan
from .front import FrontWorld, front_service, storage_service
from .front.own_rows import Given
from .front.routes import PAGED
from .front.world import Oddities
from .judge import Judge, Judgement
from .page import add_page
from .pipeline import Latency, RequestRecord, SimulatorContext
from .ratelimits import RateLimits, SlidingWindows, Window
from .routing import Router
from .seller import Seller
from .sockets import application
from .tokens import Tokens
from .world import EqualStamp, Keep, World

__all__ = ["CHANNELS", "Simulator"]

HOST = "127.0.0.1"
DOMAIN = "simulator.test"
"""The domain of the services without sockets; RFC 6761 reserves `test`, so no name server resolves it."""
CHANNELS: Mapping[str, Sequence[str]] = {"channel-1": ("store-1", "store-2", "store-3")}
"""The default channels and stores."""

_SECONDS_TO_STOP = 0.5


class _Arguments(Struct):
    """The types and bounds of the simulator's arguments."""

    rate_limits: Literal["none", "documented"] | Count | dict[str, Window]
    # Not tuple[Seconds, Seconds], because msgspec 0.22 reads invalid memory for the bound of the number and crashes.
    latency: Seconds | Annotated[tuple[Seconds, ...], Meta(min_length=2, max_length=2)]
    expires_in: Seconds
    seed: int | bool
    now: datetime | float | None
    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: str | None
    equal_stamp: EqualStamp
    error_fields: ErrorFields
    unique_lines: bool
    keep: Keep
    keepalive: Seconds
    log_size: Count
    port: Annotated[int, Meta(ge=0, le=65535)]
    hosts: list[Annotated[str, Meta(pattern=r"^[a-z0-9.-]+$")]]
    api_key: Annotated[str, Meta(min_length=1)] | None
    sockets: bool
    front: dict[str, int | list[Any]] | None
    faults: FaultPlan | None
    oddities: Oddities
    action_seconds: Seconds


class Simulator(DirectClients):
    """A simulated Mirakl: `async with Simulator() as mirakl`, then `async with mirakl.connect_client() as connect`.

    Other clients use its URLs. With `sockets=False` it opens no port and is ready immediately, without `async with`;
    only clients that it creates, or that use its `wire()`, can reach it.

    `port` is the port of Connect; the other services use free ports, and with 0 all services do. `hosts` are names by
    which other machines reach it: then it listens on all interfaces, and the other services use the ports after `port`.
    `channels` are the known channels and their stores. `rate_limits` is "none", "documented", a number of calls per
    second for every operation, or a window per operation. `latency` is the seconds before every answer, or bounds for a
    random time. `expires_in` is the lifetime of a token in seconds, and `keepalive` that of an idle connection.
    `faults` are active from the start; `faults.add` adds others. The same `seed` gives the same latencies, faults and
    rows. `client_secret` and `api_key` set the credentials. `front` sets the number of rows of Marketplace's lists at
    the start, as in {"orders": 44_000}, or the rows themselves, as for `mirakl.front.insert`; generated rows were
    created in the week before the start. `now`, in seconds since 1970 or as a date-time with a time zone, is the time
    at the start, by default the machine's time; a `clock` has its own time.

    Three arguments select a behaviour that Mirakl's document leaves open: `equal_stamp`, whether an order replaces a
    stored one with the same date; `error_fields`, whether an error names the order; and `unique_lines`, whether line
    ids must be unique among orders. By default, every answer of Marketplace follows its document; `oddities="live"`
    gives the nulls that were seen in live answers. `keep` selects what is stored of an order: its bytes, or a digest
    for long runs. `log_size` is the maximum length of `requests`.
    """

    def __init__(
        self,
        *,
        channels: Mapping[str, Iterable[str]] = CHANNELS,
        rate_limits: RateLimits = "none",
        latency: Latency = 0.0,
        expires_in: float = 3599.0,
        faults: FaultPlan | None = None,
        seed: int = 0,
        clock: Clock | None = None,
        now: datetime | float | None = None,
        client_id: str = "simulator",
        client_secret: str | None = None,
        api_key: str | None = None,
        equal_stamp: EqualStamp = "replace",
        error_fields: ErrorFields = "indexed",
        unique_lines: bool = True,
        keep: Keep = "bytes",
        keepalive: float = 75.0,
        log_size: int = 10_000,
        port: int = 0,
        hosts: Sequence[str] = (),
        sockets: bool = True,
        front: Mapping[str, int | Sequence[Given]] | None = None,
        oddities: Oddities = "none",
        action_seconds: float = 86_400.0,
    ) -> None:
        check(_Arguments, locals())
        if clock is not None and now is not None:
            raise ValueError("now: goes with the simulator's own clock only; set the time of `clock` instead")
        if port and not sockets:
            raise ValueError("port: a simulator without sockets has none; leave out one of the two")
        self.clock: Clock = clock or RealClock(None if now is None else seconds_of(now))
        self.world: World = World(channels, equal_stamp=equal_stamp, keep=keep)
        self.faults: FaultPlan = FaultPlan(seed=seed) if faults is None else faults
        self.limits: SlidingWindows = SlidingWindows(rate_limits, self.clock)
        self.client_id = client_id
        self.client_secret: str = client_secret or secrets.token_urlsafe(16)
        self.api_key: str = api_key or secrets.token_urlsafe(24)
        self.tokens: Tokens = Tokens(
            {client_id: self.client_secret},
            expires_in=expires_in,
            clock=self.clock,
            keys={self.api_key: client_id},
        )
        self.front: FrontWorld = FrontWorld(self.clock, front, seed=seed, oddities=oddities)
        self.events: Events = Events(self.clock, seed=seed, live=oddities == "live")
        self._action_seconds = action_seconds
        self._sellers: dict[tuple[str, str], Seller] = {}
        self.requests: deque[RequestRecord] = deque(maxlen=log_size)
        self._context = SimulatorContext(
            clock=self.clock,
            faults=self.faults,
            limits=self.limits,
            tokens=self.tokens,
            client_id=self.client_id,
            judge=Judge(self.clock, self.tokens, PAGED),
            log=self.requests,
            latency=latency,
            random=Random(seed),
        )
        self._services = (
            Connect(self.world, self.clock, error_fields=error_fields, unique_lines=unique_lines).service(),
            Account(self.world, error_fields=error_fields).service(connect.BASE),
            self.tokens.service(),
            front_service(self.front),
            storage_service(self.front, self.events.route()),
        )
        self._paced = rate_limits != "none"
        self._routers = [Router(service) for service in self._services]
        self._port = port
        self._hosts = tuple(hosts)
        self.sockets: bool = sockets
        self._keepalive = keepalive
        self._runners: list[web.AppRunner] = []
        self._session: ClientSession | None = None
        self._urls: dict[str, str] = {}
        self._by_origin: dict[str, Router] = {}
        self._tasks: set[asyncio.Task[Answer]] = set()
        if not sockets:
            for router in self._routers:
                self._open(router, f"https://{router.service.name}.{DOMAIN}")

    async def __aenter__(self) -> Self:
        try:
            for router in self._routers if self.sockets else ():
                await self._serve(router)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening, and drop the requests in progress. The state stays readable."""
        self._by_origin.clear()
        for task in self._tasks:
            task.cancel()
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        while self._runners:
            await self._runners.pop().cleanup()

    async def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, timeout: float | None = None
    ) -> Answer:
        """Answer a request without a socket, within `timeout` seconds of the simulator's clock.

        Raises ExchangeBroken if there is no complete answer.
        """
        request = DirectRequest(method, url, headers=headers, body=body, clock=self.clock, timeout=timeout)
        return await request.answered(self._by_origin, self._context, self._keep)

    @property
    def control(self) -> Control:
        """The control plane, as in `SimulatorProcess`; needs sockets."""
        if not self._runners:
            raise RuntimeError("the control plane is not served: enter a simulator that has sockets")
        if self._session is None:
            self._session = ClientSession()
        return Control(self._session, self.control_url)

    @property
    def addresses(self) -> Addresses:
        """The URLs and credentials that another process needs."""
        connect_url = self._url("connect")
        return Addresses(
            connect_url=connect_url,
            account_url=self._url("account"),
            auth_url=self._url("auth"),
            front_url=self._url("front"),
            storage_url=self._url("storage"),
            control_url=connect_url.removesuffix(connect.BASE) + PREFIX,
            client_id=self.client_id,
            client_secret=self.client_secret,
            channels={channel: sorted(stores) for channel, stores in self.world.channels.items()},
            pid=os.getpid(),
            api_key=self.api_key,
            rate_limited=self._paced,
        )

    def state(self) -> State:
        """Return the counts, the digest and the traffic, as the control plane does."""
        return state_of(self.world, self._context)

    def seller(self, channel_id: str | None = None, store_id: str | None = None) -> Seller:
        """Return the seller of a store, by default of the first known store; the seller's actions become events."""
        channel = channel_id or next(iter(self.world.channels))
        stores = self.world.channels.get(channel)
        if not stores:
            raise LookupError(f"there is no channel {channel}" if stores is None else f"{channel} has no stores")
        place = (channel, store_id or min(stores))
        if place[1] not in stores:
            raise LookupError(f"there is no store {store_id} of {channel}")
        if place not in self._sellers:
            self._sellers[place] = Seller(
                self.world,
                self.events,
                self.clock,
                place,
                storage_url=lambda: self._url("storage"),
                action_seconds=self._action_seconds,
            )
        return self._sellers[place]

    def commands(self) -> CommandReport:
        """Return the report of all commands: each must get exactly one final outcome, the expected one."""
        return command_report(self.world.actions, self.clock.time())

    def judge(self) -> Judgement:
        """Return the violations of the contract by callers; `judge().check()` raises AssertionError for them."""
        return judgement_of(self.world, self._context)

    def issue_token(self) -> str:
        """Return a valid access token without a token exchange."""
        return self.tokens.issue(self.client_id)

    def issue_link_token(self) -> str:
        """Return a single-use token with which SELLER_ACCOUNT_STORE_CREATE links stores to a user."""
        return self.world.issue_link_token()

    def revoke_tokens(self) -> int:
        """Revoke all tokens issued so far, and return how many of them were valid."""
        return self.tokens.revoke_all()

    def _url(self, name: str) -> str:
        if name not in self._urls:
            raise RuntimeError("the simulator has no address yet: enter it with `async with` first")
        return self._urls[name]

    def _open(self, router: Router, origin: str) -> None:
        """Make a service reachable at an origin."""
        name = router.service.name
        self._urls[name] = origin + router.service.base
        self._by_origin[origin] = router
        if name == "storage":
            for exports in (self.front.order_exports, self.front.offer_exports):
                exports.elsewhere = origin

    def _keep(self, working: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """Process a request to its end, even if its caller has left, until the simulator is closed."""
        task = asyncio.create_task(working)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_retrieve)
        return task

    async def _serve(self, router: Router) -> None:
        app = application(router, self._context, self._hosts)
        place = self._routers.index(router)
        port = self._port + place if self._port and (self._hosts or place == 0) else 0
        if router.service.name == "connect":
            serve(app, control_routes(self, self._context))
            add_page(app)
        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            keepalive_timeout=self._keepalive,
            shutdown_timeout=_SECONDS_TO_STOP,
        )
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0" if self._hosts else HOST, port).start()  # noqa: S104 - asked for
        name = self._hosts[0] if self._hosts else HOST
        self._open(router, f"http://{name}:{runner.addresses[0][1]}")


def _retrieve(task: asyncio.Task[Answer]) -> None:
    """Retrieve the result of a request whose caller has left, so that asyncio does not warn."""
    if not task.cancelled():
        task.exception()
