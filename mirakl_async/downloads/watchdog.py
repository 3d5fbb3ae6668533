"""Ends a download that drips: a timeout between two chunks never ends one that sends a byte in each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ..clock import Clock


class MinimumRate(Struct, frozen=True):
    """At least `rate` bytes a second, measured over `seconds` of waiting."""

    rate: float = 1024.0
    seconds: float = 30.0


class TransferTooSlow(Exception):
    """The chunks came slower than they had to."""


async def enforce_min_rate(
    chunks: AsyncIterator[bytes], least: MinimumRate, clock: Clock
) -> AsyncGenerator[bytes, None]:
    """Pass chunks on; raises TooSlow. Only the time spent waiting counts, not what is done with a chunk."""
    waited, received = 0.0, 0
    while True:
        began = clock.monotonic()
        try:
            async with asyncio.timeout(least.seconds):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise TransferTooSlow from None
        waited += clock.monotonic() - began
        received += len(chunk)
        if waited >= least.seconds:
            if received < least.rate * waited:
                raise TransferTooSlow
            waited, received = 0.0, 0
        yield chunk
        chunk = b""  # so that no traceback with locals shows what was read
