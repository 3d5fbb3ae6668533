"""The Connect Channel Platform's order operations: what is accepted, how it is judged, and how it is refused.

A call is judged as a whole before anything of it is applied: form (415, 400), the document's rules (400), known
channel and store (404), line ids that belong to another order (400). Only then every order of it is applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import DecodeError, Raw, Struct, json

from .clock import Clock
from .documents import ANONYMIZE_AFTER, UPDATE_ACTION, UPSERT_ORDERS
from .exchange import Answer, Call, Route, Service, answer_json
from .instants import nanoseconds
from .rules import Check, Problem
from .world import OrderKey, World

BASE = "/api/channel-platform"

ErrorFields = Literal["indexed", "none"]
"""Whether `errors[].field` names the place, as in `orders[3].status`, or is left out: the contract promises neither."""

MOST_PROBLEMS = 100
DATE_TOLERANCE = 300.0
"""Seconds that a date "in the future" may lie back; documented as "a few minutes"."""


class _Batch(Struct):
    orders: list[Raw]


_batch = json.Decoder(_Batch)


class Refused(Exception):
    """A call that ends with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Connect:
    """The service's decisions over one world."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        error_fields: ErrorFields = "indexed",
        unique_lines: bool = True,
    ) -> None:
        self._world = world
        self._clock = clock
        self._error_fields: ErrorFields = error_fields
        self._unique_lines = unique_lines

    def service(self) -> Service:
        """Return the routes served."""
        routes = (
            Route("POST", "/v1/orders", "upsertOrders", self.upsert_orders),
            Route("PUT", "/v1/orders/actions/{action_id}", "updateActionStatus", self.update_action_status),
            Route("PUT", "/v1/orders/anonymize-after", "updateAnonymizeAfterDate", self.update_anonymize_after_date),
        )
        return Service("connect", BASE, routes, refuse)

    def upsert_orders(self, call: Call) -> Answer:
        """Apply 1..100 orders of one store, or none of them."""
        try:
            payload = self._accepted(call, UPSERT_ORDERS)
            origin = payload["origin"]
            channel, store = origin["channel_id"], origin["channel_store_id"]
            if not self._world.knows(channel, store):
                what = "store" if channel in self._world.channels else "channel"
                return refuse(404, "DATA_NOT_FOUND", f"The {what} is unknown to Connect")
            orders: list[Any] = payload["orders"]
            keys = [
                OrderKey(channel, store, order["channel_order_id"], order.get("sub_channel_code")) for order in orders
            ]
            lines = [[line["channel_order_line_id"] for line in order["order_lines"]] for order in orders]
            if self._unique_lines:
                self._refuse_any(self._line_problems(keys, lines))
        except Refused as refused:
            return refused.answer
        raws = _batch.decode(call.body).orders
        for key, order, raw, ids in zip(keys, orders, raws, lines, strict=True):
            claims = ids if self._unique_lines else ()
            self._world.apply(key, nanoseconds(order["channel_updated_at"]), bytes(raw), claims)
        return Answer(204)

    def update_action_status(self, call: Call) -> Answer:
        """Record an action's outcome, once."""
        try:
            payload = self._accepted(call, UPDATE_ACTION)
        except Refused as refused:
            return refused.answer
        outcome = self._world.finish_action(call.path["action_id"], payload["status"], payload.get("errors", ()))
        if outcome == "unknown":
            return refuse(404, "DATA_NOT_FOUND", "The action is unknown or has expired")
        if outcome == "final":
            return refuse(400, "ACTION_ALREADY_FINAL", "The action has ended already")
        return Answer(204)

    def update_anonymize_after_date(self, call: Call) -> Answer:
        """Set the dates of 1..100 orders, or of none."""
        try:
            items: list[Any] = self._accepted(call, ANONYMIZE_AFTER)["orders"]
            found = [
                self._world.find(item["channel_id"], item["channel_order_id"], item.get("sub_channel_code"))
                for item in items
            ]
            earliest = int((self._clock.time() - DATE_TOLERANCE) * 1e9)
            problems = [
                Problem("references an order that does not exist", f"orders[{position}].channel_order_id")
                for position, orders in enumerate(found)
                if not orders
            ]
            problems += [
                Problem("must be in the future", f"orders[{position}].anonymize_after")
                for position, item in enumerate(items)
                if nanoseconds(item["anonymize_after"]) < earliest
            ]
            self._refuse_any(problems)
        except Refused as refused:
            return refused.answer
        for item, orders in zip(items, found, strict=True):
            for order in orders:
                order.anonymize_after = item["anonymize_after"]
        return Answer(204)

    def _accepted(self, call: Call, rules: Check) -> Any:
        """Return the payload once it satisfies the document's rules."""
        if call.content_type != "application/json":
            raise Refused(refuse(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json"))
        try:
            payload = json.decode(call.body)
        except (DecodeError, UnicodeDecodeError, RecursionError):
            raise Refused(refuse(400, "INVALID_INPUT", "The body is not valid JSON")) from None
        self._refuse_any(rules(payload))
        return payload

    def _refuse_any(self, problems: Sequence[Problem]) -> None:
        if problems:
            raise Refused(invalid(problems, self._error_fields))

    def _line_problems(self, keys: Sequence[OrderKey], lines: Sequence[Sequence[str]]) -> list[Problem]:
        """Find line ids that another order of the channel, in the world or earlier in this call, holds already."""
        problems: list[Problem] = []
        claimed: dict[str, OrderKey] = {}
        for position, (key, ids) in enumerate(zip(keys, lines, strict=True)):
            own: set[str] = set()
            for line, line_id in enumerate(ids):
                owner = claimed.setdefault(line_id, self._world.line_owner(key.channel_id, line_id) or key)
                if owner == key and line_id not in own:
                    own.add(line_id)
                else:
                    field = f"orders[{position}].order_lines[{line}].channel_order_line_id"
                    problems.append(Problem("is not unique in the channel", field))
        return problems


def invalid(problems: Sequence[Problem], error_fields: ErrorFields) -> Answer:
    """Answer 400 with the problems found, at most `MOST_PROBLEMS` of them."""
    errors: list[dict[str, Any]] = []
    for problem in problems[:MOST_PROBLEMS]:
        error: dict[str, Any] = {"message": problem.message}
        if error_fields == "indexed":
            error["message"] = f"{problem.field or 'body'} {problem.message}"
            if problem.field:
                error["field"] = problem.field
        if problem.extensions:
            error["extensions"] = problem.extensions
        errors.append(error)
    message = "The request is invalid, nothing of it was applied"
    return answer_json(400, {"code": "INVALID_INPUT", "message": message, "errors": errors})


def refuse(status: int, code: str, message: str) -> Answer:
    """Answer with an error in Connect's own shape."""
    return answer_json(status, {"code": code, "message": message})
