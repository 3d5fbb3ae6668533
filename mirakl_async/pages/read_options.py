"""How a list is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from ..checks import BOOLEAN, CALLABLE, Rules, whole

__all__ = ["CONFIGURE_RULES", "DEFAULT_PREFETCH", "OnPage", "Progress", "ReadOptions"]

DEFAULT_PREFETCH = 4


class Progress(Struct, frozen=True, kw_only=True):
    """How far an iteration has come, including the page that is about to be delivered.

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
    """Rows a page, how many pages to prefetch, whether pages overlap, and how many rows are wanted (None: all)."""

    size: int
    prefetch: int = DEFAULT_PREFETCH
    overlap: bool = False
    limit: int | None = None
    on_page: OnPage | None = None


CONFIGURE_RULES: Rules = {
    "prefetch": whole(0).or_none(),
    "overlap": BOOLEAN.or_none(),
    "on_page": CALLABLE.or_none(),
}
"""The parameters of `Paginator.configure`."""
