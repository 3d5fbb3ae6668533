"""The processing of one request, which arrived through a socket or was passed directly within the process.

faults before -> token -> limit -> body -> latency -> the service decides -> faults after -> answer

The rate limit is checked when the head of a request has arrived, as in a gateway. The request is processed at the end
of the latency, so concurrent requests may be applied in any order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from .clock import Clock
from .exchange import Answer, Call, Service
from .faults import FaultPlan, TriggeredFault
from .judge import Judge
from .ratelimits import SlidingWindows, retry_after
from .routing import Match, Router
from .tokens import Tokens

__all__ = ["ConnectionUnusable", "Inbound", "Latency", "RequestRecord", "SimulatorContext", "respond"]

Latency = float | tuple[float, float]
"""The seconds before every answer, or bounds for a random time."""


class RequestRecord(Struct, frozen=True, gc=False):
    """One entry of the log; `at` and `seconds` use the simulator's monotonic clock, `fault` names the fault triggered.

    `status` is the status sent to the client, or 0 if nothing readable was sent. Headers, query and body are not
    recorded.
    """

    at: float
    method: str
    path: str
    operation: str
    status: int
    seconds: float
    fault: str = ""


class SimulatorContext(NamedTuple):
    """The state shared by all services of one simulator."""

    clock: Clock
    faults: FaultPlan
    limits: SlidingWindows
    tokens: Tokens
    client_id: str
    judge: Judge
    log: deque[RequestRecord]
    latency: Latency
    random: Random


class ConnectionUnusable(Exception):
    """The connection cannot carry a complete answer; `status` is the part of the answer that was readable."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


class Inbound(Protocol):
    """A request as it arrives: its head first, its body when it is read, and the faults of its connection.

    `origin` is scheme, host and port; `path` and `query` are unchanged.
    """

    @property
    def method(self) -> str:
        """The method, in upper case."""
        ...

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        ...

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        ...

    @property
    def query(self) -> str:
        """The query, percent-encoded."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with case-insensitive names."""
        ...

    async def read(self) -> bytes | Answer:
        """Return the body, or the answer that rejects it because of its size."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` before the processing continues."""
        ...

    async def corrupt(self, one: TriggeredFault, answer: Answer) -> Answer:
        """Apply a fault to the answer; return the part that the client can read, or raise ConnectionUnusable."""
        ...


async def respond(router: Router, request: Inbound, context: SimulatorContext) -> Answer:
    """Answer a request and log it; raises ConnectionUnusable if a fault prevents a complete answer."""
    found = router.find(request.method, request.path)
    if isinstance(found, Answer):
        return found
    clock, operation = context.clock, found.route.operation
    at = clock.monotonic()
    triggered = context.faults.draw(operation)
    status = 0
    try:
        answer = await _answer(request, router.service, found, context, triggered)
        status = answer.status
    except ConnectionUnusable as unusable:
        status = unusable.status
        raise
    finally:
        context.log.append(
            RequestRecord(
                at=at,
                method=request.method,
                path=unquote(request.path),
                operation=operation,
                status=status,
                seconds=clock.monotonic() - at,
                fault=",".join(one.fault.kind for one in triggered),
            )
        )
    return answer


async def _answer(
    request: Inbound,
    service: Service,
    found: Match,
    context: SimulatorContext,
    triggered: Sequence[TriggeredFault],
) -> Answer:
    before = [one for one in triggered if not one.fault.triggers_after]
    replaced = await _trigger(request, before, None, context)
    if replaced is not None:
        return replaced
    operation, headers, credential, judge = found.route.operation, request.headers, "", context.judge
    judge.arrived(service, operation, headers.get("Authorization", ""))
    if service.guarded:
        known = context.tokens.credential(headers.get("Authorization", ""), keys=service.takes_keys)
        if known is None:
            return service.refuse(401, "UNAUTHORIZED", "The access token is missing, unknown or has expired")
        credential = known
        judge.admitted(credential, operation)
        wait = context.limits.admit(credential, operation)
        if wait is not None:
            judge.throttled(credential, operation, wait)
            refusal = service.refuse(429, "TOO_MANY_REQUESTS", "The call frequency of this operation is exceeded")
            return Answer(429, refusal.body, refusal.content_type, {"Retry-After": retry_after(wait)})
    body = await request.read()
    if isinstance(body, Answer):
        return body
    await request.sleep(_seconds(context))
    pairs = tuple(parse_qsl(request.query, keep_blank_values=True)) if request.query else ()
    call = Call(
        operation=operation,
        path=found.parameters,
        query=dict(reversed(pairs)),
        content_type=headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        body=body,
        credential=credential,
        pairs=pairs,
        headers=headers,
        url=request.origin + request.path,
    )
    answer = found.route.handle(call)
    judge.processed(call, answer)
    after = [one for one in triggered if one.fault.triggers_after]
    if not after:
        return answer
    answer = _whole(answer)
    return await _trigger(request, after, answer, context) or answer


async def _trigger(
    request: Inbound,
    triggered: Sequence[TriggeredFault],
    answer: Answer | None,
    context: SimulatorContext,
) -> Answer | None:
    """Apply the faults, and return the answer that replaces `answer`, or None if they change nothing."""
    for one in triggered:
        fault = one.fault
        match fault.kind:
            case "stall" | "latency":
                await request.sleep(one.seconds)
            case "revoke":
                context.tokens.revoke_all()
            case "status":
                return Answer(fault.status_code, fault.body.encode(), fault.content_type, fault.headers)
            case "reset" | "truncate" | "drip" | "hang_up":
                return await request.corrupt(one, answer or Answer(200))
    return None


def _seconds(context: SimulatorContext) -> float:
    latency = context.latency
    return context.random.uniform(*latency) if isinstance(latency, tuple) else latency


def _whole(answer: Answer) -> Answer:
    """Generate all pieces of an answer, because a fault can only change bytes that exist."""
    if answer.pieces is None:
        return answer
    return Answer(answer.status, b"".join((answer.body, *answer.pieces)), answer.content_type, answer.headers)
