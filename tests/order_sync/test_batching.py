"""Batches by example; `test_batching_model` has the rules in general."""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo

import pytest
from msgspec import UNSET

from mirakl_async.order_sync.batching import Batcher
from mirakl_async.order_sync.entries import Line
from tests.support.order_factory import NOON, ORIGIN, SECOND, as_line, order


class Fixture:
    def __init__(self, limit: int = 3) -> None:
        self.superseded = []
        self.refused = []
        self.batcher = Batcher(
            limit,
            superseded=lambda entry, by: self.superseded.append(entry),
            on_rejected=lambda entry, refused: self.refused.append(refused),
        )

    def add(self, *entries, origin=ORIGIN, now=0.0):
        self.batcher.add(self.batcher.buffer_for(origin), entries, now)

    def cut(self, now=0.0, linger=None):
        return self.batcher.next_batch(now, linger)


def line(entry, number=1):
    return Line(as_line(entry), number, entry.channel_order_id, entry.sub_channel_code, entry.channel_updated_at)


@pytest.fixture
def batches():
    return Fixture()


def test_a_batch_holds_no_more_than_the_limit_and_keeps_the_order_of_arrival(batches):
    entries = [order(n) for n in range(7)]
    batches.add(*entries)
    cuts = [batches.cut(), batches.cut(), batches.cut(), batches.cut()]
    assert [list(batch.entries) if batch else None for batch in cuts] == [entries[:3], entries[3:6], entries[6:], None]


def test_each_origin_has_its_own_batches_and_the_longest_waiting_is_first(batches):
    batches.add(order(1), origin=ORIGIN)
    batches.add(order(1), order(2), origin=SECOND)
    first, second = batches.cut(), batches.cut()
    assert (first.origin, len(first)) == (SECOND, 2)
    assert (second.origin, len(second)) == (ORIGIN, 1)


def test_an_incomplete_batch_waits_for_its_linger(batches):
    batches.add(order(1), now=10.0)
    assert batches.batcher.next_due(0.5) == 10.5
    assert batches.cut(10.4, 0.5) is None
    batches.add(order(2), order(3), now=10.4)
    assert len(batches.cut(10.4, 0.5)) == 3, "a full one does not wait"
    batches.add(order(4), now=11.0)
    assert batches.cut(11.4, 0.5) is None
    assert len(batches.cut(11.5, 0.5)) == 1
    assert batches.batcher.next_due(0.5) is None


def test_the_longest_batch_is_first_in_whatever_order_the_origins_were_added(batches):
    batches.add(order(1), order(2), origin=ORIGIN)
    batches.add(order(1), origin=SECOND)
    assert [batches.cut().origin, batches.cut().origin] == [ORIGIN, SECOND]


def test_the_orders_after_a_full_batch_wait_for_their_own_linger(batches):
    batches.add(*[order(number) for number in range(4)], now=0.0)
    assert len(batches.cut(10.0, 0.5)) == 3
    assert batches.batcher.next_due(0.5) == 10.5


def test_an_order_that_is_no_longer_blocked_does_not_postpone_the_queued_ones(batches):
    batches.add(order(1, 1))
    first = batches.cut()
    batches.add(order(1, 2), now=1.0)
    assert batches.cut(1.0) is None
    batches.add(order(2), now=2.0)
    batches.batcher.mark_done(first, 5.0)
    assert batches.batcher.next_due(0.5) == 2.5


def test_of_several_waiting_versions_only_the_newest_is_sent(batches):
    newest = order(1, 5)
    batches.add(order(1, 1), newest, order(1, 3))
    assert list(batches.cut().entries) == [newest]
    assert [entry.channel_updated_at for entry in batches.superseded] == [
        order(1, 1).channel_updated_at,
        order(1, 3).channel_updated_at,
    ]
    assert batches.refused == []


def test_the_same_object_twice_is_sent_once(batches):
    shared = order(1)
    batches.add(shared, shared)
    assert list(batches.cut().entries) == [shared]
    assert batches.superseded == [shared]


def test_a_newer_version_waits_until_the_older_is_not_in_flight(batches):
    newer = order(1, 2)
    batches.add(order(1, 1))
    flight = batches.cut()
    batches.add(newer)
    assert batches.cut() is None
    batches.batcher.mark_done(flight, 1.0)
    assert list(batches.cut().entries) == [newer]
    assert batches.superseded == []


def test_an_older_version_of_an_order_in_flight_is_superseded(batches):
    batches.add(order(1, 2))
    batches.cut()
    older = order(1, 1)
    batches.add(older)
    assert batches.cut() is None
    assert batches.superseded == [older]


def test_of_several_versions_blocked_by_one_in_flight_only_the_newest_is_sent(batches):
    batches.add(order(1, 1))
    flight = batches.cut()
    for second in (3, 5, 4):
        batches.add(order(1, second))
        assert batches.cut() is None
    batches.batcher.mark_done(flight, 1.0)
    assert list(batches.cut().entries) == [order(1, 5)]
    assert len(batches.superseded) == 2


def test_a_blocked_order_is_sent_before_later_ones():
    batches = Fixture(limit=2)
    batches.add(order(1, 1), order(2))
    flight = batches.cut()
    batches.add(order(1, 2), order(3))
    assert list(batches.cut().entries) == [order(3)]
    batches.add(order(4), order(5), order(6), order(1, 3))
    batches.batcher.mark_done(flight, 1.0)
    assert next(iter(batches.cut().entries)) == order(1, 2), "or the newer version would be overtaken by the older"


def test_two_contents_with_one_timestamp_are_a_conflict(batches):
    batches.add(order(1, title="one"), order(1, title="two"))
    assert list(batches.cut().entries) == [order(1, title="one")]
    [refused] = batches.refused
    assert (refused.kind, refused.channel_order_id, refused.origin) == ("conflict", "o1", ORIGIN)
    assert refused.order == order(1, title="two")
    assert refused.path == "channel_updated_at"
    assert batches.superseded == []


def test_a_conflict_with_an_order_in_flight_is_detected(batches):
    batches.add(order(1, title="one"))
    batches.cut()
    batches.add(order(1, title="two"))
    assert batches.cut() is None
    assert [refused.kind for refused in batches.refused] == ["conflict"]


def test_one_content_in_two_notations_is_not_a_conflict(batches):
    spelled = line(order(1))
    other = Line(spelled.raw.replace(b'":', b'" : '), 2, "o1", UNSET, spelled.channel_updated_at)
    batches.add(spelled, other, order(1))
    assert list(batches.cut().entries) == [spelled]
    assert batches.superseded == [other, order(1)]
    assert batches.refused == []


def test_one_instant_in_two_time_zones_is_not_a_conflict(batches):
    paris = timezone(timedelta(hours=1))
    here, there = order(1), order(1)
    there.channel_updated_at = there.channel_updated_at.astimezone(paris)
    there.created_at = there.created_at.astimezone(paris)
    batches.add(here, there, line(there))
    assert list(batches.cut().entries) == [here]
    assert len(batches.superseded) == 2
    assert batches.refused == []


def test_timestamps_are_compared_as_instants_not_as_text(batches):
    tokyo = timezone(timedelta(hours=9))
    newer = order(1, 1)
    newer.channel_updated_at = newer.channel_updated_at.astimezone(tokyo)
    batches.add(newer, order(1, 0))
    assert list(batches.cut().entries) == [newer]


def test_orders_with_one_id_and_two_sub_channels_are_two_and_never_in_one_batch(batches):
    french, german = order(1, sub_channel_code="fr"), order(1, sub_channel_code="de")
    batches.add(french, german)
    flight = batches.cut()
    assert list(flight.entries) == [french]
    assert batches.cut() is None
    batches.batcher.mark_done(flight, 1.0)
    assert list(batches.cut().entries) == [german]
    assert (batches.superseded, batches.refused) == ([], [])


@pytest.mark.parametrize("code", [UNSET, "", None])
def test_a_missing_and_an_empty_sub_channel_are_the_same(batches, code):
    batches.add(order(1, 1), order(1, 2, sub_channel_code=code))
    assert len(batches.cut()) == 1
    assert len(batches.superseded) == 1


def test_the_parts_of_a_split_batch_are_still_in_flight(batches):
    batches.add(order(1), order(2), order(3))
    flight = batches.cut()
    first, rest = flight.split([flight.entries[:1], flight.entries[1:]])
    batches.add(order(1, 1), order(2, 1))
    assert batches.cut() is None
    batches.batcher.mark_done(rest, 1.0)
    assert list(batches.cut().entries) == [order(2, 1)]
    batches.batcher.mark_done(first, 1.0)
    assert list(batches.cut().entries) == [order(1, 1)]


def test_an_origin_without_orders_is_forgotten(batches):
    for store in range(50):
        origin = type(ORIGIN)(channel_id="c", channel_store_id=f"s{store}")
        batches.add(order(1), origin=origin)
        batches.batcher.mark_done(batches.cut(), 0.0)
    assert not batches.batcher._buffers


def test_everything_in_hand_can_be_listed(batches):
    batches.add(order(1, 1), order(2))
    batches.cut()
    batches.add(order(1, 2))
    batches.cut()
    batches.add(order(3), origin=SECOND)
    assert sorted((origin.channel_store_id, entry.channel_order_id) for origin, entry in batches.batcher.unsent()) == [
        ("store-1", "o1"),
        ("store-1", "o1"),
        ("store-1", "o2"),
        ("store-2", "o3"),
    ]


class TestJunkThatLooksLikeAnOrder:
    """Structs are not checked when they are made or changed; what is wrong with one must not cost the others."""

    def test_an_id_that_cannot_be_a_key_is_rejected(self, batches):
        junk = order(1)
        junk.channel_order_id = ["o1"]
        batches.add(junk, order(2))
        assert list(batches.cut().entries) == [order(2)]
        assert [refused.kind for refused in batches.refused] == ["invalid"]

    def test_a_sub_channel_that_cannot_be_a_key_is_rejected(self, batches):
        junk = order(1, sub_channel_code=["fr"])
        batches.add(junk, order(1), order(2))
        flown = list(batches.cut().entries)
        batches.add(order(1, 5))
        batches.cut()
        assert order(2) in flown
        assert len(list(batches.batcher.unsent())) + len(batches.refused) + len(batches.superseded) == 4

    @pytest.mark.parametrize("stamp", ["2026-11-20T12:00:00Z", None, 5])
    def test_a_timestamp_that_cannot_be_compared_is_rejected(self, batches, stamp):
        junk = order(1)
        junk.channel_updated_at = stamp
        batches.add(order(1), junk)
        assert list(batches.cut().entries) == [order(1)]
        assert [refused.kind for refused in batches.refused] == ["invalid"]

    def test_a_timestamp_without_a_zone_is_rejected(self, batches):
        junk = order(1)
        junk.channel_updated_at = junk.channel_updated_at.replace(tzinfo=None)
        batches.add(order(1), junk)
        assert list(batches.cut().entries) == [order(1)]
        assert [refused.kind for refused in batches.refused] == ["invalid"]

    def test_an_order_that_cannot_be_encoded_for_the_comparison_is_rejected(self, batches):
        junk = order(1)
        junk.status = object()
        batches.add(order(1), junk)
        assert list(batches.cut().entries) == [order(1)]
        assert len(batches.refused) == 1

    def test_a_line_with_invalid_text_in_an_unused_member_is_compared(self, batches):
        whole = line(order(1))
        odd = Line(whole.raw[:-1] + b',"x":"\xff"}', 2, "o1", UNSET, whole.channel_updated_at)
        batches.add(whole, odd)
        assert list(batches.cut().entries) == [whole]
        assert [refused.kind for refused in batches.refused] == ["conflict"]


class OddZone(tzinfo):
    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = None


@pytest.mark.parametrize(
    ("name", "value"),
    [("channel_order_id", 5), ("channel_order_id", ["x"]), ("channel_order_id", None),
     ("channel_updated_at", NOON.replace(tzinfo=None)), ("channel_updated_at", NOON.date()),
     ("channel_updated_at", "2026-11-20T12:00:00Z"), ("channel_updated_at", None),
     ("channel_updated_at", NOON.replace(tzinfo=OddZone()))],
)  # fmt: skip
def test_a_struct_whose_id_or_stamp_became_unusable_is_rejected_and_not_sent(batches, name, value):
    odd, sound = order(1), order(2)
    setattr(odd, name, value)
    batches.add(odd, sound)
    assert list(batches.cut().entries) == [sound]
    [refused] = batches.refused
    assert (refused.kind, refused.path, refused.order) == ("invalid", name, odd)
    batches.add(odd)
    assert batches.cut() is None


def test_blocks_count_as_waiting(batches):
    batches.add(order(1))
    batches.batcher.add_block(range(3))
    assert batches.batcher.queued == 4
