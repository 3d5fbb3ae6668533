"""Credentials, and the access token they are exchanged for.

**One refresh, however many callers.** The exchange runs in a task of its own that callers only wait for: a caller
whose deadline passes leaves, the exchange goes on, and nobody starts a second one. (With a lock instead, every caller
that times out passes the lock to the next, who starts again: 299 token requests where one was enough.)

**Two windows.** Within the soft window before expiry the token is renewed in the background while the old one is
still used; within the hard window callers wait for the new one. 300 and 30 seconds, or a fifth and a twentieth of a
short life. Life is counted on this machine's monotonic clock from before the exchange began, never from a date.

**Generations.** Each token has a number. A 401 names the number it was sent with; if a newer token has arrived in the
meantime nothing is renewed, so 500 calls refused together cause one exchange.

Mirakl Connect: POST {auth host}/oauth/token, form-encoded grant_type, client_id, client_secret; no refresh token.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

from ..errors import ConfigurationError, TokenRefused, TokenUnavailable
from ..redaction import RedactedBytes, RedactedStr, hidden
from .retries import retry_after
from .token_response import read_token
from .wire import WireError

if TYPE_CHECKING:
    from ..clock import Clock
    from .wire import Wire, WireResponse

SOFT_WINDOW, HARD_WINDOW = 300.0, 30.0
REFUSAL_CACHE_SECONDS = 30.0
MAX_ATTEMPTS = 4
EXCHANGE_TIMEOUT = 30.0
LONGEST_PAUSE = 30.0


class AuthHeader(NamedTuple):
    """The value of an Authorization header, and the number of the token in it."""

    header: str
    generation: int


class Authenticator(Protocol):
    """What the transport asks for a header; `identity` tells credentials apart without revealing them."""

    identity: str
    refreshable: bool

    def current(self) -> AuthHeader | None:
        """The header to use now, or None if `obtain` must be awaited first."""
        ...

    async def obtain(self) -> AuthHeader:
        """The header to use, after an exchange if one is needed."""
        ...

    async def refresh(self, generation: int) -> None:
        """Replace the token of this generation, unless that has already happened."""
        ...

    async def close(self) -> None:
        """Stop whatever runs in the background."""
        ...


class Credential(Protocol):
    """What a client is given: makes the authenticator that serves it."""

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:
        """Start serving; `wire` carries the exchange, if there is one."""
        ...


def _identity(*secrets: str) -> str:
    return hashlib.sha256("\0".join(secrets).encode()).hexdigest()[:12]


def clean_secret(name: str, value: object) -> RedactedStr:
    """A secret without what a file or a variable put around it: white space, line breaks, a byte order mark.

    Raises ConfigurationError, which shows `name` and never the value, for what no header can carry.
    """
    value = hidden(value)
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a str, not {type(value).__name__}")
    text = RedactedStr(value.strip().strip("\ufeff").strip())
    if not text:
        raise ConfigurationError(f"{name} is empty")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigurationError(
            f"{name} holds spaces, control characters or characters beyond ASCII, which no secret of Mirakl's does"
        )
    return text


class ApiKey:
    """A Marketplace API key, sent as it is in the Authorization header (Mirakl's older scheme)."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        key = hidden(key)
        self._key = clean_secret("the API key", key)

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:  # noqa: ARG002
        """A header that never changes."""
        return _StaticToken(self._key, _identity("key", self._key))


class BearerToken:
    """A bearer token: a string, or a function (plain or async) that returns the one to use.

    A function is called for the first call and again after a 401; it owns renewal and storage. With a string, a 401
    raises AuthenticationFailed.
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
        """A fixed header, or one that the function refreshes."""
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
    """An application's id and secret, exchanged for access tokens at Mirakl's authentication host.

    One exchange serves all callers of a client, and a token is renewed before it expires. Calls raise TokenRefused
    where the credentials are wrong, TokenUnavailable where the host does not answer usefully.
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
        """What tells the client id apart from others without revealing it."""
        return _identity(self._client_id)

    def exchange(self, token_url: str, wire: Wire, clock: Clock) -> TokenExchange:
        """What asks for a new token each time."""
        form = RedactedBytes(
            urlencode(
                {
                    "grant_type": "client_credentials",
                    "client_id": self._client_id,
                    "client_secret": self._client_secret,
                }
            ).encode()
        )
        return TokenExchange(token_url, form, wire, clock)

    def authenticator(self, token_url: str, wire: Wire, clock: Clock) -> Authenticator:
        """A token that is exchanged when first needed and renewed before it expires."""
        return TokenProvider(self.exchange(token_url, wire, clock).fetch, self.identity, clock)


class _StaticToken:
    """A header that cannot be renewed."""

    __slots__ = ("_grant", "identity", "refreshable")

    def __init__(self, header: str, identity: str) -> None:
        self._grant = AuthHeader(RedactedStr(header), 0)
        self.identity: str = identity
        self.refreshable = False

    def current(self) -> AuthHeader | None:
        return self._grant

    async def obtain(self) -> AuthHeader:
        return self._grant

    async def refresh(self, generation: int) -> None:
        """Nothing can be done about a fixed header."""

    async def close(self) -> None:
        """Nothing runs."""


class TokenProvider:
    """Holds one token and renews it; see the module's text for the rules."""

    __slots__ = (
        "_clock", "_fetch", "_generation", "_hard_at", "_header", "_refusal", "_refused_until", "_soft_at", "_task",
        "identity", "refreshable",
    )  # fmt: skip

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, float]]], identity: str, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._header: str | None = None
        self._generation = 0
        self._soft_at = self._hard_at = 0.0
        self._refusal: TokenRefused | None = None
        self._refused_until = 0.0
        self._task: asyncio.Task[None] | None = None
        self.identity: str = identity
        self.refreshable: bool = True

    def current(self) -> AuthHeader | None:
        """The held token, if it is good for a while; starts a background renewal in the soft window."""
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
        """The held token, or the one that an exchange brings; raises TokenError."""
        grant = self.current()
        while grant is None:
            if self._refusal is not None and self._clock.monotonic() < self._refused_until:
                raise TokenRefused(str(self._refusal), self._refusal.code)
            task = self._start()
            await asyncio.wait([task])  # a caller who leaves does not take it along, as awaiting it would
            if task.cancelled():
                raise TokenUnavailable("the exchange for an access token was cancelled, as by closing the client")
            task.result()
            if self._header is not None:  # however short its life: asking again would bring no better one
                grant = AuthHeader(self._header, self._generation)
        return grant

    async def refresh(self, generation: int) -> None:
        """Drop the token of this generation and wait for its successor; raises TokenError."""
        if generation == self._generation:
            self._header = None
        await self.obtain()

    async def close(self) -> None:
        """Cancel an exchange under way."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    def _start(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._exchange(), name="mirakl token exchange")
            self._task.add_done_callback(_retrieve)
        return self._task

    async def _exchange(self) -> None:
        began = self._clock.monotonic()
        try:
            token, life = await self._fetch()
        except TokenRefused as refusal:
            self._refusal = refusal
            self._refused_until = self._clock.monotonic() + REFUSAL_CACHE_SECONDS
            raise
        self._header = RedactedStr(f"Bearer {token}")
        self._generation += 1
        self._soft_at = began + life - min(SOFT_WINDOW, 0.20 * life)
        self._hard_at = began + life - min(HARD_WINDOW, 0.05 * life)
        self._refusal = None


def _retrieve(task: asyncio.Task[None]) -> None:
    """Take the result of an exchange nobody waits for any more; those who wait get it too."""
    if not task.cancelled():
        task.exception()


class TokenExchange:
    """The client_credentials exchange, with retries of its own."""

    __slots__ = ("_clock", "_form", "_host", "_url", "_wire")

    def __init__(self, url: str, form: bytes, wire: Wire, clock: Clock) -> None:
        self._url = url
        self._host = urlsplit(url).netloc
        self._form = form
        self._wire = wire
        self._clock = clock

    async def fetch(self) -> tuple[str, float]:
        """A token and its life in seconds; raises TokenRefused or TokenUnavailable."""
        trouble, pause = "", 0.0
        for attempt in range(MAX_ATTEMPTS):
            if pause:
                await self._clock.sleep(pause)
            pause = self._clock.random() * 0.5 * 2.0**attempt
            answer = await self._post()
            found = answer if isinstance(answer, str) else read_token(answer, self._host)
            if not isinstance(found, str):
                return found
            trouble = found
            if not isinstance(answer, str):
                advice = retry_after(answer.headers) or 0.0
                pause = max(pause, min(advice, LONGEST_PAUSE))
        raise TokenUnavailable(f"no access token from {self._host} after {MAX_ATTEMPTS} attempts: {trouble}")

    async def _post(self) -> WireResponse | str:
        try:
            return await self._wire.exchange(
                "POST",
                self._url,
                {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                self._form,
                timeout=EXCHANGE_TIMEOUT,
                max_bytes=64 * 1024,
            )
        except WireError as fault:
            return fault.reason
