"""The way of one request through the simulator, the only file between a socket and a service.

faults before -> token -> limit -> body -> latency -> the service decides -> faults after -> answer

The limit is judged when the head of a request has arrived, as a gateway does, and the work happens at the end of the
latency: requests in flight together may be applied in any order.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import Struct

from . import broken_responses
from .clock import Clock
from .exchange import Answer, Call, Route, Service
from .faults import FaultPlan, TriggeredFault
from .ratelimits import SlidingWindows, retry_after
from .tokens import Tokens
from .visitors import refuse_foreign_pages

Latency = float | tuple[float, float]
"""Seconds that every answer takes, or the bounds between which they are drawn."""


class RequestRecord(Struct, frozen=True, gc=False):
    """One line of the log: `at` and `seconds` by the simulator's monotonic clock, `fault` what went wrong with it.

    `status` is what the client was sent, 0 where nothing that can be read was. No headers, no query, no body.
    """

    at: float
    method: str
    path: str
    operation: str
    status: int
    seconds: float
    fault: str = ""


class SimulatorContext(NamedTuple):
    """What all services of one simulator share."""

    clock: Clock
    faults: FaultPlan
    limits: SlidingWindows
    tokens: Tokens
    log: deque[RequestRecord]
    latency: Latency
    random: Random


def application(service: Service, context: SimulatorContext) -> web.Application:
    """Return the service as an aiohttp application."""
    app = web.Application(client_max_size=service.most_bytes, middlewares=[refuse_foreign_pages, _own_words(service)])
    for route in service.routes:
        app.router.add_route(route.method, service.base + route.path, _handler(service, route, context))
    return app


class ConnectionUnusable(Exception):
    """The connection is beyond use: no proper answer can follow. `status` is what could be read all the same."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


def _handler(service: Service, route: Route, context: SimulatorContext) -> Handler:
    clock = context.clock

    async def handle(request: web.Request) -> web.StreamResponse:
        at = clock.monotonic()
        triggered = context.faults.draw(route.operation)
        status = 0
        try:
            answer = await _answer(request, service, route, context, triggered)
            status = answer.status
        except ConnectionUnusable as unusable:
            status = unusable.status
            answer = Answer(500)  # never leaves: the transport is closed
        finally:
            context.log.append(
                RequestRecord(
                    at=at,
                    method=request.method,
                    path=request.path,
                    operation=route.operation,
                    status=status,
                    seconds=clock.monotonic() - at,
                    fault=",".join(one.fault.kind for one in triggered),
                )
            )
        return await _sent(request, answer)

    return handle


async def _answer(
    request: web.Request,
    service: Service,
    route: Route,
    context: SimulatorContext,
    triggered: Sequence[TriggeredFault],
) -> Answer:
    before = [one for one in triggered if not one.fault.triggers_after]
    struck = await _trigger(request, before, None, context)
    if struck is not None:
        return struck
    credential = ""
    if service.guarded:
        known = context.tokens.credential(request.headers.get("Authorization", ""), keys=service.takes_keys)
        if known is None:
            return service.refuse(401, "UNAUTHORIZED", "The access token is missing, unknown or has expired")
        credential = known
        wait = context.limits.admit(credential, route.operation)
        if wait is not None:
            refusal = service.refuse(429, "TOO_MANY_REQUESTS", "The call frequency of this operation is exceeded")
            return Answer(429, refusal.body, refusal.content_type, {"Retry-After": retry_after(wait)})
    body = await request.read()
    await context.clock.sleep(_seconds(context))
    call = Call(
        operation=route.operation,
        path=dict(request.match_info),
        query=dict(request.query),
        content_type=request.content_type if "Content-Type" in request.headers else "",
        body=body,
        credential=credential,
        pairs=tuple(request.query.items()),
        headers=request.headers,
        url=str(request.url.with_query(None)),
    )
    answer = route.handle(call)
    after = [one for one in triggered if one.fault.triggers_after]
    if not after:
        return answer
    answer = _whole(answer)
    return await _trigger(request, after, answer, context) or answer


async def _trigger(
    request: web.Request,
    triggered: Sequence[TriggeredFault],
    answer: Answer | None,
    context: SimulatorContext,
) -> Answer | None:
    """Let faults happen; return what is answered in place of `answer`, None when they change nothing."""
    transport = request.transport
    if transport is None:
        raise ConnectionUnusable
    for one in triggered:
        fault = one.fault
        match fault.kind:
            case "stall" | "latency":
                await context.clock.sleep(one.seconds)
                continue
            case "revoke":
                context.tokens.revoke_all()
                continue
            case "status":
                return Answer(fault.status_code, fault.body.encode(), fault.content_type, fault.headers)
            case "reset":
                broken_responses.reset(transport)
                raise ConnectionUnusable
            case "truncate":
                broken_responses.truncate(transport, answer or Answer(200), fault.fraction)
                raise ConnectionUnusable
            case "drip":
                await broken_responses.drip(transport, answer or Answer(200), one.seconds, context.clock)
                raise ConnectionUnusable(answer.status if answer else 200)
            case "hang_up":
                broken_responses.hang_up(transport, answer or Answer(200))
                raise ConnectionUnusable(answer.status if answer else 200)
    return None


def _seconds(context: SimulatorContext) -> float:
    latency = context.latency
    return context.random.uniform(*latency) if isinstance(latency, tuple) else latency


def _whole(answer: Answer) -> Answer:
    """Make every piece of an answer at once: a fault spoils bytes that are there."""
    if answer.pieces is None:
        return answer
    return Answer(answer.status, b"".join((answer.body, *answer.pieces)), answer.content_type, answer.headers)


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


_WORDS = {
    501: ("NOT_IMPLEMENTED", "The simulator does not implement this path; no operation of the documents has it"),
    405: ("METHOD_NOT_ALLOWED", "The path takes another method"),
    413: ("PAYLOAD_TOO_LARGE", "The body is too large"),
}


def _own_words(service: Service) -> Middleware:
    """Word the errors of the HTTP layer itself as the service words its own."""

    @web.middleware
    async def reword(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            # A 404 would read as "no such order" where the path is what is unknown.
            status = 501 if error is request.match_info.http_exception and error.status == 404 else error.status
            code, message = _WORDS.get(status, (error.reason.upper().replace(" ", "_"), error.reason))
            refusal = service.refuse(status, code, message)
            allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return _response(Answer(status, refusal.body, refusal.content_type, allow))

    return reword
