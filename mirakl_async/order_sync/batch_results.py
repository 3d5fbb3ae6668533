"""Process the result of each batch: orders are accepted, rejected, or sent again in smaller batches.

An order is accepted with its batch. If a batch is rejected, it is divided (`isolation`) until the faulty order is
proven. An order that cannot be encoded is rejected without being sent. Batches to be sent again are in `again`; they
are sent before new ones.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from typing import TYPE_CHECKING, Literal

from .batching import Identified
from .entries import rejection, unencodable
from .error_policy import throttled
from .isolation import halves, plan_isolation, reason_of_one, suspects_apart, without_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..clock import Clock
    from ..errors import APIError, BadRequest
    from ..http.response import Response
    from .batching import Batch, Batcher
    from .entries import Entry, OriginKey
    from .isolation import Reason
    from .ledger import Ledger
    from .rejected_order import RejectedOrder
    from .report import SyncCounters

__all__ = ["MAX_CONSECUTIVE_REJECTIONS", "BatchResults"]

CLOSED_SECONDS = 600.0
"""How long no order is sent to a store that was rejected twice."""
log: logging.Logger = logging.getLogger("mirakl_async")
MAX_CONSECUTIVE_REJECTIONS = 500


class BatchResults:
    """Accounts for the orders of every batch of one job.

    `reject` is called with every rejected order, `requeued` when batches are to be sent again, and `fail` with the
    error after MAX_CONSECUTIVE_REJECTIONS. `last_answer` is the time of Mirakl's last response.
    """

    def __init__(
        self,
        batcher: Batcher,
        counters: SyncCounters,
        ledger: Ledger,
        clock: Clock,
        *,
        reject: Callable[[RejectedOrder], None],
        requeued: Callable[[], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self.again: deque[Batch] = deque()
        self.last_answer: float | None = None
        self._batcher = batcher
        self._counters = counters
        self._ledger = ledger
        self._clock = clock
        self._reject = reject
        self._requeued = requeued
        self._fail = fail
        self._rejected_in_a_row = 0
        self._trust_names = True
        self._accepted: set[OriginKey] = set()
        self._faults: Counter[OriginKey] = Counter()  # of origins, since they were last accepted
        self._closed: dict[OriginKey, tuple[float, APIError]] = {}

    def accept(self, batch: Batch, reply: Response) -> None:
        """Count the orders of an accepted batch."""
        self._counters.accepted += len(batch)
        if len(reply.attempts) > 1:
            self._counters.throttled += throttled(reply.attempts)
        self._rejected_in_a_row = 0
        self.last_answer = self._clock.monotonic()
        self._batcher.mark_done(batch, self.last_answer)
        self._ledger.accepted(batch.entries)
        self._accepted.add(batch.buffer.key)
        if self._faults:
            del self._faults[batch.buffer.key]
        if batch.named:
            self._distrust_names()
        if batch.awaiting is not None:
            self._confirm(batch.awaiting)

    def isolate(self, batch: Batch, error: BadRequest) -> None:
        """Handle a rejected batch: reject the orders that are proven faulty, plan the calls to find others."""
        self.last_answer = self._clock.monotonic()
        plan = plan_isolation(batch.entries, error.problem, trust_names=self._trust_names)
        if plan.rejected is not None:
            self._reject_for_good(batch, [plan.rejected], error)
        elif plan.identified:
            named = [batch.entries[index] for index in plan.identified]
            rest, held_back = self._split(batch, [plan.parts[0], named])
            rest.awaiting = Identified(held_back, list(plan.identified.values()), error)
            self._send_again([rest])
        else:
            self.send_in_parts(batch, plan.parts, named=batch.named)

    def send_in_parts(self, batch: Batch, parts: Sequence[Sequence[Entry]], *, named: bool = False) -> None:
        """Send the orders of a batch again in several calls."""
        batches = self._split(batch, parts)
        for one in batches:
            one.named = named
        self._send_again(batches)

    def cut(self, batch: Batch, count: int) -> Batch:
        """Split off the first `count` orders of a batch, to be sent now; the others are sent in another call."""
        first, rest = self._split(batch, [batch.entries[:count], batch.entries[count:]])
        first.named = rest.named = batch.named
        self._send_again([rest])
        return first

    def halve(self, batch: Batch) -> None:
        """Send the orders of a batch again in two calls."""
        self.send_in_parts(batch, halves(batch.entries), named=batch.named)

    def reject_too_large(self, batch: Batch, error: APIError) -> None:
        """Reject the only order of a batch, which Mirakl finds too large."""
        reason = reason_of_one(error.problem)._replace(text=without_places(str(error)))
        self._reject_orders(batch, {0: _server_rejection(batch, 0, reason)}, [])

    def reject_unencodable(self, batch: Batch, error: Exception) -> None:
        """Reject the orders that cannot be encoded, and send the others; raises `error` if all can be encoded."""
        faults = {index: unencodable(entry) for index, entry in enumerate(batch.entries)}
        rejected = {
            index: rejection(batch.entries[index], batch.origin, "invalid", fault.message, path=fault.path)
            for index, fault in faults.items()
            if fault is not None
        }
        if not rejected:
            raise error
        rest = [entry for index, entry in enumerate(batch.entries) if index not in rejected]
        self._reject_orders(batch, rejected, [rest] if rest else [])

    def handle_origin_error(self, batch: Batch, error: APIError) -> Literal["again", "settled", "stop"]:
        """Handle an error about the channel or the store of a batch.

        After two such errors, the orders of the store are rejected, provided that orders of another store were
        accepted. As long as none was accepted, the batch is retried until the other stores are answered; if there are
        no other stores, the configuration is wrong and the job stops.
        """
        self.last_answer = now = self._clock.monotonic()
        key = batch.buffer.key
        self._faults[key] += 1
        if not self._accepted - {key}:
            others = self._batcher.origins() - {key}
            if all(self._faults[other] >= 2 for other in others):
                return "stop"
        if self._faults[key] < 2 or not self._accepted - {key}:
            return "settled" if self._defer(batch) else "again"
        log.warning("order sync: %s; the orders of this store are set aside", error)
        self._closed[key] = (now + CLOSED_SECONDS, error)
        self.reject_if_closed(batch)
        return "settled"

    def reject_if_closed(self, batch: Batch) -> bool:
        """Reject the orders of a batch if their store was rejected before; returns whether it was."""
        if not self._closed or (closed := self._closed.get(batch.buffer.key)) is None:
            return False
        until, error = closed
        if self._clock.monotonic() >= until:
            del self._closed[batch.buffer.key]
            return False
        problem, reason = error.problem, str(error)
        rejected = {
            index: rejection(entry, batch.origin, "origin", reason, problem=problem)
            for index, entry in enumerate(batch.entries)
        }
        self._reject_orders(batch, rejected, [])
        return True

    # -- inside

    def _confirm(self, identified: Identified) -> None:
        """Handle named orders after the others were accepted: a single one is faulty; of several, at least one is."""
        batch, reasons, error = identified
        if len(batch) == 1:
            self._reject_for_good(batch, reasons, error)
        else:
            self.send_in_parts(batch, suspects_apart(batch.entries), named=True)

    def _reject_for_good(self, batch: Batch, reasons: Sequence[Reason], error: BadRequest) -> None:
        rejected = {index: _server_rejection(batch, index, reason) for index, reason in enumerate(reasons)}
        self._reject_orders(batch, rejected, [])
        self._rejected_in_a_row += len(rejected)
        if self._rejected_in_a_row >= MAX_CONSECUTIVE_REJECTIONS:
            self._fail(error)

    def _reject_orders(
        self, batch: Batch, rejected: Mapping[int, RejectedOrder], parts: Sequence[Sequence[Entry]]
    ) -> None:
        """Reject some orders of a batch, and send the others again."""
        out, *others = self._split(batch, [[batch.entries[index] for index in rejected], *parts])
        self._send_again(others)
        for index, rejected_order in rejected.items():
            self._ledger.rejected(batch.entries[index], rejected_order)
            self._reject(rejected_order)
        self._batcher.mark_done(out, self._clock.monotonic())

    def _defer(self, batch: Batch) -> bool:
        """Put a batch behind one of another store that must be answered first; returns whether there is one.

        Otherwise a few workers, each with a batch of an unknown store, would retry these and never send the others.
        """
        key = batch.buffer.key

        def is_first(other: OriginKey) -> bool:
            return other != key and self._faults[other] < 2

        other = next((waiting for waiting in self.again if is_first(waiting.buffer.key)), None)
        if other is not None:
            self.again.remove(other)
        else:
            other = self._batcher.next_batch_where(is_first, self._clock.monotonic())
        if other is None:
            return False
        self.again.appendleft(other)
        self._send_again([batch])
        return True

    def _split(self, batch: Batch, parts: Sequence[Sequence[Entry]]) -> list[Batch]:
        """Divide a batch. Named orders that wait for its acceptance have to be sent themselves."""
        if batch.awaiting is not None:
            waiting, batch.awaiting = batch.awaiting.batch, None
            self.send_in_parts(waiting, suspects_apart(waiting.entries), named=True)
        return batch.split(parts)

    def _send_again(self, batches: Sequence[Batch]) -> None:
        self.again.extend(batches)
        self._requeued()

    def _distrust_names(self) -> None:
        if self._trust_names:
            self._trust_names = False
            log.warning("order sync: Mirakl named an order as being at fault which it then accepted; orders are now "
                        "isolated by halves")  # fmt: skip


def _server_rejection(batch: Batch, index: int, reason: Reason) -> RejectedOrder:
    entry, words, path = batch.entries[index], reason.text, reason.path
    return rejection(entry, batch.origin, "server", words, path=path, problem=reason.problem)
