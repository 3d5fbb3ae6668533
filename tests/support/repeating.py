"""Repeats a test with random seeds for a time."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable


async def repeat_for(seconds: float, run: Callable[[int], Awaitable[None]]) -> int:
    """Run with one seed after another until `seconds` have passed; returns how many runs that were."""
    started_at, runs = time.monotonic(), 0
    while time.monotonic() - started_at < seconds:
        await run(10_000 + runs)
        runs += 1
    return runs
