"""Events on their way from Connect to a connector's queue: delivered at least once, in any order, late if asked.

An event is the bytes of a message. It goes to a sink, which is a function of a list of such bodies, or an object with
`put(bodies)`; either may return an awaitable. Without a sink, events wait in `outbox`.
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
"""Crockford's base 32, in which ULIDs are written."""


class QueueSink(Protocol):
    """A queue that takes several bodies at once."""

    def put(self, bodies: Sequence[bytes], /) -> Awaitable[Any] | Any:
        """Take the bodies of messages."""
        ...


Sink = QueueSink | Callable[[Sequence[bytes]], Awaitable[Any] | Any]


async def hand_over(sink: Sink, bodies: Sequence[bytes]) -> None:
    """Give bodies to a sink."""
    if not bodies:
        return
    put: Any = getattr(sink, "put", sink)
    result: object = put(bodies)
    if inspect.isawaitable(result):
        await result


class Delivery(Struct, frozen=True, kw_only=True):
    """How events arrive: each again with a probability of `duplicates`, out of up to `reorder` in random order.

    `delay` is the seconds that each one takes, by the simulator's clock: `deliver()` hands out what is due.
    """

    duplicates: float = 0.0
    reorder: int = 1
    delay: float = 0.0


class StoredFile(Struct, frozen=True):
    """A document that a seller uploads: the connector downloads it until it expires."""

    name: str
    content: bytes
    expires_at: float


class Events:
    """The events of one simulator; `sent` are all that were produced, in their order, each once."""

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
        """Send events to a sink from now on, `None` to keep them in `outbox`."""
        self._sink = sink
        if delivery is not None:
            self.delivery = delivery

    async def publish(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """Make an event of data and send it, as `delivery` says."""
        # Two events never have one time: what compares times could not tell which is newer.
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
        """Hand out the events that are due, or everything that waits; return how many."""
        now = self._clock.monotonic()
        due = [body for at, body in self._waiting if everything or at <= now]
        self._waiting = [] if everything else [(at, body) for at, body in self._waiting if at > now]
        if self.delivery.reorder > 1:
            self._random.shuffle(due)
        await self._hand_over(due)
        return len(due)

    def knows(self, action_id: str) -> bool:
        """Tell whether a command of this action was sent."""
        return action_id in self._by_action

    async def redeliver(self, *action_ids: str) -> int:
        """Send the commands of these actions again, as a queue does with what was not acknowledged."""
        bodies = [self._by_action[one] for one in action_ids]
        await self._hand_over(bodies)
        return len(bodies)

    def store_file(self, name: str, content: bytes, seconds: float) -> str:
        """Keep a document for `seconds`; return the name of its place."""
        place = f"{self._random.getrandbits(64):016x}"
        self.files[place] = StoredFile(name, content, self._clock.time() + seconds)
        return place

    def route(self) -> Route:
        """Return the route that serves documents, on the origin that takes no credential."""
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
        """Return the id of another action."""
        return f"action-{self._random.getrandbits(64):016x}"

    def _ulid(self) -> str:
        number = (self._last << 80) | self._random.getrandbits(80)
        return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
