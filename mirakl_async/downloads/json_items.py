"""Read a list in JSON item by item from its bytes as they arrive: `[...]`, or an object with one, `{"orders": [...]}`.

Where an item ends is asked of msgspec, which skips a value faster than any Python can look at it: skipping the first
value of `{...},{...}` is refused at the comma, and the refusal names the place. That costs a quarter of decoding.

Usually even that is spared. Items of one export are written by one program and begin alike, so the text between two
of them (`,{"order_id":`) is learned from the first two, and a block is cut at its last occurrence. Whatever stands
there, the cut is only believed if everything before it decodes as a list: JSON that is a list up to some place, and is
one again with a bracket added there, is cut between two items. If the block is refused, its items are taken one by
one, mended as those of a page are, and set aside with their bytes if they cannot be.

A library for this, ijson with its C back end, takes twice as long for plain values (measured on orders of 7 KB), and
gives no structs.

Memory holds one block, or one item where that is longer. Nothing here does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, Literal, TypeAlias, TypeVar

import msgspec

from .. import codec
from ..codec.quarantine import QuarantinedItem
from ..codec.repair import Repair, UnrepairableError, repair
from ..codec.type_info import DECODE_ERRORS, decoder
from ..errors import UnreadableFile
from ..redaction import clear_locals
from ..server_text import one_line

T = TypeVar("T")
State: TypeAlias = Literal["start", "member", "first", "item", "listed", "end"]

BLOCK = 128 * 1024
MAX_ITEM_BYTES = 64 * 1024 * 1024
MAX_QUARANTINED = 100
LONGEST_NAME = 100
MAX_DEPTH = 10_000

_skip = msgspec.json.Decoder(msgspec.Raw).decode
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_SPACE = re.compile(rb"[ \t\r\n]*")
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_FIRST_KEY = rb'\{[ \t\r\n]*"[^"\\]*"[ \t\r\n]*:'
_BEGINNING = re.compile(_FIRST_KEY)
_SEAM = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*" + _FIRST_KEY)
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_OPENS = {b"]": b"[", b"}": b"{"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _MoreNeeded(Exception):
    """The bytes at hand end before what was asked for does."""


class JsonArrayParser(Generic[T]):
    """Fed with bytes, gives items of `kind`; `finish` takes the end, and knows whether anything is missing.

    `kind` is a struct, a reference to one, or any type msgspec decodes; without one, items are plain values whose
    fractions are Decimal. `member` names the list in an object, by default the first list there is. `told` is given
    every mended deviation, `lost` every item that could not be read: the first hundred of these are kept in
    `quarantined`, `unreadable_at` has the places of all. `failure` is why no more can be read, once that is so; it is
    not raised here, so that the items before it are not lost.
    """

    def __init__(
        self,
        kind: Any = Any,
        member: str | None = None,
        *,
        told: Callable[[Repair], None] | None = None,
        lost: Callable[[QuarantinedItem], None] | None = None,
    ) -> None:
        self.count: int = 0
        self.unreadable_at: set[int] = set()
        self.quarantined: list[QuarantinedItem] = []
        self.failure: UnreadableFile | None = None
        self._member = member
        self._path = "$"
        self._kind: Any = codec.resolve(kind) if isinstance(kind, str) else kind
        self._told = told or _untold
        self._lost = lost or _untold
        self._one, self._many = _decoders(self._kind)
        self._state: State = "start"
        self._inside = False
        self._pieces: list[bytes] = []
        self._held = 0
        self._enough = BLOCK
        self._seam: bytes | None = None
        self._alone = 0

    @property
    def unreadable(self) -> int:
        """How many items could not be read."""
        return len(self.unreadable_at)

    def feed(self, data: bytes) -> list[T]:
        """Take further bytes; gives the items that are whole by now, maybe none."""
        if self.failure is not None:
            return []
        self._pieces.append(data)
        self._held += len(data)
        return self._read() if self._held >= self._enough else []

    def finish(self) -> list[T]:
        """Take note that there are no more bytes; gives the last items."""
        items = self._read()
        if self._state != "end" and self.failure is None:
            where = f"after {self.count} items" if self.count else "before its first item"
            self.failure = UnreadableFile(f"the JSON is cut off {where}")
        return items

    def _read(self) -> list[T]:
        if self.failure is not None:
            return []
        text = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        found: list[T] = []
        at = self._alone = 0
        try:
            while at < len(text):
                at = self._step(text, at, found)
        except _MoreNeeded:
            pass
        except UnreadableFile as error:
            clear_locals(error)
            self.failure = error
        rest = text[at:]
        if len(rest) > MAX_ITEM_BYTES:
            self.failure = UnreadableFile(f"{self._path}[{self.count}] is longer than {MAX_ITEM_BYTES} bytes")
        self._pieces = [rest] if rest else []
        self._held = len(rest)
        self._enough = max(BLOCK, 2 * len(rest))
        return found

    def _step(self, text: bytes, at: int, found: list[T]) -> int:
        """Take one thing off the text, and say where the next one begins."""
        state = self._state
        if state == "item" and self._seam is not None and at >= self._alone:
            cut = text.rfind(self._seam, at)
            if cut > at and self._take_block(text, at, cut, found):
                return text.index(b",", cut) + 1
            self._alone = cut if cut > at else len(text)
        if state == "start":
            at = _after_mark(text, at)
        at = _after_space(text, at)
        mark = text[at : at + 1]
        if not mark:
            return at
        if state == "item" or (state == "first" and mark != b"]"):
            return self._take_item(text, at, found)
        if state == "member" and mark == b'"':
            return self._take_member(text, at)
        return self._take_bracket(mark, at)

    def _take_bracket(self, mark: bytes, at: int) -> int:
        known = (self._state, mark)
        if known == ("start", b"["):
            self._state = "first"
        elif known == ("start", b"{"):
            self._inside, self._state = True, "member"
        elif known == ("first", b"]"):
            self._state = "listed" if self._inside else "end"
        elif known == ("listed", b","):
            self._state = "member"
        elif known == ("listed", b"}"):
            self._state = "end"
        elif known == ("member", b"}") and self._path == "$":
            named = f" named {self._member!r}" if self._member else ""
            raise UnreadableFile(f"the JSON object holds no list{named}")
        elif self._state == "start":
            raise UnreadableFile("this is not a JSON list, nor an object that holds one")
        else:
            raise UnreadableFile(f"the JSON is malformed after {self.count} items")
        return at + 1

    def _take_member(self, text: bytes, at: int) -> int:
        key = _KEY.match(text, at)
        if key is None or key.end() == len(text):
            raise _MoreNeeded
        start, name = key.end(), _text(key[1])
        if text[start : start + 1] == b"[" and self._path == "$" and self._member in {None, name}:
            self._path, self._state = f"$.{one_line(name, LONGEST_NAME)}", "first"
            return start + 1
        end = _end_of(text, start)
        if text[end : end + 1] == b"}":
            self._state = "member" if self._path == "$" else "listed"
            return end
        return end + 1

    def _take_block(self, text: bytes, at: int, cut: int, found: list[T]) -> bool:
        try:
            items = self._many(b"".join((b"[", memoryview(text)[at:cut], b"]")))
        except DECODE_ERRORS:
            return False
        found += items
        self.count += len(items)
        return bool(items)

    def _take_item(self, text: bytes, at: int, found: list[T]) -> int:
        end = _end_of(text, at)
        mark = text[end : end + 1]
        if mark not in {b",", b"]"}:
            raise UnreadableFile(f"the JSON is malformed after {self._path}[{self.count}]")
        if self._seam is None:
            self._learn_seam(text, at, end)
        self._decode(text[at:end], found)
        self.count += 1
        if mark == b",":
            self._state = "item"
        else:
            self._state = "listed" if self._inside else "end"
        return end + 1

    def _learn_seam(self, text: bytes, at: int, end: int) -> None:
        beginning = _BEGINNING.match(text, at)
        start = at + len(text[at:end].rstrip())
        if beginning is not None and (seam := _SEAM.match(text, start)) and seam[0].endswith(beginning[0]):
            self._seam = seam[0]

    def _decode(self, raw: bytes, found: list[T]) -> None:
        try:
            found.append(self._one(raw))
            return
        except DECODE_ERRORS:
            pass
        path = f"{self._path}[{self.count}]"
        try:
            value, mends = repair(raw.strip(), self._kind, path)
        except UnrepairableError as error:
            self._set_aside(raw, str(error))
        except RecursionError:
            self._set_aside(raw, f"Nested too deeply - at `{path}`")
        else:
            found.append(value)
            for deviation in mends:
                self._told(deviation)

    def _set_aside(self, raw: bytes, reason: str) -> None:
        aside = QuarantinedItem(self.count, raw.strip(), reason)
        self.unreadable_at.add(self.count)
        self._lost(aside)
        if len(self.quarantined) < MAX_QUARANTINED:
            self.quarantined.append(aside)


@cache
def _decoders(kind: Any) -> tuple[Callable[[bytes], Any], Callable[[bytes], list[Any]]]:
    """What decodes one item, and what decodes a list of them."""
    return decoder(kind).decode, decoder(list[kind]).decode


def _untold(_: Repair | QuarantinedItem) -> None:
    """Nobody asked."""


def _after_mark(text: bytes, at: int) -> int:
    if text[at:] in {_BYTE_ORDER_MARK[:1], _BYTE_ORDER_MARK[:2]}:
        raise _MoreNeeded
    return at + 3 if text.startswith(_BYTE_ORDER_MARK, at) else at


def _after_space(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _text(quoted: bytes) -> str:
    try:
        return msgspec.json.decode(quoted, type=str)
    except DECODE_ERRORS:
        return quoted[1:-1].decode("utf-8", "replace")


def _end_of(text: bytes, at: int) -> int:
    """The place of what follows the value at `at`: a comma or a closing bracket, if the text is JSON."""
    try:
        _skip(memoryview(text)[at:])
    except DECODE_ERRORS as error:
        told = str(error)
        if (trailing := _TRAILING.search(told)) is not None:
            return at + int(trailing[1]) - 1
        if told == "Input data was truncated":
            raise _MoreNeeded from None
        return _end_by_brackets(text, at)
    raise _MoreNeeded


def _end_by_brackets(text: bytes, at: int) -> int:
    """Like `_end_of`, for a value msgspec does not skip: looks at brackets, commas and quotes only."""
    opened: list[bytes] = []
    for token in _TOKEN.finditer(text, at):
        mark = token[0]
        if mark == b'"':
            break
        if mark in {b"[", b"{"}:
            if len(opened) == MAX_DEPTH:
                raise UnreadableFile(f"the JSON is nested more than {MAX_DEPTH} levels deep")
            opened.append(mark)
        elif mark in _OPENS and opened:
            if opened.pop() != _OPENS[mark]:
                raise UnreadableFile("the JSON is malformed: brackets do not match")
        elif not opened and mark in {b",", b"]", b"}"}:
            return token.start()
    raise _MoreNeeded
