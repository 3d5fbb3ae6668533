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

from msgspec.structs import replace

from .. import codec
from ..server_text import natural
from .entries import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..server_text import FieldError, Problem
    from .entries import Entry

__all__ = ["IsolationPlan", "Reason", "halves", "plan_isolation", "reason_of_one", "suspects_apart", "without_places"]

_INDEX = re.compile(r"\borders(?:\[|\.|/)(\d{1,3})\b")
_PLACE = re.compile(r"(?:\$\.|/)?\borders(?:\[(\d{1,3})\]|[./](\d{1,3})\b)([./](?=\w))?")
MAX_SINGLE_CALLS = 8
"""Up to this many suspected orders are sent one by one; more are sent by halves."""


class Reason(NamedTuple):
    """The server's words about one order, and where in the order; `problem` is all of its answer that is about it."""

    text: str
    path: str | None
    problem: Problem


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
    if len(entries) == 1:
        return IsolationPlan(reason_of_one(problem), {}, [])
    named = _identified(problem, len(entries))
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


def reason_of_one(problem: Problem) -> Reason:
    """Why the only order of a batch was rejected, whatever place in the batch the server names."""
    said = _about(problem, problem.errors, None)
    named = [now for error, now in zip(problem.errors, said.errors, strict=True) if _index_of(error) is not None]
    text = "; ".join(map(str, named)) or str(said) or "rejected without a reason"
    return Reason(text, (named or said.errors)[0].field if said.errors else None, said)


def _identified(problem: Problem, count: int) -> dict[int, Reason]:
    named: dict[int, list[FieldError]] = {}
    for error in problem.errors:
        index = _index_of(error)
        if index is not None and index < count:
            named.setdefault(index, []).append(error)
    said = {index: _about(problem, errors, index) for index, errors in named.items()}
    return {index: Reason("; ".join(map(str, one.errors)), one.errors[0].field, one) for index, one in said.items()}


def _index_of(error: FieldError) -> int | None:
    match = _INDEX.search(error.field or "")
    return natural(match[1]) if match else None


def _about(problem: Problem, errors: Sequence[FieldError], index: int | None) -> Problem:
    """What the server said of one order by these errors, without its place in a batch that is gone."""
    said = tuple(
        replace(error, field=_path_in_order(error.field), message=without_places(error.message, index))
        for error in errors
    )
    return replace(problem, errors=said, message=without_places(problem.message or "", index) or None)


def _path_in_order(field: str | None) -> str | None:
    match = _INDEX.search(field or "")
    return (field or "")[match.end() :].lstrip("]./") or None if match else field


def without_places(text: str, index: int | None = None) -> str:
    """A text about the order at an index of a batch, or about its only one, without places in that batch."""

    def words(match: re.Match[str]) -> str:
        own = index is None or natural(match[1] or match[2]) == index
        return "" if own and match[3] else f"{'the order' if own else 'another order'}{match[3] or ''}"

    return _PLACE.sub(words, text)


def _breaks_contract(entry: Entry) -> bool:
    return not isinstance(entry, Line) and bool(codec.find_violations(entry))  # a line was validated when it was read
