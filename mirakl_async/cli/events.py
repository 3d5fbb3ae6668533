"""`mirakl-async events decode`: decodes the events in a file as a connector would."""

from __future__ import annotations

import base64
import gzip
import zlib
from contextlib import contextmanager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
from cyclopts import App, Parameter

from .. import codec
from ..codec.plain import to_dict
from ..codec.type_info import DECODE_ERRORS
from ..events import Command, Event, InvalidEvent, UnknownEvent
from ..events import decode as decode_event
from .examples import epilogue
from .options import Json
from .outputs import path_or_hyphen, standard_input
from .results import Exit, print_json, printable_json, unfinished, usage_error

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from io import RawIOBase
    from typing import BinaryIO


__all__ = ["as_text", "bodies", "decode", "describe", "events"]

events: App = App(name="events", help="Look at the events that Connect sends.", help_epilogue=epilogue("events"))
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@events.command(help_epilogue=epilogue("events decode"))
def decode(
    file: Annotated[
        Path,
        Parameter(
            help="one event, one event a line, or a file of rejected messages; - for standard input",
            allow_leading_hyphen=True,
            converter=path_or_hyphen,
        ),
    ],
    /,
    *,
    json: Json = False,
) -> int:
    """Decode events and print their types, ids and members.

    The output holds the personal data of the events. The exit status is 1 when a connector would reject some of them:
    messages that cannot be decoded, and commands of an unknown type.
    """
    shown: list[dict[str, Any]] = []
    rejected = count = 0
    with _opened(file) as stream:
        for count, body in enumerate(bodies(stream), 1):
            described = describe(body)
            rejected += "error" in described
            if json:
                shown.append(described)
            else:
                print(as_text(count, described))
    if json:
        print_json({"events": shown, "count": count, "rejected": rejected})
    else:
        print(f"{count} events, {rejected} of them to be set aside")
    return Exit.REJECTED if rejected else Exit.DONE


def describe(body: bytes) -> dict[str, Any]:
    """Return an event as plain values, with the member `error` if a connector would reject it."""
    try:
        event = decode_event(body)
    except InvalidEvent as error:
        return {"kind": "invalid", "error": error.reason, "body": body.decode("utf-8", "backslashreplace")}
    found = {"kind": _kind(event), "type": event.type, **to_dict(event)}
    if isinstance(event, UnknownEvent) and event.action_id is not None:
        found["error"] = f"{event.type} is an unknown type of command: it cannot be answered"
    if event.repairs:
        found["repairs"] = [{"path": one.path, "reason": one.reason, "outcome": one.outcome} for one in event.repairs]
    return found


def as_text(number: int, described: dict[str, Any]) -> str:
    """Return a line that describes the event, and one line for each of its members."""
    heading = [f"{number}:", *(str(described[name]) for name in ("kind", "type", "id", "time") if described.get(name))]
    lines = [" ".join(heading)]
    if "error" in described:
        lines.append(f"set aside: {described['error']}")
    data = described.get("data", {"body": described.get("body")})
    members: dict[str, Any] = cast("dict[str, Any]", data) if isinstance(data, dict) else {"data": data}
    lines += [f"{name}: {codec.encode(value).decode()}" for name, value in members.items()]
    lines += [f"{one['outcome']}: {one['path']}: {one['reason']}" for one in described.get("repairs", ())]
    return "\n  ".join(printable_json(line) for line in lines)


def bodies(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the messages in a file: its lines, or the whole file.

    The whole file is read if it is a JSON array, or one event on several lines.
    """
    first = b""
    for line in stream:
        first = line
        if line.strip():
            break
    if not first.strip():
        return
    if not _is_json(first):
        first += stream.read()
        if not _is_json(first) and not first.startswith(BYTE_ORDER_MARKS[1:]):
            yield from (_message(line) for line in first.split(b"\n") if line.strip())
            return
    try:
        yield from (bytes(one) for one in msgspec.json.decode(first, type=list[msgspec.Raw]))
    except DECODE_ERRORS:
        yield _message(first)
    yield from (_message(line) for line in stream if line.strip())


def _message(line: bytes) -> bytes:
    """Return the message body in a line; a line of a file of rejected messages holds the body as a member."""
    body = line.strip()
    try:
        row = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if row.keys() & {"type", "id", "reason"} == {"id", "reason"}:
            if "body" in row:
                return msgspec.json.decode(row["body"], type=str).encode()
            return base64.b64decode(msgspec.json.decode(row["body_base64"], type=str))
    except (*DECODE_ERRORS, KeyError, ValueError):
        pass
    return body


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text.removeprefix(BYTE_ORDER_MARKS[0]), type=msgspec.Raw)
    except DECODE_ERRORS:
        return False
    return True


def _kind(event: Event) -> str:
    if isinstance(event, UnknownEvent):
        return "unknown"
    return "command" if isinstance(event, Command) else "fact"


@contextmanager
def _opened(file: Path) -> Generator[BinaryIO]:
    """Open a file, or standard input for `-`; gzip is decompressed."""
    if file.is_dir():
        raise usage_error(f"{file} is a folder")
    try:
        with nullcontext(standard_input()) if file == Path("-") else file.open("rb") as stream:
            is_buffered = isinstance(stream, BufferedReader)
            reader = cast("BufferedReader", stream) if is_buffered else BufferedReader(cast("RawIOBase", stream))
            packed = reader.peek(2).startswith(b"\x1f\x8b")
            yield cast("BinaryIO", gzip.GzipFile(fileobj=reader)) if packed else reader
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise unfinished(f"{file}: its gzip data is damaged or cut off ({error})") from error
