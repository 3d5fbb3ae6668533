"""The docstrings of methods, in this project's words: purpose, route, rate, paging, values, errors, URL."""

from __future__ import annotations

import re

from .documents import Document
from .planning import Argument, Plan
from .shapes import Scalar
from .tables import Row

FAILURES = "A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`."


def paragraphs(plan: Plan, document: Document) -> list[str]:
    """Return the paragraphs of a method's docstring."""
    row, endpoint = plan.row, plan.endpoint
    first = f"{endpoint.code}: {summary(plan)}"
    route = f"`{endpoint.method} {endpoint.path}`."
    if plan.row.url:
        route = "The address comes with the answer that announces the file."
    pace = f" Documented pace: {frequency(row)}." if frequency(row) else ""
    found = [first, f"Deprecated by Mirakl. {route}{pace}" if endpoint.deprecated else f"{route}{pace}"]
    if plan.paging:
        found.append(_paging(plan))
    found.append(row.note)
    if row.failures and not plan.paging:
        found.append(FAILURES)
    facts = [fact for argument in plan.arguments if (fact := _fact(plan, argument))]
    facts += [f"{status}: {reason}" for status, reason in row.errors.items()]
    found.append("\n".join(f"- {fact}" for fact in facts))
    found.append(docs(document, plan))
    return found


def _paging(plan: Plan) -> str:
    most = plan.row.page_maximum or 100
    usual = plan.row.page_default or most
    other = "fewer" if usual == most else f"another number, at most {most}"
    size = f"of {usual} items unless `page_size` asks for {other}"
    if plan.paging == "offset":
        return f"Pages by offset, {size}."
    return f"Pages by token, {size}; the token alone says which page comes next."


def _fact(plan: Plan, argument: Argument) -> str:
    said: list[str] = []
    shape = argument.shape
    if argument.references:
        said.append("pairs of type and value")
    if argument.wire == "locale" and argument.location == "query":
        said.append("such as fr_FR or fr")
    if isinstance(shape, Scalar) and shape.values:
        known = ", ".join(shape.values) if len(shape.values) <= 16 else f"{len(shape.values)} known values"
        said.append(known + (f" (`{argument.known.name}`)" if argument.known else ""))
    if plan.paging == "seek" and argument.wire == "sort" and isinstance(shape, Scalar) and shape.values:
        said.append(f"a direction may follow, as in {shape.values[0]},DESC")
    said += _bounds(argument)
    if argument.default:
        said.append(f"by default {', '.join(argument.default)}")
    if argument.max_items is not None:
        said.append(
            f"at most {argument.max_items} values{', longer lists are cut into several calls' if argument.split else ''}"
        )
    if argument.deprecated:
        said.append("deprecated")
    return f"{argument.name}: {'; '.join(said)}" if said else ""


def _bounds(argument: Argument) -> list[str]:
    """Return the bounds of a value that the signature does not show; that it must not be empty is not mentioned."""
    shape = argument.shape
    if not isinstance(shape, Scalar):
        return []
    each = "" if argument.list_style == "one" else "each "
    low, high = shape.minimum, shape.maximum
    exact = "" if shape.min_length == shape.max_length else "at most "
    said = [f"{each}{exact}{shape.max_length} characters"] if shape.max_length is not None else []
    if low is not None and high is not None:
        said.append(f"{each}{low} to {high}")
    elif low is not None or high is not None:
        said.append(f"{each}at least {low}" if high is None else f"{each}at most {high}")
    return said


def summary(plan: Plan) -> str:
    """Return the purpose of an operation, from its row if there is one."""
    if plan.row.summary:
        return plan.row.summary
    resource = plan.resource.replace("_", " ")
    return f"{plan.method.replace('_', ' ')} ({resource})."


def frequency(row: Row) -> str:
    """Return the call frequency that Mirakl requests, as text."""
    if row.frequency:
        return row.frequency
    said = [
        f"{name} {_rate(rate)}" for name, rate in (("recommended", row.recommended), ("at most", row.maximum)) if rate
    ]
    if row.recommended_interval:
        said.append(f"recommended {_once(row.recommended_interval)}")
    if row.interval:
        said.append(f"at most {_once(row.interval)}")
    return ", ".join(said)


def docs(document: Document, plan: Plan) -> str:
    """Return the URL of the operation's page on Mirakl's portal."""
    if plan.row.docs or not document.pages:
        return plan.row.docs
    tag = "-".join(word.lower() for word in re.findall(r"[A-Za-z0-9]+", plan.endpoint.tag))
    return f"{document.pages}/{tag}/{plan.endpoint.code.lower()}"


def _rate(rate: tuple[int, float]) -> str:
    calls, seconds = rate
    return f"{calls} {_period(seconds)}" if calls > 1 else _once(seconds)


def _once(seconds: float) -> str:
    period = _period(seconds)
    return period if period.startswith("every") else f"once {period}"


def _period(seconds: float) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % unit == 0:
            count = int(seconds // unit)
            return f"a{'n' if name == 'hour' else ''} {name}" if count == 1 else f"every {count} {name}s"
    return f"every {seconds} seconds"
