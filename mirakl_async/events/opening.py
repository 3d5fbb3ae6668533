"""Which idempotency store an address stands for.

| address                         | store                     | extra      |
| ------------------------------- | ------------------------- | ---------- |
| `connector.db`, `sqlite:///...` | SqliteIdempotencyStore    |            |
| `redis://host/0/actions`        | RedisIdempotencyStore     | `redis`    |
| `postgresql://host/database`    | PostgresIdempotencyStore  | `postgres` |
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import ConfigurationError
from .idempotency import IdempotencyStore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["checked_store", "opened_store", "store_of"]

_SERVERS = {
    **dict.fromkeys(
        ("redis", "rediss", "valkey", "valkeys", "unix"), ("redis_idempotency", "RedisIdempotencyStore", "redis")
    ),
    **dict.fromkeys(("postgresql", "postgres"), ("postgres_idempotency", "PostgresIdempotencyStore", "postgres")),
}


def store_of(address: str | Path) -> IdempotencyStore:
    """The store at an address, not opened yet; raises ConfigurationError if it is unknown, or its extra is missing."""
    scheme, mark, rest = str(address).partition("://")
    scheme = scheme.lower()
    if isinstance(address, Path) or not mark or scheme == "sqlite":
        from .sqlite_idempotency import SqliteIdempotencyStore  # noqa: PLC0415 - as late as the others

        path = rest.removeprefix("/") if mark and not isinstance(address, Path) else str(address)
        if not path:
            raise ConfigurationError("idempotency_store: the path is empty")
        return SqliteIdempotencyStore(path)
    if scheme not in _SERVERS:
        raise ConfigurationError(
            f"idempotency_store: {scheme}:// is not supported: give the path of a SQLite file, or an address that "
            "begins with redis:// or postgresql://"
        )
    module, name, extra = _SERVERS[scheme]
    try:
        found: Any = getattr(import_module(f".{module}", __package__), name)
    except ImportError as error:
        raise ConfigurationError(
            f"idempotency_store: {scheme}:// needs an extra: pip install 'mirakl-async[{extra}]' "
            f"({error.name} is missing)"
        ) from error
    return cast("IdempotencyStore", found(str(address)))


def checked_store(given: Any) -> IdempotencyStore:
    """The store that was given, by itself or by its address."""
    if isinstance(given, str | Path):
        return store_of(given)
    if isinstance(given, IdempotencyStore):
        return given
    kind = type(given).__name__
    raise ConfigurationError(f"idempotency_store must be a path, an address or a store, not {kind}")


@asynccontextmanager
async def opened_store(given: str | Path | IdempotencyStore) -> AsyncGenerator[IdempotencyStore]:
    """The store at an address, opened and closed; a store as it is, which is opened and closed where it was made."""
    store = checked_store(given)
    if store is given:
        yield store
    else:
        async with store:
            yield store
