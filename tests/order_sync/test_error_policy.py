"""How long a batch is retried, and what stops a job at once."""

from __future__ import annotations

import json

import pytest

from mirakl_async.errors import (
    Attempt,
    AttemptTimeout,
    CallContext,
    ConfigurationError,
    ConnectFailed,
    MaxWaitExceeded,
    RateLimiterUnavailable,
    TokenRefused,
    TokenUnavailable,
    UnexpectedRedirect,
    error_class,
)
from mirakl_async.order_sync.error_policy import is_foreign, recovery_for, throttled
from mirakl_async.order_sync.outages import FIRST_CONTACT, MAX_DELAY, RENEWALS, BatchBackoff
from mirakl_async.server_text import read_problem

CONTEXT = CallContext(operation="upsertOrders", route="POST /v1/orders")


def answered(status, *fields, attempts=1):
    """An error as Mirakl writes it."""
    body = {"code": "SOME_CODE", "message": "No.", "errors": [{"field": field, "message": "no"} for field in fields]}
    return foreign(status, json.dumps(body).encode(), attempts=attempts)


def foreign(status, body=b"<html><body><h1>Blocked</h1></body></html>", *, attempts=1):
    """An error page that some gateway wrote, or whatever else."""
    tried = tuple(Attempt(outcome=str(status), seconds=0.1) for _ in range(attempts))
    context = CallContext(operation="upsertOrders", route="POST /v1/orders", attempts=tried)
    return error_class(status)(context, status=status, problem=read_problem(body), headers={})


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (answered(400), "isolate"),
        (answered(422), "isolate"),
        (answered(400, "orders[3].status"), "isolate"),
        (answered(400, "origin.channel_id", "orders[3].status"), "isolate"),
        (answered(400, "origin.channel_id"), "origin"),
        (answered(413), "shrink"),
        (answered(404), "origin"),
        (answered(401), "stop"),
        (answered(403), "stop"),
        (answered(415), "stop"),
        (foreign(400), "wait"),
        (foreign(400, b""), "wait"),
        (foreign(422), "wait"),
        (foreign(404), "wait"),
        (foreign(404, b""), "wait"),
        (foreign(404, b'"no JSON object"'), "wait"),
        (foreign(403), "wait"),
        (foreign(403, b'{"message": "Forbidden"}'), "wait"),
        (foreign(403, b'{"error": "blocked", "statusCode": 403}'), "wait"),
        (foreign(403, b"{}"), "wait"),
        (foreign(403, b""), "stop"),
        (foreign(401), "stop"),
        (foreign(413), "shrink"),
        (answered(408), "wait"),
        (answered(429), "wait"),
        (answered(500), "wait"),
        (answered(503), "wait"),
        (AttemptTimeout("slow", CONTEXT), "wait"),
        (ConnectFailed("down", CONTEXT), "wait"),
        (MaxWaitExceeded("full", CONTEXT, 9.0), "wait"),
        (TokenUnavailable("down"), "wait"),
        (RateLimiterUnavailable("away"), "wait"),
        (RateLimiterUnavailable("no", refused=True), "stop"),
        (TokenRefused("no"), "stop"),
        (ConfigurationError("no"), "stop"),
        (UnexpectedRedirect("302", CONTEXT, "https://elsewhere.example/"), "stop"),
    ],
)
def test_the_recovery_for_each_error(error, what):
    assert recovery_for(error) == what


def test_attempts_that_were_throttled_are_counted():
    tried = [Attempt(outcome=outcome, seconds=0) for outcome in ("429", "503", "429", "204")]
    assert throttled(tried) == 2


def pauses(outage, error, *, last_answer=None):
    """Pauses as long as they are granted, the clock moving on with each."""
    now = 1000.0
    while (pause := outage.pause(error, now, last_answer)) is not None:
        yield pause
        now += pause


def test_delays_grow_to_a_maximum_and_end_with_max_outage():
    granted = list(pauses(BatchBackoff(300), answered(503), last_answer=1000.0))
    assert granted[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(granted) == MAX_DELAY
    assert 270 < sum(granted) <= 300


def test_an_outage_is_measured_from_its_first_error_not_from_a_wait_before():
    outage = BatchBackoff(10)
    assert outage.began is None
    assert outage.pause(answered(503), 5000.0, 1.0) == 0.5
    assert outage.began == 5000.0


def test_responses_to_other_batches_restart_the_measurement():
    outage = BatchBackoff(10)
    assert outage.pause(answered(503), 0.0, 0.0) is not None
    assert outage.pause(answered(503), 100.0, 99.0) is not None
    assert outage.pause(answered(503), 200.0, 99.0) is None


def test_a_gateways_413_is_an_outage_and_mirakls_413_is_not():
    assert is_foreign(foreign(413))
    assert not is_foreign(answered(413))
    assert list(pauses(BatchBackoff(300), foreign(413), last_answer=1000.0))


@pytest.mark.parametrize(
    "error", [ConnectFailed("no such host", CONTEXT), TokenUnavailable("no such host"), foreign(404), foreign(400)]
)
def test_the_outage_of_a_host_that_never_answered_ends_earlier(error):
    assert sum(pauses(BatchBackoff(3000), error)) <= FIRST_CONTACT
    assert sum(pauses(BatchBackoff(3000), error, last_answer=1.0)) > 1000
    assert sum(pauses(BatchBackoff(2), error)) <= 2


def test_an_error_that_waiting_cannot_solve_fails_at_once():
    for error in (answered(404), TokenRefused("no"), answered(401)):
        assert BatchBackoff(300).pause(error, 0.0, 0.0) is None


def test_a_repeatedly_revoked_token_is_renewed_a_few_times_without_long_delays():
    granted = list(pauses(BatchBackoff(300), answered(401, attempts=2)))
    assert len(granted) == RENEWALS
    assert sum(granted) < 2
