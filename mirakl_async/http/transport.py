"""One call's way: queue, limit, send, judge, wait, again.

`Transport._run` is the only loop. Everything it meets is decided elsewhere, without I/O: `limits` when a call may go,
`retries` whether it goes again, `auth` with which token, `errors` what a failure is called. The deadline covers all of
it, and a `DeadlineExceeded` says in which part of the way the time went.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from ..errors import Attempt, ClientStateError, DeadlineExceeded, MaxWaitExceeded, RateLimiterUnavailable, Timings
from ..rate_limits.bucket import FifoSemaphore, LimiterWaitTooLong
from ..redaction import RedactedRepr
from . import failures
from .expected_responses import UnexpectedOutcome, find_unexpected
from .request import Multipart
from .response import Response
from .retries import MAX_RETRY_AFTER, THROTTLED, TRANSIENT, ResponseOutcome, RetryQuota, decide_retry
from .sniffed_response import SniffedResponse
from .wire import WireError, WireResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ..clock import Clock
    from ..errors import CallContext
    from ..instrumentation import Instrumentation
    from ..options import Limits, Options, Retry, Timeouts
    from ..rate_limits.bucket import BucketKey, BucketSpec, RateLimiter, RateLimitPolicy
    from .auth import Authenticator, AuthHeader
    from .expected_responses import AcceptResponse
    from .request import Request
    from .retries import RetryDelay
    from .wire import StreamedWireResponse, Wire

T = TypeVar("T")
log: logging.Logger = logging.getLogger("mirakl_async")
MIN_LOGGED_WAIT = 1.0
ERROR_BODY_SECONDS = 10.0
NO_RESPONSE = (WireError, UnexpectedOutcome)


class CallState(RedactedRepr, Struct, kw_only=True):
    """Mutable state of one call: its remaining limits, and what it has consumed."""

    request: Request
    key: BucketKey
    bucket: BucketSpec | None
    started_at: float
    deadline_at: float | None
    timeout: float
    retry: Retry
    max_wait: float | None
    stream: bool
    extra_headers: Mapping[str, str] | None = None
    on_send: Callable[[], None] | None = None
    attempts: list[Attempt] = []
    timings: Timings = field(default_factory=Timings)
    token_refreshed: bool = False

    def _shown(self) -> list[tuple[str, Any]]:
        return [("operation", self.request.operation.code), ("attempts", len(self.attempts))]

    def headers(self, grant: AuthHeader | None) -> dict[str, str]:
        """What goes on the wire with this token; to another origin, nothing of ours or the user's goes."""
        if grant is None:
            return {"Accept": self.request.operation.accept}
        headers = {"Authorization": grant.header, "Accept": self.request.operation.accept}
        if self.request.content_type is not None:
            headers["Content-Type"] = self.request.content_type
        if self.extra_headers:
            headers.update(
                {
                    "Accept" if name.lower() == "accept" else name: self.extra_headers[name]
                    for name in self.extra_headers
                }
            )
        return headers

    def extend_timeout(self, seconds: float) -> None:
        """Let an attempt, and so the call, last longer than usual."""
        self.timeout += seconds
        self.deadline_at = None if self.deadline_at is None else self.deadline_at + seconds

    def apply_options(self, options: Options) -> None:
        """Take what the caller has to say."""
        self.timeout = options.get("timeout", self.timeout)
        self.max_wait = options.get("max_wait", self.max_wait)
        self.extra_headers = options.get("headers")
        if "deadline" in options:
            deadline = options["deadline"]
            self.deadline_at = None if deadline is None else self.started_at + deadline
        if "max_retries" in options:
            self.retry = replace(self.retry, max_retries=options["max_retries"])

    def remaining(self, now: float) -> float | None:
        """Seconds until the deadline; None if there is none."""
        return None if self.deadline_at is None else self.deadline_at - now


class Transport:
    """Runs the calls of one client, on one event loop."""

    def __init__(
        self,
        *,
        wire: Wire,
        auth: Authenticator,
        rate_limiter: RateLimiter,
        rate_limit_policy: RateLimitPolicy,
        clock: Clock,
        instrumentation: Instrumentation,
        retry: Retry,
        timeouts: Timeouts,
        limits: Limits,
        accept_response: AcceptResponse | None = None,
    ) -> None:
        self.clock = clock
        self.instrumentation = instrumentation
        self.rate_limiter = rate_limiter
        self.rate_limit_policy = rate_limit_policy
        self._wire = wire
        self._auth = auth
        self._retry = retry
        self._timeouts = timeouts
        self._limits = limits
        self._accept_response = accept_response
        self._quota = RetryQuota(retry)
        self._semaphores: dict[BucketKey, FifoSemaphore] = {}
        self._long_holds: set[BucketKey] = set()
        self.sweeps: dict[str, tuple[float, bool]] = {}  # when each list was last begun, and whether advice was given
        self._loop = asyncio.get_running_loop()
        self._closed = False

    async def run(self, request: Request, options: Options, on_send: Callable[[], None] | None = None) -> Response:
        """Send a request until it is answered, and read the answer; raises CallError or TokenError.

        `started` is called as each attempt goes on the wire, its waits behind it.
        """
        state = self._start_call(request, options, stream=False, on_send=on_send)
        try:
            answer: Any = await self._run(state)  # WireResponse: nothing is streamed
        except BaseException as error:
            self._record_call(state, getattr(error, "status", None), error)
            raise
        self._record_call(state, answer.status, None)
        return Response(
            request=request,
            status=answer.status,
            headers=answer.headers,
            content=answer.body,
            attempts=tuple(state.attempts),
            timings=state.timings,
        )

    async def open(self, request: Request, options: Options, began: float | None = None) -> SniffedResponse:
        """Like `run`, but the body of a success is left to be read by the caller, who must close the answer.

        `began` is when the call began, by the client's clock, where this is not its first request.
        """
        state = self._start_call(request, options, stream=True, began=began)
        try:
            answer: Any = await self._run(state)  # SniffedResponse: all is streamed
        except BaseException as error:
            self._record_call(state, getattr(error, "status", None), error)
            raise
        self._record_call(state, answer.status, None)
        opened: SniffedResponse = answer
        return opened

    async def close(self) -> None:
        """Stop renewing tokens and close every connection; calls made later raise ClientStateError."""
        self._closed = True
        try:
            await self._auth.close()
        finally:  # also when cancelled meanwhile
            await self._wire.close()

    async def _run(self, state: CallState) -> WireResponse | SniffedResponse:
        while True:
            gate = self._semaphores.get(state.key) or self._make_semaphore(state.key)
            if not gate.try_enter():
                await self._within_deadline(state, gate.enter(), "waiting for a free connection")
            try:
                # The token first: a call that the limiter let go and that waits for a token would reach Mirakl late,
                # and with those behind it make a window of more than was agreed.
                grant = (
                    None if state.request.without_credentials else self._auth.current() or await self._get_token(state)
                )
                if not self.rate_limiter.try_acquire(state.key, state.bucket):
                    await self._wait_for_rate_limit(state)
                    grant = grant and (self._auth.current() or await self._get_token(state))
                outcome = await self._send(state, grant)
            finally:
                gate.leave()
            if not isinstance(outcome, NO_RESPONSE):
                if 200 <= outcome.status < 300:
                    self._quota.refund(len(state.attempts))
                    if self._long_holds:
                        await self._lift(state)
                    return outcome
                if outcome.status == 401 and grant is not None and self._auth.refreshable and not state.token_refreshed:
                    await self._refresh_token(state, grant)
                    continue
            again = await self._decide_retry(state, outcome)
            await self._wait(state, again)

    def _start_call(
        self,
        request: Request,
        options: Options,
        *,
        stream: bool,
        on_send: Callable[[], None] | None = None,
        began: float | None = None,
    ) -> CallState:
        if self._closed:
            raise _closed(request)
        if asyncio.get_running_loop() is not self._loop:
            raise ClientStateError(f"{request.operation.code}: the client was opened on another event loop")
        key, pace = self.rate_limit_policy.bucket_for(request.operation)
        timeouts, began = self._timeouts, self.clock.monotonic() if began is None else began
        state = CallState(
            request=request,
            key=key,
            bucket=pace,
            started_at=began,
            deadline_at=None if timeouts.deadline is None else began + timeouts.deadline,
            timeout=timeouts.attempt,
            retry=self._retry,
            max_wait=timeouts.max_wait,
            stream=stream,
            on_send=on_send,
        )
        if isinstance(request.body, Multipart):
            state.extend_timeout(request.body.seconds)
        if options:
            state.apply_options(options)
        return state

    def _record_call(self, state: CallState, status: int | None, error: BaseException | None) -> None:
        watch = self.instrumentation
        seconds = self.clock.monotonic() - state.started_at if watch.watched else 0.0
        watch.call_finished(state.request.operation.code, status, error, len(state.attempts), seconds)

    def _make_semaphore(self, key: BucketKey) -> FifoSemaphore:
        """The connections of one allowance: places of its own, so that one that waits cannot starve others."""
        gate = self._semaphores[key] = FifoSemaphore(self._limits.max_connections)
        return gate

    async def _wait_for_rate_limit(self, state: CallState) -> None:
        """The pace of this allowance, or MaxWaitExceeded at once."""
        bound = state.remaining(self.clock.monotonic())
        if bound is None or (state.max_wait is not None and state.max_wait < bound):
            bound = state.max_wait
        waiting = self.rate_limiter.acquire(state.key, state.bucket, max_wait=bound)
        try:
            waited = await self._within_deadline(state, waiting, "waiting for the rate limiter", "limited")
        except LimiterWaitTooLong as wait:
            raise MaxWaitExceeded(
                f"rate limit: the call would have to wait {wait.seconds:.1f} s, "
                "longer than max_wait or the deadline allows",
                self._context(state),
                wait.seconds,
            ) from None
        if not waited:
            return
        code = state.request.operation.code
        if waited > MIN_LOGGED_WAIT:
            log.info("%s waited %.1f s for its pace", code, waited)
        self.instrumentation.rate_limit_waited(code, state.key.group, waited)

    async def _get_token(self, state: CallState) -> AuthHeader:
        return await self._within_deadline(state, self._auth.obtain(), "waiting for an access token")

    async def _refresh_token(self, state: CallState, grant: AuthHeader) -> None:
        """Once per call: a 401 can also be a business rule, which no token mends."""
        state.token_refreshed = True
        await self._within_deadline(state, self._auth.refresh(grant.generation), "renewing the access token")

    async def _within_deadline(
        self, state: CallState, waiting: Awaitable[T], doing: str, part: Literal["queued", "limited"] = "queued"
    ) -> T:
        """What the call waits for, for no longer than it may last; the seconds count as this part of `timings`."""
        began = self.clock.monotonic()
        limit = asyncio.timeout(state.remaining(began))
        try:
            async with limit:
                return await waiting
        except TimeoutError:
            if not limit.expired():  # it is of the user's own function that tokens come from
                raise
        finally:
            setattr(state.timings, part, getattr(state.timings, part) + self.clock.monotonic() - began)
        raise self._deadline_error(state, f"the deadline passed while {doing}")

    async def _send(
        self, state: CallState, grant: AuthHeader | None
    ) -> WireResponse | SniffedResponse | WireError | UnexpectedOutcome:
        """One attempt, and what came of it; a 2xx that is not the documented success is Unexpected."""
        began = self.clock.monotonic()
        if self._closed:
            raise _closed(state.request)
        timeout = state.timeout
        if state.deadline_at is not None and state.deadline_at - began < timeout:
            timeout = state.deadline_at - began
            if timeout <= 0:
                raise self._deadline_error(state, "the deadline passed before it could be sent")
        outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome
        if state.on_send is not None:
            state.on_send()
        request = state.request
        operation = request.operation
        try:
            if state.stream:
                outcome = await self._open(state, grant, timeout)
            else:
                outcome = await self._wire.exchange(
                    operation.method, request.url, state.headers(grant), request.body, timeout=timeout,
                    max_bytes=self._limits.max_response_bytes, new_connection=operation.retry == "unsafe",
                )  # fmt: skip
                if 200 <= outcome.status < 300:
                    outcome = find_unexpected(
                        operation, outcome.status, outcome.headers, outcome.body, self._accept_response
                    ) or outcome  # fmt: skip
        except WireError as fault:
            outcome = fault
        seconds = self.clock.monotonic() - began
        state.timings.sending += seconds
        if isinstance(outcome, WireError):
            text = outcome.reason
        elif isinstance(outcome, UnexpectedOutcome):
            text = f"{outcome} (unexpected)"
        else:
            text = str(outcome.status)
        state.attempts.append(Attempt(outcome=text, seconds=seconds))
        return outcome

    async def _open(
        self, state: CallState, grant: AuthHeader | None, timeout: float
    ) -> WireResponse | SniffedResponse | WireError | UnexpectedOutcome:
        """An answer whose body is left to be read; the words of one that is not a success are read here."""
        request, loop = state.request, asyncio.get_running_loop()
        operation, ends = request.operation, loop.time() + timeout
        opened = await self._wire.open(
            operation.method, request.url, state.headers(grant), request.body,
            timeout=timeout, new_connection=operation.retry == "unsafe",
        )  # fmt: skip
        if not 200 <= opened.status < 300:
            return await self._read_error(opened, min(ends - loop.time(), ERROR_BODY_SECONDS))
        answer = SniffedResponse(opened)
        try:
            async with asyncio.timeout_at(ends):
                await answer.sniff()
        except TimeoutError:
            answer.close()
            return WireError("timeout", "partial", "the attempt took too long")
        except BaseException:
            answer.close()
            raise
        if answer.fault is not None and not answer.start:
            return answer
        unexpected = find_unexpected(operation, answer.status, answer.headers, answer.start, self._accept_response)
        if unexpected is None:
            return answer
        answer.close()
        return unexpected

    async def _read_error(self, answer: StreamedWireResponse, seconds: float) -> WireResponse:
        """The words of an answer that was to be streamed and is not a success, as far as they come in time."""
        try:
            return WireResponse(
                answer.status, answer.headers, await answer.words(self._limits.max_error_bytes, seconds)
            )
        finally:
            answer.close()

    async def _decide_retry(
        self, state: CallState, outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome
    ) -> RetryDelay:
        """Again, or the error that ends the call; a 429 first holds everybody who shares the allowance."""
        operation = state.request.operation
        tried = len(state.attempts) - state.token_refreshed
        facts = failures.classify(outcome)
        verdict = decide_retry(operation.retry, facts, tried, state.retry, self.clock.random, max_wait=state.max_wait)
        advice = None
        if isinstance(facts, ResponseOutcome):
            advice = facts.retry_after
            if facts.status == THROTTLED:
                await self._pause_bucket(state, failures.pause_seconds(facts, verdict, state.retry))
            elif facts.status not in TRANSIENT:  # a server that finds fault with a call is well
                self._quota.refund(tried)
        affordable = verdict is None or self._quota.try_charge(verdict)
        context = self._context(state, quota_exhausted=not affordable)
        error = failures.to_error(outcome, context, operation, advice)
        left = state.remaining(self.clock.monotonic())
        if left is not None and left <= (verdict.delay if verdict else 0) and failures.may_become_deadline_error(error):
            raise self._deadline_error(state, "the deadline passed, or would pass before the next attempt") from error
        if verdict is None or not affordable:
            raise error
        return verdict

    async def _pause_bucket(self, state: CallState, seconds: float) -> None:
        """Pause the allowance that answered 429, for no longer than the call may last."""
        key, code, longest = state.key, state.request.operation.code, seconds >= MAX_RETRY_AFTER
        if not longest:
            await self._lift(state)
        with suppress(TimeoutError):
            async with asyncio.timeout(state.remaining(self.clock.monotonic())):
                await self.rate_limiter.pause(key, seconds)
        if longest and key not in self._long_holds:
            self._long_holds.add(key)
            words = (
                "%s: the server asks to wait for an hour or longer; its limit is held for an hour, or until it answers"
            )
            log.warning(words, code)
        self.instrumentation.throttled(code, key.group, seconds)

    async def _lift(self, state: CallState) -> None:
        """End a hold of an hour: the server answers again. A limiter that fails here costs the call nothing."""
        if state.key not in self._long_holds:
            return
        self._long_holds.discard(state.key)
        with suppress(TimeoutError, RateLimiterUnavailable):
            async with asyncio.timeout(state.remaining(self.clock.monotonic())):
                await self.rate_limiter.resume(state.key)

    async def _wait(self, state: CallState, again: RetryDelay) -> None:
        """The pause before the next attempt; after a 429 the allowance itself is paused, so nothing more is slept."""
        if self._closed:
            raise _closed(state.request)
        code, last = state.request.operation.code, state.attempts[-1]
        state.attempts[-1] = Attempt(outcome=last.outcome, seconds=last.seconds, pause=again.delay)
        log.debug("%s: %s; again in %.2f s", code, last.outcome, again.delay)
        self.instrumentation.retry_scheduled(code, len(state.attempts), last.outcome, again.delay)
        if again.throttled:
            return
        await self.clock.sleep(again.delay)
        state.timings.waiting += again.delay

    def _context(self, state: CallState, *, quota_exhausted: bool = False) -> CallContext:
        return state.request.context(state.attempts, state.timings, quota_exhausted=quota_exhausted)

    def _deadline_error(self, state: CallState, why: str) -> DeadlineExceeded:
        return DeadlineExceeded(f"{why} ({state.timings})", self._context(state))


def _closed(request: Request) -> ClientStateError:
    return ClientStateError(f"{request.operation.code}: the client is closed")
