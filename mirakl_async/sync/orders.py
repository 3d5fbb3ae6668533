"""`connect.orders` with the bulk sync beside the generated methods."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import codec
from ..errors import InvalidArgument
from ..models.connect.common import OriginRequest
from ..operations.connect.orders import Orders as GeneratedOrders
from .engine import OrderSync
from .ndjson import read_orders

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable

    from ..client import Client
    from ..resource import Caller
    from .intake import Source
    from .report import Report

MEBIBYTE = 1024 * 1024


class Orders(GeneratedOrders):
    """Orders pushed from the channel: single calls, and any number in bulk."""

    __slots__ = ("_client",)

    def __init__(self, caller: Caller, client: Client) -> None:
        super().__init__(caller)
        self._client = client

    def sync(
        self,
        source: Iterable[Any] | AsyncIterable[Any] | str | Path,
        *,
        origin: OriginRequest | None = None,
        batch_size: int = 100,
        batch_bytes: int = MEBIBYTE,
        linger: float = 0.05,
        concurrency: int | None = None,
        refused_file: str | Path | None = None,
        progress: Callable[[Report], None] | None = None,
        grace: float = 10.0,
        patience: float = 300.0,
    ) -> OrderSync:
        """Push any number of orders into Connect, as fast as its documented rate allows, in bounded memory.

        `source` is an iterable or async iterable of orders (`OrderRequest`, or mappings of the same shape), or the
        path of an NDJSON file. Without `origin` it gives pairs of origin and order instead, or lines with `origin`
        and `order`, and orders are grouped by store.

            async with connect.orders.sync(read_orders(), origin=origin) as sync:
                async for refused in sync.refused():
                    print(refused)
            print(sync.report)

        Batches hold up to `batch_size` orders and `batch_bytes` bytes; from an async source one that is not full goes
        after `linger` seconds. Batches are sent as many at a time as the rate and the observed latency need, or
        `concurrency`. One bad order does not hold up the 99 others of its batch: it is isolated, and comes out of
        `refused()` and into `refused_file`, appended as NDJSON. `progress` is called with a report about ten times a
        second. An outage is waited out for `patience` seconds; when stopped, the job drains for `grace` seconds, and
        an async generator is closed.

        Raises SyncStopped, with the report, if the job could not finish; upsertOrders documents the rules.
        """
        if not 1 <= batch_size <= 100:
            raise InvalidArgument("upsertOrders", "batch_size", f"{batch_size} is outside 1 to 100")
        if concurrency is not None and concurrency < 1:
            raise InvalidArgument("upsertOrders", "concurrency", "must be at least 1")
        if origin is not None:
            _check_origin(origin)
        return OrderSync(
            self._client,
            _source(source, origin),
            origin=origin,
            batch_size=batch_size,
            batch_bytes=batch_bytes,
            linger=linger,
            concurrency=concurrency,
            refused_file=Path(refused_file) if refused_file is not None else None,
            progress=progress,
            grace=grace,
            patience=patience,
        )


def _check_origin(origin: object) -> None:
    if not isinstance(origin, OriginRequest):
        raise InvalidArgument("upsertOrders", "origin", f"must be an OriginRequest, not {type(origin).__name__}")
    for violation in codec.explain(origin):
        raise InvalidArgument("upsertOrders", "origin", str(violation))


def _source(source: Source | str | Path, origin: OriginRequest | None) -> Source:
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise InvalidArgument("upsertOrders", "source", f"{path} is not a file")
        return read_orders(path, origin)
    kind = type(source).__name__
    gives = hasattr(source, "__iter__") or hasattr(source, "__aiter__")
    if not gives or isinstance(source, Mapping | bytes):
        what = f"must give orders one after another, which {kind} does not; try [order]"
        raise InvalidArgument("upsertOrders", "source", what)
    return source
