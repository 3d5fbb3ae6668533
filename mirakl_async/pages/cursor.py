"""Cursors: where an iteration of a list can go on, also in another process.

A cursor is opaque to its user and valid for one list only: one operation, instance and set of arguments. With any other
list it is rejected, because reading that list from the middle would skip rows unnoticed. It names the next row, by
offset or by page token and number of rows delivered, and holds marks: digests of the keys of the rows delivered last,
by which the position is found again if rows were added or removed meanwhile. It holds no argument and no key in clear.
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

__all__ = ["MAX_MARKS", "NO_KEY", "VERSION", "Cursor", "Natural", "digest", "list_fingerprint", "read_cursor"]

Natural: TypeAlias = Annotated[int, Meta(ge=0)]

VERSION = 1
MAX_MARKS = 5
DIGEST_BYTES = 6
NO_KEY = "0" * (2 * DIGEST_BYTES)

_SHORT_NAMES = {
    "version": "v",
    "operation": "o",
    "fingerprint": "r",
    "subrequest": "g",
    "offset": "n",
    "token": "t",
    "done": "d",
    "total": "s",
    "marks": "m",
}


class Cursor(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_SHORT_NAMES):
    """A position in a list.

    `fingerprint` identifies the list; `subrequest` is the index of the call, where ids were split into several. In an
    offset list `offset` is the next row and `total` the last total that the server sent. In a seek list `token` names
    the page, and `done` is how many of its rows were delivered. `marks` are the digests of the last rows before the
    position, oldest first.
    """

    version: int
    operation: str
    fingerprint: str
    subrequest: Natural = 0
    offset: Natural = 0
    token: str | None = None
    done: Natural = 0
    total: Natural | None = None
    marks: tuple[str, ...] = ()

    def text(self) -> str:
        """The cursor as users store it."""
        return urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()


class _CursorHead(Struct, rename=_SHORT_NAMES):
    """What cursors of every version hold."""

    version: int
    operation: str


def list_fingerprint(urls: Sequence[str]) -> str:
    """Identifies a list by the URLs of its calls, without revealing them."""
    return hashlib.sha256("\n".join(urls).encode()).hexdigest()[:12]


def digest(key: object) -> str:
    """A short digest of an item's key; equal for equal keys in every process."""
    return NO_KEY if key is None else hashlib.blake2b(repr(key).encode(), digest_size=DIGEST_BYTES).hexdigest()


def read_cursor(text: str, operation: Operation[Any], fingerprint: str, subrequests: int) -> Cursor:
    """Parse a cursor; raises InvalidArgument unless it is one of this list."""
    text = text.strip()
    try:
        body = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        head = msgspec.json.decode(body, type=_CursorHead)
        cursor = msgspec.json.decode(body, type=Cursor) if head.version == VERSION else None
    except (ValueError, msgspec.MsgspecError):
        raise InvalidArgument(operation.code, "after", "is not a valid cursor") from None
    if cursor is None:
        raise InvalidArgument(
            operation.code, "after", f"is a cursor of format {head.version}; this release reads format {VERSION}"
        )
    if cursor.operation != operation.code:
        raise InvalidArgument(operation.code, "after", f"is a cursor of {cursor.operation}")
    if cursor.fingerprint != fingerprint or cursor.subrequest >= subrequests:
        raise InvalidArgument(
            operation.code,
            "after",
            "is a cursor of a list with other arguments or of another instance; repeat the call with the same "
            "arguments as before (a time relative to now differs on every call)",
        )
    return cursor
