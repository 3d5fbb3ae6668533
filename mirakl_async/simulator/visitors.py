"""Who may talk to the simulator: programs of this machine, and no page that a browser of this machine shows.

A page can send requests to 127.0.0.1, and with a name that it lets point there (DNS rebinding) read the answers too. A
browser tells on it: `Host` is then that name, `Origin` the page's. This holds for every path, the control plane's too,
which takes no credential. In a container the simulator has names of its own, which it must be given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

__all__ = ["refuse_foreign_pages", "why_foreign"]

_HOST = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:@/]+))(?::\d+)?", re.ASCII)


def refuse_foreign_pages(hosts: Collection[str] = ()) -> Middleware:
    """Answer 403 to what a page of another site has sent; `hosts` are names of this simulator besides localhost."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if (reason := why_foreign(request.headers, hosts)) is not None:
            return web.Response(status=403, text=f"The simulator is for programs on this machine: {reason}")
        return await handler(request)

    return refuse


def why_foreign(headers: Mapping[str, str], hosts: Collection[str] = ()) -> str | None:
    """What gives a request away as a foreign page's; None where nothing does."""
    host, origin = headers.get("Host"), headers.get("Origin")
    if host is not None and not _is_here(host, hosts):
        return f"Host is another than {', '.join(['127.0.0.1', 'localhost', *hosts])}"
    if origin is not None and origin != f"http://{host}":
        return "Origin is another than its own"
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
