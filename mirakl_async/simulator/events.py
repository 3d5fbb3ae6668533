"""The delivery of events from Connect to a connector's queue: at least once, in any order, and delayed if requested.

An event is the bytes of a message. Events are sent to a sink, which is a function of a list of message bodies or an
object with the method `put(bodies)`; both may return an awaitable. Without a sink, events wait in `outbox`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, Protocol

from msgspec import Struct, json

from .clock import Clock
from .exchange import Answer, Call, Route
from .front.promises import without_nulls
from .front.row_random import instant

__all__ = ["Delivery", "Events", "QueueSink", "Sink", "StoredFile", "hand_over"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, the notation of ULIDs."""


class QueueSink(Protocol):
    """A queue that accepts several messages at once."""

    def put(self, bodies: Sequence[bytes], /) -> Awaitable[Any] | Any:
        """Accept the bodies of messages."""
        ...


Sink = QueueSink | Callable[[Sequence[bytes]], Awaitable[Any] | Any]


async def hand_over(sink: Sink, bodies: Sequence[bytes]) -> None:
    """Pass message bodies to a sink."""
    if not bodies:
        return
    put: Any = getattr(sink, "put", sink)
    result: object = put(bodies)
    if inspect.isawaitable(result):
        await result


class Delivery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How events are delivered.

    An event is delivered again with the probability `duplicates`. The next event is chosen at random from up to
    `reorder` pending ones. `delay` is the delay of each event in seconds of the simulator's clock; `deliver()` delivers
    the events that are due.
    """

    duplicates: float = 0.0
    reorder: int = 1
    delay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.duplicates <= 1:
            raise ValueError("duplicates: must be a probability from 0 to 1")
        if self.reorder < 1:
            raise ValueError("reorder: must be at least 1")
        if not 0 <= self.delay < float("inf"):
            raise ValueError("delay: must be a number of seconds")


class StoredFile(Struct, frozen=True):
    """A document uploaded by a seller, which the connector can download until it expires."""

    name: str
    content: bytes
    expires_at: float


class Events:
    """The events of one simulator; `sent` lists all events that were produced, in order, each once."""

    def __init__(self, clock: Clock, *, seed: int = 0, live: bool = False) -> None:
        self.live = live
        self.delivery: Delivery = Delivery()
        self.sent: list[bytes] = []
        self.outbox: list[bytes] = []
        self.delivered: int = 0
        self.files: dict[str, StoredFile] = {}
        self._clock = clock
        self._random = Random(f"events of {seed}")
        self._sink: Sink | None = None
        self._waiting: list[tuple[float, bytes]] = []
        self._by_action: dict[str, bytes] = {}
        self._last = 0

    def connect(self, sink: Sink | None, delivery: Delivery | None = None) -> None:
        """Send future events to a sink; with `None`, events stay in `outbox`."""
        self._sink = sink
        if delivery is not None:
            self.delivery = delivery

    async def publish(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """Create an event with this data and send it according to `delivery`."""
        # Events have different times, so that a comparison of times shows which one is newer.
        self._last = max(int(self._clock.time() * 1000), self._last + 1)
        event = {"id": self._ulid(), "type": kind, "time": instant(self._last / 1000), "data": data, **more}
        body = json.encode(event if self.live else without_nulls(event))
        self.sent.append(body)
        if "action_id" in data:
            self._by_action[data["action_id"]] = body
        due = self._clock.monotonic() + self.delivery.delay
        again = self._random.random() < self.delivery.duplicates
        self._waiting += [(due, body)] * (2 if again else 1)
        if len(self._waiting) >= self.delivery.reorder:
            await self.deliver()

    async def deliver(self, *, everything: bool = False) -> int:
        """Deliver the events that are due, or all pending events, and return their number."""
        now = self._clock.monotonic()
        due = [body for at, body in self._waiting if everything or at <= now]
        self._waiting = [] if everything else [(at, body) for at, body in self._waiting if at > now]
        if self.delivery.reorder > 1:
            self._random.shuffle(due)
        await self._hand_over(due)
        return len(due)

    def knows(self, action_id: str) -> bool:
        """Whether a command of this action was sent."""
        return action_id in self._by_action

    async def redeliver(self, *action_ids: str) -> int:
        """Send the commands of these actions again, as a queue does with unacknowledged messages."""
        bodies = [self._by_action[one] for one in action_ids]
        await self._hand_over(bodies)
        return len(bodies)

    def store_file(self, name: str, content: bytes, seconds: float) -> str:
        """Store a document for `seconds`, and return the name in its URL."""
        place = f"{self._random.getrandbits(64):016x}"
        self.files[place] = StoredFile(name, content, self._clock.time() + seconds)
        return place

    def route(self) -> Route:
        """Return the route that serves documents, on the origin that accepts no credential."""
        return Route("GET", "/documents/{place}", "document", self._file)

    def _file(self, call: Call) -> Answer:
        file = self.files.get(call.path["place"])
        if file is None:
            return Answer(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")
        if self._clock.time() >= file.expires_at:
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        return Answer(200, file.content, "application/octet-stream")

    async def _hand_over(self, bodies: list[bytes]) -> None:
        if not bodies:
            return
        self.delivered += len(bodies)
        if self._sink is None:
            self.outbox += bodies
            return
        await hand_over(self._sink, bodies)

    def new_id(self) -> str:
        """Return the id for a new action."""
        return f"action-{self._random.getrandbits(64):016x}"

    def _ulid(self) -> str:
        number = (self._last << 80) | self._random.getrandbits(80)
        return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
