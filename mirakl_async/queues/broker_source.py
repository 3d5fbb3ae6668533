"""The base class of the broker adapters: opening once, leases, and closing without losing messages.

A request for messages (a pull) is not cancelled together with the `receive` that started it: the broker may already
have leased messages to it, which would be unavailable until their lease ends. The pull continues, and a later `receive`
returns its messages; if no `receive` waits when they arrive, they are released.
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
from .outages import retry
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
    """One delivery of a message; `receipt` is what the broker requires to settle it."""

    id: str
    body: bytes
    deliveries: int | None
    receipt: Any = None

    def _shown(self) -> list[tuple[str, Any]]:
        return super()._shown()[:-1]


class BrokerSource:
    """A source whose leases follow the clock of this process; a subclass implements the requests to its broker.

    The repr of a subclass appears in logs and errors, so it must not contain secrets.
    """

    max_lease: float | None = None
    """The maximum lease in seconds, if the broker has one; such a broker requires at least 1 second."""
    extra_wait: float = 1.0
    """How many seconds longer than its `wait` `receive` waits for a pull, to allow for the network."""
    closing_wait: float = REPLY_TIMEOUT
    """How many seconds closing waits for running pulls."""

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
        self._waiting_pulls: list[asyncio.Task[Sequence[BrokerDelivery]]] = []
        self._undelivered: list[BrokerDelivery] = []
        self._release_tasks: set[asyncio.Task[None]] = set()

    # -- implemented by subclasses

    async def _open(self) -> None:
        """Connect, and check the broker's settings for those that would lose messages later."""
        raise NotImplementedError

    async def _check_end(self) -> None:
        """Raise QueueLost if the broker lost messages and reports it; called before disconnecting."""

    async def _close(self) -> None:
        """Disconnect from the broker."""
        raise NotImplementedError

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        """Request messages and start their leases (`_hold`)."""
        raise NotImplementedError

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        """Extend leases at the broker; return the ids of the messages for which it succeeded."""
        raise NotImplementedError

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        """Acknowledge messages; return the ids of those that the broker confirmed."""
        raise NotImplementedError

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        """Release messages at the broker; suppresses the broker's errors."""
        raise NotImplementedError

    # -- opening and closing

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise QueueClosed(f"{self!r} was already opened; create another one")
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
        await asyncio.gather(*pulls, *self._release_tasks, return_exceptions=True)

    # -- receiving

    async def receive(self, limit: int, *, wait: float) -> Sequence[BrokerDelivery]:
        """Receive up to `limit` messages; return as soon as there is one, or [] after `wait` seconds (at most 5)."""
        self._check_open()
        found, self._undelivered = self._with_half_lease(self._undelivered), []
        if not found:
            found = self._with_half_lease(await self._next_pull(limit, min(wait, MAX_RECEIVE_WAIT)))
        self._undelivered += found[limit:]
        return found[:limit]

    async def _next_pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        """Return the messages of a waiting pull, else of a new one; [] if it does not finish in time."""
        pull = self._waiting_pulls.pop(0) if self._waiting_pulls else asyncio.ensure_future(self._pull(limit, wait))
        self._pulls.add(pull)
        try:
            await asyncio.wait({pull}, timeout=wait + self.extra_wait)
        except asyncio.CancelledError:
            self._waiting_pulls.append(pull)
            pull.add_done_callback(self._release_unclaimed)
            raise
        self._check_open()  # if the source is closing, it releases the messages of this pull
        if not pull.done():
            self._waiting_pulls.append(pull)
            return []
        self._pulls.discard(pull)
        return pull.result()

    def _release_unclaimed(self, pull: asyncio.Task[Sequence[BrokerDelivery]]) -> None:
        """Release the messages of a pull whose `receive` was cancelled, unless another `receive` waits for them."""
        if self._state != "open" or pull not in self._waiting_pulls or pull.cancelled() or pull.exception() is not None:
            return  # an error is raised by the next `receive`
        self._waiting_pulls.remove(pull)
        self._pulls.discard(pull)
        if found := pull.result():
            release = asyncio.ensure_future(self.release(found))
            self._release_tasks.add(release)
            release.add_done_callback(self._release_tasks.discard)

    def _with_half_lease(self, messages: Sequence[BrokerDelivery]) -> list[BrokerDelivery]:
        """Return the messages that have at least half of their lease left; others are redelivered when it ends."""
        return [message for message in messages if self._leases.holds(message, self.lease / 2)]

    def _hold(self, found: Sequence[BrokerDelivery], since: float) -> Sequence[BrokerDelivery]:
        """Start the leases of received messages, measured from the monotonic time `since`."""
        self._leases.grant(found, since)
        self._largest = max([self._largest, *(len(message.body) for message in found)])
        return found

    def _seconds(self, messages: int) -> float:
        """Return how many seconds the bodies of this many messages may take on a slow connection."""
        return messages * self._largest / MIN_BYTES_PER_SECOND

    # -- settling

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Extend the leases to `lease` seconds from now; return the messages whose lease had already ended."""
        self._check_open()
        kept: list[BrokerDelivery] = []
        if held := self._held(messages):
            since = self._clock.monotonic()
            extended = await self._extend(held)
            kept = [message for message in held if message.id in extended and self._leases.holds(message)]
            self._leases.grant(kept, since)
        return [message for message in messages if not any(message is one for one in kept)]

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Acknowledge messages; return those that the broker did not confirm, which may be delivered again."""
        self._check_open()
        newest = [cast("BrokerDelivery", self._leases.newest(message)) for message in messages]
        sure: Collection[str] = ()
        if newest:
            with self._leases.settling():
                sure = await self._ack(newest)
            self._leases.forget(newest)
        return [message for message in messages if message.id not in sure]

    async def release(self, messages: Collection[Message]) -> None:
        """Make messages available to receivers at once, as far as the broker allows; raises nothing."""
        if held := self._held(messages):
            self._leases.forget(held)
            await self._release(held)

    def _holds(self, message: Message) -> bool:
        return self._leases.holds(message)

    def _held(self, messages: Iterable[Message]) -> list[BrokerDelivery]:
        return [cast("BrokerDelivery", message) for message in messages if self._leases.holds(message)]

    # -- the broker

    async def _retry(
        self,
        operation: Callable[[], Awaitable[T]],
        is_transient: Callable[[Exception], bool],
        max_outage: float | None = None,
    ) -> T:
        """Run an operation; retry it after transient errors for at most `max_outage` seconds."""

        async def attempt() -> T:
            self._check_open()
            return await operation()

        outage = self._max_outage if max_outage is None else min(max_outage, self._max_outage)
        return await retry(attempt, is_transient, repr(self), outage, self._clock)

    def _check_open(self) -> None:
        if self._state != "open":
            raise QueueClosed(f"{self!r} is not open: use it inside `async with`")
