"""Rows and items as async iterators over chunks, whether these come from a connection or from a disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol, Self, TypeVar

from ..codec.quarantine import QuarantinedItem
from ..errors import UnreadableFile
from ..redaction import clear_locals
from .csv_rows import CsvParser, Row, as_dict
from .json_items import JsonArrayParser

T = TypeVar("T")


class Reader(Protocol[T]):
    """What is fed with bytes and gives values."""

    @property
    def failure(self) -> UnreadableFile | None:
        """Why no more can be read."""
        ...

    def feed(self, data: bytes) -> list[T]:
        """Take bytes, give values."""
        ...

    def finish(self) -> list[T]:
        """Take the end, give the last values."""
        ...


class RowBatches(AsyncIterator[list[T]]):
    """The values of each block; the ones before a fault are given before it is raised.

    Not a generator: a step that is cancelled would end it as if all had been read.
    """

    def __init__(self, chunks: AsyncIterator[bytes], reader: Reader[T]) -> None:
        self._chunks = chunks
        self._reader = reader
        self._over = False

    async def __anext__(self) -> list[T]:
        try:
            while self._reader.failure is None and not self._over:
                if batch := await self._more():
                    return batch
        except BaseException as error:
            clear_locals(error)
            raise
        if self._reader.failure is not None:
            clear_locals(self._reader.failure)
            raise self._reader.failure
        raise StopAsyncIteration

    async def _more(self) -> list[T]:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._over = True
            return self._reader.finish()
        return self._reader.feed(chunk)


class JsonItems(AsyncIterator[T]):
    """The items of a list in JSON, one by one; or `batches`, for who minds the cost of each step.

    An item that breaks its contract is mended, one that cannot be read is set aside and does not end the list.
    """

    def __init__(self, chunks: AsyncIterator[bytes], reader: JsonArrayParser[T]) -> None:
        self._reader = reader
        self._batches = RowBatches(chunks, reader)
        self._at_hand: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._at_hand:
                return item
            self._at_hand = iter(await anext(self._batches))

    def batches(self) -> AsyncIterator[list[T]]:
        """The items as they become readable, in lists of a few dozen to a few hundred."""
        return self._batches

    @property
    def count(self) -> int:
        """How many items were met so far, those set aside among them; ahead of the iteration by up to a block."""
        return self._reader.count

    @property
    def unreadable(self) -> int:
        """How many items were set aside."""
        return self._reader.unreadable

    @property
    def unreadable_at(self) -> set[int]:
        """Where in the list those lie, counted from 0."""
        return self._reader.unreadable_at

    @property
    def quarantined(self) -> list[QuarantinedItem]:
        """The first hundred of those set aside, with their bytes."""
        return self._reader.quarantined


class CsvRows(AsyncIterator[Row]):
    """The rows of a CSV file by column; or `lists`, for who wants the bare fields."""

    def __init__(self, chunks: AsyncIterator[bytes], reader: CsvParser) -> None:
        self._reader = reader
        self._batches = RowBatches(chunks, reader)
        self._at_hand: Iterator[list[str]] = iter(())
        self._columns: list[str] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Row:
        try:
            record = await self._next()  # which may be what reads the columns
            return as_dict(self._columns, record)
        except BaseException as error:
            record = []
            clear_locals(error)
            raise

    async def header(self) -> list[str]:
        """The columns, read if they have not been; an empty file has none."""
        if self._reader.columns is None:
            self._at_hand = iter(await anext(self._batches, list[list[str]]()))  # no rows may follow it
        self._columns = self._reader.columns or []
        return self._columns

    @property
    def columns(self) -> list[str] | None:
        """The header, in the file's order; None before the first row has been read."""
        return self._reader.columns

    def lists(self) -> AsyncIterator[list[str]]:
        """The fields of each row as they are, without the header."""
        return _Lists(self._next)

    async def _next(self) -> list[str]:
        while True:
            for record in self._at_hand:
                return record
            self._at_hand = iter(await anext(self._batches))
            self._columns = self._reader.columns or []


class _Lists(AsyncIterator[list[str]]):
    def __init__(self, following: Callable[[], Awaitable[list[str]]]) -> None:
        self._following = following

    async def __anext__(self) -> list[str]:
        return await self._following()
