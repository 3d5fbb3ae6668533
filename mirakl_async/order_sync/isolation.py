"""How the orders at fault in a rejected batch are found: pure.

`POST /v1/orders` is all or nothing and does not say which order was wrong, except perhaps in `errors[].field`, whose
content is not documented: an index there may be counted from 1, be the index of something else, or always be 0. So an
order is rejected only on proof: an answer to a request that held it alone, or one name that the others confirm by
being accepted without it. An honest server costs one call more for that, a misleading one costs calls, never an order.

Where the server names no order, our own reading of the contract is a hint; else halves find one bad order among 100 in
at most 14 calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .. import codec
from ..server_text import natural
from .entries import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..server_text import FieldError, Problem
    from .entries import Entry

_INDEX = re.compile(r"\borders(?:\[|\.|/)(\d{1,3})\b")
MAX_SINGLE_CALLS = 8
"""Up to this many suspected orders are sent one by one; more are sent by halves."""


class Reason(NamedTuple):
    """The server's words about one order, and where in the order."""

    text: str
    path: str | None


class IsolationPlan(NamedTuple):
    """What becomes of a rejected batch: every order of it is in exactly one of the three.

    `rejected` is proven: the batch held that order alone. `identified` were named, by index: they wait until the
    `parts` (then only one) have been answered. Each of the `parts` is one further call.
    """

    rejected: Reason | None
    identified: dict[int, Reason]
    parts: list[list[Entry]]


def plan_isolation(entries: Sequence[Entry], problem: Problem, *, trust_names: bool = True) -> IsolationPlan:
    """Plan the calls that find the orders at fault; without `trust_names` what the server names is ignored."""
    named = _identified(problem.errors, len(entries))
    if len(entries) == 1:
        text = str(problem) or "rejected without a reason"
        return IsolationPlan(named.get(0) or Reason(text, _path(problem)), {}, [])
    if named and trust_names:
        if len(named) == len(entries):
            return IsolationPlan(None, {}, suspects_apart(entries))
        rest = [entry for index, entry in enumerate(entries) if index not in named]
        return IsolationPlan(None, named, [rest])
    suspected = [index for index, entry in enumerate(entries) if _breaks_contract(entry)]
    if suspected and len(suspected) <= min(MAX_SINGLE_CALLS, len(entries) - 1):
        alone = [[entries[index]] for index in suspected]
        return IsolationPlan(None, {}, [*alone, [one for index, one in enumerate(entries) if index not in suspected]])
    return IsolationPlan(None, {}, halves(entries))


def suspects_apart(entries: Sequence[Entry]) -> list[list[Entry]]:
    """How orders are sent of which each may be at fault: one by one, or by halves if there are many."""
    return [[entry] for entry in entries] if len(entries) <= MAX_SINGLE_CALLS else halves(entries)


def halves(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Two calls in place of one."""
    middle = len(entries) // 2
    return [list(entries[:middle]), list(entries[middle:])]


def _identified(errors: Sequence[FieldError], count: int) -> dict[int, Reason]:
    named: dict[int, Reason] = {}
    for error in errors:
        match = _INDEX.search(error.field or "")
        index = natural(match[1]) if match else None
        if match and index is not None and index < count:
            path = (error.field or "")[match.end() :].lstrip("]./") or None
            earlier = named.get(index)
            named[index] = Reason(f"{earlier.text}; {error}", earlier.path) if earlier else Reason(str(error), path)
    return named


def _breaks_contract(entry: Entry) -> bool:
    return not isinstance(entry, Line) and bool(codec.find_violations(entry))  # a line was validated when it was read


def _path(problem: Problem) -> str | None:
    return problem.errors[0].field if problem.errors else None
