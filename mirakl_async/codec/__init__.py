"""Between structs and JSON: the one place that encodes requests and decodes answers.

What is read is read with tolerance: a good body costs one decode, a body that breaks its contract is mended
(`mending`), and a broken item never costs its page (`quarantine`). What is sent is exact (`encoding`). Types are given
as such or by reference, "front.orders:OrderPage", so that nothing is imported before it is needed.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from .encoding import Violation, encode, encode_each, encode_large, encode_lines, find_violations
from .exact import Exact, exact, moment_text
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
    "moment_text",
    "resolve",
]

Reference: TypeAlias = str | type[Any]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class CodecError(Exception):
    """A body that is not what it has to be, as a whole; `path` says where. No value of the body is told."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{message} - at `{path}`")
        self.path = path
        self.message = message


class Decoded(Struct, frozen=True):
    """A value, and where it did not keep its contract."""

    value: Any
    repaired: tuple[Repair, ...] = ()


@cache
def resolve(reference: str) -> type[Struct]:
    """The struct that "front.orders:OrderPage" names; its module is imported on first use."""
    module, _, name = reference.partition(":")
    found: type[Struct] = getattr(import_module(f"mirakl_async.models.{module}"), name)
    return found


@cache
def _reader(reference: Any) -> Callable[[bytes], Any]:
    """What decodes an answer that keeps its contract."""
    kind: Any = resolve(reference) if isinstance(reference, str) else reference
    return decoder(kind).decode


def decode(reference: Reference, body: bytes) -> Decoded:
    """Decode one answer; raises CodecError if it cannot be read as this type at all."""
    kind: Any = reference
    try:
        return Decoded(_reader(kind)(body))
    except DECODE_ERRORS:
        return _decode_broken(resolve(kind) if isinstance(kind, str) else kind, body)


def decode_page(paging: Paging, reference: Reference, body: bytes) -> PageRows:
    """Decode one page of a list; raises CodecError if the body is no page at all, never for one of its items."""
    kind: Any = resolve(reference) if isinstance(reference, str) else reference
    try:
        return isolate(paging.items, kind, body.removeprefix(_BYTE_ORDER_MARK))
    except UnrepairableError as error:
        raise CodecError(error.path, _reason(error.reason, body)) from None


def decode_plain(body: bytes) -> Any:
    """Decode to dicts and lists; a number with a fraction is a Decimal. Raises CodecError if it is not JSON."""
    try:
        return decoder(Any).decode(body.removeprefix(_BYTE_ORDER_MARK))
    except DECODE_ERRORS as error:
        refused = decode_failure(error)
        raise CodecError(refused.path, _reason(refused.words, body)) from None


def _decode_broken(kind: Any, body: bytes) -> Decoded:
    try:
        value, mends = repair(body.removeprefix(_BYTE_ORDER_MARK).strip(), kind)
    except UnrepairableError as error:
        raise CodecError(error.path, _reason(error.reason, body)) from None
    except RecursionError:
        raise CodecError("$", "Nested too deeply") from None
    return Decoded(value, tuple(mends))


def _reason(words: str, body: bytes) -> str:
    """The decoder's words; for a body that is something else altogether, what it is."""
    start = body.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    if not start:
        return "The body is empty"
    if start == b"<":
        return "The body is HTML or XML, not JSON"
    return words
