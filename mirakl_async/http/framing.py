"""What a response's headers say about which part of a body it is. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_RANGE = re.compile(r"\s*bytes\s+(\d{1,18})\s*-\s*(\d{1,18})\s*/\s*(\d{1,18})\s*", re.ASCII | re.IGNORECASE)


def is_part(headers: Mapping[str, str]) -> bool:
    """Whether a response says that it holds only a part of a body, which is never asked for here."""
    text = headers.get("Content-Range")
    if text is None:
        return False
    found = _RANGE.fullmatch(text)
    return found is None or int(found[1]) != 0 or int(found[2]) + 1 != int(found[3])
