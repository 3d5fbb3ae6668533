"""Cursors: where a reading of a list can go on, in another process, tomorrow.

A cursor is opaque to its user and bound to its list: operation, instance and arguments. It is refused where it would
go on in another list, because that list would be read from its middle and nobody would notice. It names the next row,
by offset or by page token and rows done, and carries marks: digests of the keys of the rows delivered last, by which
the place is found again if rows came or left meanwhile. Arguments and keys themselves are not in it.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from ..errors import InvalidArgument
from ..operation import Operation

Natural: TypeAlias = Annotated[int, Meta(ge=0)]

VERSION = 1
MARKS = 5
DIGEST_BYTES = 6
NO_KEY = "0" * (2 * DIGEST_BYTES)

_SHORT = {
    "version": "v",
    "operation": "o",
    "reading": "r",
    "subrequest": "g",
    "offset": "n",
    "token": "t",
    "done": "d",
    "total": "s",
    "marks": "m",
}


class Cursor(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_SHORT):
    """A place in a list.

    `reading` identifies the list, `subrequest` is which of its calls where ids were split. In an offset list `offset`
    is the next row and `total` what the server told last; in a seek list `token` names the page, `done` counts its rows
    that are done. `marks` are the digests of the last rows before the place, oldest first.
    """

    version: int
    operation: str
    reading: str
    subrequest: Natural = 0
    offset: Natural = 0
    token: str | None = None
    done: Natural = 0
    total: Natural | None = None
    marks: tuple[str, ...] = ()

    def text(self) -> str:
        """The cursor as its user keeps it."""
        return urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()


class _CursorHead(Struct, rename=_SHORT):
    """What every version of a cursor holds."""

    version: int
    operation: str


def fingerprint(urls: Sequence[str]) -> str:
    """What tells two lists apart, without revealing what was asked: all that is asked, and of whom."""
    return hashlib.sha256("\n".join(urls).encode()).hexdigest()[:12]


def digest(key: object) -> str:
    """A short stand-in for an item's key; equal for equal keys in every process."""
    return NO_KEY if key is None else hashlib.blake2b(repr(key).encode(), digest_size=DIGEST_BYTES).hexdigest()


def read_cursor(text: str, operation: Operation[Any], reading: str, legs: int) -> Cursor:
    """The place a cursor names; raises InvalidArgument if it is none of this list."""
    text = text.strip()
    try:
        body = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        envelope = msgspec.json.decode(body, type=_CursorHead)
        cursor = msgspec.json.decode(body, type=Cursor) if envelope.version == VERSION else None
    except (ValueError, msgspec.MsgspecError):
        raise InvalidArgument(operation.code, "after", "is not a valid cursor") from None
    if cursor is None:
        raise InvalidArgument(
            operation.code, "after", f"is a cursor of format {envelope.version}; this release reads format {VERSION}"
        )
    if cursor.operation != operation.code:
        raise InvalidArgument(operation.code, "after", f"is a cursor of {cursor.operation}")
    if cursor.reading != reading or cursor.subrequest >= legs:
        raise InvalidArgument(
            operation.code,
            "after",
            "is a cursor of a list with other arguments, or of another instance; make the list with the arguments it "
            "had then (a time relative to now is another one each time)",
        )
    return cursor
