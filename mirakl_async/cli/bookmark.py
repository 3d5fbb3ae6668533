"""A file that stores a position in a list, to resume an interrupted run or to read later what has changed since."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ..codec import resolve
from ..downloads.private import open_private
from ..http.params import read_text
from .results import unfinished, usage_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..operation import Operation

__all__ = ["MEMBERS", "PARAMETERS", "Bookmark", "changed_member", "load", "moment", "since_parameter"]

# The parameters that select changed items, best first, and the members of an item that hold its date of change.
PARAMETERS = (
    "start_update_date", "updated_since", "return_last_updated_from", "last_updated_from", "last_request_date",
    "start_date",
)  # fmt: skip
MEMBERS = ("last_updated_date", "date_updated", "last_updated", "date_created")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})([smhdw])")


class Bookmark(Struct, kw_only=True, omit_defaults=True):
    """The content of a bookmark file.

    `since` is the start date of this run, `newest` is the latest date of change among the items written, and `cursor`
    is the position where the run stopped. `filters` is a digest of the other arguments: a bookmark is valid only for
    the same arguments.
    """

    code: str
    filters: str
    since: dt.datetime | None = None
    newest: dt.datetime | None = None
    cursor: str | None = None

    def record_change(self, item: Any, member: str) -> None:
        """Record the date of change of an item that was written."""
        changed: dt.datetime | None = getattr(item, member, None)
        if changed is not None and (self.newest is None or changed > self.newest):
            self.newest = changed

    def save(self, path: Path, cursor: str | None) -> None:
        """Write the bookmark atomically.

        Without a cursor the run is complete, and the next run starts from the newest item.
        """
        self.cursor = cursor
        if cursor is None:
            self.since, self.newest = self.newest or self.since, None
        part = path.with_name(f".{path.name}.part")
        try:
            with open_private(part, "wb") as file:
                file.write(msgspec.json.encode(self))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            raise unfinished(f"--bookmark: {path}: {error.strerror}") from error


def load(path: Path, operation: Operation[Any], arguments: Mapping[str, object]) -> Bookmark:
    """Return the bookmark stored in a file, or a new one; raises CommandError if it belongs to another list."""
    digest = hashlib.sha256(repr(sorted((name, str(value)) for name, value in arguments.items())).encode()).hexdigest()
    new = Bookmark(code=operation.code, filters=digest[:16])
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Bookmark)
    except FileNotFoundError:
        return new
    except OSError as error:
        raise usage_error(f"--bookmark: {path}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise usage_error(f"--bookmark: {path} is not a bookmark") from error
    if (found.code, found.filters) != (new.code, new.filters):
        raise usage_error(f"--bookmark: {path} belongs to {found.code} with other filters; use one file for each")
    return found


def since_parameter(operation: Operation[Any]) -> str | None:
    """Return the parameter that selects items changed since a date, or None if the list has no such parameter."""
    known = {param.name: param.argument for param in operation.params}
    return next((known[name] for name in PARAMETERS if name in known), None)


def changed_member(operation: Operation[Any]) -> str | None:
    """Return the name of the member of an item that holds its last date of change."""
    kind = resolve(operation.paging.item) if operation.paging else Struct
    members = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    return next((members[name] for name in MEMBERS if name in members), None)


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """Parse `1d`, `12h` or `30m` (a time before now) or a date-time; raises CommandError for any other text."""
    if (ago := _AGO.fullmatch(text)) is not None:
        try:
            return now - dt.timedelta(**{UNITS[ago[2]]: int(ago[1])})
        except OverflowError:
            pass
    else:
        try:
            read = read_text("date-time", text)
        except (ValueError, ArithmeticError):
            read = None
        if isinstance(read, dt.datetime):
            return read
    raise usage_error(f"--since: {text!r} is neither a time such as 1d, 12h or 30m, nor a date-time with its zone")
