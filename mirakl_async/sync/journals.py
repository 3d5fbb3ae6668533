"""Which journal a name stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..errors import ConfigurationError
from .sqlite import SqliteJournal

if TYPE_CHECKING:
    from .journal import Journal

REDIS = ("redis://", "rediss://", "unix://")


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


def _redis(url: str) -> Journal:
    try:
        from ..redis.journal import RedisJournal  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError("a redis:// journal needs the extra: pip install 'mirakl-async[redis]'") from error
    return cast("Journal", RedisJournal(url))
