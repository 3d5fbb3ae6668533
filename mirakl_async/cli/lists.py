"""`mirakl-async list`: reads all pages of a list into a file or to standard output."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from .. import codec
from ..marketplace_front import MarketplaceFront
from ..operations import operations as registry
from .arguments import arguments_of
from .bookmark import Bookmark, changed_member, load, moment, since_parameter
from .export_files import ENDINGS, PACKABLE, items_file
from .options import AuthUrl, Deadline, Filters, FrontUrl, Json, MaxWait, Out, call_options
from .outputs import STANDARD_OUTPUT, check_output, is_stdout, open_output, output_format, place_of_output
from .results import Exit, print_error, print_json, usage_error
from .transfers import transfer

if TYPE_CHECKING:
    from typing import BinaryIO

    from ..operation import Operation
    from ..pages import ItemIterator
    from .transfers import ProgressReporter

__all__ = ["list_items"]

SAVED_EVERY = 1000


async def list_items(
    code: Annotated[str, Parameter(help="code of a list, such as OR11")],
    /,
    *filters: Filters,
    out: Out = STANDARD_OUTPUT,
    since: Annotated[
        str | None, Parameter(help="only items changed since then: 1d, 12h, 30m ago, or a date-time with its zone")
    ] = None,
    bookmark: Annotated[
        Path | None, Parameter(help="file that records how far the list was read, for the next run to continue")
    ] = None,
    deadline: Deadline = None,
    max_wait: MaxWait = None,
    front_url: FrontUrl = None,
    auth_url: AuthUrl = None,
    json: Json = False,
) -> int:
    """Read all pages of a list into a file or to standard output.

    With --bookmark, the next run reads what has changed since this one, by the dates in the items; an item that changed
    at the very end of this run may be read twice. To standard output, an interrupted run continues after its last item;
    a file is written from the start again, since it appears only when it is complete. --deadline and --max-wait are for
    each page.
    """
    operation = registry[code]
    if operation.paging is None or operation.service != "front":
        raise usage_error(f"{operation.code} is not a list of Front; use: mirakl-async call {operation.code}")
    ending = output_format(out, ENDINGS, packable=PACKABLE)
    check_output(out, json=json)
    if bookmark is not None:
        check_output(bookmark, option="--bookmark")
    arguments = arguments_of(operation, filters)
    mark = _starting_bookmark(operation, arguments, since, bookmark)
    options = call_options(deadline, max_wait)
    async with MarketplaceFront(front_url, auth_url=auth_url) as front:
        items = getattr(getattr(front, operation.resource), operation.name)(**arguments, **options).items(
            after=mark.cursor
        )
        with transfer(operation.code, quiet=json) as shown, open_output(out) as file:
            writer = _ItemWriter(items, mark, bookmark if is_stdout(out) else None, changed_member(operation))
            count = await writer.write(file, ending, operation, shown)
    if bookmark is not None:
        mark.save(bookmark, None)
    if json:
        print_json({"code": operation.code, "items": count, "out": str(out), "since": mark.since})
    else:
        (print_error if is_stdout(out) else print)(f"{count:,} item{'' if count == 1 else 's'} {place_of_output(out)}")
    return Exit.DONE


def _starting_bookmark(
    operation: Operation[Any], arguments: dict[str, Any], since: str | None, path: Path | None
) -> Bookmark:
    """Return the bookmark to start from, and add its date to the arguments of the operation."""
    mark = Bookmark(code=operation.code, filters="") if path is None else load(path, operation, arguments)
    parameter = since_parameter(operation)
    if since is not None and mark.since is None:
        mark.since = moment(since, dt.datetime.now(dt.UTC))
    if parameter is None or changed_member(operation) is None:
        if since is not None or path is not None:
            option = "--since" if since is not None else "--bookmark"
            raise usage_error(f"{option}: {operation.code} cannot be read by date of change")
    elif mark.since is not None:
        if parameter in arguments:
            raise usage_error(f"{parameter} is set by --since and --bookmark; give one of them")
        arguments[parameter] = mark.since
    return mark


class _ItemWriter:
    """Writes items into a file; on standard output, it also updates the bookmark."""

    def __init__(self, items: ItemIterator[Any], mark: Bookmark, path: Path | None, member: str | None) -> None:
        self._items = items
        self._mark = mark
        self._path = path
        self._member = member or ""
        self._count = 0

    async def write(self, file: BinaryIO, ending: str, operation: Operation[Any], shown: ProgressReporter) -> int:
        """Write all items, and return their number."""
        kind = codec.resolve(operation.paging.item if operation.paging else "")
        try:
            with items_file(file, ending, kind) as rows:
                async for item in self._items:
                    rows.write(codec.encode(item))
                    self._mark.record_change(item, self._member)
                    self._count += 1
                    if self._count % SAVED_EVERY == 0:
                        shown.items(self._count)
                        self._save(file)
        except OSError:  # writing failed: the next run must not skip items that were not written
            raise
        except BaseException:
            self._save(file)
            raise
        self._save(file)
        return self._count

    def _save(self, file: BinaryIO) -> None:
        if self._path is not None and self._count:
            file.flush()  # the next run may skip only items that were written
            self._mark.save(self._path, self._items.cursor)
