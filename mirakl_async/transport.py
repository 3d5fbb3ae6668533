"""One call's way: queue, limit, send, judge, wait, again.

`Transport._run` is the only loop. Everything it meets is decided elsewhere, without I/O: `limits` when a call may go,
`retries` whether it goes again, `auth` with which token, `errors` what a failure is called. The deadline covers all of
it, and a `DeadlineExceeded` says in which part of the way the time went.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from msgspec import Struct, field
from msgspec.structs import replace

from . import failures
from .discreet import Discreet
from .errors import Attempt, ClientStateError, DeadlineExceeded, LimiterUnavailable, Spent, WaitTooLong
from .exchange import Answer, WireFault
from .limits import Gate, LimitWait
from .reply import Reply
from .request import Multipart
from .responses import Unexpected, find_unexpected
from .retries import MAX_RETRY_AFTER, THROTTLED, TRANSIENT, RetryQuota, Status, judge
from .sniffed import SniffedAnswer
from .watch import Called, Retrying, Throttled, Waited

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .auth import Authenticator, Grant
    from .clock import Clock
    from .errors import Context
    from .exchange import OpenAnswer, Wire
    from .limits import Allowances, BucketKey, Pace, RateLimiter
    from .options import Limits, Options, Retry, Timeouts
    from .request import Request
    from .responses import AcceptResponse
    from .retries import Again
    from .watch import Watch

T = TypeVar("T")
log: logging.Logger = logging.getLogger("mirakl_async")
WORTH_SAYING = 1.0
ERROR_BODY_SECONDS = 10.0


class Course(Discreet, Struct, kw_only=True):
    """One call under way: what it may still use, and what it has used."""

    request: Request
    key: BucketKey
    pace: Pace | None
    began: float
    ends: float | None
    timeout: float
    retry: Retry
    max_wait: float | None
    stream: bool
    extra: Mapping[str, str] | None = None
    started: Callable[[], None] | None = None
    attempts: list[Attempt] = []
    spent: Spent = field(default_factory=Spent)
    renewed: bool = False

    def _shown(self) -> list[tuple[str, Any]]:
        return [("operation", self.request.operation.code), ("attempts", len(self.attempts))]

    def headers(self, grant: Grant | None) -> dict[str, str]:
        """What goes on the wire with this token; to another origin, nothing of ours or the user's goes."""
        if grant is None:
            return {"Accept": self.request.operation.accept}
        headers = {"Authorization": grant.header, "Accept": self.request.operation.accept}
        if self.request.content_type is not None:
            headers["Content-Type"] = self.request.content_type
        if self.extra:
            headers.update({"Accept" if name.lower() == "accept" else name: self.extra[name] for name in self.extra})
        return headers

    def allow(self, seconds: float) -> None:
        """Let an attempt, and so the call, last longer than usual."""
        self.timeout += seconds
        self.ends = None if self.ends is None else self.ends + seconds

    def override(self, options: Options) -> None:
        """Take what the caller has to say."""
        self.timeout = options.get("timeout", self.timeout)
        self.max_wait = options.get("max_wait", self.max_wait)
        self.extra = options.get("headers")
        if "deadline" in options:
            deadline = options["deadline"]
            self.ends = None if deadline is None else self.began + deadline
        if "retries" in options:
            self.retry = replace(self.retry, retries=options["retries"])

    def left(self, now: float) -> float | None:
        """Seconds until the deadline; None if there is none."""
        return None if self.ends is None else self.ends - now


class Transport:
    """Runs the calls of one client, on one event loop."""

    def __init__(
        self,
        *,
        wire: Wire,
        auth: Authenticator,
        limiter: RateLimiter,
        allowances: Allowances,
        clock: Clock,
        watch: Watch,
        retry: Retry,
        timeouts: Timeouts,
        limits: Limits,
        accept_response: AcceptResponse | None = None,
    ) -> None:
        self.clock = clock
        self.watch = watch
        self.limiter = limiter
        self.allowances = allowances
        self._wire = wire
        self._auth = auth
        self._retry = retry
        self._timeouts = timeouts
        self._limits = limits
        self._accept_response = accept_response
        self._quota = RetryQuota(retry)
        self._gates: dict[BucketKey, Gate] = {}
        self._long_holds: set[BucketKey] = set()
        self.sweeps: dict[str, tuple[float, bool]] = {}  # when each list was last begun, and whether advice was given
        self._loop = asyncio.get_running_loop()
        self._closed = False

    async def run(self, request: Request, options: Options, started: Callable[[], None] | None = None) -> Reply:
        """Send a request until it is answered, and read the answer; raises CallError or TokenError.

        `started` is called as each attempt goes on the wire, its waits behind it.
        """
        course = self._course(request, options, stream=False, started=started)
        try:
            answer = cast("Answer", await self._run(course))
        except BaseException as error:
            self._ended(course, getattr(error, "status", None), error)
            raise
        self._ended(course, answer.status, None)
        return Reply(
            request=request,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            attempts=tuple(course.attempts),
            spent=course.spent,
        )

    async def open(self, request: Request, options: Options, began: float | None = None) -> SniffedAnswer:
        """Like `run`, but the body of a success is left to be read by the caller, who must close the answer.

        `began` is when the call began, by the client's clock, where this is not its first request.
        """
        course = self._course(request, options, stream=True, began=began)
        try:
            answer = cast("SniffedAnswer", await self._run(course))
        except BaseException as error:
            self._ended(course, getattr(error, "status", None), error)
            raise
        self._ended(course, answer.status, None)
        return answer

    async def close(self) -> None:
        """Stop renewing tokens and close every connection; calls made later raise ClientStateError."""
        self._closed = True
        try:
            await self._auth.close()
        finally:  # also when cancelled meanwhile
            await self._wire.close()

    async def _run(self, course: Course) -> Answer | SniffedAnswer:
        while True:
            gate = self._gates.get(course.key) or self._make_gate(course.key)
            if not gate.try_enter():
                await self._within_deadline(course, gate.enter(), "waiting for a free connection")
            try:
                # The token first: a call that the limiter let go and that waits for a token would reach Mirakl late,
                # and with those behind it make a window of more than was agreed.
                grant = None if course.request.anonymous else self._auth.current() or await self._obtain(course)
                if not self.limiter.try_acquire(course.key, course.pace):
                    await self._limit(course)
                    grant = grant and (self._auth.current() or await self._obtain(course))
                outcome = await self._send(course, grant)
            finally:
                gate.leave()
            if not isinstance(outcome, WireFault | Unexpected):
                if 200 <= outcome.status < 300:
                    self._quota.earn(len(course.attempts))
                    if self._long_holds:
                        await self._lift(course)
                    return outcome
                if outcome.status == 401 and grant is not None and self._auth.renewable and not course.renewed:
                    await self._renew(course, grant)
                    continue
            again = await self._judge(course, outcome)
            await self._wait(course, again)

    def _course(
        self,
        request: Request,
        options: Options,
        *,
        stream: bool,
        started: Callable[[], None] | None = None,
        began: float | None = None,
    ) -> Course:
        if self._closed:
            raise _closed(request)
        if asyncio.get_running_loop() is not self._loop:
            raise ClientStateError(f"{request.operation.code}: the client was opened on another event loop")
        key, pace = self.allowances.of(request.operation)
        timeouts, began = self._timeouts, self.clock.monotonic() if began is None else began
        course = Course(
            request=request,
            key=key,
            pace=pace,
            began=began,
            ends=None if timeouts.deadline is None else began + timeouts.deadline,
            timeout=timeouts.attempt,
            retry=self._retry,
            max_wait=timeouts.max_wait,
            stream=stream,
            started=started,
        )
        if isinstance(request.body, Multipart):
            course.allow(request.body.seconds)
        if options:
            course.override(options)
        return course

    def _ended(self, course: Course, status: int | None, error: BaseException | None) -> None:
        watch = self.watch
        watch.counters.calls += 1
        watch.counters.attempts += len(course.attempts)
        if isinstance(error, Exception):  # a call that its caller cancelled has not failed
            watch.counters.failures += 1
        if watch.watched:
            seconds = self.clock.monotonic() - course.began
            code, kind = course.request.operation.code, None if error is None else type(error).__name__
            watch.emit(
                Called(operation=code, status=status, error=kind, attempts=len(course.attempts), seconds=seconds)
            )

    def _make_gate(self, key: BucketKey) -> Gate:
        """The connections of one allowance: places of its own, so that one that waits cannot starve others."""
        gate = self._gates[key] = Gate(self._limits.connections)
        return gate

    async def _limit(self, course: Course) -> None:
        """The pace of this allowance, or WaitTooLong at once."""
        bound = course.left(self.clock.monotonic())
        if bound is None or (course.max_wait is not None and course.max_wait < bound):
            bound = course.max_wait
        waiting = self.limiter.acquire(course.key, course.pace, max_wait=bound)
        try:
            waited = await self._within_deadline(course, waiting, "waiting for the rate limiter", "limited")
        except LimitWait as wait:
            raise WaitTooLong(
                f"the documented pace would hold this call for {wait.seconds:.1f} s; raise max_wait or the deadline",
                self._context(course),
                wait.seconds,
            ) from None
        if not waited:
            return
        self.watch.counters.waited += waited
        if waited > WORTH_SAYING:
            log.info("%s waited %.1f s for its pace", course.request.operation.code, waited)
        if self.watch.watched:
            self.watch.emit(Waited(operation=course.request.operation.code, group=course.key.group, seconds=waited))

    async def _obtain(self, course: Course) -> Grant:
        return await self._within_deadline(course, self._auth.obtain(), "waiting for an access token")

    async def _renew(self, course: Course, grant: Grant) -> None:
        """Once per call: a 401 can also be a business rule, which no token mends."""
        course.renewed = True
        await self._within_deadline(course, self._auth.renew(grant.generation), "renewing the access token")

    async def _within_deadline(
        self, course: Course, waiting: Awaitable[T], doing: str, part: Literal["queued", "limited"] = "queued"
    ) -> T:
        """What the call waits for, for no longer than it may last; the seconds count as this part of `spent`."""
        began = self.clock.monotonic()
        limit = asyncio.timeout(course.left(began))
        try:
            async with limit:
                return await waiting
        except TimeoutError:
            if not limit.expired():  # it is of the user's own function that tokens come from
                raise
        finally:
            setattr(course.spent, part, getattr(course.spent, part) + self.clock.monotonic() - began)
        raise self._late(course, f"the deadline passed while {doing}")

    async def _send(self, course: Course, grant: Grant | None) -> Answer | SniffedAnswer | WireFault | Unexpected:
        """One attempt, and what came of it; a 2xx that is not the documented success is Unexpected."""
        began = self.clock.monotonic()
        if self._closed:
            raise _closed(course.request)
        timeout = course.timeout
        if course.ends is not None and course.ends - began < timeout:
            timeout = course.ends - began
            if timeout <= 0:
                raise self._late(course, "the deadline passed before it could be sent")
        outcome: Answer | SniffedAnswer | WireFault | Unexpected
        if course.started is not None:
            course.started()
        try:
            outcome = await (self._open if course.stream else self._exchange)(course, grant, timeout)
        except WireFault as fault:
            outcome = fault
        seconds = self.clock.monotonic() - began
        course.spent.sending += seconds
        if isinstance(outcome, WireFault):
            text = outcome.reason
        elif isinstance(outcome, Unexpected):
            text = f"{outcome} (unexpected)"
        else:
            text = str(outcome.status)
        course.attempts.append(Attempt(outcome=text, seconds=seconds))
        return outcome

    async def _exchange(self, course: Course, grant: Grant | None, timeout: float) -> Answer | Unexpected:
        request = course.request
        operation = request.operation
        answer = await self._wire.exchange(
            operation.method, request.url, course.headers(grant), request.body,
            timeout=timeout, cap=self._limits.reply_bytes, fresh=operation.retry == "unsafe",
        )  # fmt: skip
        if not 200 <= answer.status < 300:
            return answer
        return find_unexpected(operation, answer.status, answer.headers, answer.body, self._accept_response) or answer

    async def _open(
        self, course: Course, grant: Grant | None, timeout: float
    ) -> Answer | SniffedAnswer | WireFault | Unexpected:
        """An answer whose body is left to be read; the words of one that is not a success are read here."""
        request, loop = course.request, asyncio.get_running_loop()
        operation, ends = request.operation, loop.time() + timeout
        opened = await self._wire.open(
            operation.method, request.url, course.headers(grant), request.body,
            timeout=timeout, fresh=operation.retry == "unsafe",
        )  # fmt: skip
        if not 200 <= opened.status < 300:
            return await self._read_error(opened, min(ends - loop.time(), ERROR_BODY_SECONDS))
        answer = SniffedAnswer(opened)
        try:
            async with asyncio.timeout_at(ends):
                await answer.sniff()
        except TimeoutError:
            answer.close()
            return WireFault("timeout", "partial", "the attempt took too long")
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

    async def _read_error(self, answer: OpenAnswer, seconds: float) -> Answer:
        """The words of an answer that was to be streamed and is not a success, as far as they come in time."""
        try:
            return Answer(answer.status, answer.headers, await answer.words(self._limits.error_bytes, seconds))
        finally:
            answer.close()

    async def _judge(self, course: Course, outcome: Answer | SniffedAnswer | WireFault | Unexpected) -> Again:
        """Again, or the error that ends the call; a 429 first holds everybody who shares the allowance."""
        operation = course.request.operation
        tried = len(course.attempts) - course.renewed
        facts = failures.summary(outcome, self.clock.time())
        verdict = judge(operation.retry, facts, tried, course.retry, self.clock.random, max_wait=course.max_wait)
        advice = None
        if isinstance(facts, Status):
            advice = facts.retry_after
            if facts.status == THROTTLED:
                await self._hold(course, failures.hold_seconds(facts, verdict, course.retry))
            elif facts.status not in TRANSIENT:  # a server that finds fault with a call is well
                self._quota.earn(tried)
        affordable = verdict is None or self._quota.spend(verdict)
        context = self._context(course, quota_exhausted=not affordable)
        error = failures.error_of(outcome, context, operation.retry, advice)
        left = course.left(self.clock.monotonic())
        if left is not None and left <= (verdict.delay if verdict else 0) and failures.may_yield(error):
            raise self._late(course, "the deadline passed, or would pass before the next attempt") from error
        if verdict is None or not affordable:
            raise error
        return verdict

    async def _hold(self, course: Course, seconds: float) -> None:
        """Pause the allowance that answered 429, for no longer than the call may last."""
        self.watch.counters.throttles += 1
        key, code, longest = course.key, course.request.operation.code, seconds >= MAX_RETRY_AFTER
        if not longest:
            await self._lift(course)
        with suppress(TimeoutError):
            async with asyncio.timeout(course.left(self.clock.monotonic())):
                await self.limiter.pause(key, seconds)
        if longest and key not in self._long_holds:
            self._long_holds.add(key)
            words = (
                "%s: the server asks to wait for an hour or longer; its limit is held for an hour, or until it answers"
            )
            log.warning(words, code)
        if self.watch.watched:
            self.watch.emit(Throttled(operation=code, group=key.group, seconds=seconds))

    async def _lift(self, course: Course) -> None:
        """End a hold of an hour: the server answers again. A limiter that fails here costs the call nothing."""
        if course.key not in self._long_holds:
            return
        self._long_holds.discard(course.key)
        with suppress(TimeoutError, LimiterUnavailable):
            async with asyncio.timeout(course.left(self.clock.monotonic())):
                await self.limiter.resume(course.key)

    async def _wait(self, course: Course, again: Again) -> None:
        """The pause before the next attempt; after a 429 the allowance itself is paused, so nothing more is slept."""
        if self._closed:
            raise _closed(course.request)
        code, last = course.request.operation.code, course.attempts[-1]
        course.attempts[-1] = Attempt(outcome=last.outcome, seconds=last.seconds, pause=again.delay)
        self.watch.counters.retries += 1
        log.debug("%s: %s; again in %.2f s", code, last.outcome, again.delay)
        if self.watch.watched:
            self.watch.emit(
                Retrying(operation=code, attempt=len(course.attempts), outcome=last.outcome, delay=again.delay)
            )
        if again.throttled:
            return
        await self.clock.sleep(again.delay)
        course.spent.waiting += again.delay

    def _context(self, course: Course, *, quota_exhausted: bool = False) -> Context:
        return course.request.context(course.attempts, course.spent, quota_exhausted=quota_exhausted)

    def _late(self, course: Course, why: str) -> DeadlineExceeded:
        return DeadlineExceeded(f"{why} ({course.spent})", self._context(course))


def _closed(request: Request) -> ClientStateError:
    return ClientStateError(f"{request.operation.code}: the client is closed")
