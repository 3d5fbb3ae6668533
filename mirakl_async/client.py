"""What both clients are made of: opening and closing, options, and calls that no typed method stands for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, Unpack, cast
from urllib.parse import urlsplit

from . import settings
from .caller import RawCaller, value_of
from .checks import CALLABLE, Rule, Rules, check_arguments, check_settings, instance, offering
from .clock import Clock, SystemClock
from .downloads import Download
from .errors import ClientStateError, ConfigurationError, InvalidArgument, UnknownOperation
from .http import request_builder as calls
from .http.request import Request
from .http.response import Response
from .http.transport import Transport
from .instrumentation import Counters, Instrumentation, Listener
from .operation import Operation
from .operations import operations
from .options import Limits, Options, Rate, Retry, Timeouts, check_options
from .rate_limits.bucket import LocalRateLimiter, RateLimitPolicy
from .redaction import clear_locals, clears_locals, hidden

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Awaitable, Callable, Coroutine
    from types import TracebackType

    from .http.auth import Credential
    from .http.expected_responses import AcceptResponse
    from .http.wire import Wire
    from .operation import RetryClass, Service
    from .rate_limits.bucket import RateLimiter

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
    "proxy": Rule("a URL such as http://proxy.example:3128", settings.is_http_url, optional=True),
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


class Lifetime:
    """The transport of a client and of every copy that `with_options` makes: opened once, closed once."""

    __slots__ = ("closed", "make", "transport")

    def __init__(self, make: Callable[[], Transport]) -> None:
        self.make: Callable[[], Transport] = make
        self.transport: Transport | None = None
        self.closed: bool = False


class Client:
    """Opens, closes, and runs operations; use ConnectChannel or MarketplaceFront.

    Use it as `async with`, or `await client.open()` and `await client.close()`. It belongs to the event loop it was
    opened on.
    """

    def __init__(
        self,
        *,
        bases: Mapping[Service, str],
        token_url: str,
        auth: Credential | None,
        rate_limit: settings.RateUsage | None,
        rate_limits: Mapping[str, Rate] | None,
        timeouts: Timeouts | None,
        retry: Retry | None,
        limits: Limits | None,
        rate_limiter: RateLimiter | None,
        listener: Listener | None,
        accept_response: AcceptResponse | None,
        proxy: str | None,
        ssl: ssl_module.SSLContext | None,
        wire: Wire | None,
        clock: Clock | None,
    ) -> None:
        check_settings("", SETTINGS, locals())
        self._bases = bases
        self._options: Options = {}
        self._watch = Instrumentation(*([listener] if listener else []))
        timeouts, clock = timeouts or Timeouts(), clock or SystemClock()
        credential = auth if auth is not None else settings.credential()
        # Not shown: it may be the secret itself.
        check_settings("", {"auth": CREDENTIAL}, {"auth": credential})
        own = _by_group(rate_limits or {})
        name, chosen = settings.chosen("rate_limit", rate_limit, "MIRAKL_RATE")
        usage = settings.rate_usage(chosen, name)

        def make() -> Transport:
            carrier = wire or _aiohttp_wire(timeouts, proxy, ssl)
            authenticator = credential.authenticator(token_url, carrier, clock)
            names: dict[Service, str] = {service: urlsplit(base).netloc for service, base in bases.items()}
            return Transport(
                wire=carrier,
                auth=authenticator,
                rate_limiter=rate_limiter or LocalRateLimiter(clock),
                rate_limit_policy=RateLimitPolicy(names, authenticator.identity, usage, own),
                clock=clock,
                instrumentation=self._watch,
                retry=retry or Retry(),
                timeouts=timeouts,
                limits=limits or Limits(),
                accept_response=accept_response,
            )

        self._lifetime = Lifetime(make)

    def __repr__(self) -> str:
        hosts = ", ".join(sorted({urlsplit(base).netloc for base in self._bases.values()}))
        state = "open" if self._lifetime.transport else "closed" if self._lifetime.closed else "not opened"
        return f"<{type(self).__name__} {hosts} ({state})>"

    async def open(self) -> Self:
        """Make the client ready on the running event loop; nothing is sent yet."""
        if self._lifetime.closed:
            raise ClientStateError(f"{type(self).__name__} was closed; make a new one")
        if self._lifetime.transport is None:
            self._lifetime.transport = self._lifetime.make()
        return self

    async def close(self) -> None:
        """Close every connection; closing twice is harmless."""
        self._lifetime.closed = True
        transport, self._lifetime.transport = self._lifetime.transport, None
        if transport is not None:
            await transport.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def transport(self) -> Transport:
        """The transport, for what is built on this package; raises ClientStateError unless the client is open."""
        if self._lifetime.transport is None:
            name = type(self).__name__
            state = "is closed" if self._lifetime.closed else "is not open"
            raise ClientStateError(f"{name} {state}: use `async with {name}(...)`, or `await client.open()` first")
        return self._lifetime.transport

    @property
    def counters(self) -> Counters:
        """What this client did since it was made."""
        return self._watch.counters

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Pass every event of this client to `listener`; returns a function that ends it."""
        check_arguments("subscribe", {"listener": CALLABLE}, {"listener": listener})
        return self._watch.subscribe(listener)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """The same client, connections and limits included, with other defaults for its calls."""
        check_options("with_options", options)
        other = copy.copy(self)
        for name in vars(self):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(other, name)  # a resource made for this client would call with this client's options
        other._options = {**self._options, **options}  # noqa: SLF001 - a copy of this very object
        return other

    def base_url(self, service: Service) -> str:
        """Where a service of this client lives; raises ConfigurationError for one it does not talk to."""
        try:
            return self._bases[service]
        except KeyError:
            raise ConfigurationError(f"{type(self).__name__} does not talk to the {service} API") from None

    def build_request(self, operation: Operation[Any], arguments: Mapping[str, object]) -> Request:
        """The request that a call of `operation` with these arguments would send."""
        try:
            return calls.build(operation, arguments, self.base_url(operation.service))
        except BaseException as error:
            clear_locals(error)
            raise

    def options_for(self, options: Options, code: str = "call") -> Options:
        """The client's own options with those of one call laid over them; refuses one that is none."""
        check_options(code, options)
        return {**self._options, **options} if self._options else options

    def run(
        self, operation: Operation[Any], arguments: Mapping[str, object], options: Options
    ) -> Coroutine[Any, Any, Response]:
        """Run an operation and give its reply undecoded; what every other way of calling goes through."""
        request = self.build_request(operation, arguments)
        return self.transport.run(request, self.options_for(options, operation.code) if options else self._options)

    async def call(
        self, code: str, params: Mapping[str, object] | None = None, *, body: object = None, **options: Unpack[Options]
    ) -> Any:
        """Run any operation by Mirakl's own code, with wire names; returns what its typed method would.

        `params` holds path, query and form members by the names Mirakl documents ("import", "order_ids"); `body` is
        JSON as bytes or text, or anything msgspec encodes. Lists take one page: nothing is paged or split here. A file
        comes as a `Download`, which asks for nothing before it is opened or saved.
        """
        params, body = hidden(params), hidden(body)
        operation = self._operation(code, params)
        if operation.answer == "stream":
            self._request(operation, params, body)
            return Download(self, operation, calls.by_argument(operation, params or {}), options)
        return value_of(await self.call_raw(code, params, body=body, **options), self)

    async def call_raw(
        self, code: str, params: Mapping[str, object] | None = None, *, body: object = None, **options: Unpack[Options]
    ) -> Response:
        """Like `call`, but gives the undecoded reply."""
        params, body = hidden(params), hidden(body)
        operation = self._operation(code, params)
        request = self._request(operation, params, body)
        return await self.transport.run(request, self.options_for(options, operation.code))

    def _request(self, operation: Operation[Any], params: Mapping[str, object] | None, body: object) -> Request:
        try:
            return calls.build_by_wire_names(operation, params or {}, body, self.base_url(operation.service))
        except BaseException as error:
            clear_locals(error)
            raise

    def _operation(self, code: str, params: Mapping[str, object] | None) -> Operation[Any]:
        check_arguments("call", CALL, locals())
        return operations.of(self._bases, code)

    @clears_locals
    async def raw_response(self, method: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Response:
        """The undecoded reply of a typed method: `await front.raw(front.orders.get, "o1")`.

        A list method gives the reply of its first page.
        """
        bound = cast("Any", method)
        resource = getattr(bound, "__self__", None)
        if resource is None or not hasattr(resource, "_caller"):
            raise InvalidArgument(
                "raw_response", "method", "takes a typed method of this client, such as front.orders.get"
            )
        twin = copy.copy(resource)
        twin._caller = RawCaller(self)  # noqa: SLF001 - a copy, whose calls are answered otherwise
        return await cast("Awaitable[Response]", bound.__func__(twin, *args, **kwargs))

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
        to: Service = next(iter(self._bases)) if service is None else service
        request = calls.build_unknown(method, path, to, self.base_url(to), query, body, retry)
        return await self.transport.run(request, self.options_for(options, "request"))


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
