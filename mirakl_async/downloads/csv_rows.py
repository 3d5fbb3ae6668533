"""Read CSV from its bytes as they arrive: the header gives the columns, every further record is a row.

Mirakl writes `;`, operators also `,` or tabs: the separator is the one that the header holds most of, or what a first
line `sep=;` says, which Excel writes and reads. Fields in quotes may hold line breaks, those of the header too, so
where a record ends is left to the `csv` module alone. It is given whole lines, and
after them a line of our own, of two fields: if that comes back as the last record, all before it were whole; if a
quoted field has swallowed it, the last record goes on in the next block.

Parsing holds the interpreter's lock, so a thread would not free the event loop; blocks of 64 KB keep it for about a
millisecond. Nothing here does I/O.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable

Row: TypeAlias = dict[str, str]
BLOCK = 64 * 1024
MAX_RECORD_LENGTH = 16 * 1024 * 1024
LONGEST_MARK = 4
LONGEST_HEADER = 64 * 1024
OPEN_END = "it ends within a line, and nothing tells whether that is its end"

_QUOTED = re.compile(r'(?:(?<=[;,\t|])|^) *"[^"]*(?:""[^"]*)*"')
_LINE_END = r"(?:\r\n|\n|\r(?!\Z))"
_BLANK_LINES = re.compile(r"(?:[ \t]*[\r\n])*")
_WHOLE_LINE = re.compile(rf"[^\r\n]*{_LINE_END}")
_HINT = re.compile(r'"?sep="?(\\t|[^\w"\r\n]?)"*[^\w"\r\n]*(?:\r\n|[\r\n]|\Z)', re.IGNORECASE)
_FIELD = r'(?:"[^"]*+(?:""[^"]*+)*+(?:"|(\Z))| +"[^"\r\n]*+")?+[^;,\t|\r\n]*+'
# The first record, whatever the separator turns out to be: only behind one of them a quote opens a field.
_HEADER = re.compile(rf"{_FIELD}(?:[;,\t|]{_FIELD})*+(?P<end>{_LINE_END})?")
_PROBE = ["\0", "\0"]
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # which begins like UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class CsvParser:
    """Fed with bytes, gives records as lists of texts; `columns` is the header, None until it has been read.

    Empty lines are left out. `count` counts the records given. `failure` is why no more can be read, once that is so;
    it is not raised here, so that the records before it are not lost. `sure` tells at the end whether it is known to be
    one: where it is not, a last line without its line break is taken for a part of one.
    """

    def __init__(
        self, separator: str | None = None, encoding: str | None = None, sure: Callable[[], bool] = lambda: True
    ) -> None:
        self.columns: list[str] | None = None
        self.separator = separator
        self.count: int = 0
        self.failure: UnreadableFile | None = None
        self._encoding = encoding
        self._sure = sure
        self._decoder: codecs.IncrementalDecoder | None = None
        self._pieces: list[bytes] = []
        self._held = 0
        self._text = ""
        self._begun = False
        self._enough = 0

    def feed(self, data: bytes) -> list[list[str]]:
        """Take further bytes; gives the records that are whole by now, maybe none."""
        if self.failure is not None:
            return []
        self._pieces.append(data)
        self._held += len(data)
        return self._read(last=False) if self._held >= (BLOCK if self.columns else LONGEST_MARK) else []

    def finish(self) -> list[list[str]]:
        """Take note that there are no more bytes; gives the last records."""
        return self._read(last=True)

    def _read(self, *, last: bool) -> list[list[str]]:
        if self.failure is not None:
            return []
        data, self._pieces, self._held = b"".join(self._pieces), [], 0
        text, fault = self._decoded(data, last=last)
        self._text += text
        if last and self._text and not self._text.endswith(("\n", "\r")) and not self._sure():
            fault = fault or OPEN_END
        if not last and not fault and len(self._text) < self._enough:
            return []
        if not self._begun and not self._begin(last=last or bool(fault)):
            return []
        records, broken = self._records(last=last and not fault)
        fault = broken or fault
        if records and self.columns is None:
            self.columns = distinct(records.pop(0))
        self.count += len(records)
        if fault:
            self.failure = UnreadableFile(f"the CSV cannot be read after {self.count} rows: {fault}")
        return records

    def _begin(self, *, last: bool) -> bool:
        """Take off what stands before the header, and find out the separator; False while more is needed for that."""
        text = self._text.removeprefix("\ufeff")
        blank = _BLANK_LINES.match(text)
        self._text = text = text[blank.end() :] if blank else text
        all_there_is = last or len(text) >= LONGEST_HEADER
        if not all_there_is and _WHOLE_LINE.match(text) is None:
            return False
        if (hint := _HINT.match(text)) is not None:
            self._text = text = text[hint.end() :]
            self.separator = self.separator or ("\t" if hint[1] == r"\t" else hint[1]) or None
        if self.separator is None:
            header = _header(text, last=all_there_is)
            if header is None:
                return False
            self.separator = sniff_delimiter(header)
        self._begun = True
        return True

    def _decoded(self, data: bytes, *, last: bool) -> tuple[str, str]:
        """The text of these bytes, and why it is not all of it."""
        if self._decoder is None:
            encoding = self._encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
            self._decoder = codecs.getincrementaldecoder(encoding)()
        try:
            return self._decoder.decode(data, final=last), ""
        except UnicodeDecodeError as error:
            sound = error.object[: error.start].decode(error.encoding, "replace")
            return sound, f'it is not {error.encoding}; name its encoding, such as encoding="cp1252"'

    def _records(self, *, last: bool) -> tuple[list[list[str]], str]:
        """The whole records of the text, and why no more follow; the record that is not whole yet stays behind."""
        lines = list(io.StringIO(self._text, newline=""))
        rest = "" if last or not lines or lines[-1].endswith("\n") else lines.pop()
        if not lines:
            return [], self._keep(rest)
        separator = self.separator or ";"
        records, fault = self._parsed(lines, separator)
        if not fault and records[-1] == _PROBE:
            records.pop()
            fault = self._keep(rest)
        elif not fault:
            records, begun = self._whole(lines, separator)
            fault = "it is cut off inside a quoted field" if last else self._keep("".join((*begun, rest)))
        return [record for record in records if record], fault

    def _whole(self, lines: list[str], separator: str) -> tuple[list[list[str]], list[str]]:
        """The records that end within these lines, and the lines of the one that does not."""
        reader = csv.reader(chain(lines, [separator.join(_PROBE)]), delimiter=separator)
        records: list[list[str]] = []
        end = 0
        for record in reader:
            if reader.line_num > len(lines):
                break
            records.append(record)
            end = reader.line_num
        return records, lines[end:]

    def _parsed(self, lines: list[str], separator: str) -> tuple[list[list[str]], str]:
        records: list[list[str]] = []
        try:
            for record in csv.reader(chain(lines, [separator.join(_PROBE)]), delimiter=separator):
                records.append(record)  # noqa: PERF402 - what was read before a fault is kept
        except csv.Error as error:
            hint = "; csv.field_size_limit(...) raises it" if "field limit" in str(error) else ""
            return records, f"{error}{hint}"
        return records, ""

    def _keep(self, rest: str) -> str:
        """Keep a record that has begun; or say that it is too long."""
        self._text = rest
        self._enough = 2 * len(rest)
        return f"a record has over {MAX_RECORD_LENGTH} characters" if len(rest) > MAX_RECORD_LENGTH else ""


def _header(text: str, *, last: bool) -> str | None:
    """The first record, or what can be had of it if no more text follows; None while it is not whole."""
    found = _HEADER.match(text)
    if found and (found["end"] or last):
        never_closed = found[1] is not None or found[2] is not None
        return re.split(r"[\r\n]", text, maxsplit=1)[0] if never_closed else found[0]
    return None


def sniff_delimiter(header: str) -> Literal[";", ",", "\t", "|"]:
    """The separator of a CSV by its header; `;`, as Mirakl writes it, where that has only one column."""
    bare = _QUOTED.sub("", header)
    best: Literal[";", ",", "\t", "|"] = ";"
    for separator in (",", "\t", "|"):
        if bare.count(separator) > bare.count(best):
            best = separator
    return best


def distinct(columns: list[str]) -> list[str]:
    """Column names of which no two are equal: a second `price` is `price (2)`."""
    names: dict[str, None] = {}
    times: dict[str, int] = {}
    for column in columns:
        name, number = column, times.get(column, 1)
        while name in names:
            number += 1
            name = f"{column} ({number})"
        names[name], times[column] = None, number
    return list(names)


def as_dict(columns: list[str], record: list[str]) -> Row:
    """A record by column; a missing field is an empty text, one too many is `column N`, counted from 1."""
    if len(record) == len(columns):
        return dict(zip(columns, record, strict=True))
    row = dict.fromkeys(columns, "")
    row.update(zip(columns, record, strict=False))
    row.update((f"column {place}", text) for place, text in enumerate(record[len(columns) :], len(columns) + 1))
    return row
