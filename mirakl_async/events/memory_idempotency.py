"""An idempotency store in memory, for tests: its contents end with the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ..clock import Clock, SystemClock
from .idempotency import CLAIM_SECONDS, RETENTION, ActionProgress, Backlog, ExpiringLocks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType

__all__ = ["MemoryIdempotencyStore", "StoredAction"]


class StoredAction(Struct, eq=False):
    """One action; `at` is when it last changed, `since` when it started waiting for an outcome or a report."""

    at: float
    started: bool = False
    failures: int = 0
    outcome: bytes | None = None
    event: bytes | None = None
    since: float = 0.0
    due: float = 0.0


class MemoryIdempotencyStore:
    """An idempotency store in memory; a command that is redelivered after a restart is handled again."""

    durable: bool = False

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._entries: dict[str, StoredAction] = {}  # in the order in which they changed
        self._awaiting: dict[str, StoredAction] = {}
        self._unreported: dict[str, StoredAction] = {}
        self._orders, self._claims = ExpiringLocks(self._clock), ExpiringLocks(self._clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: the store can be opened again with its contents."""

    def _touch(self, action_id: str) -> StoredAction:
        """Return an entry and record that it changed now; delete an entry that is older than RETENTION."""
        now = self._clock.monotonic()
        entry = self._entries.pop(action_id, None) or StoredAction(now)
        entry.at = now
        self._entries[action_id] = entry
        for old, one in self._entries.items():
            if one.at + RETENTION > now:
                break
            if old not in self._awaiting and old not in self._unreported:
                del self._entries[old]
                break
        return entry

    async def start(
        self, action_id: str, order: str, runner: str, seconds: float, *, overdue: bool = False
    ) -> ActionProgress:
        """Store the action as started, and lock its order."""
        entry = self._entries.get(action_id) or StoredAction(0.0)
        deferred, again = action_id in self._awaiting, entry.started
        if entry.outcome is None and (overdue or not deferred):
            if not self._orders.take(order, runner, seconds):
                return ActionProgress(busy=True)
            entry = self._touch(action_id)
            entry.started = True
        reported = entry.outcome is not None and action_id not in self._unreported
        return ActionProgress(
            again=again, failures=entry.failures, outcome=entry.outcome, reported=reported, deferred=deferred
        )

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Extend the locks of this runner on these orders."""
        self._orders.extend(orders, runner, seconds)

    async def release(self, order: str, runner: str) -> None:
        """Release the lock of this runner on an order."""
        self._orders.release(order, runner)

    async def failed(self, action_id: str, failures: int) -> None:
        """Store how often the handler of an action has raised."""
        self._touch(action_id).failures = failures

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome if the action has none; return the stored outcome."""
        entry = self._touch(action_id)
        if entry.outcome is None:
            entry.outcome, entry.event, entry.since = outcome, None, entry.at
            self._awaiting.pop(action_id, None)
            self._unreported[action_id] = entry
            self._claims.take(action_id, "", CLAIM_SECONDS)
        return entry.outcome

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store the event of a deferred action; return the outcome if there is one."""
        entry = self._touch(action_id)
        if entry.outcome is None and action_id not in self._awaiting:
            entry.event, entry.since, entry.due = event, entry.at, entry.at + seconds
            self._awaiting[action_id] = entry
        return entry.outcome

    async def reported(self, action_ids: Collection[str]) -> None:
        """Store that these outcomes were reported to Connect."""
        for action_id in action_ids:
            self._touch(action_id)
            self._unreported.pop(action_id, None)

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim outcomes that are not reported to Connect."""
        found = ((key, entry.outcome) for key, entry in self._unreported.items() if entry.outcome is not None)
        return self._claims.claim(found, limit)

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Claim deferred events that are overdue."""
        now = self._clock.monotonic()
        found = ((key, one.event) for key, one in self._awaiting.items() if one.event is not None and one.due <= now)
        return self._claims.claim(found, limit)

    async def backlog(self) -> Backlog:
        """Return the numbers and ages of the actions that wait."""
        now = self._clock.monotonic()
        oldest = [
            min((entry.since for entry in one.values()), default=now) for one in (self._awaiting, self._unreported)
        ]
        return Backlog(len(self._awaiting), now - oldest[0], len(self._unreported), now - oldest[1])
