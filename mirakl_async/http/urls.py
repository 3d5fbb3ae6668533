"""Addresses: which can be asked, which a credential may go to. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def is_http_url(value: object) -> bool:
    """Whether a value is an absolute http(s) URL, whatever else it holds."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a credential is bound to."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, (parts.hostname or "").lower(), port


def address_parts(url: str) -> SplitResult | None:
    """The parts of an address that an answer gave; None where it cannot be asked, or holds credentials."""
    try:
        parts = urlsplit(url)
        possible = parts.port != 0  # raises ValueError for what is no port
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and not parts.password
    return parts if possible and usable else None


def is_allowed_url(parts: SplitResult, told_by: str) -> bool:
    """Whether an address that came from `told_by` is https, or on this machine as that is: others have no say here."""
    told_here = is_loopback(urlsplit(told_by).hostname or "")
    return parts.scheme == "https" or (told_here and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
