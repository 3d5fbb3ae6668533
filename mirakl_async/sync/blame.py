"""Which orders of a refused batch are to blame: pure.

`POST /v1/orders` is all or nothing and does not say which order was wrong, except perhaps in `errors[].field`, whose
content is not documented. So, in this order: the server's field where it names an index; else what our own reading of
the contract says, as a hint only; else halves, which finds one bad order among 100 in at most 14 calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .. import codec
from ..server_text import natural
from .entries import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..problems import FieldError, Problem
    from .entries import Entry

_INDEX = re.compile(r"\borders(?:\[|\.|/)(\d{1,3})\b")
FEW = 8


class Blame(NamedTuple):
    """Orders that the server named, each with its words and path, and how to cut the rest into further calls."""

    named: dict[int, tuple[str, str | None]]
    parts: list[list[Entry]]


def blame(entries: Sequence[Entry], problem: Problem) -> Blame:
    """Name the guilty orders of a refused batch, or cut it so that the next answers will."""
    named = _named(problem.errors, len(entries))
    if named:
        return Blame(named, [[entry for index, entry in enumerate(entries) if index not in named]])
    if len(entries) == 1:
        return Blame({0: (_words(problem), _path(problem))}, [])
    suspects = [index for index, entry in enumerate(entries) if _suspect(entry)]
    if suspects and len(suspects) <= min(FEW, len(entries) - 1):
        alone = [[entries[index]] for index in suspects]
        return Blame({}, [*alone, [entry for index, entry in enumerate(entries) if index not in suspects]])
    middle = len(entries) // 2
    return Blame({}, [list(entries[:middle]), list(entries[middle:])])


def _named(errors: Sequence[FieldError], count: int) -> dict[int, tuple[str, str | None]]:
    named: dict[int, tuple[str, str | None]] = {}
    for error in errors:
        match = _INDEX.search(error.field or "")
        index = natural(match[1]) if match else None
        if match and index is not None and index < count:
            path = (error.field or "")[match.end() :].lstrip("]./") or None
            words = str(error) if index not in named else f"{named[index][0]}; {error}"
            named[index] = (words, named[index][1] if index in named else path)
    return named


def _suspect(entry: Entry) -> bool:
    return not isinstance(entry, Line) and bool(codec.explain(entry))  # a line was held against the contract when read


def _words(problem: Problem) -> str:
    return str(problem) or "refused without a reason"


def _path(problem: Problem) -> str | None:
    return problem.errors[0].field if problem.errors else None
