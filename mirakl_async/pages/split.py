"""A list of ids that is longer than one call accepts is split into several calls, whose responses are read in order.

Where an operation documents "at most 100 values", Mirakl rejects more with a 400. Duplicate values are sent once, and a
set is sorted, so that a resumed iteration makes the same calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec import UNSET, Struct

from ..errors import InvalidArgument
from ..http.params import format_param
from ..http.request_builder import members_of
from ..operation import Operation, Param

__all__ = ["may_overlap", "merge", "split", "takes_long_lists"]


def split(operation: Operation[Any], arguments: Mapping[str, object]) -> list[dict[str, object]]:
    """The arguments of each call; raises InvalidArgument if two arguments are too long for one call."""
    whole = {name: value for name, value in arguments.items() if value is not None and value is not UNSET}
    long: list[tuple[Param, list[object]]] = []
    for param in operation.params:
        values = _values(param, whole.get(param.argument)) if param.split else None
        if values is None or param.max_items is None:
            continue
        unique = _unique(operation, param, values)
        whole[param.argument] = unique
        if len(unique) > param.max_items:
            long.append((param, unique))
    if not long:
        return [whole]
    if len(long) > 1:
        names = " and ".join(f"{param.argument} ({len(values)} values)" for param, values in long)
        raise InvalidArgument(
            operation.code,
            long[0][0].argument,
            f"{names} are each longer than one call takes ({long[0][0].max_items}); only one can be split into several "
            f"calls: shorten the others, or call the operation for each part of them",
        )
    param, values = long[0]
    return [{**whole, param.argument: part} for part in _parts(values, param.max_items or len(values))]


def takes_long_lists(operation: Operation[Any]) -> bool:
    """Whether an operation has an argument that may be split."""
    for param in operation.params:  # noqa: SIM110 - runs in every call, and any() would create a generator
        if param.split:
            return True
    return False


def merge(responses: Sequence[Struct]) -> Any:
    """Merge the responses of the calls: lists are joined, total counts added; other members are those of the first."""
    merged = responses[0]
    for name in merged.__struct_fields__:
        values: list[Any] = [getattr(response, name) for response in responses]
        if any(isinstance(value, list) for value in values):
            setattr(merged, name, [item for value in values for item in value or ()])
        elif name == "total_count" and all(isinstance(value, int) for value in values):
            setattr(merged, name, sum(values))
    return merged


def may_overlap(operation: Operation[Any], arguments: list[dict[str, object]]) -> bool:
    """Whether two of the calls may return the same row: not if they were split by the key of the rows."""
    if len(arguments) < 2:
        return False
    key = operation.paging.key if operation.paging else ()
    differing = {name for name in arguments[0] if arguments[0][name] != arguments[1].get(name)}
    return not differing <= {name for member in key for name in (member, f"{member}s")}


def _unique(operation: Operation[Any], param: Param, values: Sequence[object]) -> list[object]:
    """The values without duplicates, compared by their text on the wire."""
    return list({_text(operation, param, value): value for value in values}.values())


def _values(param: Param, given: object) -> Sequence[object] | None:
    """The values of a list argument, also of one that is joined by commas already."""
    if isinstance(given, str):
        return given.split(",") if param.list_style == "comma" and param.type != "references" else None
    return members_of(given)


def _text(operation: Operation[Any], param: Param, value: object) -> str:
    return format_param(operation, param, value) if not isinstance(value, tuple) else repr(cast("object", value))


def _parts(values: list[object], size: int) -> Iterator[list[object]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
