"""Exports of orders (OR13 to OR15) and of offers (OF52 to OF54): a tracking id, then files, then their items.

The files of a done export do not change, so a place in it is a file's number and an item's. The address of each file
comes with the export's state; it is asked with our credential on the instance's own origin only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from ..checks import check_arguments
from ..downloads.disposition import safe_name
from ..downloads.download import RETRY_DELAY
from ..downloads.saving import SavedFile
from ..errors import (
    ClientStateError,
    ConnectionLost,
    Gone,
    InvalidArgument,
    JobFailed,
    MiraklError,
    NotFound,
    PermissionDenied,
    UnreadableFile,
)
from ..server_text import natural, one_line
from .polling import WAITING, is_transient, pace_of, poll_until

if TYPE_CHECKING:
    from typing import Unpack

    from ..clock import Clock
    from ..downloads import Download, DownloadStream
    from ..models.front.common import ExportStatus
    from ..operation import Operation
    from ..options import Options

__all__ = [
    "COMPLETED",
    "EXPIRED",
    "FAILED",
    "FINAL",
    "IN_PROGRESS",
    "MAX_CONSECUTIVE_FAILURES",
    "Export",
    "ExportPosition",
    "ExportReader",
    "Exporter",
]

T = TypeVar("T")
log: logging.Logger = logging.getLogger("mirakl_async")
COMPLETED = "COMPLETED"
LONGEST_TITLE = 200
FAILED = frozenset({"FAILED", "CANCELED", "CANCELLED"})
IN_PROGRESS = frozenset({"PENDING"})
FINAL = FAILED | {COMPLETED}
MAX_CONSECUTIVE_FAILURES = 3
# What an address says that was good for a while only: no document tells for how long.
EXPIRED = (PermissionDenied, NotFound, Gone)


class Exporter(Protocol):
    """The resource an export came from."""

    @property
    def clock(self) -> Clock:
        """Its client's time."""
        ...

    async def export_status(self, tracking_id: str, **options: Unpack[Options]) -> ExportStatus:
        """How an export fares."""
        ...

    def download_export(self, url: str, **options: Unpack[Options]) -> Download:
        """One file of it."""
        ...


class Export:
    """One export, by its tracking `id`; `last` is the state seen last, None before the first look."""

    what = "export"

    def __init__(self, exporter: Exporter, status: Operation[Any], tracking_id: str) -> None:
        self.id = tracking_id
        self.last_status: ExportStatus | None = None
        self._exporter = exporter
        self._pace = pace_of(status)

    def __repr__(self) -> str:
        status = self.last_status.status if self.last_status else None
        return one_line(f"<{type(self).__name__} {self.id} {status or 'not looked at'}>")

    @property
    def title(self) -> str:
        """What messages call it, such as `order export 7f3a`."""
        return one_line(f"{self.what} {self.id}", LONGEST_TITLE)

    @property
    def clock(self) -> Clock:
        """The client's time, for what waits between calls."""
        return self._exporter.clock

    async def status(self, **options: Unpack[Options]) -> ExportStatus:
        """How the export fares now (OR14, OF53)."""
        self.last_status = await self._exporter.export_status(self.id, **options)
        return self.last_status

    async def wait(
        self,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        progress: Callable[[ExportStatus], None] | None = None,
    ) -> ExportStatus:
        """The export's state once it is final; looked at as often as Mirakl recommends.

        An export that fails or is canceled is an outcome, not an exception: see `raise_for_failure`. `timeout` and
        `poll_interval` are in seconds; `progress` is given every state seen. Raises JobTimeout if it would take longer;
        the export goes on, and can be waited for again.
        """
        check_arguments("wait", WAITING, locals())
        return await poll_until(
            self.status,
            lambda state: state.status in FINAL,
            underway=IN_PROGRESS,
            name=self.title,
            every=self._pace if poll_interval is None else poll_interval,
            timeout=timeout,
            clock=self.clock,
            told=lambda state: state.status,
            progress=progress,
        )

    @property
    def done(self) -> bool:
        """Whether the state seen last is final."""
        return self.last_status is not None and self.last_status.status in FINAL

    @property
    def failed(self) -> bool:
        """Whether the state seen last is FAILED or CANCELED."""
        return self.last_status is not None and self.last_status.status in FAILED

    def raise_for_failure(self) -> None:
        """Raise JobFailed if the state seen last is a failed one."""
        if self.last_status is None:
            raise ClientStateError(f"{self.title}: its state has not been looked at; await status() or wait()")
        if self.last_status.status in FAILED:
            error = self.last_status.error
            reason = one_line(": ".join(text for text in (error.code, error.detail) if text)) if error else None
            words = f"{self.title} ended {self.last_status.status}{f' ({reason})' if reason else ''}"
            raise JobFailed(words, self.last_status.status or "", reason)

    async def downloads(self, *, refresh_urls: bool = False) -> list[Download]:
        """The files, in their order, once the export is completed; raises JobFailed if it has failed.

        `anew` asks for the addresses even if they are known: they may be good for a while only.
        """
        if refresh_urls or not self.done:
            await self.wait()
        self.raise_for_failure()
        urls = (self.last_status.urls if self.last_status else None) or []
        return [self._exporter.download_export(url) for url in urls]

    async def save(self, folder: str | Path, *, progress: Callable[[int, int], None] | None = None) -> list[Path]:
        """Save every file in `folder`, under the tracking id and its number; files that are there already are kept.

        A file appears only when it is whole, so an interrupted call is taken up by calling again. `progress` is given
        the files saved so far and their total.
        """
        folder = Path(folder)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        downloads = await self.downloads()
        paths = list[Path]()
        for number, download in enumerate(downloads, 1):
            stem = f"{safe_name(self.id)}-{number:03}"
            there = await asyncio.to_thread(_files_named, folder, stem)
            paths.append(there[0] if there else (await self._saved(number, download, folder / stem)).path)
            if progress is not None:
                progress(number, len(downloads))
        return paths

    async def downloads_after(self, error: MiraklError, failures: int) -> list[Download]:
        """The files, to go on after so many `failures` in a row; raises the error if there were too many, or it stays.

        The addresses are asked for anew where they may have expired.
        """
        expired = isinstance(error, EXPIRED)
        if failures >= MAX_CONSECUTIVE_FAILURES or not (expired or is_transient(error)):
            raise error
        await self.clock.sleep(RETRY_DELAY * failures)
        return await self.downloads(refresh_urls=expired)

    async def _saved(self, number: int, download: Download, stem: Path) -> SavedFile:
        failures = 0
        while True:
            try:
                return await self._save(download, stem)
            except MiraklError as error:
                failures += 1
                download = (await self.downloads_after(error, failures))[number - 1]

    async def _save(self, download: Download, stem: Path) -> SavedFile:
        async with download as file:
            ending = Path(file.filename).suffix or f".{await file.detect_format()}"
            return await file.save(stem.with_name(stem.name + ending))


def _files_named(folder: Path, stem: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.stem == stem)


class ExportPosition(NamedTuple):
    """A place in an export: so many whole files, and so many items of the next one, those of no use among them."""

    file: int = 0
    item: int = 0


class ExportReader(Generic[T]):
    """The items of all files of an export, one by one; from `after`, a `cursor` of an earlier walk, where given.

    `cursor` is the place after the item given last: save it once that item is dealt with, and a walk with it goes on
    behind that item, in another process, tomorrow. Each file is read from its address as it arrives; if the connection
    breaks, or the address is good no longer, the file is fetched anew and what was given is not given again. A
    MiraklError that ends the walk has the cursor as its `resume_from`, None at the start. `unreadable` counts the items
    that could not be read and were left out; each is reported to the client's listener, and a file that holds any is
    logged.
    """

    def __init__(self, export: Export, read: Callable[[DownloadStream], AsyncIterator[T]], after: str | None) -> None:
        self.unreadable: int = 0
        self._export = export
        self._read = read
        self._start = _place(export, after) if after is not None else ExportPosition()
        self._place = self._start

    @property
    def cursor(self) -> str:
        """The place after the item given last."""
        return f"{self._export.id}:{self._place.file}:{self._place.item}"

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        self._place, self.unreadable = self._start, 0
        try:
            downloads = await self._export.downloads()
            if self._place > (len(downloads), 0):
                raise InvalidArgument(self._export.what, "after", f"{self.cursor!r} is past its {len(downloads)} files")
            failures = 0
            while self._place.file < len(downloads):
                before = self._place
                try:
                    async with aclosing(self._items(downloads[before.file])) as items:
                        async for item in items:
                            yield item
                except MiraklError as error:
                    failures = 1 if self._place > before else failures + 1
                    downloads = await self._export.downloads_after(error, failures)
                else:
                    failures, self._place = 0, ExportPosition(before.file + 1)
        except MiraklError as error:
            error.resume_from = self.cursor if self._place > ExportPosition() else None
            raise

    async def _items(self, download: Download) -> AsyncGenerator[T, None]:
        """What was not given yet of one file, read once."""
        async with download as file, aclosing(self._rest(file)) as rest:
            async for at, item in rest:
                self._place = ExportPosition(self._place.file, at)
                yield item

    async def _rest(self, file: DownloadStream) -> AsyncGenerator[tuple[int, T], None]:
        """What was not given yet, each item with the place after it.

        Items that cannot be read have places too, so that a cursor holds for `raw` as well, and for a later release
        that can read them.
        """
        given, at = self._place.item, 0
        values = self._read(file)
        unreadable_at: set[int] = getattr(values, "unreadable_at", set())
        try:
            async for item in values:
                at = _behind(at, unreadable_at) + 1
                if at > given:
                    yield at, item
        except UnreadableFile as error:
            if file.complete is None:
                # No length and no chunks: the connection was closed early, and only the text can tell.
                raise ConnectionLost(str(error), file.context) from error
            raise
        if _behind(at, unreadable_at) < given:
            raise UnreadableFile(f"{self._export.title}: the cursor is past the end of its file")
        if unreadable_at:
            self.unreadable += len(unreadable_at)
            words = "%s: %d items of a file could not be read"
            log.warning(words, self._export.title, len(unreadable_at))


def _behind(at: int, unreadable_at: set[int]) -> int:
    """The first place from `at` on that holds something of use, or nothing."""
    while at in unreadable_at:
        at += 1
    return at


def _place(export: Export, cursor: str) -> ExportPosition:
    before, _, last = cursor.rpartition(":")
    tracking_id, _, number = before.rpartition(":")
    file, item = natural(number), natural(last)
    if tracking_id != export.id or file is None or item is None:
        raise InvalidArgument(
            export.what, "after", f"{cursor!r} is no cursor of the export {one_line(export.id, LONGEST_TITLE)}"
        )
    return ExportPosition(file, item)
