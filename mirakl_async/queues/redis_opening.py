"""The address and keys of a queue in Redis, and the checks of the server before the queue is used."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from ..errors import ConfigurationError, QueueError
from ..redis_connection import RedisError

if TYPE_CHECKING:
    from ..redis_connection import Command, Server

__all__ = ["BODY", "DEFAULT_NAME", "GROUP", "Keys", "check_server", "create_stream", "split_name", "to_dict"]

log: logging.Logger = logging.getLogger("mirakl_async")
DEFAULT_NAME, OLD_NAME = "orders", "mirakl"
GROUP = "workers"
BODY = b"body"
MAX_BULK_BYTES = 512 * 1024 * 1024  # the default of proto-max-bulk-len, for a server that does not allow CONFIG GET


class Keys:
    """The keys of one queue; they share a hash tag, so that a cluster stores them on one node."""

    def __init__(self, name: str | None) -> None:
        self.name: str = name or DEFAULT_NAME
        self.stream: str = f"{{{self.name}}}:queue"
        self.cursors: str = f"{self.stream}:cursors"
        self.puts: str = f"{self.stream}:puts"
        self.rejected: str = f"{self.stream}:rejected"
        self.rejected_at: str = f"{self.stream}:rejected-at"
        self.old: list[str] = [f"{{{name or OLD_NAME}}}:journal:{what}" for what in ("facts", "places")]
        """The keys of the journal that earlier versions stored at the same address."""


def split_name(url: str) -> tuple[str, str | None]:
    """Split an address into the URL for redis-py and the queue's name at the end of the path (None if missing)."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return url, None
    database, *names = [part for part in parts.path.split("/") if part] or ["0"]
    if not database.isdigit():
        database, names = "0", [database, *names]
    if len(names) > 1:
        raise ConfigurationError('the address of a queue in Redis must be "redis://host:port/0/name"')
    return urlunsplit(parts._replace(path=f"/{database}")), unquote(names[0]) if names else None


async def check_server(server: Server, queue: str) -> int:
    """Return the maximum size of a body in bytes.

    Raises ConfigurationError if the server is too old or evicts orders; logs a warning if it may lose orders.
    """
    info = await server.info()
    version = info.get("redis_version", "7.0")
    if tuple(map(int, version.split(".")[:2])) < (6, 2):
        raise ConfigurationError(f"{queue}: the server's version is {version}; a queue needs Redis 6.2 or later")
    if info.get("maxmemory_policy", "").startswith("allkeys"):
        if info.get("maxmemory", "0") != "0":
            raise ConfigurationError(f"{queue} evicts orders when its memory is full; set maxmemory-policy noeviction")
        log.warning("%s would evict orders once maxmemory is set; set maxmemory-policy noeviction", queue)
    if info.get("aof_enabled") == "0":
        log.warning("%s has no append-only file: orders are lost when the server crashes; set appendonly yes", queue)
    [limit] = await server.batch([[b"CONFIG", "GET", "proto-max-bulk-len"]])
    limits = {} if isinstance(limit, RedisError) else to_dict(limit)
    return min([MAX_BULK_BYTES, *map(int, limits.values())])


async def create_stream(server: Server, keys: Keys, queue: str) -> None:
    """Create the stream and its group if they are missing; raises QueueError if their keys hold something else.

    If the stream is missing although there are cursors, it was lost, and the cursors are deleted.
    """
    kind, old, kept, first = await server.batch(
        [
            [b"TYPE", keys.stream],
            [b"EXISTS", *keys.old],
            [b"EXISTS", keys.cursors, keys.puts],
            [b"XRANGE", keys.stream, "-", "+", "COUNT", 1],
        ]
    )
    for reply in (kind, old, kept):
        if isinstance(reply, RedisError):
            raise QueueError(f"{queue}: {reply}")
    if old:
        raise QueueError(
            f"{queue}: an earlier version of mirakl_async stored its journal there; let that version finish it and "
            "delete its keys, or give the queue another name"
        )
    if kind not in {b"none", b"stream"} or (kind == b"stream" and first and BODY not in first[0][1][::2]):
        raise QueueError(f"{queue}: the key {keys.stream!r} holds something else; give the queue another name")
    commands: list[Command] = [(b"XGROUP", "CREATE", keys.stream, GROUP, "0", "MKSTREAM")]
    if kind == b"none" and kept:
        log.error("%s lost its messages; its cursors are deleted, so that sources are read from their start", queue)
        commands.append((b"DEL", keys.cursors, keys.puts))
    created, *_ = await server.batch(commands, atomic=True)
    if isinstance(created, RedisError) and not str(created).startswith("BUSYGROUP"):
        raise QueueError(f"{queue}: {created}")


def to_dict(reply: Any) -> dict[Any, Any]:
    """Convert a reply of names and values to a dict: a map in RESP3, a flat list or a list of pairs in RESP2."""
    if isinstance(reply, dict):
        return cast("dict[Any, Any]", reply)  # type: ignore[redundant-cast] # pyright does not know its types
    flat = [part for pair in reply for part in pair] if reply and isinstance(reply[0], list) else reply
    return dict(zip(flat[::2], flat[1::2], strict=True))
