"""Exports of orders (OR13 to OR15) and of offers (OF52 to OF54): a tracking id, then files, then their items.

The files of a completed export do not change, so a position in it consists of the numbers of a file and an item. The
status of the export contains the URLs of its files; credentials are sent to the instance's own origin only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from ..downloads.disposition import safe_name
from ..downloads.download import RETRY_DELAY
from ..downloads.saving import SavedFile
from ..errors import (
    ConnectionLost,
    Gone,
    InvalidArgument,
    MiraklError,
    NotFound,
    PermissionDenied,
    UnreadableFile,
)
from ..server_text import natural, one_line
from .job import MAX_TITLE_LENGTH, Job, is_transient, poll_interval_of

if TYPE_CHECKING:
    from typing import Unpack

    from ..clock import Clock
    from ..downloads import Download, DownloadStream
    from ..models.front.common import ExportStatus
    from ..operation import Operation
    from ..options import Options

__all__ = [
    "EXPIRED_ERRORS",
    "MAX_CONSECUTIVE_FAILURES",
    "Export",
    "ExportPosition",
    "ExportReader",
    "Exporter",
]

T = TypeVar("T")
log: logging.Logger = logging.getLogger("mirakl_async")
MAX_CONSECUTIVE_FAILURES = 3
# The responses of an expired URL; its lifetime is not documented.
EXPIRED_ERRORS = (PermissionDenied, NotFound, Gone)


class Exporter(Protocol):
    """The resource that an export belongs to."""

    @property
    def clock(self) -> Clock:
        """The clock of its client."""
        ...

    async def export_status(self, tracking_id: str, **options: Unpack[Options]) -> ExportStatus:
        """Fetch the status of an export."""
        ...

    def download_export(self, url: str, **options: Unpack[Options]) -> Download:
        """The download of one of its files."""
        ...


class Export(Job[str, "ExportStatus"]):
    """One export, identified by its tracking `id`; `last_status` is the last fetched status, or None."""

    kind = "export"
    _completed = "COMPLETED"
    _failed_statuses = frozenset({"FAILED", "CANCELED", "CANCELLED"})
    _in_progress = frozenset({"PENDING"})

    def __init__(self, exporter: Exporter, status: Operation[Any], tracking_id: str) -> None:
        super().__init__(tracking_id, poll_interval_of(status))
        self._exporter = exporter

    @property
    def clock(self) -> Clock:
        """The client's clock, for waits between calls."""
        return self._exporter.clock

    async def status(self, **options: Unpack[Options]) -> ExportStatus:
        """Fetch the current status of the export (OR14, OF53)."""
        self.last_status: ExportStatus | None = await self._exporter.export_status(self.id, **options)
        return self.last_status

    async def wait(
        self,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        progress: Callable[[ExportStatus], None] | None = None,
    ) -> ExportStatus:
        """Wait until the status of the export is final and return it; polls as often as Mirakl recommends.

        A failed or canceled export does not raise: see `raise_for_failure`. `timeout` and `poll_interval` are in
        seconds; `progress` is called with every status. Raises JobTimeout if it would take longer; the export
        continues, and can be waited for again.
        """
        return await self._wait(timeout=timeout, poll_interval=poll_interval, progress=progress)

    @staticmethod
    def _read(fetched: ExportStatus) -> tuple[str | None, str | None]:
        error = fetched.error
        return fetched.status, ": ".join(text for text in (error.code, error.detail) if text) if error else None

    async def downloads(self, *, refresh_urls: bool = False) -> list[Download]:
        """Wait for the export and return the downloads of its files, in order; raises JobFailed if it has failed.

        `refresh_urls` fetches the URLs again even if they are known, since they may expire.
        """
        if refresh_urls or not self.done:
            await self.wait()
        self.raise_for_failure()
        urls = (self.last_status.urls if self.last_status else None) or []
        return [self._exporter.download_export(url) for url in urls]

    async def save(self, folder: str | Path, *, progress: Callable[[int, int], None] | None = None) -> list[Path]:
        """Save every file in `folder`, named by the tracking id and its number; existing files are kept.

        A file appears only when it is complete, so an interrupted call is resumed by calling again. `progress` is
        called with the number of files saved so far and their total.
        """
        folder = Path(folder)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        downloads = await self.downloads()
        paths = list[Path]()
        for number, download in enumerate(downloads, 1):
            stem = f"{safe_name(self.id)}-{number:03}"
            existing = await asyncio.to_thread(_files_named, folder, stem)
            paths.append(
                existing[0] if existing else (await self._save_with_retries(number, download, folder / stem)).path
            )
            if progress is not None:
                progress(number, len(downloads))
        return paths

    async def retry_downloads(self, error: MiraklError, failures: int) -> list[Download]:
        """The downloads to continue with after a number of consecutive failures; raises a permanent or the last error.

        The URLs are fetched again if they may have expired.
        """
        expired = isinstance(error, EXPIRED_ERRORS)
        if failures >= MAX_CONSECUTIVE_FAILURES or not (expired or is_transient(error)):
            raise error
        await self.clock.sleep(RETRY_DELAY * failures)
        return await self.downloads(refresh_urls=expired)

    async def _save_with_retries(self, number: int, download: Download, stem: Path) -> SavedFile:
        failures = 0
        while True:
            try:
                return await self._save(download, stem)
            except MiraklError as error:
                failures += 1
                download = (await self.retry_downloads(error, failures))[number - 1]

    async def _save(self, download: Download, stem: Path) -> SavedFile:
        async with download as file:
            suffix = Path(file.filename).suffix or f".{await file.detect_format()}"
            return await file.save(stem.with_name(stem.name + suffix))


def _files_named(folder: Path, stem: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.stem == stem)


class ExportPosition(NamedTuple):
    """A position in an export: the number of files read, and of items in the next file, unreadable ones included."""

    file: int = 0
    item: int = 0


class ExportReader(Generic[T]):
    """Iterates over the items of all files of an export, optionally `after` a `cursor` of an earlier iteration.

    `cursor` is the position after the last item: save it when that item is processed, and an iteration with it
    continues after that item, also in another process. Each file is streamed; if the connection breaks, or the URL has
    expired, the file is downloaded again and the items already yielded are skipped. A MiraklError that ends the
    iteration has the cursor as its `resume_from`, None at the start. `unreadable` counts the items that could not be
    decoded and were skipped; each is reported to the client's listener, and their number per file is logged.
    """

    def __init__(self, export: Export, read: Callable[[DownloadStream], AsyncIterator[T]], after: str | None) -> None:
        self.unreadable: int = 0
        self._export = export
        self._read = read
        self._start = _parse_cursor(export, after) if after is not None else ExportPosition()
        self._position = self._start

    @property
    def cursor(self) -> str:
        """The position after the last item."""
        return f"{self._export.id}:{self._position.file}:{self._position.item}"

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        self._position, self.unreadable = self._start, 0
        try:
            downloads = await self._export.downloads()
            if self._position > (len(downloads), 0):
                raise InvalidArgument(self._export.kind, "after", f"{self.cursor!r} is past its {len(downloads)} files")
            failures = 0
            while self._position.file < len(downloads):
                start = self._position
                try:
                    async with aclosing(self._file_items(downloads[start.file])) as items:
                        async for item in items:
                            yield item
                except MiraklError as error:
                    failures = 1 if self._position > start else failures + 1
                    downloads = await self._export.retry_downloads(error, failures)
                else:
                    failures, self._position = 0, ExportPosition(start.file + 1)
        except MiraklError as error:
            error.resume_from = self.cursor if self._position > ExportPosition() else None
            raise

    async def _file_items(self, download: Download) -> AsyncGenerator[T, None]:
        """Yield the remaining items of one file."""
        async with download as file, aclosing(self._remaining_items(file)) as rest:
            async for index, item in rest:
                self._position = ExportPosition(self._position.file, index)
                yield item

    async def _remaining_items(self, file: DownloadStream) -> AsyncGenerator[tuple[int, T], None]:
        """Yield the remaining items, each with the index after it.

        Unreadable items are counted too, so that a cursor is valid for `raw` as well, and for a later release that can
        read them.
        """
        yielded, index = self._position.item, 0
        values = self._read(file)
        unreadable_at: set[int] = getattr(values, "unreadable_at", set())
        try:
            async for item in values:
                index = _skip_unreadable(index, unreadable_at) + 1
                if index > yielded:
                    yield index, item
        except UnreadableFile as error:
            if file.complete is None:
                # Without a length, only the incomplete text shows that the connection was closed early.
                raise ConnectionLost(str(error), file.context) from error
            raise
        if _skip_unreadable(index, unreadable_at) < yielded:
            raise UnreadableFile(f"{self._export.title}: the cursor is past the end of its file")
        if unreadable_at:
            self.unreadable += len(unreadable_at)
            message = "%s: %d items of a file could not be read"
            log.warning(message, self._export.title, len(unreadable_at))


def _skip_unreadable(index: int, unreadable_at: set[int]) -> int:
    """The first index from `index` on that is not unreadable."""
    while index in unreadable_at:
        index += 1
    return index


def _parse_cursor(export: Export, cursor: str) -> ExportPosition:
    prefix, _, last = cursor.rpartition(":")
    tracking_id, _, number = prefix.rpartition(":")
    file, item = natural(number), natural(last)
    if tracking_id != export.id or file is None or item is None:
        raise InvalidArgument(
            export.kind, "after", f"{cursor!r} is not a cursor of the export {one_line(export.id, MAX_TITLE_LENGTH)}"
        )
    return ExportPosition(file, item)
