"""Async iterators over the rows or items of a file, parsed from its chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol, Self, TypeVar

from ..codec.quarantine import QuarantinedItem
from ..errors import UnreadableFile
from ..redaction import clear_locals
from .csv_rows import CsvParser, Row, as_dict
from .json_items import JsonArrayParser

__all__ = ["CsvRows", "JsonItems", "Parser", "RowBatches"]

T = TypeVar("T")


class Parser(Protocol[T]):
    """An incremental parser: takes bytes, returns values."""

    @property
    def failure(self) -> UnreadableFile | None:
        """The error after which no more can be read, or None."""
        ...

    def feed(self, data: bytes) -> list[T]:
        """Parse further bytes and return the complete values."""
        ...

    def finish(self) -> list[T]:
        """Parse the end and return the last values."""
        ...


class RowBatches(AsyncIterator[list[T]]):
    """Iterates over the values of each block; those before an error are returned before it is raised.

    Not a generator: cancelling one step would end a generator as if everything had been read.
    """

    def __init__(self, chunks: AsyncIterator[bytes], parser: Parser[T]) -> None:
        self._chunks = chunks
        self._parser = parser
        self._is_finished = False

    async def __anext__(self) -> list[T]:
        try:
            while self._parser.failure is None and not self._is_finished:
                if batch := await self._read_batch():
                    return batch
        except BaseException as error:
            clear_locals(error)
            raise
        if self._parser.failure is not None:
            clear_locals(self._parser.failure)
            raise self._parser.failure
        raise StopAsyncIteration

    async def _read_batch(self) -> list[T]:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._is_finished = True
            return self._parser.finish()
        return self._parser.feed(chunk)


class JsonItems(AsyncIterator[T]):
    """Iterates over the items of a JSON list, one by one; `batches` is faster, with a list of items per step.

    An item that violates its schema is repaired; one that cannot be read is quarantined and does not end the list.
    """

    def __init__(self, chunks: AsyncIterator[bytes], parser: JsonArrayParser[T]) -> None:
        self._parser = parser
        self._batches = RowBatches(chunks, parser)
        self._batch: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._batch:
                return item
            self._batch = iter(await anext(self._batches))

    def batches(self) -> AsyncIterator[list[T]]:
        """Iterate over the items in lists of a few dozen to a few hundred, as they are parsed."""
        return self._batches

    @property
    def count(self) -> int:
        """The number of items parsed so far, including quarantined ones; up to a block ahead of the iteration."""
        return self._parser.count

    @property
    def unreadable(self) -> int:
        """The number of quarantined items."""
        return self._parser.unreadable

    @property
    def unreadable_at(self) -> set[int]:
        """The indexes of the quarantined items, from 0."""
        return self._parser.unreadable_at

    @property
    def quarantined(self) -> list[QuarantinedItem]:
        """The first hundred quarantined items, with their bytes."""
        return self._parser.quarantined


class CsvRows(AsyncIterator[Row]):
    """Iterates over the rows of a CSV file as dicts by column; `lists` iterates over the fields without names."""

    def __init__(self, chunks: AsyncIterator[bytes], parser: CsvParser) -> None:
        self._parser = parser
        self._batches = RowBatches(chunks, parser)
        self._batch: Iterator[list[str]] = iter(())
        self._columns: list[str] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Row:
        try:
            record = await self._next()  # may read the header first
            return as_dict(self._columns, record)
        except BaseException as error:
            record = []
            clear_locals(error)
            raise

    async def header(self) -> list[str]:
        """Return the columns, reading the header if necessary; an empty file has none."""
        if self._parser.columns is None:
            self._batch = iter(await anext(self._batches, list[list[str]]()))  # the file may have no rows
        self._columns = self._parser.columns or []
        return self._columns

    @property
    def columns(self) -> list[str] | None:
        """The columns in the order of the file; None before the header has been read."""
        return self._parser.columns

    def lists(self) -> AsyncIterator[list[str]]:
        """Iterate over the fields of each row as lists of str, without the header."""
        return _FieldLists(self._next)

    async def _next(self) -> list[str]:
        while True:
            for record in self._batch:
                return record
            self._batch = iter(await anext(self._batches))
            self._columns = self._parser.columns or []


class _FieldLists(AsyncIterator[list[str]]):
    def __init__(self, next_record: Callable[[], Awaitable[list[str]]]) -> None:
        self._next_record = next_record

    async def __anext__(self) -> list[str]:
        return await self._next_record()
