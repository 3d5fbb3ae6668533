from __future__ import annotations

import random

import pytest

from mirakl_async.simulator import OrderKey, World, digest_of

KEY = OrderKey("c", "s", "o1")


def world(**arguments):
    return World({"c": ["s", "t"]}, **arguments)


def test_the_newest_version_is_stored_in_any_order_of_arrival():
    versions = [(stamp, b'{"version":%d}' % stamp) for stamp in range(20)]
    for seed in range(5):
        random.Random(seed).shuffle(versions)
        known = world()
        for stamp, body in versions:
            known.apply(KEY, stamp, body)
        assert dict(known.bodies()) == {KEY: b'{"version":19}'}
        assert known.versions.received == 20
        assert known.versions.applied + known.versions.stale == 20
        assert known.versions.applied == known.orders[KEY].versions


def test_a_version_with_an_equal_timestamp_replaces():
    known = world()
    for body in (b"1", b"1", b"2"):
        known.apply(KEY, 5, body)
    counts = known.versions
    assert (counts.applied, counts.repeated, counts.overwritten, counts.stale) == (1, 1, 1, 0)
    assert dict(known.bodies()) == {KEY: b"2"}


def test_a_version_with_an_equal_timestamp_can_be_dropped_by_a_setting():
    known = world(equal_stamp="ignore")
    for body in (b"1", b"1", b"2"):
        known.apply(KEY, 5, body)
    counts = known.versions
    assert (counts.applied, counts.repeated, counts.overwritten, counts.stale) == (1, 1, 0, 1)
    assert dict(known.bodies()) == {KEY: b"1"}


def test_an_order_is_identified_by_all_four_parts():
    known = world()
    for key in (
        KEY,
        KEY._replace(channel_store_id="t"),
        KEY._replace(sub_channel_code="fr"),
        KEY._replace(channel_id="d"),
    ):
        known.apply(key, 1, b'"x"')
    assert known.count() == 4
    assert known.count("c") == 3
    assert known.count("c", "s") == 2
    assert known.by_origin() == {"c": {"s": 2, "t": 1}}


def test_the_digest_is_that_of_the_stored_orders():
    held = {OrderKey("c", "s", str(number)): b'{"n":%d}' % number for number in range(50)}
    known = world(keep="digest")
    for key, body in sorted(held.items(), reverse=True):
        known.apply(key, 1, b'"old"')
        known.apply(key, 2, body)
    assert known.digest == digest_of(held.items())
    known.apply(KEY, 1, b'"one more"')
    assert known.digest != digest_of(held.items())
    assert digest_of([]) == world().digest == "0" * 32


def test_the_digest_distinguishes_orders_with_the_same_body():
    assert digest_of([(KEY, b"1")]) != digest_of([(KEY._replace(channel_order_id="o2"), b"1")])
    assert digest_of([(OrderKey("ab", "c", "d"), b"1")]) != digest_of([(OrderKey("a", "bc", "d"), b"1")])


def test_without_stored_bodies_nothing_can_be_read_back():
    known = world(keep="digest")
    known.apply(KEY, 1, b'{"n":1}')
    with pytest.raises(LookupError, match="keeps digests only"):
        known.bodies()


def test_one_order_can_be_read_back():
    known = world()
    known.apply(KEY, 1, b'{"n":1.10}')
    assert known.get("c", "s", "o1") == {"n": 1.1}
    with pytest.raises(KeyError):
        known.get("c", "s", "o2")


def test_an_action_has_one_outcome():
    known = world()
    known.add_action("a")
    assert known.finish_action("b", "SUCCESS") == "unknown"
    assert known.finish_action("a", "FAILED", ["why"]) == "finished"
    assert known.finish_action("a", "SUCCESS") == "final"
    assert known.actions["a"].status == "FAILED"
    assert known.actions["a"].errors == ["why"]
