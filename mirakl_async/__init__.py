"""Mirakl for asyncio: Connect Channel Platform and Marketplace Front, with bulk order sync and a simulator.

    from mirakl_async import ClientCredentials, ConnectChannel

- `ConnectChannel`, `MarketplaceFront`: the clients; their attributes, such as `orders`, have the operations as methods
- `ClientCredentials`, `BearerToken`, `ApiKey`: what they are given as `auth`
- `Options`, `Timeouts`, `Retry`, `Rate`, `Limits`: what one call, or one client, may set
- `OrderSync`, `Report`, `Refused`; `ImportJob`, `OrderExport`, `OfferExport`: what jobs are, and what they give
- `MiraklError` and its subclasses: `mirakl_async.errors` draws the whole tree
- `mirakl_async.models`: the structs that are sent and received
- `mirakl_async.operations`: all operations by Mirakl's code
- `mirakl_async.simulator`: a Mirakl to test against
- `SqliteQueue`, `PostgresQueue`, `RedisQueue`, `SqsQueue`, `MemoryQueue`: where orders and outcomes wait (see
  `queues.protocol`); `PubSubSource`, `ServiceBusSource`: where else events come from
- `mirakl_async.watch`, `.telemetry` (extra `otel`), `.redis` (extra `redis`): watching, and many machines

Every name is loaded when it is first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .auth import ApiKey as ApiKey
    from .auth import BearerToken as BearerToken
    from .auth import ClientCredentials as ClientCredentials
    from .connect_channel import ConnectChannel as ConnectChannel
    from .errors import APIError as APIError
    from .errors import AttemptTimeout as AttemptTimeout
    from .errors import AuthenticationFailed as AuthenticationFailed
    from .errors import BadRequest as BadRequest
    from .errors import CallError as CallError
    from .errors import ClientStateError as ClientStateError
    from .errors import ConfigurationError as ConfigurationError
    from .errors import ConnectFailed as ConnectFailed
    from .errors import ConnectionLost as ConnectionLost
    from .errors import DeadlineExceeded as DeadlineExceeded
    from .errors import DecodeFailed as DecodeFailed
    from .errors import Gone as Gone
    from .errors import InvalidArgument as InvalidArgument
    from .errors import InvalidEvent as InvalidEvent
    from .errors import JobFailed as JobFailed
    from .errors import JobUnfinished as JobUnfinished
    from .errors import LimiterUnavailable as LimiterUnavailable
    from .errors import MiraklError as MiraklError
    from .errors import NoAnswer as NoAnswer
    from .errors import NotFound as NotFound
    from .errors import OutcomeUnknown as OutcomeUnknown
    from .errors import PaginationLoop as PaginationLoop
    from .errors import PartialFailure as PartialFailure
    from .errors import PermissionDenied as PermissionDenied
    from .errors import ProtocolError as ProtocolError
    from .errors import QueueClosed as QueueClosed
    from .errors import QueueError as QueueError
    from .errors import QueueLost as QueueLost
    from .errors import QueueUnavailable as QueueUnavailable
    from .errors import RateLimited as RateLimited
    from .errors import ReplyTooLarge as ReplyTooLarge
    from .errors import ServerError as ServerError
    from .errors import SyncStopped as SyncStopped
    from .errors import TokenError as TokenError
    from .errors import TokenRefused as TokenRefused
    from .errors import TokenUnavailable as TokenUnavailable
    from .errors import TooLarge as TooLarge
    from .errors import UnexpectedRedirect as UnexpectedRedirect
    from .errors import UnexpectedResponse as UnexpectedResponse
    from .errors import UnknownOperation as UnknownOperation
    from .errors import UnreadableFile as UnreadableFile
    from .errors import UnsafeArchive as UnsafeArchive
    from .errors import WaitTooLong as WaitTooLong
    from .files import Download as Download
    from .files import Member as Member
    from .files import OpenDownload as OpenDownload
    from .files import Saved as Saved
    from .files import Upload as Upload
    from .files import read_items as read_items
    from .files import read_rows as read_rows
    from .jobs.offers import OfferExport as OfferExport
    from .jobs.orders import OrderExport as OrderExport
    from .jobs.products import ImportJob as ImportJob
    from .marketplace_front import MarketplaceFront as MarketplaceFront
    from .options import Limits as Limits
    from .options import Options as Options
    from .options import Rate as Rate
    from .options import Retry as Retry
    from .options import Timeouts as Timeouts
    from .pages import Items as Items
    from .pages import OffsetPaginator as OffsetPaginator
    from .pages import Page as Page
    from .pages import Progress as Progress
    from .pages import SeekPaginator as SeekPaginator
    from .problems import FieldError as FieldError
    from .queues.memory_queue import MemoryQueue as MemoryQueue
    from .queues.postgres_queue import PostgresQueue as PostgresQueue
    from .queues.pubsub_source import PubSubSource as PubSubSource
    from .queues.redis_queue import RedisQueue as RedisQueue
    from .queues.servicebus_source import ServiceBusSource as ServiceBusSource
    from .queues.sqlite_queue import SqliteQueue as SqliteQueue
    from .queues.sqs_queue import SqsQueue as SqsQueue
    from .reply import Reply as Reply
    from .responses import ReceivedResponse as ReceivedResponse
    from .sync.job import OrderSync as OrderSync
    from .sync.refused import Refused as Refused
    from .sync.report import Report as Report

__version__ = "0.1.0"

_HOMES = {
    "ApiKey": "auth",
    "BearerToken": "auth",
    "ClientCredentials": "auth",
    "ConnectChannel": "connect_channel",
    "APIError": "errors",
    "AttemptTimeout": "errors",
    "AuthenticationFailed": "errors",
    "BadRequest": "errors",
    "CallError": "errors",
    "ClientStateError": "errors",
    "ConfigurationError": "errors",
    "ConnectFailed": "errors",
    "ConnectionLost": "errors",
    "DeadlineExceeded": "errors",
    "DecodeFailed": "errors",
    "Gone": "errors",
    "InvalidArgument": "errors",
    "InvalidEvent": "errors",
    "JobFailed": "errors",
    "JobUnfinished": "errors",
    "LimiterUnavailable": "errors",
    "MiraklError": "errors",
    "NoAnswer": "errors",
    "NotFound": "errors",
    "OutcomeUnknown": "errors",
    "PaginationLoop": "errors",
    "PartialFailure": "errors",
    "PermissionDenied": "errors",
    "ProtocolError": "errors",
    "QueueClosed": "errors",
    "QueueError": "errors",
    "QueueLost": "errors",
    "QueueUnavailable": "errors",
    "RateLimited": "errors",
    "ReplyTooLarge": "errors",
    "ServerError": "errors",
    "SyncStopped": "errors",
    "TokenError": "errors",
    "TokenRefused": "errors",
    "TokenUnavailable": "errors",
    "TooLarge": "errors",
    "UnexpectedRedirect": "errors",
    "UnexpectedResponse": "errors",
    "UnknownOperation": "errors",
    "UnreadableFile": "errors",
    "UnsafeArchive": "errors",
    "WaitTooLong": "errors",
    "Download": "files",
    "Member": "files",
    "OpenDownload": "files",
    "Saved": "files",
    "Upload": "files",
    "read_items": "files",
    "read_rows": "files",
    "OfferExport": "jobs.offers",
    "OrderExport": "jobs.orders",
    "ImportJob": "jobs.products",
    "MarketplaceFront": "marketplace_front",
    "Limits": "options",
    "Options": "options",
    "Rate": "options",
    "Retry": "options",
    "Timeouts": "options",
    "Items": "pages",
    "OffsetPaginator": "pages",
    "Page": "pages",
    "Progress": "pages",
    "SeekPaginator": "pages",
    "FieldError": "problems",
    "MemoryQueue": "queues.memory_queue",
    "PostgresQueue": "queues.postgres_queue",
    "PubSubSource": "queues.pubsub_source",
    "RedisQueue": "queues.redis_queue",
    "ServiceBusSource": "queues.servicebus_source",
    "SqliteQueue": "queues.sqlite_queue",
    "SqsQueue": "queues.sqs_queue",
    "Reply": "reply",
    "ReceivedResponse": "responses",
    "OrderSync": "sync.job",
    "Refused": "sync.refused",
    "Report": "sync.report",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
