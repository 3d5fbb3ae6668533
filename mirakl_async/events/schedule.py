"""What may be handled now: one event of an order, or of an offer, at a time, in the order of arrival. Pure.

An event that is to be tried again later keeps its turn, so that what follows it waits too.
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ..model import Event
    from ..queues.held_messages import HeldMessage

__all__ = ["Item", "Schedule"]


class Item(Struct, eq=False):
    """An event in hand: `subject` is what it is about; `message` is None for a deferred one, which the store gave.

    `order` is the subject of a command, and `marked` says that this runner has marked it as in progress. `again` and
    `failures` are about its handler; `attempts` counts how often it was put off,
    and `began` is when its handler did.
    """

    event: Event
    subject: object
    message: HeldMessage | None = None
    order: str = ""
    again: bool = False
    failures: int = 0
    attempts: int = 0
    marked: bool = False
    is_over: bool = False
    began: float | None = None


class Schedule:
    """Items that are ready, put off, or behind another one of their subject."""

    __slots__ = ("_behind", "_count", "_later", "_ready", "_serial")

    def __init__(self) -> None:
        self._ready: deque[Item] = deque()
        self._later: list[tuple[float, int, Item]] = []
        self._behind: dict[object, deque[Item] | None] = {}
        self._serial = 0
        self._count = 0

    def __len__(self) -> int:
        """All that is in hand, what is being handled included."""
        return self._count

    def add(self, item: Item) -> None:
        """Take an item."""
        self._count += 1
        if item.subject not in self._behind:
            self._behind[item.subject] = None
            self._ready.append(item)
            return
        behind = self._behind[item.subject]
        if behind is None:
            behind = self._behind[item.subject] = deque()
        behind.append(item)

    def take(self, now: float) -> Item | None:
        """The next item to handle; its subject is taken until `finish` or `put_off`."""
        if self._later and self._later[0][0] <= now:
            return heapq.heappop(self._later)[2]
        return self._ready.popleft() if self._ready else None

    def put_off(self, item: Item, until: float) -> None:
        """Give the item again at that time, and until then nothing else of its subject."""
        self._serial += 1
        item.attempts += 1
        heapq.heappush(self._later, (until, self._serial, item))

    def finish(self, item: Item) -> None:
        """The item is settled, or given back: the next one of its subject is ready."""
        self._count -= 1
        behind = self._behind[item.subject]
        if behind:
            self._ready.append(behind.popleft())
        else:
            del self._behind[item.subject]

    def next_time(self) -> float | None:
        """When the next item that was put off is due."""
        return self._later[0][0] if self._later else None
