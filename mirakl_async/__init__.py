"""Mirakl for asyncio: Connect Channel Platform and Marketplace Front, with bulk order sync and a simulator.

    from mirakl_async import ClientCredentials, ConnectChannel

- `ConnectChannel`, `MarketplaceFront`: the clients; their attributes, such as `orders`, have the operations as methods
- `ClientCredentials`, `BearerToken`, `ApiKey`: credentials, passed as `auth`
- `Options`, `Timeouts`, `Retry`, `Rate`, `Limits`: settings of a call or a client
- `OrderSync`, `SyncReport`, `RejectedOrder`; `ImportJob`, `OrderExport`, `OfferExport`: jobs and their results
- `MiraklError` and its subclasses: `mirakl_async.errors` shows the whole tree
- `mirakl_async.models`: the models of requests and responses
- `mirakl_async.operations`: all operations by Mirakl's code
- `mirakl_async.simulator`: a simulated Mirakl to test against
- `SqliteQueue`, `PostgresQueue`, `RedisQueue`, `SqsQueue`, `MemoryQueue`: queues of orders and outcomes (see
  `queues.protocol`); `PubSubSource`, `ServiceBusSource`: other sources of events
- `to_dict`, `to_json`; `arrow_schema`, `record_batches` (extra `arrow`): convert models to other formats
- `mirakl_async.instrumentation`, `.opentelemetry` (extra `otel`), `.rate_limits` (extra `redis`): metrics, shared rates

Every name is imported when it is first used, so that importing this package is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .arrow import arrow_schema as arrow_schema
    from .arrow import record_batches as record_batches
    from .codec.plain import to_dict as to_dict
    from .codec.plain import to_json as to_json
    from .connect_channel import ConnectChannel as ConnectChannel
    from .downloads import ArchiveMember as ArchiveMember
    from .downloads import Download as Download
    from .downloads import DownloadStream as DownloadStream
    from .downloads import SavedFile as SavedFile
    from .downloads import read_csv_rows as read_csv_rows
    from .downloads import read_json_items as read_json_items
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
    from .errors import JobTimeout as JobTimeout
    from .errors import MaxWaitExceeded as MaxWaitExceeded
    from .errors import MiraklError as MiraklError
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
    from .errors import RateLimiterUnavailable as RateLimiterUnavailable
    from .errors import ResponseTooLarge as ResponseTooLarge
    from .errors import ServerError as ServerError
    from .errors import SyncFailed as SyncFailed
    from .errors import TokenError as TokenError
    from .errors import TokenRefused as TokenRefused
    from .errors import TokenUnavailable as TokenUnavailable
    from .errors import TooLarge as TooLarge
    from .errors import TransportError as TransportError
    from .errors import UnexpectedRedirect as UnexpectedRedirect
    from .errors import UnexpectedResponse as UnexpectedResponse
    from .errors import UnknownOperation as UnknownOperation
    from .errors import UnreadableFile as UnreadableFile
    from .errors import UnsafeArchive as UnsafeArchive
    from .http.auth import ApiKey as ApiKey
    from .http.auth import BearerToken as BearerToken
    from .http.auth import ClientCredentials as ClientCredentials
    from .http.expected_responses import ReceivedResponse as ReceivedResponse
    from .http.response import Response as Response
    from .http.upload import Upload as Upload
    from .imports_exports.offers import OfferExport as OfferExport
    from .imports_exports.orders import OrderExport as OrderExport
    from .imports_exports.products import ImportJob as ImportJob
    from .marketplace_front import MarketplaceFront as MarketplaceFront
    from .options import Limits as Limits
    from .options import Options as Options
    from .options import Rate as Rate
    from .options import Retry as Retry
    from .options import Timeouts as Timeouts
    from .order_sync.job import OrderSync as OrderSync
    from .order_sync.rejected_order import RejectedOrder as RejectedOrder
    from .order_sync.report import SyncReport as SyncReport
    from .pages import ItemIterator as ItemIterator
    from .pages import OffsetPaginator as OffsetPaginator
    from .pages import Page as Page
    from .pages import Progress as Progress
    from .pages import SeekPaginator as SeekPaginator
    from .queues.memory_queue import MemoryQueue as MemoryQueue
    from .queues.postgres_queue import PostgresQueue as PostgresQueue
    from .queues.pubsub_source import PubSubSource as PubSubSource
    from .queues.redis_queue import RedisQueue as RedisQueue
    from .queues.servicebus_source import ServiceBusSource as ServiceBusSource
    from .queues.sqlite_queue import SqliteQueue as SqliteQueue
    from .queues.sqs_queue import SqsQueue as SqsQueue
    from .server_text import FieldError as FieldError

__version__ = "0.1.0"

_MODULES = {
    "ApiKey": "http.auth",
    "BearerToken": "http.auth",
    "ClientCredentials": "http.auth",
    "ConnectChannel": "connect_channel",
    "arrow_schema": "arrow",
    "record_batches": "arrow",
    "to_dict": "codec.plain",
    "to_json": "codec.plain",
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
    "JobTimeout": "errors",
    "RateLimiterUnavailable": "errors",
    "MiraklError": "errors",
    "TransportError": "errors",
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
    "ResponseTooLarge": "errors",
    "ServerError": "errors",
    "SyncFailed": "errors",
    "TokenError": "errors",
    "TokenRefused": "errors",
    "TokenUnavailable": "errors",
    "TooLarge": "errors",
    "UnexpectedRedirect": "errors",
    "UnexpectedResponse": "errors",
    "UnknownOperation": "errors",
    "UnreadableFile": "errors",
    "UnsafeArchive": "errors",
    "MaxWaitExceeded": "errors",
    "Download": "downloads",
    "ArchiveMember": "downloads",
    "DownloadStream": "downloads",
    "SavedFile": "downloads",
    "Upload": "http.upload",
    "read_json_items": "downloads",
    "read_csv_rows": "downloads",
    "OfferExport": "imports_exports.offers",
    "OrderExport": "imports_exports.orders",
    "ImportJob": "imports_exports.products",
    "MarketplaceFront": "marketplace_front",
    "Limits": "options",
    "Options": "options",
    "Rate": "options",
    "Retry": "options",
    "Timeouts": "options",
    "ItemIterator": "pages",
    "OffsetPaginator": "pages",
    "Page": "pages",
    "Progress": "pages",
    "SeekPaginator": "pages",
    "FieldError": "server_text",
    "MemoryQueue": "queues.memory_queue",
    "PostgresQueue": "queues.postgres_queue",
    "PubSubSource": "queues.pubsub_source",
    "RedisQueue": "queues.redis_queue",
    "ServiceBusSource": "queues.servicebus_source",
    "SqliteQueue": "queues.sqlite_queue",
    "SqsQueue": "queues.sqs_queue",
    "Response": "http.response",
    "ReceivedResponse": "http.expected_responses",
    "OrderSync": "order_sync.job",
    "RejectedOrder": "order_sync.rejected_order",
    "SyncReport": "order_sync.report",
}

__all__ = ["__version__", *_MODULES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
