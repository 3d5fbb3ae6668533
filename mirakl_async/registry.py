"""Finds operations by Mirakl's own code, without loading a model.

Codes are looked up as people write them: "OR11", "or11", "upsertOrders", "upsert_orders".
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from .errors import UnknownOperation
from .operation import Operation


class Registry(Mapping[str, Operation[Any]]):
    """All published operations by code, in the documents' order; each module is loaded when first needed."""

    __slots__ = ("_codes", "_folded", "_places")

    def __init__(self, package: str, places: Mapping[str, Mapping[str, str]]) -> None:
        self._places = {
            code: (f"{package}.{module}", name) for module, names in places.items() for code, name in names.items()
        }
        self._codes = tuple(self._places)
        self._folded = {_fold(code): code for code in self._codes}

    def __getitem__(self, code: str) -> Operation[Any]:
        known = self._folded.get(_fold(code))
        if known is None:
            raise UnknownOperation(self._unknown(code))
        module, name = self._places[known]
        operation: Operation[Any] = getattr(import_module(module), name)
        return operation

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and _fold(code) in self._folded

    def __repr__(self) -> str:
        return f"<{len(self._codes)} operations>"

    def _unknown(self, code: str) -> str:
        near = difflib.get_close_matches(_fold(code), self._folded, n=3, cutoff=0.5)
        hint = (
            f"did you mean {', '.join(self._folded[item] for item in near)}?" if near else "see mirakl_async.operations"
        )
        return f"no operation has the code {code!r}: {hint}"


def _fold(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())
