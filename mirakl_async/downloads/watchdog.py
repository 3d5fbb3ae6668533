"""Enforce a minimum transfer rate: a timeout between chunks never ends a download that sends a byte at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ..clock import Clock

__all__ = ["MinimumRate", "TransferTooSlow", "enforce_min_rate"]


class MinimumRate(Struct, frozen=True):
    """At least `rate` bytes per second, measured over `seconds` of waiting."""

    rate: float = 1024.0
    seconds: float = 30.0


class TransferTooSlow(Exception):
    """The transfer was slower than the minimum rate."""


async def enforce_min_rate(
    chunks: AsyncIterator[bytes], minimum: MinimumRate, clock: Clock
) -> AsyncGenerator[bytes, None]:
    """Yield the chunks; raises TransferTooSlow. Only the time spent waiting counts, not the processing of a chunk."""
    wait_time, received = 0.0, 0
    while True:
        started_at = clock.monotonic()
        try:
            async with asyncio.timeout(minimum.seconds):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise TransferTooSlow from None
        wait_time += clock.monotonic() - started_at
        received += len(chunk)
        if wait_time >= minimum.seconds:
            if received < minimum.rate * wait_time:
                raise TransferTooSlow
            wait_time, received = 0.0, 0
        yield chunk
        chunk = b""  # so that no traceback with locals shows what was read
