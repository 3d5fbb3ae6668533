"""Encode requests to JSON and decode responses from it; the only place that does.

Reading is tolerant: a valid body costs one decode, a body that violates its schema is repaired (`repair`), and an
invalid item does not affect the rest of its page (`quarantine`). Writing is exact (`encoding`, `exact`). Types are
given as such or by reference, "front.orders:OrderPage", so that nothing is imported before it is needed.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from .encoding import Violation, encode, encode_each, encode_large, encode_lines, find_violations
from .exact import Exact, canonical_datetime, exact
from .quarantine import PageRows, QuarantinedItem, isolate
from .repair import Repair, UnrepairableError, repair
from .type_info import DECODE_ERRORS, decode_failure, decoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..operation import Paging

__all__ = [
    "DECODE_ERRORS",
    "CodecError",
    "Decoded",
    "Exact",
    "PageRows",
    "QuarantinedItem",
    "Repair",
    "Violation",
    "canonical_datetime",
    "decode",
    "decode_failure",
    "decode_page",
    "decode_plain",
    "encode",
    "encode_each",
    "encode_large",
    "encode_lines",
    "exact",
    "find_violations",
    "resolve",
]

Reference: TypeAlias = str | type[Any]

_BOM = b"\xef\xbb\xbf"


class CodecError(Exception):
    """The whole body cannot be decoded; `path` is the JSON path of the error. Shows no value of the body."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{message} - at `{path}`")
        self.path = path
        self.message = message


class Decoded(Struct, frozen=True):
    """A decoded value, with the repairs of what violates its schema."""

    value: Any
    repaired: tuple[Repair, ...] = ()


@cache
def resolve(reference: str) -> type[Struct]:
    """The struct of a reference such as "front.orders:OrderPage"; its module is imported on first use."""
    module, _, name = reference.partition(":")
    struct: type[Struct] = getattr(import_module(f"mirakl_async.models.{module}"), name)
    return struct


@cache
def _decode_function(reference: Any) -> Callable[[bytes], Any]:
    """The decoder of a type or a reference."""
    kind: Any = resolve(reference) if isinstance(reference, str) else reference
    return decoder(kind).decode


def decode(reference: Reference, body: bytes) -> Decoded:
    """Decode one response; raises CodecError if it cannot be decoded as this type."""
    kind: Any = reference
    try:
        return Decoded(_decode_function(kind)(body))
    except DECODE_ERRORS:
        return _decode_broken(resolve(kind) if isinstance(kind, str) else kind, body)


def decode_page(paging: Paging, reference: Reference, body: bytes) -> PageRows:
    """Decode one page of a list; raises CodecError if the body is not a page, never for one of its items."""
    kind: Any = resolve(reference) if isinstance(reference, str) else reference
    try:
        return isolate(paging.items, kind, body.removeprefix(_BOM))
    except UnrepairableError as error:
        raise CodecError(error.path, _reason(error.reason, body)) from None


def decode_plain(body: bytes) -> Any:
    """Decode to plain Python objects; a number with a fraction is a Decimal. Raises CodecError for invalid JSON."""
    try:
        return decoder(Any).decode(body.removeprefix(_BOM))
    except DECODE_ERRORS as error:
        failure = decode_failure(error)
        raise CodecError(failure.path, _reason(failure.message, body)) from None


def _decode_broken(kind: Any, body: bytes) -> Decoded:
    try:
        value, repairs = repair(body.removeprefix(_BOM).strip(), kind)
    except UnrepairableError as error:
        raise CodecError(error.path, _reason(error.reason, body)) from None
    except RecursionError:
        raise CodecError("$", "Nested too deeply") from None
    return Decoded(value, tuple(repairs))


def _reason(message: str, body: bytes) -> str:
    """The message of the decoder; for an empty body or a web page, a message that says so."""
    start = body.removeprefix(_BOM).lstrip()[:1]
    if not start:
        return "The body is empty"
    if start == b"<":
        return "The body is HTML or XML, not JSON"
    return message
