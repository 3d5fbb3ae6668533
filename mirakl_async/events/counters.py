"""What became of events, counted."""

from __future__ import annotations

from msgspec import Struct


class EventCounters(Struct, kw_only=True):
    """Totals of one run.

    `received` messages that were not in hand already. Of commands: `handled` were reported SUCCESS, `failed` FAILED,
    `deferred` wait for `settle`. `facts` were handled; `ignored` had no handler; `outdated` were overtaken in all their
    parts. `duplicates` had their outcome, or waited for it. `rejected` were set aside with a reason. `errors` are
    handlers that raised, `timeouts` those that were cancelled at their time limit; both were tried again.

    Of reports: `already_final` had an outcome at Connect before the first try, `gone` were answered 404, `refused` with
    another error of Mirakl's, and `postponed` could not be sent because Connect was unreachable.
    """

    received: int = 0
    handled: int = 0
    failed: int = 0
    deferred: int = 0
    facts: int = 0
    ignored: int = 0
    outdated: int = 0
    duplicates: int = 0
    rejected: int = 0
    errors: int = 0
    timeouts: int = 0
    already_final: int = 0
    gone: int = 0
    refused: int = 0
    postponed: int = 0
