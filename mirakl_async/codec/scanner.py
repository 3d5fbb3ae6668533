"""Take one level of JSON apart and leave what is inside as bytes.

msgspec does it at memory speed, but it reads what it skips: nesting beyond the interpreter's limit, a `NaN` or half a
surrogate pair anywhere makes the whole text unreadable. The scanner below looks at brackets, commas and quotes only,
so that the damage stays in the part that has it. Both refuse a text that was cut off: half an answer is no answer.
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

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_KEY = re.compile(rb'\s*("[^"\\]*(?:\\.[^"\\]*)*")\s*:', re.DOTALL)
_CLOSES = {b"[": b"]", b"{": b"}"}
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])


def members(text: bytes) -> dict[str, bytes]:
    """The members of an object; ValueError if the text is none, or not whole."""
    try:
        return {key: RedactedBytes(value) for key, value in _MEMBERS.decode(text).items()}
    except DECODE_ERRORS:
        return dict(_member(part) for part in _parts(text, b"{"))


def elements(text: bytes) -> list[bytes]:
    """The elements of a list; ValueError if the text is none, or not whole."""
    try:
        return [RedactedBytes(element) for element in _ELEMENTS.decode(text)]
    except DECODE_ERRORS:
        return list(_parts(text, b"["))


def _member(part: bytes) -> tuple[str, bytes]:
    found = _KEY.match(part)
    if found is None:
        raise ValueError("a member without a name")
    return _name(found[1]), RedactedBytes(part[found.end() :].strip())


def _name(quoted: bytes) -> str:
    try:
        name: Any = msgspec.json.decode(quoted)
    except DECODE_ERRORS:
        name = quoted[1:-1].decode("utf-8", "replace")
    return str(name)


def _parts(text: bytes, bracket: bytes) -> Iterator[bytes]:
    text = RedactedBytes(text).strip()
    if text[:1] != bracket:
        raise ValueError("another kind of value")
    expected: list[bytes] = []
    start = 1
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _CLOSES:
            expected.append(_CLOSES[mark])
        elif mark in (b"]", b"}"):
            if expected.pop() != mark:
                raise ValueError("brackets do not match")
            if not expected:
                yield from _last(text, start, token.start())
                return
        elif mark == b"," and len(expected) == 1:
            yield text[start : token.start()].strip()
            start = token.end()
        elif mark == b'"':
            raise ValueError("a text without an end")
    raise ValueError("cut off")


def _last(text: bytes, start: int, end: int) -> Iterator[bytes]:
    if end + 1 != len(text):
        raise ValueError("more after the end")
    part = text[start:end].strip()
    if part or start > 1:
        yield part
