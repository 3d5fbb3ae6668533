"""The Redis journal: what every journal does, and what is its own (owners of claims, silence, servers that forget)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace

import pytest

from mirakl_async.errors import ClientStateError, JournalError, LimiterUnavailable
from mirakl_async.limits import BucketKey
from mirakl_async.redis.journal import RedisJournal
from mirakl_async.redis.limiter import RedisRateLimiter
from mirakl_async.redis_connection import Server
from mirakl_async.sync.journal import Cursor, Outcome
from mirakl_async.sync.journals import journal_of
from tests.redis_server import RedisServer
from tests.unit.journal.conformance import LEASE, SHORT, JournalConformance, key, names, opened, row


class TestAsEveryJournal(JournalConformance):
    @pytest.fixture
    def make(self, redis_url):
        return lambda: RedisJournal(redis_url)


@pytest.mark.parametrize("scheme", ["redis", "rediss", "valkey", "valkeys"])
def test_a_journal_is_named_by_the_address_of_its_server(scheme):
    journal, owned = journal_of(f"{scheme}://somebody:hunter2@queue.example:6380/1")
    assert isinstance(journal, RedisJournal)
    assert owned
    assert repr(journal) == "<RedisJournal Redis at queue.example:6380>"
    encrypted = "SSL" in journal._server._client.connection_pool.connection_class.__name__
    assert encrypted == (scheme in {"rediss", "valkeys"})


class TestSeveralProcesses:
    """Two journal objects on one server stand for two machines."""

    @pytest.fixture
    async def two(self, redis_url):
        async with opened(RedisJournal(redis_url)) as one, opened(RedisJournal(redis_url)) as other:
            yield one, other

    async def test_what_one_has_claimed_the_other_does_not_get(self, two):
        one, other = two
        await one.put([row(n) for n in range(10)])
        first, second = await one.claim(6, LEASE), await other.claim(100, LEASE)
        assert sorted(names(first) + names(second)) == sorted((key(n), 1) for n in range(10))

    async def test_one_waits_for_what_the_other_puts(self, two):
        one, other = two
        waiting = asyncio.create_task(one.claim(10, LEASE, wait=30))
        await asyncio.sleep(0.05)
        await other.put([row(1)])
        assert names(await waiting) == [(key(1), 1)]

    async def test_a_claim_that_is_over_is_nobodys_to_give_back_or_extend(self, two):
        one, other = two
        await one.put([row(1)])
        await one.claim(10, SHORT)
        assert names(await other.claim(10, LEASE, wait=30)) == [(key(1), 1)]
        await one.extend([key(1)], 0.0)
        await one.nack([key(1)])
        assert await one.claim(10, LEASE) == []

    async def test_a_late_ack_settles_but_frees_nothing_newer_before_the_other_claim_ends(self, two):
        one, other = two
        await one.put([row(1)])
        await one.claim(10, SHORT)
        await other.claim(10, LEASE, wait=30)
        await one.ack([(key(1), 1)])
        await one.put([row(1, 2)])
        assert await one.claim(10, LEASE) == []
        await other.nack([key(1)])
        assert names(await one.claim(10, LEASE)) == [(key(1), 2)]

    async def test_what_is_settled_late_is_not_sent_a_third_time(self, two):
        one, other = two
        await one.put([row(1)])
        await one.claim(10, SHORT)
        await other.claim(10, LEASE, wait=30)
        await one.ack([(key(1), 1)])
        await other.nack([key(1)])
        assert await one.claim(10, LEASE) == []
        assert (await one.statistics()).oldest is None

    async def test_closing_voids_the_claims_of_this_process_alone(self, redis_url, two):
        one, _ = two
        await one.put([row(n) for n in range(3)])
        await one.put_outcomes([Outcome("a", b"{}")])
        async with opened(RedisJournal(redis_url)) as third:
            await third.claim(2, LEASE)
            await third.claim_outcomes(1, LEASE)
            await one.claim(1, LEASE)
        assert sorted(names(await one.claim(10, LEASE))) == [(key(0), 1), (key(1), 1)]
        assert [outcome.attempts for outcome in await one.claim_outcomes(1, LEASE)] == [2]

    async def test_many_callers_need_no_more_connections_than_a_pool_has(self, two, caplog):
        one, _ = two
        await asyncio.gather(*(one.put([row(n)]) for n in range(300)))
        assert len(await one.claim(1000, LEASE)) == 300
        assert not caplog.records

    async def test_names_keep_journals_of_one_server_apart(self, redis_url, two):
        await two[0].put([row(1)])
        async with opened(RedisJournal(redis_url, name="another")) as journal:
            assert await journal.claim(10, LEASE) == []

    async def test_versions_are_compared_beyond_what_a_float_holds(self, two):
        one, _ = two
        await one.put([row(1, 2**57 + 1), row(2, -(10**16))])
        put = await one.put([row(1, 2**57), row(2, 5)])
        assert (put.taken, put.superseded) == (0, 2)
        assert sorted(names(await one.claim(10, LEASE))) == [(key(1), 2**57 + 1), (key(2), 5)]

    async def test_a_put_waits_while_there_is_no_room(self, redis_url, two):
        async with opened(RedisJournal(redis_url, room=2)) as small:
            await small.put([row(1), row(2)])
            waiting = asyncio.create_task(small.put([row(3)]))
            done, _ = await asyncio.wait([waiting], timeout=0.4)
            assert not done
            await two[0].claim(10, LEASE)
            await two[0].ack([(key(1), 1)])
            assert (await waiting).taken == 1

    async def test_a_claim_that_was_cancelled_before_its_answer_came_is_heard_by_the_next(self, redis_url):
        async with opened(RedisJournal(redis_url)) as journal:
            await journal.put([row(n) for n in range(3)])
            run = journal._server.run

            async def lose_the_answer(*args):
                await run(*args)
                raise asyncio.CancelledError

            journal._server = Changed(journal._server, run=lose_the_answer)
            with pytest.raises(asyncio.CancelledError):
                await journal.claim(2, LEASE)
            journal._server = Changed(journal._server, run=run)
            again = await journal.claim(10, LEASE)
            assert [(one.key, one.attempts) for one in again] == [(key(0), 1), (key(1), 1)]
            assert names(await journal.claim(10, LEASE)) == [(key(2), 1)]


class Changed:
    """A server of which some methods are others."""

    def __init__(self, server, **methods):
        self._server = server
        self.__dict__ |= methods

    def __getattr__(self, name):
        return getattr(self._server, name)


class Swallowing:
    """A client that loses cancellations, as redis-py does now and then on Python 3.11."""

    connection_pool = SimpleNamespace(connection_kwargs={})

    async def execute_command(self, *_):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        return b"PONG"


class TestTheServer:
    async def test_a_cancellation_that_the_client_swallows_is_raised_all_the_same(self):
        asking = asyncio.create_task(Server(Swallowing()).command("PING"))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    async def test_of_another_format_it_is_refused_with_words(self, redis_url):
        async with opened(RedisJournal(redis_url)) as journal:
            await journal._server.command("HSET", journal._keys[-1], "format", "99")
        with pytest.raises(JournalError, match=r"format 99.*another name"):
            await RedisJournal(redis_url).open()

    async def test_keys_that_hold_something_else_are_refused_with_words(self, redis_url):
        async with opened(RedisJournal(redis_url)) as journal:
            await journal._server.command("SET", journal._keys[0], "a string")
            with pytest.raises(JournalError, match="something else"):
                await journal.put([row(1)])

    async def test_one_that_lost_everything_is_noticed(self, redis_url, shared_redis):
        async with opened(RedisJournal(redis_url)) as journal:
            await journal.put([row(1)])
            shared_redis.empty()
            with pytest.raises(JournalError, match="vanished"):
                await journal.put([row(2)])
            with pytest.raises(JournalError, match="vanished"):
                await journal.claim(10, LEASE)

    async def test_so_it_is_when_somebody_else_has_made_a_new_journal_there_meanwhile(self, redis_url, shared_redis):
        """Or a feed would go on with a cursor that stands behind orders nobody has."""
        async with opened(RedisJournal(redis_url)) as journal:
            await journal.put([row(1)], cursor=Cursor("feed", "1"))
            shared_redis.empty()
            async with opened(RedisJournal(redis_url)) as restarted:
                with pytest.raises(JournalError, match="vanished"):
                    await journal.put([row(2)], cursor=Cursor("feed", "2"))
                assert await restarted.cursor("feed") is None
                assert (await restarted.put([row(1)])).taken == 1

    async def test_refused_credentials_are_no_outage(self, redis_server):
        if not redis_server.durable:
            pytest.skip("needs redis-server")
        async with opened(RedisJournal(redis_server.url)) as journal:
            await journal._server.command("CONFIG", "SET", "requirepass", "another")
        address = redis_server.url.replace("redis://", "redis://:hunter2@")
        async with RedisRateLimiter(address) as limiter:
            with pytest.raises(LimiterUnavailable, match="refuses the credentials") as limited:
                await limiter.acquire(BucketKey("host", "me", "group"), None)
        with pytest.raises(JournalError, match="refuses the credentials") as raised:
            await RedisJournal(address).open()
        assert "hunter2" not in f"{limited.value!r} {raised.value!r} {raised.value.__cause__!r}"

    async def test_without_an_append_only_file_opening_warns(self, tmp_path, caplog):
        with RedisServer(tmp_path, "--appendonly", "no") as server:
            if not server.durable:
                pytest.skip("needs redis-server")
            async with opened(RedisJournal(server.url)):
                assert "append-only" in caplog.text

    async def test_with_one_it_does_not(self, redis_url, caplog):
        async with opened(RedisJournal(redis_url)):
            assert not caplog.records

    async def test_a_journal_that_is_not_open_says_so(self, redis_url):
        journal = RedisJournal(redis_url)
        with pytest.raises(ClientStateError):
            await journal.put([row(1)])
        async with opened(journal):
            with pytest.raises(ClientStateError):
                await journal.open()
        with pytest.raises(ClientStateError):
            await journal.claim(1, LEASE)
