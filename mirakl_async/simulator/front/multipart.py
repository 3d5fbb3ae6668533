"""A strict parser of multipart forms (RFC 7578), which rejects parts that the client framed incorrectly."""

from __future__ import annotations

from email.message import Message
from hashlib import sha256
from itertools import pairwise
from typing import TypeVar

from msgspec import DecodeError, Struct, ValidationError, json

from ..exchange import Call
from .body_rules import PARTS
from .refusals import invalid, refused

__all__ = ["Part", "Upload", "files_of", "json_of", "parts_of", "text_of", "uploads_of"]

T = TypeVar("T")


class Part(Struct, frozen=True):
    """One part as received; `file_name` is empty if the part is not a file."""

    name: str
    file_name: str
    content_type: str
    content: bytes


class Upload(Struct, frozen=True):
    """The record of an uploaded file: its operation and owner, its name, and the digest of its content."""

    operation: str
    target: str
    part: str
    file_name: str
    content_type: str
    size: int
    sha256: str


def parts_of(call: Call, *names: str) -> list[Part]:
    """Parse a call's form; raises Refused for a body that is not a form and for unknown parts."""
    head = Message()
    head["Content-Type"] = call.headers.get("Content-Type", "")
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise refused(415, "The body must be multipart/form-data with a boundary")
    delimiter = f"\r\n--{boundary}".encode()
    body, ends = call.body, _ends(call.body, delimiter)
    if len(ends) < 2 or body[ends[-1] : ends[-1] + 2] != b"--":
        raise refused(400, "The form is cut: it does not end with its closing delimiter")
    parts = [_part(body[begin : end - len(delimiter)]) for begin, end in pairwise(ends)]
    for part in parts:
        if part.name not in names:
            raise invalid([("UNKNOWN_FIELD", part.name, f"The form has no such part; it takes {', '.join(names)}")])
    return parts


def uploads_of(call: Call, target: str, parts: list[Part]) -> list[Upload]:
    """Return the records of the files in a form."""
    return [
        Upload(
            operation=call.operation,
            target=target,
            part=part.name,
            file_name=part.file_name,
            content_type=part.content_type,
            size=len(part.content),
            sha256=sha256(part.content).hexdigest(),
        )
        for part in parts
        if part.file_name
    ]


def files_of(parts: list[Part], name: str, *, needed: bool = True) -> list[Part]:
    """Return the files with this part name; raises Refused if a required one is missing or a file has no file name."""
    found = [part for part in parts if part.name == name]
    if (needed and not found) or any(not part.file_name for part in found):
        raise invalid([("NotNull", name, f"{name} must be given as a file with a name")])
    return found


def text_of(parts: list[Part], name: str) -> str | None:
    """Return the value of a part that is not a file, or None if it is missing."""
    found = [part.content for part in parts if part.name == name]
    if len(found) > 1:
        raise invalid([("INVALID_FIELD_TYPE", name, f"{name} can be given only once")])
    try:
        return found[0].decode() if found else None
    except UnicodeDecodeError:
        raise invalid([("INVALID_FIELD_TYPE", name, f"{name} is not UTF-8")]) from None


def json_of(parts: list[Part], name: str, type_: type[T]) -> T:
    """Return the value of a part with JSON content type; raises Refused if the value is not of the type."""
    found = [part for part in parts if part.name == name]
    if len(found) != 1 or found[0].content_type.partition(";")[0].strip() != "application/json":
        raise invalid([("INVALID_FIELD_TYPE", name, f"{name} must be one part of type application/json")])
    try:
        problems = PARTS[name](json.decode(found[0].content))
        if problems:
            raise invalid([("INVALID_FIELD", one.under(name).field, f"It {one.message}") for one in problems])
        return json.decode(found[0].content, type=type_)
    except ValidationError as error:
        raise invalid([("INVALID_FIELD_TYPE", name, f"{name}: {error}")]) from None
    except (DecodeError, UnicodeDecodeError):
        raise invalid([("INVALID_FIELD_TYPE", name, f"{name} is not valid JSON")]) from None


def _ends(body: bytes, delimiter: bytes) -> list[int]:
    """Return where each delimiter ends; all but the first begin with a line break."""
    ends = [len(delimiter) - 2] if body.startswith(delimiter[2:]) else []
    place = body.find(delimiter)
    while place >= 0:
        ends.append(place + len(delimiter))
        place = body.find(delimiter, ends[-1])
    return ends


def _part(raw: bytes) -> Part:
    """Parse the content between two delimiters: padding and a line break, header fields, an empty line, the content."""
    lines, found, content = raw.lstrip(b" \t").partition(b"\r\n\r\n")
    if not found or not lines.startswith(b"\r\n"):
        raise refused(400, "A part of the form has no header")
    fields = Message()
    for line in lines[2:].split(b"\r\n"):
        field, _, value = line.decode("utf-8", "replace").partition(":")
        fields[field.strip()] = value.strip()
    name = fields.get_param("name", header="content-disposition")
    if fields.get_content_disposition() != "form-data" or not isinstance(name, str):
        raise refused(400, "A part of the form has no name")
    return Part(name, fields.get_filename("") or "", fields.get("Content-Type", "text/plain"), content)
