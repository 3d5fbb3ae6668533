"""Outcomes of order actions on their way from a journal to Mirakl: one after another, each until it is settled.

Mirakl takes an outcome once. It answers `ACTION_ALREADY_FINAL` to what it has taken already, which is how a repeat
after a crash or a lost answer ends well. What it will never take (an unknown action, an invalid outcome) is set aside
with its words, and the next goes on. An outage holds the lane, so that the order stays; a 404 without Mirakl's words
is of an address where no Mirakl is, and ends the job as it does for orders.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import anyio

from .. import calls
from ..errors import BadRequest, MiraklError, NotFound
from ..operations.connect.orders import UPDATE_ACTION_STATUS
from .error_policy import recovery_for as meaning

if TYPE_CHECKING:
    from ..client import Client
    from .journal import ClaimedOutcome, Journal
    from .report import Tally

log: logging.Logger = logging.getLogger("mirakl_async")
AT_A_TIME = 20
ALREADY_FINAL = "ACTION_ALREADY_FINAL"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SECONDS_TO_GIVE_BACK = 1.0


class OutcomeLane:
    """Sends the outcomes of one journal, with so many seconds of patience; `idle` when the last look found none.

    A lease that ends too early costs repeats only: whoever comes next begins with the first that is not settled, too.
    """

    def __init__(self, client: Client, journal: Journal, tally: Tally, *, patience: float, lease: float) -> None:
        self.idle: bool = False
        self._client = client
        self._journal = journal
        self._tally = tally
        self._patience = patience
        self._lease = lease
        self._clock = client.transport.clock
        self._pause = FIRST_PAUSE
        self._trouble: float | None = None  # since when nothing could be sent

    async def run(self) -> None:
        """Send what comes, for ever; raises what is the configuration's fault, such as refused credentials."""
        while True:
            await self._turn(wait=1.0 if self.idle else 0.0)

    async def _turn(self, *, wait: float) -> None:
        """Claim some outcomes and send them."""
        claimed = await self._journal.claim_outcomes(AT_A_TIME, self._lease, wait=wait)
        self.idle = not claimed
        for outcome in claimed:
            try:
                settled = await self._send(outcome)
            except BaseException:
                with anyio.move_on_after(SECONDS_TO_GIVE_BACK, shield=True):
                    await self._journal.nack_outcomes()
                raise
            if not settled:
                await self._journal.nack_outcomes()
                await self._clock.sleep(self._pause)
                self._pause = min(LONGEST_PAUSE, self._pause * 2)
                return
            self._pause, self._trouble = FIRST_PAUSE, None

    async def _send(self, outcome: ClaimedOutcome) -> bool:
        """Whether it is settled; False for what is to be sent again."""
        arguments: dict[str, Any] = {"action_id": outcome.action_id}
        request = calls.build(UPDATE_ACTION_STATUS, arguments, self._client.base_url("connect"), outcome.body)
        try:
            await self._client.transport.run(request, self._client.options_for({}))
        except MiraklError as error:
            return await self._heed(outcome, error)
        self._tally.outcomes += 1
        await self._journal.ack_outcomes([outcome.number])
        return True

    async def _heed(self, outcome: ClaimedOutcome, error: MiraklError) -> bool:
        if isinstance(error, BadRequest) and error.code == ALREADY_FINAL:
            self._tally.outcomes += 1
            await self._journal.ack_outcomes([outcome.number])
            return True
        if isinstance(error, BadRequest) or (isinstance(error, NotFound) and error.code):
            self._tally.refused_outcomes += 1
            log.warning("outcome of action %s refused: %s", outcome.action_id, error)
            await self._journal.refuse_outcome(outcome.number, str(error.problem) or str(error))
            return True
        now = self._clock.monotonic()
        self._trouble = now if self._trouble is None else self._trouble
        if meaning(error) != "wait" or now - self._trouble > self._patience:
            raise error
        log.warning("outcome of action %s: %s; sending again", outcome.action_id, error)
        return False
