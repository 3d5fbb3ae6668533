"""The Link header (RFC 8288) of an offset list: whether there is a next page, and at which offset.

URLs in it hold bare commas (`order_ids=1,2,3`), so it cannot be split at commas. Nothing is ever sent to the URL: of a
link to the instance itself the offset is read; one to another origin, as a gateway in between may write it, only says
that there is more, and the rows are counted instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from ..http.urls import origin
from ..server_text import natural

_TOKEN = r"[\w!#$%&'*+.^`|~-]+"  # noqa: S105 - a token of the grammar
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINK = re.compile(rf"<([^>]*)>((?:\s*;\s*(?:{_TOKEN}\s*(?:=\s*(?:{_QUOTED}|[^\s,;\"]*))?)?)*)")
_PARAMETER = re.compile(rf";\s*({_TOKEN})\s*=\s*({_QUOTED}|[^\s,;\"]*)")
_ESCAPED = re.compile(r"\\(.)")


class Next(NamedTuple):
    """What an answer's links say: whether any was sent, whether one leads on, and to which offset, if it is ours."""

    found: bool
    more: bool
    offset: int | None = None


def target(header: str, relation: str) -> str | None:
    """The target of the first link with this relation."""
    for found, parameters in _LINK.findall(header):
        relations = ""
        for name, value in _PARAMETER.findall(parameters):
            if name.lower() == "rel":
                # RFC 8288, 3.3: only the first rel counts.
                relations = _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
                break
        if relation in relations.lower().split():
            return str(found)
    return None


def next_link(headers: Mapping[str, str], asked: str) -> Next:
    """What the Link headers of the answer to the URL `asked` say about a next page."""
    every = getattr(headers, "getall", None)
    lines: list[str] = every("Link", []) if every is not None else [headers.get("Link", "")]
    header = ", ".join(line for line in lines if line)
    found = target(header, "next")
    if found is None:
        return Next(found=bool(header), more=False)
    return Next(found=True, more=True, offset=_offset(asked, found))


def _offset(asked: str, found: str) -> int | None:
    try:
        url = urljoin(asked, found)
        if origin(url) != origin(asked):
            return None
        texts = parse_qs(urlsplit(url).query).get("offset", [])
    except ValueError:
        return None
    return natural(texts[0]) if texts else None
