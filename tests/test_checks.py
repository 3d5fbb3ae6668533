"""Invalid settings are rejected where they are set, by name, with what to use instead, without showing texts."""

from __future__ import annotations

import math
import os
from datetime import timedelta
from functools import partial

import pytest

from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront, errors
from mirakl_async.downloads import ArchiveLimits
from mirakl_async.http.upload import Upload
from mirakl_async.options import Limits, Rate, Retry, Timeouts
from mirakl_async.queues.memory_queue import MemoryQueue
from tests.support.manual_clock import ManualClock
from tests.support.order_factory import ORIGIN, order

TOKEN = BearerToken("t")
NO_SECONDS = [0, -1, math.nan, math.inf, "5", True, timedelta(seconds=5), 10**400]


@pytest.mark.parametrize("make", [ConnectChannel, lambda **given: MarketplaceFront("https://acme.mirakl.net", **given)])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"timeouts": 30}, r"timeouts must be Timeouts\(\.\.\.\), or None, not int"),
        ({"timeouts": Timeouts}, "timeouts must be .*, not the class Timeouts; pass an instance"),
        ({"retry": 3}, r"retry must be Retry\(\.\.\.\), or None, not int"),
        ({"limits": 3}, r"limits must be Limits\(\.\.\.\)"),
        ({"auth": 3}, r"auth must be .*BearerToken\(\.\.\.\).*, not int"),
        ({"auth": BearerToken}, "auth must be .*, not the class BearerToken; pass an instance"),
        ({"rate_limiter": 3}, r"rate_limiter must be a limiter such as RedisRateLimiter\(\.\.\.\)"),
        ({"rate_limiter": ManualClock()}, "rate_limiter must be"),
        ({"listener": 3}, "listener must be a function, or None, not int"),
        ({"accept_response": 3}, "accept_response must be a function"),
        ({"clock": 3}, "clock must be a Clock"),
        ({"clock": ManualClock}, "clock must be .*, not the class ManualClock"),
        ({"wire": 3}, "wire must be a Wire"),
        ({"ssl": True}, r"ssl must be an ssl\.SSLContext, or None, not bool"),
        ({"proxy": 3128}, "proxy must be a URL such as .*, not int"),
        ({"proxy": "hidden:3128"}, "proxy must be a URL such as .*, not str"),
        ({"rate_limit": "fast"}, 'rate_limit must be "recommended", "maximum" or "none", or None, not str'),
        ({"rate_limit": 5}, "rate_limit must be .*, not int"),
        ({"rate_limits": 5}, "rate_limits must be a mapping"),
        ({"rate_limits": {"OR11": 5}}, r"rate_limits\['OR11'\] must be Rate\(calls, seconds\), not int"),
        ({"rate_limits": {"nothing": Rate(1)}}, "rate_limits: no operation has the code 'nothing'"),
    ],
)
def test_an_invalid_setting_of_a_client_is_rejected(make, given, words):
    with pytest.raises(errors.ConfigurationError, match=words) as caught:
        make(**{"auth": TOKEN, **given})
    assert "hidden" not in str(caught.value)


def test_an_invalid_setting_from_a_variable_is_reported_with_its_name(monkeypatch):
    monkeypatch.setenv("MIRAKL_RATE", "fast")
    with pytest.raises(errors.ConfigurationError, match="^MIRAKL_RATE must be"):
        ConnectChannel(auth=TOKEN)
    monkeypatch.setenv("MIRAKL_RATE", "none\n")
    monkeypatch.setenv("MIRAKL_ENVIRONMENT", "staging")
    with pytest.raises(errors.ConfigurationError, match='^MIRAKL_ENVIRONMENT must be "production" or "test", not str'):
        ConnectChannel(auth=TOKEN)
    with pytest.raises(errors.ConfigurationError, match="^environment must be"):
        ConnectChannel(auth=TOKEN, environment="Test")
    with pytest.raises(TypeError, match="timeout"):
        ConnectChannel(auth=TOKEN, timeout=5)


@pytest.mark.parametrize("value", NO_SECONDS)
@pytest.mark.parametrize("name", ["connect", "attempt", "deadline"])
def test_invalid_seconds_are_rejected(name, value):
    with pytest.raises(errors.ConfigurationError, match=f"^Timeouts: {name} must be a number of seconds above 0"):
        Timeouts(**{name: value})


@pytest.mark.parametrize(
    ("make", "given", "words"),
    [
        (Timeouts, {"connect": None}, "Timeouts: connect must be .*, not None"),
        (Timeouts, {"attempt": None}, "Timeouts: attempt"),
        (
            Timeouts,
            {"max_wait": -1},
            "Timeouts: max_wait must be a number of seconds, at least 0, or None for no limit",
        ),
        (Timeouts, {"keepalive_expiry": math.nan}, "Timeouts: keepalive_expiry"),
        (Retry, {"max_retries": -1}, "Retry: max_retries must be a whole number, at least 0, not -1"),
        (Retry, {"max_retries": 1.5}, "Retry: max_retries must be a whole number, at least 0, not float"),
        (Retry, {"max_retries": True}, "Retry: max_retries must be .*, not bool"),
        (Retry, {"max_retries": None}, "Retry: max_retries must be .*, not None"),
        (Retry, {"initial_delay": -0.1}, "Retry: initial_delay"),
        (Retry, {"max_delay": "20"}, "Retry: max_delay must be .*, not str"),
        (Retry, {"quota": -1}, "Retry: quota"),
        (Rate, {"calls": 0}, "Rate: calls must be a whole number, at least 1, not 0"),
        (Rate, {"calls": 1.5}, "Rate: calls"),
        (Rate, {"calls": 5, "seconds": 0}, "Rate: seconds must be a number of seconds above 0, not 0"),
        (Limits, {"max_connections": 0}, "Limits: max_connections must be a whole number, at least 1, not 0"),
        (Limits, {"max_response_bytes": "1 MB"}, "Limits: max_response_bytes must be .*, not str"),
        (Limits, {"max_error_bytes": -1}, "Limits: max_error_bytes"),
        (ArchiveLimits, {"max_ratio": 0}, "ArchiveLimits: max_ratio"),
        (ArchiveLimits, {"max_members": 1.5}, "ArchiveLimits: max_members"),
    ],
)
def test_invalid_limits_are_rejected(make, given, words):
    with pytest.raises(errors.ConfigurationError, match=words):
        make(**given)


def test_values_for_no_limit_and_no_wait_are_accepted():
    Timeouts(deadline=None, max_wait=None, connect=5, keepalive_expiry=0)
    Timeouts(max_wait=0)
    Retry(max_retries=0, initial_delay=0, max_delay=0, quota=0)
    Limits(max_error_bytes=0)


WRONG_OPTIONS = [
    *({"timeout": value} for value in [*NO_SECONDS, None]),
    *({"deadline": value} for value in [math.nan, math.inf, "5", True]),
    *({"max_retries": value} for value in [-1, 1.5, True, "3", None]),
    *({"max_wait": value} for value in [-1, math.nan, "5", True]),
    {"headers": [("a", "b")]},
    {"headers": "a: b"},
]


@pytest.mark.parametrize("options", WRONG_OPTIONS, ids=repr)
async def test_an_invalid_option_of_a_call_is_rejected(options):
    [name] = options
    words = rf"^{{}}: {name}: must be "
    async with MarketplaceFront("https://acme.mirakl.net", auth=TOKEN) as front:
        for code, call in [
            ("OR12", lambda: front.orders.get("o", **options)),
            ("OR12", lambda: front.call("OR12", {"order_id": "o"}, **options)),
            ("OR12", lambda: front.call_raw("OR12", {"order_id": "o"}, **options)),
            ("OR12", lambda: front.raw_response(front.orders.get, "o", **options)),
            ("GET /api/new", lambda: front.request("GET", "/api/new", **options)),
        ]:
            with pytest.raises(errors.InvalidArgument, match=words.format(code)):
                await call()
        with pytest.raises(errors.InvalidArgument, match=words.format("with_options")):
            front.with_options(**options)
        with pytest.raises(errors.InvalidArgument, match=words.format("OR11")):
            front.orders.list(**options)
        with pytest.raises(errors.InvalidArgument, match=words.format("OR73")):
            front.orders.download_documents(order_ids=["o"], **options)
        with pytest.raises(errors.InvalidArgument, match=words.format("P44")):
            await front.call("P44", {"import": 5}, **options)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"batch_size": 0}, "batch_size: 0 is out of range; must be from 1 to 100"),
        ({"batch_size": 101}, "batch_size: 101 is out of range; must be from 1 to 100"),
        ({"batch_size": 10.0}, "batch_size: must be a whole number, from 1 to 100, not float"),
        ({"max_batch_bytes": 0}, "max_batch_bytes: must be a whole number, at least 1"),
        ({"linger": -1}, "linger: "),
        ({"linger": "0.05"}, "linger: .*not str"),
        ({"concurrency": 0}, "concurrency: "),
        ({"concurrency": True}, "concurrency: .*not bool"),
        ({"grace_period": math.nan}, "grace_period: "),
        ({"max_outage": None}, "max_outage: .*not None"),
        ({"rejected_file": 3}, "rejected_file: must be a path, or None, not int"),
        ({"progress": 3}, "progress: must be a function"),
    ],
)
async def test_an_invalid_option_of_a_bulk_job_is_rejected(given, words, tmp_path):
    of_a_worker = {  # it has one place for rejected orders, and None stands for no end
        "rejected_file: must be a path, or None, not int": ({"rejected": 3}, "rejected: .*, not int"),
        "max_outage: .*not None": ({"max_outage": "30"}, "max_outage: .*, or None for no end, not str"),
    }
    async with ConnectChannel(auth=TOKEN) as connect:
        with pytest.raises(errors.InvalidArgument, match=f"^upsertOrders: {words}"):
            connect.orders.sync([order(1)], origin=ORIGIN, **given)
        for_worker, words = of_a_worker.get(words, (given, words))
        with pytest.raises(errors.InvalidArgument, match=f"^upsertOrders: {words}"):
            connect.orders.worker(tmp_path / "j.db", **for_worker)
        for name, value in [("read_ahead", 0), ("read_ahead", "100"), ("resume", "no")]:
            with pytest.raises(errors.InvalidArgument, match=f"^upsertOrders: {name}: "):
                connect.orders.sync([order(1)], origin=ORIGIN, **{name: value})
        for name, value in [("max_outage", -1), ("max_outage", "30"), ("max_deliveries", 0), ("until_empty", 1)]:
            with pytest.raises(errors.InvalidArgument, match=f"^upsertOrders: {name}: "):
                connect.orders.worker(tmp_path / "j.db", **{name: value})
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("given", [3, True, 1.5, b"orders.db", "", {}, [], MemoryQueue], ids=repr)
async def test_an_invalid_queue_or_place_for_rejected_orders_is_rejected(given):
    async with ConnectChannel(auth=TOKEN) as connect, MemoryQueue() as queue:
        orders = connect.orders
        for name, call in [
            ("journal", lambda: orders.sync([], origin=ORIGIN, journal=given)),
            ("rejected", lambda: orders.sync([], origin=ORIGIN, rejected=given)),
            ("rejected", lambda: orders.sync([], origin=ORIGIN, journal=queue, rejected=given)),
            ("queue", lambda: orders.worker(given)),
            ("rejected", lambda: orders.worker(queue, rejected=given)),
        ]:
            with pytest.raises(errors.InvalidArgument, match=f"^upsertOrders: {name}: must be a path, .*, not "):
                call()
        for name, call in [
            ("upsertOrders: queue", lambda: orders.enqueue([], given, origin=ORIGIN)),
            ("upsertOrders: rejected", lambda: orders.enqueue([], queue, origin=ORIGIN, rejected=given)),
            ("updateActionStatus: queue", lambda: orders.enqueue_action_status("a", status="SUCCESS", queue=given)),
        ]:
            with pytest.raises(errors.InvalidArgument, match=f"^{name}: must be a path, .*, not "):
                await call()
        assert await queue.waiting() == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"action_id": ""}, "action_id: '' cannot be part of a path"),
        ({"action_id": "a/b"}, "action_id: 'a/b' cannot be part of a path"),
        ({"action_id": ".."}, "action_id: '..' cannot be part of a path"),
        ({"action_id": "a\0"}, "action_id: contains a NUL"),
        ({"action_id": None}, "action_id: is required"),
        ({"action_id": ["a"]}, "action_id: must be one string"),
        ({"status": None}, "status: is required"),
        ({"status": 3}, "status: Expected `str`"),
        ({"errors": 3}, "errors: Expected `array`, got `int`"),
        ({"errors": "x"}, "errors: Expected `array`, got `str`"),
        ({"errors": [3]}, r"errors\[0\]: Expected `object`, got `int`"),
        ({"status": "FAILED"}, "errors: required where status is FAILED"),
    ],
)
async def test_an_outcome_for_a_queue_is_validated_like_one_that_is_sent(given, words):
    arguments = {"action_id": "a", "status": "SUCCESS", **given}
    async with ConnectChannel(auth=TOKEN) as connect, MemoryQueue() as queue:
        for call in (connect.orders.update_action_status, partial(connect.orders.enqueue_action_status, queue=queue)):
            with pytest.raises(errors.InvalidArgument, match=f"^updateActionStatus: {words}"):
                await call(**arguments)
        assert await queue.waiting() == 0


async def test_invalid_options_of_lists_jobs_and_files_are_rejected():
    async with MarketplaceFront("https://acme.mirakl.net", auth=TOKEN) as front:
        for value, words in [
            (0, "0 is out of range; must be from 1 to 100"),
            (101, "101 is out of range"),
            ("50", "must be a whole number"),
        ]:
            with pytest.raises(errors.InvalidArgument, match=f"OR11: page_size: {words}"):
                front.orders.list(page_size=value)
        listed = front.orders.list()
        for name, value in [
            ("prefetch", -1),
            ("prefetch", "4"),
            ("prefetch", True),
            ("overlap", "yes"),
            ("on_page", 3),
        ]:
            with pytest.raises(errors.InvalidArgument, match=f"OR11: {name}: must be"):
                listed.configure(**{name: value})
        with pytest.raises(errors.InvalidArgument, match="OR11: count: must be a whole number, not str"):
            await listed.take("5")
        job = front.products.import_job(5)
        export = front.orders.export_job("e")
        for name, value in [
            ("poll_interval", 0),
            ("poll_interval", "60"),
            ("timeout", -1),
            ("timeout", math.nan),
            ("progress", 3),
        ]:
            for waiting in (job, export):
                with pytest.raises(errors.InvalidArgument, match=f"wait: {name}: must be"):
                    await waiting.wait(**{name: value})
        file = front.orders.download_documents(order_ids=["o"])
        for name, value in [("max_bytes", 0), ("max_bytes", 1.5), ("min_rate", -1), ("min_rate_window", 0)]:
            with pytest.raises(errors.InvalidArgument, match=f"OR73: {name}: must be"):
                file.with_limits(**{name: value})
        with pytest.raises(errors.InvalidArgument, match="OR73: max_bytes: must be"):
            await file.read("64 MB")
        with pytest.raises(errors.InvalidArgument, match="OR73: attempts: must be"):
            await file.save("x", attempts=0)
        with pytest.raises(errors.InvalidArgument, match="subscribe: listener: must be a function"):
            front.subscribe(3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url_or_client": 3}, "the Redis server must be a URL or a redis.asyncio.Redis, not int"),
        ({"url_or_client": "localhost"}, "the Redis URL is invalid"),
        ({"name": ""}, "RedisRateLimiter: name must be a non-empty string"),
        ({"when_unreachable": "wait"}, 'RedisRateLimiter: when_unreachable must be "share" or "fail", not str'),
        ({"clock": 3}, "RedisRateLimiter: clock must be a Clock"),
    ],
)
def test_an_invalid_setting_of_the_shared_limiter_is_rejected(given, words):
    limiter = pytest.importorskip("mirakl_async.rate_limits.redis_limiter")
    with pytest.raises(errors.ConfigurationError, match=words):
        limiter.RedisRateLimiter(**{"url_or_client": "redis://localhost", **given})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"size": -1}, "size: must be a whole number, at least 0, or None for an unknown one, not -1"),
        ({"size": "5"}, "size: must be"),
        ({"filename": 5}, "filename: must be a file name that is not empty and is valid Unicode, not int"),
        ({"filename": ""}, "filename: must be"),
        ({"filename": "a\0b"}, "filename: must be"),
        ({"filename": "a\ud800.csv"}, "filename: must be"),
        ({"content_type": "text/csv\r\nX-Header: b"}, "content_type: must be a media type such as text/csv, not str"),
        ({"content_type": "csv"}, "content_type: must be"),
        ({"progress": 5}, "progress: must be a function"),
    ],
)
def test_invalid_descriptions_of_files_are_rejected(given, words):
    with pytest.raises(errors.InvalidArgument, match=f"^Upload: {words}"):
        Upload(content=b"x", **given)


async def test_a_file_whose_name_is_not_text_is_rejected_with_advice(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_bytes(b"x")
    async with MarketplaceFront("https://acme.mirakl.net", auth=TOKEN) as front:
        with pytest.raises(errors.InvalidArgument, match="P41: file: the file name is not valid Unicode.*filename="):
            await front.products.start_import(path, shop=1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"method": "GE T"}, "method: must be a method such as GET, not str"),
        ({"method": 5}, "method: must be .*, not int"),
        ({"path": None}, "path: must be .*, not None"),
        ({"path": "/a\r\nb"}, "path: must be a path without control characters"),
        ({"path": "/\ud800"}, "path: must be"),
        ({"path": "/a/../b"}, "path: .*must start with a slash"),
        ({"query": [("a", 1)]}, "query: must be a mapping of names to values, or None, not list"),
        ({"query": {1: 2}}, "query: must be names without control characters, not int"),
        ({"retry": "no"}, 'retry: must be "safe", "idempotent" or "unsafe"'),
    ],
)
async def test_invalid_arguments_of_request_are_rejected(given, words):
    async with MarketplaceFront("https://acme.mirakl.net", auth=TOKEN) as front:
        with pytest.raises(errors.InvalidArgument, match=f"^request: {words}"):
            await front.request(**{"method": "GET", "path": "/api/new", **given})


async def test_invalid_arguments_of_call_and_cursors_are_rejected():
    async with MarketplaceFront("https://acme.mirakl.net", auth=TOKEN) as front:
        with pytest.raises(errors.InvalidArgument, match='call: code: must be a code such as "OR11", not int'):
            await front.call(5)
        with pytest.raises(errors.InvalidArgument, match="call: params: must be a mapping"):
            await front.call("OR11", [("max", 1)])
        for listed in (front.orders.list(), front.returns.list()):
            with pytest.raises(errors.InvalidArgument, match="after: must be a cursor that a page gave, not int"):
                listed.items(after=5)
