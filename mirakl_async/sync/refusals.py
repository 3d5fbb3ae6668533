"""Where refused orders go: to whoever iterates, and into the file.

Nobody has to iterate. As long as somebody does, nothing is dropped, and a feed of nothing but junk is read no faster
than its refusals are taken; else the first ones are kept, and the rest only counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

from .dead_letters import DeadLetters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from .refused import Refused

log: logging.Logger = logging.getLogger("mirakl_async")
KEPT = 10_000


class Refusals:
    """The refused orders of one job; `crowded` when those who iterate are behind by as many as are kept."""

    __slots__ = ("_file", "_kept", "_letters", "_listeners", "_news", "_released", "_room", "_untold")

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._letters: DeadLetters | None = None
        self._kept: deque[Refused] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._listeners = 0
        self._untold = 0
        self._released = False

    def open(self) -> None:
        """Open the file, if one was named."""
        if self._file is not None:
            self._letters = DeadLetters(self._file)

    def add(self, refused: Refused) -> None:
        """Hand one on; raises OSError if the file cannot take it, which then is the only one that has not got it."""
        if self._listeners or len(self._kept) < KEPT:
            self._kept.append(refused)
        else:
            self._untold += 1
        self._news.set()
        if self._letters is not None:
            self._letters.write(refused)

    async def listen(self, over: Callable[[], bool]) -> AsyncIterator[Refused]:
        """Each as it comes, until the job is `over` and all are told."""
        self._listeners += 1
        try:
            while True:
                while self._kept:
                    refused = self._kept.popleft()
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
        return self._listeners > 0 and len(self._kept) >= KEPT and not self._released

    async def room(self) -> None:
        """Wait while it is crowded."""
        while self.crowded:
            self._room.clear()
            await self._room.wait()

    def release(self) -> None:
        """From now on nobody is held back: the job is to end, and must not wait for whoever iterates."""
        self._released = True
        self._room.set()

    def close(self) -> None:
        """Close the file, and wake those who iterate."""
        self._news.set()
        if self._letters is not None:
            self._letters.close()
        elif self._untold:
            log.warning("%d refused orders were counted but not kept: iterate refused(), or name a file", self._untold)
