"""How a list is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from ..checks import BOOLEAN, CALLABLE, Rules, whole

DEFAULT_PREFETCH = 4


class Progress(Struct, frozen=True, kw_only=True):
    """How far a reading has come, told before each page is handed over and including it.

    `cursor` goes on after this page; None at the end.
    """

    pages: int
    items: int
    quarantined: int
    total: int | None
    cursor: str | None


OnPage: TypeAlias = Callable[[Progress], object]
"""May be a coroutine function."""


class ReadOptions(Struct, frozen=True, kw_only=True):
    """Rows a page, pages requested ahead of the reader, whether pages overlap, and rows wanted if not all."""

    size: int
    prefetch: int = DEFAULT_PREFETCH
    overlap: bool = False
    limit: int | None = None
    on_page: OnPage | None = None


READING: Rules = {
    "prefetch": whole(0).or_none(),
    "overlap": BOOLEAN.or_none(),
    "on_page": CALLABLE.or_none(),
}
"""What `Paginator.configure` takes."""
