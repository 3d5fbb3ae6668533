"""Accounting documents (IV01) and the billing cycles of sellers (SBC11)."""

from __future__ import annotations

from functools import partial

from . import names
from .filters import one_of, since, until
from .paging import Listing
from .row_random import RowRandom, instant, rank_of_uuid, uuid_of
from .tables import Head, Kind, Row

__all__ = [
    "BILLING_CYCLES",
    "INVOICES",
    "IV01",
    "PAYMENT_STATES",
    "PAY_OUT_STATES",
    "SBC11",
    "STATES",
    "TYPES",
    "cycle_id",
]

STATES = ("DRAFT", "GENERATED", "COMPLETE")
TYPES = ("AUTO_INVOICE", "MANUAL_INVOICE", "MANUAL_CREDIT")
PAYMENT_STATES = ("PENDING", "PAID", "FAILED")
PAY_OUT_STATES = ("TO_PAY", "PAID", "FAILED")
PSP_CODES = ("NOT_SPECIFIED", "MANGOPAY", "MIRAKL_PAYOUT", "OPERATOR")
SHOP_MODELS = ("MARKETPLACE", "DROPSHIP", "ONE_CREDITOR")
_TOTALS = ("commissions", "fee", "payable_orders", "refund_orders", "subscription")


def cycle_id(rank: int) -> str:
    """Return a billing cycle's id."""
    return uuid_of("billing cycle", rank)


def _head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    shop = names.FIRST_SHOP + draws.below(names.SHOPS)
    return {
        "invoice_id": names.number(rank),
        "created": created,
        "last_updated": draws.later(86_400),
        "type": draws.pick(TYPES) if draws.below(4) == 0 else "AUTO_INVOICE",
        "state": draws.pick(STATES) if draws.below(4) == 0 else "COMPLETE",
        "payment_state": draws.pick(PAYMENT_STATES),
        "currency": "EUR",
        "issuer": "BATCH",
        "psp": "NOT_SPECIFIED",
        "voucher": f"{123_456 + rank}",
        "cycle": cycle_id(rank),
        "shop_id": shop,
        "internal_id": f"op{shop}",
        "model": "MARKETPLACE",
    }


def _row(head: Head, draws: RowRandom) -> Row:
    shop, kind = head["shop_id"], head["type"]
    created = instant(head["created"])
    net = draws.cents(1, 900)
    tax = round(net * 0.2, 2)
    paid = head["payment_state"] == "PAID"
    taxes = [{"amount": tax, "code": "TAXDEFAULT"}]
    row: Row = {
        "currency_iso_code": head["currency"],
        "date_created": created,
        "details": [{"amount_excl_taxes": net, "description": "Commissions", "quantity": 1, "taxes": taxes}],
        "due_date": instant(head["created"] + 30 * 86_400),
        "id": uuid_of("invoice", head["rank"]),
        "invoice_id": None if head["state"] == "DRAFT" else head["invoice_id"],  # assigned when the document is issued
        "issue_date": created,
        "issuing_user": {"information": "Automatic action", "type": head["issuer"]},
        "pay_out_psp_code": head["psp"],
        "payment": {
            "reference": f"R{draws.below(10**6)}" if paid else None,
            "state": head["payment_state"],
            "transaction_date": created if paid else None,
        },
        "payment_voucher_number": head["voucher"],
        "shop_address": {"city": "Lyon", "country": "FRANCE", "street1": "2 Rue des Tanneurs", "zip_code": "69002"},
        "shop_corporate_name": f"{names.shop_name(shop)} SAS",
        "shop_id": shop,
        "shop_model": head["model"],
        "shop_name": names.shop_name(shop),
        "shop_operator_internal_id": head["internal_id"],
        "shop_tax_number": None,
        "state": head["state"],
        "total_amount_excl_taxes": net,
        "total_amount_incl_taxes": round(net + tax, 2),
        "total_charged_amount": round(net + tax, 2),
        "total_taxes": taxes,
        "type": kind,
    }
    if kind == "AUTO_INVOICE":
        row |= {
            "start_time": instant(head["created"] - 30 * 86_400),
            "end_time": created,
            "payment_info": {"@type": "IBAN", "bank_name": "Bank", "bic": "BIC", "iban": "IBAN", "owner": "Owner"},
            "seller_billing_cycle_id": head["cycle"],
            "summary": _summary(draws),
        }
    return row


def _summary(draws: RowRandom) -> dict[str, float]:
    totals: dict[str, float] = {}
    for name in _TOTALS:
        net = draws.cents(0, 5000)
        totals[f"total_{name}_excl_tax"] = net
        totals[f"total_{name}_incl_tax"] = round(net * 1.2, 2)
    return totals


INVOICES = Kind("invoices", "invoice_id", names.number, names.number_rank, _head, _row)

IV01 = Listing(
    "IV01",
    "/api/invoices",
    "invoices",
    "offset",
    items="invoices",
    sorts={"dateCreated": ""},
    filters=(
        one_of("currency", "currency", many="no"),
        since("start_date", "created"),
        until("end_date", "created"),
        one_of("invoice_id", "invoice_id", many="both", most=100),
        one_of("issuing_user_types", "issuer", many="both", values=("OPERATOR", "BATCH", "PARTNER")),
        one_of("pay_out_psp_codes", "psp", many="both", values=PSP_CODES),
        one_of("payment_status", "payment_state", many="no", values=PAYMENT_STATES),
        one_of("payment_voucher_number", "voucher", many="no"),
        one_of("seller_billing_cycle_id", "cycle", many="both", most=100),
        one_of("shop", "shop_id", many="no"),
        one_of("shop_model", "model", many="both", values=SHOP_MODELS),
        one_of("shop_operator_internal_id", "internal_id", many="no"),
        one_of("states", "state", many="both", values=STATES, default=("GENERATED", "COMPLETE")),
        one_of("type", "type", many="no", values=("ALL", *TYPES), everything="ALL", default=("AUTO_INVOICE",)),
    ),
)


def _cycle_head(rank: int, draws: RowRandom) -> Head:
    created = draws.created
    return {
        "id": cycle_id(rank),
        "created": created,
        "last_updated": created,
        "currency": "EUR",
        "psp": "NOT_SPECIFIED",
        "pay_out_state": draws.pick(PAY_OUT_STATES),
        "voucher": f"{123_456 + rank}",
        "shop_id": names.FIRST_SHOP + draws.below(names.SHOPS),
    }


def _cycle_row(head: Head, draws: RowRandom) -> Row:
    shop, state = head["shop_id"], head["pay_out_state"]
    pay_out: Row = {"state": state}
    if state == "PAID":
        pay_out |= {"reference": f"R{draws.below(10**6)}", "transaction_date": instant(head["last_updated"])}
    elif state == "FAILED":
        pay_out |= {"failure_reason": "INCOMPLETE_KYC"}
    return {
        "amount_transferred_to_operator": draws.cents(0, 500),
        "amount_transferred_to_seller": draws.cents(0, 9000),
        "currency_iso_code": head["currency"],
        "date_created": instant(head["created"]),
        "id": head["id"],
        "pay_out": pay_out,
        "pay_out_psp_code": head["psp"],
        "payment_voucher_number": head["voucher"],
        "shop": {
            "shop_corporate_name": None,
            "shop_id": shop,
            "shop_model": "MARKETPLACE",
            "shop_name": names.shop_name(shop),
            "shop_operator_internal_id": f"op{shop}",
        },
        "summary": _summary(draws),
    }


BILLING_CYCLES = Kind("billing_cycles", "id", cycle_id, partial(rank_of_uuid, "billing cycle"), _cycle_head, _cycle_row)

SBC11 = Listing(
    "SBC11",
    "/api/seller-billing-cycles",
    "billing_cycles",
    "seek",
    most=1000,
    sorts={"dateCreated": ""},
    filters=(
        one_of("currency", "currency", many="repeat"),
        since("start_date", "created"),
        until("end_date", "created"),
        one_of("id", "id", many="repeat", most=100),
        one_of("pay_out_psp_code", "psp", many="both", values=PSP_CODES),
        one_of("pay_out_state", "pay_out_state", many="repeat", values=PAY_OUT_STATES),
        one_of("payment_voucher_number", "voucher", many="repeat"),
        one_of("shop_id", "shop_id", many="repeat"),
    ),
)
