from __future__ import annotations

from collections.abc import Iterator

import pytest
from aioresponses import aioresponses


@pytest.fixture
def mocked() -> Iterator[aioresponses]:
    """What aiohttp asks is answered as a test says, and nothing is sent."""
    with aioresponses() as mocked:
        yield mocked
