"""Where a download goes when the server sends it elsewhere.

A redirected GET may be followed; the credential may not go along. Other origins are asked without it, and whoever has
left the service's own origin stays anonymous, so that no foreign answer can direct a request with our credential.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from ..settings import is_loopback, origin

if TYPE_CHECKING:
    from ..errors import UnexpectedRedirect
    from ..request import Request

HOPS = 5


def redirected(request: Request, redirect: UnexpectedRedirect) -> Request:
    """The request to send instead; raises the redirect itself where it must not be followed."""
    address = urljoin(request.url, redirect.address)
    parts = urlsplit(address)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not redirect.address or not parts.hostname or parts.username or parts.password or not secure:
        raise redirect
    return replace(request, url=address, anonymous=request.anonymous or origin(address) != origin(request.url))
