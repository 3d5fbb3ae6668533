"""Turn the outcome of an attempt into what `retries` decides by, and into the error that a user sees. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from msgspec import structs

from ..errors import (
    AttemptTimeout,
    CallContext,
    CallError,
    ConnectFailed,
    ConnectionLost,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ResponseTooLarge,
    UnexpectedRedirect,
    UnexpectedResponse,
    error_class,
)
from ..redaction import RedactedStr, without_secret
from ..server_text import one_line, read_problem
from .expected_responses import UnexpectedOutcome
from .response import request_id
from .retries import MAX_RETRY_AFTER, FailureOutcome, ResponseOutcome
from .retries import retry_after as read_retry_after
from .wire import WireError, WireResponse

if TYPE_CHECKING:
    from ..operation import Operation
    from ..options import Retry
    from .retries import RetryDelay
    from .sniffed_response import SniffedResponse

__all__ = ["classify", "may_become_deadline_error", "pause_seconds", "to_error", "without_credential"]

_BY_KIND: dict[str, type[CallError]] = {
    "large": ResponseTooLarge,
    "protocol": ProtocolError,
    "timeout": AttemptTimeout,
}


def classify(
    outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome,
) -> FailureOutcome | ResponseOutcome:
    """The facts that the decision on a retry depends on."""
    if isinstance(outcome, WireError):
        return FailureOutcome(stage=outcome.stage, permanent=outcome.permanent)
    if isinstance(outcome, UnexpectedOutcome):
        return FailureOutcome(stage="partial")
    return ResponseOutcome(status=outcome.status, retry_after=read_retry_after(outcome.headers))


def without_credential(
    outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome, header: str
) -> WireResponse | SniffedResponse | WireError | UnexpectedOutcome:
    """The outcome without the credential of the request, which a page of something on the way may repeat."""
    secret = RedactedStr(header.rpartition(" ")[2])
    if isinstance(outcome, UnexpectedOutcome):
        excerpt = without_secret(outcome.body_excerpt.encode(), secret).decode()
        return structs.replace(outcome, body_excerpt=excerpt)
    if isinstance(outcome, WireResponse) and outcome.status >= 300:
        return structs.replace(outcome, body=without_secret(outcome.body, secret))
    return outcome


def pause_seconds(throttled: ResponseOutcome, retry_delay: RetryDelay | None, retry: Retry) -> float:
    """How long a 429 pauses its bucket: the delay of the retry, else the Retry-After, else one base delay."""
    if retry_delay is not None:
        seconds = retry_delay.delay
    else:
        seconds = retry.throttle_delay if throttled.retry_after is None else throttled.retry_after
    return min(seconds, MAX_RETRY_AFTER)


def to_error(
    outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome,
    context: CallContext,
    operation: Operation[Any],
    retry_after: float | None = None,
) -> CallError:
    """The error of a call that ends with this outcome; `retry_after` is that of the response, in seconds."""
    if isinstance(outcome, WireError):
        error = _transport_error(outcome, context, operation)
        error.__cause__ = outcome.__cause__
        return error
    if isinstance(outcome, UnexpectedOutcome):
        return _unexpected(outcome, context, operation)
    if 300 <= outcome.status < 400:
        location = outcome.headers.get("Location", "")
        target = one_line(_without_query(location))
        return UnexpectedRedirect(f"{outcome.status} redirect to {target} was not followed", context, target, location)
    body = outcome.body if isinstance(outcome, WireResponse) else b""
    problem, server_request_id = read_problem(body), request_id(outcome.headers)
    status, headers = outcome.status, outcome.headers
    kind = error_class(status)
    error = kind(context, status=status, problem=problem, headers=headers, request_id=server_request_id)
    if isinstance(error, RateLimited):
        error.retry_after = retry_after
    if status >= 500:
        error.message += _reconciliation_hint(operation)
    return error


def _reconciliation_hint(operation: Operation[Any]) -> str:
    method = operation.reconcile_with
    return f"; check with {method} before sending it again" if method else ""


def _without_query(location: str) -> str:
    try:
        return urlsplit(urljoin("https://", location))._replace(query="", fragment="").geturl() if location else "?"
    except ValueError:  # invalid brackets in the host
        return "?"


def _transport_error(wire_error: WireError, context: CallContext, operation: Operation[Any]) -> CallError:
    if wire_error.kind in {"large", "url", "request"}:
        return _BY_KIND.get(wire_error.kind, ConnectFailed)(wire_error.reason, context)
    if wire_error.stage == "unsent":
        kind = AttemptTimeout if wire_error.kind == "timeout" else ConnectFailed
        return kind(wire_error.reason, context)
    if operation.retry == "unsafe":
        message = f"the request was sent but no response was received ({wire_error.reason}); it may have taken effect"
        message += _reconciliation_hint(operation)
        return OutcomeUnknown(message, context)
    return _BY_KIND.get(wire_error.kind, ConnectionLost)(wire_error.reason, context)


def _unexpected(outcome: UnexpectedOutcome, context: CallContext, operation: Operation[Any]) -> CallError:
    excerpt = f": {outcome.body_excerpt}" if outcome.body_excerpt else ""
    message = f"{outcome} is not the documented success, {outcome.documented} ({outcome.reason}){excerpt}"
    error = UnexpectedResponse(
        message, context, status=outcome.status, media_type=outcome.media_type, body_excerpt=outcome.body_excerpt
    )
    if operation.retry != "unsafe":
        return error
    unknown = OutcomeUnknown(
        f"the request was sent, but the response is not Mirakl's ({message}); it may have taken effect"
        f"{_reconciliation_hint(operation)}",
        context,
    )
    unknown.__cause__ = error
    return unknown


def may_become_deadline_error(error: CallError) -> bool:
    """Whether DeadlineExceeded may replace an error; an unknown outcome must stay visible."""
    return not isinstance(error, OutcomeUnknown)
