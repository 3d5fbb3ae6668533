"""The metrics, spans and listener calls of handled events."""

from __future__ import annotations

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from mirakl_async.events import Deferred
from mirakl_async.opentelemetry import OpenTelemetry
from tests.events.conftest import command, price, router_of


async def test_events_are_spans_and_metrics_by_type_and_result_without_data(mirakl):
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider(metric_readers=[reader])
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    mirakl.connect.subscribe(OpenTelemetry(tracers, meters))
    failures = iter([RuntimeError()])

    def refund(command):
        for failure in failures:
            raise failure

    await mirakl.put(command("a1"), command("a1"), command("a2", "O2", "REFUND"), command("a3", "O3", "CANCEL"))
    await mirakl.queue.put([price("P1"), b"<html>", b'{"id":"1","type":"LATER","data":{}}'])
    router = router_of(ACCEPT=lambda command: None, REFUND=refund, CANCEL=lambda command: Deferred(within=60))
    await mirakl.run(router)

    points = {
        metric.name: metric.data.data_points
        for resource in reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    counts = {
        (point.attributes["mirakl.event.type"], point.attributes["mirakl.event.result"]): point.value
        for point in points["mirakl.events"]
    }
    assert counts == {
        ("", "received"): 7, ("ACCEPT", "handled"): 1, ("ACCEPT", "duplicates"): 1, ("REFUND", "errors"): 1,
        ("REFUND", "handled"): 1, ("CANCEL", "deferred"): 1, ("PRICE_STOCK_UPSERT", "ignored"): 1,
        ("UNKNOWN", "ignored"): 1, ("", "rejected"): 1,
    }  # fmt: skip
    assert {point.name for point in exporter.get_finished_spans() if point.name.startswith("mirakl.event.")} == {
        "mirakl.event.ACCEPT", "mirakl.event.REFUND", "mirakl.event.CANCEL",
    }  # fmt: skip
    spans = [span for span in exporter.get_finished_spans() if span.name == "mirakl.event.REFUND"]
    assert [span.status.status_code for span in spans] == [StatusCode.ERROR, StatusCode.UNSET]
    assert all(span.kind is SpanKind.CONSUMER for span in spans)
    assert {
        "mirakl.event.duration",
        "mirakl.event.age",
        "mirakl.events.awaiting",
        "mirakl.events.oldest_unreported",
    } <= {*points}
    assert "O2" not in str([span.to_json() for span in exporter.get_finished_spans()])
    tracers.shutdown()
    meters.shutdown()
