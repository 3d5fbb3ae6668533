"""Runs a simulator in a separate thread, for synchronous tests and for tests that do not control their event loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..simulator import Simulator

__all__ = ["serving"]

SECONDS_TO_START = 30.0


@contextmanager
def serving(simulator: Simulator) -> Generator[Simulator, None, None]:
    """Run a simulator in another thread until the block ends; the simulator must not have been started yet.

    The calling thread may read and change the simulator's state, as between two requests.
    """
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=_run, args=(simulator, started), name="mirakl simulator", daemon=True)
    thread.start()
    loop, stop = started.result(SECONDS_TO_START)
    try:
        yield simulator
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _run(simulator: Simulator, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    async def serve() -> None:
        stop = asyncio.Event()
        async with simulator:
            started.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()

    try:
        asyncio.run(serve())
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)
