"""Product imports: the upload of a file (P41), its progress (P42, P51) and the resulting files (P44 to P47).

The states are TRANSFORMATION_WAITING, TRANSFORMATION_RUNNING, WAITING, RUNNING, SENT and COMPLETE. An import reaches
the next state with each status request, or after a number of seconds of the simulator's clock. A plan can end an import
in another state. A file in the operator's own format is not transformed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from ..clock import Clock
from ..exchange import Answer, Call, answer_json
from . import names
from .filters import flag, one_of, since
from .multipart import Part, Upload, files_of, json_of, parts_of, text_of, uploads_of
from .paging import Listing
from .refusals import Refused, invalid, refused
from .reports import Format, detect_format, read_csv, write_rows
from .row_random import RowRandom, instant
from .tables import Head, Kind, Row, Table

__all__ = ["IMPORTS", "P51", "End", "ImportJob", "ImportPlan", "Imports", "Report"]

End = Literal["COMPLETE", "FAILED", "CANCELLED", "TRANSFORMATION_FAILED"]
Report = Literal["P44", "P45", "P46", "P47"]
_PARTS = ("file", "shop", "operator_format", "conversion_type", "conversion_options")
STATUSES = ("CANCELLED", "WAITING", "RUNNING", "SENT", "COMPLETE", "FAILED")
_TRANSFORMATION = ("TRANSFORMATION_WAITING", "TRANSFORMATION_RUNNING")
_REASONS = {"FAILED": "The operator's system refused the file", "CANCELLED": "The operator cancelled the import"}
_HANDED_OVER = frozenset({"SENT", "COMPLETE"})
_USUAL_SOURCE = [["sku", "title", "ean"], *([f"S{n:04}", f"Thing {n}; “new”", names.ean(n)] for n in range(20))]


class ImportPlan(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The plan of an import: how it ends, how fast, and which lines are invalid.

    A state lasts `stage_seconds` of the simulator's clock, or until P42 is called. The first `wrong_lines` lines cannot
    be transformed (P47), the next `refused` products are rejected (P44), and all others are accepted (P45).
    `report_format` is the format of P44, P45 and P47; by default P47 has the format of the uploaded file and the others
    are CSV.
    """

    end: End = "COMPLETE"
    stage_seconds: float | None = None
    wrong_lines: int = 0
    refused: int = 0
    report_format: Format | None = None


class ImportJob:
    """One import: its file, its plan and its progress."""

    def __init__(self, plan: ImportPlan, file: Part, created: float, *, transformed: bool) -> None:
        self.plan = plan
        self.created = created
        self.transformed = transformed
        self.format: Format = detect_format(file.content[:64])
        self.rows: list[list[str]] = read_csv(file.content) if self.format == "csv" else _USUAL_SOURCE
        self.stages: tuple[str, ...] = _stages(plan.end, transformed=transformed)
        self._looks = 0

    def look(self) -> None:
        """Count a status request; if the plan sets no seconds, the import reaches its next state."""
        self._looks += 1

    def status(self, now: float) -> str:
        """Return the current state."""
        seconds = self.plan.stage_seconds
        passed = (
            self._looks - 1 if seconds is None else (now - self.created) // seconds if seconds else len(self.stages)
        )
        return self.stages[max(0, min(int(passed), len(self.stages) - 1))]


def _stages(end: End, *, transformed: bool) -> tuple[str, ...]:
    before = _TRANSFORMATION if transformed else ()
    if end == "TRANSFORMATION_FAILED":
        return (*_TRANSFORMATION, end)
    if end == "CANCELLED":
        return (*before, "WAITING", end)
    return (*before, "WAITING", "RUNNING", "SENT", end) if end == "COMPLETE" else (*before, "WAITING", "RUNNING", end)


def _head(rank: int, draws: RowRandom) -> Head:
    lines = len(_USUAL_SOURCE) - 1
    wrong, bad = draws.below(3), draws.below(4)
    return {
        "import_id": names.number(rank),
        "created": draws.created,
        "last_updated": draws.later(1801, 1800),
        "shop_id": names.FIRST_SHOP + draws.below(names.SHOPS),
        "status": "COMPLETE",
        "transformed": True,
        "has_transformed_file": True,
        "lines": lines,
        "wrong_lines": wrong,
        "refused": bad,
        "conversion_type": None,
        "conversion_options": None,
    }


def _row(head: Head, _draws: RowRandom) -> Row:
    status = head["status"]
    complete, over = status == "COMPLETE", status in _HANDED_OVER
    good = head["lines"] - head["wrong_lines"]
    read = head["lines"] if status not in _TRANSFORMATION else 0
    details = {
        "invalid_products": 0,
        "products_not_accepted_in_time": 0,
        "products_not_synchronized_in_time": 0,
        "products_reimported": 0,
        "products_successfully_synchronized": good - head["refused"],
        "products_with_synchronization_issues": 0,
        "products_with_wrong_identifiers": 0,
        "rejected_products": head["refused"],
    }
    return {
        "conversion_options": head["conversion_options"],
        "conversion_type": head["conversion_type"],
        "date_created": instant(head["created"]),
        "has_error_report": complete and head["refused"] > 0,
        "has_new_product_report": complete and good > head["refused"],
        "has_transformation_error_report": over and head["wrong_lines"] > 0,
        "has_transformed_file": head["has_transformed_file"],
        "import_id": head["import_id"],
        "import_status": status,
        "integration_details": details if complete else None,
        "reason_status": _REASONS.get(status),
        "shop_id": head["shop_id"],
        "transform_lines_in_error": head["wrong_lines"] if read else 0,
        "transform_lines_in_success": good if read else 0,
        "transform_lines_read": read,
        "transform_lines_with_warning": 0,
    }


IMPORTS = Kind("imports", "import_id", names.number, names.number_rank, _head, _row)

P51 = Listing(
    "P51",
    "/api/products/imports",
    "imports",
    "offset",
    items="product_import_trackings",
    sorts={"dateCreated": ""},
    filters=(
        since("last_request_date", "last_updated"),
        one_of("status", "status", many="no", values=STATUSES),
        flag("has_transformed_file", "has_transformed_file", only_true=True),
        one_of("shop_id", "shop_id", many="no"),
    ),
)


class Imports:
    """All imports of a marketplace: the rows of its list, and a job for each uploaded file."""

    def __init__(self, table: Table, clock: Clock, uploads: deque[Upload]) -> None:
        self.jobs: dict[int, ImportJob] = {}
        self.plans: deque[ImportPlan] = deque()
        self._table = table
        self._clock = clock
        self._uploads = uploads

    def plan(self, *plans: ImportPlan) -> None:
        """Set the plans of the next imports, one plan for each.

        Imports without a plan complete, one state per status request.
        """
        self.plans.extend(plans)

    def create(self, call: Call) -> Answer:
        """P41: accept a file of products for one shop."""
        try:
            parts = parts_of(call, *_PARTS)
            (file,) = files_of(parts, "file")
            head = self._parse_upload(parts)
        except Refused as refusal:
            return refusal.answer
        now = self._clock.time()
        job = ImportJob(
            self.plans.popleft() if self.plans else ImportPlan(), file, now, transformed=head["transformed"]
        )
        (rank,) = self._table.insert()
        self.jobs[rank] = job
        lines = len(job.rows) - 1
        wrong = min(job.plan.wrong_lines, lines)
        head |= {"lines": lines, "wrong_lines": wrong, "refused": min(job.plan.refused, lines - wrong)}
        self._table.touch(rank, status=job.stages[0], **head)
        self._uploads.extend(uploads_of(call, str(names.number(rank)), parts))
        import_id = names.number(rank)
        answer = answer_json(201, {"import_id": import_id})
        return Answer(201, answer.body, headers={"Location": f"{call.url}/{import_id}"})

    def refresh(self) -> None:
        """Update the list to the current time."""
        now = self._clock.time()
        for rank, job in self.jobs.items():
            status = job.status(now)
            if rank not in self._table or self._table.head(rank)["status"] == status:
                continue
            has_file = job.transformed and status in _HANDED_OVER
            self._table.touch(rank, status=status, has_transformed_file=has_file)

    def status(self, call: Call) -> Answer:
        """P42: answer the state of an import."""
        rank = self._table.find(call.path["import"])
        if rank is None:
            return refused(404, "There is no such import").answer
        if rank in self.jobs:
            self.jobs[rank].look()
        self.refresh()
        return answer_json(200, self._table.row(rank))

    def report(self, call: Call) -> Answer:
        """P44 to P47: answer one of an import's files, or 404 if it does not exist (yet)."""
        self.refresh()
        rank = self._table.find(call.path["import"])
        if rank is None:
            return refused(404, "There is no such import").answer
        member, word, places = _REPORTS[call.operation]
        head = self._table.head(rank)
        if not self._table.row(rank)[member]:
            return refused(404, f"The import has no {word.replace('_', ' ')}").answer
        job = self.jobs.get(rank)
        header, *rows = _USUAL_SOURCE if job is None else job.rows
        chosen = rows[slice(*places(head))]
        form = _format(call.operation, job)
        if call.operation != "P46":
            header = [*header, "errors" if call.operation != "P45" else "product-sku"]
            chosen = [[*row, _remark(call.operation, place)] for place, row in enumerate(chosen)]
        return Answer(
            200,
            write_rows([header, *chosen], form),
            "text/csv" if call.operation == "P46" else "application/octet-stream",
            {"Content-Disposition": f'attachment; filename="import_{call.path["import"]}_{word}.{form}"'},
        )

    def _parse_upload(self, parts: list[Part]) -> Head:
        shop = text_of(parts, "shop")
        if shop is None or names.digits(shop) is None:
            raise invalid([("NotNull", "shop", "shop must be the id of a shop")])
        if names.shop_rank(shop) is None:
            raise refused(404, "There is no such shop")
        operator_format = text_of(parts, "operator_format")
        if operator_format not in {None, "true", "false"}:
            raise invalid([("INVALID_FIELD_TYPE", "operator_format", "operator_format must be true or false")])
        conversion = text_of(parts, "conversion_type")
        if conversion not in {None, "AI_CONVERTER", "STANDARD"}:
            raise invalid([("INVALID_FIELD_TYPE", "conversion_type", "conversion_type is not known")])
        has_options = any(part.name == "conversion_options" for part in parts)
        options = json_of(parts, "conversion_options", dict[str, dict[str, str]]) if has_options else None
        return {
            "shop_id": int(shop),
            "transformed": operator_format != "true",
            "has_transformed_file": False,
            "conversion_type": conversion,
            "conversion_options": options,
        }


def _wrong(head: Head) -> tuple[int, int]:
    return 0, head["wrong_lines"]


def _not_taken(head: Head) -> tuple[int, int]:
    return head["wrong_lines"], head["wrong_lines"] + head["refused"]


def _taken(head: Head) -> tuple[int, int]:
    return head["wrong_lines"] + head["refused"], head["lines"]


def _transformed(head: Head) -> tuple[int, int]:
    return head["wrong_lines"], head["lines"]


_REPORTS: dict[str, tuple[str, str, Callable[[Head], tuple[int, int]]]] = {
    "P44": ("has_error_report", "error_report", _not_taken),
    "P45": ("has_new_product_report", "new_product_report", _taken),
    "P46": ("has_transformed_file", "transformed_file", _transformed),
    "P47": ("has_transformation_error_report", "transformation_error_report", _wrong),
}


def _format(operation: str, job: ImportJob | None) -> Format:
    if operation == "P46" or job is None:
        return "csv"
    usual: Format = job.format if operation == "P47" else "csv"
    return job.plan.report_format or usual


def _remark(operation: str, place: int) -> str:
    if operation == "P45":
        return names.product_sku(place)
    return "1004|The attribute 'ean' is not valid" if operation == "P47" else "MCM-05000|Refused;\nnot in the catalogue"
