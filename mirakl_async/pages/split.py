"""A list of ids that is longer than one call takes becomes several calls, whose answers are read one after another.

Where an operation documents "at most 100 values", the hundred-and-first is refused with a 400. A value that is given
twice is asked once, and a set is put in order, so that the calls are the same ones when a reading is resumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec import UNSET, Struct

from ..errors import InvalidArgument
from ..http.params import format_param
from ..http.request_builder import members_of
from ..operation import Operation, Param


def split(operation: Operation[Any], arguments: Mapping[str, object]) -> list[dict[str, object]]:
    """The arguments of each call; raises InvalidArgument where two arguments are too long for one call."""
    whole = {name: value for name, value in arguments.items() if value is not None and value is not UNSET}
    long: list[tuple[Param, list[object]]] = []
    for param in operation.params:
        values = _values(param, whole.get(param.argument)) if param.split else None
        if values is None or param.max_items is None:
            continue
        once = _once(operation, param, values)
        whole[param.argument] = once
        if len(once) > param.max_items:
            long.append((param, once))
    if not long:
        return [whole]
    if len(long) > 1:
        names = " and ".join(f"{param.argument} ({len(values)} values)" for param, values in long)
        raise InvalidArgument(
            operation.code,
            long[0][0].argument,
            f"{names} are each longer than one call takes ({long[0][0].max_items}); only one can be split into several "
            f"calls: shorten the others, or loop over them yourself",
        )
    param, values = long[0]
    return [{**whole, param.argument: part} for part in _parts(values, param.max_items or len(values))]


def takes_long_lists(operation: Operation[Any]) -> bool:
    """Whether any of its arguments may be split."""
    for param in operation.params:  # noqa: SIM110 - asked at every call, and any() would make a generator for it
        if param.split:
            return True
    return False


def merge(answers: Sequence[Struct]) -> Any:
    """One answer of several: lists joined, total counts added up, all else as the first one has it."""
    whole = answers[0]
    for name in whole.__struct_fields__:
        values: list[Any] = [getattr(answer, name) for answer in answers]
        if any(isinstance(value, list) for value in values):
            setattr(whole, name, [item for value in values for item in value or ()])
        elif name == "total_count" and all(isinstance(value, int) for value in values):
            setattr(whole, name, sum(values))
    return whole


def may_overlap(operation: Operation[Any], arguments: list[dict[str, object]]) -> bool:
    """Whether two of the calls may answer with the same row: not if they were split by what identifies a row."""
    if len(arguments) < 2:
        return False
    key = operation.paging.key if operation.paging else ()
    differing = {name for name in arguments[0] if arguments[0][name] != arguments[1].get(name)}
    return not differing <= {name for member in key for name in (member, f"{member}s")}


def _once(operation: Operation[Any], param: Param, values: Sequence[object]) -> list[object]:
    """Each value once, told apart by its text on the wire."""
    return list({_text(operation, param, value): value for value in values}.values())


def _values(param: Param, given: object) -> Sequence[object] | None:
    """The members of a list argument, also of one that is joined already."""
    if isinstance(given, str):
        return given.split(",") if param.list_style == "comma" and param.type != "references" else None
    return members_of(given)


def _text(operation: Operation[Any], param: Param, value: object) -> str:
    return format_param(operation, param, value) if not isinstance(value, tuple) else repr(cast("object", value))


def _parts(values: list[object], size: int) -> Iterator[list[object]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
