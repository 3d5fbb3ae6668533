"""Changes of order lines: the place they ship from (OR07), cancelations (OR30) and custom fields (OR31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ..exchange import Answer, Call, answer_json
from .bodies import body_of
from .refusals import Refused, refused
from .tables import Row, Table

__all__ = ["OrderLines"]

MAX_LINES = 100
ORDER_FIELDS = {"gift": "BOOLEAN"}
LINE_FIELDS = {"note": "STRING"}
_CANCELLABLE = frozenset({"STAGING", "WAITING_ACCEPTANCE", "SHIPPING"})


class _Origin(Struct):
    id: str
    shipping_from: dict[str, Any]


class _Cancelation(Struct):
    order_line_id: str
    quantity: int
    reason_code: str | int
    amount: float
    shipping_amount: float
    currency_iso_code: str | None = None
    taxes: list[dict[str, Any]] = []
    shipping_taxes: list[dict[str, Any]] = []


class _Cancelations(Struct):
    cancelations: list[_Cancelation]


class _Field(Struct, omit_defaults=True):
    code: str
    type: str | None = None
    value: str | list[str] | None = None


class _LineFields(Struct):
    order_line_id: str
    order_line_additional_fields: list[_Field] = []


class _Fields(Struct):
    order_additional_fields: list[_Field] = []
    order_lines: list[_LineFields] = []


class OrderLines:
    """The operations that change the lines of orders."""

    def __init__(self, orders: Table) -> None:
        self._orders = orders

    def ship_from(self, call: Call) -> Answer:
        """OR07: set the place from which up to a hundred lines ship; invalid lines are reported."""
        try:
            wanted = body_of(call, dict[str, list[_Origin]]).get("order_lines")
            if not wanted or len(wanted) > MAX_LINES:
                raise refused(400, f"The member order_lines must hold 1 to {MAX_LINES} lines")
        except Refused as refusal:
            return refusal.answer
        answers: list[Row] = []
        for one in wanted:
            if self._line(one.id) is None:
                answers.append(
                    {"id": one.id, "errors": [_error("ORDER_LINE_NOT_FOUND", "id", "There is no such line")]}
                )
            elif not one.shipping_from.keys() & {"address", "warehouse"}:
                described = _error("NotNull", "shipping_from", "An address or a warehouse is needed")
                answers.append({"id": one.id, "errors": [described]})
            else:
                self._set(one.id, {"shipping_from": {"address": None, "warehouse": None} | one.shipping_from})
                answers.append({"id": one.id, "updated": one.shipping_from})
        return answer_json(200, {"order_lines": answers})

    def cancel(self, call: Call) -> Answer:
        """OR30: cancel parts of lines, or none of them if one is invalid."""
        try:
            wanted = body_of(call, _Cancelations).cancelations
            if not wanted:
                raise refused(400, "The member cancelations must hold at least one")
            for one in wanted:
                self._check(one)
        except Refused as refusal:
            return refusal.answer
        rows: list[Row] = []
        for one in wanted:
            line = self._line(one.order_line_id) or {}
            row: Row = {
                "amount": one.amount,
                "cancelation_id": f"{one.order_line_id}-C{len(line['cancelations']) + 1}",
                "currency_iso_code": one.currency_iso_code or "EUR",
                "order_line_id": one.order_line_id,
                "quantity": one.quantity,
                "reason_code": one.reason_code,
                "shipping_amount": one.shipping_amount,
                "shipping_taxes": one.shipping_taxes,
                "taxes": one.taxes,
            }
            kept = {name: value for name, value in row.items() if name not in {"order_line_id", "cancelation_id"}}
            kept |= {"id": row["cancelation_id"], "commission_amount": 0, "commission_taxes": []}
            self._set(one.order_line_id, {"cancelations": [*line["cancelations"], kept]})
            rows.append(row)
        return answer_json(200, {"cancelations": rows, "order_tax_mode": "TAX_INCLUDED"})

    def update_fields(self, call: Call) -> Answer:
        """OR31: set custom fields of an order and its lines; null or "" deletes a field.

        Unknown fields are reported, the others are changed.
        """
        rank = self._orders.find(call.path["order_id"])
        if rank is None:
            return refused(404, "There is no such order").answer
        try:
            wanted = body_of(call, _Fields)
        except Refused as refusal:
            return refusal.answer
        good, bad = _sorted(wanted.order_additional_fields, ORDER_FIELDS)
        row = self._orders.row(rank)
        self._orders.set(rank, {"order_additional_fields": _updated(row["order_additional_fields"], good)})
        failed, done = _Fields(_typed(bad)), _Fields(_typed(good))
        for line in wanted.order_lines:
            there = self._line(line.order_line_id)
            known, unknown = _sorted(line.order_line_additional_fields, LINE_FIELDS if there else {})
            if there is not None and known:
                fields = _updated(there["order_line_additional_fields"], known)
                self._set(line.order_line_id, {"order_line_additional_fields": fields})
                done.order_lines.append(_LineFields(line.order_line_id, _typed(known)))
            if unknown:
                failed.order_lines.append(_LineFields(line.order_line_id, _typed(unknown)))
        self._orders.touch(rank)
        answer: Row = {"order_update_result": done}
        if failed.order_additional_fields or failed.order_lines:
            described = _error("UNKNOWN_CUSTOM_FIELD", "code", "The custom field is not known")
            answer["order_update_errors"] = {"errors": [described], "input": failed}
        return answer_json(200, answer)

    def _check(self, one: _Cancelation) -> None:
        line = self._line(one.order_line_id)
        if line is None:
            raise refused(404, "There is no such order line")
        if line["order_line_state"] not in _CANCELLABLE:
            raise refused(400, f"The line is {line['order_line_state']} and cannot be cancelled")
        left = line["quantity"] - sum(there["quantity"] for there in line["cancelations"])
        if not 1 <= one.quantity <= left:
            raise refused(400, f"The quantity must be from 1 to {left}")

    def _order_of(self, line_id: str) -> int | None:
        """Return the order of a line; lines of orders inserted by a test may have any ids."""
        known = [rank for rank in self._orders.own if line_id in _line_ids(self._orders.row(rank))]
        return known[0] if known else self._orders.find(line_id.rpartition("-")[0])

    def _line(self, line_id: str) -> Row | None:
        rank = self._order_of(line_id)
        lines: list[Row] = [] if rank is None else self._orders.row(rank)["order_lines"]
        return next((line for line in lines if line["order_line_id"] == line_id), None)

    def _set(self, line_id: str, members: Mapping[str, Any]) -> None:
        """Set members of one line, and update the order's date of change."""
        rank = self._order_of(line_id)
        if rank is None:
            return
        lines = [
            line | members if line["order_line_id"] == line_id else line
            for line in self._orders.row(rank)["order_lines"]
        ]
        self._orders.touch(rank)
        self._orders.set(rank, {"order_lines": lines})


def _line_ids(order: Row) -> list[str]:
    return [line["order_line_id"] for line in order["order_lines"]]


def _sorted(fields: list[_Field], known: Mapping[str, str]) -> tuple[list[_Field], list[_Field]]:
    """Return the known fields and the unknown fields."""
    good = [field for field in fields if field.code in known]
    return good, [field for field in fields if field.code not in known]


def _typed(fields: list[_Field]) -> list[_Field]:
    """Return fields with their types, which determine what a value is; requests may omit the types."""
    kinds = ORDER_FIELDS | LINE_FIELDS
    return [_Field(field.code, field.type or kinds.get(field.code, "STRING"), field.value) for field in fields]


def _updated(there: list[Row], fields: list[_Field]) -> list[Row]:
    kinds = ORDER_FIELDS | LINE_FIELDS
    values = {row["code"]: row["value"] for row in there} | {field.code: field.value for field in fields}
    return [
        {"code": code, "type": kinds.get(code, "STRING"), "value": value} for code, value in values.items() if value
    ]


def _error(code: str, field: str, message: str) -> Row:
    return {"code": code, "field": field, "message": message}
