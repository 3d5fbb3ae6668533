"""Rows given by a test: checked against the members of the list, and completed with generated members.

A row is a mapping of the members that answers have, or a struct with these members. Nested objects are completed member
by member, and lists of objects object by object. The values for filters are derived from the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast

import msgspec

from ..instants import is_instant, nanoseconds
from .row_members import MEMBERS, RowMembers
from .tables import End, Head, Row, Table

__all__ = ["Given", "InvalidRow", "change", "identity_of", "insert", "is_row", "plain"]

Given = Mapping[str, Any] | msgspec.Struct
_NULLABLE = frozenset({"campaign", "channel", "organization_id"})
"""Members of heads that some generated rows have no value for."""

_NAMES = {bool: "true or false", str: "text", list: "a list", dict: "an object"}


class InvalidRow(ValueError):
    """A row that the list cannot hold."""


def plain(given: object) -> Row:
    """Return a row as plain values, with dates as text and decimals as numbers. Raises InvalidRow."""
    try:
        values = msgspec.to_builtins(given, builtin_types=(Decimal,), str_keys=True)
    except (TypeError, ValueError) as error:
        raise InvalidRow(f"a row must hold plain values: {error}") from None
    if not isinstance(values, dict):
        raise InvalidRow("a row must be a mapping or a struct of the members that answers show")
    return cast("Row", _without_decimals(values))


def insert(table: Table, given: Given, where: End = "last") -> int:
    """Add one row, and return its rank."""
    row = plain(given)
    members = MEMBERS[table.kind.name]
    identity = _identity(table, row)
    if identity is not None and table.find(identity) is not None:
        raise InvalidRow(f"{table.kind.name}: {identity} is there already; change or delete it")
    rank = table.add(identity, where)
    try:
        head = _set(table, rank, row, members)
    except InvalidRow:
        table.delete([rank])
        raise
    table.touch(rank, **head)
    return rank


def change(table: Table, rank: int, given: Given) -> None:
    """Change members of a row; its date of the last update is now, unless it is given."""
    row = plain(given)
    identity = _identity(table, row)
    if identity is not None and identity != str(table.identify(rank)):
        raise InvalidRow(f"{table.kind.name}: {table.kind.identity} cannot be changed")
    table.touch(rank, **_set(table, rank, row, MEMBERS[table.kind.name]))


def is_row(given: object) -> bool:
    """Whether a value is a row, and not the identity of one."""
    return isinstance(given, Mapping | msgspec.Struct)


def identity_of(table: Table, given: object) -> str:
    """Return the identity of a row: the value itself, or its member of a mapping or a struct. Raises InvalidRow."""
    if not is_row(given):
        return str(given)
    identity = _identity(table, plain(given))
    if identity is None:
        raise InvalidRow(f"{table.kind.name}: {table.kind.identity} is missing, which tells which row is meant")
    return identity


def _identity(table: Table, row: Row) -> str | None:
    found = list(_read(row, MEMBERS[table.kind.name].heads[table.kind.identity]))
    return None if not found or found[0] is None else str(found[0])


def _set(table: Table, rank: int, given: Row, members: RowMembers) -> Head:
    """Set the members of the row, and return the values of its head that depend on them."""
    base = table.complete_row(rank)
    _check(table.kind.name, given, base, members)
    head = _head(given, members, table.head(rank), of_lists=False)
    head |= _head_of_lines(given, table.head(rank))
    base = table.complete_row(rank, head)
    merged = {name: _merged(base.get(name), value) for name, value in given.items()}
    head |= _head(merged, members, table.head(rank), of_lists=True)
    if table.kind.name == "orders":
        merged |= _totals(merged, given)
    elif "messages" in merged and table.kind.name == "threads":
        merged["metadata"] = base["metadata"] | {"total_count": len(merged["messages"])} | merged.get("metadata", {})
    # A member that is computed from the head changes with it.
    from_head = {path for path in members.heads.values() if isinstance(path, str)} | (members.more - base.keys())
    table.set(rank, {name: value for name, value in merged.items() if name not in from_head or value is None})
    return head


def _head(row: Row, members: RowMembers, there: Head, *, of_lists: bool) -> Head:
    head: Head = {}
    for name, path in members.heads.items():
        is_list = isinstance(path, str) and "[]" in path
        if is_list != of_lists or (is_list and cast("str", path).partition("[")[0] not in row):
            continue
        found = list(_read(row, path))
        if is_list:
            head[name] = found
        elif found and (found[0] is not None or name in _NULLABLE):
            moment = isinstance(there.get(name), float | int) and isinstance(found[0], str) and is_instant(found[0])
            head[name] = nanoseconds(str(found[0])) / 1e9 if moment else found[0]
    return head


def _head_of_lines(given: Row, there: Head) -> Head:
    """Return the head of an order with as many lines as given, which repeats the products generated for it."""
    if "products" not in there or not given.get("order_lines"):
        return {}
    count = len(given["order_lines"])
    return {
        name: [there[name][place % len(there[name])] for place in range(count)]
        for name in ("products", "product_skus", "offer_ids")
    }


def _read(row: Row, path: Any) -> Iterator[Any]:
    """Yield the values at a path."""
    if not isinstance(path, str):
        value = path(row)
        if value is not None:
            yield value
        return
    name, _, rest = path.partition(".")
    value = row.get(name.removesuffix("[]"), msgspec.UNSET)
    if value is msgspec.UNSET:
        return
    for one in (value or ()) if name.endswith("[]") else (value,):
        if not rest:
            yield one
        elif isinstance(one, dict):
            yield from _read(cast("Row", one), rest)
        elif one is None:
            yield None


def _merged(base: Any, given: Any) -> Any:
    """Complete given values with generated ones: objects member by member, lists of objects item by item."""
    if isinstance(base, dict) and isinstance(given, dict):
        there, row = cast("Row", base), cast("Row", given)
        return there | {name: _merged(there.get(name), value) for name, value in row.items()}
    if isinstance(base, list) and isinstance(given, list) and base:
        known, values = cast("Sequence[Any]", base), cast("Sequence[Any]", given)
        return [_merged(known[min(place, len(known) - 1)], value) for place, value in enumerate(values)]
    return cast("Any", given)


def _totals(merged: Row, given: Row) -> Row:
    """Return the amounts of an order that are not given, computed from its lines."""
    lines: list[Row] = merged.get("order_lines") or []
    for line, row in zip(lines, given.get("order_lines") or [], strict=True):
        if "price" not in row and row.keys() & {"quantity", "price_unit"}:
            line["price"] = round(line["quantity"] * line["price_unit"], 2)
        if "total_price" not in row:
            line["total_price"] = round(line["price"] + line["shipping_price"], 2)
    if not lines:
        return {}
    sums = {
        name: round(sum(line[name] for line in lines), 2)
        for name in ("price", "shipping_price", "total_commission", "total_price")
    }
    return {name: value for name, value in sums.items() if name not in given}


def _check(table: str, given: Row, base: Row, members: RowMembers, where: str = "") -> None:
    """Raise InvalidRow for a member that the list does not have, or whose value has another type."""
    for name, value in given.items():
        path = f"{where}{name}"
        if name not in base and not (name in members.more and not where):
            close = get_close_matches(name, base, n=1)
            if close or not where:
                hint = f"; did you mean {close[0]}?" if close else ""
                raise InvalidRow(f"{table}: {path} is not a member of its rows{hint}")
        _check_value(table, path, value, base.get(name), members)


def _check_value(table: str, path: str, value: Any, there: Any, members: RowMembers) -> None:
    kind: Any = there.__class__
    choices = members.choices.get(path)
    if choices is not None and value not in choices:
        raise InvalidRow(f"{table}: {path} must be one of {', '.join(choices)}")
    if there is None or (value is None and kind is not list):
        return
    if kind in {int, float}:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidRow(f"{table}: {path} must be a number")
    elif not isinstance(value, kind):
        raise InvalidRow(f"{table}: {path} must be {_NAMES[kind]}")
    elif kind is str and is_instant(str(there)) and not is_instant(str(value)):
        raise InvalidRow(f"{table}: {path} must be a date-time with a time zone, as 2026-01-31T12:00:00Z")
    elif kind is dict:
        _check(table, cast("Row", value), cast("Row", there), members, f"{path}.")
    elif kind is list and there:
        sample = cast("Sequence[Any]", there)[0]
        for place, one in enumerate(cast("Sequence[Any]", value)):
            _check_value(table, f"{path}[{place}]", one, sample, members)


def _without_decimals(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_decimals(member) for name, member in cast("Row", value).items()}
    if isinstance(value, list):
        return [_without_decimals(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
