"""Decode a message from the connector's queue into the struct of its type.

- A valid body is decoded once, with a union of all structs; the member `type` of the envelope selects the struct.
- Any other body is decoded a second time, more tolerantly: it may have a byte order mark, be wrapped by another
  service, have an unknown type, or have an invalid member.
- A body that cannot be used raises `InvalidEvent`, which holds the bytes.
- If a member occurs twice, the last one counts, as in most JSON parsers; two different types are an error.
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
_ANY_EVENT: Any = Union[tuple(TYPES.values())]  # noqa: UP007 - built at run time
_decode_any: Callable[[bytes], Any] = decoder(_ANY_EVENT).decode
_DECODERS_BY_END: dict[bytes, Callable[[bytes], Any]] = {
    b'"type":"%s"}' % name.encode(): decoder(kind).decode for name, kind in TYPES.items()
}
"""Decoders by the end of the body: Mirakl writes `type` as the last member, so it need not be searched for."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PLACEHOLDER = b'"object"'


class UnknownEvent(Event, kw_only=True, gc=False, omit_defaults=True):
    """An event of a type that this version does not know, such as a new one; `raw` holds the whole body."""

    type: str  # type: ignore[misc]  # pyright: ignore[reportIncompatibleVariableOverride]  # it differs by event
    data: Any = None

    @property
    def action_id(self) -> str | None:
        """The action id under which the outcome is reported, if the event is a command; None otherwise."""
        data: object = self.data
        found = cast("dict[str, Any]", data).get("action_id") if isinstance(data, dict) else None
        return found if isinstance(found, str) else None


def decode(body: bytes | bytearray | memoryview | str) -> Event:
    """Decode the body of a message into an event; raises InvalidEvent if it does not contain one.

    Members that are not in the struct are only in `event.raw`. A member whose value has the wrong type is None, and
    listed in `event.repairs`. A command is invalid if a whole line or the `action_id` cannot be decoded.
    """
    text = body if type(body) is bytes else _bytes(body)
    try:
        event = _DECODERS_BY_END.get(text[text.rfind(b",") + 1 :], _decode_any)(text)
    except DECODE_ERRORS:
        return _decode_other(text)
    data = event.data
    # A missing, empty or blank id sorts before "!".
    if data is None or (event.id or "") < "!" or (isinstance(event, Command) and (data.action_id or "") < "!"):
        return _decode_other(text)
    event._raw = text  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - inlined keep_origin
    found: Event = event
    return found


def _bytes(body: bytes | bytearray | memoryview | str) -> bytes:
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)


def _decode_other(body: bytes) -> Event:
    """Decode a body that is not a valid event itself, but may be an envelope that contains one."""
    try:
        return _decode_leniently(*_unwrap_layers(body))
    except InvalidEvent as error:
        raise InvalidEvent(error.reason, body) from None


def _unwrap_layers(text: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Remove the envelopes of other services; return the event's JSON and its members."""
    for _ in range(MAX_LAYERS + 1):
        envelope = _envelope(text)
        inner = None if "type" in envelope else unwrap(envelope)
        if inner is None:
            return text, envelope
        text = inner
    raise InvalidEvent(f"the event is wrapped more than {MAX_LAYERS} times", text)


def _decode_leniently(text: bytes, envelope: dict[str, bytes]) -> Event:
    """Decode a body that the union rejects: repair invalid members, and accept unknown types."""
    kind = TYPES.get(_type_of(envelope, text))
    if kind is None or envelope.get("data") == _PLACEHOLDER:
        kind = UnknownEvent  # Mirakl's portal sends "object" instead of data in its example of a command
    _reject_two_types(text)
    try:
        decoded = codec.decode(kind, text)
    except codec.CodecError as error:
        raise InvalidEvent(str(error), text) from None
    event: Event = decoded.value
    lost = [repair for repair in decoded.repaired if repair.outcome == "dropped" and repair.path.endswith("]")]
    if lost and isinstance(event, Command):
        raise InvalidEvent(f"{lost[0].reason} - at `{lost[0].path}`", text)
    return _check_ids(event, text, decoded.repaired)


def _check_ids(event: Event, text: bytes, repairs: tuple[codec.Repair, ...] = ()) -> Event:
    """Attach the bytes to the event; raises InvalidEvent if its id, its data or a command's action_id is missing."""
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
    if text.startswith(_WIDE_BYTE_ORDER_MARKS) or b"\0" in text[:4]:
        raise InvalidEvent("the body is UTF-16 or UTF-32, not UTF-8", text)
    content = text.removeprefix(_BYTE_ORDER_MARK).strip()
    if content[:1] != b"{":
        raise InvalidEvent(_describe_invalid_body(content), text)
    try:
        return members(content)
    except ValueError:
        raise InvalidEvent("the body is not JSON", text) from None


def _describe_invalid_body(content: bytes) -> str:
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


def _reject_two_types(text: bytes) -> None:
    """Raise InvalidEvent if the envelope has two different types: the type of its data is then ambiguous."""
    outermost: list[tuple[str, Any]] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        outermost[:] = pairs  # the decoder completes the outermost object last

    try:
        json.loads(text.removeprefix(_BYTE_ORDER_MARK), object_pairs_hook=keep, parse_int=str)
    except (ValueError, RecursionError):
        return
    if len({str(value) for name, value in outermost if name == "type"}) > 1:
        raise InvalidEvent("the envelope has two types", text)
