"""Files that imports and exports create: rows as CSV, as a spreadsheet or as XML."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Literal
from xml.sax.saxutils import escape

__all__ = ["Format", "csv_lines", "detect_format", "read_csv", "write_rows"]

Format = Literal["csv", "xlsx", "xml"]
MAX_BYTES_READ = 4 * 1024 * 1024
_NAMESPACE = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_NAMESPACE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_NAMESPACE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_NAMESPACE}/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_NAMESPACE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_NAMESPACE}/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_NAMESPACE}/spreadsheetml/2006/main"'
    f' xmlns:r="{_NAMESPACE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets></workbook>',
}


def write_rows(rows: Iterable[Sequence[str]], form: Format) -> bytes:
    """Return rows as a file; the first row is the header."""
    if form == "xlsx":
        return _spreadsheet(rows)
    if form == "xml":
        return _xml(rows)
    return b"".join(csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterable[bytes]:
    """Yield rows as CSV lines, separated by semicolons as Mirakl's are, and quoted only where necessary."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def detect_format(content: bytes) -> Format:
    """Return the format of a file, detected by its first bytes."""
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    return "xml" if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else "csv"


def read_csv(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV file, the header first.

    Another file is one row without a name, and an empty file has no columns. If the file is larger than
    `MAX_BYTES_READ`, only its first lines are read.
    """
    if len(content) > MAX_BYTES_READ:
        content = content[: content.rfind(b"\n", 0, MAX_BYTES_READ) + 1]
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(";,\t|", key=first.count)
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row] or [[]]
    except (UnicodeDecodeError, csv.Error):
        return [["content"], [""]]


def _xml(rows: Iterable[Sequence[str]]) -> bytes:
    header, *rest = rows
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<products>"]
    for row in rest:
        cells = "".join(
            f'<attribute code="{escape(name, {chr(34): "&quot;"})}">{escape(value)}</attribute>'
            for name, value in zip(header, row, strict=False)
        )
        lines.append(f"<product>{cells}</product>")
    return "\n".join([*lines, "</products>", ""]).encode()


def _spreadsheet(rows: Iterable[Sequence[str]]) -> bytes:
    lines = (
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    sheet = f'{_HEAD}<worksheet xmlns="{_NAMESPACE}/spreadsheetml/2006/main"><sheetData>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/worksheets/sheet1.xml", sheet + "".join(lines) + "</sheetData></worksheet>")
    return file.getvalue()
