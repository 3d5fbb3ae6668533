"""What the adapters of remote brokers have in common: opening once, receiving, and closing without losing messages.

A request for messages is never cancelled with the `receive` that made it: its broker may have handed out messages
already, and they would stay hidden until their lease ends. It goes on, and the next `receive` takes what it brings,
unless half of the lease has passed by then.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio
from msgspec import Struct

from ..clock import Clock, SystemClock
from ..errors import ConfigurationError, QueueClosed
from ..redaction import RedactedBytesRepr
from .local_leases import LocalLeases
from .outages import repeat
from .protocol import MAX_RECEIVE_WAIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from types import TracebackType

    from .protocol import Message

T = TypeVar("T")
REPLY_TIMEOUT, MIN_BYTES_PER_SECOND = 10.0, 250_000


class BrokerDelivery(RedactedBytesRepr, Struct, frozen=True):
    """One delivery of a message, with what its broker wants to see when it is settled."""

    id: str
    body: bytes
    deliveries: int | None
    receipt: Any

    def _shown(self) -> list[tuple[str, Any]]:
        return super()._shown()[:-1]


class BrokerSource:
    """Who holds what is decided by our own clock; a subclass talks to its broker, and names itself without secrets."""

    extra_wait: float = 1.0
    """Seconds beyond its `wait` that `receive` gives a request for messages, for the way there and back."""
    closing_wait: float = REPLY_TIMEOUT
    """Seconds that closing gives to requests for messages that are under way."""

    def __init__(self, lease: float, max_lease: float, max_outage: float, clock: Clock | None) -> None:
        if not 1 <= lease <= max_lease:
            raise ConfigurationError(f"{type(self).__name__}: lease must be from 1 to {max_lease:g} seconds")
        self.lease: float = lease
        self._max_outage = max_outage
        self._clock = clock or SystemClock()
        self._leases = LocalLeases(lease, self._clock)
        self._state = "new"
        self._pulls: set[asyncio.Task[list[BrokerDelivery]]] = set()
        self._idle: list[asyncio.Task[list[BrokerDelivery]]] = []
        self._spare: list[BrokerDelivery] = []

    # -- what a subclass does

    async def _open(self) -> None:
        """Connect, and check what would lose messages later."""
        raise NotImplementedError

    async def _close(self) -> None:
        """Disconnect."""
        raise NotImplementedError

    async def _pull(self, limit: int, wait: float) -> list[BrokerDelivery]:
        """Ask for messages, and hold those that come."""
        raise NotImplementedError

    async def release(self, messages: Collection[Message]) -> None:
        """Give back at once, as far as possible; raises nothing."""
        raise NotImplementedError

    # -- opening and closing

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise QueueClosed(f"{self!r} was opened before; make another")
        self._state = "open"
        try:
            await self._open()
        except BaseException:
            self._state = "closed"
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._state != "open":
            return
        self._state = "closing"
        with anyio.CancelScope(shield=True):
            try:
                with anyio.move_on_after(REPLY_TIMEOUT):
                    await self._leases.wait_until_settled()
                await self._end_pulls()
                await self.release(self._leases.all())
            finally:
                self._state = "closed"
                await self._close()

    async def _end_pulls(self) -> None:
        pulls = [*self._pulls]
        if pulls:
            await asyncio.wait(pulls, timeout=self.closing_wait)
        for pull in pulls:
            pull.cancel()
        await asyncio.gather(*pulls, return_exceptions=True)

    # -- receiving

    async def receive(self, limit: int, *, wait: float) -> Sequence[BrokerDelivery]:
        """Up to `limit` messages, as soon as there is one; none after `wait` seconds (at most 5)."""
        self._check_open()
        found, self._spare = self._fresh(self._spare), []
        if not found:
            found = self._fresh(await self._next_pull(limit, min(wait, MAX_RECEIVE_WAIT, self.lease / 4)))
        self._spare += found[limit:]
        return found[:limit]

    async def _next_pull(self, limit: int, wait: float) -> list[BrokerDelivery]:
        """What a request for messages brings, an earlier one first; nothing if it takes longer than that."""
        pull = self._idle.pop(0) if self._idle else asyncio.ensure_future(self._pull(limit, wait))
        self._pulls.add(pull)
        try:
            await asyncio.wait({pull}, timeout=wait + self.extra_wait)
        except asyncio.CancelledError:
            self._idle.append(pull)
            raise
        self._check_open()  # closing gives back what comes meanwhile
        if not pull.done():
            self._idle.append(pull)
            return []
        self._pulls.discard(pull)
        return pull.result()

    def _fresh(self, messages: list[BrokerDelivery]) -> list[BrokerDelivery]:
        """Those that have half of their lease left; the others come again when it ends."""
        return [message for message in messages if self._leases.holds(message, self.lease / 2)]

    # -- the broker

    async def _repeat(self, operation: Callable[[], Awaitable[T]], passing: Callable[[Exception], bool]) -> T:
        """What the operation gives, made again while the broker is unreachable."""

        async def attempt() -> T:
            self._check_open()
            return await operation()

        return await repeat(attempt, passing, repr(self), self._max_outage, self._clock)

    def _check_open(self) -> None:
        if self._state != "open":
            raise QueueClosed(f"{self!r} is not open: use it inside `async with`")
