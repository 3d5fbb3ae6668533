"""A simulator in a separate process, so that it shares neither a core nor an event loop with the code under test.

The child process prints its addresses as one line of JSON when it is ready. It runs until its standard input is closed,
which the operating system does whenever the parent process ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from aiohttp import ClientSession
from msgspec import json

from .addresses import Addresses
from .clients import Clients
from .clock import seconds_of
from .command_report import CommandReport
from .connect_errors import ErrorFields
from .control import Control, RemoteEvents, RemoteFaults, RemoteSeller, State
from .front.control import FrontControl
from .front.own_rows import Given
from .front.world import Oddities
from .judge import Judgement
from .world import EqualStamp, Keep

__all__ = ["SimulatorProcess"]

_SECONDS_TO_START = 30.0
_SECONDS_TO_STOP = 5.0


class SimulatorProcess(Clients):
    """A simulator in a separate process: `async with SimulatorProcess() as mirakl`, then `mirakl.connect_client()`.

    The arguments are those of `Simulator`, except that `rate_limits` accepts no windows for single operations.
    `control.advance` moves the clock, `faults` adds faults, and `control` gives access to the state. The child does not
    receive a Ctrl-C from the terminal, so that a client that drains after a Ctrl-C can still reach it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        rate_limits: int | Literal["none", "documented"] = "none",
        latency: float | tuple[float, float] = 0.0,
        expires_in: float = 3599.0,
        channels: Mapping[str, Iterable[str]] | None = None,
        client_id: str = "simulator",
        client_secret: str | None = None,
        api_key: str | None = None,
        equal_stamp: EqualStamp = "replace",
        error_fields: ErrorFields = "indexed",
        oddities: Oddities = "none",
        action_seconds: float = 86_400.0,
        keepalive: float = 75.0,
        log_size: int = 10_000,
        keep: Keep = "bytes",
        unique_lines: bool = True,
        seed: int = 0,
        now: datetime | float | None = None,
        front: Mapping[str, int | Sequence[Given]] | None = None,
    ) -> None:
        low, high = latency if isinstance(latency, tuple) else (latency, latency)
        options = {
            "port": port,
            "rate-limit": rate_limits,
            "latency": f"{low}:{high}",
            "expires-in": expires_in,
            "client-id": client_id,
            "client-secret": client_secret,
            "api-key": api_key,
            "equal-stamp": equal_stamp,
            "error-fields": error_fields,
            "oddities": oddities,
            "action-seconds": action_seconds,
            "keepalive": keepalive,
            "log-size": log_size,
            "keep": keep,
            "seed": seed,
            "now": None if now is None else datetime.fromtimestamp(seconds_of(now), UTC).isoformat(),
        }
        self._arguments = [f"--{name}={value}" for name, value in options.items() if value is not None]
        self._arguments += ["--exit-with-stdin", *(() if unique_lines else ("--any-line-ids",))]
        for channel_id, stores in (channels or {}).items():
            self._arguments.append(f"--channel={json.encode([channel_id, *stores]).decode()}")
        self._rows = {name: rows for name, rows in (front or {}).items() if not isinstance(rows, int)}
        self._arguments += [f"--front={name}={rows}" for name, rows in (front or {}).items() if isinstance(rows, int)]
        self._stack = contextlib.AsyncExitStack()
        self._addresses: Addresses | None = None
        self._control: Control | None = None

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "mirakl_async.simulator",
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            stack.push_async_callback(_stop, child)
            self._addresses = await _first_line(child)
            session = await stack.enter_async_context(ClientSession())
            self._control = Control(session, self._addresses.control_url)
            for name, rows in self._rows.items():
                await self._control.front.seed(name, rows)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def addresses(self) -> Addresses:
        """The URLs of the child and the credentials that it accepts."""
        if self._addresses is None:
            raise RuntimeError("the simulator is not running: enter it with `async with` first")
        return self._addresses

    @property
    def client_id(self) -> str:
        """The client id for the token exchange."""
        return self.addresses.client_id

    @property
    def client_secret(self) -> str:
        """The client secret, valid only for this simulator."""
        return self.addresses.client_secret

    @property
    def api_key(self) -> str:
        """An API key for Marketplace."""
        return self.addresses.api_key

    @property
    def front(self) -> FrontControl:
        """The child's marketplace."""
        return self.control.front

    @property
    def events(self) -> RemoteEvents:
        """The child's events."""
        return self.control.events

    @property
    def faults(self) -> RemoteFaults:
        """The child's faults."""
        return self.control.faults

    def seller(self, channel_id: str | None = None, store_id: str | None = None) -> RemoteSeller:
        """Return the seller of a store, by default of the first known store; the seller's actions become events."""
        return self.control.seller(channel_id, store_id)

    async def state(self) -> State:
        """Return the counts, the digest and the traffic."""
        return await self.control.state()

    async def judge(self) -> Judgement:
        """Return the violations of the contract by callers; `check()` of the result raises AssertionError for them."""
        return await self.control.judge()

    async def commands(self) -> CommandReport:
        """Return the report of all commands: each must get exactly one final outcome, the expected one."""
        return await self.control.commands()

    async def issue_token(self) -> str:
        """Return a valid access token without a token exchange."""
        return await self.control.issue_token()

    async def issue_link_token(self) -> str:
        """Return a single-use token with which SELLER_ACCOUNT_STORE_CREATE links stores to a user."""
        return await self.control.issue_link_token()

    async def revoke_tokens(self) -> int:
        """Revoke all tokens issued so far, and return how many of them were valid."""
        return await self.control.revoke_tokens()

    @property
    def control(self) -> Control:
        """The child's control plane."""
        if self._control is None:
            raise RuntimeError("the simulator is not running: enter it with `async with` first")
        return self._control


async def _first_line(child: asyncio.subprocess.Process) -> Addresses:
    assert child.stdout is not None  # noqa: S101 - piped above; for the type checker
    async with asyncio.timeout(_SECONDS_TO_START):
        line = await child.stdout.readline()
    if not line:
        raise RuntimeError(f"the simulator ended with status {await child.wait()} before it was ready")
    return json.decode(line, type=Addresses)


async def _stop(child: asyncio.subprocess.Process) -> None:
    """End the child by closing its input or, if it does not end in time, by killing it."""
    assert child.stdin is not None  # noqa: S101 - piped above; for the type checker
    child.stdin.close()
    stopping = asyncio.ensure_future(child.communicate())
    try:
        async with asyncio.timeout(_SECONDS_TO_STOP):
            await asyncio.shield(stopping)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await stopping
        if not isinstance(error, TimeoutError):
            raise
