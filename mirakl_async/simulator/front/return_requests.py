"""Requests for returns (RT01) and for their labels (RT51); failed items are reported in a 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from ..exchange import Answer, Call, answer_json
from . import names
from .bodies import body_of
from .refusals import Refused, refused
from .returns import METHODS
from .tables import Row, Table

__all__ = ["ReturnRequests"]

MOST = 200
_SENDABLE = frozenset({"WAITING_ACCEPTANCE", "IN_PROGRESS"})


class _Line(Struct):
    order_line_id: str
    quantity: int
    reason_code: str


class _Return(Struct):
    method_code: str
    order_commercial_id: str
    return_lines: list[_Line]
    accepted: bool = False
    description: str | None = None
    label_url: str | None = None
    reason_code: str | None = None
    rma: str | None = None


class _Label(Struct):
    return_id: str
    package: dict[str, Any]
    carrier_code: str | None = None
    label_selection_mode: Literal["CHEAPEST"] | None = None


class ReturnRequests:
    """The operations that create returns and labels."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._orders, self._returns, self._labels = tables["orders"], tables["returns"], tables["return_labels"]

    def create(self, call: Call) -> Answer:
        """RT01: create up to two hundred returns."""
        try:
            wanted = body_of(call, dict[str, list[_Return]]).get("returns")
            if not wanted or len(wanted) > MOST:
                raise refused(400, f"The member returns must hold 1 to {MOST} returns")
        except Refused as refusal:
            return refusal.answer
        failed: list[Row] = []
        done: list[Row] = []
        for one in wanted:
            problem = self._problem(one)
            if problem:
                failed.append({"order_commercial_id": one.order_commercial_id, "message": problem})
            else:
                done.append(self._created(one))
        return answer_json(200, {"return_errors": failed, "return_success": done})

    def label(self, call: Call) -> Answer:
        """RT51: create labels of returns that have not been sent yet."""
        try:
            wanted = body_of(call, dict[str, list[_Label]]).get("return_labels")
            if not wanted or len(wanted) > MOST:
                raise refused(400, f"The member return_labels must hold 1 to {MOST} labels")
        except Refused as refusal:
            return refusal.answer
        failed: list[Row] = []
        done: list[Row] = []
        for one in wanted:
            rank = self._returns.find(one.return_id)
            if rank is None or self._returns.head(rank)["state"] not in _SENDABLE:
                message = "There is no such return" if rank is None else "The return cannot be sent any more"
                failed.append({"return_id": one.return_id, "error_message": message})
            elif not (one.carrier_code or one.label_selection_mode):
                message = "A carrier_code or a label_selection_mode is needed"
                failed.append({"return_id": one.return_id, "error_message": message})
            else:
                self._request_label(one.return_id, rank)
                done.append({"return_id": one.return_id})
        return answer_json(200, {"return_label_errors": failed, "return_label_successes": done})

    def _request_label(self, return_id: str, rank: int) -> None:
        label = self._labels.find(return_id)
        if label is None and rank in self._returns.own:
            label = self._labels.add(return_id, "last")
        elif label is None:
            self._labels.put(label := rank)
        self._labels.touch(label, return_id=return_id, label_state="PENDING")

    def _problem(self, one: _Return) -> str:
        own = (rank for rank in self._orders.own if self._orders.head(rank)["commercial_id"] == one.order_commercial_id)
        rank = next(own, self._orders.find(f"{one.order_commercial_id}-A"))
        if rank is None:
            return "There is no such order"
        lines = {line["order_line_id"]: line["quantity"] for line in self._orders.row(rank)["order_lines"]}
        if not one.return_lines or any(line.order_line_id not in lines for line in one.return_lines):
            return "A line is not one of the order's"
        if any(not 1 <= line.quantity <= lines[line.order_line_id] for line in one.return_lines):
            return "More is returned than was ordered"
        return "" if one.method_code in (*METHODS, "RETURN_METHOD_HOME_PICKUP") else "The method is not known"

    def _created(self, one: _Return) -> Row:
        (rank,) = self._returns.insert()
        self._returns.touch(
            rank,
            state="IN_PROGRESS" if one.accepted else "WAITING_ACCEPTANCE",
            order_commercial_id=one.order_commercial_id,
            line_ids=[line.order_line_id for line in one.return_lines],
            rma=one.rma or f"RMA-{names.number(rank)}",
        )
        lines: list[Row] = [
            {
                "compliance": [],
                "order_line_id": line.order_line_id,
                "quantity": line.quantity,
                "reason_code": line.reason_code,
            }
            for line in one.return_lines
        ]
        self._returns.set(
            rank,
            {
                "description": one.description,
                "label_url": one.label_url,
                "method_code": one.method_code,
                "order_id": f"{one.order_commercial_id}-A",
                "reason_code": one.reason_code,
                "return_lines": lines,
            },
        )
        return self._returns.row(rank)
