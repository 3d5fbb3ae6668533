"""An error inside the engine ends the job with that error, and costs no order; whatever function raises it.

The sources cannot be read again. What they gave was accepted or rejected, is in the queue, or is in `unsent()`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

import pytest

import mirakl_async
from mirakl_async import BearerToken, ConnectChannel, MemoryQueue, MiraklError, Retry, SyncFailed
from mirakl_async.http.wire import WireResponse
from mirakl_async.order_sync import batching, queue_feed
from mirakl_async.queues.blocks import parse_block
from tests.support.order_factory import ORIGIN, SECOND, as_mapping, order

OURS = mirakl_async.__path__[0]
FILES = (f"{OURS}/order_sync/", f"{OURS}/queues/held_messages.py")
REJECTED = b'{"code":"INVALID","message":"No.","errors":[]}'


class InternalError(Exception):
    """What no function of ours should raise."""


class TakingWire:
    """Takes what Mirakl would take, and remembers whose orders that were."""

    def __init__(self, *, foreign_cancellation=False):
        self.taken = set()
        self.foreign_cancellation = foreign_cancellation

    async def exchange(self, method, url, headers, body, **_):
        await asyncio.sleep(0)
        if self.foreign_cancellation:
            raise asyncio.CancelledError
        sent = json.loads(bytes(body))
        names = {(sent["origin"]["channel_store_id"], one["channel_order_id"]) for one in sent["orders"]}
        if any(name.startswith("bad") for _, name in names):
            return WireResponse(400, {"Content-Type": "application/json"}, REJECTED)
        self.taken |= names
        return WireResponse(204, {}, b"")

    async def close(self):
        """Nothing is open."""


class Job:
    """One job of a kind, its source, and where the orders of that are now."""

    def __init__(self, kind, **wire):
        self.kind = kind
        self.given = set()
        self.wire = TakingWire(**wire)
        self.queue = MemoryQueue()
        self.error = self.sync = None

    def orders(self):
        for n in range(70):
            one = order("bad" if n == 30 else n - n % 9 // 8, n)  # some twice
            origin = SECOND if n % 4 == 0 else ORIGIN
            self.given.add((origin.channel_store_id, one.channel_order_id))
            yield origin, as_mapping(one) if n % 5 == 0 else one

    async def stream(self):
        for pair in self.orders():
            yield pair
            if pair[1] is not None and len(self.given) % 20 == 0:
                await asyncio.sleep(0)

    async def run(self):
        client = ConnectChannel(
            auth=BearerToken("t"), rate_limit="none", wire=self.wire, retry=Retry(initial_delay=0.001)
        )
        kind, _, journal = self.kind.partition(" ")
        source = self.stream() if kind == "stream" else self.orders()
        options = {"journal": self.queue} if journal else {"linger": 0.001}
        async with client, self.queue:
            self.sync = client.orders.sync(source, batch_size=20, **options)
            try:
                async with asyncio.timeout(10):
                    await self.sync.run()
            except MiraklError as error:
                self.error = error
            sys.settrace(None)
            return await self._missing()

    async def _missing(self):
        """The orders that are nowhere."""
        found = set(self.wire.taken)
        rejected = {one.channel_order_id async for one in self.sync.rejected()}
        rejected |= {row.order_id async for row in self.queue.rejected()}
        for origin, one in self.sync.unsent():
            name = json.loads(one)["channel_order_id"] if isinstance(one, bytes) else one.channel_order_id
            found.add((origin.channel_store_id, name))
        for entry in self.queue._messages.entries.values():
            block = parse_block(entry.body)
            store = json.loads(block.origin)["channel_store_id"]
            found |= {(store, key[0]) for key in block.keys}
        return {(store, name) for store, name in self.given - found if name not in rejected}


def failing(calls, at=None, nth=1):
    """A trace function: counts the calls of our functions by other tasks than this, and fails the nth of one."""
    own = asyncio.current_task()

    def trace(frame, event, _):
        code = frame.f_code
        is_call = not code.co_name.startswith("<") and frame.f_lineno == code.co_firstlineno  # and goes on nowhere
        if code.co_filename.startswith(FILES) and is_call and asyncio.current_task() is not own:
            place = f"{code.co_filename.removeprefix(OURS)}:{code.co_qualname}"
            calls[place] += 1
            if place == at and calls[place] == nth:
                raise InternalError(place)

    return trace


def causes(error):
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__


async def run_with(job, trace):
    sys.settrace(trace)
    try:
        return await job.run()
    finally:
        sys.settrace(None)


@pytest.mark.parametrize("kind", ["iterable", "stream", "iterable journal", "stream journal"])
async def test_an_error_in_any_function_ends_the_job_and_loses_nothing(kind, monkeypatch):
    for wait in ("WAIT_WHILE_FED", "WAIT_FOR_OTHERS", "WAIT_AT_END"):
        monkeypatch.setattr(queue_feed, wait, 0.005)
    calls = Counter()
    assert not await run_with(Job(kind), failing(calls))
    assert len(calls) > 60
    for place, times in sorted(calls.items()):
        for nth in {1, (times + 1) // 2} if "journal" not in kind else {(times + 1) // 2}:
            job = Job(kind)
            missing = await run_with(job, failing(Counter(), place, nth))
            assert not missing, place
            if job.error is None:  # what is made for broken input was enough
                assert job.sync.report.complete, place
            else:
                assert isinstance(job.error, SyncFailed), place
                assert any(isinstance(one, InternalError) for one in causes(job.error)), place


@pytest.mark.parametrize("kind", ["iterable", "stream", "iterable journal", "stream journal"])
async def test_a_cancellation_of_something_that_a_call_waited_for_ends_the_job(kind):
    job = Job(kind, foreign_cancellation=True)
    assert not await job.run()
    assert isinstance(job.error, SyncFailed)
    assert isinstance(job.error.__cause__, asyncio.CancelledError)
    assert job.sync.report.unsent > 0


async def test_a_batcher_that_miscounts_does_not_keep_the_job_from_its_end(monkeypatch):
    add_block = batching.Batcher.add_block

    def miscounting(self, block):
        add_block(self, block)
        self.queued += 5

    monkeypatch.setattr(batching.Batcher, "add_block", miscounting)
    job = Job("iterable journal")
    assert not await job.run()
    assert job.error is None


async def test_a_queue_that_cannot_be_read_from_ends_the_job(monkeypatch):
    monkeypatch.setattr(queue_feed.QueueFeed, "__aiter__", lambda _: (_ for _ in ()).throw(InternalError))
    job = Job("iterable journal")
    assert not await job.run()
    assert isinstance(job.error.__cause__, InternalError)
