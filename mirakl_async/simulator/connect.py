"""The Connect Channel Platform: its routes, and the order operations.

A call is checked completely before any of it is applied, in this order: media type and form (415, 400), the document's
rules (400), known channel and store (404), line ids that belong to another order (400). Then all of its orders are
applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Raw, Struct, json

from .clock import Clock
from .connect_catalog import CatalogOperations
from .connect_errors import ErrorFields, parse_body, raise_for_problems, refuse, with_error_answers
from .connect_stores import StoreOperations, known_store
from .documents import ANONYMIZE_AFTER, UPDATE_ACTION, UPSERT_ORDERS
from .exchange import Answer, Call, Route, Service
from .instants import nanoseconds
from .rules import Problem
from .world import OrderKey, World

__all__ = ["BASE", "Connect"]

BASE = "/api/channel-platform"

DATE_TOLERANCE = 300.0
"""Seconds by which a date "in the future" may be in the past; documented as "a few minutes"."""


class _Batch(Struct):
    orders: list[Raw]


_batch = json.Decoder(_Batch)


class Connect:
    """The operations of Connect on one world."""

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
        """Return the routes of the service."""
        routes = (
            Route("POST", "/v1/orders", "upsertOrders", self.upsert_orders),
            Route("PUT", "/v1/orders/actions/{action_id}", "updateActionStatus", self.update_action_status),
            Route("PUT", "/v1/orders/anonymize-after", "updateAnonymizeAfterDate", self.update_anonymize_after_date),
            *StoreOperations(self._world, self._error_fields).routes(),
            *CatalogOperations(self._world, self._error_fields).routes(),
        )
        answered = [route._replace(handle=with_error_answers(route.handle)) for route in routes]
        return Service("connect", BASE, answered, refuse)

    def upsert_orders(self, call: Call) -> Answer:
        """Apply 1..100 orders of one store, or none of them if one is invalid."""
        payload = parse_body(call, UPSERT_ORDERS, self._error_fields)
        origin = payload["origin"]
        channel, store = origin["channel_id"], origin["channel_store_id"]
        known_store(self._world, channel, store)
        orders: list[Any] = payload["orders"]
        keys = [OrderKey(channel, store, order["channel_order_id"], order.get("sub_channel_code")) for order in orders]
        lines = [[line["channel_order_line_id"] for line in order["order_lines"]] for order in orders]
        if self._unique_lines:
            raise_for_problems(self._line_problems(keys, lines), self._error_fields)
        raws = _batch.decode(call.body).orders
        for key, order, raw, ids in zip(keys, orders, raws, lines, strict=True):
            claims = ids if self._unique_lines else ()
            self._world.apply(key, nanoseconds(order["channel_updated_at"]), bytes(raw), claims)
        return Answer(204)

    def update_action_status(self, call: Call) -> Answer:
        """Record the outcome of an action; only the first outcome is final."""
        payload = parse_body(call, UPDATE_ACTION, self._error_fields)
        outcome = self._world.finish_action(
            call.path["action_id"], payload["status"], payload.get("errors", ()), now=self._clock.time()
        )
        if outcome == "unknown":
            return refuse(404, "DATA_NOT_FOUND", "The action is unknown or has expired")
        if outcome == "final":
            return refuse(400, "ACTION_ALREADY_FINAL", "The action has ended already")
        return Answer(204)

    def update_anonymize_after_date(self, call: Call) -> Answer:
        """Set the dates of 1..100 orders, or of none if one is invalid."""
        items: list[Any] = parse_body(call, ANONYMIZE_AFTER, self._error_fields)["orders"]
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
        raise_for_problems(problems, self._error_fields)
        for item, orders in zip(items, found, strict=True):
            for order in orders:
                order.anonymize_after = item["anonymize_after"]
        return Answer(204)

    def _line_problems(self, keys: Sequence[OrderKey], lines: Sequence[Sequence[str]]) -> list[Problem]:
        """Return a problem for each line id that another order of the channel has, stored or earlier in this call."""
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
