"""What every journal must do, whatever keeps it: subclass `JournalConformance` and give it the fixture `make`.

`make()` gives a new, unopened journal object on the same storage each time, with claims that end when their lease
does or when their owner is gone.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from mirakl_async.sync.journal import Cursor, Outcome, Refusal, RefusedRow, Row, Statistics, journal_key

LEASE = 60.0
SHORT = 0.15
ORIGIN = b'{"channel_id":"c","channel_store_id":"s"}'


def key(name):
    return journal_key("c", "s", str(name), None)


def row(name, version=1, text=""):
    return Row(
        key(name), ORIGIN, version, b'{"channel_order_id":"%s","text":"%s"}' % (str(name).encode(), text.encode())
    )


def names(claimed):
    return [(one.key, one.version) for one in claimed]


def refusal(name, version=1, reason="no lines"):
    return Refusal(key(name), version, "server", reason, "order_lines")


@asynccontextmanager
async def opened(journal):
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


async def all_refused(journal):
    return [entry async for entry in journal.refused()]


class JournalConformance:
    @pytest.fixture
    async def journal(self, make):
        async with opened(make()) as journal:
            yield journal

    # -- orders

    async def test_what_is_put_is_claimed_once_in_order_as_it_was(self, journal):
        rows = [row(n, n + 1) for n in range(250)]
        put = await journal.put(rows)
        assert (put.taken, put.superseded, put.conflicts) == (250, 0, ())
        claimed = [*await journal.claim(100, LEASE), *await journal.claim(1000, LEASE)]
        assert [(one.key, one.origin, one.version, one.body) for one in claimed] == [
            (one.key, one.origin, one.version, one.body) for one in rows
        ]
        assert {one.attempts for one in claimed} == {1}
        assert await journal.claim(100, LEASE) == []

    async def test_an_empty_claim_waits_for_what_comes(self, journal):
        waiting = asyncio.create_task(journal.claim(10, LEASE, wait=30))
        await asyncio.sleep(0.05)
        await journal.put([row(1)])
        assert names(await waiting) == [(key(1), 1)]

    async def test_an_empty_claim_ends_after_its_wait(self, journal):
        assert await journal.claim(10, LEASE, wait=0.05) == []

    async def test_acked_is_gone(self, make):
        async with opened(make()) as journal:
            await journal.put([row(1), row(2)])
            await journal.claim(10, LEASE)
            await journal.ack([(key(1), 1), (key(2), 1)])
            await journal.flush()
        async with opened(make()) as journal:
            assert await journal.claim(10, LEASE) == []
            statistics = await journal.statistics()
            assert (statistics.waiting, statistics.claimed, statistics.oldest) == (0, 0, None)

    async def test_of_waiting_versions_the_newest_stays(self, journal):
        assert (await journal.put([row(1, 5)])).taken == 1
        put = await journal.put([row(1, 7), row(1, 6), row(1, 4)])
        assert (put.taken, put.superseded) == (0, 3)
        assert names(await journal.claim(10, LEASE)) == [(key(1), 7)]

    async def test_versions_of_one_put_are_compared_too(self, journal):
        put = await journal.put([row(1, 5), row(2, 1), row(1, 9), row(1, 7)])
        assert (put.taken, put.superseded) == (2, 2)
        assert sorted(names(await journal.claim(10, LEASE))) == [(key(1), 9), (key(2), 1)]

    async def test_the_same_again_is_superseded_and_another_body_is_a_conflict(self, journal):
        await journal.put([row(1, 5, "a")])
        put = await journal.put([row(1, 5, "a"), row(2, 1), row(1, 5, "b")])
        assert (put.taken, put.superseded, put.conflicts) == (1, 1, (2,))
        assert b'"a"' in next(one.body for one in await journal.claim(10, LEASE) if one.key == key(1))

    async def test_the_same_in_other_words_is_no_conflict(self, journal):
        """As where a file is written anew between two runs; claimed or not makes no difference."""
        moments = b'"2026-11-25T12:00:00Z"', b'"2026-11-25T13:00:00+01:00"'
        first, second = (
            [
                Row(key(n), ORIGIN, 5, body)
                for n, body in enumerate((b'{"a":1,"at":%s}' % moment, b'{"at":%s, "a":1}' % moment, b"no JSON"))
            ]
            for moment in moments
        )
        await journal.put(first[:2])
        for _ in range(2):
            put = await journal.put([second[1], Row(key(0), ORIGIN, 5, b'{"a":2}'), first[2], second[0]])
            assert (put.superseded, put.conflicts) == (3 - put.taken, (1,))
            await journal.claim(2, LEASE)
        put = await journal.put([Row(key(2), ORIGIN, 5, b"other words")])
        assert put.conflicts == (0,)

    async def test_a_newer_version_waits_until_the_older_has_landed(self, journal):
        await journal.put([row(1, 1)])
        await journal.claim(10, LEASE)
        put = await journal.put([row(1, 2)])
        assert (put.taken, put.superseded) == (1, 0)
        assert await journal.claim(10, LEASE) == []
        await journal.ack([(key(1), 1)])
        assert names(await journal.claim(10, LEASE)) == [(key(1), 2)]
        await journal.ack([(key(1), 2)])
        assert await journal.claim(10, LEASE) == []

    async def test_an_older_version_than_the_claimed_one_is_superseded(self, journal):
        await journal.put([row(1, 5)])
        await journal.claim(10, LEASE)
        assert (await journal.put([row(1, 4), row(1, 5)])).superseded == 2
        await journal.ack([(key(1), 5)])
        assert await journal.claim(10, LEASE) == []

    async def test_a_late_ack_of_an_older_version_changes_nothing(self, journal):
        await journal.put([row(1, 1)])
        await journal.claim(10, LEASE)
        await journal.nack([key(1)])
        await journal.put([row(1, 2)])
        await journal.ack([(key(1), 1)])
        assert names(await journal.claim(10, LEASE)) == [(key(1), 2)]

    async def test_nacked_is_claimed_again(self, journal):
        await journal.put([row(1), row(2)])
        await journal.claim(10, LEASE)
        await journal.nack([key(1)])
        again = await journal.claim(10, LEASE)
        assert names(again) == [(key(1), 1)]
        assert again[0].attempts == 2

    async def test_nacked_with_delay_is_claimed_later(self, journal):
        await journal.put([row(1)])
        await journal.claim(10, LEASE)
        await journal.nack([key(1)], delay=SHORT)
        assert await journal.claim(10, LEASE) == []
        assert names(await journal.claim(10, LEASE, wait=30)) == [(key(1), 1)]

    async def test_a_claim_ends_with_its_lease(self, journal):
        await journal.put([row(1)])
        assert await journal.claim(10, SHORT)
        again = await journal.claim(10, LEASE, wait=30)
        assert names(again) == [(key(1), 1)]

    async def test_a_claim_can_be_extended(self, journal):
        await journal.put([row(1)])
        await journal.claim(10, SHORT)
        await journal.extend([key(1)], LEASE)
        await asyncio.sleep(SHORT * 2)
        assert await journal.claim(10, LEASE) == []

    async def test_what_was_not_settled_survives_its_owner(self, make):
        async with opened(make()) as journal:
            await journal.put([row(n) for n in range(5)], cursor=Cursor("feed", "5"))
            await journal.claim(3, SHORT)
            await journal.ack([(key(0), 1)])
            await journal.put([row(1, 2)])
            await journal.flush()
        async with opened(make()) as journal:
            assert await journal.cursor("feed") == "5"
            found = []
            while len(found) < 4:
                found += await journal.claim(10, LEASE, wait=30)
            assert sorted(names(found)) == [(key(1), 2), (key(2), 1), (key(3), 1), (key(4), 1)]

    # -- feeds

    async def test_cursors_are_kept_by_feed(self, make):
        async with opened(make()) as journal:
            assert await journal.cursor("a") is None
            await journal.put([row(1)], cursor=Cursor("a", "17"))
            await journal.put([], cursor=Cursor("b", "3"))
            await journal.put([row(2)], cursor=Cursor("a", "18"))
            await journal.flush()
            assert (await journal.statistics()).cursors == {"a": "18", "b": "3"}
        async with opened(make()) as journal:
            assert [await journal.cursor(feed) for feed in ("a", "b", "c")] == ["18", "3", None]

    async def test_what_is_no_order_is_kept_aside(self, journal):
        junk = RefusedRow("orders", "feed:17", "invalid", "not JSON", "$", body=b"junk", line=17)
        await journal.put([row(1)], cursor=Cursor("feed", "18"), invalid=[junk])
        (kept,) = await all_refused(journal)
        assert (kept.lane, kept.key, kept.kind, kept.reason, kept.path, kept.version, kept.body, kept.line) == (
            "orders", "feed:17", "invalid", "not JSON", "$", None, b"junk", 17,
        )  # fmt: skip
        assert await journal.replay() == 0
        assert len(await all_refused(journal)) == 1
        assert names(await journal.claim(10, LEASE)) == [(key(1), 1)]

    # -- refusals

    async def test_refused_is_kept_with_its_reason(self, make):
        async with opened(make()) as journal:
            await journal.put([row(1), row(2)])
            await journal.claim(10, LEASE)
            await journal.refuse([refusal(1)])
            await journal.ack([(key(2), 1)])
            await journal.flush()
        async with opened(make()) as journal:
            assert await journal.claim(10, LEASE) == []
            (kept,) = await all_refused(journal)
            assert (kept.lane, kept.key, kept.version, kept.kind, kept.reason, kept.path, kept.origin, kept.body) == (
                "orders", key(1), 1, "server", "no lines", "order_lines", ORIGIN, row(1).body,
            )  # fmt: skip
            assert kept.at > 0
            statistics = await journal.statistics()
            assert (statistics.waiting, statistics.refused) == (0, 1)

    async def test_what_is_refused_again_during_a_replay_is_left_for_the_next(self, journal):
        await journal.put([row(n) for n in range(5)])
        await journal.claim(10, LEASE)
        await journal.refuse([refusal(n) for n in range(5)])

        async def refuse_all():
            while True:
                claimed = await journal.claim(10, LEASE, wait=30)
                await journal.refuse([Refusal(one.key, one.version, "server", "no") for one in claimed])

        worker = asyncio.create_task(refuse_all())
        try:
            assert await asyncio.wait_for(journal.replay(), 10) == 5
        finally:
            worker.cancel()
            await asyncio.wait([worker])

    async def test_a_refusal_leaves_a_newer_version_alone(self, journal):
        await journal.put([row(1, 1)])
        await journal.claim(10, LEASE)
        await journal.put([row(1, 2)])
        await journal.refuse([refusal(1, 1)])
        assert names(await journal.claim(10, LEASE)) == [(key(1), 2)]
        assert await all_refused(journal) == []

    async def test_replayed_is_claimed_again_as_it_was(self, journal):
        await journal.put([row(n) for n in range(4)])
        await journal.claim(10, LEASE)
        await journal.refuse([refusal(n) for n in range(3)])
        assert await journal.replay([key(1), key("unknown")]) == 1
        (again,) = await journal.claim(10, LEASE)
        assert (again.key, again.version, again.origin, again.body) == (key(1), 1, ORIGIN, row(1).body)
        assert await journal.replay() == 2
        assert sorted(names(await journal.claim(10, LEASE))) == [(key(0), 1), (key(2), 1)]
        assert await all_refused(journal) == []
        assert (await journal.statistics()).refused == 0

    async def test_a_replay_does_not_outdate_what_came_since(self, journal):
        await journal.put([row(1, 1)])
        await journal.claim(10, LEASE)
        await journal.refuse([refusal(1, 1)])
        await journal.put([row(1, 2)])
        assert await journal.replay() == 0
        assert names(await journal.claim(10, LEASE)) == [(key(1), 2)]
        assert await all_refused(journal) == []

    async def test_the_same_order_refused_again_is_kept_once(self, journal):
        for reason in ("first", "second"):
            await journal.put([row(1)])
            await journal.claim(10, LEASE)
            await journal.refuse([refusal(1, reason=reason)])
        assert [entry.reason for entry in await all_refused(journal)] == ["second"]

    # -- outcomes

    async def test_outcomes_come_in_order_and_none_is_compacted(self, journal):
        outcomes = [Outcome("a", b"1"), Outcome("b", b"2"), Outcome("a", b"3")]
        await journal.put_outcomes(outcomes[:2])
        await journal.put_outcomes(outcomes[2:])
        claimed = await journal.claim_outcomes(10, LEASE)
        assert [(one.action_id, one.body) for one in claimed] == [("a", b"1"), ("b", b"2"), ("a", b"3")]
        assert (await journal.statistics()).outcomes == 3
        await journal.ack_outcomes([one.number for one in claimed])
        assert await journal.claim_outcomes(10, LEASE) == []
        assert (await journal.statistics()).outcomes == 0

    async def test_one_claimant_at_a_time_holds_the_head(self, journal):
        await journal.put_outcomes([Outcome(str(n), b"{}") for n in range(4)])
        first = await journal.claim_outcomes(2, LEASE)
        assert await journal.claim_outcomes(2, LEASE) == []
        await journal.ack_outcomes([first[0].number])
        assert await journal.claim_outcomes(2, LEASE) == []
        await journal.ack_outcomes([first[1].number])
        assert [one.action_id for one in await journal.claim_outcomes(9, LEASE)] == ["2", "3"]

    async def test_outcomes_given_back_come_again_in_the_same_order(self, journal):
        await journal.put_outcomes([Outcome(str(n), b"{}") for n in range(3)])
        first = await journal.claim_outcomes(9, LEASE)
        await journal.ack_outcomes([first[0].number])
        await journal.nack_outcomes(SHORT)
        assert await journal.claim_outcomes(9, LEASE) == []
        again = await journal.claim_outcomes(9, LEASE, wait=30)
        assert [(one.action_id, one.attempts) for one in again] == [("1", 2), ("2", 2)]

    async def test_a_claim_of_outcomes_ends_with_its_lease(self, journal):
        await journal.put_outcomes([Outcome("a", b"{}")])
        assert await journal.claim_outcomes(9, SHORT)
        assert [one.action_id for one in await journal.claim_outcomes(9, LEASE, wait=30)] == ["a"]

    async def test_a_cancelled_claim_of_outcomes_does_not_keep_the_lane(self, journal):
        await journal.put_outcomes([Outcome("a", b"{}")])
        for steps in range(12):
            claiming = asyncio.create_task(journal.claim_outcomes(9, LEASE))
            for _ in range(steps):
                await asyncio.sleep(0)
            claiming.cancel()
            found = await asyncio.gather(claiming, return_exceptions=True)
            if isinstance(found[0], list):  # it was quicker
                await journal.nack_outcomes()
        assert [one.action_id for one in await journal.claim_outcomes(9, LEASE)] == ["a"]

    async def test_an_empty_lane_waits_for_what_comes(self, journal):
        waiting = asyncio.create_task(journal.claim_outcomes(10, LEASE, wait=30))
        await asyncio.sleep(0.05)
        await journal.put_outcomes([Outcome("a", b"{}")])
        assert [one.action_id for one in await waiting] == ["a"]

    async def test_a_refused_outcome_is_kept_and_can_be_replayed(self, journal):
        await journal.put_outcomes([Outcome("a", b"1"), Outcome("b", b"2")])
        first, second = await journal.claim_outcomes(9, LEASE)
        await journal.refuse_outcome(first.number, "unknown action", "action_id")
        await journal.ack_outcomes([second.number])
        (kept,) = await all_refused(journal)
        assert (kept.lane, kept.key, kept.reason, kept.path, kept.body) == (
            "actions", "a", "unknown action", "action_id", b"1",
        )  # fmt: skip
        assert (await journal.statistics()).refused_outcomes == 1
        assert await journal.replay() == 1
        assert [(one.action_id, one.body) for one in await journal.claim_outcomes(9, LEASE)] == [("a", b"1")]

    async def test_of_two_refused_outcomes_of_one_action_both_are_kept(self, journal):
        await journal.put_outcomes([Outcome("a", b"1"), Outcome("a", b"2")])
        for one in await journal.claim_outcomes(9, LEASE):
            await journal.refuse_outcome(one.number, "unknown action")
        assert [(kept.key, kept.body) for kept in await all_refused(journal)] == [("a", b"1"), ("a", b"2")]
        assert await journal.replay(["a"]) == 2
        assert [one.body for one in await journal.claim_outcomes(9, LEASE)] == [b"1", b"2"]

    async def test_outcomes_survive_their_owner(self, make):
        async with opened(make()) as journal:
            await journal.put_outcomes([Outcome("a", b"1"), Outcome("b", b"2")])
            first, _ = await journal.claim_outcomes(9, SHORT)
            await journal.ack_outcomes([first.number])
        async with opened(make()) as journal:
            assert [one.action_id for one in await journal.claim_outcomes(9, LEASE, wait=30)] == ["b"]

    # -- figures

    async def test_statistics(self, journal):
        assert await journal.statistics() == Statistics(cursors={})
        await journal.put([row(n) for n in range(6)], cursor=Cursor("feed", "6"))
        await journal.claim(4, LEASE)
        await journal.refuse([refusal(0)])
        await journal.ack([(key(1), 1)])
        await journal.nack([key(2)], delay=60)
        found = await journal.statistics()
        assert (found.waiting, found.claimed, found.refused) == (3, 1, 1)
        assert found.cursors == {"feed": "6"}
        assert found.oldest is not None
        assert found.oldest >= 0

    async def test_closing_twice_is_harmless(self, make):
        journal = make()
        await journal.open()
        await journal.close()
        await journal.close()
