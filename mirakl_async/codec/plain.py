"""Convert models to plain Python objects, for data frames, templates and other encoders."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

import msgspec

from .encoding import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Struct

__all__ = ["to_dict", "to_json"]

_BUILTIN_TYPES = (Decimal, dt.datetime, dt.date, dt.time)


@overload
def to_dict(value: Struct) -> dict[str, Any]: ...
@overload
def to_dict(value: Sequence[Struct]) -> list[dict[str, Any]]: ...
def to_dict(value: Any) -> Any:
    """Convert a model, or a list of models, to dicts with Mirakl's own names; nested models become dicts and lists.

    Numbers stay numbers (amounts `Decimal`), date-times stay `datetime`; members that were not set are omitted. Raises
    TypeError for unsupported types.
    """
    return msgspec.to_builtins(value, builtin_types=_BUILTIN_TYPES, str_keys=True)


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Convert a model, a list or plain values to JSON text; numbers keep all their digits.

    `indent` is in spaces; without it, everything is on one line. Raises TypeError for unsupported types.
    """
    text = encode(value)
    return (text if indent is None else msgspec.json.format(text, indent=indent)).decode()
