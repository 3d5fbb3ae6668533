"""Makes the idempotency store of an address.

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

__all__ = ["checked_store", "make_store", "open_store"]

_SERVERS = {
    **dict.fromkeys(
        ("redis", "rediss", "valkey", "valkeys", "unix"), ("redis_idempotency", "RedisIdempotencyStore", "redis")
    ),
    **dict.fromkeys(("postgresql", "postgres"), ("postgres_idempotency", "PostgresIdempotencyStore", "postgres")),
}


def make_store(address: str | Path) -> IdempotencyStore:
    """Return the store of an address, not opened yet.

    Raises ConfigurationError if the address is not supported, or the extra that it requires is not installed.
    """
    scheme, mark, rest = str(address).partition("://")
    scheme = scheme.lower()
    if isinstance(address, Path) or not mark or scheme == "sqlite":
        from .sqlite_idempotency import SqliteIdempotencyStore  # noqa: PLC0415 - imported on use, like the other stores

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
    """Return the store of an address, or the store itself; raises ConfigurationError for anything else."""
    if isinstance(given, str | Path):
        return make_store(given)
    if isinstance(given, IdempotencyStore):
        return given
    kind = type(given).__name__
    raise ConfigurationError(f"idempotency_store must be a path, an address or a store, not {kind}")


@asynccontextmanager
async def open_store(given: str | Path | IdempotencyStore) -> AsyncGenerator[IdempotencyStore]:
    """Open the store of an address and close it afterwards; a store object is used as it is.

    A store object is opened and closed by the caller that made it.
    """
    store = checked_store(given)
    if store is given:
        yield store
    else:
        async with store:
            yield store
