"""What the adapters of all brokers have in common: opening once, leases, and closing without losing messages.

A request for messages is never cancelled with the `receive` that made it: its broker may have handed out messages
already, and they would stay hidden until their lease ends. It goes on, and the next `receive` takes what it brings,
unless half of the lease has passed by then.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import anyio
from msgspec import Struct
from msgspec.structs import replace

from ..checks import SECONDS, check_settings
from ..clock import Clock, SystemClock
from ..errors import QueueClosed
from ..redaction import RedactedBytesRepr
from .leases import SETTINGS
from .local_leases import LocalLeases
from .outages import repeat
from .protocol import MAX_RECEIVE_WAIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
    from types import TracebackType

    from .protocol import Message

__all__ = ["MIN_BYTES_PER_SECOND", "REPLY_TIMEOUT", "TYPICAL_BYTES", "BrokerDelivery", "BrokerSource"]

T = TypeVar("T")
REPLY_TIMEOUT, MIN_BYTES_PER_SECOND = 10.0, 250_000
TYPICAL_BYTES = 256 * 1024


class BrokerDelivery(RedactedBytesRepr, Struct, frozen=True):
    """One delivery of a message, with what its broker wants to see when it is settled."""

    id: str
    body: bytes
    deliveries: int | None
    receipt: Any = None

    def _shown(self) -> list[tuple[str, Any]]:
        return super()._shown()[:-1]


class BrokerSource:
    """Who holds what is decided by our own clock; a subclass talks to its broker, and names itself without secrets."""

    max_lease: float | None = None
    """The longest lease, where the broker counts in whole seconds and has a limit."""
    extra_wait: float = 1.0
    """Seconds beyond its `wait` that `receive` gives a request for messages, for the way there and back."""
    closing_wait: float = REPLY_TIMEOUT
    """Seconds that closing gives to requests for messages that are under way."""

    def __init__(self, lease: float, max_outage: float, clock: Clock | None) -> None:
        bounded = replace(SECONDS, low=1, above=None, high=self.max_lease)
        rules = SETTINGS if self.max_lease is None else {**SETTINGS, "lease": bounded}
        check_settings(type(self).__name__, rules, {"lease": lease, "max_outage": max_outage})
        self.lease: float = lease
        self._max_outage = max_outage
        self._clock = clock or SystemClock()
        self._leases = LocalLeases(lease, self._clock)
        self._largest = TYPICAL_BYTES
        self._state = "new"
        self._pulls: set[asyncio.Task[Sequence[BrokerDelivery]]] = set()
        self._idle: list[asyncio.Task[Sequence[BrokerDelivery]]] = []
        self._spare: list[BrokerDelivery] = []

    # -- what a subclass does

    async def _open(self) -> None:
        """Connect, and check what would lose messages later."""
        raise NotImplementedError

    async def _check_end(self) -> None:
        """Raise what was lost, if that can be seen; before it disconnects."""

    async def _close(self) -> None:
        """Disconnect."""
        raise NotImplementedError

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        """Ask for messages, and hold those that come (`_hold`)."""
        raise NotImplementedError

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        """The ids of those whose leases last from now."""
        raise NotImplementedError

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        """The ids of those that are settled for certain."""
        raise NotImplementedError

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        """Give back; raises nothing that a broker may answer."""
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
                if error is None:
                    await self._check_end()
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
            found = self._fresh(await self._next_pull(limit, min(wait, MAX_RECEIVE_WAIT)))
        self._spare += found[limit:]
        return found[:limit]

    async def _next_pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
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

    def _fresh(self, messages: Sequence[BrokerDelivery]) -> list[BrokerDelivery]:
        """Those that have half of their lease left; the others come again when it ends."""
        return [message for message in messages if self._leases.holds(message, self.lease / 2)]

    def _hold(self, found: Sequence[BrokerDelivery], since: float) -> Sequence[BrokerDelivery]:
        """Hold these from `since` on."""
        self._leases.grant(found, since)
        self._largest = max([self._largest, *(len(message.body) for message in found)])
        return found

    def _seconds(self, messages: int) -> float:
        """How long the bodies of this many messages may take on a slow connection."""
        return messages * self._largest / MIN_BYTES_PER_SECOND

    # -- settling

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Let the leases last `lease` seconds from now; returns those that are no longer ours."""
        self._check_open()
        kept: list[BrokerDelivery] = []
        if held := self._held(messages):
            since = self._clock.monotonic()
            extended = await self._extend(held)
            kept = [message for message in held if message.id in extended and self._leases.holds(message)]
            self._leases.grant(kept, since)
        return [message for message in messages if not any(message is one for one in kept)]

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Settle for good; returns those of which the broker does not say for certain that they are settled."""
        self._check_open()
        newest = [cast("BrokerDelivery", self._leases.newest(message)) for message in messages]
        sure: Collection[str] = ()
        if newest:
            with self._leases.settling():
                sure = await self._ack(newest)
            self._leases.forget(newest)
        return [message for message in messages if message.id not in sure]

    async def release(self, messages: Collection[Message]) -> None:
        """Give back at once, as far as possible; raises nothing."""
        if held := self._held(messages):
            self._leases.forget(held)
            await self._release(held)

    def _holds(self, message: Message) -> bool:
        return self._leases.holds(message)

    def _held(self, messages: Iterable[Message]) -> list[BrokerDelivery]:
        return [cast("BrokerDelivery", message) for message in messages if self._leases.holds(message)]

    # -- the broker

    async def _repeat(
        self,
        operation: Callable[[], Awaitable[T]],
        passing: Callable[[Exception], bool],
        max_outage: float | None = None,
    ) -> T:
        """What the operation gives, made again while the broker is unreachable, for `max_outage` seconds at most."""

        async def attempt() -> T:
            self._check_open()
            return await operation()

        outage = self._max_outage if max_outage is None else min(max_outage, self._max_outage)
        return await repeat(attempt, passing, repr(self), outage, self._clock)

    def _check_open(self) -> None:
        if self._state != "open":
            raise QueueClosed(f"{self!r} is not open: use it inside `async with`")
