"""What OpenTelemetry is given: calls over real sockets, waits, retries and failures; orders and queues."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from mirakl_async import BearerToken, MarketplaceFront, NotFound, Retry
from mirakl_async.instrumentation import OrdersProcessed, QueueBacklog
from mirakl_async.opentelemetry import OpenTelemetry
from mirakl_async.queues.sqlite_queue import SqliteQueue
from tests.support.order_factory import ORIGIN, order


@pytest.fixture
def seen():
    exporter = InMemorySpanExporter()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    reader = InMemoryMetricReader()
    meters = MeterProvider(metric_readers=[reader])
    yield tracers, meters, exporter, reader
    tracers.shutdown()
    meters.shutdown()


@pytest.fixture
async def server():
    answers = iter((503, 429, 200))

    async def status(request: web.Request) -> web.Response:
        if request.match_info["id"] == "404":
            return web.json_response({"status": 404, "message": "no such import"}, status=404)
        code = next(answers, 200)
        headers = {"Retry-After": "0"} if code == 429 else {}
        return web.json_response({"import_id": 7, "import_status": "SENT"}, status=code, headers=headers)

    app = web.Application()
    app.router.add_get("/api/products/imports/{id}", status)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def metrics_of(reader):
    data = reader.get_metrics_data()
    return {
        metric.name: metric.data.data_points[0]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


async def test_a_call_is_a_child_span_of_the_callers(seen, server):
    tracers, meters, exporter, reader = seen
    hook = OpenTelemetry(tracers, meters)
    retry = Retry(initial_delay=0.001, throttle_delay=0.001)
    async with MarketplaceFront(server, auth=BearerToken("secret-token"), retry=retry, listener=hook) as front:
        with tracers.get_tracer("the-caller").start_as_current_span("nightly job"):
            await front.products.import_status(7)
        with pytest.raises(NotFound):
            await front.products.import_status(404)
        await front.request("GET", "/api/products/imports/8")
    call, job, failed, unknown = exporter.get_finished_spans()
    assert call.name == "mirakl.P42"
    assert call.kind is SpanKind.CLIENT
    assert call.parent.span_id == job.context.span_id
    assert dict(call.attributes) == {
        "mirakl.operation": "P42",
        "http.request.method": "GET",
        "url.template": "/api/products/imports/{import}",
        "http.response.status_code": 200,
        "http.request.resend_count": 2,
    }
    assert job.start_time <= call.start_time <= call.end_time <= job.end_time
    assert call.status.status_code is StatusCode.UNSET
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes["error.type"] == "NotFound"
    assert failed.attributes["http.response.status_code"] == 404
    assert "url.template" not in unknown.attributes
    assert "secret-token" not in "".join(span.to_json() for span in exporter.get_finished_spans())
    found = metrics_of(reader)
    assert found["mirakl.retries"].value == 2
    assert found["mirakl.throttled"].value == 1
    assert found["http.client.request.duration"].sum > 0


def points(reader):
    """Every value by its metric's name and attributes."""
    data = reader.get_metrics_data()
    return {
        (metric.name, *sorted(point.attributes.items())): point.value
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
        if hasattr(point, "value")
    }


async def test_orders_are_counted_by_their_result(seen, mirakl, tmp_path):
    tracers, meters, _, reader = seen
    connect = mirakl.connect_client(listener=OpenTelemetry(tracers, meters))
    orders = [order(n, bad=n in {5, 90}) for n in range(230)] + [order(7, 60)]
    async with connect, SqliteQueue(tmp_path / "orders.db") as queue:
        await connect.orders.enqueue(orders, queue, origin=ORIGIN)
        await connect.orders.enqueue_action_status("no such action", status="SUCCESS", queue=queue)
        job = connect.orders.worker(queue)
        async with job:
            while job.report.accepted + job.report.rejected + job.report.superseded < 231:
                await asyncio.sleep(0.005)
            job.stop()
    found = points(reader)
    enqueued, worked = ("mirakl.job", "enqueue"), ("mirakl.job", "worker")
    assert found["mirakl.orders.read", enqueued] == 231
    assert found["mirakl.orders.unsent", enqueued] + found.get(("mirakl.orders.superseded", enqueued), 0) == 231
    assert found["mirakl.orders.read", worked] == found["mirakl.orders.unsent", enqueued]
    assert found["mirakl.orders.accepted", worked] + found.get(("mirakl.orders.superseded", worked), 0) == 229
    [(key, count)] = [(key, value) for key, value in found.items() if key[0] == "mirakl.orders.rejected"]
    assert count == 2
    assert worked in key
    assert dict(key[1:])["mirakl.rejection.reason"].startswith("server: ")
    assert found["mirakl.orders.in_hand", worked] == 0
    assert found["mirakl.orders.unsent", worked] == 0
    assert found["mirakl.outcomes", worked, ("mirakl.outcome.result", "rejected")] == 1
    assert found["mirakl.queue.waiting", ("mirakl.queue", repr(queue))] >= 1
    assert found["mirakl.queue.oldest", ("mirakl.queue", repr(queue))] >= 0


def test_negative_differences_of_counters_are_left_out(seen):
    tracers, meters, _, reader = seen
    nothing = dict.fromkeys(("accepted", "superseded", "outcomes", "rejected_outcomes"), 0)
    hook = OpenTelemetry(tracers, meters)
    hook(OrdersProcessed(job="sync", read=5, rejected={}, unsent=0, in_hand=5, **nothing))
    hook(OrdersProcessed(job="sync", read=-2, rejected={}, unsent=3, in_hand=-5, **nothing))
    hook(QueueBacklog(queue="<Q>", waiting=3, oldest=None))
    job = ("mirakl.job", "sync")
    assert points(reader) == {
        ("mirakl.orders.read", job): 5,
        ("mirakl.orders.accepted", job): 0,
        ("mirakl.orders.superseded", job): 0,
        ("mirakl.orders.unsent", job): 3,
        ("mirakl.orders.in_hand", job): 0,
        ("mirakl.queue.waiting", ("mirakl.queue", "<Q>")): 3,
    }
