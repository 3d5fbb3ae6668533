"""Where a download goes when the server sends it elsewhere.

A redirected GET may be followed; the credential may not go along. Other origins are asked without it, and whoever has
left the service's own origin stays anonymous, so that no foreign answer can direct a request with our credential.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from msgspec.structs import replace

from ..http.urls import is_allowed_url, origin, parse_address
from ..redaction import RedactedStr

if TYPE_CHECKING:
    from ..errors import UnexpectedRedirect
    from ..http.request import Request

MAX_REDIRECTS = 5


def redirected(request: Request, redirect: UnexpectedRedirect) -> Request:
    """The request to send instead; raises the redirect itself where it must not be followed."""
    try:
        address = RedactedStr(urljoin(request.url, redirect.address))
    except ValueError:
        raise redirect from None
    parts = parse_address(address)
    if not redirect.address or parts is None or not is_allowed_url(parts, request.url):
        raise redirect
    return replace(
        request, url=address, without_credentials=request.without_credentials or origin(address) != origin(request.url)
    )
