"""Credentials, and the access tokens that they are exchanged for.

**One refresh for all callers.** The exchange runs in its own task, for which callers only wait: when the deadline of a
caller passes, the exchange continues and no second one starts. (With a lock instead, every caller that times out would
pass the lock to the next, which would start again: 299 token requests where one was enough.)

**Two windows.** Within the soft window before expiry the token is refreshed in the background while the old one is
still used; within the hard window callers wait for the new one. 300 and 30 seconds, or a fifth and a twentieth of a
short lifetime. The lifetime starts before the exchange, on the monotonic clock of this machine, never from a date.

**Generations.** Each token has a number. After a 401, the token is refreshed only if it is still the one that was sent:
500 calls that are rejected together cause one exchange.

Mirakl Connect: POST {auth host}/oauth/token, form-encoded grant_type, client_id, client_secret; no refresh token.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

from msgspec import structs

from ..errors import ConfigurationError, TokenRefused, TokenUnavailable
from ..redaction import RedactedBytes, RedactedStr, hidden, without_secret
from .retries import retry_after
from .token_response import read_token
from .wire import WireError

if TYPE_CHECKING:
    from ..clock import Clock
    from .wire import Wire, WireResponse

__all__ = [
    "MAX_ATTEMPTS",
    "MAX_PAUSE",
    "ApiKey",
    "AuthHeader",
    "Authenticator",
    "BearerToken",
    "ClientCredentials",
    "Credential",
    "TokenExchange",
    "TokenProvider",
    "clean_secret",
]

SOFT_WINDOW, HARD_WINDOW = 300.0, 30.0
REFUSAL_CACHE_TTL = 30.0
MAX_ATTEMPTS = 4
EXCHANGE_TIMEOUT = 30.0
MAX_PAUSE = 30.0


class AuthHeader(NamedTuple):
    """The value of an Authorization header, and the number of the token in it."""

    header: str
    generation: int


class Authenticator(Protocol):
    """Provides the Authorization header; `identity` distinguishes credentials without revealing them."""

    identity: str
    refreshable: bool

    def current(self) -> AuthHeader | None:
        """The header to use now; None if `obtain` must be awaited first."""
        ...

    async def obtain(self) -> AuthHeader:
        """Return the header to use, after an exchange if one is needed."""
        ...

    async def refresh(self, generation: int) -> None:
        """Replace the token of this generation, unless that has already happened."""
        ...

    async def close(self) -> None:
        """Stop the background refresh."""
        ...


class Credential(Protocol):
    """Credentials as the user passes them; each client makes its authenticator from them."""

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:
        """Make the authenticator of one client; a token exchange, if there is one, uses `wire`."""
        ...


def _identity(*secrets: str) -> str:
    return hashlib.sha256("\0".join(secrets).encode()).hexdigest()[:12]


def clean_secret(name: str, value: object) -> RedactedStr:
    """Strip white space, line breaks and a byte order mark, as files and variables add them, from a secret.

    Raises ConfigurationError, which shows `name` and never the value, for characters that no header may contain.
    """
    value = hidden(value)
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a str, not {type(value).__name__}")
    text = RedactedStr(value.strip().strip("\ufeff").strip())
    if not text:
        raise ConfigurationError(f"{name} is empty")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigurationError(f"{name} must be printable ASCII without spaces, as every secret of Mirakl is")
    return text


class ApiKey:
    """A Marketplace API key, sent unchanged in the Authorization header (Mirakl's older scheme)."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        key = hidden(key)
        self._key = clean_secret("the API key", key)

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:  # noqa: ARG002
        """A fixed header."""
        return _StaticToken(self._key, _identity("key", self._key))


class BearerToken:
    """A bearer token: a string, or a function (sync or async) that returns the current token.

    The function is called before the first call and again after a 401; it is responsible for refresh and storage. With
    a string, a 401 raises AuthenticationFailed.
    """

    __slots__ = ("_source",)

    def __init__(self, source: str | Callable[[], str | Awaitable[str]]) -> None:
        source = hidden(source)
        if not callable(source):
            source = clean_secret("the bearer token", source)
        self._source: str | Callable[[], str | Awaitable[str]] = source

    def __repr__(self) -> str:
        return "BearerToken(***)"

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:  # noqa: ARG002
        """A fixed header, or one that is refreshed by the function."""
        source = self._source
        if isinstance(source, str):
            return _StaticToken(RedactedStr(f"Bearer {source}"), _identity("bearer", source))

        async def fetch() -> tuple[str, float]:
            token = hidden(source())
            if inspect.isawaitable(token):
                token = hidden(await token)
            return clean_secret("the bearer token", token), float("inf")

        return TokenProvider(fetch, f"callable-{id(source):x}", clock)


class ClientCredentials:
    """The client id and secret of an application, exchanged for access tokens at Mirakl's authentication host.

    All calls of a client share one token, which is refreshed before it expires. Calls raise TokenRefused if the
    credentials are wrong, TokenUnavailable if the host sends no token.
    """

    __slots__ = ("_client_id", "_client_secret")

    def __init__(self, client_id: str, client_secret: str) -> None:
        client_id, client_secret = hidden(client_id), hidden(client_secret)
        self._client_id = clean_secret("the client id", client_id)
        self._client_secret = clean_secret("the client secret", client_secret)

    def __repr__(self) -> str:
        return "ClientCredentials(***)"

    @property
    def identity(self) -> str:
        """A digest of the client id, which distinguishes it without revealing it."""
        return _identity(self._client_id)

    def exchange(self, token_url: str, wire: Wire, clock: Clock) -> TokenExchange:
        """The exchange that requests a new token at every call."""
        form = RedactedBytes(
            urlencode(
                {
                    "grant_type": "client_credentials",
                    "client_id": self._client_id,
                    "client_secret": self._client_secret,
                }
            ).encode()
        )
        return TokenExchange(token_url, form, wire, clock, self._client_secret)

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:
        """A header whose token is requested when first needed and refreshed before it expires."""
        return TokenProvider(self.exchange(token_url, wire, clock).fetch, self.identity, clock)


class _StaticToken:
    """A fixed Authorization header, which cannot be refreshed."""

    __slots__ = ("_auth_header", "identity", "refreshable")

    def __init__(self, header: str, identity: str) -> None:
        self._auth_header = AuthHeader(RedactedStr(header), 0)
        self.identity: str = identity
        self.refreshable = False

    def current(self) -> AuthHeader | None:
        return self._auth_header

    async def obtain(self) -> AuthHeader:
        return self._auth_header

    async def refresh(self, generation: int) -> None:
        """Do nothing: the header is fixed."""

    async def close(self) -> None:
        """Do nothing: no task is running."""


class TokenProvider:
    """Holds one token and refreshes it; the module's docstring describes the rules."""

    __slots__ = (
        "_clock", "_fetch", "_generation", "_hard_at", "_header", "_last_refusal", "_refused_until", "_soft_at",
        "_task", "identity", "refreshable",
    )  # fmt: skip

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, float]]], identity: str, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._header: str | None = None
        self._generation = 0
        self._soft_at = self._hard_at = 0.0
        self._last_refusal: TokenRefused | None = None
        self._refused_until = 0.0
        self._task: asyncio.Task[None] | None = None
        self.identity: str = identity
        self.refreshable: bool = True

    def current(self) -> AuthHeader | None:
        """The current token; None if it is about to expire. Starts a background refresh in the soft window."""
        if self._header is None:
            return None
        now = self._clock.monotonic()
        if now >= self._soft_at:
            if now >= self._hard_at:
                return None
            self._soft_at = min(self._hard_at, now + HARD_WINDOW)
            _ = self._start()
        return AuthHeader(self._header, self._generation)

    async def obtain(self) -> AuthHeader:
        """Return the current token, or a new one after an exchange; raises TokenError."""
        auth_header = self.current()
        while auth_header is None:
            if self._last_refusal is not None and self._clock.monotonic() < self._refused_until:
                raise TokenRefused(str(self._last_refusal), self._last_refusal.code)
            task = self._start()
            await asyncio.wait([task])  # awaiting the task itself would cancel it with its caller
            if task.cancelled():
                raise TokenUnavailable("the token request was cancelled; the client was probably closed")
            task.result()
            if self._header is not None:  # however short its lifetime: another request would return the same
                auth_header = AuthHeader(self._header, self._generation)
        return auth_header

    async def refresh(self, generation: int) -> None:
        """Discard the token of this generation and wait for the next one; raises TokenError."""
        if generation == self._generation:
            self._header = None
        await self.obtain()

    async def close(self) -> None:
        """Cancel a running exchange."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    def _start(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._exchange(), name="mirakl token exchange")
            self._task.add_done_callback(_retrieve)
        return self._task

    async def _exchange(self) -> None:
        started_at = self._clock.monotonic()
        try:
            token, lifetime = await self._fetch()
        except TokenRefused as refusal:
            self._last_refusal = refusal
            self._refused_until = self._clock.monotonic() + REFUSAL_CACHE_TTL
            raise
        self._header = RedactedStr(f"Bearer {token}")
        self._generation += 1
        self._soft_at = started_at + lifetime - min(SOFT_WINDOW, 0.20 * lifetime)
        self._hard_at = started_at + lifetime - min(HARD_WINDOW, 0.05 * lifetime)
        self._last_refusal = None


def _retrieve(task: asyncio.Task[None]) -> None:
    """Retrieve the exception of a finished exchange, so that asyncio does not log it if all callers have left."""
    if not task.cancelled():
        task.exception()


class TokenExchange:
    """The client_credentials exchange, with its own retries."""

    __slots__ = ("_clock", "_form", "_host", "_secret", "_url", "_wire")

    def __init__(self, url: str, form: bytes, wire: Wire, clock: Clock, secret: str) -> None:
        self._url = url
        self._host = urlsplit(url).netloc
        self._form = form
        self._wire = wire
        self._clock = clock
        self._secret = RedactedStr(secret)

    async def fetch(self) -> tuple[str, float]:
        """Return a token and its lifetime in seconds; raises TokenRefused or TokenUnavailable."""
        reason, delay = "", 0.0
        for attempt in range(MAX_ATTEMPTS):
            if delay:
                await self._clock.sleep(delay)
            delay = self._clock.random() * 0.5 * 2.0**attempt
            response = await self._post()
            token = response if isinstance(response, str) else read_token(response, self._host)
            if not isinstance(token, str):
                return token
            reason = token
            if not isinstance(response, str):
                advised = retry_after(response.headers) or 0.0
                delay = max(delay, min(advised, MAX_PAUSE))
        raise TokenUnavailable(f"no access token from {self._host} after {MAX_ATTEMPTS} attempts: {reason}")

    async def _post(self) -> WireResponse | str:
        try:
            response = await self._wire.exchange(
                "POST",
                self._url,
                {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                self._form,
                timeout=EXCHANGE_TIMEOUT,
                max_bytes=64 * 1024,
            )
        except WireError as error:
            return error.reason
        if b"access_token" in response.body:
            return response
        return structs.replace(response, body=without_secret(response.body, self._secret))
