"""A Redis in this process with a manual clock: the package's own scripts run in Lua, the commands are models.

Machines, their clocks, the way to the server and the way to Mirakl can thus be simulated for minutes in a second, and
a run that breaks a limit can be run again. What a real server does with the same scripts is tested beside this.
"""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any

from lupa import LuaRuntime
from redis.exceptions import ConnectionError as Refused
from redis.exceptions import NoScriptError

from tests.support.manual_clock import ManualClock


class ScriptedRedis:
    """Scripts and the few commands they use; the server's time is `clock`'s, from a day of its own."""

    def __init__(self, clock: ManualClock) -> None:
        self.away = False
        self.trips = 0
        self._clock = clock
        self._keys: dict[str, Any] = {}
        self._ends: dict[str, float] = {}
        self._scripts: dict[str, Any] = {}
        self.ahead = 0.0  # what its clock was set forward, or back
        self._lua = LuaRuntime(unpack_returned_tuples=False)

    def run(self, name: str, *words: Any) -> Any:
        """A command from outside."""
        if self.away:
            raise Refused("refused")
        self.trips += 1
        if name == "PING":
            return b"PONG"
        if name == "EVAL":
            self._scripts[hashlib.sha1(words[0].encode()).hexdigest()] = self._compiled(words[0])
            name, words = "EVALSHA", (hashlib.sha1(words[0].encode()).hexdigest(), *words[1:])
        assert name == "EVALSHA", name
        sha, count, *rest = words
        if sha not in self._scripts:
            raise NoScriptError("no such script")
        keys = [str(word) for word in rest[:count]]
        args = [_as_text(word) for word in rest[count:]]
        return self._answer(self._scripts[sha](self._lua.table_from(keys), self._lua.table_from(args)))

    def _compiled(self, text: str) -> Any:
        make = self._lua.eval("function(call) return {call = call} end")
        self._lua.globals().redis = make(self._call)
        return self._lua.eval(f"function(KEYS, ARGV)\n{text}\nend")

    def _answer(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, float):
            return int(value)  # as Redis does
        return [self._answer(one) for one in value.values()] if hasattr(value, "values") else value

    def _call(self, name: str, *words: Any) -> Any:
        found = getattr(self, f"_{name.lower()}")(*(_as_text(word) for word in words))
        return self._lua.table_from(found) if isinstance(found, list) else found

    def _held(self, key: str, empty: Any) -> Any:
        if self._clock.now >= self._ends.get(key, float("inf")):
            self._keys.pop(key, None)
            del self._ends[key]
        return self._keys.setdefault(key, empty)

    def _time(self) -> list[str]:
        micro = round((1_795_000_000 + self._clock.now + self.ahead) * 1_000_000)
        return [str(micro // 1_000_000), str(micro % 1_000_000)]

    def _hmget(self, key: str, *names: str) -> list[Any]:
        held = self._held(key, {})
        return [held.get(name, False) for name in names]

    def _hset(self, key: str, *pairs: str) -> int:
        self._held(key, {}).update(zip(pairs[::2], pairs[1::2], strict=True))
        return 1

    def _hdel(self, key: str, *names: str) -> int:
        held = self._held(key, {})
        return sum(held.pop(name, None) is not None for name in names)

    def _pexpire(self, key: str, milliseconds: str) -> int:
        self._ends[key] = self._clock.now + int(milliseconds) / 1000
        return 1

    def _zremrangebyscore(self, key: str, first: str, last: str) -> int:
        held = self._held(key, {})
        for name in [name for name, score in held.items() if float(first) <= score <= float(last)]:
            del held[name]
        return 1

    def _zadd(self, key: str, score: str, name: str) -> int:
        self._held(key, {})[name] = float(score)
        return 1

    def _rpush(self, key: str, value: str) -> int:
        self._held(key, []).append(value)
        return len(self._keys[key])

    def _ltrim(self, key: str, first: str, last: str) -> int:
        assert last == "-1"
        self._keys[key] = self._held(key, [])[int(first) :]
        return 1

    def _llen(self, key: str) -> int:
        return len(self._held(key, []))

    def _lindex(self, key: str, index: str) -> str:
        return str(self._held(key, [])[int(index)])

    def _zcard(self, key: str) -> int:
        return len(self._held(key, {}))


class Way:
    """A machine's client of that server, over a network whose trips take `seconds()` in each direction."""

    connection_pool = SimpleNamespace(connection_kwargs={"host": "scripted", "port": 6379})

    def __init__(self, server: ScriptedRedis, clock: ManualClock, seconds: Any) -> None:
        self._server = server
        self._clock = clock
        self._seconds = seconds

    async def execute_command(self, *words: Any) -> Any:
        await self._clock.sleep(self._seconds())
        try:
            return self._server.run(*words)
        finally:
            await self._clock.sleep(self._seconds())


def _as_text(word: Any) -> str:
    """A number as Redis writes it down."""
    if isinstance(word, float):
        return f"{word:.17g}"
    return word if isinstance(word, str) else str(word)
