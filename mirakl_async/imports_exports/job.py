"""What imports and exports share: an id, the status that was fetched last, and polling until it is final."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ..checks import CALLABLE, SECONDS, SECONDS_OR_ZERO, Rules, check_arguments
from ..errors import (
    APIError,
    AuthenticationFailed,
    ClientStateError,
    DeadlineExceeded,
    DecodeFailed,
    JobFailed,
    JobTimeout,
    MaxWaitExceeded,
    MiraklError,
    NotFound,
    RateLimited,
    RateLimiterUnavailable,
    ServerError,
    TokenUnavailable,
    TransportError,
    UnexpectedRedirect,
)
from ..server_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from ..clock import Clock
    from ..operation import Operation
    from ..options import Options

__all__ = ["MAX_CONSECUTIVE_FAILURES", "Job", "is_transient", "poll_interval_of"]

J = TypeVar("J")
S = TypeVar("S")
log: logging.Logger = logging.getLogger("mirakl_async")
TRANSIENT_ERRORS = (
    TransportError, ServerError, RateLimited, MaxWaitExceeded, DeadlineExceeded, TokenUnavailable, UnexpectedRedirect,
    DecodeFailed,
)  # fmt: skip
MAX_TITLE_LENGTH = 200
MAX_CONSECUTIVE_FAILURES = 5
WAIT_RULES: Rules = {
    "timeout": SECONDS_OR_ZERO.or_none("no limit"),
    "poll_interval": SECONDS.or_none("the documented interval"),
    "progress": CALLABLE.or_none(),
}
"""The rules for the options of `wait`."""
MAX_CONSECUTIVE_NOT_FOUND = 3  # a job that was just created may not be found for a moment


def poll_interval_of(operation: Operation[Any]) -> float:
    """The seconds between two status requests: what Mirakl recommends, or else the minimum it allows."""
    return operation.recommended_interval or operation.interval or 60.0


def is_transient(error: MiraklError) -> bool:
    """Whether an error may be temporary: an outage, or a response that is not Mirakl's.

    An error in another format than Mirakl's comes from a gateway; so do redirects and invalid JSON. A 401 is permanent
    in any format: the token was refreshed before.
    """
    if isinstance(error, APIError) and not error.recognized:
        return not isinstance(error, AuthenticationFailed)
    return isinstance(error, TRANSIENT_ERRORS) or (isinstance(error, RateLimiterUnavailable) and not error.refused)


class Job(ABC, Generic[J, S]):
    """One import or export, identified by its `id`; `last_status` is the last fetched status, or None."""

    kind: ClassVar[str]
    """What it is called in messages."""
    _completed: ClassVar[str]
    _failed_statuses: ClassVar[frozenset[str]]
    _in_progress: ClassVar[frozenset[str]]

    def __init__(self, job_id: J, interval: float) -> None:
        self.id: J = job_id
        self.last_status: S | None = None
        self._interval = interval

    def __repr__(self) -> str:
        return one_line(f"<{type(self).__name__} {self.id} {self._last() or 'status unknown'}>")

    @property
    def title(self) -> str:
        """Its name in messages, such as `order export 7f3a`."""
        return one_line(f"{self.kind} {self.id}", MAX_TITLE_LENGTH)

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """The client's clock, for waits between calls."""

    @abstractmethod
    async def status(self, **options: Unpack[Options]) -> S:
        """Fetch the current status."""

    @staticmethod
    @abstractmethod
    def _read(fetched: S) -> tuple[str | None, str | None]:
        """The status itself, and the reason for a failure."""

    def _last(self) -> str | None:
        return None if self.last_status is None else self._read(self.last_status)[0]

    @property
    def done(self) -> bool:
        """Whether the last fetched status is final."""
        return self.failed or self._last() == self._completed

    @property
    def failed(self) -> bool:
        """Whether the last fetched status is that of a failed or canceled job."""
        return self._last() in self._failed_statuses

    def raise_for_failure(self) -> None:
        """Raise JobFailed if the last fetched status is that of a failed or canceled job."""
        if self.last_status is None:
            raise ClientStateError(f"{self.title}: its status is unknown; await status() or wait() first")
        if self.failed:
            status, reason = self._read(self.last_status)
            reason = one_line(reason or "") or None
            raise JobFailed(f"{self.title} ended {status}{f' ({reason})' if reason else ''}", status or "", reason)

    async def _wait(
        self,
        *,
        timeout: float | None,
        poll_interval: float | None,
        progress: Callable[[S], None] | None,
        until: str | None = None,
    ) -> S:
        """Fetch the status immediately and then once every interval; return the first one that is final, or `until`.

        A status request that fails temporarily is repeated at the next interval, up to five consecutive failures, or
        three for a 404: a short outage must not end the wait for a job of hours. A status that is neither final nor in
        progress is logged: it may be an undocumented final one. `progress` is called with every status. Raises
        JobTimeout when the next request would be after `timeout`.
        """
        check_arguments("wait", WAIT_RULES, locals())
        interval = self._interval if poll_interval is None else poll_interval
        started_at = self.clock.monotonic()
        failures, not_found_failures, last_status, warned = 0, 0, None, None
        while True:
            try:
                fetched = await self.status()
            except MiraklError as error:
                is_transient_error = is_transient(error)
                failures, not_found_failures = failures + 1, 0 if is_transient_error else not_found_failures + 1
                if not (is_transient_error or isinstance(error, NotFound)):
                    raise
                if failures == MAX_CONSECUTIVE_FAILURES or not_found_failures == MAX_CONSECUTIVE_NOT_FOUND:
                    raise
                kind = type(error).__name__
                log.warning("%s: the status request failed (%s); retrying in %.0f s", self.title, kind, interval)
            else:
                failures, not_found_failures, last_status = 0, 0, one_line(self._read(fetched)[0] or "") or None
                if progress is not None:
                    progress(fetched)
                if last_status in {self._completed, until, *self._failed_statuses} - {None}:
                    return fetched
                if last_status not in {*self._in_progress, warned}:
                    log.warning("%s has the unknown status %s; waiting continues", self.title, last_status)
                    warned = last_status
            if timeout is not None and self.clock.monotonic() + interval - started_at > timeout:
                raise JobTimeout(
                    f"{self.title} did not finish within {timeout:g} s; last status: {last_status or 'unknown'}",
                    last_status,
                )
            await self.clock.sleep(interval)
