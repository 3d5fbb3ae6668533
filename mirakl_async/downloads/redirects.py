"""Follow the redirects of a download without leaking credentials.

Other origins are requested without credentials, and a request that has left the service's origin stays without them,
so that a response of another origin can never cause a request with our credentials.
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

__all__ = ["MAX_REDIRECTS", "follow_redirect"]

MAX_REDIRECTS = 5


def follow_redirect(request: Request, redirect: UnexpectedRedirect) -> Request:
    """The request to the redirect's target; raises the redirect if it must not be followed."""
    try:
        url = RedactedStr(urljoin(request.url, redirect.address))
    except ValueError:
        raise redirect from None
    parts = parse_address(url)
    if not redirect.address or parts is None or not is_allowed_url(parts, request.url):
        raise redirect
    return replace(
        request, url=url, without_credentials=request.without_credentials or origin(url) != origin(request.url)
    )
