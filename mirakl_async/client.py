"""The base class of both clients: opening and closing, options, and calls without a typed method."""

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
"""The rules for the settings of the clients."""
CALL: Rules = {
    "code": instance(str, 'a code such as "OR11"'),
    "params": instance(Mapping, "a mapping of names to values").or_none(),
}
"""The rules for the arguments of `Client.call`."""
CREDENTIAL = offering("ClientCredentials(...), BearerToken(...) or ApiKey(...)", "authenticator")
RATE = instance(Rate, "Rate(calls, seconds)")


class ClientSettings(TypedDict, total=False):
    """The settings of both clients, except their hosts; ConnectChannel describes them."""

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
        make_transport = _transport_maker(bases, token_url, given, self._instrumentation)
        self._session = self._session_type(owner, bases, make_transport)

    def __repr__(self) -> str:
        return repr(self._session)

    if not TYPE_CHECKING:  # with __getattr__, type checkers would accept any attribute

        def __getattr__(self, name: str) -> object:
            raise missing_attribute(self, name)

    async def open(self) -> Self:
        """Open the client on the running event loop; sends nothing. Raises ClientStateError after `close`."""
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
        """The session that sends the calls, for libraries that build on this package."""
        return self._session

    @property
    def counters(self) -> Counters:
        """The counters of this client since it was created."""
        return self._instrumentation.counters

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event of this client; returns a function that unsubscribes it."""
        check_arguments("subscribe", {"listener": CALLABLE}, {"listener": listener})
        return self._instrumentation.subscribe(listener)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """A client with other defaults for its calls, which shares the connections and rate limits of this one."""
        session = self._session.with_options(options)
        other = copy.copy(self)
        for name in vars(self):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(other, name)  # a cached resource would use this client's options
        other._session = session  # noqa: SLF001 - a copy of this very object
        return other

    async def call(
        self, code: str, params: Mapping[str, object] | None = None, *, body: object = None, **options: Unpack[Options]
    ) -> Any:
        """Run any operation by Mirakl's code and wire names; returns the same as its typed method.

        `params` contains path, query and form parameters by Mirakl's documented names ("import", "order_ids"); `body`
        is JSON as bytes or str, or anything that msgspec encodes. A list operation returns one page: nothing is paged
        or split here. A file operation returns a `Download`, which sends nothing before it is opened or saved.
        """
        params, body = hidden(params), hidden(body)
        request = self._request(code, params, body)
        if request.operation.answer == "stream":
            return Download(self._session, request, options)
        return decoded(await self._session.send(request, options), self._session)

    async def call_raw(
        self, code: str, params: Mapping[str, object] | None = None, *, body: object = None, **options: Unpack[Options]
    ) -> Response:
        """Like `call`, but returns the undecoded response."""
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
        """Return the undecoded response of a typed method: `await front.raw_response(front.orders.get, "o1")`.

        A list method returns the response of its first page.
        """
        resource = getattr(method, "__self__", None)
        if not isinstance(resource, Resource):
            raise InvalidArgument(
                "raw_response", "method", "must be a typed method of this client, such as front.orders.get"
            )
        raw_resource = type(resource)(RawCaller(resource.session))
        response: Response = await cast("Any", method).__func__(raw_resource, *args, **kwargs)
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
        """Call an endpoint that this package does not know, with the client's credentials, limits and errors.

        `path` is relative to the base URL of the service. `retry` is the retry class of the call, by default "safe" for
        GET and HEAD and "unsafe" for other methods.
        """
        body = hidden(body)
        session = self._session
        target: Service = next(iter(session.bases)) if service is None else service
        request = request_builder.build_undocumented(method, path, target, session.base_url(target), query, body, retry)
        return await session.send(request, options)


def check_names(owner: str, given: ClientSettings) -> None:
    """Raise TypeError for an unknown setting."""
    known = ClientSettings.__annotations__.keys()
    for name in sorted(given.keys() - known):
        hint = did_you_mean(name, known)
        names = ", ".join(known)
        raise TypeError(f"{owner}(): unknown setting {name!r}; valid settings, besides the hosts: {names}{hint}")


def _transport_maker(
    bases: Mapping[Service, str], token_url: str, given: ClientSettings, instrumentation: Instrumentation
) -> Callable[[], Transport]:
    """Validate the settings, and return the function that makes the transport when the client is opened."""
    credential = settings.credential() if (auth := given.get("auth")) is None else auth
    # The rule does not show the value, which may be the secret itself.
    check_settings("", {"auth": CREDENTIAL}, {"auth": credential})
    user_rates = _by_group(given.get("rate_limits") or {})
    name, chosen = settings.chosen("rate_limit", given.get("rate_limit"), "MIRAKL_RATE")
    usage = settings.rate_usage(chosen, name)
    timeouts, clock = given.get("timeouts") or Timeouts(), given.get("clock") or SystemClock()

    def make_transport() -> Transport:
        wire = given.get("wire") or _aiohttp_wire(timeouts, given.get("proxy"), given.get("ssl"))
        authenticator = credential.authenticator(token_url, wire, clock)
        names: dict[Service, str] = {service: urlsplit(base).netloc for service, base in bases.items()}
        return Transport(
            wire=wire,
            auth=authenticator,
            rate_limiter=given.get("rate_limiter") or LocalRateLimiter(clock),
            rate_limit_policy=RateLimitPolicy(names, authenticator.identity, usage, user_rates),
            clock=clock,
            instrumentation=instrumentation,
            retry=given.get("retry") or Retry(),
            timeouts=timeouts,
            limits=given.get("limits") or Limits(),
            accept_response=given.get("accept_response"),
        )

    return make_transport


def _by_group(rates: Mapping[str, Rate]) -> dict[str, Rate]:
    """The user's rates by limit group; raises ConfigurationError for an unknown code, which would have no effect."""
    rates_by_group: dict[str, Rate] = {}
    for code, rate in rates.items():
        check_settings("", {f"rate_limits[{code!r}]": RATE}, {f"rate_limits[{code!r}]": rate})
        try:
            operation = operations[code]
        except UnknownOperation as error:
            raise ConfigurationError(f"rate_limits: {error}") from None
        rates_by_group[operation.group or operation.code] = rate
    return rates_by_group


def _aiohttp_wire(timeouts: Timeouts, proxy: str | None, ssl: ssl_module.SSLContext | None) -> Wire:
    # aiohttp takes 200 ms to import, so it is imported when a client is opened.
    from .http.aiohttp_wire import AiohttpWire  # noqa: PLC0415

    return AiohttpWire(timeouts, proxy=proxy, ssl=ssl)
