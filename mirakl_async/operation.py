"""The types that describe the operations of Mirakl's API: names, parameters, rate limits and responses.

The generated folder `operations/` contains one constant of this type for every published operation. Models are not
imported: `body` and `reply` name the struct ("front.orders:OrderPage"), which is resolved on first use, so that all
operations can be listed without importing any model.

A `Registry` finds them by Mirakl's code in any spelling: "OR11", "or11", "upsertOrders", "upsert_orders". Two services
may use the same code: it stands for the operation of the service listed first, unless `of` is called with others.
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
"""The names of the parameters for the size and the position of a page, and the type of the position."""


class Param(Struct, frozen=True, kw_only=True):
    """One argument of an operation: `argument` in Python, `name` on the wire.

    `list_style` is the encoding of a list: "repeat" sends `name` once per value, "comma" joins the values. `max_items`
    is the maximum length for one call; with `split`, a longer list is split into several calls whose responses are
    merged. `values` are the documented values; others are sent unchanged, since Mirakl may add new ones. A "part" of
    type "json" or "file" is a part of a multipart form; `body` names the struct of a JSON part. A "url" is the absolute
    URL to request, from an earlier response: the path of the operation is not used. A `nullable` argument that is None
    is sent as null.
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
    """How a list is paged: the members of a page on the wire, the identity of items, and the documented page sizes.

    `key` contains the members that identify an item; empty if none are documented. `nested` is the name of the inner
    list if the pages are inside each item (P11: the offers of each product).
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
    """The limits of an operation's file uploads: the number of files, their sizes, and their names.

    `names_part` is the JSON part that describes the files; every file that it names must be sent. `single_types` says
    that its entries must have different `type_code`s.
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
    """One published operation; `T` is the return type of its typed method.

    `retry` is "safe" (reads), "idempotent" (writing twice has the same effect) or "unsafe" (retried only if the first
    attempt certainly had no effect); `reconcile_with` names the method that shows whether an unsafe call took effect.
    `recommended` and `maximum` are the documented rates, shared by all operations of one `group`; `interval` is a
    documented "at most once per ..." in seconds, which applies to polling and to reading a whole list, not to single
    pages, and `recommended_interval` the one that Mirakl recommends. `failures` contains the members that report failed
    items in a successful response. `success` contains the documented statuses of a success, and `answer` the type of
    its body ("any" if undocumented); `http.expected_responses` checks responses by them.
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
        """All parameters by Mirakl's names, including those of paging, which typed methods set themselves."""
        if self.paging is None:
            return self.params
        size, position, kind = PAGING_PARAMS[self.paging.kind]
        paging_params = (
            Param(name=size, argument=size, type="integer", minimum=1, maximum=self.paging.maximum),
            Param(name=position, argument=position, type=kind, minimum=None if kind == "string" else 0),
        )
        return (*self.params, *paging_params)


class Registry(Mapping[str, Operation[Any]]):
    """All published operations by code, in the documented order; each module is imported when first needed."""

    __slots__ = ("_codes", "_locations", "_package")

    def __init__(self, package: str, locations: Mapping[str, Mapping[str, str]]) -> None:
        self._package = package
        self._codes: dict[str, str] = {}
        self._locations: dict[str, list[tuple[str, str]]] = {}
        for module, names in locations.items():
            for code, name in names.items():
                self._codes.setdefault(_fold(code), code)
                self._locations.setdefault(_fold(code), []).append((module, name))

    def __getitem__(self, code: str) -> Operation[Any]:
        return self._load(self._find(code)[0])

    def of(self, services: Container[str], code: str) -> Operation[Any]:
        """The operation with this code, preferably of one of these services."""
        locations = self._find(code)
        return self._load(
            next((location for location in locations if location[0].split(".")[0] in services), locations[0])
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and _fold(code) in self._codes

    def __repr__(self) -> str:
        return f"<{len(self._codes)} operations>"

    def _find(self, code: str) -> list[tuple[str, str]]:
        locations = self._locations.get(_fold(code))
        if locations is None:
            raise UnknownOperation(self._unknown(code))
        return locations

    def _load(self, location: tuple[str, str]) -> Operation[Any]:
        module, name = location
        operation: Operation[Any] = getattr(import_module(f"{self._package}.{module}"), name)
        return operation

    def _unknown(self, code: str) -> str:
        matches = difflib.get_close_matches(_fold(code), self._codes, n=3, cutoff=0.5)
        hint = (
            f"did you mean {', '.join(self._codes[item] for item in matches)}?"
            if matches
            else "see mirakl_async.operations"
        )
        return f"no operation has the code {code!r}: {hint}"


def _fold(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())
