"""`mirakl-async check`: checks credentials, hosts, clock and permissions, and advises what to do about each problem."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias
from uuid import uuid4

from cyclopts import Parameter
from msgspec import Struct

from ..connect_channel import ConnectChannel
from ..errors import (
    APIError,
    AuthenticationFailed,
    ConfigurationError,
    ConnectFailed,
    DeadlineExceeded,
    MiraklError,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    TokenRefused,
    TokenUnavailable,
    UnexpectedResponse,
)
from ..marketplace_front import MarketplaceFront
from ..settings import setting
from .options import AuthUrl, BaseUrl, FrontUrl, Json
from .results import Exit, message_of, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..client import Client

__all__ = ["DAY", "LIMITS", "Finding", "Place", "Service", "check"]

MAX_CLOCK_DIFFERENCE = 60.0
"""Seconds. Tokens and leases use monotonic clocks, so a wrong clock affects only the dates in data."""
DAY = 86_400
Place: TypeAlias = Literal["auth host", "host", "credentials"]
LIMITS: dict[str, Any] = {"deadline": 20.0, "max_retries": 0}


ADVICE: tuple[tuple[type[Exception], Place, str], ...] = (
    (
        TokenRefused,
        "credentials",
        "Set MIRAKL_CLIENT_ID and MIRAKL_CLIENT_SECRET to a pair that belongs to this host.",
    ),
    (TokenUnavailable, "auth host", "Check {auth}, the network and the proxy, or try again later."),
    (AuthenticationFailed, "credentials", "Check {keys}, and that it is for {url}."),
    (ConnectFailed, "host", "Check {setting}, the network and the proxy."),
    (
        TimeoutError,
        "host",
        "It does not answer in time: check {setting}, the network and the proxy, or try again later.",
    ),
    (RateLimited, "host", "It limits the rate of calls: try again later."),
    (
        ServerError,
        "host",
        "It does not work at the moment: try again later, and check {setting} if that persists.",
    ),
    (NotFound, "host", "There is no Mirakl at {url}: check the host and the path in {setting}."),
    (MiraklError, "host", "{url} does not answer as Mirakl does: check {setting}, the proxy and the firewall."),
)
"""The advice for each error of the call; the first matching row is used. Braces are placeholders for settings."""


class Finding(Struct, kw_only=True):
    """The result of one check: whether the configuration is correct, and what to do if it is not."""

    name: Literal["settings", "auth host", "host", "credentials", "clock", "rights"]
    ok: bool
    message: str
    advice: str | None = None

    def __str__(self) -> str:
        """Return the finding as one line for a terminal."""
        line = f"{'ok' if self.ok else 'FAILED':<7}{self.name}: {self.message.rstrip('.')}"
        return f"{line}. {self.advice}" if self.advice else line


class Service(Struct, kw_only=True):
    """The names that the advice about a service uses: its URL and its settings."""

    at_front: bool
    url: str
    url_setting: str
    auth_setting: str


async def check(
    service: Annotated[
        Literal["connect", "front"] | None,
        Parameter(help="what to check (default: front where MIRAKL_FRONT_URL is set, connect otherwise)"),
    ] = None,
    /,
    *,
    base_url: BaseUrl = None,
    auth_url: AuthUrl = None,
    front_url: FrontUrl = None,
    json: Json = False,
) -> int:
    """Check credentials, hosts, clock and rights, and say what to do about what is wrong.

    Nothing changes at Mirakl. Front is asked for one order (OR11). Connect has nothing to read: it is sent the outcome
    of an action that does not exist (updateActionStatus), which it must answer with 404.

    The exit status is 0 if all is right, 2 for settings that cannot work, 3 for what Mirakl or the network refuses.
    """
    try:
        at_front = service == "front" or (service is None and bool(front_url or setting("MIRAKL_FRONT_URL")))
        if at_front:
            client: Client = MarketplaceFront(front_url, auth_url=auth_url)
        else:
            client = ConnectChannel(connect_url=base_url, auth_url=auth_url)
    except ConfigurationError as error:
        findings = [Finding(name="settings", ok=False, message=message_of(error))]
    else:
        asked = Service(
            url=client.session.base_url("front" if at_front else "connect"),
            at_front=at_front,
            url_setting=_url_setting(front_url if at_front else base_url, at_front=at_front),
            auth_setting="--auth-url" if auth_url else "MIRAKL_AUTH_URL",
        )
        async with client:
            findings = await _ask(client, asked)
    status = Exit.DONE
    if failed := [one for one in findings if not one.ok]:
        status = Exit.USAGE if failed[0].name == "settings" else Exit.UNFINISHED
    if json:
        print_json({"ok": status == Exit.DONE, "findings": findings})
    else:
        for one in findings:
            print(one)
    return status


def _url_setting(option: str | None, *, at_front: bool) -> str:
    if at_front:
        return "--front-url" if option else "MIRAKL_FRONT_URL"
    if option:
        return "--base-url"
    return "MIRAKL_CONNECT_URL" if setting("MIRAKL_CONNECT_URL") else "MIRAKL_ENVIRONMENT"


async def _ask(client: Client, service: Service) -> list[Finding]:
    """Make the one call of a service that changes nothing, and return what the response means."""
    right = "orders can be read" if service.at_front else "outcomes of actions can be sent"
    try:
        if service.at_front:
            headers = (await client.call_raw("OR11", {"max": 1}, **LIMITS)).headers
        else:
            outcome = {"action_id": f"check-{uuid4()}", "status": "SUCCESS"}
            headers = (await client.call_raw("updateActionStatus", outcome, **LIMITS)).headers
    except NotFound as error:
        if service.at_front or not error.recognized:
            return _failed(error, service)
        headers = error.headers  # the expected response, because the action does not exist
    except MiraklError as error:
        return _failed(error, service)
    return [*_reached(service), *_clock(headers), Finding(name="rights", ok=True, message=right)]


def _reached(service: Service) -> list[Finding]:
    accepted = Finding(name="credentials", ok=True, message=f"accepted ({_keys()})")
    return [Finding(name="host", ok=True, message=f"{service.url} answers"), accepted]


def _failed(error: MiraklError, service: Service) -> list[Finding]:
    """Return what a failed call means for the configuration."""
    clock = _clock(error.headers) if isinstance(error, APIError) else []
    if isinstance(error, PermissionDenied) and error.recognized:
        advice = "Ask your contact at Mirakl for the right to this operation, or use credentials that have it."
        return [*_reached(service), *clock, Finding(name="rights", ok=False, message=str(error), advice=advice)]
    name, advice = _advice(error)
    advice = advice.format(url=service.url, setting=service.url_setting, auth=service.auth_setting, keys=_keys())
    return [Finding(name=name, ok=False, message=str(error), advice=advice), *clock]


def _advice(error: MiraklError) -> tuple[Place, str]:
    """Return the problem and what to do about it; braces are placeholders for names of settings."""
    kind = type(error)
    if isinstance(error, AuthenticationFailed) and not error.recognized:
        kind = UnexpectedResponse  # from a proxy or a captive portal
    if isinstance(error, DeadlineExceeded) and not error.attempts:
        kind = TokenUnavailable  # the call was not sent, because it was waiting for a token
    return next((place, advice) for known, place, advice in ADVICE if issubclass(kind, known))


def _keys() -> str:
    """Return the variable that the credentials come from, in the order of `settings.credential`."""
    if setting("MIRAKL_CLIENT_ID"):
        return "MIRAKL_CLIENT_ID"
    return "MIRAKL_TOKEN" if setting("MIRAKL_TOKEN") else "MIRAKL_API_KEY"


def _clock(headers: Mapping[str, str]) -> list[Finding]:
    """Compare this machine's clock with the server's; return nothing if the response has no date."""
    try:
        server = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return []
    seconds = (dt.datetime.now(dt.UTC) - server.replace(tzinfo=server.tzinfo or dt.UTC)).total_seconds()
    if abs(seconds) <= MAX_CLOCK_DIFFERENCE:
        return [Finding(name="clock", ok=True, message="agrees with the server's")]
    amount = f"{abs(seconds) / DAY:,.0f} days" if abs(seconds) >= 2 * DAY else f"{abs(seconds):,.0f} s"
    message = f"{amount} {'ahead of' if seconds > 0 else 'behind'} the server's"
    advice = "Set this machine's clock: dates such as channel_updated_at decide which version of an order is kept."
    return [Finding(name="clock", ok=False, message=message, advice=advice)]
