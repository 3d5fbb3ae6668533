"""How a sync job is done, as its parts need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .report import SyncReport


class JobOptions(Struct, kw_only=True):
    """How a job is done; see `orders.sync`."""

    batch_size: int
    max_batch_bytes: int
    linger: float
    concurrency: int | None
    progress: Callable[[SyncReport], None] | None
    grace_period: float
    max_outage: float
    rejected_file: Path | None = None
    name: str = "sync"
