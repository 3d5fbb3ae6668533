"""How many frames of ours a call passes on its way to the wire, and in how many files."""

from __future__ import annotations

import sys

import mirakl_async
from mirakl_async import BearerToken, MarketplaceFront
from mirakl_async.http.wire import WireResponse

OURS = mirakl_async.__path__[0]


class Watching:
    """A wire that notes the frames which it is called from."""

    def __init__(self):
        self.walks = []

    async def exchange(self, _method, url, *_, **__):
        frame, walk = sys._getframe().f_back, []
        while frame is not None:
            if frame.f_code.co_filename.startswith(OURS):
                walk.append((frame.f_code.co_filename.removeprefix(OURS), frame.f_code.co_qualname))
            frame = frame.f_back
        self.walks.append(walk[::-1])
        body = b'{"orders": [], "total_count": 0}' if "?" in url else b'{"order_id": "o1"}'
        return WireResponse(200, {"Content-Type": "application/json"}, body)

    async def close(self):
        """Nothing is open."""


async def test_a_list_has_at_most_ten_frames_in_six_files_above_the_wire():
    wire = Watching()
    async with MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=wire) as front:
        assert [order async for order in front.orders.list()] == []
    [walk] = wire.walks
    assert len(walk) <= 10, walk
    assert len({file for file, _ in walk}) <= 6, walk


async def test_a_typed_method_has_at_most_five_frames_in_three_files_above_the_wire():
    wire = Watching()
    async with MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=wire) as front:
        await front.orders.get("o1")
    [walk] = wire.walks
    assert len(walk) <= 5, walk
    assert len({file for file, _ in walk}) <= 3, walk
