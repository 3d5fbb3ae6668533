"""Access control: programs on this machine may use the simulator, web pages in a browser on this machine may not.

A web page can send requests to 127.0.0.1. If its host name resolves to that address (DNS rebinding), it can also read
the answers. Such requests can be recognized: `Host` is then that name, and `Origin` is the page's origin. The check
covers every path, including the control plane, which needs no credential. In a container the simulator has other names,
which must be passed to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

__all__ = ["foreign_page_reason", "refuse_foreign_pages"]

_HOST = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:@/]+))(?::\d+)?", re.ASCII)


def refuse_foreign_pages(hosts: Collection[str] = ()) -> Middleware:
    """Answer 403 to requests from pages of other sites; `hosts` are names of this simulator besides localhost."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if (reason := foreign_page_reason(request.headers, hosts)) is not None:
            return web.Response(status=403, text=f"The simulator is for programs on this machine: {reason}")
        return await handler(request)

    return refuse


def foreign_page_reason(headers: Mapping[str, str], hosts: Collection[str] = ()) -> str | None:
    """Return the reason why a request may come from a page of another site; None if there is no such reason."""
    host, origin = headers.get("Host"), headers.get("Origin")
    if host is not None and not _is_here(host, hosts):
        return f"Host is not one of {', '.join(['127.0.0.1', 'localhost', *hosts])}"
    if origin is not None and origin != f"http://{host}":
        return "Origin is not the one of this simulator"
    if headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return "Sec-Fetch-Site names another site"
    return None


def _is_here(host: str, hosts: Collection[str]) -> bool:
    found = _HOST.fullmatch(host)
    name = (found[1] or found[2]).lower() if found else ""
    try:
        return name in {"localhost", *hosts} or ip_address(name).is_loopback
    except ValueError:
        return False
