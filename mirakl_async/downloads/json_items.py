"""Parse a JSON list incrementally, item by item: `[...]`, or an object that contains one, `{"orders": [...]}`. No I/O.

msgspec finds the end of an item, since it skips a value faster than Python code could: skipping the first value of
`{...},{...}` fails at the comma, and the error message contains the position. This costs a quarter of decoding.

Usually it is not necessary. The items of an export start alike, so the text between two items (`,{"order_id":`) is
learned from the first two, and a block is split at its last occurrence. The split is used only if everything before it
decodes as a list, which proves that it lies between two items. If the block cannot be decoded, its items are decoded
one by one, repaired like those of a page, and quarantined with their bytes if they cannot be repaired.

The library ijson with its C backend takes twice as long for plain values (measured on orders of 7 KB), and does not
produce structs.

Memory use is bounded by one block, or one item if that is larger.
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

__all__ = ["BLOCK_BYTES", "MAX_DEPTH", "MAX_ITEM_BYTES", "MAX_NAME_LENGTH", "JsonArrayParser", "State"]

T = TypeVar("T")
State: TypeAlias = Literal["start", "member", "first", "item", "listed", "end"]

BLOCK_BYTES = 128 * 1024
MAX_ITEM_BYTES = 64 * 1024 * 1024
MAX_QUARANTINED = 100
MAX_NAME_LENGTH = 100
MAX_DEPTH = 10_000

_skip = msgspec.json.Decoder(msgspec.Raw).decode
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_SPACE = re.compile(rb"[ \t\r\n]*")
_KEY = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_FIRST_KEY = rb'\{[ \t\r\n]*"[^"\\]*"[ \t\r\n]*:'
_FIRST_KEY_PATTERN = re.compile(_FIRST_KEY)
_SEPARATOR = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*" + _FIRST_KEY)
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_OPENING_BRACKETS = {b"]": b"[", b"}": b"{"}
_BOM = b"\xef\xbb\xbf"


class _MoreNeeded(Exception):
    """The buffered bytes end before the requested value."""


class JsonArrayParser(Generic[T]):
    """Parses bytes into items of `kind`; `finish` parses the end and detects a truncated file.

    `kind` is a struct, a reference to one, or any type that msgspec decodes; without it, items are plain Python objects
    whose fractions are Decimal. `member` is the name of the list in an object, by default the first list. `on_repair`
    is called with every repair, `on_quarantine` with every unreadable item: the first hundred of these are kept in
    `quarantined`, the indexes of all in `unreadable_at`. `failure` is the error after which no more can be read; it is
    not raised here, so that the items before it are not lost.
    """

    def __init__(
        self,
        kind: Any = Any,
        member: str | None = None,
        *,
        on_repair: Callable[[Repair], None] | None = None,
        on_quarantine: Callable[[QuarantinedItem], None] | None = None,
    ) -> None:
        self.count: int = 0
        self.unreadable_at: set[int] = set()
        self.quarantined: list[QuarantinedItem] = []
        self.failure: UnreadableFile | None = None
        self._member = member
        self._path = "$"
        self._kind: Any = codec.resolve(kind) if isinstance(kind, str) else kind
        self._on_repair = on_repair or _ignore
        self._on_quarantine = on_quarantine or _ignore
        self._decode_item, self._decode_list = _decoders(self._kind)
        self._state: State = "start"
        self._in_object = False
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0
        self._min_bytes = BLOCK_BYTES
        self._separator: bytes | None = None
        self._single_until = 0

    @property
    def unreadable(self) -> int:
        """The number of unreadable items."""
        return len(self.unreadable_at)

    def feed(self, data: bytes) -> list[T]:
        """Parse further bytes and return the items that are complete, possibly none."""
        if self.failure is not None:
            return []
        self._buffer.append(data)
        self._buffered_bytes += len(data)
        return self._read() if self._buffered_bytes >= self._min_bytes else []

    def finish(self) -> list[T]:
        """Parse the end of the file and return the last items."""
        items = self._read()
        if self._state != "end" and self.failure is None:
            where = f"after {self.count} items" if self.count else "before its first item"
            self.failure = UnreadableFile(f"the JSON is truncated {where}")
        return items

    def _read(self) -> list[T]:
        if self.failure is not None:
            return []
        text = self._buffer[0] if len(self._buffer) == 1 else b"".join(self._buffer)
        items: list[T] = []
        at = self._single_until = 0
        try:
            while at < len(text):
                at = self._step(text, at, items)
        except _MoreNeeded:
            pass
        except UnreadableFile as error:
            clear_locals(error)
            self.failure = error
        rest = text[at:]
        if len(rest) > MAX_ITEM_BYTES:
            self.failure = UnreadableFile(f"{self._path}[{self.count}] is longer than {MAX_ITEM_BYTES} bytes")
        self._buffer = [rest] if rest else []
        self._buffered_bytes = len(rest)
        self._min_bytes = max(BLOCK_BYTES, 2 * len(rest))
        return items

    def _step(self, text: bytes, at: int, items: list[T]) -> int:
        """Parse the next element of the text, and return the position after it."""
        state = self._state
        if state == "item" and self._separator is not None and at >= self._single_until:
            cut = text.rfind(self._separator, at)
            if cut > at and self._read_block(text, at, cut, items):
                return text.index(b",", cut) + 1
            self._single_until = cut if cut > at else len(text)
        if state == "start":
            at = _skip_bom(text, at)
        at = _skip_space(text, at)
        char = text[at : at + 1]
        if not char:
            return at
        if state == "item" or (state == "first" and char != b"]"):
            return self._read_item(text, at, items)
        if state == "member" and char == b'"':
            return self._read_member(text, at)
        return self._read_bracket(char, at)

    def _read_bracket(self, char: bytes, at: int) -> int:
        transition = (self._state, char)
        if transition == ("start", b"["):
            self._state = "first"
        elif transition == ("start", b"{"):
            self._in_object, self._state = True, "member"
        elif transition == ("first", b"]"):
            self._state = "listed" if self._in_object else "end"
        elif transition == ("listed", b","):
            self._state = "member"
        elif transition == ("listed", b"}"):
            self._state = "end"
        elif transition == ("member", b"}") and self._path == "$":
            named = f" named {self._member!r}" if self._member else ""
            raise UnreadableFile(f"the JSON object contains no list{named}")
        elif self._state == "start":
            raise UnreadableFile("the file is neither a JSON list nor an object that contains one")
        else:
            raise UnreadableFile(f"the JSON is malformed after {self.count} items")
        return at + 1

    def _read_member(self, text: bytes, at: int) -> int:
        key = _KEY.match(text, at)
        if key is None or key.end() == len(text):
            raise _MoreNeeded
        start, name = key.end(), _text(key[1])
        if text[start : start + 1] == b"[" and self._path == "$" and self._member in {None, name}:
            self._path, self._state = f"$.{one_line(name, MAX_NAME_LENGTH)}", "first"
            return start + 1
        end = _find_end(text, start)
        if text[end : end + 1] == b"}":
            self._state = "member" if self._path == "$" else "listed"
            return end
        return end + 1

    def _read_block(self, text: bytes, at: int, cut: int, items: list[T]) -> bool:
        try:
            block = self._decode_list(b"".join((b"[", memoryview(text)[at:cut], b"]")))
        except DECODE_ERRORS:
            return False
        items += block
        self.count += len(block)
        return bool(block)

    def _read_item(self, text: bytes, at: int, items: list[T]) -> int:
        end = _find_end(text, at)
        char = text[end : end + 1]
        if char not in {b",", b"]"}:
            raise UnreadableFile(f"the JSON is malformed after {self._path}[{self.count}]")
        if self._separator is None:
            self._learn_separator(text, at, end)
        self._decode(text[at:end], items)
        self.count += 1
        if char == b",":
            self._state = "item"
        else:
            self._state = "listed" if self._in_object else "end"
        return end + 1

    def _learn_separator(self, text: bytes, at: int, end: int) -> None:
        first_key = _FIRST_KEY_PATTERN.match(text, at)
        start = at + len(text[at:end].rstrip())
        if (
            first_key is not None
            and (separator := _SEPARATOR.match(text, start))
            and separator[0].endswith(first_key[0])
        ):
            self._separator = separator[0]

    def _decode(self, raw: bytes, items: list[T]) -> None:
        try:
            items.append(self._decode_item(raw))
            return
        except DECODE_ERRORS:
            pass
        path = f"{self._path}[{self.count}]"
        try:
            value, repairs = repair(raw.strip(), self._kind, path)
        except UnrepairableError as error:
            self._quarantine(raw, str(error))
        except RecursionError:
            self._quarantine(raw, f"Nested too deeply - at `{path}`")
        else:
            items.append(value)
            for item_repair in repairs:
                self._on_repair(item_repair)

    def _quarantine(self, raw: bytes, reason: str) -> None:
        item = QuarantinedItem(self.count, raw.strip(), reason)
        self.unreadable_at.add(self.count)
        self._on_quarantine(item)
        if len(self.quarantined) < MAX_QUARANTINED:
            self.quarantined.append(item)


@cache
def _decoders(kind: Any) -> tuple[Callable[[bytes], Any], Callable[[bytes], list[Any]]]:
    """The decoders of one item and of a list of items."""
    return decoder(kind).decode, decoder(list[kind]).decode


def _ignore(_: Repair | QuarantinedItem) -> None:
    """Do nothing: the default callback."""


def _skip_bom(text: bytes, at: int) -> int:
    if text[at:] in {_BOM[:1], _BOM[:2]}:
        raise _MoreNeeded
    return at + 3 if text.startswith(_BOM, at) else at


def _skip_space(text: bytes, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _text(quoted: bytes) -> str:
    try:
        return msgspec.json.decode(quoted, type=str)
    except DECODE_ERRORS:
        return quoted[1:-1].decode("utf-8", "replace")


def _find_end(text: bytes, at: int) -> int:
    """The position after the value at `at`: of a comma or a closing bracket, if the text is valid JSON."""
    try:
        _skip(memoryview(text)[at:])
    except DECODE_ERRORS as error:
        reason = str(error)
        if (trailing := _TRAILING.search(reason)) is not None:
            return at + int(trailing[1]) - 1
        if reason == "Input data was truncated":
            raise _MoreNeeded from None
        return _find_end_by_brackets(text, at)
    raise _MoreNeeded


def _find_end_by_brackets(text: bytes, at: int) -> int:
    """Like `_find_end`, for a value that msgspec does not skip: considers brackets, commas and quotes only."""
    open_brackets: list[bytes] = []
    for token in _TOKEN.finditer(text, at):
        char = token[0]
        if char == b'"':
            break
        if char in {b"[", b"{"}:
            if len(open_brackets) == MAX_DEPTH:
                raise UnreadableFile(f"the JSON is nested more than {MAX_DEPTH} levels deep")
            open_brackets.append(char)
        elif char in _OPENING_BRACKETS and open_brackets:
            if open_brackets.pop() != _OPENING_BRACKETS[char]:
                raise UnreadableFile("the JSON is malformed: brackets do not match")
        elif not open_brackets and char in {b",", b"]", b"}"}:
            return token.start()
    raise _MoreNeeded
