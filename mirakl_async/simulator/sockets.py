"""A service on a socket: aiohttp reads the requests and writes the answers, except those that a fault breaks."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from . import broken_responses
from .clock import Clock
from .exchange import Answer, Service
from .faults import TriggeredFault
from .pipeline import ConnectionUnusable, SimulatorContext, respond
from .routing import Router, refusal
from .visitors import refuse_foreign_pages

__all__ = ["SocketRequest", "application"]


def application(router: Router, context: SimulatorContext, hosts: Collection[str] = ()) -> web.Application:
    """Return a service as an aiohttp application; paths outside the service's base are left to other applications."""
    service = router.service

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            answer = await respond(router, SocketRequest(request, service, context.clock), context)
        except ConnectionUnusable:
            return web.Response(status=500)  # is never sent, because the transport is closed
        return await _sent(request, answer)

    app = web.Application(
        client_max_size=service.max_bytes, middlewares=[refuse_foreign_pages(hosts), _error_format(service)]
    )
    app.router.add_route("*", service.base + "/{path:.*}", handle)
    return app


class SocketRequest:
    """A request from a socket, an implementation of `pipeline.Inbound`."""

    __slots__ = ("_clock", "_request", "_service", "headers", "method", "path", "query")

    def __init__(self, request: web.Request, service: Service, clock: Clock) -> None:
        self._request = request
        self._service = service
        self._clock = clock
        self.method: str = request.method
        self.path: str = request.rel_url.raw_path
        self.query: str = request.rel_url.raw_query_string
        self.headers: Mapping[str, str] = request.headers

    @property
    def origin(self) -> str:
        """Scheme, host and port, as sent by the client."""
        return f"{self._request.scheme}://{self._request.host}"

    async def read(self) -> bytes | Answer:
        """Read the body."""
        try:
            return await self._request.read()
        except web.HTTPRequestEntityTooLarge:
            return refusal(self._service, 413)
        except web.RequestPayloadError:
            return self._service.refuse(400, "INVALID_INPUT", "The body is not encoded as its headers say")

    async def sleep(self, seconds: float) -> None:
        """Sleep by the simulator's clock."""
        await self._clock.sleep(seconds)

    async def corrupt(self, one: TriggeredFault, answer: Answer) -> Answer:
        """Break the connection; the error's status is the part of the answer that the client could read."""
        transport, fault, status = self._request.transport, one.fault, 0
        if transport is None:
            raise ConnectionUnusable
        match fault.kind:
            case "truncate":
                broken_responses.truncate(transport, answer, fault.fraction)
            case "drip":
                await broken_responses.drip(transport, answer, one.seconds, self._clock)
                status = answer.status
            case "hang_up":
                broken_responses.hang_up(transport, answer)
                status = answer.status
            case _:
                broken_responses.reset(transport)
        raise ConnectionUnusable(status)


async def _sent(request: web.Request, answer: Answer) -> web.StreamResponse:
    if answer.pieces is None:
        return _response(answer)
    headers = {**answer.headers, "Content-Type": answer.content_type}
    response = web.StreamResponse(status=answer.status, headers=headers)
    with contextlib.suppress(ConnectionError):  # the client has left
        await response.prepare(request)
        await response.write(answer.body)
        for piece in answer.pieces:
            await response.write(piece)
        await response.write_eof()
    return response


def _response(answer: Answer) -> web.Response:
    if not answer.body:
        return web.Response(status=answer.status, headers=answer.headers)
    return web.Response(
        status=answer.status,
        body=answer.body,
        headers={**answer.headers, "Content-Type": answer.content_type},
    )


def _error_format(service: Service) -> Middleware:
    """Return errors of the HTTP layer in the service's own error format."""

    @web.middleware
    async def reword(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            # A 404 would mean "no such order", although the path is unknown.
            status = 501 if error is request.match_info.http_exception and error.status == 404 else error.status
            allow = {error.headers["Allow"]} if "Allow" in error.headers else None
            return _response(refusal(service, status, error.reason, allow=allow))

    return reword
