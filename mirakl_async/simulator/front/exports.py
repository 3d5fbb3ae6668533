"""Exports: started (OR13, OF52), polled (OR14, OF53), and downloaded file by file (OR15, OF54).

The rows of an export are selected when it is started. The URLs of its files are absolute, and of one of three kinds:

- on the instance, where the usual credential is needed;
- on another origin, where the signature in the URL is sufficient and a credential is refused, as storages do;
- on the instance, with a redirect to the other origin.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from zlib import crc32

from msgspec import Struct

from ..clock import Clock
from ..exchange import Answer, Call, answer_json
from .bodies import body_of
from .export_questions import ExportQuery, parse_offer_export, parse_order_export
from .filters import boolean
from .refusals import Refused, refused
from .row_random import instant, uuid_of
from .tables import Table

__all__ = [
    "ELSEWHERE",
    "OFFER_EXPORTS",
    "ORDER_EXPORTS",
    "End",
    "ExportJob",
    "ExportKind",
    "ExportPlan",
    "Exports",
    "Place",
    "export_all_offers",
    "storage_error",
]

End = Literal["COMPLETED", "FAILED", "CANCELED"]
Place = Literal["instance", "elsewhere", "redirected"]
ELSEWHERE = "/exports"
_ROWS_SENT_WHOLE = 200


ABANDONED = 60.0
"""Seconds without a status request after which an export no longer prevents others; at Mirakl it would end."""


class ExportPlan(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The plan of an export: how it ends, when, and the number and place of its files.

    The export is PENDING for `looks` status requests or, if given, for `seconds` of the simulator's clock. `files`
    overrides `items_per_chunk` of the request. The URL of a file is valid for `url_seconds`; a later status request
    returns new URLs.
    """

    end: End = "COMPLETED"
    looks: int = 1
    seconds: float | None = None
    files: int | None = None
    place: Place = "instance"
    url_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.files is not None and self.files < 1:
            raise ValueError("an export has at least one file")


class ExportKind(NamedTuple):
    """The differences between the two kinds of exports: operations, paths, and the parser of the request."""

    name: str
    create: str
    status: str
    fetch: str
    path: str
    ask: Callable[[Mapping[str, Any], Table], ExportQuery]


ORDER_EXPORTS = ExportKind("orders", "OR13", "OR14", "OR15", "/api/orders/async-export", parse_order_export)
OFFER_EXPORTS = ExportKind("offers", "OF52", "OF53", "OF54", "/api/offers/export/async", parse_offer_export)


class ExportJob:
    """One export: its request, its plan, and the number of status requests."""

    def __init__(self, asked: ExportQuery, plan: ExportPlan, created: float) -> None:
        self.asked = asked
        self.plan = plan
        self.created = created
        self.looks = 0
        self.looked_at = created
        count = len(asked.ranks)
        size = -(-count // plan.files) if plan.files else asked.items_a_file
        self.chunks: Sequence[Sequence[int]] = [asked.ranks[begin : begin + size] for begin in range(0, count, size)]

    def status(self, now: float) -> str:
        """Return PENDING, or the final state when the plan's time has come."""
        plan = self.plan
        pending = self.looks <= plan.looks if plan.seconds is None else now - self.created < plan.seconds
        return "PENDING" if pending else plan.end

    def file(self, number: int, name: str) -> Answer:
        """Return a file; large files are generated while they are sent."""
        ranks, asked = self.chunks[number], self.asked
        headers = {"Content-Disposition": f'attachment; filename="{name}-{number + 1}.{asked.extension}"'}
        pieces = asked.write(ranks)
        if len(ranks) <= _ROWS_SENT_WHOLE:
            return Answer(200, b"".join(pieces), asked.content_type, headers)
        return Answer(200, b"", asked.content_type, headers, pieces)


class Exports:
    """All exports of one kind; `elsewhere` is the URL of the other origin when it is known."""

    def __init__(self, kind: ExportKind, table: Table, clock: Clock, *, seed: int = 0) -> None:
        self.kind = kind
        self.jobs: dict[str, ExportJob] = {}
        self.plans: deque[ExportPlan] = deque()
        self.elsewhere = ""
        self._table = table
        self._clock = clock
        self._secret = crc32(f"signatures of {kind.name} {seed}".encode())
        self._bodies: dict[str, bytes] = {}

    def plan(self, *plans: ExportPlan) -> None:
        """Set the plans of the next exports, one plan for each.

        Exports without a plan complete after one status request.
        """
        self.plans.extend(plans)

    def create(self, call: Call) -> Answer:
        """Start an export; only one export of orders, or one of offers for the same request, can run at a time."""
        now = self._clock.time()
        fresh = [name for name, job in self.jobs.items() if now - job.looked_at < ABANDONED]
        pending = [name for name in fresh if self.jobs[name].status(now) == "PENDING"]
        try:
            asked = self.kind.ask(body_of(call, dict[str, Any]), self._table)
            if pending and self.kind is ORDER_EXPORTS:
                raise refused(400, "Another export of orders is under way")
        except Refused as refusal:
            return refusal.answer
        for tracking_id in pending:
            if self._bodies[tracking_id] == call.body:
                return answer_json(200, {"tracking_id": tracking_id})
        tracking_id = uuid_of(f"export of {self.kind.name}", len(self.jobs))
        self.jobs[tracking_id] = ExportJob(asked, self.plans.popleft() if self.plans else ExportPlan(), now)
        self._bodies[tracking_id] = call.body
        return answer_json(200, {"tracking_id": tracking_id})

    def status(self, call: Call) -> Answer:
        """Answer the state of an export, with the URLs of its files when it is completed."""
        tracking_id = call.path["tracking_id"]
        job = self.jobs.get(tracking_id)
        if job is None:
            return refused(404, "There is no such export").answer
        now = self._clock.time()
        job.looks += 1
        job.looked_at = now
        status = job.status(now)
        body: dict[str, Any] = {"status": status, "last_updated": instant(now)}
        if status == "FAILED" and self.kind is OFFER_EXPORTS:
            body["error"] = {"code": "1", "detail": "Internal error"}
        if status == "COMPLETED":
            base = f"{call.url.partition('/api/')[0]}{self.kind.path}/file"
            base = self._base_elsewhere() if job.plan.place == "elsewhere" else base
            body["urls"] = [self._signed(base, tracking_id, number, now) for number in range(len(job.chunks))]
        return answer_json(200, body)

    def file(self, call: Call) -> Answer:
        """Answer a file from the instance, or a redirect to the other origin."""
        found = self._found(call)
        if found is None:
            return refused(403, "The URL is not valid, or no longer").answer
        tracking_id, number = found
        job = self.jobs[tracking_id]
        if job.plan.place == "redirected":
            target = self._signed(self._base_elsewhere(), tracking_id, number, self._clock.time())
            return Answer(302, headers={"Location": target})
        return job.file(number, self.kind.name)

    def file_elsewhere(self, call: Call) -> Answer:
        """Answer a file from the other origin, unless the request has a credential."""
        if "Authorization" in call.headers:
            return storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")
        found = self._found(call)
        if found is None:
            return storage_error(403, "AccessDenied", "The signature is not valid, or no longer")
        return self.jobs[found[0]].file(found[1], self.kind.name)

    def _base_elsewhere(self) -> str:
        return f"{self.elsewhere}{ELSEWHERE}/{self.kind.name}"

    def _signed(self, base: str, tracking_id: str, number: int, now: float) -> str:
        job = self.jobs[tracking_id]
        until = "" if job.plan.url_seconds is None else f"{now + job.plan.url_seconds:.3f}"
        mark = self._mark(f"{tracking_id} {number} {until}")
        return f"{base}/{tracking_id}?file={number}&expires={until}&signature={mark}"

    def _mark(self, text: str) -> str:
        return f"{crc32(text.encode(), self._secret):08x}"

    def _found(self, call: Call) -> tuple[str, int] | None:
        """Return the export and the file number of a URL; None if the URL is no longer valid."""
        tracking_id, number, until = call.path["export"], call.query.get("file", ""), call.query.get("expires", "")
        if call.query.get("signature") != self._mark(f"{tracking_id} {number} {until}"):
            return None
        if until and float(until) < self._clock.time():
            return None
        return tracking_id, int(number)


def export_all_offers(tables: Mapping[str, Table], call: Call) -> Answer:
    """OF51: answer all offers as one CSV file, filtered by the query."""
    body: dict[str, Any] = {name: call.query[name] for name in ("last_request_date",) if name in call.query}
    try:
        for name in ("channel_codes", "include_fields", "models", "shipping_zones"):
            if name in call.query:
                body[name] = call.query[name].split(",")
        if "include_inactive_offers" in call.query:
            body["include_inactive_offers"] = boolean("include_inactive_offers", call.query["include_inactive_offers"])
        asked = parse_offer_export(body, tables["offers"])
    except Refused as refusal:
        return refusal.answer
    headers = {"Content-Disposition": 'attachment; filename="offers.csv"'}
    return Answer(200, b"", "text/csv", headers, asked.write(asked.ranks))


def storage_error(status: int, code: str, message: str) -> Answer:
    """Return an error in the format of a storage service."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, body.encode(), "application/xml")
