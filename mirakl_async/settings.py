"""Mirakl's hosts, and settings from environment variables.

| variable                                    | meaning                                                   |
| ------------------------------------------- | --------------------------------------------------------- |
| MIRAKL_ENVIRONMENT                          | "production" (default) or "test": which hosts of Connect   |
| MIRAKL_CONNECT_URL, _ACCOUNT_URL, _AUTH_URL | other hosts than these                                    |
| MIRAKL_FRONT_URL                            | the operator's instance, https://NAME.mirakl.net          |
| MIRAKL_CLIENT_ID, MIRAKL_CLIENT_SECRET      | an application's credentials                              |
| MIRAKL_TOKEN                                | a bearer token                                            |
| MIRAKL_API_KEY                              | a Marketplace API key                                     |
| MIRAKL_RATE                                 | "recommended" (default), "maximum" or "none"              |

Instead of each secret, a variable with the suffix `_FILE` (MIRAKL_CLIENT_SECRET_FILE) may name a file that contains it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from .checks import check_settings, one_of
from .errors import ConfigurationError
from .http.auth import ApiKey, BearerToken, ClientCredentials, Credential, clean_secret
from .http.urls import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CHANNEL_PLATFORM",
    "ENVIRONMENT",
    "HOSTS",
    "TOKEN_PATH",
    "Environment",
    "Hosts",
    "RateUsage",
    "chosen",
    "credential",
    "hosts",
    "rate_usage",
    "service_url",
    "setting",
    "token_url",
]

Environment: TypeAlias = Literal["production", "test"]
RateUsage: TypeAlias = Literal["recommended", "maximum", "none"]
CHANNEL_PLATFORM = "/api/channel-platform"
RATE_USAGE = one_of("recommended", "maximum", "none").or_none()
ENVIRONMENT = one_of("production", "test")
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path


class Hosts(Struct, frozen=True, kw_only=True):
    """The base URLs of the three services of a sales channel, without trailing slashes."""

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


def hosts(environment: object, name: str = "environment") -> Hosts:
    """The hosts of an environment; `name` is the argument or variable that it comes from."""
    check_settings("", {name: ENVIRONMENT}, {name: environment})
    return HOSTS[str(environment)]


def chosen(argument: str, given: str | None, variable: str, default: str | None = None) -> tuple[str, str | None]:
    """Resolve an argument with a variable as its fallback; returns the name of the one that was used, and its value."""
    if given is not None:
        return argument, given
    return variable, setting(variable) or default


def service_url(name: str, url: object, path: str = "", first_segment: str = "") -> str:
    """Validate and normalize a base URL: https (or loopback), no credentials, no query.

    `path` is added if it has none. `first_segment` is the first segment of the paths of operations: many manuals and
    other clients write it as a part of the base URL, so it is removed. Mirakl's own hosts have no other path; the path
    of a gateway is kept.
    """
    if not isinstance(url, str):
        raise ConfigurationError(f"{name} must be a str, not {type(url).__name__}")
    url = _trimmed(url)
    parts = _url_parts(name, url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if first_segment and segments and segments[-1].lower() == first_segment:
        del segments[-1]
    known = [segment for segment in path.split("/") if segment]
    host = (parts.hostname or "").lower()
    if _is_mirakls(host) and segments == known[: len(segments)]:
        segments = []
    if segments and (_is_mirakls(host) or first_segment in segments or {".", ".."} & {*segments}):
        where = f"{parts.scheme}://{_netloc(parts)}{path}"
        raise ConfigurationError(f"{name} has an unknown path: {_redacted(url)}; use {where}")
    return f"{parts.scheme}://{_netloc(parts)}" + ("/" + "/".join(segments) if segments else path)


def token_url(auth_url: str | None, default: str, bases: Iterable[str], auth: Credential | None) -> str:
    """The URL where client credentials are exchanged; raises ConfigurationError for a local server without one.

    A server on this machine is a simulator, a stub or a tunnel, for which Mirakl's host would be the wrong default.
    """
    name, chosen_url = chosen("auth_url", auth_url, "MIRAKL_AUTH_URL")
    if chosen_url is not None:
        return service_url(name, chosen_url, TOKEN_PATH)
    local = next((base for base in bases if is_loopback(urlsplit(base).hostname or "")), None)
    if local is not None and isinstance(credential() if auth is None else auth, ClientCredentials):
        raise ConfigurationError(
            f"auth_url is not set: the client credentials for {local} would be sent to {default}; "
            "give auth_url= (on the command line --auth-url), or set MIRAKL_AUTH_URL"
        )
    return service_url(name, default, TOKEN_PATH)


def _url_parts(name: str, url: str) -> SplitResult:
    """Parse an absolute URL to which credentials may be sent; raises ConfigurationError for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(f"{name} is not a valid URL: its host or its port is invalid") from None
    is_invalid = any(character.isspace() or not character.isprintable() or character in '\\<>"' for character in url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or is_invalid:
        raise ConfigurationError(f"{name} is not an absolute http(s) URL: {_redacted(url)}")
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise ConfigurationError(f"{name} must not contain credentials, a query or a fragment: {_redacted(url)}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigurationError(f"{name} must be https, since it carries credentials: {_redacted(url)}")
    return parts


def _is_mirakls(host: str) -> bool:
    return host == "miraklconnect.com" or host.endswith((".miraklconnect.com", ".mirakl.net"))


def _netloc(parts: SplitResult) -> str:
    """Host and port in lower case, without 443, so that two spellings of a host share its rate limits."""
    port = parts.port
    default = port is None or (port == 443 and parts.scheme == "https")
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if default else f"{host}:{port}"


def _redacted(url: str) -> str:
    """The URL without credentials and query; other text unchanged, unless it may contain a secret."""
    parts = urlsplit(url)
    if parts.netloc:
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    text = url.partition("?")[0]
    return "(not shown)" if "@" in text else repr(text)


def setting(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The value of a variable, or the content of the file that its `_FILE` variable names; empty counts as unset."""
    environ = os.environ if environ is None else environ
    if value := _trimmed(environ.get(name, "")):
        return value
    path = environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return _trimmed(Path(path).read_text(encoding="utf-8")) or None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(f"{name}_FILE: {path} cannot be read ({reason})") from error


def _trimmed(text: str) -> str:
    """Strip white space, line breaks and a byte order mark, which editors and shells add."""
    return text.strip().strip("\ufeff").strip()


def _secret(name: str, environ: Mapping[str, str] | None) -> str | None:
    value = setting(name, environ)
    return None if value is None else clean_secret(name, value)


def credential(environ: Mapping[str, str] | None = None) -> Credential:
    """The credentials from environment variables; raises ConfigurationError if there are none."""
    client_id, secret = _secret("MIRAKL_CLIENT_ID", environ), _secret("MIRAKL_CLIENT_SECRET", environ)
    if client_id and secret:
        return ClientCredentials(client_id, secret)
    if client_id or secret:
        missing = "MIRAKL_CLIENT_SECRET" if client_id else "MIRAKL_CLIENT_ID"
        raise ConfigurationError(f"{missing} is not set (nor {missing}_FILE)")
    if token := _secret("MIRAKL_TOKEN", environ):
        return BearerToken(token)
    if key := _secret("MIRAKL_API_KEY", environ):
        return ApiKey(key)
    raise ConfigurationError(
        "no credentials: give auth=, or set MIRAKL_CLIENT_ID and MIRAKL_CLIENT_SECRET, MIRAKL_TOKEN, or MIRAKL_API_KEY"
    )


def rate_usage(value: object, name: str = "rate_limit") -> Literal["recommended", "maximum"] | None:
    """Validate a rate usage; None for "none". `name` is the argument or variable that it comes from."""
    check_settings("", {name: RATE_USAGE}, {name: value})
    return None if value == "none" else "maximum" if value == "maximum" else "recommended"
