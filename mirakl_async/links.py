"""The Link header (RFC 8288): where the next page is. URLs in it hold bare commas, so it cannot be split at commas."""

from __future__ import annotations

import re

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w!#$%&\'*+.^`|~-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,;"]*))?)*)')
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*))')


def link(header: str, relation: str) -> str | None:
    """The target of the first link with this relation."""
    for target, parameters in _LINK.findall(header):
        for name, quoted, bare in _PARAMETER.findall(parameters):
            if name.lower() == "rel" and relation in (quoted or bare).lower().split():
                return str(target)
    return None
