"""POST /oauth/token and its tokens: the client_credentials exchange, with the errors of RFC 6749."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

from msgspec import Struct

from .clock import Clock
from .exchange import Answer, Call, Route, Service, answer_json

__all__ = ["OPERATION", "TokenCounts", "Tokens"]

OPERATION = "token"
"""The name of the token exchange in faults and in the log of requests."""


class TokenCounts(Struct):
    """The numbers of token requests, of tokens granted and of tokens revoked."""

    requests: int = 0
    granted: int = 0
    revoked: int = 0


class Tokens:
    """The known clients and the valid tokens; each token is valid for `expires_in` seconds.

    `keys` maps raw API keys to the names of their owners; keys neither expire nor are revoked.
    """

    def __init__(
        self,
        clients: Mapping[str, str],
        *,
        expires_in: float,
        clock: Clock,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.counts: TokenCounts = TokenCounts()
        self.expires_in = expires_in
        self._clients = dict(clients)
        self._keys = dict(keys or {})
        self._clock = clock
        self._good: dict[str, tuple[str, float]] = {}
        self._prune_at = 1000

    def service(self) -> Service:
        """Return the authentication host's only route."""
        return Service("auth", "", (Route("POST", "/oauth/token", OPERATION, self._exchange),), _refuse, guarded=False)

    def issue(self, client_id: str) -> str:
        """Issue a token without a token exchange."""
        token, now = secrets.token_urlsafe(32), self._clock.monotonic()
        if len(self._good) >= self._prune_at:
            self._good = {one: known for one, known in self._good.items() if known[1] > now}
            self._prune_at = 1000 + 2 * len(self._good)
        self._good[token] = (client_id, now + self.expires_in)
        return token

    def revoke_all(self) -> int:
        """Revoke every token issued so far, and return how many were still valid."""
        now = self._clock.monotonic()
        revoked = sum(until > now for _, until in self._good.values())
        self._good.clear()
        self.counts.revoked += revoked
        return revoked

    def credential(self, authorization: str, *, keys: bool = False) -> str | None:
        """Return the owner of an Authorization header's token or, with `keys`, API key; None if it is unknown."""
        known = self._keys.get(authorization) if keys else None
        return known or self.bearer(authorization)

    def bearer(self, authorization: str) -> str | None:
        """Return the client that owns the token of an Authorization header; None if there is no valid token."""
        scheme, _, token = authorization.partition(" ")
        client_id, until = self._good.get(token.strip(), ("", 0.0))
        if scheme.lower() != "bearer" or not client_id or self._clock.monotonic() >= until:
            return None
        return client_id

    def _exchange(self, call: Call) -> Answer:
        self.counts.requests += 1
        if call.content_type != "application/x-www-form-urlencoded":
            return _refuse(415, "invalid_request", "the parameters travel in a form-encoded body")
        try:
            form = _single_values(call.body)
        except ValueError as error:
            return _refuse(400, "invalid_request", str(error))
        if form["grant_type"] != "client_credentials":
            return _refuse(400, "unsupported_grant_type", "only client_credentials is supported")
        client_id = form["client_id"]
        known = self._clients.get(client_id)
        if known is None or not secrets.compare_digest(known.encode(), form["client_secret"].encode()):
            return _refuse(401, "invalid_client", "unknown client or wrong secret")
        self.counts.granted += 1
        granted = {
            "token_type": "Bearer",
            "access_token": self.issue(client_id),
            "expires_in": int(self.expires_in),
            "target_app": "",
            "resource_owner": "",
        }
        return Answer(200, answer_json(200, granted).body, headers={"Cache-Control": "no-store"})


def _single_values(body: bytes) -> dict[str, str]:
    """Return the parameters of the form; raises ValueError if one is repeated or a mandatory one is missing."""
    try:
        form = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise ValueError("the body is not form-encoded") from None
    for name in ("grant_type", "client_id", "client_secret"):
        if not form.get(name, [""])[0]:
            raise ValueError(f"{name} is missing")
    if any(len(values) > 1 for values in form.values()):
        raise ValueError("a parameter is repeated")
    return {name: values[0] for name, values in form.items()}


def _refuse(status: int, code: str, message: str) -> Answer:
    return answer_json(status, {"error": code, "error_description": message})
