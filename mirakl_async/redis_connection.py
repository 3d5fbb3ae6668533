"""A Redis connection: runs commands, transactions and Lua scripts, and normalizes the errors of redis-py.

A client that is created here from a URL waits five seconds for a reply and does not retry commands: only the caller
knows whether a retry is harmless. Since version 5.0, redis-py closes the connection of a cancelled command, so that its
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
    raise ConfigurationError("Redis requires the extra: pip install 'mirakl-async[redis]'") from _missing

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
RESPONSE_TIMEOUT = 5.0
VALKEY_SCHEMES = ("valkey://", "valkeys://")
UNREACHABLE_ERRORS = (BusyLoadingError, ClusterDownError, ConnectionError, ReadOnlyError, TimeoutError, OSError)
"""The errors of an unreachable or loading server, or of one that has become a replica; they may be temporary."""
TEMPORARY_ERROR_CODES = ("MISCONF", "NOREPLICAS")
"""The error codes of a server whose disk is full or whose replicas are missing; redis-py has no classes for them."""
PIPELINE_ERROR_PREFIX = "of pipeline caused error: "
"""redis-py puts the command before this text, which may contain personal data; only the server's message is kept."""


class Script:
    """A Lua script of this package, run by its hash."""

    __slots__ = ("sha", "text")

    def __init__(self, name: str) -> None:
        self.text: str = resources.files(f"{__package__}.rate_limits").joinpath(f"{name}.lua").read_text("utf-8")
        self.sha: str = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Server:
    """A connection pool, created from a URL or taken from a given redis.asyncio.Redis (without decode_responses).

    Without `timeouts`, the caller must limit the time for each reply.
    """

    __slots__ = ("_client", "_own", "name")

    def __init__(self, url_or_client: str | Redis, *, timeouts: bool = True) -> None:
        self._own = isinstance(url_or_client, str)
        client: Any
        if isinstance(url_or_client, str):
            try:
                client = cast("Any", Redis).from_url(
                    url_or_client.replace("valkey", "redis", 1)
                    if url_or_client.startswith(VALKEY_SCHEMES)
                    else url_or_client,
                    socket_timeout=RESPONSE_TIMEOUT if timeouts else None,
                    socket_connect_timeout=RESPONSE_TIMEOUT,
                    retry=Retry(NoBackoff(), 0),
                )
            except ValueError:  # its message may contain a password
                example = '"redis://host:port/0", or "rediss://" for TLS'
                raise ConfigurationError(f"the Redis URL is invalid; use {example}") from None
        elif hasattr(url_or_client, "connection_pool"):
            client = url_or_client
        else:
            kind = type(url_or_client).__name__
            raise ConfigurationError(f"the Redis server must be a URL or a redis.asyncio.Redis, not {kind}")
        settings = client.connection_pool.connection_kwargs
        if settings.get("decode_responses"):
            raise ConfigurationError("the Redis client must not decode responses; remove decode_responses")
        self._client = client
        host = settings.get("host") or settings.get("path", "localhost")
        self.name: str = f"Redis at {host}:{settings.get('port', '')}".rstrip(":")

    def __repr__(self) -> str:
        return f"<{self.name}>"  # the URL may contain a password

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """Run a script by its hash; its text is sent only if the server does not have it."""
        try:
            return await self.command("EVALSHA", script.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await self.command("EVAL", script.text, len(keys), *keys, *args)

    async def command(self, *parts: Value) -> Any:
        """Run a single command."""
        return await _await_reply(self._client.execute_command(*parts))

    async def batch(self, commands: Iterable[Command], *, atomic: bool = False) -> list[Any]:
        """Run commands in one pipeline, with `atomic` as a transaction; the error of a single command is returned.

        Errors of the server or the whole transaction are raised.
        """
        pipeline = self._client.pipeline(transaction=atomic)
        for command in commands:
            pipeline.execute_command(*command)
        replies: list[Any] = await _await_reply(pipeline.execute(raise_on_error=False))
        for reply in replies:
            if isinstance(reply, (*UNREACHABLE_ERRORS, OutOfMemoryError)):
                raise reply
            if isinstance(reply, ResponseError) and str(reply).startswith(TEMPORARY_ERROR_CODES):
                raise ConnectionError(str(reply))
        return replies

    async def info(self) -> dict[str, str]:
        """The result of INFO; empty if the server does not support it."""
        try:
            return {str(name): str(value) for name, value in (await self._client.info()).items()}
        except ResponseError:
            return {}

    async def close(self) -> None:
        """Close the connections, unless the client was given."""
        if self._own:
            await self._client.aclose()


async def _await_reply(request: Awaitable[Any]) -> Any:
    """Await a request of redis-py, and normalize its errors."""
    task = asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        reply = await request
    except AuthenticationError as error:  # a ConnectionError in redis-py, which would be retried
        raise ResponseError(f"the credentials were rejected: {error}") from error
    except ResponseError as error:
        message = str(error).rpartition(PIPELINE_ERROR_PREFIX)[2].strip("(',\")")
        raise (ConnectionError if message.startswith(TEMPORARY_ERROR_CODES) else type(error))(message) from None
    if (
        task and task.cancelling() > cancelled
    ):  # asyncio.wait_for, which redis-py uses, may lose a cancellation in Python 3.11
        raise asyncio.CancelledError
    return reply


def is_full(error: Exception) -> bool:
    """Whether a command was rejected because the server is out of memory."""
    return isinstance(error, OutOfMemoryError)
