"""Makes aioresponses build responses for aiohttp 3.14 and later.

aiohttp 3.14 made `stream_writer` a required argument of ClientResponse; aioresponses 0.7.9 does not pass it (its issue
289). `tests/support/test_aioresponses_shim.py` fails on the day this is no longer needed.
"""

from __future__ import annotations

import types
from typing import Any

import aiohttp
from aioresponses import core


class MockedResponse(aiohttp.ClientResponse):
    """A response without the writer of a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", types.SimpleNamespace(output_size=0))
        super().__init__(*args, **kwargs)


def install() -> None:
    """Have every mocked response built from MockedResponse."""
    core.ClientResponse = MockedResponse  # type: ignore[attr-defined]
