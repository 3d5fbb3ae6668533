"""Which journal a name stands for."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..errors import ConfigurationError, JournalError
from .sqlite import SqliteJournal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..limits import RateLimiter
    from .journal import Journal

REDIS = ("redis://", "rediss://", "unix://", "valkey://", "valkeys://")


def journal_of(named: str | Path | Journal) -> tuple[Journal, bool]:
    """The journal, and whether the job opens and closes it: an object is its maker's to open.

    A path, or `sqlite:///path`, is a SQLite file; `redis://...` a Redis or Valkey server (extra "redis").
    """
    if isinstance(named, Path):
        return SqliteJournal(named), True
    if not isinstance(named, str):
        return named, False
    if named.startswith(REDIS):
        return _redis(named), True
    path = named.removeprefix("sqlite://")
    if path != named:
        path = path.removeprefix("/")  # sqlite:///relative, sqlite:////absolute
    scheme, colon, _ = path.partition("://")
    if colon:
        raise ConfigurationError(f"journal: {scheme}:// is unknown; give a path, sqlite:///path or redis://host/0")
    if not path:
        raise ConfigurationError("journal: the path is empty")
    return SqliteJournal(path), True


@asynccontextmanager
async def opened(named: str | Path | Journal, *, create: bool = True) -> AsyncGenerator[Journal]:
    """A journal by its name, opened and closed; an object as it is.

    Without `create` a file that is not there is an error: raises JournalError.
    """
    journal, owned = journal_of(named)
    if not owned:
        yield journal
        return
    if not create and isinstance(journal, SqliteJournal) and not journal.path.exists():
        raise JournalError(f"{journal.path} does not exist")
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


@asynccontextmanager
async def shared_rate(named: str | None) -> AsyncGenerator[RateLimiter | None]:
    """The limiter of all who work on a journal, at the same server; None where a journal has one owner."""
    if named is None or not named.startswith(REDIS):
        yield None
        return
    _redis(named)  # which says what is missing
    from ..redis.limiter import RedisRateLimiter  # noqa: PLC0415 - an extra

    async with RedisRateLimiter(named) as limiter:
        yield limiter


def _redis(url: str) -> Journal:
    try:
        from ..redis.journal import RedisJournal  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError("a redis:// journal needs the extra: pip install 'mirakl-async[redis]'") from error
    return cast("Journal", RedisJournal(url))
