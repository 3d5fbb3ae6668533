"""Periodic work of a runner: report outcomes that are not reported yet, and deliver overdue commands again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ..errors import InvalidEvent, QueueUnavailable
from .outcomes import decode_outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..http.session import Session
    from .counters import EventRecorder
    from .idempotency import IdempotencyStore
    from .reporting import Reporter

__all__ = ["BATCH_SIZE", "MAINTENANCE_INTERVAL", "StoreMaintenance"]

log: logging.Logger = logging.getLogger("mirakl_async")
MAINTENANCE_INTERVAL, FLUSH_INTERVAL = 10.0, 0.2
BATCH_SIZE = 50


class StoreMaintenance:
    """The periodic work on an idempotency store.

    Every runner does it for all runners that share the store; an entry is claimed by one runner for CLAIM_SECONDS.
    """

    def __init__(
        self,
        session: Session,
        store: IdempotencyStore,
        reporter: Reporter,
        recorder: EventRecorder,
        add_overdue: Callable[[bytes], None],
    ) -> None:
        self._clock = session.clock
        self._store = store
        self._reporter = reporter
        self._recorder = recorder
        self._add_overdue = add_overdue
        self._reported: dict[str, None] = {}

    async def run(self) -> None:
        """Report outcomes, schedule overdue commands and record the backlog periodically, until cancelled."""
        while True:
            try:
                await self._report_all()
                for action_id, body in await self._store.overdue(BATCH_SIZE):
                    try:
                        self._add_overdue(body)
                    except InvalidEvent as error:  # stored by another version
                        log.error("the deferred command %s cannot be read: %s", action_id, error)  # noqa: TRY400
                self._recorder.record_backlog(await self._store.backlog())
            except QueueUnavailable as error:
                log.warning("%s; retrying to report outcomes in %.0f s", error, MAINTENANCE_INTERVAL)
            await self._clock.sleep(MAINTENANCE_INTERVAL)

    async def _report_all(self) -> None:
        while found := await self._store.unreported(BATCH_SIZE):
            for action_id, stored in found:
                outcome = decode_outcome(stored)
                if not await self._reporter.report(action_id, outcome, is_first=False):
                    if self._reporter.can_put(outcome):
                        return  # Connect is unreachable
                    continue
                self.reported(action_id)
            await self.flush()

    def reported(self, action_id: str) -> None:
        """Record that an outcome was reported to Connect; the next flush stores it.

        If the process dies before that, the outcome is reported again, which is harmless.
        """
        self._reported[action_id] = None

    def is_reported(self, action_id: str) -> bool:
        """Whether the outcome was reported to Connect, but the store does not have this information yet."""
        return action_id in self._reported

    async def flush(self) -> None:
        """Store which outcomes were reported."""
        if self._reported:
            reported = [*self._reported]
            await self._store.reported(reported)
            for action_id in reported:
                self._reported.pop(action_id, None)

    async def flush_all(self) -> None:
        """Call `flush` every FLUSH_INTERVAL, until cancelled."""
        while True:
            await self._clock.sleep(FLUSH_INTERVAL)
            try:
                await self.flush()
            except QueueUnavailable as error:
                log.warning("%s; retrying to store reported outcomes in %.1f s", error, FLUSH_INTERVAL)
