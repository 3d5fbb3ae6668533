"""From how an attempt ended to what it is called: the facts `retries` judges by, and the error a user sees. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

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

_BY_KIND: dict[str, type[CallError]] = {
    "large": ResponseTooLarge,
    "protocol": ProtocolError,
    "timeout": AttemptTimeout,
}


def classify(
    outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome,
) -> FailureOutcome | ResponseOutcome:
    """What the decision on a retry needs to know."""
    if isinstance(outcome, WireError):
        return FailureOutcome(stage=outcome.stage, permanent=outcome.permanent)
    if isinstance(outcome, UnexpectedOutcome):
        return FailureOutcome(stage="partial")
    return ResponseOutcome(status=outcome.status, retry_after=read_retry_after(outcome.headers))


def pause_seconds(throttled: ResponseOutcome, verdict: RetryDelay | None, retry: Retry) -> float:
    """How long a 429 holds its allowance: what the retry will wait, else the server's advice, else one base pause."""
    if verdict is not None:
        seconds = verdict.delay
    else:
        seconds = retry.throttle_delay if throttled.retry_after is None else throttled.retry_after
    return min(seconds, MAX_RETRY_AFTER)


def to_error(
    outcome: WireResponse | SniffedResponse | WireError | UnexpectedOutcome,
    context: CallContext,
    operation: Operation[Any],
    retry_after: float | None = None,
) -> CallError:
    """The error of a call that ends with this outcome; `retry_after` is the answer's, in seconds."""
    if isinstance(outcome, WireError):
        error = _transport_error(outcome, context, operation)
        error.__cause__ = outcome.__cause__
        return error
    if isinstance(outcome, UnexpectedOutcome):
        return _unexpected(outcome, context, operation)
    if 300 <= outcome.status < 400:
        location = outcome.headers.get("Location", "")
        target = one_line(_without_query(location))
        return UnexpectedRedirect(f"{outcome.status} redirect to {target}, not followed", context, target, location)
    body = outcome.body if isinstance(outcome, WireResponse) else b""
    problem, identity = read_problem(body), request_id(outcome.headers)
    status, headers = outcome.status, outcome.headers
    kind = error_class(status)
    error = kind(context, status=status, problem=problem, headers=headers, request_id=identity)
    if isinstance(error, RateLimited):
        error.retry_after = retry_after
    if operation.retry == "unsafe" and status >= 500:
        error.message += _reconciliation_hint(operation)
    return error


def _reconciliation_hint(operation: Operation[Any]) -> str:
    method = operation.reconcile_with
    return f"; check with {method} before sending it again" if method else ""


def _without_query(location: str) -> str:
    try:
        return urlsplit(urljoin("https://", location))._replace(query="", fragment="").geturl() if location else "?"
    except ValueError:  # brackets that are no address
        return "?"


def _transport_error(fault: WireError, context: CallContext, operation: Operation[Any]) -> CallError:
    if fault.kind in {"large", "url", "request"}:
        return _BY_KIND.get(fault.kind, ConnectFailed)(fault.reason, context)
    if fault.stage == "unsent":
        kind = AttemptTimeout if fault.kind == "timeout" else ConnectFailed
        return kind(fault.reason, context)
    if operation.retry == "unsafe":
        words = f"the request was sent but no response was received ({fault.reason}); it may have taken effect"
        words += _reconciliation_hint(operation)
        return OutcomeUnknown(words, context)
    return _BY_KIND.get(fault.kind, ConnectionLost)(fault.reason, context)


def _unexpected(outcome: UnexpectedOutcome, context: CallContext, operation: Operation[Any]) -> CallError:
    said = f": {outcome.body_excerpt}" if outcome.body_excerpt else ""
    words = f"{outcome} is not the documented success, {outcome.documented} ({outcome.reason}){said}"
    error = UnexpectedResponse(
        words, context, status=outcome.status, media_type=outcome.media_type, body_excerpt=outcome.body_excerpt
    )
    if operation.retry != "unsafe":
        return error
    unknown = OutcomeUnknown(
        f"the request was sent but not answered by Mirakl ({words}){_reconciliation_hint(operation)}", context
    )
    unknown.__cause__ = error
    return unknown


def may_become_deadline_error(error: CallError) -> bool:
    """Whether an error may be told as a passed deadline; that an outcome is unknown must not be lost in it."""
    return not isinstance(error, OutcomeUnknown)
