"""Read the response of the token endpoint: a token, a rejection of the credentials, or a temporary failure. Pure.

A gateway may respond in place of this endpoint. Only an OAuth or Mirakl error that rejects the credentials, or a 401
without a body, is final; after a web page, an invalid token or a temporary error the token is requested again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..errors import TokenRefused, TokenUnavailable
from ..redaction import RedactedDict, RedactedStr
from ..server_text import Problem, read_json, read_problem
from .retries import THROTTLED, TRANSIENT

if TYPE_CHECKING:
    from .wire import WireResponse

__all__ = ["read_token"]

DEFAULT_TOKEN_LIFETIME = 300.0
MAX_TOKEN_LIFETIME = 1e9
_CREDENTIALS_HINT = "Check the client id, the secret and the environment."
# RFC 6749, 5.2 and 4.1.2.1: permanent errors, and temporary ones.
_REFUSALS = frozenset({
    "access_denied", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client",
    "unsupported_grant_type",
})  # fmt: skip
_TEMPORARY = frozenset({"server_error", "temporarily_unavailable", "slow_down"})


def read_token(answer: WireResponse, host: str) -> tuple[str, float] | str:
    """A token and its lifetime in seconds; or the reason of a temporary failure.

    Raises TokenRefused if the credentials are rejected, TokenUnavailable if the URL is not a token endpoint.
    """
    if 200 <= answer.status < 300:
        return _read_success(answer, host)
    problem = read_problem(answer.body)
    message = f"{answer.status} to the token request: {problem}".rstrip(": ")
    if answer.status in TRANSIENT or answer.status == THROTTLED or problem.code in _TEMPORARY:
        return f"it answered {message}"
    if answer.status not in {400, 401, 403}:
        raise TokenUnavailable(f"{host} answered {message}. Check the authentication URL.")
    is_markup = answer.body.lstrip().startswith(b"<")
    if problem.code or problem.recognized or (answer.status == 401 and not is_markup):
        raise TokenRefused(f"{host} answered {message}. {_CREDENTIALS_HINT}", problem.code)
    return f"it answered {message}"


def _read_success(answer: WireResponse, host: str) -> tuple[str, float] | str:
    content = _members(answer.body)
    token, token_type = _valid_token(content.get("access_token")), content.get("token_type")
    if token is not None and _is_bearer(token_type):
        return token, _lifetime(content.get("expires_in"))
    problem = read_problem(answer.body)
    if not answer.body.lstrip().startswith(b"<"):  # an excerpt of anything but a web page could show the token
        problem = Problem(code=problem.code, message=problem.message)
    if problem.code in _REFUSALS:
        raise TokenRefused(
            f"{host} answered {answer.status} with an error: {problem}. {_CREDENTIALS_HINT}", problem.code
        )
    reason = "with a token type other than Bearer" if token is not None else "without a valid access_token"
    return f"it answered {answer.status} {reason}: {problem}".rstrip(": ")


def _members(body: bytes) -> RedactedDict:
    content = read_json(body)
    return RedactedDict(cast("dict[str, Any]", content) if isinstance(content, dict) else {})


def _valid_token(token: object) -> RedactedStr | None:
    """The token if it is valid in a header, else None."""
    text = RedactedStr(token.strip() if isinstance(token, str) else "")
    return text if text and text.isascii() and text.isprintable() and " " not in text else None


def _is_bearer(token_type: object) -> bool:
    """Whether a token is a bearer token; a missing token_type, or one that is not a string, counts as Bearer."""
    return not isinstance(token_type, str) or not token_type.strip() or token_type.strip().lower().startswith("bearer")


def _lifetime(expires_in: object) -> float:
    """The lifetime of a token in seconds; five minutes if it is missing, invalid or out of range."""
    try:
        lifetime = float(cast("Any", expires_in))
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_TOKEN_LIFETIME
    return (
        lifetime if 0 < lifetime < MAX_TOKEN_LIFETIME and not isinstance(expires_in, bool) else DEFAULT_TOKEN_LIFETIME
    )
