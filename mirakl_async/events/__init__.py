"""Connect's events: the messages on a connector's queue, decoded into a struct for each type, and their handling.

`decode` decodes one message. The structs are in `mirakl_async.models.connect_events`: nine commands and four facts. An
`EventRouter` holds the handlers that `connect.events.run` calls. An idempotency store stores the outcomes of commands.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import InvalidEvent
from ..model import Command, Event, Fact
from .decode import UnknownEvent, decode

if TYPE_CHECKING:
    from .counters import EventCounters as EventCounters
    from .counters import EventStatus as EventStatus
    from .delivery import Delivery as Delivery
    from .idempotency import IdempotencyStore as IdempotencyStore
    from .memory_idempotency import MemoryIdempotencyStore as MemoryIdempotencyStore
    from .outcomes import ActionErrorCode as ActionErrorCode
    from .outcomes import ActionFailed as ActionFailed
    from .outcomes import Deferred as Deferred
    from .outcomes import Done as Done
    from .postgres_idempotency import PostgresIdempotencyStore as PostgresIdempotencyStore
    from .redis_idempotency import RedisIdempotencyStore as RedisIdempotencyStore
    from .router import EventRouter as EventRouter
    from .sqlite_idempotency import SqliteIdempotencyStore as SqliteIdempotencyStore

# Imported on first use: a program that only decodes does not need these modules, and some require an extra.
_MODULES = {
    "ActionErrorCode": "outcomes",
    "ActionFailed": "outcomes",
    "Deferred": "outcomes",
    "Delivery": "delivery",
    "Done": "outcomes",
    "EventCounters": "counters",
    "EventRouter": "router",
    "EventStatus": "counters",
    "IdempotencyStore": "idempotency",
    "MemoryIdempotencyStore": "memory_idempotency",
    "PostgresIdempotencyStore": "postgres_idempotency",
    "RedisIdempotencyStore": "redis_idempotency",
    "SqliteIdempotencyStore": "sqlite_idempotency",
}

__all__ = ["Command", "Event", "Fact", "InvalidEvent", "UnknownEvent", "decode", *_MODULES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value
