"""Checks of the simulator's arguments: each error names the argument that has a wrong type or is out of bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

__all__ = ["Count", "Ordinal", "Seconds", "check"]

Seconds = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Ordinal = Annotated[int, Meta(ge=1)]


def check(kind: type[Struct], given: Mapping[str, object]) -> None:
    """Raise ValueError for the first value that does not have its member's type or is out of bounds."""
    values = {name: given[name] for name in kind.__struct_fields__}
    try:
        msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        words, _, path = str(error).partition(" - at `$.")
        raise ValueError(f"{path.rstrip('`')}: {words}") from None
    for name, value in values.items():
        if isinstance(value, float) and math.isnan(value):
            raise ValueError(f"{name}: must be a number")
