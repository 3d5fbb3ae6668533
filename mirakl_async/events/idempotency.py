"""The protocol of idempotency stores: each action has one outcome, although its command may be delivered several times.

- An action is stored as started before its handler runs.
- The first outcome that is stored is final. It is reported to Connect by the runner that stored it, or by any other
  runner that finds that it was not reported.
- While a command is handled, its order is in progress (locked), and no other runner starts a command of the order. The
  lock ends with the lease of the message.
- Actions that wait for their outcome or its report are stored until they have it; others are deleted after 14 days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar, runtime_checkable

from msgspec import Struct

from ..redaction import RedactedBytesRepr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from types import TracebackType

    from ..clock import Clock

__all__ = ["CLAIM_SECONDS", "RETENTION", "ActionProgress", "Backlog", "ExpiringLocks", "IdempotencyStore"]

T = TypeVar("T")
RETENTION = 14 * 86_400.0
CLAIM_SECONDS = 120.0
"""How long a stored outcome to report, or an overdue command, is reserved for the runner that claimed it."""


class ActionProgress(RedactedBytesRepr, Struct, frozen=True):
    """The stored progress of an action.

    `busy`: another runner handles its order, and nothing was changed. `again`: it was started before. `failures`: how
    often its handler raised. `outcome`: the stored outcome. `reported`: the outcome was reported to Connect.
    `deferred`: the action waits for its outcome.
    """

    busy: bool = False
    again: bool = False
    failures: int = 0
    outcome: bytes | None = None
    reported: bool = False
    deferred: bool = False


class Backlog(Struct, frozen=True):
    """The number of actions that wait for an outcome (`awaiting`) or for its report (`unreported`).

    `oldest_awaiting` and `oldest_unreported` are the ages of the oldest ones in seconds.
    """

    awaiting: int = 0
    oldest_awaiting: float = 0.0
    unreported: int = 0
    oldest_unreported: float = 0.0


@runtime_checkable
class IdempotencyStore(Protocol):
    """A store of actions; an async context manager whose methods may be called concurrently.

    Each method is atomic. After QueueUnavailable it may be called again.
    """

    @property
    def durable(self) -> bool:
        """Whether stored actions survive the end of the process."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def start(
        self, action_id: str, order: str, runner: str, seconds: float, *, overdue: bool = False
    ) -> ActionProgress:
        """Store the action as started, and lock its order for this runner for `seconds`; return the earlier progress.

        Nothing is changed if the action has an outcome, if it is deferred and not `overdue`, or if another runner has
        locked the order.
        """
        ...

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Extend the locks of this runner on these orders to `seconds` from now."""
        ...

    async def release(self, order: str, runner: str) -> None:
        """Release the lock of this runner on an order."""
        ...

    async def failed(self, action_id: str, failures: int) -> None:
        """Store how often the handler of an action has raised."""
        ...

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome if the action has none; return the outcome that is stored then."""
        ...

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store the event of a deferred action, which is overdue after `seconds`.

        Return the outcome if the action already has one; the event is then not stored.
        """
        ...

    async def reported(self, action_ids: Collection[str]) -> None:
        """Store that the outcomes of these actions were reported to Connect."""
        ...

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim outcomes that are not reported, oldest first, for CLAIM_SECONDS; return action ids and outcomes."""
        ...

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim deferred events that are overdue for CLAIM_SECONDS; return action ids and events."""
        ...

    async def backlog(self) -> Backlog:
        """Return the numbers and ages of the actions that wait."""
        ...


class ExpiringLocks:
    """Locks in memory that expire after some seconds: orders in progress, each with its runner, and claims."""

    __slots__ = ("_clock", "_locks")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[str, tuple[str, float]] = {}

    def take(self, key: str, runner: str, seconds: float) -> bool:
        """Lock a key for a runner; return False if another runner's lock has not expired."""
        now = self._clock.monotonic()
        owner, until = self._locks.get(key, (runner, 0.0))
        if owner != runner and until > now:
            return False
        self._locks[key] = (runner, now + seconds)
        return True

    def extend(self, keys: Collection[str], runner: str, seconds: float) -> None:
        """Extend the locks of a runner to `seconds` from now."""
        for key in keys:
            if self._locks.get(key, ("", 0.0))[0] == runner:
                self.take(key, runner, seconds)

    def release(self, key: str, runner: str) -> None:
        """Release a lock if this runner holds it."""
        if self._locks.get(key, ("", 0.0))[0] == runner:
            del self._locks[key]

    def claim(self, found: Iterable[tuple[str, T]], limit: int) -> list[tuple[str, T]]:
        """Claim up to `limit` unclaimed entries for CLAIM_SECONDS and return them."""
        claimed: list[tuple[str, T]] = []
        now = self._clock.monotonic()
        for key in [key for key, (_, until) in self._locks.items() if until <= now]:
            del self._locks[key]
        for key, value in found:
            if len(claimed) == limit:
                break
            if key not in self._locks:
                self._locks[key] = ("", now + CLAIM_SECONDS)
                claimed.append((key, value))
        return claimed
