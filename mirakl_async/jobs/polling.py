"""Ask for a job's state, at its pace, until it is what is waited for."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import DeadlineExceeded, JobUnfinished, NoAnswer, RateLimited, ServerError, TokenUnavailable
from ..server_text import one_line

if TYPE_CHECKING:
    from ..clock import Clock
    from ..operation import Operation

S = TypeVar("S")
log: logging.Logger = logging.getLogger("mirakl_async")
PASSING = (NoAnswer, ServerError, RateLimited, DeadlineExceeded, TokenUnavailable)
IN_A_ROW = 5


def pace_of(operation: Operation[Any]) -> float:
    """Seconds between two questions: what Mirakl recommends, or else allows."""
    return operation.recommended_interval or operation.interval or 60.0


async def follow(
    ask: Callable[[], Awaitable[S]],
    enough: Callable[[S], bool],
    *,
    underway: frozenset[str],
    name: str,
    every: float,
    timeout: float | None,
    clock: Clock,
    told: Callable[[S], str | None],
    progress: Callable[[S], None] | None = None,
) -> S:
    """Ask at once and then `every` so many seconds; give the first state that is enough.

    A question that fails for a passing reason is asked again at the next turn, five times in a row at most: a job of
    hours is not lost to a minute's outage. A status that is neither enough nor `underway` is logged: it may be an end
    that nobody knew of. `progress` is given every answer. Raises JobUnfinished as soon as the next turn would come
    after `timeout`.
    """
    began = clock.monotonic()
    failed, last, warned = 0, None, None
    while True:
        try:
            state = await ask()
        except PASSING as error:
            failed += 1
            if failed == IN_A_ROW:
                raise
            log.warning("%s: its state is not known (%s); asking again in %.0f s", name, type(error).__name__, every)
        else:
            failed, last = 0, one_line(told(state) or "") or None
            if progress is not None:
                progress(state)
            if enough(state):
                return state
            if last not in {*underway, warned}:
                log.warning("%s has a status that is not known, %s; it is waited on", name, last)
                warned = last
        if timeout is not None and clock.monotonic() + every - began > timeout:
            raise JobUnfinished(f"{name} is not done within {timeout:g} s; it was {last or 'not known'} last", last)
        await clock.sleep(every)
