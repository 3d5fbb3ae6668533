from __future__ import annotations

import aiohttp
import aioresponses.core
import pytest
from aioresponses import aioresponses as mocked


async def get_mocked() -> object:
    async with aiohttp.ClientSession() as session:
        with mocked() as mock:
            mock.get("http://mirakl.test/x", payload={"id": 1})
            async with session.get("http://mirakl.test/x") as response:
                return await response.json()


async def test_mocked_responses_can_be_read():
    assert await get_mocked() == {"id": 1}


async def test_the_shim_is_still_needed(monkeypatch):
    monkeypatch.setattr(aioresponses.core, "ClientResponse", aiohttp.ClientResponse)
    with pytest.raises(TypeError, match="stream_writer"):  # if this fails, delete tests/support/aioresponses_shim.py
        await get_mocked()
