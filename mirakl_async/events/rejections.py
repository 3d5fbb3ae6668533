"""Stores messages that cannot be handled, with the reason: in their own queue, in a file or in another queue.

A message is stored before it is acknowledged, or in the same transaction.
"""

from __future__ import annotations

import asyncio
import base64
import os
import stat
from contextlib import asynccontextmanager
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..downloads.private import open_private
from ..errors import ConfigurationError
from ..queues.opening import open_queue, require
from ..queues.protocol import KeepsRejected, RejectedRow, Sink, offers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..queues.held_messages import HeldMessage, HeldMessages

__all__ = ["RejectedEvents", "check_place", "make_row", "open_place"]

INSTEAD = "give rejected=..., the path of a file or another queue"
MAX_REASON = 500


class RejectedEvents:
    """Stores rejected messages in `place`, or in the queue itself if `place` is None."""

    def __init__(self, queue: Any, place: Path | Sink | None) -> None:
        self._queue = queue
        self._place = place

    async def add(self, row: RejectedRow, held: HeldMessage | None, messages: HeldMessages) -> None:
        """Store a row and acknowledge its message, in one transaction if the row is stored in the queue itself."""
        place: Any = self._place
        if place is None:
            await self._queue.reject(None if held is None else held.message, [row])
            if held is not None:
                messages.forget(held)
            return
        if isinstance(place, Path):
            await asyncio.to_thread(partial(_append, place, _line(row)))
        elif offers(place, KeepsRejected):
            await place.reject(None, [row])
        else:
            await place.put([_message(row)])
        if held is not None:
            messages.finish(held)


def check_place(queue: Any, place: object) -> None:
    """Raise ConfigurationError if rejected messages cannot be stored."""
    if place is None:
        require(queue, KeepsRejected, INSTEAD)
    elif not (isinstance(place, str | Path) or offers(place, Sink) or offers(place, KeepsRejected)):
        raise ConfigurationError(f"rejected must be the path of a file, an address or a queue: {INSTEAD}")


@asynccontextmanager
async def open_place(place: str | Path | Sink | None) -> AsyncGenerator[Path | Sink | None]:
    """Open the place for rejected messages; a queue object is used as it is."""
    if isinstance(place, Path) or (isinstance(place, str) and "://" not in place):
        path = Path(place)
        await asyncio.to_thread(partial(_append, path, b""))  # raises now if the file cannot be written
        yield path
    elif place is None:
        yield None
    else:
        async with open_queue(place) as queue:
            yield queue


def make_row(body: bytes, reason: str, at: float, action_id: str | None = None) -> RejectedRow:
    """Return the row of a message; its id is stable, so that a message that is stored twice results in one row."""
    identity = f"action {action_id}" if action_id else f"event {blake2b(body, digest_size=16).hexdigest()}"
    return RejectedRow(id=identity, kind="event", reason=reason[:MAX_REASON], line=body, at=at)


def _line(row: RejectedRow) -> bytes:
    body = row.line or b""
    try:
        content = {"body": body.decode()}
    except UnicodeDecodeError:
        content = {"body_base64": base64.b64encode(body).decode()}
    return msgspec.json.encode({"id": row.id, "kind": row.kind, "reason": row.reason, "at": row.at, **content}) + b"\n"


def _message(row: RejectedRow) -> bytes:
    """Return the body for a queue: the message as it was, or a record of it if it is empty or not UTF-8."""
    body = row.line or b""
    try:
        is_text = bool(body.decode())
    except UnicodeDecodeError:
        is_text = False
    return body if is_text else _line(row)


def _append(path: Path, line: bytes) -> None:
    try:
        with open_private(path, "ab") as file:  # events contain personal data
            file.write(line)
            file.flush()
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a pipe cannot be synced
                os.fsync(file.fileno())
    except OSError as error:
        raise ConfigurationError(f"rejected: {path} cannot be written: {error.strerror or error}") from error
