"""The messages that a job has in hand: their leases are extended, and what is settled is acknowledged, many at a time.

A message that is delivered again while it is in hand only replaces its handle. The ids of acknowledged messages are
remembered, since a delivery may cross its acknowledgement, or that may be lost: delivered again, they are acknowledged
once more and not given out. A lease that has ended by our own clock is neither extended nor released, since another
may have the message.
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

__all__ = ["RETRY_INTERVAL", "HeldMessage", "HeldMessages"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_REMEMBERED = 10_000
RETRY_INTERVAL = 5.0


class HeldMessage(Struct, eq=False):
    """A message in hand by its newest delivery; `until` is when its lease ends, by this process's clock.

    A job on its lines counts in `pending` those that are not settled, and keeps in `rows` those that are rejected.
    """

    message: Message
    until: float
    pending: int = 1
    rows: list[RejectedRow] = []


class HeldMessages:
    """`before_extending` is awaited before leases are extended, with the seconds that they will last.

    `store` keeps rejected lines in a further place, before their message is acknowledged. Unless it is `patient`, an
    outage of the queue is raised by `acknowledge_all`.
    """

    def __init__(
        self,
        queue: Source,
        clock: Clock,
        before_extending: Callable[[float], Awaitable[None]] | None = None,
        *,
        store: Callable[[Sequence[RejectedRow]], Awaitable[None]] | None = None,
        patient: bool = True,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._before_extending = before_extending
        self._store = store
        self._patient = patient
        self._held: dict[str, HeldMessage] = {}
        self._settled: dict[str, None] = {}
        self._finished: list[HeldMessage] = []
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._held)

    def take(self, messages: Sequence[Message]) -> list[HeldMessage]:
        """Hold these; those that were not in hand."""
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
        """Acknowledge it soon; until it is acknowledged it stays in hand."""
        self._finished.append(held)
        self._news.set()

    def forget(self, held: HeldMessage) -> None:
        """It was settled in another way."""
        self._held.pop(held.message.id, None)

    async def release(self, held: HeldMessage) -> None:
        """Give one back at once."""
        self._held.pop(held.message.id, None)
        if held.until > self._clock.monotonic():
            await self._queue.release([held.message])

    async def acknowledge(self) -> None:
        """Acknowledge what is finished; raises what the queue raises, and then it can be repeated."""
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
        """Acknowledge whatever is finished, until cancelled; an unreachable queue is asked again."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.acknowledge()
            except QueueUnavailable as error:
                if not self._patient:
                    raise
                log.warning("%s; acknowledging again in %.0f s", error, RETRY_INTERVAL)
                self._news.set()
                await self._clock.sleep(RETRY_INTERVAL)

    async def keep_leases(self) -> None:
        """Extend all leases every third of one, until cancelled."""
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
            ended = {message.id for message in await self._queue.extend([held.message for held in running])}
            for held in running:
                held.until = 0.0 if held.message.id in ended else now + lease

    async def release_all(self) -> None:
        """Give back what is still in hand and not finished."""
        now, finished = self._clock.monotonic(), {held.message.id for held in self._finished}
        rest = [held.message for key, held in self._held.items() if held.until > now and key not in finished]
        self._held.clear()
        if rest:
            await self._queue.release(rest)
