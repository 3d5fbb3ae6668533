"""Raises an error at every line of some modules that a run executes, and finds secrets in the local variables."""

from __future__ import annotations

import linecache
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.pretty import pretty_repr

import mirakl_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import FrameType, TracebackType

OURS = mirakl_async.__path__[0]
Line = tuple[str, int]


class InjectedFault(Exception):
    """A fault of the program that runs us."""


async def leaks_of(run: Callable[[], Awaitable[object]], files: tuple[str, ...], secret: str) -> set[str]:
    """The locals of ours that show the secret after a fault at any line of these files, as `file:function name`.

    So it is asked of the error of a run without such a fault. A line fails the last time that it is passed.
    """
    passes: Counter[Line] = Counter()
    found = await _shown(_traced(run, files, passes), secret)
    assert passes
    for line, times in sorted(passes.items()):
        found |= await _shown(_traced(run, files, Counter(), line, times), secret)
    return found


async def _shown(run: Awaitable[object], secret: str) -> set[str]:
    try:
        await run
    except BaseException as error:  # noqa: BLE001 - whatever becomes of it
        return leaks(error, secret)
    return set()


async def _traced(
    run: Callable[[], Awaitable[object]],
    files: tuple[str, ...],
    passes: Counter[Line],
    at: Line | None = None,
    nth: int = 1,
) -> None:
    """Run with a fault at the nth time that a line is passed, if one is named; counts how often each is passed."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(OURS) or not name.endswith(files):
            return None
        if event == "line" and _may_fail(line := (name, frame.f_lineno)):
            passes[line] += 1
            if line == at and passes[line] == nth:
                raise InjectedFault
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        await run()
    finally:
        sys.settrace(before)


def _may_fail(line: Line) -> bool:
    """Whether anything is called there; what hides or clears the locals is not what is to fail."""
    text = linecache.getline(*line)
    return "(" in text and "clear_locals" not in text and "hidden(" not in text


def leaks(error: BaseException, secret: str) -> set[str]:
    """Local variables of the package's frames, of an error and its causes, that show the secret."""
    return {
        f"{frame.f_code.co_filename.removeprefix(OURS)}:{frame.f_code.co_name} {name}"
        for trace in _tracebacks(error)
        for frame in _frames(trace)
        if frame.f_code.co_filename.startswith(OURS)
        for name, value in frame.f_locals.items()
        if secret in _repr(value) or secret in pretty_repr(value)
    }


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - an object that was not made to its end
        return ""


def _tracebacks(error: BaseException) -> Iterator[TracebackType | None]:
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one.__traceback__
        pending += [one.__cause__, one.__context__]


def _frames(trace: TracebackType | None) -> Iterator[FrameType]:
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next
