"""Reports the stored outcome of an action to Connect, then puts the new state of the order into the orders' queue.

If the first attempt finds that the action already has an outcome at Connect, another program reported it. After a
failed attempt, that outcome is assumed to be the one that was sent. A 404 means that the action has expired or was
completed; Connect does not distinguish the two.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import (
    BadRequest,
    CallError,
    ConnectFailed,
    InvalidArgument,
    MiraklError,
    NotFound,
    QueueUnavailable,
    TooLarge,
)
from ..http import request_builder
from ..operations.connect.orders import UPDATE_ACTION_STATUS
from ..order_sync.error_policy import is_foreign, recovery_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ..http.request import Request
    from ..http.session import Session
    from ..options import Options
    from ..queues.protocol import Sink
    from .counters import EventRecorder
    from .outcomes import ActionOutcome

__all__ = ["ALREADY_FINAL", "GONE_REASON", "MAX_ACTION_ID", "MAX_PAUSE", "OPTIONS", "Reporter", "Verdict"]

log: logging.Logger = logging.getLogger("mirakl_async")
ALREADY_FINAL = "ACTION_ALREADY_FINAL"
GONE_REASON = "Connect answered 404: the action expired or was completed before its outcome was reported"
MAX_OUTAGE = 60.0
OPTIONS: Options = {"deadline": 30.0}
FIRST_PAUSE, MAX_PAUSE = 0.5, 10.0
MAX_ACTION_ID = 1000  # servers reject URLs of more than about 8,000 bytes
Verdict: TypeAlias = Literal["reported", "already_final", "gone", "refused"]


class Reporter:
    """Reports outcomes; calls `rejected` with the action id, the outcome and the reason if Connect rejects one.

    `rejected_order` is called with an order that is too large for the queue, and the reason; without it, TooLarge is
    raised.
    """

    def __init__(
        self,
        session: Session,
        orders: Sink | None,
        recorder: EventRecorder,
        rejected: Callable[[str, ActionOutcome, str], Awaitable[None]],
        *,
        max_outage: float = MAX_OUTAGE,
        rejected_order: Callable[[bytes, str], Awaitable[None]] | None = None,
    ) -> None:
        self._session = session
        self._clock = session.clock
        self._orders = orders
        self._recorder = recorder
        self._rejected = rejected
        self._rejected_order = rejected_order
        self._max_outage = max_outage
        self._down_since: float | None = None

    def stop_retrying(self) -> None:
        """Stop retrying, because the process is about to end."""
        self._max_outage = 0.0

    def can_put(self, outcome: ActionOutcome) -> bool:
        """Whether the outcome has no orders, or there is a queue for them; otherwise a report would lose the orders."""
        return self._orders is not None or not outcome.then

    async def report(self, action_id: str, outcome: ActionOutcome, *, is_first: bool) -> bool:
        """Report an outcome and put its orders; return False if Connect or the orders' queue is unreachable or missing.

        `is_first`: no attempt to report the outcome was made before. Raises errors that only a change of the
        configuration can solve.
        """
        if not self.can_put(outcome):
            log.error("the outcome of action %s has orders to put: it waits for a runner with orders=", action_id)
            self._recorder.record("postponed")
            return False
        verdict = await self._send_with_retries(action_id, outcome, is_first=is_first)
        if verdict is None:
            self._recorder.record("postponed")
            return False
        if verdict == "already_final":
            self._recorder.record("already_final")
        if self._orders is not None and outcome.then:
            try:
                await self._put(action_id, self._orders, outcome.then)
            except QueueUnavailable as error:
                log.warning("the order of action %s could not be put: %s", action_id, error)
                self._recorder.record("postponed")
                return False
        return True

    async def _put(self, action_id: str, orders: Sink, bodies: Sequence[bytes]) -> None:
        try:
            await orders.put(bodies)
        except TooLarge as error:
            if self._rejected_order is None:
                raise
            if len(bodies) == 1:
                log.error("an order of action %s was rejected: %s", action_id, error)  # noqa: TRY400
                await self._rejected_order(bodies[0], str(error))
                return
            for body in bodies:
                await self._put(action_id, orders, [body])

    async def _send_with_retries(self, action_id: str, outcome: ActionOutcome, *, is_first: bool) -> Verdict | None:
        try:
            request = self._build(action_id, outcome)
        except InvalidArgument as error:  # the id is not one of Connect's, so it cannot be reported
            await self._reject(action_id, outcome, error)
            return "refused"
        pause = FIRST_PAUSE
        while True:
            try:
                verdict = await self._send(request, action_id, outcome, is_first=is_first)
            except MiraklError as error:
                if recovery_for(error) == "stop":
                    raise
                now = self._clock.monotonic()
                if self._down_since is None:
                    self._down_since = now
                    log.warning("outcome of action %s could not be reported: %s", action_id, error)
                left = self._down_since + self._max_outage - now
                if left <= 0:
                    return None
                is_first = is_first and _had_no_effect(error)
            else:
                self._down_since = None
                return verdict
            await self._clock.sleep(min(left, pause * (0.5 + self._clock.random() / 2)))
            pause = min(MAX_PAUSE, 2 * pause)

    def _build(self, action_id: str, outcome: ActionOutcome) -> Request:
        if (size := len(action_id.encode("utf-8", "replace"))) > MAX_ACTION_ID:
            raise InvalidArgument(UPDATE_ACTION_STATUS.code, "action_id", f"has {size} bytes")
        base = self._session.base_url("connect")
        return request_builder.build(UPDATE_ACTION_STATUS, {"action_id": action_id}, base, outcome.request_body())

    async def _send(self, request: Request, action_id: str, outcome: ActionOutcome, *, is_first: bool) -> Verdict:
        try:
            await self._session.transport.run(request, {**OPTIONS, **self._session.options_for({})})
        except (BadRequest, NotFound) as error:
            if is_foreign(error):
                raise
            if isinstance(error, BadRequest) and error.code == ALREADY_FINAL:
                return "already_final" if is_first and _had_no_effect(error, last=True) else "reported"
            await self._reject(action_id, outcome, error)
            return "gone" if isinstance(error, NotFound) else "refused"
        return "reported"

    async def _reject(self, action_id: str, outcome: ActionOutcome, error: MiraklError) -> None:
        if isinstance(error, NotFound):
            self._recorder.record("gone")
            await self._rejected(action_id, outcome, GONE_REASON)
        else:
            self._recorder.record("refused")
            reason = f"Connect rejected the outcome: {error.problem}" if isinstance(error, BadRequest) else str(error)
            await self._rejected(action_id, outcome, reason)
        log.error("outcome %s of action %s was rejected: %s", outcome.status, action_id[:MAX_ACTION_ID], error)


def _had_no_effect(error: MiraklError, *, last: bool = False) -> bool:
    """Whether no attempt of a failed call can have taken effect at Connect; False if that is uncertain.

    With `last`, the last attempt is disregarded.
    """
    attempts = error.attempts if isinstance(error, CallError) else ()
    if isinstance(error, ConnectFailed):
        return len(attempts) <= 1
    return all(attempt.outcome == "429" for attempt in (attempts[:-1] if last else attempts))
