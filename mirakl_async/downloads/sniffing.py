"""Detect the format of a file from its first bytes, for responses of type `application/octet-stream`."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from ..http.expected_responses import without_bom

__all__ = ["SNIFF_BYTES", "FileFormat", "detect_format", "formats_of_csv"]

FileFormat: TypeAlias = Literal["csv", "xlsx", "xml", "zip", "json", "pdf", "text", "binary", "empty"]

SNIFF_BYTES = 4096
_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_JSON_START = re.compile(rb'\[\s*(?:[\[{"\]\-0-9tfn]|\Z)|\{\s*(?:["}]|\Z)')


def detect_format(start: bytes) -> FileFormat:
    """Detect the format of a file from its first bytes; 4 KiB are enough.

    "csv" is text with a delimiter in its first line, "text" other text; a ZIP with the parts of a workbook is "xlsx".
    """
    if not start:
        return "empty"
    if start.startswith(_ZIP_SIGNATURES):
        return "xlsx" if b"[Content_Types].xml" in start or b"xl/" in start else "zip"
    return "pdf" if start.startswith(b"%PDF-") else _detect_text_format(without_bom(start).lstrip())


def formats_of_csv(encoding: str | None) -> tuple[FileFormat, ...]:
    """What a CSV file may look like; where its encoding is given, it may be one that text is not detected in."""
    return ("csv", "text", "empty") if encoding is None else ("csv", "text", "empty", "binary")


def _detect_text_format(text: bytes) -> FileFormat:
    if text.startswith(b"<"):
        return "xml"
    if _JSON_START.match(text):
        return "json"
    if b"\0" in text:
        return "binary"
    line = re.split(rb"[\r\n]", text, maxsplit=1)[0]
    return "csv" if re.search(rb"[;,\t|]", line) else "text"
