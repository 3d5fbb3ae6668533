"""The messages that a job holds: extends their leases, and acknowledges settled messages in batches.

- If a held message is delivered again, the new delivery replaces the old one.
- The ids of acknowledged messages are remembered, because an acknowledgement may be lost, or cross a new delivery of
  its message. Such a delivery is acknowledged again, and not returned to the job.
- A lease that has ended by this process's clock is neither extended nor released, because another process may hold the
  message.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from ..errors import QueueUnavailable
from .protocol import KeepsRejected, offers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ..clock import Clock
    from .protocol import Message, RejectedRow, Source

__all__ = ["RECEIVE_TIMEOUT", "RETRY_INTERVAL", "HeldMessage", "HeldMessages"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_REMEMBERED = 10_000
RETRY_INTERVAL = 5.0
RECEIVE_TIMEOUT = 1.0


class HeldMessage(Struct, eq=False):
    """A held message: its newest delivery, and when the lease ends (`until`, by the monotonic clock).

    A job that processes the lines counts the unsettled ones in `pending` and collects the rejected ones in `rows`.
    """

    message: Message
    until: float
    pending: int = 1
    rows: list[RejectedRow] = []


class HeldMessages:
    """The messages that a job has received from one queue and not settled yet.

    `before_extending` is awaited before leases are extended, with their duration in seconds. `store` stores rejected
    lines in an additional place before their message is acknowledged. With `retry=False`, `acknowledge_all` raises
    QueueUnavailable instead of trying again.
    """

    def __init__(
        self,
        queue: Source,
        clock: Clock,
        before_extending: Callable[[float], Awaitable[None]] | None = None,
        *,
        store: Callable[[Sequence[RejectedRow]], Awaitable[None]] | None = None,
        retry: bool = True,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._before_extending = before_extending
        self._store = store
        self._retry = retry
        self._held: dict[str, HeldMessage] = {}
        self._settled: dict[str, None] = {}
        self._finished: list[HeldMessage] = []
        self._has_finished = asyncio.Event()
        self._receiving: asyncio.Future[Sequence[Message]] | None = None

    def __len__(self) -> int:
        return len(self._held)

    async def receive(self, limit: int, *, wait: float) -> Sequence[Message]:
        """Return received messages, for `take`. If it is cancelled, the call of the queue continues."""
        receiving = self._receiving = asyncio.ensure_future(self._queue.receive(limit, wait=wait))
        messages = await asyncio.shield(receiving)
        self._receiving = None
        return messages

    async def receive_last(self) -> None:
        """Hold the messages of a call of `receive` that continues, so that they can be released.

        The call is not cancelled at once, because its messages would be unavailable until their lease ends.
        """
        if (receiving := self._receiving) is None:
            return
        await asyncio.wait([receiving], timeout=RECEIVE_TIMEOUT)
        await self.cancel_receive()
        if not receiving.cancelled() and receiving.exception() is None:
            self.take(receiving.result())

    async def cancel_receive(self) -> None:
        """End a call of `receive` that continues."""
        receiving, self._receiving = self._receiving, None
        if receiving is not None:
            receiving.cancel()
            await asyncio.wait([receiving])

    def take(self, messages: Sequence[Message]) -> list[HeldMessage]:
        """Hold the received messages; return those that were not held before."""
        until, new = self._clock.monotonic() + self._queue.lease, list[HeldMessage]()
        for message in messages:
            if (held := self._held.get(message.id)) is not None:
                held.message, held.until = message, until
            elif message.id in self._settled:
                self.finish(HeldMessage(message, until))
            else:
                held = self._held[message.id] = HeldMessage(message, until)
                new.append(held)
        return new

    def finish(self, held: HeldMessage) -> None:
        """Schedule a message for acknowledgement; it is held until it is acknowledged."""
        self._finished.append(held)
        self._has_finished.set()

    def forget(self, held: HeldMessage) -> None:
        """Stop holding a message that was settled in another way."""
        self._held.pop(held.message.id, None)

    async def release(self, held: HeldMessage) -> None:
        """Release one message to other receivers at once."""
        self._held.pop(held.message.id, None)
        if held.until > self._clock.monotonic():
            await self._queue.release([held.message])

    async def acknowledge(self) -> None:
        """Acknowledge the finished messages; raises the errors of the queue, after which it may be called again."""
        while self._finished:
            finished, self._finished = self._finished, []
            try:
                await self._settle(finished)
            except BaseException:
                self._finished[:0] = finished
                raise
            for held in finished:
                self._held.pop(held.message.id, None)
                self._settled[held.message.id] = None
            while len(self._settled) > MAX_REMEMBERED:
                del self._settled[next(iter(self._settled))]

    async def _settle(self, finished: Sequence[HeldMessage]) -> None:
        rejecting = [held for held in finished if held.rows]
        if rejecting and self._store is not None:
            await self._store([row for held in rejecting for row in held.rows])
        plain = [held.message for held in finished if not held.rows]
        for held in rejecting:
            if offers(self._queue, KeepsRejected):
                await cast("KeepsRejected", self._queue).reject(held.message, held.rows)
            else:
                plain.append(held.message)
        if plain:
            await self._queue.ack(plain)

    async def acknowledge_all(self) -> None:
        """Acknowledge finished messages until cancelled; retries while the queue is unavailable."""
        while True:
            await self._has_finished.wait()
            self._has_finished.clear()
            try:
                await self.acknowledge()
            except QueueUnavailable as error:
                if not self._retry:
                    raise
                log.warning("%s; acknowledging again in %.0f s", error, RETRY_INTERVAL)
                self._has_finished.set()
                await self._clock.sleep(RETRY_INTERVAL)

    async def keep_leases(self) -> None:
        """Extend all leases until cancelled, three times per lease duration."""
        while True:
            await self._clock.sleep(self._queue.lease / 3)
            try:
                await self._extend()
            except QueueUnavailable as error:
                log.warning("leases could not be extended: %s", error)

    async def _extend(self) -> None:
        lease = self._queue.lease
        if self._before_extending is not None:
            await self._before_extending(lease)
        now = self._clock.monotonic()
        if running := [held for held in self._held.values() if held.until > now]:
            asked = [held.message for held in running]
            ended = {message.id for message in await self._queue.extend(asked)}
            for held, message in zip(running, asked, strict=True):
                if held.message is message:  # otherwise it was redelivered meanwhile, with a lease of its own
                    held.until = 0.0 if message.id in ended else now + lease

    async def release_all(self) -> None:
        """Release the held messages that are not finished."""
        now, finished = self._clock.monotonic(), {held.message.id for held in self._finished}
        rest = [held.message for key, held in self._held.items() if held.until > now and key not in finished]
        self._held.clear()
        if rest:
            await self._queue.release(rest)
