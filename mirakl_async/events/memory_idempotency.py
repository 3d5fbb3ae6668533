"""What is remembered of actions in memory: for tests, since a restart forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ..clock import Clock, SystemClock
from .idempotency import CLAIM_SECONDS, RETENTION, ActionProgress, Backlog, LocalMarks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType

__all__ = ["MemoryIdempotencyStore", "StoredAction"]


class StoredAction(Struct, eq=False):
    """One action; `at` is when it changed last, `since` when it began to wait for an outcome or a report."""

    at: float
    started: bool = False
    failures: int = 0
    outcome: bytes | None = None
    event: bytes | None = None
    since: float = 0.0
    due: float = 0.0


class MemoryIdempotencyStore:
    """Entries that end with the process. A command that is delivered after a restart is handled again."""

    durable: bool = False

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._entries: dict[str, StoredAction] = {}  # by the time at which they changed
        self._awaiting: dict[str, StoredAction] = {}
        self._unreported: dict[str, StoredAction] = {}
        self._orders, self._claims = LocalMarks(self._clock), LocalMarks(self._clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close: what it holds can be used again."""

    def _changed(self, action_id: str) -> StoredAction:
        """The entry, as the one that changed last; those that are too old are forgotten."""
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
        """Mark the action as started, and its order as in progress."""
        entry = self._entries.get(action_id) or StoredAction(0.0)
        deferred, again = action_id in self._awaiting, entry.started
        if entry.outcome is None and (overdue or not deferred):
            if not self._orders.take(order, runner, seconds):
                return ActionProgress(busy=True)
            entry = self._changed(action_id)
            entry.started = True
        reported = entry.outcome is not None and action_id not in self._unreported
        return ActionProgress(
            again=again, failures=entry.failures, outcome=entry.outcome, reported=reported, deferred=deferred
        )

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Let these orders be in progress for longer."""
        self._orders.extend(orders, runner, seconds)

    async def release(self, order: str, runner: str) -> None:
        """The order is not in progress any more."""
        self._orders.release(order, runner)

    async def failed(self, action_id: str, failures: int) -> None:
        """Store how often the handler has raised."""
        self._changed(action_id).failures = failures

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome, unless there is one."""
        entry = self._changed(action_id)
        if entry.outcome is None:
            entry.outcome, entry.event, entry.since = outcome, None, entry.at
            self._awaiting.pop(action_id, None)
            self._unreported[action_id] = entry
            self._claims.take(action_id, "", CLAIM_SECONDS)
        return entry.outcome

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store an event until its outcome comes."""
        entry = self._changed(action_id)
        if entry.outcome is None and action_id not in self._awaiting:
            entry.event, entry.since, entry.due = event, entry.at, entry.at + seconds
            self._awaiting[action_id] = entry
        return entry.outcome

    async def reported(self, action_ids: Collection[str]) -> None:
        """Connect has the outcomes of these."""
        for action_id in action_ids:
            self._changed(action_id)
            self._unreported.pop(action_id, None)

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Outcomes that Connect does not have."""
        found = ((key, entry.outcome) for key, entry in self._unreported.items() if entry.outcome is not None)
        return self._claims.claim(found, limit)

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Deferred events whose time is over."""
        now = self._clock.monotonic()
        found = ((key, one.event) for key, one in self._awaiting.items() if one.event is not None and one.due <= now)
        return self._claims.claim(found, limit)

    async def backlog(self) -> Backlog:
        """What waits."""
        now = self._clock.monotonic()
        oldest = [
            min((entry.since for entry in one.values()), default=now) for one in (self._awaiting, self._unreported)
        ]
        return Backlog(len(self._awaiting), now - oldest[0], len(self._unreported), now - oldest[1])
