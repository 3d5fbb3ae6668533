"""Find the faulty orders of a rejected batch. Pure.

`POST /v1/orders` accepts all orders or none, and does not say which one is faulty, except perhaps in `errors[].field`.
The content of that member is not documented: an index may be counted from 1, refer to something else, or always be 0.
Therefore an order is rejected only with proof: either it was rejected in a request of its own, or the server named it
and then accepted the others without it. This costs one more call if the name is right, and several if it is wrong, but
never rejects a valid order.

If the server names no order, validation against the contract gives a hint. Otherwise the batch is halved, which finds
one faulty order among 100 in at most 14 calls.
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
    """The server's message about one order, and the path in it; `problem` is the part of its response about it."""

    text: str
    path: str | None
    problem: Problem


class IsolationPlan(NamedTuple):
    """How to handle a rejected batch: each of its orders is in exactly one of the three members.

    `rejected` is proven faulty, since it was the only order. `identified` orders were named by the server, by index;
    they wait until `parts`, which then is a single one, has been answered. Each of the `parts` is a further call.
    """

    rejected: Reason | None
    identified: dict[int, Reason]
    parts: list[list[Entry]]


def plan_isolation(entries: Sequence[Entry], problem: Problem, *, trust_names: bool = True) -> IsolationPlan:
    """Plan the calls that find the faulty orders; without `trust_names`, names in the response are ignored."""
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
    """Divide orders of which each may be faulty: into single orders, or into halves if there are many."""
    return [[entry] for entry in entries] if len(entries) <= MAX_SINGLE_CALLS else halves(entries)


def halves(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Divide the orders into two halves."""
    middle = len(entries) // 2
    return [list(entries[:middle]), list(entries[middle:])]


def reason_of_one(problem: Problem) -> Reason:
    """Return why the only order of a batch was rejected, whichever position the server names."""
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
    """Return the part of a response that concerns one order, without its position in the batch."""
    said = tuple(
        replace(error, field=_path_in_order(error.field), message=without_places(error.message, index))
        for error in errors
    )
    return replace(problem, errors=said, message=without_places(problem.message or "", index) or None)


def _path_in_order(field: str | None) -> str | None:
    match = _INDEX.search(field or "")
    return (field or "")[match.end() :].lstrip("]./") or None if match else field


def without_places(text: str, index: int | None = None) -> str:
    """Remove the position in the batch from a message about one order."""

    def words(match: re.Match[str]) -> str:
        own = index is None or natural(match[1] or match[2]) == index
        return "" if own and match[3] else f"{'the order' if own else 'another order'}{match[3] or ''}"

    return _PLACE.sub(words, text)


def _breaks_contract(entry: Entry) -> bool:
    return not isinstance(entry, Line) and bool(codec.find_violations(entry))  # a line was validated when it was read
