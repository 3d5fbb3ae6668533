"""Run a call: wait for a connection and the rate limit, send, and retry after a delay.

`Transport._run` is the only loop. The decisions are made elsewhere, without I/O: `rate_limits` when a call may be sent,
`retries` whether it is retried, `auth` which token it carries, `failures` which error it raises. The deadline covers
all of this, and a `DeadlineExceeded` shows how long each part took.
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

__all__ = ["ERROR_BODY_TIMEOUT", "CallState", "Transport"]

T = TypeVar("T")
log: logging.Logger = logging.getLogger("mirakl_async")
MIN_LOGGED_WAIT = 1.0
ERROR_BODY_TIMEOUT = 10.0
SUCCESSES = {200: "200", 201: "201", 204: "204"}  # by far the most responses
RESPONSE_TYPES = (WireResponse, SniffedResponse)


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

    def headers(self, auth_header: AuthHeader | None) -> dict[str, str]:
        """The headers of the request; another origin gets neither the token nor the user's headers."""
        if auth_header is None:
            return {"Accept": self.request.operation.accept}
        headers = {"Authorization": auth_header.header, "Accept": self.request.operation.accept}
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
        """Extend the timeout of each attempt, and the deadline of the call, by these seconds."""
        self.timeout += seconds
        self.deadline_at = None if self.deadline_at is None else self.deadline_at + seconds

    def apply_options(self, options: Options) -> None:
        """Override the defaults by the options of the call."""
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
        self._long_pauses: set[BucketKey] = set()
        self.list_reads: dict[str, tuple[float, bool]] = {}  # by list: the last start, and whether a warning was logged
        self._loop = asyncio.get_running_loop()
        self._closed = False

    async def run(self, request: Request, options: Options, on_send: Callable[[], None] | None = None) -> Response:
        """Send a request with retries and read the response; raises CallError or TokenError.

        `on_send` is called when an attempt is sent, after all its waits.
        """
        state = self._start_call(request, options, stream=False, on_send=on_send)
        answer: Any = await self._run(state)  # WireResponse: nothing is streamed
        return Response(
            request=request,
            status=answer.status,
            headers=answer.headers,
            content=answer.body,
            attempts=tuple(state.attempts),
            timings=state.timings,
        )

    async def open(self, request: Request, options: Options, started_at: float | None = None) -> SniffedResponse:
        """Send a request with retries and return the response unread; the caller must read and close it.

        `started_at` is the start of the call on the client's clock, if this is not its first request.
        """
        answer: Any = await self._run(self._start_call(request, options, stream=True, started_at=started_at))
        opened: SniffedResponse = answer
        return opened

    async def close(self) -> None:
        """Stop refreshing tokens and close every connection; later calls raise ClientStateError."""
        self._closed = True
        try:
            await self._auth.close()
        finally:  # also if cancelled while waiting
            await self._wire.close()

    async def _run(self, state: CallState) -> WireResponse | SniffedResponse:
        try:
            while True:
                semaphore = self._semaphores.get(state.key) or self._make_semaphore(state.key)
                if not semaphore.try_enter():
                    await self._within_deadline(state, semaphore.enter(), "waiting for a free connection")
                try:
                    # The token first: a call that waits for a token after the rate limiter would reach Mirakl late, and
                    # together with the calls after it exceed the limit.
                    auth_header = (
                        None
                        if state.request.without_credentials
                        else self._auth.current() or await self._get_token(state)
                    )
                    if not self.rate_limiter.try_acquire(state.key, state.bucket):
                        await self._wait_for_rate_limit(state)
                        auth_header = auth_header and (self._auth.current() or await self._get_token(state))
                    outcome = await self._send(state, auth_header)
                finally:
                    semaphore.leave()
                if isinstance(outcome, RESPONSE_TYPES) and 200 <= outcome.status < 300:
                    self._quota.refund(len(state.attempts))
                    if self._long_pauses:
                        await self._resume_bucket(state)
                    self._record_call(state, outcome.status, None)
                    return outcome
                if auth_header is not None and self._is_token_rejected(state, outcome):
                    await self._refresh_token(state, auth_header)
                    continue
                retry_delay = await self._decide_retry(state, outcome)
                await self._wait(state, retry_delay)
        except BaseException as error:
            self._record_call(state, getattr(error, "status", None), error)
            raise

    def _start_call(
        self,
        request: Request,
        options: Options,
        *,
        stream: bool,
        on_send: Callable[[], None] | None = None,
        started_at: float | None = None,
    ) -> CallState:
        if self._closed:
            raise _closed(request)
        if asyncio.get_running_loop() is not self._loop:
            raise ClientStateError(f"{request.operation.code}: the client was opened on another event loop")
        key, bucket = self.rate_limit_policy.bucket_for(request.operation)
        timeouts, started_at = self._timeouts, self.clock.monotonic() if started_at is None else started_at
        state = CallState(
            request=request,
            key=key,
            bucket=bucket,
            started_at=started_at,
            deadline_at=None if timeouts.deadline is None else started_at + timeouts.deadline,
            timeout=timeouts.attempt,
            retry=self._retry,
            max_wait=timeouts.max_wait,
            stream=stream,
            on_send=on_send,
        )
        if isinstance(request.body, Multipart):
            state.extend_timeout(request.body.extra_timeout)
        if options:
            state.apply_options(options)
        return state

    def _record_call(self, state: CallState, status: int | None, error: BaseException | None) -> None:
        seconds = self.clock.monotonic() - state.started_at
        self.instrumentation.call_finished(state.request.operation.code, status, error, len(state.attempts), seconds)

    def _make_semaphore(self, key: BucketKey) -> FifoSemaphore:
        """Make the semaphore of one bucket; each has its own, so that a waiting bucket cannot block others."""
        semaphore = self._semaphores[key] = FifoSemaphore(self._limits.max_connections)
        return semaphore

    async def _wait_for_rate_limit(self, state: CallState) -> None:
        """Wait until the rate limit allows the call; raises MaxWaitExceeded immediately if that would take too long."""
        max_wait = state.remaining(self.clock.monotonic())
        if max_wait is None or (state.max_wait is not None and state.max_wait < max_wait):
            max_wait = state.max_wait
        waiting = self.rate_limiter.acquire(state.key, state.bucket, max_wait=max_wait)
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
            log.info("%s waited %.1f s for its rate limit", code, waited)
        self.instrumentation.rate_limit_waited(code, state.key.group, waited)

    def _is_token_rejected(self, state: CallState, outcome: object) -> bool:
        """Whether a new token may help; a second 401 has another reason."""
        is_rejected = isinstance(outcome, RESPONSE_TYPES) and outcome.status == 401
        return is_rejected and self._auth.refreshable and not state.token_refreshed

    async def _get_token(self, state: CallState) -> AuthHeader:
        return await self._within_deadline(state, self._auth.obtain(), "waiting for an access token")

    async def _refresh_token(self, state: CallState, auth_header: AuthHeader) -> None:
        """Refresh the token after a 401, once per call: a 401 may have another reason than the token."""
        state.token_refreshed = True
        await self._within_deadline(state, self._auth.refresh(auth_header.generation), "refreshing the access token")

    async def _within_deadline(
        self, state: CallState, waiting: Awaitable[T], doing: str, part: Literal["queued", "limited"] = "queued"
    ) -> T:
        """Await `waiting` until the deadline of the call, and add the seconds to this part of its timings."""
        started_at = self.clock.monotonic()
        limit = asyncio.timeout(state.remaining(started_at))
        try:
            async with limit:
                return await waiting
        except TimeoutError:
            if not limit.expired():  # raised by the user's own token function
                raise
        finally:
            setattr(state.timings, part, getattr(state.timings, part) + self.clock.monotonic() - started_at)
        raise self._deadline_error(state, f"the deadline passed while {doing}")

    async def _send(
        self, state: CallState, auth_header: AuthHeader | None
    ) -> WireResponse | SniffedResponse | WireError | UnexpectedOutcome:
        """Run one attempt and return its outcome; an undocumented 2xx response is an UnexpectedOutcome."""
        started_at = self.clock.monotonic()
        if self._closed:
            raise _closed(state.request)
        timeout = state.timeout
        if state.deadline_at is not None and state.deadline_at - started_at < timeout:
            timeout = state.deadline_at - started_at
            if timeout <= 0:
                raise self._deadline_error(state, "the deadline passed before it could be sent")
        outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome
        if state.on_send is not None:
            state.on_send()
        request = state.request
        operation = request.operation
        try:
            if state.stream:
                outcome = await self._open(state, auth_header, timeout)
            else:
                outcome = await self._wire.exchange(
                    operation.method, request.url, state.headers(auth_header), request.body, timeout=timeout,
                    max_bytes=self._limits.max_response_bytes, new_connection=operation.retry == "unsafe",
                )  # fmt: skip
                if 200 <= outcome.status < 300:
                    outcome = find_unexpected(
                        operation, outcome.status, outcome.headers, outcome.body, self._accept_response
                    ) or outcome  # fmt: skip
        except WireError as error:
            outcome = error
        seconds = self.clock.monotonic() - started_at
        state.timings.sending += seconds
        text = SUCCESSES.get(outcome.status) if isinstance(outcome, RESPONSE_TYPES) else None
        if text is None:
            text = _describe(outcome)
            if auth_header is not None:
                outcome = failures.without_credential(outcome, auth_header.header)
        state.attempts.append(Attempt(outcome=text, seconds=seconds))
        return outcome

    async def _open(
        self, state: CallState, auth_header: AuthHeader | None, timeout: float
    ) -> WireResponse | SniffedResponse | WireError | UnexpectedOutcome:
        """Run one attempt whose body the caller reads; the body of an error is read here."""
        request, loop = state.request, asyncio.get_running_loop()
        operation, ends_at = request.operation, loop.time() + timeout
        opened = await self._wire.open(
            operation.method, request.url, state.headers(auth_header), request.body,
            timeout=timeout, new_connection=operation.retry == "unsafe",
        )  # fmt: skip
        if not 200 <= opened.status < 300:
            return await self._read_error(opened, min(ends_at - loop.time(), ERROR_BODY_TIMEOUT))
        answer = SniffedResponse(opened)
        try:
            async with asyncio.timeout_at(ends_at):
                await answer.sniff()
        except TimeoutError:
            answer.close()
            return WireError("timeout", "partial", "the attempt timed out")
        except BaseException:
            answer.close()
            raise
        if answer.error is not None and not answer.start:
            return answer
        unexpected = find_unexpected(operation, answer.status, answer.headers, answer.start, self._accept_response)
        if unexpected is None:
            return answer
        answer.close()
        return unexpected

    async def _read_error(self, answer: StreamedWireResponse, seconds: float) -> WireResponse:
        """Read the body of an error on a streamed request, as far as it arrives in time."""
        try:
            return WireResponse(
                answer.status, answer.headers, await answer.read_error_body(self._limits.max_error_bytes, seconds)
            )
        finally:
            answer.close()

    async def _decide_retry(
        self, state: CallState, outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome
    ) -> RetryDelay:
        """Return the delay before the next attempt, or raise the error of the call; a 429 first pauses its bucket."""
        operation = state.request.operation
        attempt_number = len(state.attempts) - state.token_refreshed
        summary = failures.classify(outcome)
        retry_delay = decide_retry(
            operation.retry, summary, attempt_number, state.retry, self.clock.random, max_wait=state.max_wait
        )
        advice = None
        if isinstance(summary, ResponseOutcome):
            advice = summary.retry_after
            if summary.status == THROTTLED:
                await self._pause_bucket(state, failures.pause_seconds(summary, retry_delay, state.retry))
            elif summary.status not in TRANSIENT:  # a client error shows that the server works
                self._quota.refund(attempt_number)
        affordable = retry_delay is None or self._quota.try_charge(retry_delay)
        context = self._context(state, quota_exhausted=not affordable)
        error = failures.to_error(outcome, context, operation, advice)
        remaining = state.remaining(self.clock.monotonic())
        if (
            remaining is not None
            and remaining <= (retry_delay.delay if retry_delay else 0)
            and failures.may_become_deadline_error(error)
        ):
            raise self._deadline_error(state, "the deadline passed, or would pass before the next attempt") from error
        if retry_delay is None or not affordable:
            raise error
        return retry_delay

    async def _pause_bucket(self, state: CallState, seconds: float) -> None:
        """Pause the bucket after a 429; the limiter may take until the deadline of the call."""
        key, code, at_maximum = state.key, state.request.operation.code, seconds >= MAX_RETRY_AFTER
        if not at_maximum:
            await self._resume_bucket(state)
        with suppress(TimeoutError):
            async with asyncio.timeout(state.remaining(self.clock.monotonic())):
                await self.rate_limiter.pause(key, seconds)
        if at_maximum and key not in self._long_pauses:
            self._long_pauses.add(key)
            message = (
                "%s: the server asked for a pause of an hour or more; its bucket is paused for an hour, "
                "or until a call succeeds"
            )
            log.warning(message, code)
        self.instrumentation.throttled(code, key.group, seconds)

    async def _resume_bucket(self, state: CallState) -> None:
        """End a pause of an hour after a success; a failure of the rate limiter is ignored here."""
        if state.key not in self._long_pauses:
            return
        self._long_pauses.discard(state.key)
        with suppress(TimeoutError, RateLimiterUnavailable):
            async with asyncio.timeout(state.remaining(self.clock.monotonic())):
                await self.rate_limiter.resume(state.key)

    async def _wait(self, state: CallState, retry_delay: RetryDelay) -> None:
        """Sleep before the next attempt; after a 429 the bucket is paused instead."""
        if self._closed:
            raise _closed(state.request)
        code, last = state.request.operation.code, state.attempts[-1]
        state.attempts[-1] = Attempt(outcome=last.outcome, seconds=last.seconds, pause=retry_delay.delay)
        log.debug("%s: %s; retrying in %.2f s", code, last.outcome, retry_delay.delay)
        self.instrumentation.retry_scheduled(code, len(state.attempts), last.outcome, retry_delay.delay)
        if retry_delay.throttled:
            return
        await self.clock.sleep(retry_delay.delay)
        state.timings.waiting += retry_delay.delay

    def _context(self, state: CallState, *, quota_exhausted: bool = False) -> CallContext:
        return state.request.context(state.attempts, state.timings, quota_exhausted=quota_exhausted)

    def _deadline_error(self, state: CallState, why: str) -> DeadlineExceeded:
        return DeadlineExceeded(f"{why} ({state.timings})", self._context(state))


def _describe(outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome) -> str:
    if isinstance(outcome, WireError):
        return outcome.reason
    return f"{outcome} (unexpected)" if isinstance(outcome, UnexpectedOutcome) else str(outcome.status)


def _closed(request: Request) -> ClientStateError:
    return ClientStateError(f"{request.operation.code}: the client is closed")
