"""OpenTelemetry (extra `otel`): a span for every call, and metrics of calls, orders, queues and events.

    connect = ConnectChannel(listener=OpenTelemetry())

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
    OrdersProcessed,
    QueueBacklog,
    RateLimitWaited,
    ResponseRepaired,
    RetryScheduled,
    Throttled,
)
from .operations import operations

if TYPE_CHECKING:
    from opentelemetry.util.types import AttributeValue

    from .instrumentation import Event

__all__ = ["NAME", "OpenTelemetry"]

NAME = "mirakl_async"
COUNTERS: tuple[tuple[type[Event], str, str, str], ...] = (
    (Throttled, "throttled", "{response}", "Responses with status 429"),
    (RetryScheduled, "retries", "{attempt}", "Attempts after the first"),
    (ResponseRepaired, "repaired", "{value}", "Values that broke the contract and were repaired"),
    (ItemQuarantined, "quarantined", "{item}", "Items of pages that could not be read"),
    (ListChanged, "list_changes", "{change}", "Offset lists that changed while being read"),
)
ORDER_COUNTERS = (
    ("read", "Orders taken from a source or received from a queue"),
    ("accepted", "Orders that Mirakl accepted"),
    ("superseded", "Orders that were not sent because a newer version was"),
    ("unsent", "Orders that a job left unsent at its end; of enqueue, orders that were put into the queue"),
)
BACKLOG_GAUGES = (
    ("awaiting", "{action}", "Actions without an outcome"),
    ("oldest_awaiting", "s", "Age of the oldest action without an outcome"),
    ("unreported", "{action}", "Outcomes that were not reported to Connect yet"),
    ("oldest_unreported", "s", "Age of the oldest outcome that was not reported yet"),
)


class OpenTelemetry:
    """A listener for `listener=` that reports to OpenTelemetry; the providers are the global ones unless given.

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
        self._waited = meter.create_histogram("mirakl.limiter.wait", "s", "Waits for the client's rate limit")
        self._counters: dict[type[Event], metrics.Counter] = {
            kind: meter.create_counter(f"mirakl.{name}", unit, text) for kind, name, unit, text in COUNTERS
        }
        self._events = meter.create_counter("mirakl.events", "{event}", "Events of Connect, by type and result")
        self._event_seconds = meter.create_histogram(
            "mirakl.event.duration", "s", "Handlers of events and their reports"
        )
        self._event_age = meter.create_histogram("mirakl.event.age", "s", "From when it happened until it was settled")
        self._orders = {
            name: meter.create_counter(f"mirakl.orders.{name}", "{order}", text) for name, text in ORDER_COUNTERS
        }
        self._rejected = meter.create_counter("mirakl.orders.rejected", "{order}", "Orders rejected, by reason")
        self._in_hand = meter.create_up_down_counter("mirakl.orders.in_hand", "{order}", "Orders read and not settled")
        self._outcomes = meter.create_counter("mirakl.outcomes", "{outcome}", "Outcomes of actions, by result")
        self._waiting = meter.create_gauge("mirakl.queue.waiting", "{message}", "Messages that are not settled")
        self._oldest = meter.create_gauge("mirakl.queue.oldest", "s", "Age of the oldest message that is not settled")
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
            case OrdersProcessed():
                self._count_orders(event)
            case QueueBacklog(queue=queue, waiting=waiting, oldest=oldest):
                self._waiting.set(waiting, {"mirakl.queue": queue})
                if oldest is not None:
                    self._oldest.set(oldest, {"mirakl.queue": queue})
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

    def _count_orders(self, event: OrdersProcessed) -> None:
        job = {"mirakl.job": event.job}
        for name, counter in self._orders.items():
            counter.add(max(0, getattr(event, name)), job)  # of nothing, too: a series that is 0 is not missing
        for reason, count in event.rejected.items():
            self._rejected.add(count, {**job, "mirakl.rejection.reason": reason})
        self._in_hand.add(event.in_hand, job)
        for result, count in (("accepted", event.outcomes), ("rejected", event.rejected_outcomes)):
            if count:
                self._outcomes.add(count, {**job, "mirakl.outcome.result": result})

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
    except UnknownOperation:  # of Client.request, which has no operation
        pass
    else:
        attributes |= {"http.request.method": operation.method, "url.template": operation.path}
    if event.status is not None:
        attributes["http.response.status_code"] = event.status
    if event.error is not None:
        attributes["error.type"] = event.error
    return attributes
