"""Decides which event may be handled next: one event at a time per order or offer, in the order of arrival.

A postponed event keeps its position, so later events of its order or offer wait as well. This module does no I/O.
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING, cast

from msgspec import Struct

if TYPE_CHECKING:
    from ..model import Command, Event
    from ..queues.held_messages import HeldMessage

__all__ = ["FIRST_DELAY", "MAX_DELAY", "Item", "Schedule", "retry_delay"]

FIRST_DELAY, MAX_DELAY = 0.5, 60.0


class Item(Struct, eq=False):
    """An event that is not settled.

    - `subject`: the key of its order or offer; items with the same subject are handled one after the other.
    - `message`: its held message; None for an overdue deferred command, which comes from the store.
    - `order`: the subject of a command. `in_progress`: this runner has locked the order in the store.
    - `again`, `failures`: whether the handler was started before, and how often it raised.
    - `attempts`: how often the item was postponed. `started_at`: when the handler started (monotonic).
    """

    event: Event
    subject: object
    message: HeldMessage | None = None
    order: str = ""
    again: bool = False
    failures: int = 0
    attempts: int = 0
    in_progress: bool = False
    is_finished: bool = False
    started_at: float | None = None

    @property
    def action_id(self) -> str:
        """The action id of a command, under which its outcome is stored and reported."""
        return cast("Command", self.event).action_id


class Schedule:
    """The items that are ready, postponed, or blocked by another item with the same subject."""

    __slots__ = ("_blocked", "_count", "_postponed", "_ready", "_serial")

    def __init__(self) -> None:
        self._ready: deque[Item] = deque()
        self._postponed: list[tuple[float, int, Item]] = []
        self._blocked: dict[object, deque[Item] | None] = {}
        self._serial = 0
        self._count = 0

    def __len__(self) -> int:
        """Return the number of items that are not finished, including those that are being handled."""
        return self._count

    def add(self, item: Item) -> None:
        """Add an item; it is blocked while another item with its subject is not finished."""
        self._count += 1
        if item.subject not in self._blocked:
            self._blocked[item.subject] = None
            self._ready.append(item)
            return
        blocked = self._blocked[item.subject]
        if blocked is None:
            blocked = self._blocked[item.subject] = deque()
        blocked.append(item)

    def take(self, now: float) -> Item | None:
        """Return the next item to handle; others with its subject stay blocked until `finish` is called."""
        if self._postponed and self._postponed[0][0] <= now:
            return heapq.heappop(self._postponed)[2]
        return self._ready.popleft() if self._ready else None

    def postpone(self, item: Item, until: float) -> None:
        """Return the item from `take` again at that time; others with its subject stay blocked."""
        self._serial += 1
        item.attempts += 1
        heapq.heappush(self._postponed, (until, self._serial, item))

    def put_back(self, item: Item) -> None:
        """Make an item ready again that `take` returned and that was not handled."""
        self._ready.appendleft(item)

    def finish(self, item: Item) -> None:
        """Remove an item that was settled or released; the next item with its subject becomes ready."""
        self._count -= 1
        blocked = self._blocked[item.subject]
        if blocked:
            self._ready.append(blocked.popleft())
        else:
            del self._blocked[item.subject]

    def next_time(self) -> float | None:
        """Return when the next postponed item is due; None if there is none."""
        return self._postponed[0][0] if self._postponed else None


def retry_delay(attempts: int, draw: float) -> float:
    """Return the seconds before the next attempt; `draw` is a random number from 0 to 1."""
    return float(min(MAX_DELAY, FIRST_DELAY * 2 ** min(attempts, 10)) * (0.5 + draw / 2))
