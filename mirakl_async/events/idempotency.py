"""What is remembered of each action, so that it has one outcome although its command is delivered several times.

An entry begins as a mark, "started", that is durable before the handler runs. The first outcome that is stored stands,
and is what Connect is sent, by any runner that finds that it was not. While a command is worked on, its order is in
progress, and no other runner starts a command of it; that mark ends with the message's lease.

Entries that wait for their outcome, or for its report, stay until they have it; others are forgotten after 14 days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar, runtime_checkable

from msgspec import Struct

from ..redaction import RedactedBytesRepr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from types import TracebackType

    from ..clock import Clock

__all__ = ["CLAIM_SECONDS", "RETENTION", "ActionProgress", "Backlog", "IdempotencyStore", "LocalMarks"]

T = TypeVar("T")
RETENTION = 14 * 86_400.0
CLAIM_SECONDS = 120.0
"""How long a runner that reports a stored outcome, or works on an overdue command, is left alone with it."""


class ActionProgress(RedactedBytesRepr, Struct, frozen=True):
    """How far an action is.

    `busy` says that its order is in progress elsewhere, and nothing was changed. `again` says that it was started
    before, and `failures` how often its handler raised. `outcome` is what was stored, and `reported` whether Connect
    has it; `deferred` says that it waits for its outcome.
    """

    busy: bool = False
    again: bool = False
    failures: int = 0
    outcome: bytes | None = None
    reported: bool = False
    deferred: bool = False


class Backlog(Struct, frozen=True):
    """How many actions wait for an outcome (`awaiting`) or for its report (`unreported`), and the oldest's seconds."""

    awaiting: int = 0
    oldest_awaiting: float = 0.0
    unreported: int = 0
    oldest_unreported: float = 0.0


@runtime_checkable
class IdempotencyStore(Protocol):
    """Keeps the entries; an async context manager whose methods may be called from many tasks at once.

    Each method is one atomic step. After QueueUnavailable, repeating it is right.
    """

    @property
    def durable(self) -> bool:
        """Whether entries outlive the process."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def start(
        self, action_id: str, order: str, runner: str, seconds: float, *, overdue: bool = False
    ) -> ActionProgress:
        """Mark the action as started, and its order as in progress by this runner for `seconds`.

        Nothing is marked for an action that has its outcome, or is deferred unless it is `overdue`, or whose order is
        in progress by another runner.
        """
        ...

    async def extend(self, orders: Collection[str], runner: str, seconds: float) -> None:
        """Let these orders be in progress for `seconds` from now."""
        ...

    async def release(self, order: str, runner: str) -> None:
        """The order is not in progress any more."""
        ...

    async def failed(self, action_id: str, failures: int) -> None:
        """The handler has raised so often."""
        ...

    async def decide(self, action_id: str, outcome: bytes) -> bytes:
        """Store an outcome, unless there is one; the one that stands."""
        ...

    async def defer(self, action_id: str, event: bytes, seconds: float) -> bytes | None:
        """Store the event until its outcome comes, at most for `seconds`; the outcome, if that was faster."""
        ...

    async def reported(self, action_ids: Collection[str]) -> None:
        """Connect has the outcomes of these."""
        ...

    async def unreported(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Outcomes that Connect does not have, oldest first, each given to one runner for CLAIM_SECONDS."""
        ...

    async def overdue(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Deferred events whose time is over, each given to one runner for CLAIM_SECONDS."""
        ...

    async def backlog(self) -> Backlog:
        """What waits."""
        ...


class LocalMarks:
    """What ends by itself after some seconds of this process: orders in progress, each by its runner, and claims."""

    __slots__ = ("_clock", "_marks")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._marks: dict[str, tuple[str, float]] = {}

    def take(self, key: str, runner: str, seconds: float) -> bool:
        """Mark it, unless another runner's mark lasts."""
        now = self._clock.monotonic()
        owner, until = self._marks.get(key, (runner, 0.0))
        if owner != runner and until > now:
            return False
        self._marks[key] = (runner, now + seconds)
        return True

    def extend(self, keys: Collection[str], runner: str, seconds: float) -> None:
        """Let those that this runner has last from now."""
        for key in keys:
            self.take(key, runner, seconds)

    def release(self, key: str, runner: str) -> None:
        """End a mark that this runner has."""
        if self._marks.get(key, ("", 0.0))[0] == runner:
            del self._marks[key]

    def claim(self, found: Iterable[tuple[str, T]], limit: int) -> list[tuple[str, T]]:
        """Up to `limit` of these whose claim does not last, claimed for CLAIM_SECONDS."""
        claimed: list[tuple[str, T]] = []
        now = self._clock.monotonic()
        for key in [key for key, (_, until) in self._marks.items() if until <= now]:
            del self._marks[key]
        for key, value in found:
            if len(claimed) == limit:
                break
            if key not in self._marks:
                self._marks[key] = ("", now + CLAIM_SECONDS)
                claimed.append((key, value))
        return claimed
