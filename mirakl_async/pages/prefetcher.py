"""Requests under way before their answers are needed: one task for each place, bounded, and none left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

from ..errors import MaxWaitExceeded

P = TypeVar("P", bound=Hashable)
R = TypeVar("R")


class Prefetcher(Generic[P, R]):
    """Fetches places; at most `width` are under way, or waiting to be taken, at once.

    What is fetched too early is kept undecoded. An error waits in its task until its place is taken.
    """

    __slots__ = ("_dropped", "_fetch", "_tasks", "_width")

    def __init__(self, fetch: Callable[[P], Awaitable[R]], width: int) -> None:
        self._fetch = fetch
        self._width = width
        self._tasks: dict[P, asyncio.Task[R]] = {}
        self._dropped: set[asyncio.Task[Any]] = set()

    async def schedule(self, places: Iterable[P]) -> None:
        """Start the first places of a plan that are not started, and give up those that are no longer in it.

        Returns when the requests are out and the others withdrawn, so that nothing that keeps the event loop busy can
        hold them back.
        """
        wanted: list[P] = []
        for place in places:
            if len(wanted) == self._width:
                break
            wanted.append(place)
        for place in [place for place in self._tasks if place not in wanted]:
            self._drop(place)
        new = [place for place in wanted if place not in self._tasks]
        for place in new:
            self._tasks[place] = asyncio.create_task(self._run(place))
        if new or self._dropped:
            await asyncio.sleep(0)

    async def get(self, place: P) -> R:
        """The answer for a place: the one under way, or a new one."""
        task = self._tasks.pop(place, None)
        if task is None:
            return await self._fetch(place)
        try:
            return await task
        except MaxWaitExceeded:
            return await self._fetch(place)  # there was too long a wait only because it was asked for too early
        finally:
            if not task.done():
                self._forget(task)

    async def close(self) -> None:
        """Give up everything, and wait until nothing runs."""
        for place in list(self._tasks):
            self._drop(place)
        if self._dropped:
            await asyncio.wait(self._dropped)

    async def _run(self, place: P) -> R:
        return await self._fetch(place)

    def _drop(self, place: P) -> None:
        self._forget(self._tasks.pop(place))

    def _forget(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        self._dropped.add(task)
        task.add_done_callback(self._buried)

    def _buried(self, task: asyncio.Task[Any]) -> None:
        self._dropped.discard(task)
        if not task.cancelled():
            task.exception()  # nobody waits for it any more
