"""From a queue into the schedule: messages are received as there is room, and decoded; others are set aside."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ..errors import InvalidEvent, QueueUnavailable
from ..model import Command
from .decode import UnknownEvent, decode
from .parts import OFFER_EVENTS, offer_of
from .rejections import row_of
from .schedule import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..clock import Clock
    from ..model import Event
    from ..queues.held_messages import HeldMessage, HeldMessages
    from ..queues.protocol import Message, Source
    from .counters import EventRecorder
    from .outcomes import ActionOutcome
    from .rejections import RejectedEvents
    from .schedule import Schedule

__all__ = ["MAX_RECEIVE", "RECEIVE_TIMEOUT", "RETRY_INTERVAL", "WAIT_AT_END", "EventIntake", "item_of"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_RECEIVE, RECEIVE_WAIT, WAIT_AT_END, RECEIVE_TIMEOUT = 32, 5.0, 0.5, 1.0
RETRY_INTERVAL = 5.0


class EventIntake:
    """`prefetch` events are in hand at most; with `until_empty`, `stop` is called when nothing waits."""

    def __init__(
        self,
        queue: Source,
        held: HeldMessages,
        schedule: Schedule,
        *,
        rejections: RejectedEvents,
        recorder: EventRecorder,
        clock: Clock,
        prefetch: int,
        until_empty: bool,
        idle: float,
        wake: Callable[[], None],
        stop: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._held = held
        self._schedule = schedule
        self._rejections = rejections
        self._recorder = recorder
        self._clock = clock
        self._prefetch = prefetch
        self._until_empty, self._idle = until_empty, idle
        self._wake, self._stop = wake, stop
        self._stopping = False
        self._room = asyncio.Event()
        self._receiving: asyncio.Future[Sequence[Message]] | None = None

    async def run(self) -> None:
        """Receive until `stop_receiving`."""
        last = self._clock.monotonic()
        while not self._stopping:
            room = self._prefetch - len(self._schedule)
            if room <= 0:
                self._room.clear()
                await self._room.wait()
                continue
            messages = await self._receive(min(room, MAX_RECEIVE))
            for held in self._held.take(messages):
                self._recorder.record("received")
                await self._accept(held)
            if messages:
                last = self._clock.monotonic()
            elif self._until_empty and await self._is_empty(last):
                self._stop()

    def has_room(self) -> None:
        """Something that was in hand is settled."""
        self._room.set()

    def stop_receiving(self) -> None:
        """Ask for nothing more."""
        self._stopping = True
        self._room.set()

    async def received_last(self) -> Sequence[Message]:
        """What the last call brought: had it been cancelled, that would be lost until its lease ends."""
        receiving = self._receiving
        if receiving is None:
            return ()
        await asyncio.wait([receiving], timeout=RECEIVE_TIMEOUT)
        receiving.cancel()
        await asyncio.wait([receiving])
        return () if receiving.cancelled() or receiving.exception() is not None else receiving.result()

    async def _receive(self, limit: int) -> Sequence[Message]:
        wait = min(WAIT_AT_END, self._idle) if self._until_empty else RECEIVE_WAIT
        self._receiving = asyncio.ensure_future(self._queue.receive(limit, wait=wait))
        try:
            messages = await asyncio.shield(self._receiving)
        except QueueUnavailable as error:
            log.warning("%s; receiving again in %.0f s", error, RETRY_INTERVAL)
            await self._clock.sleep(RETRY_INTERVAL)
            return ()
        self._recorder.record_answer()
        return messages

    async def _is_empty(self, last: float) -> bool:
        if len(self._schedule) or len(self._held):
            return False
        waiting = await self._queue.waiting()
        return self._clock.monotonic() - last >= self._idle if waiting is None else waiting == 0

    async def _accept(self, held: HeldMessage) -> None:
        body = held.message.body
        try:
            event = decode(body)
        except InvalidEvent as error:
            log.warning("a message was set aside: %s", error)
            await self.set_aside(held, body, error.reason)
            return
        if isinstance(event, UnknownEvent) and event.action_id is not None:
            log.error("a command of unknown type %r was set aside: it has no outcome yet", event.type[:64])
            await self.set_aside(held, body, f"unknown command {event.type[:64]}", event.action_id)
        elif isinstance(event, Command) and "\0" in event.action_id:
            await self.set_aside(held, body, "the action_id has a NUL character")
        else:
            self._schedule.add(item_of(event, held))
            self._wake()

    def add_overdue(self, body: bytes) -> None:
        """A deferred command whose time is over is handled once more."""
        self._schedule.add(item_of(decode(body), None))
        self._wake()

    async def set_aside(self, held: HeldMessage | None, body: bytes, reason: str, action_id: str | None = None) -> None:
        """Store a message with the reason, and acknowledge it."""
        row = row_of(body, reason, self._clock.time(), action_id)
        while True:
            try:
                await self._rejections.add(row, held, self._held)
            except QueueUnavailable as error:
                if self._stopping:
                    raise
                log.warning("%s; storing a rejected message again in %.0f s", error, RETRY_INTERVAL)
                await self._clock.sleep(RETRY_INTERVAL)
            else:
                self._recorder.record("rejected")
                return

    async def reject_report(self, action_id: str, outcome: ActionOutcome, reason: str) -> None:
        """Store an outcome that Connect will not take."""
        body = msgspec.json.encode({"action_id": action_id, "outcome": msgspec.Raw(outcome.request_body())})
        await self.set_aside(None, body, reason, action_id)


def item_of(event: Event, held: HeldMessage | None) -> Item:
    """An event with what it is about: one event of an order, or of an offer, is handled at a time."""
    data = cast("Any", getattr(event, "data", None))
    if isinstance(event, Command):
        key = (data.channel_id, data.channel_store_id, data.channel_order_id)
        order = msgspec.json.encode(key).decode()
        return Item(event, order, held, order)
    if isinstance(event, OFFER_EVENTS):
        return Item(event, offer_of(event), held)
    return Item(event, object(), held)
