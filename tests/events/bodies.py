"""Valid bodies of events, made from the structs themselves, and ways to damage them."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any

import msgspec

from mirakl_async.codec.type_info import alternatives, is_struct, list_item_type
from mirakl_async.events.decode import TYPES

SCALARS: dict[Any, list[Any]] = {
    bool: [True, False],
    int: [0, 7, 500],
    Decimal: [12.5, 0, 1234.56],
    dt.datetime: ["2024-05-20T10:15:30.500Z", "2024-05-21T10:15:30+02:00"],
}
ODD: tuple[bytes, ...] = (
    b"null", b"true", b"-0", b"1e400", b"1E-99", b"12345678901234567890123", b'""', b'"\\ud800"', b'"\xff"', b'"\x01"',
    b"[]", b"{}", b"[[]]", b'[{"id": 1}]', b'{"type": "ACCEPT"}', b"NaN", b"Infinity", b"", b"'x'", b'"2024-13-01"',
    b"[" * 3000 + b"]" * 3000, b"9" * 5000, b'{"a":' * 2000 + b"1" + b"}" * 2000,
)  # fmt: skip


def value(kind: Any, dice: random.Random) -> Any:
    """A value of a type, as JSON would have it."""
    choice = alternatives(kind)[0]
    if is_struct(choice):
        return members(choice, dice)
    if (item := list_item_type(choice)) is not None:
        return [value(item, dice) for _ in range(dice.randint(1, 3))]
    return dice.choice(SCALARS.get(choice, ["a", "é漢", "SKU_1", "UPDATE", 'quo"te']))


def members(kind: type[msgspec.Struct], dice: random.Random) -> dict[str, Any]:
    """All required members of a struct and some of the others."""
    found = {
        field.encode_name: value(field.type, dice) for field in msgspec.structs.fields(kind) if dice.random() < 0.9
    }
    if "action_id" in kind.__struct_fields__:
        found["action_id"] = "action-1"
    return found


def envelope(name: str, dice: random.Random) -> dict[str, Any]:
    """An event of a type."""
    found = members(TYPES[name], dice)
    kind = next(field.type for field in msgspec.structs.fields(TYPES[name]) if field.name == "data")
    found |= {"id": "01HGXNJ6VTZR5KJBBQT28YZ2PB", "time": "2024-05-20T10:15:30.500Z", "data": value(kind, dice)}
    pairs = [*found.items(), ("type", name)]
    dice.shuffle(pairs)
    return dict(pairs)


def body(name: str, dice: random.Random) -> bytes:
    """The bytes of an event of a type."""
    return json.dumps(envelope(name, dice), ensure_ascii=False).encode()


def damaged(text: bytes, dice: random.Random) -> bytes:
    """The same with one to three faults."""
    for _ in range(dice.randint(1, 3)):
        text = _FAULTS[dice.randrange(len(_FAULTS))](text, dice)
    return text


def _cut(text: bytes, dice: random.Random) -> bytes:
    return text[: dice.randint(0, len(text))]


def _flip(text: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(text) + 1)
    return text[:place] + bytes([dice.randrange(256)]) + text[place + 1 :]


def _repeat(text: bytes, dice: random.Random) -> bytes:
    start, end = sorted((dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)))
    return text[:end] + text[start:]


def _swap(text: bytes, dice: random.Random) -> bytes:
    """Another value for one member, anywhere."""
    colons = [place for place in range(len(text)) if text[place : place + 2] == b": "]
    if not colons:
        return text + b" "
    start = dice.choice(colons) + 2
    ends = [place for mark in b",}]" if (place := text.find(bytes([mark]), start)) > 0]
    return text[:start] + dice.choice(ODD) + text[min(ends, default=len(text)) :]


def _insert(text: bytes, dice: random.Random) -> bytes:
    """One more member at the top, known or not."""
    name = dice.choice([b"id", b"type", b"data", b"time", b"later", b"message", b"detail"])
    return text[:1] + b'"' + name + b'": ' + dice.choice(ODD) + b", " + text[1:]


_FAULTS = (_cut, _flip, _repeat, _swap, _swap, _swap, _insert)
