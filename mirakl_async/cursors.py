"""Cursors: where an iteration over pages can go on, in another process, tomorrow.

A cursor is opaque, and bound to its operation and arguments: it is refused where it would go on in another list.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from .errors import InvalidArgument
from .operation import Operation

VERSION = 1


class Cursor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in a list: the page (by offset, or by the server's token), and how many of its items are done."""

    version: int = VERSION
    operation: str
    arguments: str
    offset: int = 0
    token: str | None = None
    done: int = 0

    def text(self) -> str:
        """The cursor as its user keeps it."""
        return urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()


def fingerprint(arguments: Mapping[str, object], page_size: int) -> str:
    """What tells two lists of one operation apart, without revealing what was asked."""
    given = sorted((name, repr(value)) for name, value in arguments.items() if value is not None)
    return hashlib.sha256(repr((given, page_size)).encode()).hexdigest()[:12]


def read_cursor(text: str, operation: Operation[Any], arguments: str) -> Cursor:
    """The place a cursor names; raises InvalidArgument if it is none of this list."""
    try:
        cursor = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Cursor)
    except (ValueError, msgspec.MsgspecError):
        raise InvalidArgument(operation.code, "after", "is no cursor that a page gave") from None
    if cursor.version != VERSION:
        raise InvalidArgument(operation.code, "after", f"is a cursor of format {cursor.version}, not {VERSION}")
    if cursor.operation != operation.code:
        raise InvalidArgument(operation.code, "after", f"is a cursor of {cursor.operation}")
    if cursor.arguments != arguments:
        raise InvalidArgument(operation.code, "after", "belongs to a list with other arguments or another page size")
    return cursor
