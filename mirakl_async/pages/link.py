"""The Link header (RFC 8288) of an offset list: whether there is a next page, and at which offset.

Its URLs contain bare commas (`order_ids=1,2,3`), so it cannot be split at commas. No request is ever sent to such a
URL. Of a link to the instance itself the offset is read; a link to another origin, as a gateway may rewrite it, only
says that there is a next page, and the rows are counted instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from ..http.urls import origin
from ..server_text import natural

__all__ = ["NextLink", "find_target", "next_link"]

_TOKEN = r"[\w!#$%&'*+.^`|~-]+"  # noqa: S105 - a token of the grammar
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINK = re.compile(rf"<([^>]*)>((?:\s*;\s*(?:{_TOKEN}\s*(?:=\s*(?:{_QUOTED}|[^\s,;\"]*))?)?)*)")
_PARAMETER = re.compile(rf";\s*({_TOKEN})\s*=\s*({_QUOTED}|[^\s,;\"]*)")
_ESCAPED = re.compile(r"\\(.)")


class NextLink(NamedTuple):
    """Whether a response has Link headers at all, whether one has the relation "next", and that one's offset.

    `offset` is None unless the link leads to the instance itself.
    """

    has_links: bool
    has_next: bool
    offset: int | None = None


def find_target(header: str, relation: str) -> str | None:
    """The target of the first link with this relation."""
    for target, parameters in _LINK.findall(header):
        relations = ""
        for name, value in _PARAMETER.findall(parameters):
            if name.lower() == "rel":
                # RFC 8288, 3.3: only the first rel counts.
                relations = _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
                break
        if relation in relations.lower().split():
            return str(target)
    return None


def next_link(headers: Mapping[str, str], request_url: str) -> NextLink:
    """Read the Link headers of the response to `request_url`."""
    getall = getattr(headers, "getall", None)
    lines: list[str] = getall("Link", []) if getall is not None else [headers.get("Link", "")]
    header = ", ".join(line for line in lines if line)
    target = find_target(header, "next")
    if target is None:
        return NextLink(has_links=bool(header), has_next=False)
    return NextLink(has_links=True, has_next=True, offset=_offset(request_url, target))


def _offset(request_url: str, target: str) -> int | None:
    try:
        url = urljoin(request_url, target)
        if origin(url) != origin(request_url):
            return None
        texts = parse_qs(urlsplit(url).query).get("offset", [])
    except ValueError:
        return None
    return natural(texts[0]) if texts else None
