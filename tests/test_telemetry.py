"""The OpenTelemetry spans and metrics of calls over real sockets, waits, retries and failures."""

from __future__ import annotations

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
from mirakl_async.opentelemetry import OpenTelemetry


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


async def test_a_call_is_a_span_of_its_own_below_the_callers(seen, server):
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
    values = metrics_of(reader)
    assert values["mirakl.retries"].value == 2
    assert values["mirakl.throttled"].value == 1
    assert values["http.client.request.duration"].sum > 0
