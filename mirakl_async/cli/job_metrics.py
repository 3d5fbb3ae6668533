"""The figures of a job as Prometheus metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import __version__
from ..instrumentation import Counters
from ..order_sync.report import SyncReport
from .prometheus import Metric, Sample

if TYPE_CHECKING:
    from .job_status import JobStatus

__all__ = ["metrics_of"]


def metrics_of(status: JobStatus) -> list[Metric]:
    """Return all metrics of the job, its queue and its calls."""
    return [
        Metric("mirakl_build_info", "gauge", "Version of mirakl-async", [Sample(1, {"version": __version__})]),
        _gauge("mirakl_ready", "1 if /ready responds with 200", float(status.unready is None)),
        _gauge(
            "mirakl_outage_seconds",
            "Seconds without a successful exchange with Mirakl",
            (status.outage or (0.0, ""))[0],
        ),
        *_of_orders(status),
        *_of_queue(status),
        *_of_calls(status.calls or Counters()),
    ]


def _of_orders(status: JobStatus) -> list[Metric]:
    job = status.job
    report = SyncReport() if job is None else job.report
    rejected = [Sample(count, {"reason": reason}) for reason, count in report.reasons.items()]
    outcomes = {"accepted": report.outcomes, "rejected": report.rejected_outcomes}
    return [
        _counter("mirakl_orders_read_total", "Orders taken from the source or received from the queue", report.read),
        _counter("mirakl_orders_accepted_total", "Orders that Mirakl accepted", report.accepted),
        _counter("mirakl_orders_superseded_total", "Orders not sent because a newer version was", report.superseded),
        # This series exists from the start, so that the first rejection is an increase; reasons are not known earlier.
        _counter("mirakl_orders_rejected_total", "Rejected orders", report.rejected),
        Metric("mirakl_orders_rejected_by_reason_total", "counter", "Rejected orders by reason", rejected),
        _gauge("mirakl_orders_in_hand", "Orders read and not settled", report.unsent),
        _gauge(
            "mirakl_orders_in_flight", "Orders in calls that are not answered yet", 0 if job is None else job.in_flight
        ),
        Metric(
            "mirakl_outcomes_total",
            "counter",
            "Outcomes of order actions by result",
            [Sample(count, {"result": result}) for result, count in outcomes.items()],
        ),
    ]


def _of_queue(status: JobStatus) -> list[Metric]:
    backlog = status.backlog
    if backlog is None:
        return []
    labels = {"queue": backlog.queue}
    oldest = [] if backlog.oldest is None else [Sample(backlog.oldest, labels)]
    return [
        Metric("mirakl_queue_waiting", "gauge", "Messages that are not settled", [Sample(backlog.waiting, labels)]),
        Metric("mirakl_queue_oldest_seconds", "gauge", "Age of the oldest message that is not settled", oldest),
    ]


def _of_calls(calls: Counters) -> list[Metric]:
    return [
        _counter("mirakl_calls_total", "Calls that have ended", calls.calls),
        _counter("mirakl_call_failures_total", "Calls that have ended with an error", calls.failures),
        _counter("mirakl_retries_total", "Attempts after the first", calls.retries),
        _counter("mirakl_throttled_total", "Responses with status 429", calls.throttled),
        _counter("mirakl_limiter_wait_seconds_total", "Waits for the client's rate limit", calls.waited),
    ]


def _counter(name: str, text: str, value: float) -> Metric:
    return Metric(name, "counter", text, [Sample(value)])


def _gauge(name: str, text: str, value: float) -> Metric:
    return Metric(name, "gauge", text, [Sample(value)])
