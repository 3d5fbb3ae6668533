"""Parse CSV incrementally: the header names the columns, every further record is a row. No I/O.

Mirakl uses `;` as the delimiter, operators also `,` or tabs: the delimiter is the character that is most frequent in
the header, or the one in a first line `sep=;`, as Excel writes it. Quoted fields may contain line breaks, also in the
header, so only the `csv` module decides where a record ends. It gets complete lines followed by a sentinel line of two
fields: if the sentinel is returned as the last record, all records before it are complete; if a quoted field contains
it, the last record continues in the next block.

Parsing holds the GIL, so a thread would not unblock the event loop; a block of 64 KiB takes about a millisecond.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from ..errors import InvalidArgument, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BLOCK_LENGTH", "MAX_BOM_BYTES", "CsvParser", "Row", "as_dict", "sniff_delimiter", "unique_columns"]

Row: TypeAlias = dict[str, str]
BLOCK_LENGTH = 64 * 1024
MAX_RECORD_LENGTH = 16 * 1024 * 1024
MAX_BOM_BYTES = 4
MAX_HEADER_LENGTH = 64 * 1024
INCOMPLETE_LINE = "the last line has no line break and no length was sent; the file may be incomplete"

_QUOTED = re.compile(r'(?:(?<=[;,\t|])|^) *"[^"]*(?:""[^"]*)*"')
_LINE_END = r"(?:\r\n|\n|\r(?!\Z))"
_BLANK_LINES = re.compile(r"(?:[ \t]*[\r\n])*")
_WHOLE_LINE = re.compile(rf"[^\r\n]*{_LINE_END}")
_SEP_LINE = re.compile(r'"?sep="?(\\t|[^\w"\r\n]?)"*[^\w"\r\n]*(?:\r\n|[\r\n]|\Z)', re.IGNORECASE)
_FIELD = r'(?:"[^"]*+(?:""[^"]*+)*+(?:"|(\Z))| +"[^"\r\n]*+")?+[^;,\t|\r\n]*+'
# The first record for any delimiter: a quote opens a field only after a delimiter.
_HEADER = re.compile(rf"{_FIELD}(?:[;,\t|]{_FIELD})*+(?P<end>{_LINE_END})?")
_SENTINEL = ["\0", "\0"]
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class CsvParser:
    """Parses bytes into records, which are lists of str; `columns` is the header, None until it has been read.

    Empty lines are skipped. `count` counts the records. `failure` is the error after which no more can be read; it is
    not raised here, so that the records before it are not lost. `is_complete` says at the end whether the file is known
    to be complete: if it is not, a last line without a line break counts as incomplete.
    """

    def __init__(
        self, delimiter: str | None = None, encoding: str | None = None, is_complete: Callable[[], bool] = lambda: True
    ) -> None:
        _check_dialect(delimiter, encoding)
        self.columns: list[str] | None = None
        self.delimiter = delimiter
        self.count: int = 0
        self.failure: UnreadableFile | None = None
        self._encoding = encoding
        self._is_complete = is_complete
        self._decoder: codecs.IncrementalDecoder | None = None
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0
        self._text = ""
        self._is_started = False
        self._min_length = 0

    def feed(self, data: bytes) -> list[list[str]]:
        """Parse further bytes and return the records that are complete, possibly none."""
        if self.failure is not None:
            return []
        self._buffer.append(data)
        self._buffered_bytes += len(data)
        return (
            self._read(last=False) if self._buffered_bytes >= (BLOCK_LENGTH if self.columns else MAX_BOM_BYTES) else []
        )

    def finish(self) -> list[list[str]]:
        """Parse the end of the file and return the last records."""
        return self._read(last=True)

    def _read(self, *, last: bool) -> list[list[str]]:
        if self.failure is not None:
            return []
        data, self._buffer, self._buffered_bytes = b"".join(self._buffer), [], 0
        text, reason = self._decode(data, last=last)
        self._text += text
        if last and self._text and not self._text.endswith(("\n", "\r")) and not self._is_complete():
            reason = reason or INCOMPLETE_LINE
        if not last and not reason and len(self._text) < self._min_length:
            return []
        if not self._is_started and not self._start(last=last or bool(reason)):
            return []
        records, record_error = self._read_records(last=last and not reason)
        reason = record_error or reason
        if records and self.columns is None:
            self.columns = unique_columns(records.pop(0))
        self.count += len(records)
        if reason:
            self.failure = UnreadableFile(f"the CSV cannot be read after row {self.count}: {reason}")
        return records

    def _start(self, *, last: bool) -> bool:
        """Skip what precedes the header, and detect the delimiter; False if that needs more bytes."""
        text = self._text.removeprefix("\ufeff")
        blank_lines = _BLANK_LINES.match(text)
        self._text = text = text[blank_lines.end() :] if blank_lines else text
        is_all = last or len(text) >= MAX_HEADER_LENGTH
        if not is_all and _WHOLE_LINE.match(text) is None:
            return False
        if (hint := _SEP_LINE.match(text)) is not None:
            self._text = text = text[hint.end() :]
            self.delimiter = self.delimiter or ("\t" if hint[1] == r"\t" else hint[1]) or None
        if self.delimiter is None:
            header = _first_record(text, last=is_all)
            if header is None:
                return False
            self.delimiter = sniff_delimiter(header)
        self._is_started = True
        return True

    def _decode(self, data: bytes, *, last: bool) -> tuple[str, str]:
        """Decode bytes; return the text, and the reason if it is incomplete."""
        if self._decoder is None:
            encoding = self._encoding or next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
            self._decoder = codecs.getincrementaldecoder(encoding)()
        try:
            return self._decoder.decode(data, final=last), ""
        except UnicodeDecodeError as error:
            valid = error.object[: error.start].decode(error.encoding, "replace")
            return valid, f'it is not valid {error.encoding}; pass its encoding, such as encoding="cp1252"'

    def _read_records(self, *, last: bool) -> tuple[list[list[str]], str]:
        """Return the complete records, and the reason if reading fails; an incomplete record stays in the buffer."""
        lines = list(io.StringIO(self._text, newline=""))
        rest = "" if last or not lines or lines[-1].endswith("\n") else lines.pop()
        if not lines:
            return [], self._keep_rest(rest)
        delimiter = self.delimiter or ";"
        records, reason = self._parse(lines, delimiter)
        if not reason and records[-1] == _SENTINEL:
            records.pop()
            reason = self._keep_rest(rest)
        elif not reason:
            records, partial = self._complete_records(lines, delimiter)
            reason = "it is truncated inside a quoted field" if last else self._keep_rest("".join((*partial, rest)))
        return [record for record in records if record], reason

    def _complete_records(self, lines: list[str], delimiter: str) -> tuple[list[list[str]], list[str]]:
        """Return the records that end within these lines, and the lines of the incomplete one."""
        reader = csv.reader(chain(lines, [delimiter.join(_SENTINEL)]), delimiter=delimiter)
        records: list[list[str]] = []
        end = 0
        for record in reader:
            if reader.line_num > len(lines):
                break
            records.append(record)
            end = reader.line_num
        return records, lines[end:]

    def _parse(self, lines: list[str], delimiter: str) -> tuple[list[list[str]], str]:
        records: list[list[str]] = []
        try:
            for record in csv.reader(chain(lines, [delimiter.join(_SENTINEL)]), delimiter=delimiter):
                records.append(record)  # noqa: PERF402 - keeps the records before an error
        except csv.Error as error:
            hint = "; raise it with csv.field_size_limit(...)" if "field limit" in str(error) else ""
            return records, f"{error}{hint}"
        return records, ""

    def _keep_rest(self, rest: str) -> str:
        """Keep the start of a record; return the reason if it is too long."""
        self._text = rest
        self._min_length = 2 * len(rest)
        return f"a record is longer than {MAX_RECORD_LENGTH} characters" if len(rest) > MAX_RECORD_LENGTH else ""


def _check_dialect(delimiter: object, encoding: object) -> None:
    if delimiter is not None and not (
        isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in '"\r\n\0'
    ):
        raise InvalidArgument("rows", "delimiter", "must be one character other than a quote or a line break, or None")
    try:
        _ = encoding is None or " ".encode(cast("str", encoding))
    except (LookupError, TypeError, UnicodeError) as error:
        raise InvalidArgument(
            "rows", "encoding", "must be the name of a text encoding that Python knows, or None"
        ) from error


def _first_record(text: str, *, last: bool) -> str | None:
    """The first record, or as much as there is if no more text follows; None if it is incomplete."""
    match = _HEADER.match(text)
    if match and (match["end"] or last):
        is_unclosed = match[1] is not None or match[2] is not None
        return re.split(r"[\r\n]", text, maxsplit=1)[0] if is_unclosed else match[0]
    return None


def sniff_delimiter(header: str) -> Literal[";", ",", "\t", "|"]:
    """Detect the delimiter from the header; `;`, as Mirakl uses it, if the header has only one column."""
    unquoted = _QUOTED.sub("", header)
    best: Literal[";", ",", "\t", "|"] = ";"
    for delimiter in (",", "\t", "|"):
        if unquoted.count(delimiter) > unquoted.count(best):
            best = delimiter
    return best


def unique_columns(columns: list[str]) -> list[str]:
    """Make column names unique: a second `price` becomes `price (2)`."""
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for column in columns:
        name, number = column, counts.get(column, 1)
        while name in names:
            number += 1
            name = f"{column} ({number})"
        names[name], counts[column] = None, number
    return list(names)


def as_dict(columns: list[str], record: list[str]) -> Row:
    """A record as a dict; a missing field is an empty str, an extra one has the key `column N`, counted from 1."""
    if len(record) == len(columns):
        return dict(zip(columns, record, strict=True))
    row = dict.fromkeys(columns, "")
    row.update(zip(columns, record, strict=False))
    row.update((f"column {number}", text) for number, text in enumerate(record[len(columns) :], len(columns) + 1))
    return row
