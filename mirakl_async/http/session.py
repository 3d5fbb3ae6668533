"""What the calls of one client share: the base URLs of its services, its options, and its transport.

Clients, lists, downloads and jobs send through a session. The transport is opened and closed once; `with_options`
returns a session with other defaults that shares it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import ClientStateError, ConfigurationError
from ..options import check_options
from ..redaction import clear_locals
from . import request_builder

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from ..clock import Clock
    from ..operation import Operation, Service
    from ..options import Options
    from .request import Request
    from .response import Response
    from .transport import Transport

__all__ = ["Session"]


class Session:
    """Builds and sends requests. `owner` is the client's name in messages; `bases` holds the base URL of services."""

    __slots__ = ("_closed", "_make_transport", "_options", "_parent", "_transport", "bases", "owner")

    def __init__(
        self,
        owner: str,
        bases: Mapping[Service, str],
        make_transport: Callable[[], Transport],
        *,
        options: Options | None = None,
        parent: Session | None = None,
    ) -> None:
        self.owner: str = owner
        self.bases: Mapping[Service, str] = bases
        self._make_transport = make_transport
        self._options: Options = options or {}
        self._parent = parent  # the session that owns the transport
        self._transport: Transport | None = None
        self._closed = False

    def __repr__(self) -> str:
        hosts = ", ".join(sorted({urlsplit(base).netloc for base in self.bases.values()}))
        return f"<{self.owner} {hosts} ({self.state})>"

    @property
    def state(self) -> str:
        """The state of the client: "not opened", "open" or "closed"."""
        if self._parent is not None:
            return self._parent.state
        return "open" if self._transport is not None else "closed" if self._closed else "not opened"

    @property
    def transport(self) -> Transport:
        """The transport; raises ClientStateError unless the client is open."""
        if self._parent is not None:
            return self._parent.transport
        if self._transport is None:
            state = "is closed" if self._closed else "is not open"
            use = f"use `async with {self.owner}(...)`, or `await client.open()` first"
            raise ClientStateError(f"{self.owner} {state}: {use}")
        return self._transport

    @property
    def clock(self) -> Clock:
        """The client's clock, for waits between calls; raises ClientStateError unless the client is open."""
        return self.transport.clock

    def open(self) -> None:
        """Make the transport on the running event loop, once. Raises ClientStateError after `close`."""
        if self._parent is not None:
            self._parent.open()
        elif self._closed:
            raise ClientStateError(f"{self.owner} is closed; create a new one")
        elif self._transport is None:
            self._transport = self._make_transport()

    async def close(self) -> None:
        """Close every connection; closing twice is harmless."""
        if self._parent is not None:
            await self._parent.close()
            return
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()

    def with_options(self, options: Options) -> Session:
        """A session with other defaults and the same transport; raises InvalidArgument for an unknown option."""
        check_options("with_options", options)
        merged: Options = {**self._options, **options}
        return Session(self.owner, self.bases, self._make_transport, options=merged, parent=self._parent or self)

    def options_for(self, options: Options, operation: Operation[Any] | None = None) -> Options:
        """The client's options, overridden by those of one call; raises InvalidArgument for an unknown option."""
        if not options:
            return self._options
        if operation is None:
            check_options("call", options)
        else:
            check_options(operation.code, options, (param.argument for param in operation.params))
        return {**self._options, **options} if self._options else options

    def base_url(self, service: Service) -> str:
        """The base URL of a service; raises ConfigurationError for one that this client does not serve."""
        try:
            return self.bases[service]
        except KeyError:
            raise ConfigurationError(f"{self.owner} does not serve the {service} API") from None

    def build(self, operation: Operation[Any], arguments: Mapping[str, object]) -> Request:
        """Build the request of a call; raises InvalidArgument."""
        try:
            base = self.bases.get(operation.service) or self.base_url(operation.service)
            return request_builder.build(operation, arguments, base)
        except BaseException as error:
            clear_locals(error)  # its frames hold the arguments, which may be personal data
            raise

    def send(self, request: Request, options: Options) -> Coroutine[Any, Any, Response]:
        """Send a request with retries and read the response; raises CallError or TokenError when awaited."""
        transport = self._transport or self.transport
        return transport.run(request, self.options_for(options, request.operation) if options else self._options)
