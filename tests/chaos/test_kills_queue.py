"""A process with a SqliteQueue is killed at random moments and restarted: no message that was put is lost.

`quota.LONG` says how many kills the long run has.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from mirakl_async.queues.sqlite_queue import SqliteQueue
from tests.chaos import quota

KILLS = quota.of("sqlite")
ROOT = Path(__file__).parents[2]


def one_life(path: Path, random: Random) -> list[tuple[str, int]]:
    """What a process could rely on when it was killed."""
    command = [
        sys.executable,
        "-m",
        "tests.chaos.queue_user",
        str(path),
        str(random.randrange(10**6)),
        random.choice(["-1", "100000", "9999999"]),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as user:
        assert user.stdout is not None
        first = user.stdout.readline()
        try:
            user.wait(random.random() * 0.6)
        except subprocess.TimeoutExpired:
            user.send_signal(signal.SIGKILL)
        lines = [first, *user.stdout.readlines()]
    assert user.returncode == -signal.SIGKILL
    quota.COUNTED["sqlite"] += 1
    return [(word, int(number)) for word, number in (line.decode().split() for line in lines if line.endswith(b"\n"))]


async def live_and_die(path: Path, kills: int, random: Random) -> None:
    said: dict[str, set[int]] = {"put": set(), "acked": set(), "rejecting": set()}
    for _ in range(kills):
        for word, number in await asyncio.to_thread(one_life, path, random):
            said[word].add(number)
    async with SqliteQueue(path) as queue:
        rejected = {int(row.id) async for row in queue.rejected()}
        position = int(await queue.cursor("source") or 0)
        there: list[int] = []
        while messages := await queue.receive(10, wait=0):
            there += [int(message.body.split(b" ", 1)[0]) for message in messages]
            await queue.ack(messages)
    assert len(there) == len({*there})
    lost = said["put"] - said["acked"] - {*there} - rejected
    assert not lost
    assert not said["rejecting"] - said["acked"] - rejected - {*there} - {*range(position + 1, position + 100)}
    assert not {*range(1, position + 1)} - said["acked"] - rejected - {*there}  # nor what the cursor has passed
    assert position >= max(said["put"] - said["acked"] - said["rejecting"], default=0)


async def test_no_message_is_lost_after_a_few_kills(tmp_path: Path) -> None:
    await live_and_die(tmp_path / "orders.db", 4, Random())


@pytest.mark.chaos
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(KILLS // 10))
async def test_no_message_is_lost_after_many_kills(tmp_path: Path, seed: int) -> None:
    await live_and_die(tmp_path / "orders.db", 10, Random(seed))
