"""Makes the queue of an address, and checks that a queue offers what a job needs.

| address                                             | queue                        | extra        |
| --------------------------------------------------- | ---------------------------- | ------------ |
| `orders.db`, `sqlite:///relative`, `sqlite:////abs` | SqliteQueue                  |              |
| `redis://host/0/orders`, `rediss:`, `valkey:`       | RedisQueue of this name      | `redis`      |
| `postgresql://user@host/database?table=orders`      | PostgresQueue in this table  | `postgres`   |
| `https://sqs.REGION.amazonaws.com/ACCOUNT/orders`   | SqsQueue; also as `sqs:`     | `sqs`        |
| `pubsub://project/subscription`                     | PubSubSource                 | `pubsub`     |
| `servicebus://namespace/queue`                      | ServiceBusSource             | `servicebus` |
"""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import ConfigurationError
from .protocol import KeepsCursors, KeepsRejected, Queue, Sink, Source, offers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

__all__ = ["make_queue", "open_queue", "require"]

T = TypeVar("T")
_REDIS = ("redis_queue", "RedisQueue", "redis")
_POSTGRES = ("postgres_queue", "PostgresQueue", "postgres")
_SQS = ("sqs_queue", "SqsQueue", "sqs")
_ADAPTERS = {
    **dict.fromkeys(("redis", "rediss", "valkey", "valkeys", "unix"), _REDIS),
    **dict.fromkeys(("postgresql", "postgres"), _POSTGRES),
    **dict.fromkeys(("sqs", "http", "https"), _SQS),
    "pubsub": ("pubsub_source", "PubSubSource", "pubsub"),
    "servicebus": ("servicebus_source", "ServiceBusSource", "servicebus"),
}
_KNOWN = (
    "give the path of a SQLite file, or an address that begins with sqlite:///, redis://, postgresql://, "
    "https://sqs., pubsub:// or servicebus://"
)
_TABLE = re.compile(r"([?&])table=([^&]*)(&|$)")
_OFFERS: dict[Any, str] = {
    Source: "does not support receiving",
    Sink: "does not support putting",
    Queue: "does not support both putting and receiving",
    KeepsCursors: "does not store cursors",
    KeepsRejected: "does not store rejected lines",
}


def make_queue(address: str | Path) -> Source:
    """Return the queue of an address, not opened yet.

    Raises ConfigurationError if the address is not supported, or the extra that it requires is not installed.
    """
    scheme, mark, rest = str(address).partition("://")
    if isinstance(address, Path) or not mark or scheme == "sqlite":
        path = rest.removeprefix("/") if mark and not isinstance(address, Path) else str(address)
        if not path:
            raise ConfigurationError("queue: the path is empty")
        return cast("Source", _adapter("sqlite_queue", "SqliteQueue")(path))
    scheme = scheme.lower()
    if scheme not in _ADAPTERS:
        raise ConfigurationError(f"queue: {scheme}:// is not supported: {_KNOWN}")
    if scheme in {"http", "https"} and not re.match(r"sqs[.-]|[^/]+/\d{12}/[^/]+$", rest):
        raise ConfigurationError(f"queue: this {scheme}:// address is not that of an SQS queue: {_KNOWN}")
    address = f"https://{rest}" if scheme == "sqs" else f"{scheme}://{rest}"
    options: dict[str, str] = {}
    if _ADAPTERS[scheme] == _POSTGRES and (found := _TABLE.search(address)):
        options["table"] = found[2]
        address = _TABLE.sub(lambda match: match[1] if match[3] else "", address, count=1)
    module, name, extra = _ADAPTERS[scheme]
    try:
        adapter = _adapter(module, name)
    except ImportError as error:
        raise ConfigurationError(
            f"queue: {scheme}:// needs an extra: pip install 'mirakl-async[{extra}]' ({error.name} is missing)"
        ) from error
    return cast("Source", adapter(address, **options))


@asynccontextmanager
async def open_queue(queue: str | Path | Source | Sink) -> AsyncGenerator[Any]:
    """Open the queue of an address and close it afterwards; a queue object is used as it is.

    A queue object is opened and closed by the caller that made it.
    """
    if isinstance(queue, str | Path):
        async with make_queue(queue) as made:
            yield made
    else:
        yield queue


def require(queue: object, capability: Callable[..., T], instead: str) -> T:
    """Return the queue typed as the protocol `capability`; raises ConfigurationError if the queue does not offer it.

    `instead` says what to do instead; it ends the message.
    """
    if not offers(queue, capability):
        raise ConfigurationError(f"{type(queue).__name__} {_OFFERS[capability]}: {instead}")
    return cast("T", queue)


def _adapter(module: str, name: str) -> Callable[..., object]:
    return cast("Callable[..., object]", getattr(import_module(f".{module}", __package__), name))
