"""An operation of Mirakl's API as data: what it is called, where it lives, what it takes and what it promises.

The generated folder `operations/` holds one constant of this type for every published operation. Nothing here
imports a model: `body` and `reply` name the struct ("front.orders:OrderPage") and `calls` resolves it on first use,
so that all operations can be listed without loading any of them.

A `Registry` finds them by Mirakl's own code as people write it: "OR11", "or11", "upsertOrders", "upsert_orders". Two
services may use one code: it means the operation of the service listed first, unless it is asked `of` others.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterator, Mapping
from importlib import import_module
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from .errors import UnknownOperation
from .options import Rate

__all__ = [
    "PAGING_PARAMS",
    "Operation",
    "Paging",
    "Param",
    "ParamLocation",
    "ParamType",
    "Registry",
    "RetryClass",
    "Service",
    "UploadLimit",
]

T = TypeVar("T")

Service = Literal["connect", "account", "front"]
RetryClass = Literal["safe", "idempotent", "unsafe"]
ParamLocation = Literal["path", "query", "body", "part", "url"]
ParamType = Literal["string", "integer", "number", "boolean", "date-time", "date", "references", "json", "file"]


PAGING_PARAMS: dict[str, tuple[str, str, ParamType]] = {
    "offset": ("max", "offset", "integer"),
    "seek": ("limit", "page_token", "string"),
}
"""How a page's size and place are called, and the place's type."""


class Param(Struct, frozen=True, kw_only=True):
    """One argument of an operation: `argument` in Python, `name` on the wire.

    `list_style` tells how a list travels: "repeat" sends `name` once per value, "comma" joins the values. `max_items`
    is the longest list one call takes; where `split` is true a longer one may be cut into several calls whose answers
    are merged. `values` are the documented values; others are sent as they are, since Mirakl may add new ones any time.
    A "part" of type "json" or "file" is a member of a multipart form; `body` names the struct of a JSON part. A "url"
    is the absolute address to ask, which an earlier answer gave: the operation's path is not used. A `nullable`
    argument given as None is sent as null.
    """

    name: str
    argument: str
    location: ParamLocation = "query"
    type: ParamType = "string"
    list_style: Literal["one", "repeat", "comma"] = "one"
    required: bool = False
    nullable: bool = False
    max_items: int | None = None
    split: bool = False
    body: str = ""
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


class Paging(Struct, frozen=True, kw_only=True):
    """How a list is paged: the page's members on the wire, the item's identity, and the documented page sizes.

    `key` names the member, or members, that identify an item; empty where the contract names none.
    `nested` names the inner list when the pages run inside each item (P11: the offers of each product).
    """

    kind: Literal["offset", "seek"]
    items: str
    item: str
    key: tuple[str, ...] = ()
    default: int = 10
    maximum: int = 100
    total: str = ""
    nested: str = ""


class UploadLimit(Struct, frozen=True, kw_only=True):
    """What one operation takes: how many files, how many bytes each or together, and how they may be called.

    `names_part` is the JSON part that names every file a second time; a file it names must be among those sent.
    `single_types` says that no two of its entries may have the same `type_code`.
    """

    argument: str = "files"
    files: int | None = None
    bytes_each: int | None = None
    bytes_together: int | None = None
    extensions: tuple[str, ...] = ()
    ascii_names: bool = False
    distinct_names: bool = False
    names_part: str = ""
    single_types: bool = False


class Operation(Struct, Generic[T], frozen=True, kw_only=True):
    """One published operation; `T` is what awaiting its typed method gives.

    `retry` is "safe" (reads), "idempotent" (writing twice is writing once) or "unsafe" (repeated only when the first
    attempt provably did nothing); `reconcile_with` names the method that shows whether an unsafe call took effect.
    `recommended` and `maximum` are the documented numeric rates, shared by all operations of one `group`; `interval` is
    a documented "at most once per ..." in seconds, which paces polls and whole sweeps rather than single pages, and
    `recommended_interval` the pace that Mirakl would like better. `failures` names the members that report failed items
    inside a successful answer. `success` holds the documented statuses of a success and `answer` what its body is
    ("any" where no document tells); `responses` judges answers by them.
    """

    code: str
    service: Service
    resource: str
    name: str
    method: str
    path: str
    summary: str = ""
    params: tuple[Param, ...] = ()
    content: Literal["none", "empty", "json", "multipart"] = "none"
    body: str = ""
    answer: Literal["none", "json", "stream", "any"] = "none"
    success: tuple[int, ...] = (200,)
    reply: str = ""
    accept: str = "application/json"
    paging: Paging | None = None
    retry: RetryClass = "unsafe"
    reconcile_with: str = ""
    group: str = ""
    recommended: Rate | None = None
    maximum: Rate | None = None
    interval: float | None = None
    recommended_interval: float | None = None
    frequency: str = ""
    failures: tuple[str, ...] = ()
    upload_limit: UploadLimit | None = None
    scope: str = ""
    deprecated: bool = False
    docs: str = ""

    @property
    def wire_params(self) -> tuple[Param, ...]:
        """All it takes under Mirakl's names: also what turns the pages, which typed methods see to themselves."""
        if self.paging is None:
            return self.params
        size, place, kind = PAGING_PARAMS[self.paging.kind]
        turning = (
            Param(name=size, argument=size, type="integer", minimum=1, maximum=self.paging.maximum),
            Param(name=place, argument=place, type=kind, minimum=None if kind == "string" else 0),
        )
        return (*self.params, *turning)


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
