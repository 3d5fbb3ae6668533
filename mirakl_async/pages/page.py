"""One page of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from ..codec.quarantine import QuarantinedItem
from .cursor import Cursor

__all__ = ["Page"]

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """One page: its items, and those that could not be decoded, with their bytes.

    `total` is the length of the whole list as this page's response gives it; None where it gives none, and where ids
    were split into several calls. `row_cursors` makes the cursor after the first n items of this page.
    """

    items: list[T]
    row_cursors: Callable[[int], Cursor]
    following: Cursor | None = None
    preceding: Cursor | None = None
    total: int | None = None
    quarantined: tuple[QuarantinedItem, ...] = ()

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the page after this one; None on the last page."""
        return None if self.following is None else self.following.text()

    @property
    def previous_cursor(self) -> str | None:
        """The cursor of the page before this one, where the server names it (seek lists do)."""
        return None if self.preceding is None else self.preceding.text()

    def cursor_after(self, count: int) -> str:
        """The cursor after the first `count` items of this page; raises ValueError if it has fewer."""
        if not 0 <= count <= len(self.items):
            raise ValueError(f"this page has {len(self.items)} items; count must be from 0 to that, not {count}")
        return self.row_cursors(count).text()

    def __repr__(self) -> str:
        more = "" if self.following is None else ", more follow"
        lost = f", {len(self.quarantined)} quarantined" if self.quarantined else ""
        return f"<Page of {len(self.items)} items, total {self.total}{lost}{more}>"
