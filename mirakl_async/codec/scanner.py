"""Split one level of JSON and return its parts as bytes.

msgspec does this at memory speed, but validates what it skips: too deep nesting, a `NaN` or an unpaired surrogate
anywhere makes the whole text unreadable. The scanner below considers brackets, commas and quotes only, so that an error
affects only the part that contains it. Both reject a truncated text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw

from ..redaction import RedactedBytes
from .type_info import DECODE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["elements", "members"]

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_KEY = re.compile(rb'\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*:', re.DOTALL)
_CLOSES = {b"[": b"]", b"{": b"}"}
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])


def members(text: bytes) -> dict[str, bytes]:
    """The members of an object; raises ValueError if the text is not a complete object."""
    try:
        return {key: RedactedBytes(value) for key, value in _MEMBERS.decode(text).items()}
    except DECODE_ERRORS:
        return dict(_member(part) for part in _parts(text, b"{"))


def elements(text: bytes) -> list[bytes]:
    """The elements of a list; raises ValueError if the text is not a complete list."""
    try:
        return [RedactedBytes(element) for element in _ELEMENTS.decode(text)]
    except DECODE_ERRORS:
        return list(_parts(text, b"["))


def _member(part: bytes) -> tuple[str, bytes]:
    match = _KEY.match(part)
    if match is None:
        raise ValueError("a member without a name")
    return _name(match[1]), RedactedBytes(part[match.end() :].strip())


def _name(quoted: bytes) -> str:
    try:
        name: Any = msgspec.json.decode(quoted)
    except DECODE_ERRORS:
        name = quoted[1:-1].decode("utf-8", "replace")
    return str(name)


def _parts(text: bytes, bracket: bytes) -> Iterator[bytes]:
    text = RedactedBytes(text).strip()
    if text[:1] != bracket:
        raise ValueError("the value has another type")
    closing_brackets: list[bytes] = []
    start = 1
    for token in _TOKEN.finditer(text):
        char = token[0]
        if char in _CLOSES:
            closing_brackets.append(_CLOSES[char])
        elif char in (b"]", b"}"):
            if closing_brackets.pop() != char:
                raise ValueError("brackets do not match")
            if not closing_brackets:
                yield from _last(text, start, token.start())
                return
        elif char == b"," and len(closing_brackets) == 1:
            yield text[start : token.start()].strip()
            start = token.end()
        elif char == b'"':
            raise ValueError("a string is not terminated")
    raise ValueError("truncated")


def _last(text: bytes, start: int, end: int) -> Iterator[bytes]:
    if end + 1 != len(text):
        raise ValueError("trailing characters")
    part = text[start:end].strip()
    if part or start > 1:
        yield part
