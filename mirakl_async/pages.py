"""Placeholder of the paginators' module while it is being written."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

T = TypeVar("T")


class OffsetPaginator(Generic[T]):
    """See module."""

    def __init__(self, client: Any, operation: Any, arguments: Any, page_size: int | None, options: Any) -> None:
        raise NotImplementedError


class SeekPaginator(OffsetPaginator[T]):
    """See module."""
