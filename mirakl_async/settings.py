"""Where Mirakl lives, and settings from the environment.

| variable                                    | meaning                                                   |
| ------------------------------------------- | --------------------------------------------------------- |
| MIRAKL_ENVIRONMENT                          | "production" (default) or "test": which hosts of Connect   |
| MIRAKL_CONNECT_URL, _ACCOUNT_URL, _AUTH_URL | other hosts than these                                    |
| MIRAKL_FRONT_URL                            | the operator's instance, https://NAME.mirakl.net          |
| MIRAKL_CLIENT_ID, MIRAKL_CLIENT_SECRET      | an application's credentials                              |
| MIRAKL_TOKEN                                | a bearer token                                            |
| MIRAKL_API_KEY                              | a Marketplace API key                                     |
| MIRAKL_RATE                                 | "recommended" (default), "maximum" or "none"              |

Each secret may instead be named with `_FILE` (MIRAKL_CLIENT_SECRET_FILE): the path of a file that holds it.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from .auth import ApiKey, BearerToken, ClientCredentials, Credential
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

Environment: TypeAlias = Literal["production", "test"]
RateUsage: TypeAlias = Literal["recommended", "maximum", "none"]
CHANNEL_PLATFORM = "/api/channel-platform"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path


class Hosts(Struct, frozen=True, kw_only=True):
    """The three services a sales channel talks to, without trailing slashes."""

    connect: str
    account: str
    auth: str


HOSTS: dict[str, Hosts] = {
    "production": Hosts(
        connect="https://miraklconnect.com",
        account="https://account.mirakl.net",
        auth="https://auth.mirakl.net",
    ),
    "test": Hosts(
        connect="https://connectpartner-test.mirakl.net",
        account="https://account-test.mirakl.net",
        auth="https://auth-test.mirakl.net",
    ),
}


def hosts(environment: str) -> Hosts:
    """The hosts of an environment."""
    try:
        return HOSTS[environment]
    except KeyError:
        raise ConfigurationError(f'environment is "production" or "test", not {environment!r}') from None


def service_url(name: str, url: str, path: str = "") -> str:
    """A base URL, checked: https (or loopback), no credentials, no query; `path` is added where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(f"{name} is no URL: its host, or its port, cannot be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or any(map(str.isspace, url)):
        raise ConfigurationError(f"{name} is not an absolute http(s) URL: {_shown(url)}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must hold no credentials, query or fragment: {_shown(url)}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigurationError(f"{name} must be https, since it carries credentials: {_shown(url)}")
    base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    return base if parts.path.strip("/") else base + path


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


def may_be_asked(parts: SplitResult, told_by: str) -> bool:
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


def _shown(url: str) -> str:
    """The address without credentials and query; what is no address as it stands, unless it may hold a secret."""
    parts = urlsplit(url)
    if parts.netloc:
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    text = url.partition("?")[0]
    return "(not shown)" if "@" in text else repr(text)


def setting(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """A variable, or the content of the file that its `_FILE` twin names; empty counts as unset."""
    environ = os.environ if environ is None else environ
    if value := environ.get(name):
        return value
    path = environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(f"{name}_FILE: {path} cannot be read ({why})") from error


def credential(environ: Mapping[str, str] | None = None) -> Credential:
    """The credential that the environment names; raises ConfigurationError if it names none."""
    client_id, secret = setting("MIRAKL_CLIENT_ID", environ), setting("MIRAKL_CLIENT_SECRET", environ)
    if client_id and secret:
        return ClientCredentials(client_id, secret)
    if client_id or secret:
        missing = "MIRAKL_CLIENT_SECRET" if client_id else "MIRAKL_CLIENT_ID"
        raise ConfigurationError(f"{missing} is not set (nor {missing}_FILE)")
    if token := setting("MIRAKL_TOKEN", environ):
        return BearerToken(token)
    if key := setting("MIRAKL_API_KEY", environ):
        return ApiKey(key)
    raise ConfigurationError(
        "no credentials: give auth=, or set MIRAKL_CLIENT_ID and MIRAKL_CLIENT_SECRET, MIRAKL_TOKEN, or MIRAKL_API_KEY"
    )


def rate_usage(value: str | None) -> Literal["recommended", "maximum"] | None:
    """Which documented rate to keep; None for none."""
    if value in {None, "recommended"}:
        return "recommended"
    if value == "maximum":
        return "maximum"
    if value == "none":
        return None
    raise ConfigurationError(f'rate is "recommended", "maximum" or "none", not {value!r}')
