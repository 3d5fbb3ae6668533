"""Parse URLs, and decide which may be requested and which may receive credentials. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

__all__ = ["is_allowed_url", "is_http_url", "is_loopback", "origin", "parse_address"]


def is_http_url(value: object) -> bool:
    """Whether a value is an absolute http(s) URL."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; credentials are sent to one origin only."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, (parts.hostname or "").lower(), port


def parse_address(url: str) -> SplitResult | None:
    """The parts of a URL from a response; None if it is not a valid http(s) URL, or contains credentials."""
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0  # raises ValueError for an invalid port
    except ValueError:
        return None
    is_usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and not parts.password
    return parts if has_port and is_usable else None


def is_allowed_url(parts: SplitResult, source_url: str) -> bool:
    """Whether a URL in a response from `source_url` may be requested: https, or loopback if the source is loopback."""
    from_loopback = is_loopback(urlsplit(source_url).hostname or "")
    return parts.scheme == "https" or (from_loopback and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether a host is the loopback interface of this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
