"""Detect partial content from the headers of a response. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_part"]

_RANGE = re.compile(r"\s*bytes\s+(\d{1,18})\s*-\s*(\d{1,18})\s*/\s*(\d{1,18})\s*", re.ASCII | re.IGNORECASE)


def is_part(headers: Mapping[str, str]) -> bool:
    """Whether Content-Range says that a response is only a part of a body; the SDK never requests one."""
    text = headers.get("Content-Range")
    if text is None:
        return False
    found = _RANGE.fullmatch(text)
    return found is None or int(found[1]) != 0 or int(found[2]) + 1 != int(found[3])
