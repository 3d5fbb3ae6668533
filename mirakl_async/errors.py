"""Every exception this package raises.

MiraklError
 ├── ConfigurationError          invalid settings, raised when the client is created or opened (also a ValueError)
 ├── ClientStateError            used before open, after close, or on another event loop (also a RuntimeError)
 ├── InvalidArgument             an invalid argument, before anything was sent (also a ValueError)
 ├── UnknownOperation            no operation has this code (also a LookupError)
 ├── PaginationLoop              the pages of a list repeat
 ├── PartialFailure              a successful response reports failed items; raised on request
 ├── UnreadableFile              a file is truncated, corrupt or in another format (also a ValueError)
 │    └── UnsafeArchive          a ZIP archive with unsafe paths, or beyond its limits
 ├── JobFailed                   an import or export has failed; raised on request
 ├── JobTimeout                  an import or export did not finish in time (also a TimeoutError)
 ├── InvalidEvent                a message on a connector's queue is not a valid event (also a ValueError)
 ├── QueueError                  a queue operation failed
 │    ├── QueueUnavailable       the broker is unreachable or busy, perhaps temporarily
 │    ├── QueueLost              the queue was deleted or restored to an older state: messages are lost
 │    ├── QueueClosed            used before it was opened, or after it was closed (also a RuntimeError)
 │    └── TooLarge               a message is larger than the broker accepts (also a ValueError)
 ├── RateLimiterUnavailable      a shared rate limiter is unreachable
 ├── SyncFailed                  a sync job could not finish; carries its report
 ├── TokenError                  no access token is available
 │    ├── TokenRefused           the credentials are wrong
 │    └── TokenUnavailable       the token endpoint failed
 └── CallError                   one call failed; carries operation, route, attempts and timings
      ├── DeadlineExceeded       the deadline of the call passed (also a TimeoutError)
      ├── MaxWaitExceeded        a rate limit would delay the call for longer than `max_wait`
      ├── TransportError         no complete response was received
      │    ├── ConnectFailed     nothing was sent
      │    ├── ConnectionLost    the connection broke after the request was sent
      │    ├── AttemptTimeout    one attempt timed out (also a TimeoutError)
      │    ├── ProtocolError     the response is not valid HTTP
      │    ├── UnexpectedResponse  a 2xx that is not the operation's documented success, such as a firewall's page
      │    └── OutcomeUnknown    an unsafe request was sent and no valid response received: it may have taken effect
      ├── ResponseTooLarge       the response exceeds its size limit, after decompression
      ├── UnexpectedRedirect     a 3xx; never followed, because a redirected POST arrives as an empty GET
      ├── DecodeFailed           a success whose body violates its schema
      └── APIError               Mirakl responded with an error status
           ├── BadRequest            400, 422
           ├── AuthenticationFailed  401
           ├── PermissionDenied      403
           ├── NotFound              404
           ├── Gone                  410
           ├── RateLimited           429
           └── ServerError           5xx

Groups end in `Error`; the classes below them need not, as in google.api_core. Messages contain the operation, the route
and the server's message, never credentials, a request body or the query of a URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .server_text import FieldError, Problem, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .order_sync.report import SyncReport

__all__ = [
    "APIError", "Attempt", "AttemptTimeout", "AuthenticationFailed", "BadRequest", "CallContext", "CallError",
    "ClientStateError", "ConfigurationError", "ConnectFailed", "ConnectionLost", "DeadlineExceeded", "DecodeFailed",
    "Gone", "InvalidArgument", "InvalidEvent", "JobFailed", "JobTimeout", "MaxWaitExceeded", "MiraklError", "NotFound",
    "OutcomeUnknown", "PaginationLoop", "PartialFailure", "PermissionDenied", "ProtocolError", "QueueClosed",
    "QueueError", "QueueLost", "QueueUnavailable", "RateLimited", "RateLimiterUnavailable", "ResponseTooLarge",
    "ServerError", "SyncFailed", "Timings", "TokenError", "TokenRefused", "TokenUnavailable", "TooLarge",
    "TransportError", "UnexpectedRedirect", "UnexpectedResponse", "UnknownOperation", "UnreadableFile", "UnsafeArchive",
    "error_class",
]  # fmt: skip


class Timings(Struct, kw_only=True):
    """The seconds that one call spent waiting for a connection, for the rate limit, sending, and between attempts."""

    queued: float = 0.0
    limited: float = 0.0
    sending: float = 0.0
    waiting: float = 0.0

    def __str__(self) -> str:
        """Show the four parts in chronological order."""
        return (
            f"queued {self.queued:.2f} s, limited {self.limited:.2f} s, "
            f"sending {self.sending:.2f} s, waiting {self.waiting:.2f} s"
        )


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt of a call: its outcome, its duration, and the delay after it, in seconds."""

    outcome: str
    seconds: float
    pause: float = 0.0


class CallContext(Struct, frozen=True, kw_only=True):
    """The context of an error: Mirakl's code of the operation, its route template, the attempts and the timings."""

    operation: str
    route: str
    attempts: tuple[Attempt, ...] = ()
    timings: Timings | None = None
    quota_exhausted: bool = False


class MiraklError(Exception):
    """The base class of all errors of this package.

    `resume_from` is the cursor to continue from if the error was raised while a list was read; None at its start.
    """

    resume_from: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling: by default, an exception is recreated from its message only."""
        return _rebuild, (type(self), self.args, dict(vars(self)))


def _rebuild(kind: type[MiraklError], args: tuple[Any, ...], state: dict[str, Any]) -> MiraklError:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(state)
    return error


class ConfigurationError(MiraklError, ValueError):
    """The settings are invalid."""


class ClientStateError(MiraklError, RuntimeError):
    """The client was used before it was opened, after it was closed, or on another event loop."""


class InvalidArgument(MiraklError, ValueError):
    """An argument is invalid; nothing was sent."""

    def __init__(self, operation: str, argument: str, reason: str) -> None:
        super().__init__(f"{operation}: {argument}: {reason}")
        self.operation = operation
        self.argument = argument
        self.reason = reason


class UnknownOperation(MiraklError, LookupError):
    """No published operation has this code."""


class PaginationLoop(MiraklError):
    """The pages of a list repeat; reading it would never end."""


class PartialFailure(MiraklError):
    """A successful response reports failed items; `failed` contains them as Mirakl sent them."""

    def __init__(self, message: str, failed: Sequence[object]) -> None:
        super().__init__(message)
        self.failed = failed


class InvalidEvent(MiraklError, ValueError):
    """A message is not a valid event.

    `reason` contains no value of the body; `body` has its bytes, which may be personal data.
    """

    def __init__(self, reason: str, body: bytes) -> None:
        super().__init__(f"the event cannot be decoded: {reason}")
        self.reason = reason
        self.body = body


class QueueError(MiraklError):
    """A queue cannot be opened, read or written."""


class QueueUnavailable(QueueError):
    """The broker is unreachable, starting, or temporarily accepts no writes."""


class QueueLost(QueueError):
    """The queue was deleted or restored to an older state: messages are lost."""


class QueueClosed(QueueError, RuntimeError):
    """The queue was used before it was opened, or after it was closed."""


class TooLarge(QueueError, ValueError):
    """A message of `size` bytes is larger than the `max_bytes` of the broker; nothing was put."""

    def __init__(self, queue: str, size: int, max_bytes: int) -> None:
        super().__init__(f"{queue}: a message of {size} bytes is larger than the maximum of {max_bytes}")
        self.size = size
        self.max_bytes = max_bytes


class RateLimiterUnavailable(MiraklError):
    """A shared rate limiter is unreachable, and this process does not know its own share: nothing was sent.

    `refused` says that the server responded with an error: waiting would not help.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class SyncFailed(MiraklError):
    """A sync job could not finish; `report` has its results so far, `__cause__` the error."""

    def __init__(self, reason: str, report: SyncReport) -> None:
        super().__init__(f"the sync stopped: {reason} ({report})")
        self.reason = reason
        self.report = report


class UnreadableFile(MiraklError, ValueError):
    """A file is truncated, corrupt, or in another format; the message contains none of its content."""


class UnsafeArchive(UnreadableFile):
    """A ZIP archive was not unpacked: a member has an unsafe path, or a limit is exceeded."""


class JobFailed(MiraklError):
    """An import or export has failed; `status` is its final status, `reason` Mirakl's reason, if any."""

    def __init__(self, message: str, status: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class JobTimeout(MiraklError, TimeoutError):
    """An import or export did not finish in time; it continues at Mirakl. `status` is the last one fetched."""

    def __init__(self, message: str, status: str | None) -> None:
        super().__init__(message)
        self.status = status


class TokenError(MiraklError):
    """No access token is available; the message contains the host of the endpoint, never the credentials."""


class TokenRefused(TokenError):
    """The token endpoint rejected the credentials; `code` is its OAuth error, such as "invalid_client"."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class TokenUnavailable(TokenError):
    """The token endpoint failed, was unreachable, or sent no valid token."""


class CallError(MiraklError):
    """One call failed.

    `resume_from` is the cursor to continue from if the call was part of an iteration over pages, except for the first.
    """

    def __init__(self, message: str, context: CallContext) -> None:
        super().__init__(message)
        self.message = message
        self.context = context
        self.resume_from: str | None = None

    @property
    def operation(self) -> str:
        """Mirakl's code of the operation, such as "OR11"."""
        return self.context.operation

    @property
    def route(self) -> str:
        """Method and path template, such as "GET /api/orders/{order_id}"."""
        return self.context.route

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All attempts, oldest first."""
        return self.context.attempts

    @property
    def timings(self) -> Timings | None:
        """How long each part of the call took."""
        return self.context.timings

    def __str__(self) -> str:
        """Show operation, route, message and attempts, and the cursor to resume from, if any."""
        count = len(self.attempts)
        text = f"{self.operation} ({self.route}): {self.message}"
        if count > 1:
            text += f" [after {count} attempts]"
        if self.context.quota_exhausted:
            text += " [not retried: the client's retry quota is exhausted]"
        if self.resume_from is not None:
            text += f" [resume after {one_line(self.resume_from)}]"
        return text


class DeadlineExceeded(CallError, TimeoutError):
    """The deadline of the whole call passed; `timings` says how long each part took."""


class MaxWaitExceeded(CallError):
    """A rate limit would delay the call by `seconds`, longer than `max_wait` or the deadline allows."""

    def __init__(self, message: str, context: CallContext, seconds: float) -> None:
        super().__init__(message, context)
        self.seconds = seconds


class TransportError(CallError):
    """No complete response was received."""


class ConnectFailed(TransportError):
    """Connecting failed (DNS, network, TLS): nothing was sent."""


class ConnectionLost(TransportError):
    """The connection broke after the request was sent and before the response was complete."""


class AttemptTimeout(TransportError, TimeoutError):
    """One attempt took longer than its `timeout`."""


class ProtocolError(TransportError):
    """The response is not valid HTTP."""


class UnexpectedResponse(TransportError):
    """A 2xx that is not the documented success of its operation; it probably does not come from Mirakl.

    `media_type` is in lower case and without parameters; `body_excerpt` is the start of a web page or a text, without
    markup, and empty for JSON and files. A client's `accept_response` can accept such a response as a success.
    """

    def __init__(
        self, message: str, context: CallContext, *, status: int, media_type: str, body_excerpt: str = ""
    ) -> None:
        super().__init__(message, context)
        self.status = status
        self.media_type = media_type
        self.body_excerpt = body_excerpt


class OutcomeUnknown(TransportError):
    """An unsafe request was sent but no response of Mirakl was received, so it may or may not have taken effect.

    It is not retried, because Mirakl has no idempotency keys. Check the state before sending it again; the message
    names the operation that shows it.
    """


class ResponseTooLarge(CallError):
    """The response exceeds its size limit, after decompression."""


class UnexpectedRedirect(CallError):
    """A redirect that was not followed; `location` is its target without the query.

    `address` is the unchanged target: do not log it, since its query may contain a secret.
    """

    def __init__(self, message: str, context: CallContext, location: str, address: str = "") -> None:
        super().__init__(message, context)
        self.location = location
        self.address = address


class DecodeFailed(CallError):
    """The body of a success violates its schema; `path` is the JSON path of the violation."""

    def __init__(self, message: str, context: CallContext, path: str = "$") -> None:
        super().__init__(message, context)
        self.path = path


class APIError(CallError):
    """Mirakl responded with an error status.

    `code`, `server_message` and `errors` come from the server; `code` is stable, but do not depend on the messages
    (Mirakl's advice). `body_excerpt` is the start of a body in an unknown format. `recognized` is False if the body is
    not in Mirakl's error format: a gateway may have sent it.
    """

    def __init__(
        self,
        context: CallContext,
        *,
        status: int,
        problem: Problem,
        headers: Mapping[str, str],
        request_id: str | None = None,
    ) -> None:
        note = "" if problem.recognized or not str(problem) else " (not in Mirakl's error format)"
        super().__init__(f"{status}{note} {problem}".rstrip(), context)
        self.status = status
        self.problem = problem
        self.headers = headers
        self.request_id: str | None = request_id or problem.correlation_id

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling; aiohttp's headers are a view, of which only a copy can be pickled."""
        rebuild, (kind, args, state) = super().__reduce__()
        headers = getattr(self.headers, "copy", lambda: self.headers)()
        return rebuild, (kind, args, {**state, "headers": headers})

    @property
    def code(self) -> str | None:
        """The server's stable error code, such as "DATA_NOT_FOUND"."""
        return self.problem.code

    @property
    def server_message(self) -> str | None:
        """The server's message."""
        return self.problem.message

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """The server's list of field errors, each with `field`, `message`, `code`."""
        return self.problem.errors

    @property
    def recognized(self) -> bool:
        """Whether the body is in Mirakl's error format; False for a gateway's page and for an empty body."""
        return self.problem.recognized

    @property
    def body_excerpt(self) -> str:
        """The start of a body in an unknown format, without markup."""
        return self.problem.body_excerpt

    def __str__(self) -> str:
        """Show the message of the call error, and the server's request id."""
        text = super().__str__()
        return f"{text} [request {self.request_id}]" if self.request_id else text


class BadRequest(APIError):
    """400 or 422: the request is invalid; `errors` has the details."""


class AuthenticationFailed(APIError):
    """401, also after refreshing the token once, if it can be refreshed."""


class PermissionDenied(APIError):
    """403: the credential lacks the scope or the role."""


class NotFound(APIError):
    """404: does not exist, or is not visible with these credentials."""


class Gone(APIError):
    """410: a store link token is invalid or was already used."""


class RateLimited(APIError):
    """429; `retry_after` is the Retry-After of the response in seconds, or None."""

    retry_after: float | None = None


class ServerError(APIError):
    """5xx: Mirakl or a gateway failed."""


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequest,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    410: Gone,
    422: BadRequest,
    429: RateLimited,
}


def error_class(status: int) -> type[APIError]:
    """The error class of a status; APIError itself for other 4xx."""
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, APIError)
