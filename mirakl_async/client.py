"""What both clients are made of: opening and closing, options, and calls that no typed method stands for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, Self, TypedDict, TypeVar, Unpack, cast
from urllib.parse import urlsplit

from . import settings
from .caller import RawCaller, decoded
from .checks import CALLABLE, Rule, Rules, check_arguments, check_settings, did_you_mean, instance, offering
from .clock import Clock, SystemClock
from .downloads import Download
from .errors import ConfigurationError, InvalidArgument, UnknownOperation
from .http import request_builder
from .http.response import Response
from .http.session import Session
from .http.transport import Transport
from .http.urls import is_http_url
from .instrumentation import Counters, Instrumentation, Listener
from .operations import operations
from .options import Limits, Options, Rate, Retry, Timeouts
from .rate_limits.bucket import LocalRateLimiter, RateLimitPolicy
from .redaction import clear_locals, clears_locals, hidden
from .resource import Resource, missing_attribute

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Callable
    from types import TracebackType

    from .http.auth import Credential
    from .http.expected_responses import AcceptResponse
    from .http.request import Request
    from .http.wire import Wire
    from .operation import RetryClass, Service
    from .rate_limits.bucket import RateLimiter

__all__ = ["CALL", "SETTINGS", "Client", "ClientSettings", "check_names"]

T = TypeVar("T")
P = ParamSpec("P")
SETTINGS: Rules = {
    "rate_limits": instance(Mapping, 'a mapping such as {"OR11": Rate(10, 60.0)}').or_none(),
    "timeouts": instance(Timeouts, "Timeouts(...)").or_none(),
    "retry": instance(Retry, "Retry(...)").or_none(),
    "limits": instance(Limits, "Limits(...)").or_none(),
    "rate_limiter": offering("a limiter such as RedisRateLimiter(...)", "try_acquire", "acquire").or_none(),
    "listener": CALLABLE.or_none(),
    "accept_response": CALLABLE.or_none(),
    "proxy": Rule("a URL such as http://proxy.example:3128", is_http_url, optional=True),
    "ssl": instance(SSLContext, "an ssl.SSLContext").or_none(),
    "wire": offering("a Wire", "exchange").or_none(),
    "clock": offering("a Clock", "monotonic", "sleep").or_none(),
}
"""What the clients' settings take."""
CALL: Rules = {
    "code": instance(str, 'a code such as "OR11"'),
    "params": instance(Mapping, "a mapping of names to values").or_none(),
}
"""What `Client.call` takes."""
CREDENTIAL = offering("ClientCredentials(...), BearerToken(...) or ApiKey(...)", "authenticator")
RATE = instance(Rate, "Rate(calls, seconds)")


class ClientSettings(TypedDict, total=False):
    """What both clients take beside their hosts; see ConnectChannel."""

    auth: Credential | None
    rate_limit: settings.RateUsage | None
    rate_limits: Mapping[str, Rate] | None
    timeouts: Timeouts | None
    retry: Retry | None
    limits: Limits | None
    rate_limiter: RateLimiter | None
    listener: Listener | None
    accept_response: AcceptResponse | None
    proxy: str | None
    ssl: ssl_module.SSLContext | None
    wire: Wire | None
    clock: Clock | None


class Client:
    """Opens, closes, and runs operations; use ConnectChannel or MarketplaceFront.

    Use it as `async with`, or `await client.open()` and `await client.close()`. It belongs to the event loop it was
    opened on.
    """

    _session_type: ClassVar[type[Session]] = Session

    def __init__(self, bases: Mapping[Service, str], token_url: str, given: ClientSettings) -> None:
        owner = type(self).__name__
        check_settings("", SETTINGS, {name: given.get(name) for name in SETTINGS})
        self._instrumentation = Instrumentation(*([listener] if (listener := given.get("listener")) else []))
        make = _transport_maker(bases, token_url, given, self._instrumentation)
        self._session = self._session_type(owner, bases, make)

    def __repr__(self) -> str:
        return repr(self._session)

    if not TYPE_CHECKING:  # a type checker would take any attribute to be there

        def __getattr__(self, name: str) -> object:
            raise missing_attribute(self, name)

    async def open(self) -> Self:
        """Make the client ready on the running event loop; nothing is sent yet. Raises ClientStateError once closed."""
        self._session.open()
        return self

    async def close(self) -> None:
        """Close every connection; closing twice is harmless."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def session(self) -> Session:
        """What calls are sent through, for what is built on this package."""
        return self._session

    @property
    def counters(self) -> Counters:
        """What this client did since it was made."""
        return self._instrumentation.counters

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Pass every event of this client to `listener`; returns a function that ends it."""
        check_arguments("subscribe", {"listener": CALLABLE}, {"listener": listener})
        return self._instrumentation.subscribe(listener)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """The same client, connections and limits included, with other defaults for its calls."""
        session = self._session.with_options(options)
        other = copy.copy(self)
        for name in vars(self):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(other, name)  # a resource made for this client would call with this client's options
        other._session = session  # noqa: SLF001 - a copy of this very object
        return other

    async def call(
        self, code: str, params: Mapping[str, object] | None = None, *, body: object = None, **options: Unpack[Options]
    ) -> Any:
        """Run any operation by Mirakl's own code, with wire names; returns what its typed method would.

        `params` holds path, query and form members by the names Mirakl documents ("import", "order_ids"); `body` is
        JSON as bytes or text, or anything msgspec encodes. Lists take one page: nothing is paged or split here. A file
        comes as a `Download`, which asks for nothing before it is opened or saved.
        """
        params, body = hidden(params), hidden(body)
        request = self._request(code, params, body)
        if request.operation.answer == "stream":
            return Download(self._session, request, options)
        return decoded(await self._session.send(request, options), self._instrumentation)

    async def call_raw(
        self, code: str, params: Mapping[str, object] | None = None, *, body: object = None, **options: Unpack[Options]
    ) -> Response:
        """Like `call`, but gives the undecoded reply."""
        params, body = hidden(params), hidden(body)
        return await self._session.send(self._request(code, params, body), options)

    def _request(self, code: str, params: Mapping[str, object] | None, body: object) -> Request:
        check_arguments("call", CALL, {"code": code, "params": params})
        operation = operations.of(self._session.bases, code)
        try:
            base = self._session.base_url(operation.service)
            return request_builder.build_by_wire_names(operation, params or {}, body, base)
        except BaseException as error:
            clear_locals(error)
            raise

    @clears_locals
    async def raw_response(self, method: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Response:
        """The undecoded reply of a typed method: `await front.raw_response(front.orders.get, "o1")`.

        A list method gives the reply of its first page.
        """
        resource = getattr(method, "__self__", None)
        if not isinstance(resource, Resource):
            raise InvalidArgument(
                "raw_response", "method", "takes a typed method of this client, such as front.orders.get"
            )
        twin = type(resource)(RawCaller(resource.session))
        response: Response = await cast("Any", method).__func__(twin, *args, **kwargs)
        return response

    async def request(
        self,
        method: str,
        path: str,
        *,
        service: Service | None = None,
        query: Mapping[str, object] | None = None,
        body: object = None,
        retry: RetryClass | None = None,
        **options: Unpack[Options],
    ) -> Response:
        """Reach an endpoint this package does not know, with its token, limits and errors.

        `path` is relative to the service's base URL. `retry` says whether repeating is harmless: "safe" for GET and
        HEAD, "unsafe" for everything else unless told otherwise.
        """
        body = hidden(body)
        session = self._session
        to: Service = next(iter(session.bases)) if service is None else service
        request = request_builder.build_undocumented(method, path, to, session.base_url(to), query, body, retry)
        return await session.send(request, options)


def check_names(owner: str, given: ClientSettings) -> None:
    """Raises TypeError for a setting that no client has."""
    known = ClientSettings.__annotations__.keys()
    for name in sorted(given.keys() - known):
        hint = did_you_mean(name, known)
        raise TypeError(f"{owner}() has no setting {name!r}: beside its hosts it takes {', '.join(known)}{hint}")


def _transport_maker(
    bases: Mapping[Service, str], token_url: str, given: ClientSettings, instrumentation: Instrumentation
) -> Callable[[], Transport]:
    """What makes the transport when the client is opened; all that can be wrong is said before."""
    credential = settings.credential() if (auth := given.get("auth")) is None else auth
    # Not shown: it may be the secret itself.
    check_settings("", {"auth": CREDENTIAL}, {"auth": credential})
    own = _by_group(given.get("rate_limits") or {})
    name, chosen = settings.chosen("rate_limit", given.get("rate_limit"), "MIRAKL_RATE")
    usage = settings.rate_usage(chosen, name)
    timeouts, clock = given.get("timeouts") or Timeouts(), given.get("clock") or SystemClock()

    def make() -> Transport:
        wire = given.get("wire") or _aiohttp_wire(timeouts, given.get("proxy"), given.get("ssl"))
        authenticator = credential.authenticator(token_url, wire, clock)
        names: dict[Service, str] = {service: urlsplit(base).netloc for service, base in bases.items()}
        return Transport(
            wire=wire,
            auth=authenticator,
            rate_limiter=given.get("rate_limiter") or LocalRateLimiter(clock),
            rate_limit_policy=RateLimitPolicy(names, authenticator.identity, usage, own),
            clock=clock,
            instrumentation=instrumentation,
            retry=given.get("retry") or Retry(),
            timeouts=timeouts,
            limits=given.get("limits") or Limits(),
            accept_response=given.get("accept_response"),
        )

    return make


def _by_group(rates: Mapping[str, Rate]) -> dict[str, Rate]:
    """A user's own rates by what shares them; a misspelt code would leave the documented rate in force unseen."""
    found: dict[str, Rate] = {}
    for code, rate in rates.items():
        check_settings("", {f"rate_limits[{code!r}]": RATE}, {f"rate_limits[{code!r}]": rate})
        try:
            operation = operations[code]
        except UnknownOperation as error:
            raise ConfigurationError(f"rate_limits: {error}") from None
        found[operation.group or operation.code] = rate
    return found


def _aiohttp_wire(timeouts: Timeouts, proxy: str | None, ssl: ssl_module.SSLContext | None) -> Wire:
    # aiohttp takes 200 ms to import: a program pays for it when it opens a client, not when it imports one.
    from .http.aiohttp_wire import AiohttpWire  # noqa: PLC0415

    return AiohttpWire(timeouts, proxy=proxy, ssl=ssl)
