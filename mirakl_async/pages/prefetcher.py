"""Requests sent before their responses are needed: one task each, a bounded number, none left running at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

from ..errors import MaxWaitExceeded

__all__ = ["Prefetcher"]

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class Prefetcher(Generic[K, R]):
    """Calls `fetch(key)` ahead of time for at most `width` keys, whose results were not yet taken by `get`.

    An error is raised by the `get` of its key.
    """

    __slots__ = ("_cancelled", "_fetch", "_tasks", "_width")

    def __init__(self, fetch: Callable[[K], Awaitable[R]], width: int) -> None:
        self._fetch = fetch
        self._width = width
        self._tasks: dict[K, asyncio.Task[R]] = {}
        self._cancelled: set[asyncio.Task[Any]] = set()

    async def schedule(self, keys: Iterable[K]) -> None:
        """Start fetching the first `width` of these keys, and cancel the fetches of all others.

        Returns once the requests are out and the cancelled ones have stopped sending: a consumer that never awaits
        cannot hold them back.
        """
        wanted: list[K] = []
        for key in keys:
            if len(wanted) == self._width:
                break
            wanted.append(key)
        for key in [key for key in self._tasks if key not in wanted]:
            self._cancel(self._tasks.pop(key))
        new = [key for key in wanted if key not in self._tasks]
        for key in new:
            self._tasks[key] = asyncio.create_task(self._run(key))
        if new or self._cancelled:
            await asyncio.sleep(0)

    async def get(self, key: K) -> R:
        """The result for a key: of its running fetch, or of a new one."""
        task = self._tasks.pop(key, None)
        if task is None:
            return await self._fetch(key)
        try:
            return await task
        except MaxWaitExceeded:
            return await self._fetch(key)  # the wait was too long only because the fetch was started early
        finally:
            if not task.done():
                self._cancel(task)

    async def close(self) -> None:
        """Cancel every fetch, and wait until none is running."""
        for key in list(self._tasks):
            self._cancel(self._tasks.pop(key))
        if self._cancelled:
            await asyncio.wait(self._cancelled)

    async def _run(self, key: K) -> R:
        return await self._fetch(key)

    def _cancel(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        self._cancelled.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._cancelled.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log it as never retrieved
