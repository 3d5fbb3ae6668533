"""The journal of many machines: a Redis server, 6.2 or later, or Valkey; one script, so one atomic trip, a method.

Anybody may feed it and anybody may work on it. The server's clock alone decides when a lease is over, so machines need
not agree on the time. All keys share one hash tag, so that a cluster keeps them together.

A queue of orders is not a queue of messages: an order that is put again while it waits must keep its one place, one
that is settled must leave the middle, and leases differ. So its places are sorted sets, by arrival and by the end of
leases and delays, and not a stream, of which a consumer group could do none of the three.

**A claim belongs to the call that made it**: one whose lease is over can neither give back nor extend what somebody
else has claimed since. What it acks is settled all the same, but a newer version waits until that other claim ends.

**As durable as the server**: `put` returns when the server has it in memory. With `appendonly yes`, which the server
should have (`open` warns where it has not), and `appendfsync always` it loses nothing; with `everysec` a second or two
when the power fails, or when it is killed while its disk is busy. A server that comes back without the last puts is
noticed by those who put them: their next put or `flush` fails, and a feed that is started again goes on at the cursor
that was kept. One that comes back empty fails every call of those who had opened the journal before.

**While Redis is away**, calls are repeated for `patience` seconds, a minute if nothing is said, and then raise
`JournalError`. Each may be repeated without harm; a claim whose answer was lost gets the same rows again. Leases run
on meanwhile. `open` waits a second at most, unless the server is still loading. One that is out of memory stops those
who put, and nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import anyio
from redis.exceptions import BusyLoadingError, RedisError

from ..clock import Clock, SystemClock
from ..errors import ClientStateError, JournalError
from ..redis_connection import AWAY, Script, Server, is_full
from ..sync.entries import same_json
from ..sync.journal import Put
from .journal_rows import (
    KEYS,
    MICRO,
    RefusedField,
    claimed,
    claimed_outcomes,
    flat,
    packed,
    packed_invalid,
    packed_version,
    refused_fields,
    statistics,
    why,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from types import TracebackType

    from redis.asyncio import Redis

    from ..redis_connection import Value
    from ..sync.journal import (
        ClaimedOutcome,
        Cursor,
        Outcome,
        Refusal,
        RefusedRow,
        Row,
        Statistics,
        Version,
    )

log: logging.Logger = logging.getLogger("mirakl_async")
FORMAT = "1"
ROOM = 100_000
PATIENCE, OPENING = 60.0, 1.0
MOST = 1000
A_PAGE = 200
SECONDS_FULL = 0.25
TRIPS_AT_ONCE = 16  # the server does one thing at a time, and a pool has no more than a hundred connections
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
LONGEST_LISTEN = 1.0  # a bell that rang for somebody who died at that moment is heard by nobody


def _script(name: str) -> Script:
    return Script("journal", f"journal_{name}")


OPEN, PUT, FLUSH, CLAIM = map(_script, ("open", "put", "flush", "claim"))
SETTLE, NACK, EXTEND = map(_script, ("settle", "nack", "extend"))
PUT_OUTCOMES, CLAIM_OUTCOMES = _script("put_outcomes"), _script("claim_outcomes")
SETTLE_OUTCOMES, NACK_OUTCOMES = _script("settle_outcomes"), _script("nack_outcomes")
REFUSED, REPLAY, STATISTICS, LEAVE = map(_script, ("refused", "replay", "statistics", "leave"))


class RedisJournal:
    """A `Journal` that many machines share; made by `journal="redis://host:6379/0"`.

    `where` is the server's address, or a `redis.asyncio.Redis` that stays yours. `name` tells journals of one server
    apart. `room` is how many orders it holds before `put` waits; `patience` for how many seconds a call goes on while
    the server is away.
    """

    def __init__(
        self,
        where: str | Redis,
        *,
        name: str = "mirakl",
        room: int = ROOM,
        patience: float = PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self._server = Server(where)
        self._keys = [f"{{{name}}}:journal:{key}" for key in KEYS]
        self._bell, self._lane_bell = (self._keys[KEYS.index(bell)] for bell in ("bell", "lane-bell"))
        self._cursors = self._keys[KEYS.index("cursors")]
        self._room = room
        self._patience = patience
        self._clock = clock or SystemClock()
        self._made = f"{os.getpid()}-{uuid4().hex[:12]}"
        self._process = f"{self._made}:"
        self._puts = 0
        self._calls = 0
        self._trips = asyncio.Semaphore(TRIPS_AT_ONCE)
        self._mine: dict[str, str] = {}  # by which claim this process holds an order
        self._unheard: list[str] = []  # claims that were cancelled before their answer came: the next ones ask for it
        self._lane = self._unheard_lane = ""
        self._state = "new"
        self._is_away = False
        self._is_full = False

    def __repr__(self) -> str:
        return f"<RedisJournal {self._server.name}>"

    # -- opening and closing

    async def open(self) -> None:
        """See Journal."""
        if self._state != "new":
            raise ClientStateError(f"{self!r} was opened before; make another")
        self._state = "opening"
        try:
            found, self._made = ((value or b"").decode() for value in await self._run(OPEN, [FORMAT]))
            if found != FORMAT:
                raise JournalError(
                    f"{self._server.name} holds a journal of format {found}, and this version of mirakl_async writes "
                    f"format {FORMAT}; let the version that wrote it finish it, or give this one another name"
                )
            await self._look_at_server()
        except BaseException:
            self._state = "closed"
            await self._server.close()
            raise
        self._state = "open"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See Journal."""
        if self._state != "open":
            return
        self._state = "closed"
        with anyio.CancelScope(shield=True):
            try:
                await self._server.run(LEAVE, self._keys, [self._process, self._made])
            except (RedisError, OSError) as error:
                log.warning("%s: claims of this process end with their leases: %s", self._server.name, error)
            finally:
                await self._server.close()

    async def _look_at_server(self) -> None:
        """Warn of a server that may lose what it was given."""
        try:
            facts = await self._server.facts()
        except (RedisError, OSError) as error:
            raise JournalError(f"{self._server.name}: {error}") from error
        if facts.get("aof_enabled") == "0":
            log.warning(
                "%s keeps no append-only file: when it dies, orders of the journal are lost; set appendonly yes",
                self._server.name,
            )
        if facts.get("maxmemory", "0") != "0" and facts.get("maxmemory_policy") != "noeviction":
            log.warning(
                "%s may evict orders of the journal when its memory is used up; set maxmemory-policy noeviction",
                self._server.name,
            )

    # -- feeds

    async def put(
        self, rows: Sequence[Row], *, cursor: Cursor | None = None, invalid: Sequence[RefusedRow] = ()
    ) -> Put:
        """See Journal."""
        feed = ("", "") if cursor is None else (cursor.feed, cursor.position)
        head: list[Value] = [self._process, self._puts, self._room, *feed, len(rows)]
        args = [*head, *flat([*map(packed, rows)]), *flat([*map(packed_invalid, invalid)])]
        while (answer := await self._run(PUT, args)) is None:
            await self._clock.sleep(SECONDS_FULL)
        self._puts += 1
        fates, bodies = answer
        suspects = [index for index, fate in enumerate(fates) if fate == ord("c")]
        conflicts = tuple(
            index for index, body in zip(suspects, bodies, strict=True) if not same_json(rows[index].body, body)
        )
        taken = fates.count(b"t")
        return Put(taken, len(fates) - taken - len(conflicts), conflicts)

    async def flush(self) -> None:
        """See Journal: what was put is as durable as the server makes it; raises JournalError if it is not there."""
        await self._run(FLUSH, [self._process, self._puts])

    async def cursor(self, feed: str) -> str | None:
        """See Journal."""
        return (await self.statistics()).cursors.get(feed)

    # -- workers

    async def claim(self, most: int, lease: float, *, wait: float = 0.0) -> list[Row]:
        """See Journal."""
        give_up = self._clock.monotonic() + wait
        while True:
            soonest, rows = await self._claim(min(most, MOST), lease)
            if rows:
                return rows
            if not await self._listen(self._bell, give_up, soonest):
                return []

    async def _claim(self, most: int, lease: float) -> tuple[int, list[Row]]:
        again = int(bool(self._unheard))
        token = self._unheard.pop() if again else self._token()
        try:
            soonest, lengths, text = await self._run(
                CLAIM, [most, _micro(lease), token, again], [most, _micro(lease), token, 1]
            )
        except BaseException:
            self._unheard.append(token)
            raise
        rows = claimed(lengths, text)
        self._mine.update(dict.fromkeys((row.key for row in rows), token))
        return soonest, rows

    async def extend(self, keys: Iterable[str], lease: float) -> None:
        """See Journal."""
        if held := self._held(keys):
            await self._run(EXTEND, [_micro(lease), *flat(held)])

    async def ack(self, versions: Iterable[Version]) -> None:
        """See Journal."""
        await self._settle([(key, packed_version(version), self._mine.get(key, ""), b"") for key, version in versions])

    async def refuse(self, refusals: Iterable[Refusal]) -> None:
        """See Journal."""
        at = self._clock.time()
        await self._settle(
            [
                (
                    one.key,
                    packed_version(one.version),
                    self._mine.get(one.key, ""),
                    why(one.kind, one.reason, one.path, at),
                )
                for one in refusals
            ]
        )

    async def _settle(self, settled: list[tuple[str, str, str, bytes]]) -> None:
        if settled:
            await self._run(SETTLE, [*flat(settled)])
            self._let_go((key, token) for key, _, token, _ in settled)

    async def nack(self, keys: Iterable[str], delay: float = 0.0) -> None:
        """See Journal."""
        if held := self._held(keys):
            await self._run(NACK, [_micro(delay), *flat(held)])
            self._let_go(held)

    def _held(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        self._check_open()
        return [(key, self._mine[key]) for key in keys if key in self._mine]

    def _let_go(self, claims: Iterable[tuple[str, str]]) -> None:
        for key, token in claims:
            if self._mine.get(key) == token:  # it may be claimed anew by now
                del self._mine[key]

    # -- outcomes of actions

    async def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """See Journal; repeated after an answer that was lost, it is still put once."""
        if outcomes:
            await self._run(PUT_OUTCOMES, [self._token(), *flat([(one.action_id, one.body) for one in outcomes])])

    async def claim_outcomes(self, most: int, lease: float, *, wait: float = 0.0) -> list[ClaimedOutcome]:
        """See Journal."""
        give_up = self._clock.monotonic() + wait
        while True:
            free, outcomes = await self._claim_outcomes(min(most, MOST), lease)
            if outcomes:
                return outcomes
            if not await self._listen(self._lane_bell, give_up, free):
                return []

    async def _claim_outcomes(self, most: int, lease: float) -> tuple[int, list[ClaimedOutcome]]:
        token, self._unheard_lane = self._unheard_lane or self._token(), ""
        try:
            free, *found = await self._run(CLAIM_OUTCOMES, [most, _micro(lease), token])
        except BaseException:
            self._unheard_lane = token
            raise
        if found:
            self._lane = token
        return free, claimed_outcomes(found)

    async def ack_outcomes(self, numbers: Iterable[int]) -> None:
        """See Journal."""
        await self._run(SETTLE_OUTCOMES, ["", *numbers])

    async def nack_outcomes(self, delay: float = 0.0) -> None:
        """See Journal."""
        if self._lane:
            await self._run(NACK_OUTCOMES, [_micro(delay), self._lane])
            self._lane = ""

    async def refuse_outcome(self, number: int, reason: str, path: str | None = None) -> None:
        """See Journal."""
        await self._run(SETTLE_OUTCOMES, [why("server", reason, path, self._clock.time()), number])

    # -- what there is

    async def statistics(self) -> Statistics:
        """See Journal."""
        return statistics(await self._run(STATISTICS, []))

    async def refused(self) -> AsyncIterator[RefusedRow]:
        """See Journal."""
        async for page in self._refused_pages():
            for entry in page:
                yield entry.row

    async def _refused_pages(self) -> AsyncIterator[list[RefusedField]]:
        last = b"0"
        while page := refused_fields(await self._run(REFUSED, [last, A_PAGE])):
            last = page[-1].place
            yield page

    async def replay(self, keys: Iterable[str] | None = None) -> int:
        """See Journal."""
        wanted, count = None if keys is None else set(keys), 0
        done: set[bytes] = set()  # a worker may refuse them again meanwhile
        async for page in self._refused_pages():
            chosen = [
                entry.field
                for entry in page
                if entry.row.version is not None
                and entry.field not in done
                and (wanted is None or entry.row.key in wanted)
            ]
            done.update(chosen)
            count += await self._run(REPLAY, chosen) if chosen else 0
        return count

    # -- the server

    def _check_open(self) -> None:
        if self._state not in {"open", "opening"}:
            raise ClientStateError(f"{self!r} is not open")

    def _token(self) -> str:
        self._calls += 1
        return f"{self._process}{self._calls}"

    async def _run(self, script: Script, args: Sequence[Value], args_of_repeated: Sequence[Value] | None = None) -> Any:
        """One trip, repeated while the server is away; raises JournalError when patience is over."""
        began, pause = self._clock.monotonic(), FIRST_PAUSE
        while True:
            self._check_open()
            try:
                async with self._trips:
                    found = await self._server.run(script, self._keys, [*args, self._made])
            except AWAY as error:
                left = self._patience_left(error, began)
                if left <= 0:
                    raise JournalError(f"{self._server.name} is away: {error}; try again when it answers") from error
                self._say_away(error, left)
                args = args_of_repeated or args
                await self._clock.sleep(min(left, pause * (0.5 + self._clock.random() / 2)))
                pause = min(pause * 2, LONGEST_PAUSE)
            except RedisError as error:
                if not is_full(error) or script not in {PUT, PUT_OUTCOMES}:
                    raise self._explained(error) from error
                self._say_full()
                await self._clock.sleep(SECONDS_FULL)
            else:
                if self._is_away:
                    log.warning("%s is back", self._server.name)
                self._is_away = False
                self._is_full &= script is not PUT
                return found

    def _patience_left(self, error: Exception, began: float) -> float:
        opening = self._state == "opening" and not isinstance(error, BusyLoadingError)
        return began + (min(OPENING, self._patience) if opening else self._patience) - self._clock.monotonic()

    def _say_away(self, error: Exception, left: float) -> None:
        if not self._is_away:
            log.warning("%s is away, and asked again for %.0f seconds: %s", self._server.name, left, error)
        self._is_away = True

    def _say_full(self) -> None:
        if not self._is_full:
            log.warning("%s has no memory left; nothing more is taken until it has", self._server.name)
        self._is_full = True

    def _explained(self, error: RedisError) -> JournalError:
        words = str(error)
        if words.startswith("GONE"):
            words = "the journal has vanished, with the orders in it; read its feeds again from their beginning"
        elif words.startswith("LOST"):
            words = "it came back without the last of what was put; start the feed again, it goes on at its cursor"
        elif words.startswith("WRONGTYPE"):
            words = "its keys hold something else; give this journal another name"
        return JournalError(f"{self._server.name}: {words}")

    async def _listen(self, bell: str, give_up: float, soonest: int) -> bool:
        """Wait until there may be something to claim; False when it is time to give up."""
        left = give_up - self._clock.monotonic()
        if left <= 0:
            return False
        seconds = min(left, LONGEST_LISTEN, soonest / MICRO if soonest >= 0 else LONGEST_LISTEN)
        try:
            await self._server.command("BLPOP", bell, f"{max(seconds, 0.001):.3f}")
        except AWAY:  # the claim that follows says so, and has patience
            await asyncio.sleep(0)
        except RedisError as error:
            raise self._explained(error) from error
        return True


def _micro(seconds: float) -> int:
    return round(seconds * MICRO)
