"""The SQLite journal against a model of itself: random steps, deaths among them, whatever goes through memory or disk.

The model knows what was put and what was settled. It follows that a claim gives the newest version that was put and
not settled, that no order is claimed twice at a time, and that in the end nothing is left.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest

from mirakl_async.sync.journal import Cursor
from mirakl_async.sync.sqlite import SqliteJournal
from tests.unit.journal.conformance import LEASE, all_refused, key, refusal, row

NAMES = 30
STEPS = 250


class Model:
    """`newest` put of each order; `settled` the newest version of it that was; `claimed` what is out."""

    def __init__(self):
        self.newest = defaultdict(int)
        self.settled = defaultdict(int)
        self.claimed = {}
        self.refused = set()
        self.put = 0

    def take(self, claimed):
        for one in claimed:
            assert one.key not in self.claimed, "two versions of one order at a time"
            assert one.version > self.settled[one.key], "settled, and claimed again"
            assert one.version == self.newest[one.key], "not the newest"
            self.claimed[one.key] = one.version

    def settle(self, names):
        for name in names:
            self.settled[name] = max(self.settled[name], self.claimed.pop(name))

    @property
    def left(self):
        return {name for name, version in self.newest.items() if version > self.settled[name]}


async def step(journal, model, random):
    what = random.random()
    if what < 0.4:
        rows = [row(random.randrange(NAMES), random.randrange(1, 60)) for _ in range(random.randrange(1, 12))]
        rows = [one for one in rows if one.version > model.settled[one.key]]
        model.put += len(rows)
        put = await journal.put(rows, cursor=Cursor("feed", str(model.put)))
        assert put.taken + put.superseded + len(put.conflicts) == len(rows)
        for one in rows:
            model.newest[one.key] = max(model.newest[one.key], one.version)
    elif what < 0.65:
        model.take(await journal.claim(random.randrange(1, 10), LEASE))
    elif model.claimed:
        chosen = random.sample(sorted(model.claimed), random.randrange(1, len(model.claimed) + 1))
        if what < 0.8:
            await journal.ack([(name, model.claimed[name]) for name in chosen])
            model.settle(chosen)
        elif what < 0.9:
            await journal.nack(chosen)
            for name in chosen:
                del model.claimed[name]
        else:
            kept = [name for name in chosen if model.newest[name] == model.claimed[name]]
            await journal.refuse([refusal_of(name, model.claimed[name]) for name in chosen])
            model.settle(chosen)
            model.refused.update(kept)


def refusal_of(name, version):
    made = refusal("x", version)
    return type(made)(name, version, made.kind, made.reason, made.path)


@pytest.mark.parametrize("room", [0, 7, 1000])
@pytest.mark.parametrize("seed", range(6))
async def test_random_lives(tmp_path, room, seed):
    random, model = Random(f"{room} {seed}"), Model()
    for _ in range(4):
        journal = SqliteJournal(tmp_path / "orders.db", room=room, commit_every=random.choice([0.0, 0.01, 3600]))
        await journal.open()
        for _ in range(STEPS // 4):
            await step(journal, model, random)
        await journal.close()
        model.claimed.clear()
    async with SqliteJournal(tmp_path / "orders.db", room=room) as journal:
        if model.put:
            assert await journal.cursor("feed") == str(model.put)
        while claimed := await journal.claim(7, LEASE):
            model.take(claimed)
            await journal.ack([(one.key, one.version) for one in claimed])
            model.settle([one.key for one in claimed])
        assert model.left == set()
        assert {entry.key for entry in await all_refused(journal)} == model.refused
        assert key(0) in model.newest
