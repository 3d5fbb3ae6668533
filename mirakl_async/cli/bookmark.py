"""The position of a list in a file: to resume it in the middle, or to read next time what has changed since."""

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

# The parameters that ask for what has changed, best first, and the members of an item that say when it has.
PARAMETERS = (
    "start_update_date", "updated_since", "return_last_updated_from", "last_updated_from", "last_request_date",
    "start_date",
)  # fmt: skip
MEMBERS = ("last_updated_date", "date_updated", "last_updated", "date_created")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})([smhdw])")


class Bookmark(Struct, kw_only=True, omit_defaults=True):
    """`since` is the start of this reading, `newest` the latest change that it returned, `cursor` where it stopped.

    `filters` is a digest of the other arguments; a bookmark is valid only for the same ones.
    """

    code: str
    filters: str
    since: dt.datetime | None = None
    newest: dt.datetime | None = None
    cursor: str | None = None

    def see(self, item: Any, member: str) -> None:
        """Note the date of an item that was written."""
        changed: dt.datetime | None = getattr(item, member, None)
        if changed is not None and (self.newest is None or changed > self.newest):
            self.newest = changed

    def save(self, path: Path, cursor: str | None) -> None:
        """Write it atomically; without a cursor the reading is over, and the next one starts from its newest item."""
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
    """The bookmark of a file, or a new one; raises CommandError if it belongs to another list."""
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
    """The argument that asks for what has changed since a date; None for a list without one."""
    known = {param.name: param.argument for param in operation.params}
    return next((known[name] for name in PARAMETERS if name in known), None)


def changed_member(operation: Operation[Any]) -> str | None:
    """The member of an item that says when it last changed."""
    kind = resolve(operation.paging.item) if operation.paging else Struct
    members = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    return next((members[name] for name in MEMBERS if name in members), None)


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """`1d`, `12h`, `30m` ago, or a date-time; raises CommandError for anything else."""
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
