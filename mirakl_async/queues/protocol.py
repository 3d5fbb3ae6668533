"""The protocols that the queues of all brokers implement.

A message is a block of lines (`blocks`). It is delivered at least once, and in any order: a receiver holds a lease on
the message, extends the lease while it works on the message, and acknowledges the message when all of its lines are
settled. This is sufficient because Connect keeps the newest `channel_updated_at` of each order.

If a broker does not support an operation, its queue does not have the method. A job checks once, when it starts,
whether its queue has the methods that it needs (`offers(queue, KeepsCursors)`).

Errors: `QueueUnavailable` (may be temporary), `QueueLost` (the broker lost messages), `TooLarge` (raised before
anything is sent), `QueueClosed`. Adapters retry transient errors, and the failed entries of a batch, for `max_outage`
seconds. The only operation that a caller may have to retry is a whole `put`.
"""

from __future__ import annotations

from inspect import getattr_static
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeAlias, runtime_checkable

from msgspec import Struct

from ..redaction import RedactedBytesRepr

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from types import TracebackType

__all__ = [
    "MAX_RECEIVE_WAIT",
    "KeepsCursors",
    "KeepsRejected",
    "KnowsAge",
    "Message",
    "Queue",
    "RejectedRow",
    "RejectionKind",
    "Sink",
    "Source",
    "offers",
]

MAX_RECEIVE_WAIT = 5.0
"""The maximum time, in seconds, that `receive` waits: a job that ends need not wait longer for it."""

RejectionKind: TypeAlias = Literal["server", "invalid", "conflict", "abandoned", "origin", "event"]


class Message(Protocol):
    """A delivered message. If the broker delivers it again, that is another object with the same id."""

    @property
    def id(self) -> str:
        """The broker's id: SQS MessageId, Redis stream entry, Pub/Sub messageId, sequence number or row id."""
        ...

    @property
    def body(self) -> bytes:
        """The encoded block of lines."""
        ...

    @property
    def deliveries(self) -> int | None:
        """The number of deliveries, including this one; None if the broker does not count them.

        On some brokers, deliveries that were released are counted too.
        """
        ...


class _Context(Protocol):
    """An async context manager that opens a queue.

    Closing the queue waits for running acknowledgements, then releases the messages that are still held.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Source(_Context, Protocol):
    """A queue that messages are received from. Its methods may be called concurrently."""

    @property
    def lease(self) -> float:
        """The duration of a lease in seconds, from the delivery or the last extension."""
        ...

    async def receive(self, limit: int, *, wait: float) -> Sequence[Message]:
        """Receive up to `limit` messages; return as soon as there is one, or [] after `wait` seconds (at most 5).

        If this call is cancelled, messages that it received are delivered again when their lease ends, or earlier.
        """
        ...

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Extend the leases to `lease` seconds from now; return the messages whose lease had already ended."""
        ...

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Acknowledge messages; return those that could not be confirmed, which may be delivered again."""
        ...

    async def release(self, messages: Collection[Message]) -> None:
        """Make messages available to receivers at once, as far as the broker allows; raises nothing."""
        ...

    async def waiting(self) -> int | None:
        """Return the number of unsettled messages, including leased ones; None if the broker cannot count them."""
        ...


@runtime_checkable
class Sink(_Context, Protocol):
    """A queue that messages are put into."""

    @property
    def max_bytes(self) -> int:
        """The maximum size of a body in bytes, as the broker reported when the queue was opened."""
        ...

    async def put(self, bodies: Sequence[bytes]) -> None:
        """Add a message for each body; all are durable on return.

        Raises TooLarge before anything is sent. After any other error the caller may put all bodies again.
        """
        ...


@runtime_checkable
class Queue(Source, Sink, Protocol):
    """A queue that messages are both put into and received from."""


@runtime_checkable
class KeepsCursors(Protocol):
    """A queue that stores a source's position and the messages read up to it in one transaction."""

    async def put_at(self, bodies: Sequence[bytes], name: str, position: str) -> None:
        """Put these bodies and set the cursor `name` to `position` in one step; `bodies` may be empty."""
        ...

    async def cursor(self, name: str) -> str | None:
        """Return the last stored position of this source; None if no position is stored."""
        ...


@runtime_checkable
class KnowsAge(Protocol):
    """A queue that stores when its messages were put."""

    async def oldest(self) -> float | None:
        """Return the age of the oldest unsettled message in seconds; 0 if the queue is empty.

        Return None if that message was put by an earlier version, which did not store the time.
        """
        ...


class RejectedRow(RedactedBytesRepr, Struct, frozen=True, kw_only=True, gc=False):
    """One rejected line, stored in a queue until it is replayed or purged.

    `id` is derived from what identifies the line (an order's origin, id and timestamp; an action's id), so that a
    rejection that is stored twice results in one row. `line` is what `replay` puts: a line with its origin, or None if
    it can never be sent. `at` is in seconds since 1970.
    """

    id: str
    kind: RejectionKind
    reason: str
    path: str | None = None
    order_id: str | None = None
    line: bytes | None = None
    at: float = 0.0


@runtime_checkable
class KeepsRejected(Protocol):
    """A queue that can store rejected lines and acknowledge their message in one transaction."""

    async def reject(self, message: Message | None, rows: Sequence[RejectedRow]) -> bool:
        """Store the rows and acknowledge their message in one step; `message` is None for rows without a message.

        Return False if the lease of the message had ended; the rows are stored even then.
        """
        ...

    async def replace(self, message: Message, bodies: Sequence[bytes]) -> bool:
        """Put these bodies and acknowledge the message in one step.

        Return False, without putting the bodies, if the lease of the message had ended.
        """
        ...

    def rejected(self) -> AsyncIterator[RejectedRow]:
        """Iterate over the rejected rows, oldest first."""
        ...

    async def replay(self, rows: Sequence[RejectedRow], bodies: Sequence[bytes]) -> None:
        """Put these bodies and delete the rejected rows in one step; `bodies` may be empty."""
        ...


def offers(queue: object, capability: Any) -> bool:
    """Whether a queue has all members of one of these protocols.

    `isinstance` is not used because it evaluates properties, some of which require that the queue is open.
    """
    names = [name for name in dir(capability) if not name.startswith("_")]
    missing = object()
    return all(getattr_static(queue, name, missing) is not missing for name in names)
