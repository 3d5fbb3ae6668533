"""Which headers a call may be given: those that say something more, not those that frame it or prove who asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from ..errors import InvalidArgument

_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")
_FRAMING = "is set by the client, from what is sent"
_OWN: dict[str, str] = {
    "authorization": "is set by the client's credential; use auth=",
    "range": "is not supported: a part of a file would pass for the whole",
    "if-range": "is not supported: a part of a file would pass for the whole",
    "expect": "is not supported",
    **dict.fromkeys(
        (
            "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer",
            "connection", "proxy-connection", "keep-alive", "upgrade",
        ),
        _FRAMING,
    ),
}  # fmt: skip


def check_headers(code: str, headers: object) -> None:
    """Raise InvalidArgument for headers that cannot be sent, or are not the caller's to set; values are not shown."""
    if headers is None:
        return
    if not isinstance(headers, Mapping):
        raise InvalidArgument(code, "headers", f"must be a mapping of names to values, not {type(headers).__name__}")
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            raise InvalidArgument(code, "headers", f"{str(name)[:40]!r} is not a valid header name")
        if (why := _OWN.get(name.lower())) is not None:
            raise InvalidArgument(code, "headers", f"{name} {why}")
        if not isinstance(value, str):
            raise InvalidArgument(code, "headers", f"the value of {name} must be a str, not {type(value).__name__}")
        if _VALUE.fullmatch(value) is None:
            raise InvalidArgument(
                code, "headers", f"the value of {name} must be printable ASCII, without spaces at its ends"
            )
