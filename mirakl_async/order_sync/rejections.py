"""Where refused orders go: to whoever iterates, and into the file.

Iterating is optional. While something iterates, none is dropped, and a feed of nothing but junk is read no faster than
its refusals are taken; else the first ones are kept, and the rest only counted. The first of each kind is logged.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from typing import TYPE_CHECKING

from .. import codec
from .rejected_file import RejectedFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from .rejected_order import RejectedOrder
    from .report import SyncCounters

log: logging.Logger = logging.getLogger("mirakl_async")
KEPT = 10_000
KEPT_BYTES = 32 * 1024 * 1024
MAX_REASONS = 20
MAX_REASON_LENGTH = 160
OTHER_REASONS = "for other reasons"
_INDEX = re.compile(r"\[\d+\]")
_VALUES = re.compile(r"[\w.+-]*@[\w.-]+|\S*\d\S*")


class Rejections:
    """The refused orders of one job; `crowded` when those who iterate are behind by as many as are kept."""

    __slots__ = (
        "_bytes",
        "_file",
        "_kept",
        "_letters",
        "_listeners",
        "_news",
        "_released",
        "_room",
        "_tally",
        "_untold",
    )

    def __init__(self, file: Path | None, tally: SyncCounters) -> None:
        self._file = file
        self._tally = tally
        self._bytes = 0
        self._letters: RejectedFile | None = None
        self._kept: deque[RejectedOrder] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._listeners = 0
        self._untold = 0
        self._released = False

    def open(self) -> None:
        """Open the file, if one was named."""
        if self._file is not None:
            self._letters = RejectedFile(self._file)

    def add(self, refused: RejectedOrder) -> None:
        """Hand one on; raises OSError if the file cannot take it, which then is the only one that has not got it."""
        self._count(refused)
        if self._listeners or (len(self._kept) < KEPT and self._bytes < KEPT_BYTES):
            self._kept.append(refused)
            self._bytes += _size(refused)
        else:
            self._untold += 1
        self._news.set()
        if self._letters is not None:
            self._letters.write(refused)

    async def listen(self, over: Callable[[], bool]) -> AsyncIterator[RejectedOrder]:
        """Each as it comes, until the job is `over` and all are told."""
        self._listeners += 1
        try:
            while True:
                while self._kept:
                    refused = self._kept.popleft()
                    self._bytes -= _size(refused)
                    if not self.crowded:
                        self._room.set()
                    yield refused
                if over():
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            self._listeners -= 1
            self._room.set()

    @property
    def crowded(self) -> bool:
        """Whether nothing more should be refused for now."""
        many = len(self._kept) >= KEPT or self._bytes >= KEPT_BYTES
        return self._listeners > 0 and many and not self._released

    async def room(self) -> None:
        """Wait while it is crowded."""
        while self.crowded:
            self._room.clear()
            await self._room.wait()

    def release(self) -> None:
        """From now on nobody is held back: the job is to end, and must not wait for whoever iterates."""
        self._released = True
        self._room.set()

    def sync(self) -> None:
        """Return when what the file holds will survive a power failure."""
        if self._letters is not None:
            self._letters.sync()

    def close(self, *, quiet: bool = False) -> None:
        """Close the file, and wake those who iterate; `quiet` where the orders are stored elsewhere."""
        self._news.set()
        if self._letters is not None:
            self._letters.close()
        elif self._untold and not quiet:
            log.warning(
                "%d rejected orders were counted but not stored; iterate rejected() or set rejected_file", self._untold
            )

    def _count(self, refused: RejectedOrder) -> None:
        """Count an order under its reason, and log the first of each."""
        reasons, reason = self._tally.reasons, reason_of(refused)
        if reason not in reasons and len(reasons) >= MAX_REASONS:
            reason = OTHER_REASONS
        reasons[reason] = reasons.get(reason, 0) + 1
        if reasons[reason] == 1:
            name = refused.channel_order_id or (f"line {refused.line}" if refused.line else "an item")
            log.warning("order sync: %s was refused: %s; more of this kind are only counted", name, reason)


def reason_of(refused: RejectedOrder) -> str:
    """What many refusals have in common: kind and reason, without the values of one order."""
    words = _VALUES.sub("…", _INDEX.sub("[]", f"{refused.kind}: {' '.join(refused.reason.split())}"))
    return words if len(words) <= MAX_REASON_LENGTH else words[: MAX_REASON_LENGTH - 1] + "…"


def _size(refused: RejectedOrder) -> int:
    if refused.raw is not None or refused.order is None:
        return len(refused.raw or b"")
    try:
        return len(codec.encode(refused.order))
    except Exception:  # noqa: BLE001 - it may be refused for just this
        return 0
