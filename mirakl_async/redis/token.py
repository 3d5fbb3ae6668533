"""One access token for any number of processes and machines, renewed once for all of them.

**Each process keeps its token as `auth` says**, with the same windows, and calls Redis only when it would otherwise
exchange: at its first call, before the token expires, and after a 401. It then names the number of the token it
holds. If Redis keeps a newer one, that is taken; else one process is given the right to exchange, and the others look
again every fraction of a second while they go on with the token they have, where it is still good.

**The right to exchange is a lock that expires**, after ten seconds, and is held for longer while the exchange goes on,
so that a process killed meanwhile costs the others ten seconds at most. It only saves exchanges, nothing depends on it:
a new token is kept only if the number it replaces is still the newest one (whoever was overtaken uses the newer token),
and a process that has waited for half a minute exchanges for itself.

**Numbers** are Redis's own time when a token was kept, so they grow even after it has lost its data. A 401 that one
machine gets thus renews the token of all, and the 401 of the others, sent with the old one, renews nothing. A refusal
of the credentials is not shared: one machine with a wrong secret stops no other.

**When Redis is away** every process exchanges for itself and says so once in the log; Mirakl gives each a token.

**What Redis holds** is the token as it is, under a name made of a hash, for as long as it is good; neither the client's
id nor its secret. Whoever can read that server (its memory, its append-only file, its MONITOR or SLOWLOG) can use the
token while it lasts: give the server a password, and use rediss:// beyond one machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from ..auth import Authenticator, ClientCredentials, TokenExchange, TokenKeeper
from ..errors import ConfigurationError
from ..redis_connection import RedisError, Script, Server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..clock import Clock
    from ..exchange import Wire
    from ..redis_connection import Redis

log: logging.Logger = logging.getLogger("mirakl_async")
ASK, KEEP, HOLD = Script("token_ask"), Script("token_keep"), Script("token_hold")
LOCK_SECONDS, HOLD_EVERY = 10.0, 3.0
PATIENCE = 30.0
FIRST_LOOK, LAST_LOOK = 0.05, 1.0
MICRO, MILLI = 1_000_000, 1_000


class Kept(NamedTuple):
    """What asking brought: a token newer than the one held, or the number of the one to replace."""

    word: str
    number: int
    value: str = ""
    left: float = 0.0


class SharedToken:
    """Client credentials whose access token all machines share: `ConnectChannel(auth=SharedToken(credentials, url))`.

    `where` is a URL (rediss:// for TLS) or a redis.asyncio client, which stays open. Everybody with the same server,
    `name`, client id and token endpoint shares. Raises ConfigurationError for an address that is none.
    """

    __slots__ = ("_credentials", "_name", "_where")

    def __init__(self, credentials: ClientCredentials, where: str | Redis, *, name: str = "mirakl") -> None:
        if not isinstance(credentials, ClientCredentials):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError("SharedToken takes ClientCredentials; keys and bearer tokens are never exchanged")
        Server(where)  # an address that is none is said here, not at the first call
        self._credentials = credentials
        self._where = where
        self._name = name

    def __repr__(self) -> str:
        return "SharedToken(***)"

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:
        """A token that is taken from Redis, or exchanged and left there for the others."""
        server = Server(self._where)
        whose = hashlib.sha256(f"{token_url}\0{self._credentials.identity}".encode()).hexdigest()[:16]
        keys = tuple(f"{{{self._name}}}:token:{whose}:{what}" for what in ("kept", "lock"))
        shared = SharedExchange(self._credentials.exchange(token_url, wire, clock), server, keys, clock)
        return _SharedKeeper(shared.fetch, self._credentials.identity, clock, server)


class _SharedKeeper(TokenKeeper):
    """A keeper that also closes its connections to Redis."""

    __slots__ = ("_server",)

    def __init__(
        self, fetch: Callable[[], Awaitable[tuple[str, float]]], identity: str, clock: Clock, server: Server
    ) -> None:
        super().__init__(fetch, identity, clock)
        self._server = server

    async def close(self) -> None:
        """Give up an exchange under way, and the right to it."""
        await super().close()
        await self._server.close()


class SharedExchange:
    """Where a keeper gets its next token, one at a time; see the module's text."""

    __slots__ = ("_alone", "_clock", "_exchange", "_held", "_keys", "_me", "_server")

    def __init__(self, exchange: TokenExchange, server: Server, keys: tuple[str, ...], clock: Clock) -> None:
        self._exchange = exchange
        self._server = server
        self._keys = keys
        self._clock = clock
        self._me = uuid4().hex
        self._held = 0
        self._alone = False

    async def fetch(self) -> tuple[str, float]:
        """A token newer than the one fetched before, and its seconds left; raises TokenRefused or TokenUnavailable."""
        try:
            kept = await self._token_or_turn()
        except (RedisError, OSError) as error:
            self._lost(error)
            return await self._exchange.fetch()
        if kept.word != "token":
            return await self._exchange_for_all(kept.number)
        self._held = kept.number
        return kept.value, kept.left

    async def _token_or_turn(self) -> Kept:
        gives_up = self._clock.monotonic() + PATIENCE
        look = FIRST_LOOK
        while True:
            kept = await self._ask()
            self._alone = False
            if kept.word != "wait" or self._clock.monotonic() >= gives_up:
                return kept
            await self._clock.sleep(look * (0.5 + self._clock.random()))
            look = min(2 * look, LAST_LOOK)

    async def _ask(self) -> Kept:
        word, number, *token = await self._server.run(ASK, self._keys, [self._held, self._me, _milli(LOCK_SECONDS)])
        if token:
            return Kept(word.decode(), int(number), token[0].decode(), int(token[1]) / MICRO)
        return Kept(word.decode(), int(number))

    async def _exchange_for_all(self, replaces: int) -> tuple[str, float]:
        """Exchange, and keep the token for everybody; if Redis is lost meanwhile the token is this process's own."""
        began = self._clock.monotonic()
        holding = asyncio.create_task(self._hold(), name="mirakl token lock")
        try:
            value, life = await self._exchange.fetch()
        except BaseException:
            await _end(holding)
            await self._hold_for(0)
            raise
        await _end(holding)
        left = life - (self._clock.monotonic() - began)
        try:
            number, kept, kept_left = await self._server.run(
                KEEP, self._keys, [replaces, self._me, value, round(left * MICRO), round(life * MICRO)]
            )
        except (RedisError, OSError) as error:
            self._lost(error)
            return value, left
        self._held = int(number)
        return kept.decode(), int(kept_left) / MICRO

    async def _hold(self) -> None:
        while True:
            await self._clock.sleep(HOLD_EVERY)
            await self._hold_for(LOCK_SECONDS)

    async def _hold_for(self, seconds: float) -> None:
        with contextlib.suppress(RedisError, OSError):  # it expires by itself
            await self._server.run(HOLD, self._keys[1:], [self._me, _milli(seconds)])

    def _lost(self, error: Exception) -> None:
        if not self._alone:
            log.warning("%s is away (%s): each process has a token of its own", self._server.name, type(error).__name__)
        self._alone = True


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _milli(seconds: float) -> int:
    return round(seconds * MILLI)
