"""The file of rejected orders: a JSON line for each, with the reason and the order, so that it can be sent again.

The file contains personal data. It is readable by its owner only, even if it existed before.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw, Struct

from .. import codec
from ..codec.type_info import DECODE_ERRORS
from ..downloads.private import open_private
from ..errors import UnreadableFile
from .entries import microseconds

if TYPE_CHECKING:
    from pathlib import Path

    from .rejected_order import RejectedOrder

__all__ = ["RejectedFile", "identity_of", "is_json", "is_rejected_file", "raw_of", "read_records", "record"]


def record(rejected_order: RejectedOrder) -> bytes:
    """Encode a line: id, kind, reason, path, the server's errors, and the unchanged order; `text` if it is not JSON."""
    raw = raw_of(rejected_order)
    sound = raw is not None and is_json(raw)
    content: dict[str, Any] = {
        "id": identity_of(rejected_order),
        "kind": rejected_order.kind,
        "reason": rejected_order.reason,
        "channel_order_id": rejected_order.channel_order_id,
        "line": rejected_order.line,
        "path": rejected_order.path,
        "code": rejected_order.problem.code if rejected_order.problem else None,
        "errors": rejected_order.problem.errors if rejected_order.problem else None,
        "origin": rejected_order.origin,
        "order": Raw(raw) if raw is not None and sound else None,
        "text": raw.decode("utf-8", "replace") if raw is not None and not sound else None,
    }
    return codec.encode({name: value for name, value in content.items() if value is not None}) + b"\n"


def raw_of(rejected_order: RejectedOrder) -> bytes | None:
    """Return the order as it was received; None if it cannot be represented."""
    if rejected_order.raw is not None or rejected_order.order is None:
        return rejected_order.raw
    try:
        return _ANYTHING.encode(rejected_order.order)
    except Exception:  # noqa: BLE001 - the order may be rejected for this reason
        return None


def identity_of(rejected_order: RejectedOrder) -> str:
    """Return what identifies a rejected order: origin, id, sub-channel and timestamp.

    An item that is not an order is identified by its bytes.
    """
    raw = raw_of(rejected_order)
    if rejected_order.origin is not None and raw is not None:
        with suppress(*DECODE_ERRORS, TypeError):
            found = _IDENTITY.decode(raw)
            origin, code = rejected_order.origin, found.sub_channel_code or None
            parts = (origin.channel_id, origin.channel_store_id, found.channel_order_id, code)
            return msgspec.json.encode((*parts, microseconds(found.channel_updated_at))).decode()
    return blake2b(raw or f"{rejected_order.line}: {rejected_order.reason}".encode(), digest_size=16).hexdigest()


class _Identity(Struct, gc=False):
    channel_order_id: str
    channel_updated_at: datetime
    sub_channel_code: str | None = None


_IDENTITY = msgspec.json.Decoder(_Identity)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):  # NaN, which JSON does not support
        return Decimal(value)
    raise TypeError


_ANYTHING = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)


def is_json(raw: bytes) -> bool:
    """Whether a text is JSON."""
    try:
        codec.decode_plain(raw)
    except codec.CodecError:
        return False
    return True


class RejectedFile:
    """Appends complete lines to the file; every record is written at once."""

    __slots__ = ("_file",)

    def __init__(self, path: Path) -> None:
        self._file = open_private(path, "ab")
        if self._file.seekable() and _is_cut_short(path):
            self._file.write(b"\n")

    def write(self, rejected_order: RejectedOrder) -> None:
        """Append a record."""
        self._file.write(record(rejected_order))
        self._file.flush()

    def sync(self) -> None:
        """Return when the records are safe from a power failure."""
        with suppress(OSError):  # not supported for a pipe
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _is_cut_short(path: Path) -> bool:
    """Whether a crash left an incomplete record at the end, which must not be joined with the next one."""
    try:
        if not path.is_file() or not path.stat().st_size:
            return False
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"
    except OSError:  # a file without read permission
        return False


def is_rejected_file(path: Path) -> bool:
    """Whether a file contains rejected orders, judged by its first line."""
    with path.open("rb") as file:
        return file.read(1) == b"{"


def read_records(path: Path) -> list[dict[str, Any]]:
    """Return the last record of each id in a file; raises UnreadableFile for an invalid line."""
    records: dict[str, dict[str, Any]] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                found = codec.decode_plain(line)
                records[found["id"]] = found
            except (codec.CodecError, KeyError, TypeError):
                if line.endswith(b"\n"):  # otherwise a crash cut it off
                    raise UnreadableFile(f"{path}: line {number} is not a record of a rejected order") from None
    return [*records.values()]
