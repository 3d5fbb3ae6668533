"""The options of the bulk jobs, as users pass them and as the parts of a job need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from msgspec import Struct

__all__ = ["EnqueueOptions", "JobOptions", "SourceOptions", "SyncOptions"]

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping
    from pathlib import Path
    from typing import Any, TypeAlias

    from ..models.connect.common import OriginRequest
    from ..models.connect.orders import OrderRequest
    from ..queues.protocol import Queue, Sink
    from .report import SyncReport

    AnyOrder: TypeAlias = OrderRequest | Mapping[str, Any]
    OrderPair: TypeAlias = tuple[OriginRequest, AnyOrder]
    OrderList: TypeAlias = list[AnyOrder] | list[OrderRequest] | list[dict[str, Any]]
    PairList: TypeAlias = list[OrderPair] | list[tuple[OriginRequest, OrderRequest]]
    OrderIterable: TypeAlias = Iterable[AnyOrder | OrderList] | AsyncIterable[AnyOrder | OrderList]
    PairIterable: TypeAlias = Iterable[OrderPair | PairList] | AsyncIterable[OrderPair | PairList]


class SyncOptions(TypedDict, total=False):
    """The options of `orders.sync` for every kind of source."""

    batch_size: int
    """The most orders of one call, 1 to 100; 100 unless given."""
    max_batch_bytes: int
    """The most bytes of one call; a mebibyte unless given."""
    linger: float
    """How many seconds a batch that is not full waits for more orders of an async source; 0.05 unless given."""
    concurrency: int | None
    """How many calls may be in flight; as many as rate and latency need unless given."""
    progress: Callable[[SyncReport], None] | None
    """Called with a report about ten times a second."""
    grace_period: float
    """How many seconds a job drains when it is stopped; 10 unless given."""
    max_outage: float
    """How many seconds an outage is waited out; 300 unless given."""
    rejected_file: str | Path | None
    """The NDJSON file to which rejected orders are appended."""
    rejected: str | Path | Sink | None
    """The file or the queue for rejected orders, for a queue that cannot keep them."""
    idle: float
    """After how many seconds without a message a queue that cannot say what waits counts as empty; 5 unless given."""
    max_deliveries: int | None
    """How often a single order is delivered by a queue before it is set aside; no limit unless given."""


class SourceOptions(SyncOptions, total=False):
    """The options of `orders.sync` for a source of orders or a file, including those of the journal."""

    journal: str | Path | Queue | None
    """The SQLite file, the address of a queue, or the open queue that keeps orders until they are accepted."""
    resume: bool
    """Whether to read a file, or a `Resumable` source, on from where the journal ends; True unless given."""
    resume_file: str | Path | None
    """Where the position of the source is kept, for a queue that keeps none."""
    read_ahead: int | None
    """How many orders are put into the journal before they are sent; 2,000 unless given."""


class EnqueueOptions(TypedDict, total=False):
    """The options of `orders.enqueue`."""

    resume: bool
    """Whether to read a file, or a `Resumable` source, on from where the queue ends; True unless given."""
    resume_file: str | Path | None
    """Where the position of the source is kept, for a queue that keeps none."""
    rejected: str | Path | Sink | None
    """The file or the queue for what is not an order; beside the queue itself, if that keeps rejected orders."""


class JobOptions(Struct, kw_only=True):
    """The options of a running job; see `orders.sync`."""

    batch_size: int
    max_batch_bytes: int
    linger: float
    concurrency: int | None
    progress: Callable[[SyncReport], None] | None
    grace_period: float
    max_outage: float
    rejected_file: Path | None = None
    name: str = "sync"
