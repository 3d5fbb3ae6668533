"""The requests of a list, and the reports about what came back."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from .. import codec
from ..options import Options, check_options
from .cursor import VERSION, Cursor, list_fingerprint
from .rows import PageRows
from .split import may_overlap, split

if TYPE_CHECKING:
    from ..http.request import Request
    from ..http.response import Response
    from ..http.session import Session
    from ..operation import Operation, Paging

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_REMEMBERED_SWEEPS = 1000


class ListRequests:
    """One list: an operation, its arguments, and the session that reads it.

    `subrequests` are its calls: one, or several where ids were split; `subrequests_overlap` says that two of
    them may return the same row. `fingerprint` identifies the list.
    """

    def __init__(
        self, session: Session, operation: Operation[Any], arguments: Mapping[str, object], options: Options
    ) -> None:
        assert operation.paging is not None  # noqa: S101 - generated beside it
        self.operation = operation
        self.paging: Paging = operation.paging
        self._session = session
        self._options = options
        check_options(operation.code, options)
        parts = split(operation, arguments)
        self.subrequests: tuple[Request, ...] = tuple(session.build(operation, part) for part in parts)
        self.subrequests_overlap: bool = may_overlap(operation, parts)
        self.fingerprint: str = list_fingerprint([request.url for request in self.subrequests])

    def with_options(self, options: Options) -> ListRequests:
        """The same list with other options for its calls; raises InvalidArgument for what is not an option."""
        check_options(self.operation.code, options)
        other = copy.copy(self)
        other._options = {**self._options, **options}  # noqa: SLF001 - a copy of this very object
        return other

    def start(self) -> Cursor:
        """The cursor of the beginning."""
        return Cursor(version=VERSION, operation=self.operation.code, fingerprint=self.fingerprint)

    async def send(self, subrequest: int, pairs: Mapping[str, object], *, alone: bool = False) -> Response:
        """Request one page; `alone` leaves out the query of the list."""
        request = _with_query(self.subrequests[subrequest], pairs, alone=alone)
        return await self._session.send(request, self._options)

    def report_repairs(self, rows: PageRows, new_rows: Sequence[int]) -> tuple[codec.QuarantinedItem, ...]:
        """Report the repairs of a page that is delivered, and its new unreadable rows, which are returned."""
        if not rows.repaired and not rows.quarantined:
            return ()
        instrumentation, code = self._session.transport.instrumentation, self.operation.code
        new = set(new_rows)
        quarantined = tuple(item for item in rows.quarantined if item.index is None or item.index in new)
        for repair in rows.repaired:
            instrumentation.response_repaired(code, repair.path, repair.reason)
        for item in quarantined:
            instrumentation.item_quarantined(code, item.index, item.reason)
        return quarantined

    def report_list_change(self, offset: int, before: int | None, after: int | None) -> None:
        """Report that the list changed; totals are reported as 0 where the responses had none."""
        code = self.operation.code
        log.info("%s: the list changed while it was being read, before row %d", code, offset)
        self._session.transport.instrumentation.list_changed(code, offset, before or 0, after or 0)

    def warn_if_too_frequent(self) -> None:
        """Log a warning, once for each list, if it is read again within its documented interval."""
        interval, transport = self.operation.interval, self._session.transport
        if interval is None:
            return
        now, list_reads = transport.clock.monotonic(), transport.list_reads
        last, warned = list_reads.pop(self.fingerprint, (now - interval, False))
        if now - last < interval and not warned:
            warned = True
            log.warning(
                "%s: the same list is read again after %.0f s; documented: %s",
                self.operation.code,
                now - last,
                self.operation.frequency or f"once per {interval:.0f} s",
            )
        list_reads[self.fingerprint] = (now, warned)
        while len(list_reads) > MAX_REMEMBERED_SWEEPS:
            del list_reads[next(iter(list_reads))]


def _with_query(request: Request, pairs: Mapping[str, object], *, alone: bool) -> Request:
    url, _, query = request.url.partition("?")
    parts = [] if alone or not query else [query]
    parts += [f"{name}={quote(str(value), safe='')}" for name, value in pairs.items()]
    return replace(request, url=f"{url}?{'&'.join(parts)}")
