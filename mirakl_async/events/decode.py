"""Decode a message from the connector's queue into the struct of its type.

A good body costs one decode, by a union of all structs that the envelope's `type` tells apart, wherever it stands. Any
other body is looked at again: a byte order mark, another service's wrapping, a type of tomorrow, a broken member.
What cannot be used at all is an `InvalidEvent`, which keeps the bytes.

Of a member that comes twice the last one counts, as in most JSON readers, unless the two contradict about the type.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Union, cast

import msgspec

from .. import codec
from ..codec.scanner import members
from ..codec.type_info import DECODE_ERRORS, decoder
from ..errors import InvalidEvent
from ..model import Command, Event
from ..models import connect_events
from .wrapping import unwrap

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_LAYERS", "TYPES", "UnknownEvent", "decode"]

TYPES: dict[str, type[Event]] = {
    name: getattr(connect_events, struct) for name, struct in connect_events.EVENTS.items()
}
"""The struct of each known type."""

MAX_LAYERS = 3
_ANY_OF_THEM: Any = Union[tuple(TYPES.values())]  # noqa: UP007 - made at run time
_read: Callable[[bytes], Any] = decoder(_ANY_OF_THEM).decode
_READ_AS: dict[bytes, Callable[[bytes], Any]] = {
    b'"type":"%s"}' % name.encode(): decoder(kind).decode for name, kind in TYPES.items()
}
"""What decodes a body that ends so: then the envelope's type stands last, as Mirakl writes it, and is not sought."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PLACEHOLDER = b'"object"'


class UnknownEvent(Event, kw_only=True, gc=False, omit_defaults=True):
    """An event of a type that this version does not know, such as one that Mirakl adds; `raw` has all of it."""

    type: str  # type: ignore[misc]  # pyright: ignore[reportIncompatibleVariableOverride]  # here it differs by event
    data: Any = None

    @property
    def action_id(self) -> str | None:
        """Under what an outcome is to be reported, if this is a command."""
        data: object = self.data
        found = cast("dict[str, Any]", data).get("action_id") if isinstance(data, dict) else None
        return found if isinstance(found, str) else None


def decode(body: bytes | bytearray | memoryview | str) -> Event:
    """The event that a message holds; raises InvalidEvent for one that holds none.

    Members that its struct does not have are in `event.raw` only. A member that cannot be read as its type is None and
    is in `event.repairs`; a command of which a whole line, or the `action_id`, cannot be read is invalid.
    """
    text = body if type(body) is bytes else _bytes(body)
    try:
        event = _READ_AS.get(text[text.rfind(b",") + 1 :], _read)(text)
    except DECODE_ERRORS:
        return _decode_other(text)
    data = event.data
    # What is missing, empty or blank sorts before "!".
    if data is None or (event.id or "") < "!" or (isinstance(event, Command) and (data.action_id or "") < "!"):
        return _decode_other(text)
    event._raw = text  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - keep_origin without the call
    found: Event = event
    return found


def _bytes(body: bytes | bytearray | memoryview | str) -> bytes:
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)


def _decode_other(body: bytes) -> Event:
    """Decode a body that is not a valid event itself, but may be an envelope that contains one."""
    try:
        return _decode_again(*_unwrapped(body))
    except InvalidEvent as error:
        raise InvalidEvent(error.reason, body) from None


def _unwrapped(text: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The event inside what other services have put around it, and its members."""
    for _ in range(MAX_LAYERS + 1):
        envelope = _envelope(text)
        inner = None if "type" in envelope else unwrap(envelope)
        if inner is None:
            return text, envelope
        text = inner
    raise InvalidEvent(f"the event is wrapped more than {MAX_LAYERS} times", text)


def _decode_again(text: bytes, envelope: dict[str, bytes]) -> Event:
    """Decode what the union refuses."""
    kind = TYPES.get(_type_of(envelope, text))
    if kind is None or envelope.get("data") == _PLACEHOLDER:
        kind = UnknownEvent  # the portal writes "object" where its own example of a command has no data
    _refuse_contradictions(text)
    try:
        decoded = codec.decode(kind, text)
    except codec.CodecError as error:
        raise InvalidEvent(str(error), text) from None
    event: Event = decoded.value
    lost = [repair for repair in decoded.repaired if repair.outcome == "dropped" and repair.path.endswith("]")]
    if lost and isinstance(event, Command):
        raise InvalidEvent(f"{lost[0].reason} - at `{lost[0].path}`", text)
    return _checked(event, text, decoded.repaired)


def _checked(event: Event, text: bytes, repairs: tuple[codec.Repair, ...] = ()) -> Event:
    """The event with its bytes, if it has its id, and a command its action_id."""
    if not (event.id and event.id.strip()):
        raise InvalidEvent("the envelope has no id", text)
    data = cast("Any", getattr(event, "data", None))
    if data is None:
        if not isinstance(event, UnknownEvent):
            raise InvalidEvent("there is no object in `data`", text)
    elif isinstance(event, Command) and not (data.action_id and data.action_id.strip()):
        raise InvalidEvent("the command has no action_id", text)
    event.keep_origin(text, repairs)
    return event


def _envelope(text: bytes) -> dict[str, bytes]:
    if text.startswith(_WIDE_MARKS) or b"\0" in text[:4]:
        raise InvalidEvent("the body is UTF-16 or UTF-32, not UTF-8", text)
    content = text.removeprefix(_BYTE_ORDER_MARK).strip()
    if content[:1] != b"{":
        raise InvalidEvent(_what_it_is(content), text)
    try:
        return members(content)
    except ValueError:
        raise InvalidEvent("the body is not JSON", text) from None


def _what_it_is(content: bytes) -> str:
    if not content:
        return "the body is empty"
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except DECODE_ERRORS:
        return "the body is not JSON"
    return "the body is not an object"


def _type_of(envelope: dict[str, bytes], text: bytes) -> str:
    try:
        found = msgspec.json.decode(envelope.get("type", b"null"), type=str)
    except DECODE_ERRORS:
        found = ""
    if not found.strip():
        raise InvalidEvent("the envelope has no type", text)
    return found


def _refuse_contradictions(text: bytes) -> None:
    """Refuse an envelope of two types: which of them its data belong to is not known."""
    outermost: list[tuple[str, Any]] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        outermost[:] = pairs  # the last object that the decoder completes is the one around all others

    try:
        json.loads(text.removeprefix(_BYTE_ORDER_MARK), object_pairs_hook=keep, parse_int=str)
    except (ValueError, RecursionError):
        return
    if len({str(value) for name, value in outermost if name == "type"}) > 1:
        raise InvalidEvent("the envelope has two types", text)
