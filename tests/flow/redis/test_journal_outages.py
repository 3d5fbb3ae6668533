"""The Redis journal while its server is away, dies, is frozen, or has no memory left."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async import ClientCredentials, ConnectChannel
from mirakl_async.errors import JournalError
from mirakl_async.limits import BucketKey, Pace
from mirakl_async.options import Rate
from mirakl_async.redis.journal import RedisJournal
from mirakl_async.redis.limiter import RedisRateLimiter
from mirakl_async.simulator import Simulator
from mirakl_async.sync import journalled
from mirakl_async.sync.journal import Cursor, Outcome
from tests.feeds import ORIGIN as STORE
from tests.feeds import order
from tests.redis_server import RedisServer
from tests.unit.journal.conformance import LEASE, key, names, opened, row

BUCKET = BucketKey("host", "credential", "group")


def client(sim, **settings):
    return ConnectChannel(
        auth=ClientCredentials(sim.client_id, sim.client_secret),
        connect_url=sim.connect_url,
        auth_url=sim.auth_url,
        **settings,
    )


@pytest.fixture
def durable(redis_server):
    if not redis_server.durable:
        pytest.skip("needs redis-server, which keeps an append-only file")
    return redis_server


async def test_what_was_put_survives_the_death_of_the_server(durable):
    async with opened(RedisJournal(durable.url)) as journal:
        await journal.put([row(n) for n in range(500)], cursor=Cursor("feed", "500"))
        await journal.put_outcomes([Outcome("a", b"{}")])
        await journal.claim(100, LEASE)
        await journal.ack([(key(n), 1) for n in range(40)])
        await journal.flush()
        durable.kill()
        durable.start()
        found = await journal.statistics()
        assert (found.waiting, found.claimed, found.outcomes, found.cursors) == (400, 60, 1, {"feed": "500"})
        await journal.nack([key(n) for n in range(40, 100)])
        assert names(await journal.claim(1000, LEASE)) == [(key(n), 1) for n in range(40, 500)]


async def test_a_server_that_comes_back_without_the_last_puts_is_noticed_by_who_put_them(tmp_path):
    with RedisServer(tmp_path, "--appendonly", "no") as server:
        if not server.durable:
            pytest.skip("needs redis-server")
        async with opened(RedisJournal(server.url)) as journal, opened(RedisJournal(server.url)) as other:
            await journal.put([row(1)], cursor=Cursor("feed", "1"))
            await journal.flush()
            await journal._server.command("SAVE")
            await journal.put([row(2)], cursor=Cursor("feed", "2"))
            server.kill()
            server.start()
            with pytest.raises(JournalError, match="came back without the last of what was put"):
                await journal.put([row(3)], cursor=Cursor("feed", "3"))
            with pytest.raises(JournalError, match="came back without the last of what was put"):
                await journal.flush()
            assert await other.cursor("feed") == "1"
            await other.put([row(2)], cursor=Cursor("feed", "2"))
            assert names(await other.claim(10, LEASE)) == [(key(1), 1), (key(2), 1)]


async def test_calls_wait_for_a_server_that_comes_back(durable, caplog):
    async with opened(RedisJournal(durable.url)) as journal:
        await journal.put([row(1)])
        durable.kill()
        put = asyncio.create_task(journal.put([row(2)]))
        claim = asyncio.create_task(journal.claim(10, LEASE, wait=30))
        outcomes = asyncio.create_task(journal.put_outcomes([Outcome("a", b"{}")]))
        await asyncio.sleep(0.3)
        assert not put.done()
        durable.start()
        assert (await put).taken == 1
        await outcomes
        claimed = names(await claim)
        if len(claimed) == 1:
            claimed += names(await journal.claim(10, LEASE))
        assert sorted(claimed) == [(key(1), 1), (key(2), 1)]
        assert "is away" in caplog.text
        assert "is back" in caplog.text


async def test_patience_ends_with_an_error_that_says_what_is_away(durable):
    async with opened(RedisJournal(durable.url, patience=0.2)) as journal:
        durable.kill()
        with pytest.raises(JournalError, match=r"Redis at 127.0.0.1:\d+ is away"):
            await journal.put([row(1)])
        with pytest.raises(JournalError, match="is away"):
            await journal.claim(10, LEASE, wait=30)


async def test_opening_fails_where_nobody_listens(redis_server):
    redis_server.kill()
    with pytest.raises(JournalError, match="is away"):
        await RedisJournal(redis_server.url).open()


async def test_a_server_out_of_memory_stops_those_who_put_and_nobody_else(tmp_path):
    with RedisServer(tmp_path) as server:
        if not server.durable:
            pytest.skip("needs redis-server")
        async with opened(RedisJournal(server.url)) as journal:
            await journal.put([row(n, text="x" * 2000) for n in range(50)])
            await journal._server.command("CONFIG", "SET", "maxmemory", "1mb")
            put = asyncio.create_task(journal.put([row("more")]))
            claimed = await journal.claim(30, LEASE)
            assert len(claimed) == 30
            await journal.extend([one.key for one in claimed], LEASE)
            await journal.ack([(one.key, one.version) for one in claimed[:10]])
            await journal.nack([one.key for one in claimed[10:]])
            async with opened(RedisJournal(server.url)) as started_now, RedisRateLimiter(server.url) as limiter:
                assert len(await started_now.claim(5, LEASE)) == 5
                await limiter.acquire(BUCKET, Pace.within(Rate(30, 1)))
                await limiter.pause(BUCKET, 0.01)
            assert not put.done()
            await journal._server.command("CONFIG", "SET", "maxmemory", "0")
            assert (await put).taken == 1
            assert (await journal.statistics()).waiting == 41


async def test_a_job_that_is_stopped_does_not_wait_for_a_server_that_is_away(durable, monkeypatch, caplog):
    monkeypatch.setattr(journalled, "SECONDS_TO_END", 0.1)
    async with Simulator(latency=0.05) as sim, client(sim, rate="none") as connect:
        await connect.orders.feed([order(n, n) for n in range(1500)], durable.url, origin=STORE)
        async with asyncio.timeout(30), connect.orders.work(durable.url, batch_size=10, concurrency=2) as job:
            while not job.report.accepted:
                await asyncio.sleep(0.001)
            durable.kill()
            accepted = job.report.accepted
            while job.report.accepted == accepted:
                await asyncio.sleep(0.001)
            job.stop()
    assert "are sent again" in caplog.text


async def test_a_sync_waits_for_a_shared_rate_that_cannot_be_asked_yet(redis_server, caplog):
    redis_server.kill()
    async with (
        Simulator() as sim,
        RedisRateLimiter(redis_server.url) as limiter,
        client(sim, limiter=limiter) as connect,
        connect.orders.sync([order(1)], origin=STORE) as job,
    ):
        while "sending again" not in caplog.text:
            await asyncio.sleep(0.001)
        redis_server.start()
    assert job.report.accepted == 1


async def test_calls_wait_while_a_server_takes_nothing_for_want_of_replicas(durable, caplog):
    async with opened(RedisJournal(durable.url)) as journal, RedisRateLimiter(durable.url) as limiter:
        await limiter.acquire(BUCKET, Pace.within(Rate(30, 1)))
        await journal._server.command("CONFIG", "SET", "min-replicas-to-write", "1")
        put = asyncio.create_task(journal.put([row(1)]))
        await limiter.acquire(BUCKET, Pace.within(Rate(30, 1)))  # its share, as whenever Redis is away
        await asyncio.sleep(0.1)
        assert not put.done()
        assert "NOREPLICAS" in caplog.text
        await journal._server.command("CONFIG", "SET", "min-replicas-to-write", "0")
        assert (await put).taken == 1


async def test_a_user_who_may_not_do_all_is_told_by_the_journal(durable):
    async with opened(RedisJournal(durable.url)) as journal:
        await journal._server.command("ACL", "SETUSER", "default", "-blpop")
        with pytest.raises(JournalError, match="blpop"):
            await journal.claim(1, LEASE, wait=30)
