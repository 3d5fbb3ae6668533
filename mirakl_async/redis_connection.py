"""A Redis server as this package uses it: scripts that decide, run by name, and faults in one shape.

A client made here from a URL waits five seconds for an answer and does not repeat a command by itself: whoever asks
knows whether asking twice is harmless. redis-py from 5.0 on closes the connection of a cancelled command, so that its
reply never reaches the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .errors import ConfigurationError

try:
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import (
        AuthenticationError,
        BusyLoadingError,
        ClusterDownError,
        ConnectionError,  # noqa: A004 - redis-py's own
        NoScriptError,
        OutOfMemoryError,
        ReadOnlyError,
        RedisError,
        ResponseError,
        TimeoutError,  # noqa: A004 - redis-py's own
    )
except ImportError as _missing:
    raise ConfigurationError("Redis needs the extra: pip install 'mirakl-async[redis]'") from _missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

__all__ = [
    "UNREACHABLE_ERRORS",
    "Command",
    "OutOfMemoryError",
    "Redis",
    "RedisError",
    "ResponseError",
    "Script",
    "Server",
    "Value",
    "is_full",
]

Value: TypeAlias = str | bytes | int | float
Command: TypeAlias = Sequence[Value]
ANSWER_SECONDS = 5.0
VALKEY = ("valkey://", "valkeys://")
UNREACHABLE_ERRORS = (BusyLoadingError, ClusterDownError, ConnectionError, ReadOnlyError, TimeoutError, OSError)
"""It cannot be reached, is still loading, or has just become a replica: what may pass by itself."""
NOT_NOW = ("MISCONF", "NOREPLICAS")
"""It takes nothing while its disk is full, or its replicas are away; redis-py has no class for these."""
QUOTED = "of pipeline caused error: "
"""Before it redis-py quotes the command, with the data of customers; only what the server said is kept."""


class Script:
    """A Lua script of this package, run by its hash."""

    __slots__ = ("sha", "text")

    def __init__(self, name: str) -> None:
        self.text: str = resources.files(f"{__package__}.rate_limits").joinpath(f"{name}.lua").read_text("utf-8")
        self.sha: str = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Server:
    """A connection pool, one's own (from a URL) or somebody else's (a redis.asyncio.Redis without decoding).

    Without `timeouts` its caller limits how long each answer may take.
    """

    __slots__ = ("_client", "_own", "name")

    def __init__(self, where: str | Redis, *, timeouts: bool = True) -> None:
        self._own = isinstance(where, str)
        client: Any
        if isinstance(where, str):
            try:
                client = cast("Any", Redis).from_url(
                    where.replace("valkey", "redis", 1) if where.startswith(VALKEY) else where,
                    socket_timeout=ANSWER_SECONDS if timeouts else None,
                    socket_connect_timeout=ANSWER_SECONDS,
                    retry=Retry(NoBackoff(), 0),
                )
            except ValueError:  # its words may quote a password
                what = 'it is "redis://host:port/0", or "rediss://" with TLS'
                raise ConfigurationError(f"not the address of a Redis server: {what}") from None
        elif hasattr(where, "connection_pool"):
            client = where
        else:
            kind = type(where).__name__
            raise ConfigurationError(f"not a Redis server: give its URL, or a redis.asyncio.Redis, not {kind}")
        settings = client.connection_pool.connection_kwargs
        if settings.get("decode_responses"):
            raise ConfigurationError("the Redis client must not decode responses; leave decode_responses out")
        self._client = client
        host = settings.get("host") or settings.get("path", "localhost")
        self.name: str = f"Redis at {host}:{settings.get('port', '')}".rstrip(":")

    def __repr__(self) -> str:
        return f"<{self.name}>"  # a URL may hold a password

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """Run a script, sent whole only to a server that has forgotten it."""
        try:
            return await self.command("EVALSHA", script.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await self.command("EVAL", script.text, len(keys), *keys, *args)

    async def command(self, *parts: Value) -> Any:
        """Run a single command."""
        return await _whole(self._client.execute_command(*parts))

    async def batch(self, commands: Iterable[Command], *, atomic: bool = False) -> list[Any]:
        """Run commands in one trip, `atomic` as one transaction; an error in place of a reply is for the caller.

        What concerns the server or the whole transaction is raised.
        """
        pipeline = self._client.pipeline(transaction=atomic)
        for command in commands:
            pipeline.execute_command(*command)
        replies: list[Any] = await _whole(pipeline.execute(raise_on_error=False))
        for reply in replies:
            if isinstance(reply, (*UNREACHABLE_ERRORS, OutOfMemoryError)):
                raise reply
            if isinstance(reply, ResponseError) and str(reply).startswith(NOT_NOW):
                raise ConnectionError(str(reply))
        return replies

    async def facts(self) -> dict[str, str]:
        """What the server says of itself in INFO; nothing where it does not."""
        try:
            return {str(name): str(value) for name, value in (await self._client.info()).items()}
        except ResponseError:
            return {}

    async def close(self) -> None:
        """Close the connections, if they are one's own."""
        if self._own:
            await self._client.aclose()


async def _whole(request: Awaitable[Any]) -> Any:
    """Await a request of redis-py, with its errors in the shape that this package relies on."""
    task = asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        found = await request
    except AuthenticationError as error:  # to redis-py a lost connection, to be tried again
        raise ResponseError(f"it refuses the credentials: {error}") from error
    except ResponseError as error:
        said = str(error).rpartition(QUOTED)[2].strip("(',\")")
        raise (ConnectionError if said.startswith(NOT_NOW) else type(error))(said) from None
    if task and task.cancelling() > cancelled:  # Python 3.11's wait_for, by which redis-py sends, loses some
        raise asyncio.CancelledError
    return found


def is_full(error: Exception) -> bool:
    """Whether a command was refused because the server's memory is used up."""
    return isinstance(error, OutOfMemoryError)
