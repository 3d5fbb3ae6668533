"""Finds operations by Mirakl's own code, without loading a model.

Codes are looked up as people write them: "OR11", "or11", "upsertOrders", "upsert_orders". Two services may use one
code: it means the operation of the service listed first, unless it is asked `of` others.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterator, Mapping
from importlib import import_module
from typing import Any

from .errors import UnknownOperation
from .operation import Operation


class Registry(Mapping[str, Operation[Any]]):
    """All published operations by code, in the documents' order; each module is loaded when first needed."""

    __slots__ = ("_codes", "_package", "_places")

    def __init__(self, package: str, places: Mapping[str, Mapping[str, str]]) -> None:
        self._package = package
        self._codes: dict[str, str] = {}
        self._places: dict[str, list[tuple[str, str]]] = {}
        for module, names in places.items():
            for code, name in names.items():
                self._codes.setdefault(_fold(code), code)
                self._places.setdefault(_fold(code), []).append((module, name))

    def __getitem__(self, code: str) -> Operation[Any]:
        return self._load(self._found(code)[0])

    def of(self, services: Container[str], code: str) -> Operation[Any]:
        """The operation with this code that one of the services has; one of another service if none has it."""
        places = self._found(code)
        return self._load(next((place for place in places if place[0].split(".")[0] in services), places[0]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and _fold(code) in self._codes

    def __repr__(self) -> str:
        return f"<{len(self._codes)} operations>"

    def _found(self, code: str) -> list[tuple[str, str]]:
        places = self._places.get(_fold(code))
        if places is None:
            raise UnknownOperation(self._unknown(code))
        return places

    def _load(self, place: tuple[str, str]) -> Operation[Any]:
        module, name = place
        operation: Operation[Any] = getattr(import_module(f"{self._package}.{module}"), name)
        return operation

    def _unknown(self, code: str) -> str:
        near = difflib.get_close_matches(_fold(code), self._codes, n=3, cutoff=0.5)
        hint = (
            f"did you mean {', '.join(self._codes[item] for item in near)}?" if near else "see mirakl_async.operations"
        )
        return f"no operation has the code {code!r}: {hint}"


def _fold(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())
