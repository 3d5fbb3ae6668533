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
        self._held = meter.create_counter("mirakl.throttles", "{answer}", "Answers 429")
        self._retries = meter.create_counter("mirakl.retries", "{attempt}", "Attempts after the first")
        self._mended = meter.create_counter("mirakl.mended", "{value}", "Values that broke the contract, and were read")
        self._lost = meter.create_counter("mirakl.quarantined", "{item}", "Items of pages that could not be read")
        self._drifts = meter.create_counter("mirakl.drifts", "{drift}", "Offset lists that changed while read")

    def __call__(self, event: Event) -> None:
        """Report one event."""
        operation = {"mirakl.operation": event.operation}
        match event:
            case CallFinished():
                self._called(event)
            case RateLimitWaited(seconds=seconds):
                self._waited.record(seconds, operation)
            case Throttled():
                self._held.add(1, operation)
            case RetryScheduled():
                self._retries.add(1, operation)
            case ResponseRepaired():
                self._mended.add(1, operation)
            case ItemQuarantined():
                self._lost.add(1, operation)
            case ListChanged():
                self._drifts.add(1, operation)

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
