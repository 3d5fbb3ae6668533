"""Send the outcomes of order actions from a queue to Mirakl.

Mirakl accepts one outcome for each action. The order of actions does not matter, so several are sent at the same time.
If an outcome was accepted before, Mirakl answers `ACTION_ALREADY_FINAL`, so repeating after a crash or a lost response
is harmless. An outcome that Mirakl will never accept (unknown action, invalid outcome) is rejected with Mirakl's
message. An outage is waited out; a 404 that is not in Mirakl's format is from a gateway.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import anyio
from msgspec import Struct

from ..errors import BadRequest, InvalidArgument, MiraklError, NotFound
from ..http import request_builder as calls
from ..operations.connect.orders import UPDATE_ACTION_STATUS
from ..queues.protocol import RejectedRow
from .error_policy import is_foreign
from .outages import BatchBackoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..http.session import Session
    from ..queues.held_messages import HeldMessage
    from ..queues.protocol import RejectionKind
    from .report import SyncCounters

__all__ = ["ALREADY_FINAL", "ActionSender"]

log: logging.Logger = logging.getLogger("mirakl_async")
ALREADY_FINAL = "ACTION_ALREADY_FINAL"
MAX_AT_A_TIME = 4


class _Action(Struct):
    block: HeldMessage
    action_id: str
    body: bytes
    line: bytes


class ActionSender:
    """Sends outcomes; `settled` is called with the block of each outcome that is done, after `rejected` if it was."""

    def __init__(
        self,
        session: Session,
        counters: SyncCounters,
        *,
        max_outage: float,
        settled: Callable[[HeldMessage], None],
        rejected: Callable[[HeldMessage, RejectedRow], None],
    ) -> None:
        self._session = session
        self._clock = session.clock
        self._counters = counters
        self._max_outage = max_outage
        self._settled = settled
        self._rejected = rejected
        self._waiting: deque[_Action] = deque()
        self._news = asyncio.Event()
        self._last_answer: float | None = None

    def add(self, block: HeldMessage, action_id: str, body: bytes, line: bytes) -> None:
        """Add an outcome to be sent; `line` is its original text."""
        self._waiting.append(_Action(block, action_id, body, line))
        self._news.set()

    async def run(self) -> None:
        """Send outcomes until cancelled; raises errors of the configuration, such as wrong credentials."""
        async with anyio.create_task_group() as group:
            for _ in range(MAX_AT_A_TIME):
                group.start_soon(self._work)

    async def _work(self) -> None:
        while True:
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            action = self._waiting.popleft()
            await self._send(action)
            self._settled(action.block)

    async def _send(self, action: _Action) -> None:
        arguments: dict[str, Any] = {"action_id": action.action_id}
        base = self._session.base_url("connect")
        try:
            request = calls.build(UPDATE_ACTION_STATUS, arguments, base, action.body)
        except InvalidArgument as error:  # a line of another program
            self._reject(action, "invalid", str(error))
            return
        outage = BatchBackoff(self._max_outage)
        while True:
            try:
                await self._session.send(request, {})
            except MiraklError as error:
                if self._is_settled_by(action, error):
                    return
                pause = outage.pause(error, self._clock.monotonic(), self._last_answer)
                if pause is None:
                    raise
                log.warning("outcome of action %s: %s; sending again within %.1f s", action.action_id, error, pause)
            else:
                self._last_answer = self._clock.monotonic()
                self._counters.outcomes += 1
                return
            await self._clock.sleep(pause * (0.5 + self._clock.random() / 2))

    def _is_settled_by(self, action: _Action, error: MiraklError) -> bool:
        if not isinstance(error, BadRequest | NotFound) or is_foreign(error):
            return False
        self._last_answer = self._clock.monotonic()
        if error.code == ALREADY_FINAL:
            self._counters.outcomes += 1
            return True
        self._reject(action, "server", str(error.problem) or str(error))
        return True

    def _reject(self, action: _Action, kind: RejectionKind, reason: str) -> None:
        self._counters.rejected_outcomes += 1
        log.warning("outcome of action %s was rejected: %s", action.action_id, reason)
        row = RejectedRow(id=f"action {action.action_id}", kind=kind, reason=reason, line=action.line, at=time.time())
        self._rejected(action.block, row)
