"""Detects whether a response is only one page of a list, and builds the command that reads all pages. Pure."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from ..codec import CodecError
from ..operation import PAGING_PARAMS
from ..pages.link import next_link
from ..pages.seek import NEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..http.response import Response

__all__ = ["has_more", "list_command"]


def has_more(response: Response) -> bool:
    """Whether a page is not the last one of its list; False if the response is not a list or cannot be parsed."""
    paging = response.request.operation.paging
    members = _members(response)
    if paging is None or members is None:
        return False
    if paging.kind == "seek":
        return bool(members.get(NEXT))
    if next_link(response.headers, response.request.url).has_next:
        return True
    start = _offset(response.request.url)
    rows = _list(members.get(paging.items))
    if paging.nested:
        products = [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]
        return any(_exceeds(one, "total_count", start, _list(one.get(paging.nested))) for one in products)
    return _exceeds(members, paging.total, start, rows)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _members(response: Response) -> dict[str, Any] | None:
    try:
        page = response.json()
    except CodecError:
        return None
    return cast("dict[str, Any]", page) if isinstance(page, dict) else None


def _exceeds(members: dict[str, Any], total: str, start: int, rows: list[object]) -> bool:
    count = members.get(total)
    return isinstance(count, int) and count > start + len(rows)


def _offset(url: str) -> int:
    texts = parse_qs(urlsplit(url).query).get(PAGING_PARAMS["offset"][1], ["0"])
    return int(texts[0]) if texts[0].isdecimal() else 0


def list_command(code: str, arguments: Sequence[str]) -> str:
    """Return the command that reads all pages of a list, with the same filters."""
    paging = {name for size, position, _ in PAGING_PARAMS.values() for name in (size, position)}
    filters = [text for text in arguments if text.partition("=")[0] not in paging]
    return shlex.join(["mirakl-async", "list", code, *filters])
