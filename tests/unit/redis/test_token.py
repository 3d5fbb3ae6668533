import asyncio
import logging
from contextlib import asynccontextmanager

import pytest
import redis.asyncio
from multidict import CIMultiDict

from mirakl_async import ApiKey, ClientCredentials, errors
from mirakl_async import redis_connection as server
from mirakl_async.clock import SystemClock
from mirakl_async.exchange import Answer
from mirakl_async.redis import token
from mirakl_async.redis.token import SharedToken
from tests.unit.core.test_auth import TokenWire
from tests.unit.core.test_auth import token as answer

AUTH = "https://auth.example/oauth/token"


class Endpoint(TokenWire):
    """A token endpoint that numbers its tokens; `open` lets exchanges end."""

    def __init__(self, *answers, expires_in="3599", delay=0.0):
        super().__init__(*answers, delay=delay)
        self.expires_in = expires_in
        self.open = asyncio.Event()
        self.open.set()

    async def exchange(self, *args, **options):
        if self.answers:
            return await super().exchange(*args, **options)
        self.posts.append(args)
        number = len(self.posts)
        await asyncio.sleep(self.delay)
        await self.open.wait()
        return answer(number, self.expires_in)


@asynccontextmanager
async def machines(url, wire, count, clock=None, **options):
    """As many authenticators as machines, of the same credentials."""
    ours = [
        SharedToken(ClientCredentials("my-id", "my-secret"), url, **options).authenticator(
            AUTH, wire, clock or SystemClock()
        )
        for _ in range(count)
    ]
    try:
        yield ours
    finally:
        await asyncio.gather(*(one.close() for one in ours))


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def lines(url, pattern="*"):
    async with redis.asyncio.Redis.from_url(url) as client:
        return sorted([name.decode() async for name in client.scan_iter(pattern)])


async def test_machines_that_start_together_exchange_once(redis_url):
    wire = Endpoint(delay=0.1)
    async with machines(redis_url, wire, 6) as ours:
        grants = await asyncio.gather(*(one.obtain() for one in ours))
        assert {grant.header for grant in grants} == {"Bearer token-1"}
        assert len(wire.posts) == 1


async def test_a_machine_that_comes_later_takes_the_token(redis_url):
    wire = Endpoint()
    async with machines(redis_url, wire, 1) as [first]:
        await first.obtain()
    async with machines(redis_url, wire, 1) as [second]:
        assert (await second.obtain()).header == "Bearer token-1"
    assert len(wire.posts) == 1


async def test_a_refused_token_is_renewed_once_for_all(redis_url):
    wire = Endpoint(delay=0.05)
    async with machines(redis_url, wire, 5) as ours:
        grants = await asyncio.gather(*(one.obtain() for one in ours))
        await asyncio.gather(
            *(one.renew(grant.generation) for one, grant in zip(ours, grants, strict=True) for _ in range(20))
        )
        assert {one.current().header for one in ours} == {"Bearer token-2"}
        assert len(wire.posts) == 2


async def test_near_its_end_one_machine_renews_while_all_go_on_with_the_old_token(redis_url):
    wire = Endpoint(expires_in="10")
    clock = SystemClock()
    ahead = 0.0

    class Ahead(SystemClock):
        def monotonic(self):
            return clock.monotonic() + ahead

    async with machines(redis_url, wire, 4, Ahead()) as ours:
        for one in ours:
            await one.obtain()
        wire.open.clear()
        ahead = 8.5  # in the soft window of ten seconds, not yet in the hard one
        for one in ours:
            assert one.current().header == "Bearer token-1"
        await until(lambda: len(wire.posts) == 2)
        assert {one.current().header for one in ours} == {"Bearer token-1"}
        wire.open.set()
        await until(lambda: {one.current().header for one in ours} == {"Bearer token-2"})
        assert len(wire.posts) == 2


async def test_a_token_about_to_expire_is_not_handed_to_a_newcomer(redis_url):
    wire = Endpoint(expires_in="0.5")
    async with machines(redis_url, wire, 1) as [first]:
        await first.obtain()
        await asyncio.sleep(0.5)
        async with machines(redis_url, wire, 1) as [second]:
            assert (await second.obtain()).header == "Bearer token-2"


async def test_the_life_left_is_what_a_newcomer_counts_with(redis_url):
    wire = Endpoint(expires_in="20")
    async with machines(redis_url, wire, 1) as [first]:
        await first.obtain()
        await asyncio.sleep(1)
        async with machines(redis_url, wire, 1) as [second]:
            before = SystemClock().monotonic()
            await second.obtain()
            assert second._hard_at <= before + 19 * 0.95


async def test_one_killed_while_it_exchanges_holds_the_others_only_until_its_lock_expires(redis_url, monkeypatch):
    monkeypatch.setattr(token, "LOCK_SECONDS", 0.5)
    monkeypatch.setattr(token, "HOLD_EVERY", 100.0)  # it does not say that it lives
    dead, wire = Endpoint(), Endpoint()
    dead.open.clear()
    async with machines(redis_url, dead, 1) as [killed], machines(redis_url, wire, 2) as ours:
        waiting = asyncio.create_task(killed.obtain())
        await until(lambda: dead.posts)
        grants = await asyncio.gather(*(one.obtain() for one in ours))
        assert {grant.header for grant in grants} == {"Bearer token-1"}
        assert len(wire.posts) == 1
        dead.open.set()  # it was not dead after all, but overtaken
        assert (await waiting).header == "Bearer token-1"
        assert len(await lines(redis_url)) == 1


async def test_a_slow_exchange_keeps_its_lock(redis_url, monkeypatch):
    monkeypatch.setattr(token, "LOCK_SECONDS", 1.0)
    monkeypatch.setattr(token, "HOLD_EVERY", 0.1)
    wire = Endpoint(delay=2.0)
    async with machines(redis_url, wire, 3) as ours:
        await asyncio.gather(*(one.obtain() for one in ours))
        assert len(wire.posts) == 1


async def test_whoever_has_waited_long_exchanges_for_itself(redis_url, monkeypatch):
    monkeypatch.setattr(token, "PATIENCE", 0.2)
    stuck, wire = Endpoint(), Endpoint()
    stuck.open.clear()
    async with machines(redis_url, stuck, 1) as [slow], machines(redis_url, wire, 1) as [other]:
        waiting = asyncio.create_task(slow.obtain())
        await until(lambda: stuck.posts)
        assert (await other.obtain()).header == "Bearer token-1"
        assert len(wire.posts) == 1
        stuck.open.set()
        await waiting


@pytest.mark.parametrize("ending", ["cancelled", "failed"])
async def test_the_right_to_exchange_is_given_up_with_the_exchange(redis_url, ending):
    wire = Endpoint(Answer(400, CIMultiDict(), b"{}")) if ending == "failed" else Endpoint()
    wire.open.clear()
    async with machines(redis_url, wire, 1) as [one]:
        waiting = asyncio.create_task(one.obtain())
        await until(lambda: wire.posts)
        if ending == "cancelled":
            await one.close()
        with pytest.raises((errors.TokenRefused, errors.TokenUnavailable)):
            await waiting
    assert await lines(redis_url) == []


async def test_numbers_grow_even_if_redis_forgets(redis_url, shared_redis):
    wire = Endpoint()
    async with machines(redis_url, wire, 2) as [first, second]:
        await first.obtain()
        await second.obtain()
        shared_redis.empty()
        await first.renew(1)
        await second.renew(1)
        assert first.current().header == second.current().header == "Bearer token-2"


async def test_clients_of_another_endpoint_id_or_name_share_nothing(redis_url):
    wire = Endpoint()
    clock = SystemClock()
    mine = ClientCredentials("my-id", "my-secret")
    each = [
        SharedToken(mine, redis_url).authenticator(AUTH, wire, clock),
        SharedToken(mine, redis_url).authenticator("https://auth-test.example/oauth/token", wire, clock),
        SharedToken(ClientCredentials("another", "my-secret"), redis_url).authenticator(AUTH, wire, clock),
        SharedToken(mine, redis_url, name="staging").authenticator(AUTH, wire, clock),
    ]
    grants = await asyncio.gather(*(one.obtain() for one in each))
    assert len({grant.header for grant in grants}) == 4
    await asyncio.gather(*(one.close() for one in each))


async def test_keys_share_a_hash_tag_tell_nothing_and_expire(redis_url):
    async with machines(redis_url, Endpoint(expires_in="100"), 1) as [one]:
        await one.obtain()
    [name] = await lines(redis_url)
    assert name.startswith("{mirakl}:token:")
    assert "my-id" not in name
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        assert 0 < await client.pttl(name) <= 100_000
        kept = await client.hgetall(name)
    assert set(kept) == {b"number", b"value", b"life", b"ends"}
    assert b"my-secret" not in b"".join(kept.values())


async def test_without_redis_each_machine_exchanges_for_itself_and_says_so_once(redis_server, caplog):
    wire = Endpoint()
    async with machines(redis_server.url, wire, 2) as ours:
        for one in ours:
            await one.obtain()
        redis_server.kill()
        with caplog.at_level(logging.DEBUG):
            for one in ours:
                await one.renew(1)
                await one.renew(2)
        assert len(wire.posts) == 5
        assert len([line for line in caplog.messages if "a token of its own" in line]) == 2
        assert "token-" not in caplog.text
        redis_server.start()
        for one in ours:
            await one.renew(3)
        assert len({one.current().header for one in ours}) == 1


async def test_a_redis_that_does_not_answer_is_away(redis_server, monkeypatch):
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.2)
    wire = Endpoint()
    async with machines(redis_server.url, wire, 1) as [one]:
        redis_server.freeze()
        assert (await one.obtain()).header == "Bearer token-1"
        redis_server.thaw()


async def test_redis_lost_during_the_exchange_costs_only_the_sharing(redis_server):
    wire = Endpoint()
    wire.open.clear()
    async with machines(redis_server.url, wire, 1) as [one]:
        waiting = asyncio.create_task(one.obtain())
        await until(lambda: wire.posts)
        redis_server.kill()
        wire.open.set()
        assert (await waiting).header == "Bearer token-1"


async def test_somebodys_own_client_is_used_and_left_open(redis_url):
    wire = Endpoint()
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        async with machines(client, wire, 2) as ours:
            await asyncio.gather(*(one.obtain() for one in ours))
        assert await client.ping()
    assert len(wire.posts) == 1


def test_what_cannot_work_is_said_at_once_without_secrets():
    with pytest.raises(errors.ConfigurationError, match="never exchanged"):
        SharedToken(ApiKey("a-key"), "redis://localhost")
    for where in ("localhost:6379", "http://:hush@localhost", "redis://:hush@localhost:port"):
        with pytest.raises(errors.ConfigurationError, match="redis://host:port") as caught:
            SharedToken(ClientCredentials("id", "hush"), where)
        assert "hush" not in str(caught.value)
    assert repr(SharedToken(ClientCredentials("id", "hush"), "redis://:hush@localhost")) == "SharedToken(***)"
