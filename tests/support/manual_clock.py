"""The simulator's clock that tests move, with an epoch that no other reading of the tests is near."""

from __future__ import annotations

from mirakl_async import simulator

EPOCH = 1_800_000_000.0


class ManualClock(simulator.ManualClock):
    """Time passes only when `run` or `advance` says so."""

    def __init__(self, now: float = 1000.0, draw: float = 0.5) -> None:
        super().__init__(now, draw, epoch=EPOCH)


class InstantClock(simulator.InstantClock):
    """Sleeping takes no time at all, but moves the clock."""

    def __init__(self, now: float = 1000.0, draw: float = 0.5) -> None:
        super().__init__(now, draw, epoch=EPOCH)
