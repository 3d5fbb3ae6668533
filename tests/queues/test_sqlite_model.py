"""SqliteQueue against a model, with kills: no durable message is lost, whatever the sequence of operations."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.queues import sqlite_queue
from mirakl_async.queues.protocol import Message, RejectedRow
from mirakl_async.queues.sqlite_queue import SqliteQueue
from tests.support.manual_clock import InstantClock

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 4)),
    st.tuples(st.just("receive"), st.integers(1, 5)),
    st.tuples(st.sampled_from(["ack", "reject", "replace", "release"]), st.integers(0, 5)),
    st.tuples(st.sampled_from(["lapse", "commit", "wait", "kill", "reopen"]), st.just(0)),
)


class Run:
    """One queue and what is known of it: messages are numbered, their bodies are their numbers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lives = 0
        self.clock = InstantClock()
        self.count = 0
        self.puts: dict[asyncio.Task[None], list[int]] = {}
        self.durable: set[int] = set()
        self.settled: set[int] = set()  # perhaps not on disk yet
        self.rejected: set[int] = set()
        self.replaced: dict[int, list[int]] = {}
        self.sure: set[int] = set()  # settled, and this is on disk
        self.lost: set[int] = set()  # never put, or killed before their put returned
        self.held: list[Message] = []

    async def open(self) -> None:
        self.queue = SqliteQueue(self.folder / str(self.lives) / "orders.db", lease=100, clock=self.clock)
        self.queue.path.parent.mkdir(exist_ok=True)
        await self.queue.__aenter__()

    async def step(self, name: str, number: int) -> None:
        await getattr(self, f"do_{name}")(number)
        await asyncio.sleep(0)
        for put in [put for put in self.puts if put.done()]:
            put.result()
            self.durable.update(self.puts.pop(put))

    def new(self, number: int) -> list[int]:
        self.count += number
        return [*range(self.count - number + 1, self.count + 1)]

    async def do_put(self, number: int) -> None:
        numbers = self.new(number)
        put = self.queue.put_at([b"%d" % one for one in numbers], "source", str(self.count))
        self.puts[asyncio.create_task(put)] = numbers

    async def do_receive(self, number: int) -> None:
        messages = await self.queue.receive(number, wait=0)
        assert len({message.id for message in messages}) == len(messages)
        assert not {int(message.body) for message in messages} & self.sure
        current = {message.id for message in await self._current()}
        assert not current & {message.id for message in messages}
        self.held += messages

    async def _current(self) -> list[Message]:
        ended = {id(message) for message in await self.queue.extend(self.held)}
        return [message for message in self.held if id(message) not in ended]

    def _taken(self, index: int) -> Message | None:
        return self.held.pop(index % len(self.held)) if self.held else None

    async def do_ack(self, index: int) -> None:
        if (message := self._taken(index)) is not None:
            assert not await self.queue.ack([message])
            self.settled.add(int(message.body))

    async def do_reject(self, index: int) -> None:
        if (message := self._taken(index)) is not None:
            number = int(message.body)
            if await self.queue.reject(message, [RejectedRow(id=str(number), kind="server", reason="no")]):
                self.settled.add(number)
                self.rejected.add(number)

    async def do_replace(self, index: int) -> None:
        if (message := self._taken(index)) is not None:
            numbers = self.new(2)
            if await self.queue.replace(message, [b"%d" % one for one in numbers]):
                self.settled.add(int(message.body))
                self.replaced[int(message.body)] = numbers
            else:
                self.lost.update(numbers)

    async def do_release(self, index: int) -> None:
        if (message := self._taken(index)) is not None:
            await self.queue.release([message])

    async def do_lapse(self, _: int) -> None:
        self.clock.now += 101

    async def do_commit(self, _: int) -> None:
        settled = {*self.settled}
        position = await self.queue.cursor("source")
        self.sure |= settled
        assert position is None or int(position) <= self.count

    async def do_wait(self, _: int) -> None:
        await asyncio.sleep(0.002)

    async def do_reopen(self, _: int) -> None:
        self.held.clear()
        await self.queue.__aexit__(None, None, None)
        for put in self.puts:
            await put
        self.sure |= self.settled
        await self.open()

    async def do_kill(self, _: int) -> None:
        """Go on with what a kill leaves."""
        shared: Any = self.queue._shared
        while shared._committing:  # what SQLite does inside a transaction is its own to test
            await asyncio.sleep(0)
        before, self.lives = self.folder / str(self.lives), self.lives + 1
        shutil.copytree(before, self.folder / str(self.lives))
        for put in [put for put in self.puts if put.done()]:
            self.durable.update(self.puts.pop(put))
        unsure = {number for numbers in self.puts.values() for number in numbers}
        await self.queue.__aexit__(None, None, None)
        await asyncio.gather(*self.puts)
        self.puts.clear()
        self.held.clear()
        await self.open()
        await self.check(unsure)

    async def check(self, unsure: set[int]) -> None:
        """What is there now, is there; what is not, may be missing. It is received, and given back."""
        messages: list[Message] = []
        while found := await self.queue.receive(10, wait=0):
            messages += found
        there = {int(message.body) for message in messages}
        assert len(there) == len(messages) == await self.queue.waiting()
        rejected = {int(row.id) async for row in self.queue.rejected()}
        for old, new in self.replaced.items():
            if old in there:  # the replacement was not on disk
                assert not there & {*new}
                self.lost |= {*new}
            elif old in self.lost or (old in unsure and not there & {*new}):
                self.lost |= {old, *new}
            else:
                assert {*new} <= there | self.settled | self.sure
        assert self.rejected - unsure - self.lost <= rejected | there
        assert self.durable - self.settled <= there
        assert not there & self.sure
        position = int(await self.queue.cursor("source") or 0)
        replacements = {number for new in self.replaced.values() for number in new}  # in no put, so of no cursor
        for number in range(1, position + 1):
            assert number in there | self.settled | replacements | self.lost
        self.lost |= unsure - there - self.settled  # their put had not returned
        self.settled -= there
        self.rejected &= rejected - there
        self.replaced = {old: new for old, new in self.replaced.items() if old not in there}
        self.durable |= there
        await self.queue.release(messages)


async def follow(steps: list[tuple[str, int]], folder: Path) -> None:
    run = Run(folder)
    await run.open()
    for name, number in steps:
        await run.step(name, number)
    await run.step("kill", 0)
    await run.step("kill", 0)
    await run.queue.__aexit__(None, None, None)


@given(st.lists(STEPS, max_size=40), st.sampled_from([-1, 3, 10**6]), st.sampled_from([0.0, 0.001, 0.02]))
def test_nothing_durable_is_lost_and_nothing_acknowledged_is_delivered_again(
    steps: list[tuple[str, int]], limit: int, delay: float
) -> None:
    with (
        tempfile.TemporaryDirectory(dir=MEMORY) as folder,
        patch.object(sqlite_queue, "MAX_BYTES_IN_MEMORY", limit),
        patch.object(sqlite_queue, "COMMIT_DELAY", delay),
    ):
        asyncio.run(follow(steps, Path(folder)))
