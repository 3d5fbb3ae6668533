"""Pass rejected orders to iterators, and write them to the file.

Iterating is optional. With an iterator, no rejected order is dropped, and the source is read no faster than rejected
orders are consumed. Without one, the first ones are kept and the others only counted. The first of each kind is logged.
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

__all__ = ["KEPT", "KEPT_BYTES", "MAX_REASONS", "OrderRejections", "reason_of"]

log: logging.Logger = logging.getLogger("mirakl_async")
KEPT = 10_000
KEPT_BYTES = 32 * 1024 * 1024
MAX_REASONS = 20
MAX_REASON_LENGTH = 160
OTHER_REASONS = "for other reasons"
_INDEX = re.compile(r"\[\d+\]")
_VALUES = re.compile(r"""[\w.+-]*@[\w.-]+|"[^"]*"|(?<!\w)'[^']*'(?!\w)|“[^”]*”|«[^»]*»|\S*\d\S*""")


class OrderRejections:
    """The rejected orders of one job."""

    __slots__ = (
        "_bytes",
        "_counters",
        "_file",
        "_kept",
        "_letters",
        "_listeners",
        "_news",
        "_released",
        "_room",
        "_unreported",
    )

    def __init__(self, file: Path | None, counters: SyncCounters) -> None:
        self._file = file
        self._counters = counters
        self._bytes = 0
        self._letters: RejectedFile | None = None
        self._kept: deque[RejectedOrder] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._listeners = 0
        self._unreported = 0
        self._released = False

    def open(self) -> None:
        """Open the file, if there is one."""
        if self._file is not None:
            self._letters = RejectedFile(self._file)

    def add(self, rejected_order: RejectedOrder) -> None:
        """Add a rejected order; raises OSError if only writing it to the file failed."""
        if self._listeners or (len(self._kept) < KEPT and self._bytes < KEPT_BYTES):
            self._kept.append(rejected_order)
            self._bytes += _size(rejected_order)
        else:
            self._unreported += 1
        self._news.set()
        self._count(rejected_order)
        if self._letters is not None:
            self._letters.write(rejected_order)

    async def listen(self, over: Callable[[], bool]) -> AsyncIterator[RejectedOrder]:
        """Yield rejected orders as they are found, until the job is `over` and all were yielded."""
        self._listeners += 1
        try:
            while True:
                while self._kept:
                    rejected_order = self._kept.popleft()
                    self._bytes -= _size(rejected_order)
                    if not self.is_over_capacity:
                        self._room.set()
                    yield rejected_order
                if over():
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            self._listeners -= 1
            self._room.set()

    @property
    def is_over_capacity(self) -> bool:
        """Whether reading should pause, since iterators have not consumed enough rejected orders."""
        if not self._listeners or self._released:
            return False
        return len(self._kept) >= KEPT or self._bytes >= KEPT_BYTES

    async def wait_for_capacity(self) -> None:
        """Wait while `is_over_capacity`."""
        while self.is_over_capacity:
            self._room.clear()
            await self._room.wait()

    def release(self) -> None:
        """Stop waiting for iterators, since the job is to end."""
        self._released = True
        self._room.set()

    def sync(self) -> None:
        """Return when the content of the file is safe from a power failure."""
        if self._letters is not None:
            self._letters.sync()

    def close(self, *, quiet: bool = False) -> None:
        """Close the file, and wake the iterators; `quiet` if the orders are stored elsewhere."""
        self._news.set()
        if self._letters is not None:
            self._letters.close()
        elif self._unreported and not quiet:
            log.warning(
                "%d rejected orders were counted but not stored; iterate rejected() or set rejected_file",
                self._unreported,
            )

    def _count(self, rejected_order: RejectedOrder) -> None:
        """Count an order by its reason, and log the first of each reason."""
        reasons, reason = self._counters.reasons, reason_of(rejected_order)
        if reason not in reasons and len(reasons) >= MAX_REASONS:
            reason = OTHER_REASONS
        reasons[reason] = reasons.get(reason, 0) + 1
        if reasons[reason] == 1:
            name = rejected_order.channel_order_id or (
                f"line {rejected_order.line}" if rejected_order.line else "an item"
            )
            log.warning("order sync: %s was rejected: %s; more of this kind are only counted", name, reason)


def reason_of(rejected_order: RejectedOrder) -> str:
    """Return the kind and the reason without values of the order, so that equal rejections can be counted."""
    words = _VALUES.sub("…", _INDEX.sub("[]", f"{rejected_order.kind}: {' '.join(rejected_order.reason.split())}"))
    return words if len(words) <= MAX_REASON_LENGTH else words[: MAX_REASON_LENGTH - 1] + "…"


def _size(rejected_order: RejectedOrder) -> int:
    if rejected_order.raw is not None or rejected_order.order is None:
        return len(rejected_order.raw or b"")
    try:
        return len(codec.encode(rejected_order.order))
    except Exception:  # noqa: BLE001 - the order may be rejected for this reason
        return 0
