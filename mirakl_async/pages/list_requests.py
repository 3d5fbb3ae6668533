"""A list as the server has it: the requests that its pages are asked with, and whom to tell what is odd about them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from .. import codec
from ..options import Options, check_options
from .cursor import VERSION, Cursor, fingerprint
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

    `legs` are its calls: one, or several where ids were split; `legs_overlap` tells that two of them may answer with
    the same row. `reading` identifies the list.
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
        self.reading: str = fingerprint([leg.url for leg in self.subrequests])

    def with_options(self, options: Options) -> ListRequests:
        """The same list with other options for its calls; raises InvalidArgument for what is not an option."""
        check_options(self.operation.code, options)
        other = copy.copy(self)
        other._options = {**self._options, **options}  # noqa: SLF001 - a copy of this very object
        return other

    def start(self) -> Cursor:
        """The beginning of the list."""
        return Cursor(version=VERSION, operation=self.operation.code, reading=self.reading)

    async def send(self, leg: int, pairs: Mapping[str, object], *, alone: bool = False) -> Response:
        """Ask for one page; `alone` leaves out everything the list was asked with, except what is in the path."""
        request = _with_query(self.subrequests[leg], pairs, alone=alone)
        return await self._session.send(request, self._options)

    def report_repairs(self, rows: PageRows, fresh: Sequence[int]) -> tuple[codec.QuarantinedItem, ...]:
        """Count and tell what is odd about a page that is delivered; gives its unreadable rows that are new."""
        if not rows.repaired and not rows.quarantined:
            return ()
        instrumentation, code = self._session.transport.instrumentation, self.operation.code
        new = set(fresh)
        lost = tuple(one for one in rows.quarantined if one.index is None or one.index in new)
        for repair in rows.repaired:
            instrumentation.response_repaired(code, repair.path, repair.reason)
        for one in lost:
            instrumentation.item_quarantined(code, one.index, one.reason)
        return lost

    def report_list_change(self, offset: int, before: int | None, after: int | None) -> None:
        """Count and tell that the list moved; without totals both are 0."""
        code = self.operation.code
        log.info("%s: the list changed while it was read, before row %d", code, offset)
        self._session.transport.instrumentation.list_changed(code, offset, before or 0, after or 0)

    def warn_if_too_frequent(self) -> None:
        """Advise, once for each list, when it is read again earlier than its documented interval."""
        interval, transport = self.operation.interval, self._session.transport
        if interval is None:
            return
        now, sweeps = transport.clock.monotonic(), transport.sweeps
        last, advised = sweeps.pop(self.reading, (now - interval, False))
        if now - last < interval and not advised:
            advised = True
            log.warning(
                "%s: the same list is read again after %.0f s; documented: %s",
                self.operation.code,
                now - last,
                self.operation.frequency or f"once per {interval:.0f} s",
            )
        sweeps[self.reading] = (now, advised)
        while len(sweeps) > MAX_REMEMBERED_SWEEPS:
            del sweeps[next(iter(sweeps))]


def _with_query(request: Request, pairs: Mapping[str, object], *, alone: bool) -> Request:
    url, _, query = request.url.partition("?")
    parts = [] if alone or not query else [query]
    parts += [f"{name}={quote(str(value), safe='')}" for name, value in pairs.items()]
    return replace(request, url=f"{url}?{'&'.join(parts)}")
