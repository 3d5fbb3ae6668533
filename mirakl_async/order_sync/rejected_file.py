"""The file of refused orders: one JSON line each, with the reason and the order itself, so that it can be sent again.

It holds what the orders hold, personal data included: it is readable by its owner only, also where it existed before.
"""

from __future__ import annotations

import os
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw

from .. import codec
from ..downloads.private import open_private

if TYPE_CHECKING:
    from pathlib import Path

    from .rejected_order import RejectedOrder


def record(refused: RejectedOrder) -> bytes:
    """One line: kind, reason, where, the server's errors, and the order as it was; `text` where that is no JSON."""
    raw = raw_of(refused)
    sound = raw is not None and is_json(raw)
    content: dict[str, Any] = {
        "kind": refused.kind,
        "reason": refused.reason,
        "channel_order_id": refused.channel_order_id,
        "line": refused.line,
        "path": refused.path,
        "code": refused.problem.code if refused.problem else None,
        "errors": refused.problem.errors if refused.problem else None,
        "origin": refused.origin,
        "order": Raw(raw) if raw is not None and sound else None,
        "text": raw.decode("utf-8", "replace") if raw is not None and not sound else None,
    }
    return codec.encode({name: value for name, value in content.items() if value is not None}) + b"\n"


def raw_of(refused: RejectedOrder) -> bytes | None:
    """The order as it was, or came; None if nothing can be said of it."""
    if refused.raw is not None or refused.order is None:
        return refused.raw
    try:
        return _ANYTHING.encode(refused.order)
    except Exception:  # noqa: BLE001 - it may be refused for just this; its reason says so
        return None


def _plain(value: object) -> object:
    if isinstance(value, Decimal):  # NaN, which no other encoder of ours writes
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
    """Appends to the file, whole lines only; every record is written through at once."""

    __slots__ = ("_file",)

    def __init__(self, path: Path) -> None:
        self._file = open_private(path, "ab")
        if self._file.seekable() and _is_cut_short(path):
            self._file.write(b"\n")

    def write(self, refused: RejectedOrder) -> None:
        """Add one record."""
        self._file.write(record(refused))
        self._file.flush()

    def sync(self) -> None:
        """Return when the records will survive a power failure."""
        with suppress(OSError):  # a pipe cannot
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _is_cut_short(path: Path) -> bool:
    """Whether a crash left half a record, which must not spoil the next."""
    try:
        if not path.is_file() or not path.stat().st_size:
            return False
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"
    except OSError:  # one that may be written only
        return False
