"""Batching against a model: orders are added, batched, split, rejected and completed at random.

No order is lost or counted twice; two versions of an order, or orders that share an id, are never in flight together;
the versions of one order are sent in their sequence of arrival, and superseded only by one that is at least as new.
"""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mirakl_async.order_sync.batching import Batcher
from mirakl_async.order_sync.entries import order_key
from tests.support.order_factory import ORIGIN, SECOND, order

ORIGINS = (ORIGIN, SECOND)
versions = st.tuples(
    st.integers(0, 4), st.sampled_from([None, "fr", "de"]), st.integers(0, 3), st.sampled_from(["one", "two"])
)


class Lanes(RuleBasedStateMachine):
    @initialize(limit=st.integers(1, 5))
    def begin(self, limit):
        self.limit = limit
        self.batcher = Batcher(limit, superseded=self.on_superseded, on_rejected=self.on_refused)
        self.added = []  # (origin, entry), each entry an object of its own
        self.arrival = {}
        self.flying = []
        self.done, self.superseded, self.refused = [], [], []
        self.flights = {}
        self.now = 0.0

    def on_superseded(self, entry, by):
        self.superseded.append(entry)

    def on_refused(self, entry, refused):
        self.refused.append(refused.order)

    @rule(which=st.sampled_from([0, 0, 0, 1]), batch=st.lists(versions, min_size=1, max_size=8))
    def add(self, which, batch):
        origin = ORIGINS[which]
        entries = []
        for name, code, second, title in batch:
            entry = order(name, second, title=title, **({"sub_channel_code": code} if code else {}))
            self.arrival[id(entry)] = len(self.added)
            self.added.append((origin, entry))
            entries.append(entry)
        self.batcher.add(self.batcher.buffer_for(origin), entries, self.now)

    @rule(linger=st.sampled_from([None, None, 0.0, 2.0]))
    def cut(self, linger):
        self.now += 1
        batch = self.batcher.next_batch(self.now, linger)
        if batch is not None:
            assert 1 <= len(batch) <= self.limit
            self.flying.append(batch)
            for entry in batch.entries:
                key = (batch.origin.channel_store_id, order_key(entry))
                before = self.flights.setdefault(key, [])
                if before:
                    assert self.arrival[before[-1]] < self.arrival[id(entry)], "flew out of its order of arrival"
                before.append(id(entry))

    @precondition(lambda self: self.flying)
    @rule(pick=st.integers(0, 100))
    def land(self, pick):
        batch = self.flying.pop(pick % len(self.flying))
        self.done += batch.entries
        self.batcher.mark_done(batch, self.now)

    @precondition(lambda self: self.flying)
    @rule(pick=st.integers(0, 100), at=st.integers(0, 5))
    def split(self, pick, at):
        batch = self.flying.pop(pick % len(self.flying))
        self.flying += batch.split([batch.entries[:at], batch.entries[at:]])

    def in_hand(self):
        return [(origin.channel_store_id, entry) for origin, entry in self.batcher.unsent()]

    @invariant()
    def each_is_in_one_place(self):
        places = Counter(id(entry) for _, entry in self.in_hand())
        places += Counter(map(id, self.done)) + Counter(map(id, self.superseded)) + Counter(map(id, self.refused))
        assert places == Counter({id(entry): 1 for _, entry in self.added})

    @invariant()
    def no_id_flies_twice(self):
        flown = Counter(
            (batch.origin.channel_store_id, entry.channel_order_id) for batch in self.flying for entry in batch.entries
        )
        assert all(count == 1 for count in flown.values())

    @invariant()
    def the_count_of_the_waiting_is_right(self):
        buffers = self.batcher._buffers.values()
        assert self.batcher.queued == sum(len(buffer.queued) for buffer in buffers)

    def teardown(self):
        while self.flying or self.batcher.queued:
            while (batch := self.batcher.next_batch(self.now, None)) is not None:
                self.flying.append(batch)
            assert self.flying, "orders wait, and nothing that flies will free them"
            self.land(0)
        assert not self.in_hand()
        assert not self.batcher._buffers
        self.each_is_in_one_place()
        self.the_newest_has_flown()

    def the_newest_has_flown(self):
        flown = {id(entry) for entry in self.done}
        newest = {}
        for origin, entry in self.added:
            key = (origin.channel_store_id, order_key(entry))
            newest[key] = max(newest.get(key, entry.channel_updated_at), entry.channel_updated_at)
        for key, stamp in newest.items():
            assert any(
                id(entry) in flown
                for origin, entry in self.added
                if (origin.channel_store_id, order_key(entry)) == key and entry.channel_updated_at == stamp
            )


TestLanes = Lanes.TestCase
TestLanes.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


class TestLanesAtLength(Lanes.TestCase):
    pytestmark = pytest.mark.fuzz
    settings = settings(max_examples=1000, stateful_step_count=50, deadline=None, phases=[Phase.generate])
