"""What a queue does on every broker.

A message is a block of lines (`blocks`). It is delivered at least once, in any order: a receiver holds it for a
lease, extends the lease while working on it, and acknowledges it when all of its lines are settled. That is enough,
because Connect keeps the newest `channel_updated_at` of each order.

A broker that cannot do something does not have the method: what a queue offers is asked of its type, once, when a job
starts (`isinstance(queue, KeepsCursors)`).

Errors: `QueueUnavailable` (it may pass), `QueueLost` (messages are gone), `TooLarge` (before anything was sent),
`QueueClosed`. Adapters repeat passing faults, and the failed entries of a batch, for `max_outage` seconds; the caller
repeats nothing but a whole `put`.
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
"""The longest that `receive` waits, so that a job can end."""

RejectionKind: TypeAlias = Literal["server", "invalid", "conflict", "abandoned", "origin", "event"]


class Message(Protocol):
    """One block as handed out. Delivered again, it is another object with the same id."""

    @property
    def id(self) -> str:
        """The broker's own: SQS MessageId, stream entry, Pub/Sub messageId, sequence number, row id."""
        ...

    @property
    def body(self) -> bytes:
        """The block."""
        ...

    @property
    def deliveries(self) -> int | None:
        """How often it was delivered, this time included; releases may count; None where the broker does not count."""
        ...


class _Context(Protocol):
    """A queue is opened by `async with`; closing waits for acknowledgements under way and releases the rest."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Source(_Context, Protocol):
    """Where messages are received from. Its methods may be called from many tasks at once."""

    @property
    def lease(self) -> float:
        """Seconds that a delivery lasts, from its receipt or its last extension."""
        ...

    async def receive(self, limit: int, *, wait: float) -> Sequence[Message]:
        """Up to `limit` messages, as soon as there is one; none after `wait` seconds (at most 5).

        When it is cancelled, what was taken comes back at the latest when its lease ends.
        """
        ...

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Let the leases last `lease` seconds from now; returns those that are no longer ours."""
        ...

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Settle for good; returns those that could not be confirmed, which may be delivered again."""
        ...

    async def release(self, messages: Collection[Message]) -> None:
        """Give back at once, as far as possible; raises nothing."""
        ...

    async def waiting(self) -> int | None:
        """How many messages are not settled, delivered ones included; None where the broker cannot say."""
        ...


@runtime_checkable
class Sink(_Context, Protocol):
    """Where messages are put."""

    @property
    def max_bytes(self) -> int:
        """The largest body it takes, as its broker said when it was opened."""
        ...

    async def put(self, bodies: Sequence[bytes]) -> None:
        """Take all of these; they are durable on return.

        Raises TooLarge before anything is sent. After any other error putting all of them again is right.
        """
        ...


@runtime_checkable
class Queue(Source, Sink, Protocol):
    """Both: what is put here is received here."""


@runtime_checkable
class KeepsCursors(Protocol):
    """A queue that keeps a source's position in the transaction that puts what was read up to there."""

    async def put_at(self, bodies: Sequence[bytes], name: str, position: str) -> None:
        """Like `put`, and from then on `cursor(name)` is `position`; no bodies only move the cursor."""
        ...

    async def cursor(self, name: str) -> str | None:
        """The position that was stored last for this source; None for an unknown one."""
        ...


@runtime_checkable
class KnowsAge(Protocol):
    """A queue that knows since when its messages have been there."""

    async def oldest(self) -> float | None:
        """For how many seconds the oldest message that is not settled has been there; 0 if there is none.

        None where that message is of a time before its age was stored.
        """
        ...


class RejectedRow(RedactedBytesRepr, Struct, frozen=True, kw_only=True, gc=False):
    """One line that will not be accepted, as a queue keeps it until it is replayed or purged.

    `id` is stable, made of what identifies the line (an order's origin, id and stamp; an action's id), so that the
    same rejection stored twice is stored once. `line` is what `replay` puts back: a block's line with its origin, None
    for what cannot be sent at all. `at` is in seconds since 1970.
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
    """A queue that keeps rejected lines beside its messages, in one step with the settling of their message."""

    async def reject(self, message: Message | None, rows: Sequence[RejectedRow]) -> bool:
        """Store the rows and acknowledge their message (None: rows that came from no message) in one step.

        False if the message was no longer ours; the rows are stored all the same.
        """
        ...

    async def replace(self, message: Message, bodies: Sequence[bytes]) -> bool:
        """Put these bodies and acknowledge the message in one step; False, and nothing is put, if it is not ours."""
        ...

    def rejected(self) -> AsyncIterator[RejectedRow]:
        """What was rejected, oldest first."""
        ...

    async def replay(self, rows: Sequence[RejectedRow], bodies: Sequence[bytes]) -> None:
        """Put these bodies and forget the rows in one step; with no bodies it only forgets them."""
        ...


def offers(queue: object, capability: Any) -> bool:
    """Whether a queue has all that one of these protocols asks for; for `isinstance` it would have to be open."""
    names = [name for name in dir(capability) if not name.startswith("_")]
    missing = object()
    return all(getattr_static(queue, name, missing) is not missing for name in names)
