"""OpenTelemetry (extra `otel`): a span for every call, and the metrics that tell how the allowance is used.

    front = MarketplaceFront(url, watch=OpenTelemetry())

A span covers the whole call, its waits and attempts too, and is a child of the caller's. Names follow OpenTelemetry's
conventions for HTTP clients, with the route's template in place of its address: nothing of an order, of a query or of
a credential is in it. Spans of single attempts come from the instrumentation of aiohttp, where that is wanted as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace

from . import __version__
from .errors import UnknownOperation
from .instrumentation import (
    CallFinished,
    EventBacklog,
    EventProcessed,
    ItemQuarantined,
    ListChanged,
    RateLimitWaited,
    ResponseRepaired,
    RetryScheduled,
    Throttled,
)
from .operations import operations

if TYPE_CHECKING:
    from opentelemetry.util.types import AttributeValue

    from .instrumentation import Event

NAME = "mirakl_async"
COUNTERS: tuple[tuple[type[Event], str, str, str], ...] = (
    (Throttled, "throttled", "{answer}", "Answers 429"),
    (RetryScheduled, "retries", "{attempt}", "Attempts after the first"),
    (ResponseRepaired, "repaired", "{value}", "Values that broke the contract, and were read"),
    (ItemQuarantined, "quarantined", "{item}", "Items of pages that could not be read"),
    (ListChanged, "list_changes", "{change}", "Offset lists that changed while read"),
)
BACKLOG_GAUGES = (
    ("awaiting", "{action}", "Actions that wait for their outcome"),
    ("oldest_awaiting", "s", "How long the oldest of them waits"),
    ("unreported", "{action}", "Outcomes that Connect does not have yet"),
    ("oldest_unreported", "s", "How long the oldest of them waits"),
)


class OpenTelemetry:
    """A listener for `watch=` that reports to OpenTelemetry; the providers are the global ones unless given.

    `now` is the time in nanoseconds since the epoch.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        *,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        self._now = now
        self._tracer = trace.get_tracer(NAME, __version__, tracer_provider)
        meter = metrics.get_meter(NAME, __version__, meter_provider)
        self._seconds = meter.create_histogram("http.client.request.duration", "s", "Whole calls, waits included")
        self._waited = meter.create_histogram("mirakl.limiter.wait", "s", "Calls held back by the client's own pace")
        self._counters: dict[type[Event], metrics.Counter] = {
            kind: meter.create_counter(f"mirakl.{name}", unit, text) for kind, name, unit, text in COUNTERS
        }
        self._events = meter.create_counter("mirakl.events", "{event}", "Events of Connect, by type and result")
        self._event_seconds = meter.create_histogram(
            "mirakl.event.duration", "s", "Handlers of events and their reports"
        )
        self._event_age = meter.create_histogram("mirakl.event.age", "s", "From when it happened until it was settled")
        self._backlog = {
            name: meter.create_gauge(f"mirakl.events.{name}", unit, text) for name, unit, text in BACKLOG_GAUGES
        }

    def __call__(self, event: Event) -> None:
        """Report one event."""
        match event:
            case CallFinished():
                self._called(event)
            case EventProcessed():
                self._processed(event)
            case EventBacklog():
                for name, gauge in self._backlog.items():
                    gauge.set(getattr(event, name))
            case RateLimitWaited(operation=operation, seconds=seconds):
                self._waited.record(seconds, {"mirakl.operation": operation})
            case _:
                self._counters[type(event)].add(1, {"mirakl.operation": event.operation})

    def _processed(self, event: EventProcessed) -> None:
        attributes: dict[str, AttributeValue] = {"mirakl.event.type": event.type, "mirakl.event.result": event.result}
        self._events.add(1, attributes)
        if event.age is not None and event.result != "received":
            self._event_age.record(event.age, attributes)
        if event.seconds is None:
            return
        self._event_seconds.record(event.seconds, attributes)
        ended = self._now()
        span = self._tracer.start_span(
            f"mirakl.event.{event.type}",
            kind=trace.SpanKind.CONSUMER,
            attributes=attributes,
            start_time=ended - int(event.seconds * 1e9),
        )
        if event.result in {"errors", "timeouts"}:
            span.set_status(trace.StatusCode.ERROR)
        span.end(ended)

    def _called(self, event: CallFinished) -> None:
        attributes = _attributes(event)
        self._seconds.record(event.seconds, attributes)
        ended = self._now()
        span = self._tracer.start_span(
            f"mirakl.{event.operation}",
            kind=trace.SpanKind.CLIENT,
            attributes={**attributes, "http.request.resend_count": max(0, event.attempts - 1)},
            start_time=ended - int(event.seconds * 1e9),
        )
        if event.error is not None:
            span.set_status(trace.StatusCode.ERROR)
        span.end(ended)


def _attributes(event: CallFinished) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {"mirakl.operation": event.operation}
    try:
        operation = operations[event.operation]
    except UnknownOperation:  # one that Client.send reached
        pass
    else:
        attributes |= {"http.request.method": operation.method, "url.template": operation.path}
    if event.status is not None:
        attributes["http.response.status_code"] = event.status
    if event.error is not None:
        attributes["error.type"] = event.error
    return attributes
