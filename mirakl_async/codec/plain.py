"""Structs as plain values, for whatever knows nothing of them: data frames, templates, other encoders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

import msgspec

from .encoding import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Struct

_KEPT = (Decimal, dt.datetime, dt.date, dt.time)


@overload
def to_dict(value: Struct) -> dict[str, Any]: ...
@overload
def to_dict(value: Sequence[Struct]) -> list[dict[str, Any]]: ...
def to_dict(value: Any) -> Any:
    """A struct as a dict under Mirakl's own names, or a list of them; what is nested becomes dicts and lists.

    Numbers stay numbers (amounts `Decimal`), moments stay `datetime`; members that were not set are left out. Raises
    TypeError for what holds no data.
    """
    return msgspec.to_builtins(value, builtin_types=_KEPT, str_keys=True)


def to_json(value: Any, *, indent: int | None = None) -> str:
    """A struct, a list or any plain values as JSON text, numbers as numbers with all their digits.

    `indent` is in spaces; without it, everything is on one line. Raises TypeError for what JSON cannot carry.
    """
    text = encode(value)
    return (text if indent is None else msgspec.json.format(text, indent=indent)).decode()
