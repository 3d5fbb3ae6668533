"""Operations that change rows: orders are accepted, shipped, cancelled and updated; returns and shipments change state.

Calls with several items answer 200 (ST01: 201) and report the items that failed; the others are applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from msgspec import Struct

from ..exchange import Answer, Call, answer_json
from .bodies import body_of, no_body
from .refusals import Refused, refused
from .shipments import shipment_id
from .tables import Table

__all__ = ["STEPS", "Changes", "Step"]

MAX_ORDERS = 100
MAX_RETURNS = 100
MAX_SHIPMENTS = 1000


class _LineDecision(Struct):
    id: str
    accepted: bool


class _Decisions(Struct):
    order_lines: list[_LineDecision]


class _Tracking(Struct):
    carrier_code: str | None = None
    carrier_name: str | None = None
    carrier_standard_code: str | None = None
    carrier_url: str | None = None
    tracking_url: str | None = None
    tracking_number: str | None = None


class _Thing(Struct):
    id: str
    tracking: _Tracking | None = None


class _NewLine(Struct):
    quantity: int
    order_line_id: str | None = None
    offer_sku: str | None = None
    package_reference: str | None = None


class _NewShipment(Struct):
    order_id: str
    shipment_lines: list[_NewLine]
    shipped: bool = False
    invoice_reference: str | None = None


class Step(NamedTuple):
    """A change of state that a call applies to many rows of a list: the states before it, and the state after it.

    Without a state after it, the rows are deleted.
    """

    operation: str
    path: str
    table: str
    member: str
    most: int
    before: frozenset[str]
    after: str | None


STEPS = (
    Step("RT25", "/api/returns/receive", "returns", "return", MAX_RETURNS, frozenset({"IN_PROGRESS"}), "RECEIVED"),
    Step(
        "RT29",
        "/api/returns/cancel",
        "returns",
        "return",
        MAX_RETURNS,
        frozenset({"WAITING_ACCEPTANCE", "IN_PROGRESS"}),
        "CANCELED",
    ),
    Step(
        "ST06",
        "/api/shipments/delete",
        "shipments",
        "shipment",
        MAX_SHIPMENTS,
        frozenset({"SHIPPING", "READY_FOR_PICK_UP", "SHIPMENT_PREPARED"}),
        None,
    ),
    Step(
        "ST24",
        "/api/shipments/ship",
        "shipments",
        "shipment",
        MAX_SHIPMENTS,
        frozenset({"SHIPPING", "READY_FOR_PICK_UP", "SHIPMENT_PREPARED"}),
        "SHIPPED",
    ),
    Step(
        "ST26",
        "/api/shipments/ready_for_pick_up",
        "shipments",
        "shipment",
        MAX_SHIPMENTS,
        frozenset({"SHIPPING", "SHIPMENT_PREPARED"}),
        "READY_FOR_PICK_UP",
    ),
)


class Changes:
    """The operations that change rows."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._orders, self._shipments = tables["orders"], tables["shipments"]

    def accept(self, call: Call) -> Answer:
        """OR21: accept or refuse the lines of an order in the state WAITING_ACCEPTANCE."""
        try:
            rank = self._order(call, "WAITING_ACCEPTANCE")
            decisions = {one.id: one.accepted for one in body_of(call, _Decisions).order_lines}
            lines = {line["order_line_id"] for line in self._orders.row(rank)["order_lines"]}
            if decisions.keys() != lines:
                raise refused(400, "Each line of the order needs exactly one decision")
        except Refused as refusal:
            return refusal.answer
        state = "WAITING_DEBIT_PAYMENT" if any(decisions.values()) else "REFUSED"
        self._orders.touch(rank, order_state=state)
        return Answer(204)

    def track(self, call: Call) -> Answer:
        """OR23: set an order's tracking."""
        try:
            rank = self._order(call, "SHIPPING", "SHIPPED", "TO_COLLECT")
            tracking = body_of(call, _Tracking)
        except Refused as refusal:
            return refusal.answer
        self._orders.touch(rank)
        self._orders.set(
            rank,
            {
                "shipping_carrier_code": tracking.carrier_code,
                "shipping_carrier_standard_code": tracking.carrier_standard_code,
                "shipping_company": tracking.carrier_name,
                "shipping_tracking": tracking.tracking_number,
                "shipping_tracking_url": tracking.carrier_url,
            },
        )
        return Answer(204)

    def ship(self, call: Call) -> Answer:
        """OR24: mark an order as shipped."""
        return self._move(call, "SHIPPED", "SHIPPING")

    def cancel(self, call: Call) -> Answer:
        """OR29: cancel an order completely."""
        return self._move(call, "CANCELED", "STAGING", "WAITING_ACCEPTANCE", "SHIPPING")

    def update(self, call: Call) -> Answer:
        """OR04: change members of up to a hundred orders; an absent member stays unchanged, null clears it."""
        try:
            orders = body_of(call, dict[str, list[dict[str, Any]]]).get("orders")
            if not orders or len(orders) > MAX_ORDERS:
                raise refused(400, f"The member orders must hold 1 to {MAX_ORDERS} orders")
        except Refused as refusal:
            return refusal.answer
        return answer_json(200, {"updated_orders": [self._updated(order) for order in orders]})

    def step(self, step: Step) -> Callable[[Call], Answer]:
        """Return the handler of a change of state."""

        def answer(call: Call) -> Answer:
            try:
                things = _things(call, f"{step.member}s", step.most)
            except Refused as refusal:
                return refusal.answer
            table = self._tables[step.table]
            failed: list[dict[str, str]] = []
            done: list[dict[str, str]] = []
            for thing in things:
                rank = table.find(thing.id)
                if rank is None:
                    failed.append({"id": thing.id, "message": f"There is no such {step.member}"})
                elif (state := table.head(rank)["state"]) not in step.before:
                    failed.append({"id": thing.id, "message": f"The {step.member} is {state}"})
                else:
                    if step.after is None:
                        table.delete([rank])
                    else:
                        table.touch(rank, state=step.after)
                    done.append({"id": thing.id})
            return answer_json(200, {f"{step.member}_errors": failed, f"{step.member}_success": done})

        return answer

    def track_shipments(self, call: Call) -> Answer:
        """ST23: set the tracking of shipments."""
        try:
            things = _things(call, "shipments", MAX_SHIPMENTS)
        except Refused as refusal:
            return refusal.answer
        failed: list[dict[str, str]] = []
        done: list[dict[str, str]] = []
        for thing in things:
            rank, tracking = self._shipments.find(thing.id), thing.tracking
            if rank is None or tracking is None or not (tracking.carrier_code or tracking.carrier_name):
                message = "There is no such shipment" if rank is None else "A carrier is needed"
                failed.append({"id": thing.id, "message": message})
                continue
            self._shipments.touch(rank)
            described = {name: value for name in _TRACKING if (value := getattr(tracking, name)) is not None}
            self._shipments.set(rank, {"tracking": described})
            done.append({"id": thing.id})
        return answer_json(200, {"shipment_errors": failed, "shipment_success": done})

    def create_shipments(self, call: Call) -> Answer:
        """ST01: create shipments of orders in the state SHIPPING."""
        try:
            wanted = body_of(call, dict[str, list[_NewShipment]]).get("shipments")
            if not wanted or len(wanted) > MAX_SHIPMENTS:
                raise refused(400, f"The member shipments must hold 1 to {MAX_SHIPMENTS} shipments")
        except Refused as refusal:
            return refusal.answer
        failed: list[dict[str, str]] = []
        done: list[dict[str, Any]] = []
        for one in wanted:
            rank = self._orders.find(one.order_id)
            if rank is None or self._orders.head(rank)["order_state"] != "SHIPPING":
                message = "There is no such order" if rank is None else "The order is not being shipped"
                failed.append({"order_id": one.order_id, "message": message})
                continue
            done.append(self._created(one))
        return answer_json(201, {"shipment_errors": failed, "shipment_success": done})

    def _created(self, one: _NewShipment) -> dict[str, Any]:
        (rank,) = self._shipments.insert()
        state = "SHIPPED" if one.shipped else "SHIPPING"
        self._shipments.touch(rank, order_id=one.order_id, state=state, debit_state="NOT_STARTED")
        lines = [
            {
                "order_line_id": line.order_line_id,
                "quantity": line.quantity,
                "package_reference": line.package_reference,
            }
            for line in one.shipment_lines
        ]
        self._shipments.set(
            rank, {"shipment_lines": lines, "invoice_reference": one.invoice_reference, "tracking": None}
        )
        assert self._shipments.row(rank)["id"] == shipment_id(rank)  # noqa: S101 - ST11 finds the shipment by this id
        return self._shipments.row(rank)

    def _order(self, call: Call, *states: str) -> int:
        rank = self._orders.find(call.path["order_id"])
        if rank is None:
            raise refused(404, "There is no such order")
        state = self._orders.head(rank)["order_state"]
        if state not in states:
            raise refused(400, f"The order is {state}; it must be {' or '.join(states)}")
        return rank

    def _move(self, call: Call, after: str, *before: str) -> Answer:
        try:
            no_body(call)
            rank = self._order(call, *before)
        except Refused as refusal:
            return refusal.answer
        self._orders.touch(rank, order_state=after)
        return Answer(204)

    def _updated(self, patch: Mapping[str, Any]) -> dict[str, Any]:
        order_id = str(patch.get("order_id"))
        rank = self._orders.find(order_id)
        if rank is None:
            error = {"code": "ORDER_NOT_FOUND", "field": "order_id", "message": "There is no such order"}
            return {"order_id": order_id, "errors": [error]}
        changed = {name: value for name, value in patch.items() if name != "order_id"}
        unknown = [name for name in changed if name not in _UPDATABLE]
        if unknown:
            errors = [{"code": "INVALID_FIELD", "field": name, "message": "It cannot be changed"} for name in unknown]
            return {"order_id": order_id, "errors": errors}
        row = self._orders.row(rank)
        kept = {name: value for name, value in changed.items() if name != "shop_statistics"}
        self._orders.touch(rank, **_heads(kept))
        self._orders.set(rank, {name: _merged(row.get(name), value) for name, value in kept.items()})
        return {"order_id": order_id, "updated": changed}


_TRACKING = ("carrier_code", "carrier_name", "carrier_standard_code", "tracking_number", "tracking_url")
_UPDATABLE = frozenset(
    {
        "customer",
        "invoice_details",
        "payment_destination",
        "payment_workflow",
        "references",
        "shipping_deadline",
        "shop_statistics",
    }
)


def _heads(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the head's members that a patch changes, so that filters see the new values."""
    heads: dict[str, Any] = {}
    references: Mapping[str, Any] = changed.get("references") or {}
    for name in ("customer", "seller"):
        if f"order_reference_for_{name}" in references:
            heads[f"reference_for_{name}"] = references[f"order_reference_for_{name}"]
    if "payment_workflow" in changed:
        heads["payment_workflow"] = changed["payment_workflow"]
    return heads


def _merged(there: Any, patch: Any) -> Any:
    if not isinstance(there, dict) or not isinstance(patch, dict):
        return patch
    before, after = cast("dict[str, Any]", there), cast("dict[str, Any]", patch)
    return before | {name: _merged(before.get(name), value) for name, value in after.items()}


def _things(call: Call, member: str, most: int) -> list[_Thing]:
    things = body_of(call, dict[str, list[_Thing]]).get(member)
    if not things or len(things) > most:
        raise refused(400, f"The member {member} must hold 1 to {most} of them")
    return things
