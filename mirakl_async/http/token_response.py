"""What the token endpoint answered: a token, a refusal of the credentials, or nothing that lasts. Pure.

Gateways stand before this endpoint too. Only an answer that says in OAuth's or Mirakl's words that the credentials are
refused, or a bare 401, ends a job; a web page, a token that is none, and an error that names itself temporary are
asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..errors import TokenRefused, TokenUnavailable
from ..redaction import RedactedDict, RedactedStr
from ..server_text import Problem, read_json, read_problem
from .retries import THROTTLED, TRANSIENT

if TYPE_CHECKING:
    from .wire import WireResponse

DEFAULT_TOKEN_LIFETIME = 300.0
MAX_TOKEN_LIFETIME = 1e9
_CREDENTIALS = "Check the client id, the secret and the environment."
# RFC 6749, 5.2 and 4.1.2.1: errors that asking again does not mend, and those that say so themselves.
_REFUSALS = frozenset({
    "access_denied", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client",
    "unsupported_grant_type",
})  # fmt: skip
_TEMPORARY = frozenset({"server_error", "temporarily_unavailable", "slow_down"})


def read_token(answer: WireResponse, host: str) -> tuple[str, float] | str:
    """A token and its life in seconds; or why there is none, where asking again may bring one.

    Raises TokenRefused where the credentials are refused, TokenUnavailable where this address gives no tokens.
    """
    if 200 <= answer.status < 300:
        return _read_success(answer, host)
    problem = read_problem(answer.body)
    words = f"{answer.status} to the token request: {problem}".rstrip(": ")
    if answer.status in TRANSIENT or answer.status == THROTTLED or problem.code in _TEMPORARY:
        return f"it answered {words}"
    if answer.status not in {400, 401, 403}:
        raise TokenUnavailable(f"{host} answered {words}. Check the authentication URL.")
    markup = answer.body.lstrip().startswith(b"<")
    if problem.code or problem.recognized or (answer.status == 401 and not markup):
        raise TokenRefused(f"{host} answered {words}. {_CREDENTIALS}", problem.code)
    return f"it answered {words}"


def _read_success(answer: WireResponse, host: str) -> tuple[str, float] | str:
    members = _members(answer.body)
    token, kind = _usable(members.get("access_token")), members.get("token_type")
    if token is not None and _is_bearer(kind):
        return token, _lifetime(members.get("expires_in"))
    problem = read_problem(answer.body)
    if not answer.body.lstrip().startswith(b"<"):  # an excerpt of what is no page could show the token
        problem = Problem(code=problem.code, message=problem.message)
    if problem.code in _REFUSALS:
        raise TokenRefused(f"{host} answered {answer.status} with an error: {problem}. {_CREDENTIALS}", problem.code)
    fault = "with a token of another type than Bearer" if token is not None else "without an access_token of use"
    return f"it answered {answer.status} {fault}: {problem}".rstrip(": ")


def _members(body: bytes) -> RedactedDict:
    content = read_json(body)
    return RedactedDict(cast("dict[str, Any]", content) if isinstance(content, dict) else {})


def _usable(token: object) -> RedactedStr | None:
    """The token, if a header can carry it."""
    text = RedactedStr(token.strip() if isinstance(token, str) else "")
    return text if text and text.isascii() and text.isprintable() and " " not in text else None


def _is_bearer(kind: object) -> bool:
    """Whether a token may be sent as a bearer token; a type that is not told, or not as a text, is taken for that."""
    return not isinstance(kind, str) or not kind.strip() or kind.strip().lower().startswith("bearer")


def _lifetime(expires_in: object) -> float:
    """Seconds of a token's life; a missing, unreadable or absurd one counts as five minutes."""
    try:
        life = float(cast("Any", expires_in))
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_TOKEN_LIFETIME
    return life if 0 < life < MAX_TOKEN_LIFETIME and not isinstance(expires_in, bool) else DEFAULT_TOKEN_LIFETIME
