"""Receives messages from the queue, decodes them and adds them to the schedule; sets aside unusable messages."""

from __future__ import annotations

import asyncio
import logging
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ..errors import InvalidEvent, QueueUnavailable
from ..model import Command
from .decode import UnknownEvent, decode
from .parts import OFFER_EVENTS, offer_key
from .rejections import make_row
from .reporting import MAX_ACTION_ID
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

__all__ = ["MAX_RECEIVE", "RETRY_INTERVAL", "WAIT_AT_END", "EventIntake", "make_item"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_RECEIVE, RECEIVE_WAIT, WAIT_AT_END = 32, 5.0, 0.5
RETRY_INTERVAL = 5.0
MAX_ORDER_KEY = 1000  # an index of PostgreSQL takes up to 2,700 bytes


class EventIntake:
    """Receives events while fewer than `prefetch` are not settled; with `until_empty`, calls `stop` at the end."""

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
        self._capacity_freed = asyncio.Event()

    async def run(self) -> None:
        """Receive messages until `stop_receiving` is called."""
        last = self._clock.monotonic()
        while not self._stopping:
            capacity = self._prefetch - len(self._schedule)
            if capacity <= 0:
                self._capacity_freed.clear()
                await self._capacity_freed.wait()
                continue
            messages = await self._receive(min(capacity, MAX_RECEIVE))
            for held in self._held.take(messages):
                self._recorder.record("received")
                await self._accept(held)
            if messages:
                last = self._clock.monotonic()
            elif self._until_empty and await self._is_empty(last):
                self._stop()

    def notify_capacity(self) -> None:
        """Continue receiving, because an event was settled."""
        self._capacity_freed.set()

    def stop_receiving(self) -> None:
        """Stop requesting messages."""
        self._stopping = True
        self._capacity_freed.set()

    async def _receive(self, limit: int) -> Sequence[Message]:
        wait = min(WAIT_AT_END, self._idle) if self._until_empty else RECEIVE_WAIT
        try:
            messages = await self._held.receive(limit, wait=wait)
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
        elif isinstance(event, Command) and (fault := _invalid_action_id(event.action_id)) is not None:
            await self.set_aside(held, body, fault)
        else:
            self._schedule.add(make_item(event, held))
            self._wake()

    def add_overdue(self, body: bytes) -> None:
        """Schedule a deferred command that is overdue, so that it is handled again."""
        self._schedule.add(make_item(decode(body), None))
        self._wake()

    async def set_aside(self, held: HeldMessage | None, body: bytes, reason: str, action_id: str | None = None) -> None:
        """Store a message as rejected with the reason, and acknowledge it."""
        row = make_row(body, reason, self._clock.time(), action_id)
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
        """Store an outcome that Connect rejected."""
        body = msgspec.json.encode({"action_id": action_id, "outcome": msgspec.Raw(outcome.request_body())})
        await self.set_aside(None, body, reason, action_id)


def _invalid_action_id(action_id: str) -> str | None:
    """Return why no outcome can be stored or reported under this id; None if it is valid."""
    if "\0" in action_id:
        return "the action_id has a NUL character"
    size = len(action_id.encode())
    return None if size <= MAX_ACTION_ID else f"the action_id has {size} bytes; the maximum is {MAX_ACTION_ID}"


def make_item(event: Event, held: HeldMessage | None) -> Item:
    """Return the item of an event; its subject is the order or the offer, of which one event at a time is handled."""
    data = cast("Any", getattr(event, "data", None))
    if isinstance(event, Command):
        key = (data.channel_id, data.channel_store_id, data.channel_order_id)
        order = msgspec.json.encode(key).decode()
        if len(order) > MAX_ORDER_KEY:
            order = blake2b(order.encode(), digest_size=32).hexdigest()
        return Item(event, order, held, order)
    if isinstance(event, OFFER_EVENTS):
        return Item(event, offer_key(event), held)
    return Item(event, object(), held)
