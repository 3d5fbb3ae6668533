"""The requests of a list, and the reports about what came back."""

from __future__ import annotations

import copy
import logging
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from ..options import Options, check_options
from .cursor import VERSION, Cursor, list_fingerprint
from .split import may_overlap, split

if TYPE_CHECKING:
    from ..codec import PageRows
    from ..http.response import Response
    from ..http.session import Session
    from ..operation import Operation, Paging

__all__ = ["ListRequests"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAX_REMEMBERED_LISTS = 1000


class ListRequests:
    """One list: an operation, its arguments, and the session that reads it.

    `urls` are those of its calls: one, or several where ids were split, which are its subrequests;
    `subrequests_overlap` says that two of them may return the same row. `start` is the cursor of the beginning.
    """

    def __init__(
        self, session: Session, operation: Operation[Any], arguments: Mapping[str, object], options: Options
    ) -> None:
        assert operation.paging is not None  # noqa: S101 - generated beside it
        self.operation = operation
        self.paging: Paging = operation.paging
        self._session = session
        self._options = session.options_for(options, operation)
        parts = split(operation, arguments)
        requests = [session.build(operation, part) for part in parts]
        self._request = requests[0]  # lists are read with GET: the others, and all pages, differ in their URL only
        self.urls: tuple[str, ...] = tuple(request.url for request in requests)
        self.subrequests_overlap: bool = may_overlap(operation, parts)
        self.fingerprint: str = list_fingerprint(self.urls)
        self.start: Cursor = Cursor(version=VERSION, operation=operation.code, fingerprint=self.fingerprint)

    def with_options(self, options: Options) -> ListRequests:
        """The same list with other options for its calls; raises InvalidArgument for what is not an option."""
        check_options(self.operation.code, options)
        other = copy.copy(self)
        other._options = {**self._options, **options}  # noqa: SLF001 - a copy of this very object
        return other

    def page_url(self, subrequest: int, size: int, *, offset: int = 0, token: str | None = None) -> str:
        """The URL of a page of `size` rows. A token is sent without other parameters: Mirakl ignores them beside it."""
        url = self.urls[subrequest]
        if token is not None:
            return f"{url.partition('?')[0]}?page_token={quote(token, safe='')}"
        query = f"limit={size}" if self.paging.kind == "seek" else f"max={size}&offset={offset}"
        return f"{url}{'&' if '?' in url else '?'}{query}"

    def send(self, url: str) -> Coroutine[Any, Any, Response]:
        """Request the page with this URL."""
        return self._session.transport.run(replace(self._request, url=url), self._options)

    def report_repairs(self, rows: PageRows) -> None:
        """Report the repairs of a page and its unreadable rows."""
        if not rows.repaired and not rows.quarantined:
            return
        instrumentation, code = self._session.transport.instrumentation, self.operation.code
        for repair in rows.repaired:
            instrumentation.response_repaired(code, repair.path, repair.reason)
        for item in rows.quarantined:
            instrumentation.item_quarantined(code, item.index, item.reason)

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
        while len(list_reads) > MAX_REMEMBERED_LISTS:
            del list_reads[next(iter(list_reads))]
