"""The members by which rows given by a test are filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from .accounting import PAY_OUT_STATES, PAYMENT_STATES
from .accounting import STATES as INVOICE_STATES
from .accounting import TYPES as INVOICE_TYPES
from .messages import USERS
from .orders import STATES as ORDER_STATES
from .orders import WORKFLOWS
from .promotions import STATES as PROMOTION_STATES
from .promotions import TYPES as PROMOTION_TYPES
from .returns import LABEL_STATES
from .returns import STATES as RETURN_STATES
from .shipments import DEBIT_STATES, PICK_STATES
from .shipments import STATES as SHIPMENT_STATES
from .tables import Row

__all__ = ["MEMBERS", "Read", "RowMembers"]

Read = Callable[[Row], Any]


class RowMembers(NamedTuple):
    """The members that the rows of a list can be given.

    `heads` maps each member of the head to the path of the row's member with its value: "customer.customer_id", or
    "order_lines[].offer_id" for the values of all lines. It can also be a function of the given members, which returns
    None if there is no value. `choices` are the valid values of a member. `more` are members that answers or exports
    have, but not every generated row.
    """

    heads: Mapping[str, str | Read]
    choices: Mapping[str, Sequence[str]] = {}
    more: frozenset[str] = frozenset()


def _objects(row: Row, member: str) -> list[Row]:
    return cast("list[Row]", row.get(member) or [])


def _participant(kind: str) -> Read:
    def read(row: Row) -> Any:
        participants = _objects(row, "current_participants")
        return next((one.get("id") for one in participants if one.get("type") == kind), None)

    return read


def _shop_of_thread(row: Row) -> Any:
    shop = _participant("SHOP")(row)
    return int(shop) if isinstance(shop, str) and shop.isdecimal() else shop


def _recipient(row: Row) -> Any:
    if row.get("to_customer_id") is not None:
        return "CUSTOMER"
    if row.get("to_shop_id") is not None:
        return "SHOP"
    return "OPERATOR" if row.get("to_operator") else None


def _customer(row: Row) -> Any:
    return row.get("to_customer_id") or (row.get("from_id") if row.get("from_type") == "CUSTOMER" else None)


def _shop(row: Row) -> Any:
    sender = row.get("from_id") if row.get("from_type") == "SHOP" else None
    return row.get("to_shop_id") or (int(sender) if isinstance(sender, str) and sender.isdecimal() else None)


def _no_channel(row: Row) -> Any:
    return row["channel"] is None if "channel" in row else None


def _entity_type(row: Row) -> Any:
    return next((one.get("type") for one in _objects(row, "entities")), None)


def _key(row: Row) -> Any:
    return f"{row['shop_id']}|{row['internal_id']}" if row.keys() >= {"shop_id", "internal_id"} else None


def _given(*members: str) -> Read:
    """Return a function that reads whether one of the members has a value; it returns None if none of them is given."""
    return lambda row: any(row.get(one) for one in members) if any(one in row for one in members) else None


MEMBERS: Mapping[str, RowMembers] = {
    "orders": RowMembers(
        {
            "order_id": "order_id",
            "commercial_id": "commercial_id",
            "order_state": "order_state",
            "created": "created_date",
            "last_updated": "last_updated_date",
            "customer_id": "customer.customer_id",
            "organization_id": "customer.organization.organization_id",
            "shop_id": "shop_id",
            "channel": "channel.code",
            "no_channel": _no_channel,
            "center": "fulfillment.center.code",
            "has_incident": "has_incident",
            "debited": _given("customer_debited_date"),
            "payment_workflow": "payment_workflow",
            "commissionable": "commissionable",
            "waiting": _given("waiting_funding_confirmation", "waiting_tax_confirmation"),
            "product_skus": "order_lines[].product_sku",
            "offer_ids": "order_lines[].offer_id",
            "refund_states": "order_lines[].refunds[].state",
            "reference_for_customer": "references.order_reference_for_customer",
            "reference_for_seller": "references.order_reference_for_seller",
        },
        {"order_state": ORDER_STATES, "payment_workflow": WORKFLOWS},
        frozenset(
            {"commissionable", "payment_destination", "waiting_funding_confirmation", "waiting_tax_confirmation"}
        ),
    ),
    "messages": RowMembers(
        {
            "id": "id",
            "order_id": "order_id",
            "commercial_id": "commercial_id",
            "created": "date_created",
            "from": "from_type",
            "to": _recipient,
            "customer_id": _customer,
            "shop_id": _shop,
            "offer_id": "offer_id",
        },
        {"from_type": USERS},
    ),
    "threads": RowMembers(
        {
            "id": "id",
            "created": "date_created",
            "last_updated": "date_updated",
            "customer_id": _participant("CUSTOMER"),
            "shop_id": _shop_of_thread,
            "entities": "entities[].id",
            "entity_type": _entity_type,
        },
    ),
    "products": RowMembers({"product_sku": "product_sku"}),
    "offers": RowMembers(
        {
            "offer_id": "offer_id",
            "product_sku": "product_sku",
            "shop_id": "shop_id",
            "created": "date_created",
            "last_updated": "last_updated",
            "active": "active",
            "deleted": "deleted",
            "premium": "premium",
            "grade": "shop_grade",
            "price": "price",
            "shipping": "min_shipping_price",
            "state_code": "state_code",
            "channels": "channels",
            "model": "model",
            "quantity": "quantity",
        },
        {},
        frozenset({"product_sku", "date_created", "last_updated", "deleted", "premium"}),
    ),
    "promotions": RowMembers(
        {
            "key": _key,
            "internal_id": "internal_id",
            "shop_id": "shop_id",
            "type": "type",
            "state": "state",
            "created": "date_created",
            "start": "start_date",
            "end": "end_date",
            "last_updated": "last_updated",
            "triggers": "trigger_offer_ids",
            "rewards": "reward_offer_ids",
            "channels": "channels[].code",
            "campaign": "campaign.identifier",
        },
        {"state": PROMOTION_STATES, "type": PROMOTION_TYPES},
    ),
    "returns": RowMembers(
        {
            "id": "id",
            "state": "state",
            "created": "date_created",
            "last_updated": "last_updated",
            "order_commercial_id": "order_commercial_id",
            "line_ids": "return_lines[].order_line_id",
            "rma": "rma",
            "customer_id": "customer_id",
        },
        {"state": RETURN_STATES},
        frozenset({"customer_id"}),
    ),
    "items_to_return": RowMembers(
        {
            "order_line_id": "order_line_id",
            "order_commercial_id": "order_commercial_id",
            "received": "return_window_start_date",
        }
    ),
    "return_labels": RowMembers(
        {
            "return_id": "return_id",
            "label_state": "label_state",
            "created": "date_created",
            "last_updated": "last_updated",
        },
        {"label_state": LABEL_STATES},
    ),
    "shipments": RowMembers(
        {
            "id": "id",
            "order_id": "order_id",
            "state": "status",
            "debit_state": "status_customer_debit",
            "created": "created_date",
            "last_updated": "last_updated_date",
        },
        {"status": SHIPMENT_STATES, "status_customer_debit": DEBIT_STATES},
    ),
    "items_to_ship": RowMembers(
        {"order_id": "order_id", "center": "fulfillment.center.code", "shipping": "shipping_date"}
    ),
    "picklists": RowMembers(
        {
            "id": "id",
            "state": "state",
            "created": "date_created",
            "last_updated": "last_updated",
            "pickup": "pickup_date",
            "pickrun": "pickrun_code",
            "shop_id": "shop_id",
            "line_ids": "order_lines[].id",
        },
        {"state": PICK_STATES},
    ),
    "invoices": RowMembers(
        {
            "invoice_id": "invoice_id",
            "created": "date_created",
            "type": "type",
            "state": "state",
            "payment_state": "payment.state",
            "currency": "currency_iso_code",
            "issuer": "issuing_user.type",
            "psp": "pay_out_psp_code",
            "voucher": "payment_voucher_number",
            "cycle": "seller_billing_cycle_id",
            "shop_id": "shop_id",
            "internal_id": "shop_operator_internal_id",
            "model": "shop_model",
        },
        {"state": INVOICE_STATES, "type": INVOICE_TYPES, "payment.state": PAYMENT_STATES},
        frozenset({"start_time", "end_time", "payment_info", "seller_billing_cycle_id", "summary"}),
    ),
    "billing_cycles": RowMembers(
        {
            "id": "id",
            "created": "date_created",
            "currency": "currency_iso_code",
            "psp": "pay_out_psp_code",
            "pay_out_state": "pay_out.state",
            "voucher": "payment_voucher_number",
            "shop_id": "shop.shop_id",
        },
        {"pay_out.state": PAY_OUT_STATES},
    ),
    "imports": RowMembers(
        {
            "import_id": "import_id",
            "created": "date_created",
            "shop_id": "shop_id",
            "status": "import_status",
            "has_transformed_file": "has_transformed_file",
            "lines": "transform_lines_read",
            "wrong_lines": "transform_lines_in_error",
            "refused": "integration_details.rejected_products",
            "conversion_type": "conversion_type",
            "conversion_options": "conversion_options",
        }
    ),
}
