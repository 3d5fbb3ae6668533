"""Every exception this package raises.

MiraklError
 ├── ConfigurationError          settings that cannot work: said when the client is built or opened
 ├── ClientStateError            used before open, after close, or on another event loop
 ├── InvalidArgument             refused before anything was sent (also a ValueError)
 ├── UnknownOperation            no operation has this code (also a LookupError)
 ├── PaginationLoop              a list whose pages lead back to themselves
 ├── PartialFailure              a successful answer that reports failed items, on request
 ├── UnreadableFile              a file is cut off, or not what it is read as (also a ValueError)
 │    └── UnsafeArchive          a ZIP whose members leave their folder, or unpack to far more than they are
 ├── JobFailed                   an import or export that ended badly, on request
 ├── JobTimeout                  an import or export that is not done in time (also a TimeoutError)
 ├── InvalidEvent                a message on a connector's queue holds no event that can be used (also a ValueError)
 ├── QueueError                  a queue cannot do what it was asked to
 │    ├── QueueUnavailable       its broker cannot be reached, or is busy: it may pass
 │    ├── QueueLost              the queue vanished, or is older than it was: messages are gone
 │    ├── QueueClosed            used before it was opened, or after it was closed
 │    └── TooLarge               a body is larger than its broker takes (also a ValueError); nothing was put
 ├── RateLimiterUnavailable      a rate that processes share cannot be asked for
 ├── SyncFailed                  a sync job could not finish; carries its report
 ├── TokenError                  no access token could be had
 │    ├── TokenRefused           the credentials are wrong: asking again would not help
 │    └── TokenUnavailable       the token endpoint did not answer usefully
 └── CallError                   one call failed; carries operation, route, attempts, where the time went
      ├── DeadlineExceeded       the whole call took too long (also a TimeoutError)
      ├── MaxWaitExceeded        a rate limit would hold the call longer than `max_wait`
      ├── TransportError         no answer was read
      │    ├── ConnectFailed     nothing was sent
      │    ├── ConnectionLost    the connection broke after the request left
      │    ├── AttemptTimeout    one attempt took too long (also a TimeoutError)
      │    ├── ProtocolError     the response is not valid HTTP
      │    ├── UnexpectedResponse  a 2xx that is not the operation's documented success, such as a firewall's page
      │    └── OutcomeUnknown    an unsafe request left and no usable answer came: it may or may not have happened
      ├── ResponseTooLarge       the answer passed its size cap, after decompression
      ├── UnexpectedRedirect     a 3xx; never followed, because a redirected POST arrives as an empty GET
      ├── DecodeFailed           a successful status whose body is not what the contract says
      └── APIError               Mirakl answered with an error status
           ├── BadRequest            400, 422
           ├── AuthenticationFailed  401
           ├── PermissionDenied      403
           ├── NotFound              404
           ├── Gone                  410
           ├── RateLimited           429
           └── ServerError           5xx

Messages name the operation, the route and the server's own words. They never hold a credential, a request body or
a URL's query.
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
    """Where the seconds of one call went."""

    queued: float = 0.0
    limited: float = 0.0
    sending: float = 0.0
    waiting: float = 0.0

    def __str__(self) -> str:
        """The four parts in the order a call meets them."""
        return (
            f"queued {self.queued:.2f} s, limited {self.limited:.2f} s, "
            f"sending {self.sending:.2f} s, waiting {self.waiting:.2f} s"
        )


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt of a call: how it ended, how long it took, and the pause that followed it, in seconds."""

    outcome: str
    seconds: float
    pause: float = 0.0


class CallContext(Struct, frozen=True, kw_only=True):
    """What every error of a call knows: Mirakl's code, the route's template, the attempts and the time spent."""

    operation: str
    route: str
    attempts: tuple[Attempt, ...] = ()
    timings: Timings | None = None
    quota_exhausted: bool = False


class MiraklError(Exception):
    """Anything this package raises on purpose.

    `resume_from` is the cursor to go on from when it was raised while a list was read page by page; None at its start,
    where there is nothing to resume.
    """

    resume_from: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """How it gets from one process to another; by itself an exception is made again from its message alone."""
        return _rebuild, (type(self), self.args, dict(vars(self)))


def _rebuild(kind: type[MiraklError], args: tuple[Any, ...], state: dict[str, Any]) -> MiraklError:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(state)
    return error


class ConfigurationError(MiraklError, ValueError):
    """Settings that cannot work."""


class ClientStateError(MiraklError, RuntimeError):
    """The client was used before it was opened, after it was closed, or on another event loop."""


class InvalidArgument(MiraklError, ValueError):
    """An argument that Mirakl would refuse, found before anything was sent."""

    def __init__(self, operation: str, argument: str, reason: str) -> None:
        super().__init__(f"{operation}: {argument}: {reason}")
        self.operation = operation
        self.argument = argument
        self.reason = reason


class UnknownOperation(MiraklError, LookupError):
    """No published operation has this code."""


class PaginationLoop(MiraklError):
    """A list whose pages lead back to themselves; reading on would never end."""


class PartialFailure(MiraklError):
    """A successful answer that reports failed items; `failed` holds them as Mirakl sent them."""

    def __init__(self, message: str, failed: Sequence[object]) -> None:
        super().__init__(message)
        self.failed = failed


class InvalidEvent(MiraklError, ValueError):
    """A message holds no event that can be used.

    `reason` says why, without any value of the body; `body` has the bytes, so treat it like the data it is.
    """

    def __init__(self, reason: str, body: bytes) -> None:
        super().__init__(f"the event cannot be decoded: {reason}")
        self.reason = reason
        self.body = body


class QueueError(MiraklError):
    """A queue cannot be opened, read or written; the message says which, why, and what to do."""


class QueueUnavailable(QueueError):
    """The broker cannot be reached, is starting, or takes nothing for the moment: it may pass by itself."""


class QueueLost(QueueError):
    """The queue vanished, or was restored to an older state: messages that were put are gone."""


class QueueClosed(QueueError, RuntimeError):
    """The queue was used before it was opened, or after it was closed."""


class TooLarge(QueueError, ValueError):
    """A body of `size` bytes is larger than the `max_bytes` that the broker takes; nothing was put."""

    def __init__(self, queue: str, size: int, max_bytes: int) -> None:
        super().__init__(f"{queue}: a message of {size} bytes is larger than the maximum of {max_bytes}")
        self.size = size
        self.max_bytes = max_bytes


class RateLimiterUnavailable(MiraklError):
    """A shared limiter cannot be asked, and how fast this process may go by itself is not known: nothing was sent.

    `refused` says that its server answered, and will not do it: waiting would not help.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class SyncFailed(MiraklError):
    """A sync job could not finish: `report` says how far it came, `__cause__` why."""

    def __init__(self, reason: str, report: SyncReport) -> None:
        super().__init__(f"the sync stopped: {reason} ({report})")
        self.reason = reason
        self.report = report


class UnreadableFile(MiraklError, ValueError):
    """A file is cut off, damaged, or another format than it is read as; the message holds none of its content."""


class UnsafeArchive(UnreadableFile):
    """A ZIP archive that is not unpacked: a member leaves its folder, or there is far too much in it."""


class JobFailed(MiraklError):
    """An import or export ended in another state than done; `status` is that state, `reason` Mirakl's words, if any."""

    def __init__(self, message: str, status: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class JobTimeout(MiraklError, TimeoutError):
    """An import or export is not done yet; it goes on at Mirakl, and can be waited for again. `status` was its last."""

    def __init__(self, message: str, status: str | None) -> None:
        super().__init__(message)
        self.status = status


class TokenError(MiraklError):
    """No access token could be had; the message names the endpoint's host, never the credentials."""


class TokenRefused(TokenError):
    """The token endpoint refused the credentials; `code` is its OAuth error, such as "invalid_client"."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class TokenUnavailable(TokenError):
    """The token endpoint failed, was unreachable, or answered something that is not a token."""


class CallError(MiraklError):
    """One call failed.

    `resume_from` is the cursor to go on from when the call was part of an iteration over pages, and not of its first.
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
        """Every attempt made, oldest first."""
        return self.context.attempts

    @property
    def timings(self) -> Timings | None:
        """Where the time went."""
        return self.context.timings

    def __str__(self) -> str:
        """Operation, route, what happened, attempts; then where to resume, if anywhere."""
        tries = len(self.attempts)
        text = f"{self.operation} ({self.route}): {self.message}"
        if tries > 1:
            text += f" [after {tries} attempts]"
        if self.context.quota_exhausted:
            text += " [not retried: the client's retry quota is exhausted]"
        if self.resume_from is not None:
            text += f" [resume after {one_line(self.resume_from)}]"
        return text


class DeadlineExceeded(CallError, TimeoutError):
    """The deadline of the whole call passed; `timings` says where the time went."""


class MaxWaitExceeded(CallError):
    """A limit would hold the call for `seconds`, which is longer than `max_wait` or the deadline allows."""

    def __init__(self, message: str, context: CallContext, seconds: float) -> None:
        super().__init__(message, context)
        self.seconds = seconds


class TransportError(CallError):
    """No answer was read."""


class ConnectFailed(TransportError):
    """No connection could be made (name, route, TLS): nothing was sent."""


class ConnectionLost(TransportError):
    """The connection broke after the request left and before the whole answer was read."""


class AttemptTimeout(TransportError, TimeoutError):
    """One attempt took longer than its `timeout`."""


class ProtocolError(TransportError):
    """The peer does not speak HTTP as agreed."""


class UnexpectedResponse(TransportError):
    """A 2xx that is not the documented success of its operation: something else than Mirakl answered, as it seems.

    `media_type` is the response's, in lower case and without parameters; `body_excerpt` the start of a page or a text,
    without markup, empty for JSON and files. A client's `accept_response` can take such a response for a success.
    """

    def __init__(
        self, message: str, context: CallContext, *, status: int, media_type: str, body_excerpt: str = ""
    ) -> None:
        super().__init__(message, context)
        self.status = status
        self.media_type = media_type
        self.body_excerpt = body_excerpt


class OutcomeUnknown(TransportError):
    """An unsafe request left and no answer came, or none that is Mirakl's, so it may or may not have taken effect.

    It is not repeated, because Mirakl has no idempotency key. Read the state back before sending it again; the message
    names what shows it.
    """


class ResponseTooLarge(CallError):
    """The answer passed its size cap, counted after decompression."""


class UnexpectedRedirect(CallError):
    """A redirect; `location` is its target without the query.

    `address` is the target as the server wrote it: its query may hold a secret, so it is not for logs.
    """

    def __init__(self, message: str, context: CallContext, location: str, address: str = "") -> None:
        super().__init__(message, context)
        self.location = location
        self.address = address


class DecodeFailed(CallError):
    """The body of a successful answer is not what the contract says; `path` is where, in JSON terms."""

    def __init__(self, message: str, context: CallContext, path: str = "$") -> None:
        super().__init__(message, context)
        self.path = path


class APIError(CallError):
    """Mirakl answered with an error status.

    `code`, `server_message` and `errors` are the server's own; `code` is stable, the messages are not meant to be
    branched on (Mirakl's advice). `body_excerpt` is the start of a body that is in no known shape. `recognized` is
    False where the body is not an error as Mirakl writes them: a gateway before it may have answered.
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
        unlike = "" if problem.recognized or not str(problem) else " (not in Mirakl's error format)"
        super().__init__(f"{status}{unlike} {problem}".rstrip(), context)
        self.status = status
        self.problem = problem
        self.headers = headers
        self.request_id: str | None = request_id or problem.correlation_id

    def __reduce__(self) -> tuple[Any, ...]:
        """See MiraklError; aiohttp gives the headers as a view, of which only a copy can be pickled."""
        make, (kind, args, state) = super().__reduce__()
        copied = getattr(self.headers, "copy", lambda: self.headers)()
        return make, (kind, args, {**state, "headers": copied})

    @property
    def code(self) -> str | None:
        """The server's stable error code, such as "DATA_NOT_FOUND"."""
        return self.problem.code

    @property
    def server_message(self) -> str | None:
        """The server's sentence."""
        return self.problem.message

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """The server's list of field errors, each with `field`, `message`, `code`."""
        return self.problem.errors

    @property
    def recognized(self) -> bool:
        """Whether the body is an error as Mirakl writes them; False for a gateway's page and for an empty body."""
        return self.problem.recognized

    @property
    def body_excerpt(self) -> str:
        """The start of a body in no known shape, without markup."""
        return self.problem.body_excerpt

    def __str__(self) -> str:
        """The message of any call error, and the server's id of the request."""
        text = super().__str__()
        return f"{text} [request {self.request_id}]" if self.request_id else text


class BadRequest(APIError):
    """400 or 422: the request itself is wrong; `errors` says where."""


class AuthenticationFailed(APIError):
    """401, also after one renewal of the token where it can be renewed."""


class PermissionDenied(APIError):
    """403: the credential lacks the scope or the role."""


class NotFound(APIError):
    """404: unknown to Mirakl, or not visible to this credential."""


class Gone(APIError):
    """410: for a store link token, invalid or used."""


class RateLimited(APIError):
    """429; `retry_after` is the server's advice in seconds, None if it gave none."""

    retry_after: float | None = None


class ServerError(APIError):
    """5xx: Mirakl, or a gateway before it, failed."""


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
    """The class that stands for a status; any other 4xx is a plain APIError."""
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, APIError)
