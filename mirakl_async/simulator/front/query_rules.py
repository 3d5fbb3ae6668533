"""The rules of the Marketplace document for query parameters, and the check that every call must pass first.

A parameter that is not in the document is ignored, as by Mirakl.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..instants import is_instant

__all__ = ["PARAMETERS", "Parameter", "query_problem"]

# The name, then "*" if it can be repeated, "+" if commas separate values, "!" if required; after ":" type or values.
_TABLE = """
AF01 entities+
DO01 entities+
DR73 document_request_id* document_id* document_format* entity_id* entity_type*
H11 hierarchy max_level:int
IV01 currency:currency
IV01 end_date:date invoice_id*+:int issuing_user_types*+ pay_out_psp_codes*+ payment_status:PENDING|PAID|FAILED
IV01 payment_voucher_number seller_billing_cycle_id*+ shop:int shop_model* shop_operator_internal_id start_date:date
IV01 states*+ type:ALL|AUTO_INVOICE|MANUAL_INVOICE|MANUAL_CREDIT
M01 user_type:OPERATOR|SHOP|CUSTOMER|ALL customer_id shop_id:int received:TRUE|FALSE|ALL order_id offer_id:int
M01 start_date:date end_date:date paginate:bool
M10 customer_id
M11 customer_id customer_organization_id entity_type entity_id*+ updated_since:date with_messages:bool channel_codes*+
OF22 pricing_channel_code pricing_customer_organization_id
OF51 last_request_date:date channel_codes+ shipping_zones+ include_inactive_offers:bool include_fields+ models+
OF61 active:bool
OR11 commercial_ids+ customer_ids+ customer_organization_ids+ offer_ids+:int order_ids+ shop_ids+:int
OR11 order_references_for_customer+ order_references_for_seller+ product_skus+ channel_codes+ only_null_channel:bool
OR11 order_state_codes+:state
OR11 start_date:date end_date:date start_update_date:date end_update_date:date customer_debited:bool
OR11 payment_workflow:PAY_ON_ACCEPTANCE|PAY_ON_DELIVERY|PAY_ON_DUE_DATE|PAY_ON_SHIPMENT|NO_CUSTOMER_PAYMENT_CONFIRMATION
OR11 has_incident:bool fulfillment_center_code* order_tax_mode:TAX_INCLUDED|TAX_EXCLUDED commissionable:bool
OR11 waiting_tax_confirmation:bool tax_recalculation_required_only:bool waiting_funding_confirmation:bool
OR11 refund_state_codes+:WAITING_REFUND_TAX_CONFIRMATION|WAITING_REFUND|WAITING_REFUND_PAYMENT|REFUNDED
OR41 received:TRUE|FALSE|ALL
OR72 order_ids!+
OR73 order_ids+ document_ids+:int document_codes+
P11 product_ids+ product_references+ offer_state_codes+ premium:TRUE|FALSE|ALL all_offers:bool channel_codes+
P11 all_channels:bool pricing_channel_code pricing_customer_organization_id shop_ids+:int shipping_zones+
P11 all_shipping_zones:bool models+
P31 product_references+ products+
P51 last_request_date:date status has_transformed_file:bool shop_id:int
PL11 pickrun_code pickup_date_min:date pickup_date_max:date picklist_id* shop_id:int picklist_state* order_line_id*
PM11 hierarchy max_level:int channels* with_roles:bool
PR01 ids+ types+ states+ shop_ids+:int ending_after:date starting_before:date date_created_from:date
PR01 date_created_to:date last_request_date:date trigger_offer_ids+:int reward_offer_ids+:int channel_codes+
PR01 campaign_identifiers+
RT11 return_id* return_state* return_creation_date_from:date return_creation_date_to:date
RT11 return_last_updated_from:date return_last_updated_to:date order_commercial_id* order_line_id* return_rma*
RT11 customer_id*
RT12 order_commercial_id* order_line_id*
RT52 return_id* label_state* date_created_from:date date_created_to:date last_updated_from:date last_updated_to:date
S30 shop_ids+:int include_deleted:bool updated_since:date
S31 shop_ids+:int document_ids+:int type_codes+
SBC11 currency*:currency end_date:date start_date:date id*
SBC11 pay_out_psp_code*+ pay_out_state* payment_voucher_number* shop_id*:int
ST11 order_id* shipment_state_code* shipment_customer_debit_state_code* last_updated_from:date last_updated_to:date
ST12 order_id* fulfillment_center_code* shipping_date_from:date shipping_date_to:date
VL11 code
"""
_CURRENCIES = (
    "AED ARS AUD BAM BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL GTQ HKD HRK HUF IDR ILS INR IQD JOD JPY "
    "KES KRW KWD LKR MAD MGA MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD TND TRY THB TWD UAH "
    "USD UYU UZS VND ZAR"
)
_STATES = (
    "STAGING WAITING_ACCEPTANCE WAITING_DEBIT WAITING_DEBIT_PAYMENT SHIPPING SHIPPED TO_COLLECT RECEIVED CLOSED "
    "REFUSED CANCELED"
)
_LISTS = {"currency": _CURRENCIES.split(), "state": _STATES.split()}
_PAGING = ("max", "offset", "limit", "sort", "order", "page_token", "paginate", "locale")
_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII).fullmatch
_ENTRY = re.compile(r"(\w+)([*+!]*)(?::(\S+))?").fullmatch


class Parameter(NamedTuple):
    """The valid values of one parameter; `wanted` completes the message "must be ..."."""

    repeats: bool = False
    has_commas: bool = False
    is_required: bool = False
    accepts: Callable[[str], bool] = lambda _text: True
    wanted: str = ""


def _is_number(text: str) -> bool:
    return _NUMBER(text) is not None


def _parsed(marks: str, kind: str) -> Parameter:
    base = Parameter("*" in marks, "+" in marks, "!" in marks)
    if not kind:
        return base
    if kind == "int":
        return base._replace(accepts=_is_number, wanted="a whole number")
    if kind == "bool":
        return base._replace(accepts=frozenset(("true", "false")).__contains__, wanted="true or false")
    if kind == "date":
        return base._replace(accepts=is_instant, wanted="a date-time with an offset from UTC, as ISO 8601 has it")
    values = _LISTS.get(kind) or kind.split("|")
    return base._replace(accepts=frozenset(values).__contains__, wanted=f"one of {', '.join(values)}")


def _read(table: str) -> Mapping[str, Mapping[str, Parameter]]:
    found: dict[str, dict[str, Parameter]] = {}
    for line in table.strip().splitlines():
        operation, *entries = line.split()
        for entry in entries:
            matched = _ENTRY(entry)
            assert matched is not None, entry  # noqa: S101 - the table above
            found.setdefault(operation, {})[matched[1]] = _parsed(matched[2], matched[3] or "")
    return found


PARAMETERS = _read(_TABLE)


def query_problem(operation: str, values: Mapping[str, Sequence[str]]) -> str | None:
    """Return the error in a call's query, or None if the query is valid.

    Beside a page token all other parameters are ignored.
    """
    for name in _PAGING:
        if len(values.get(name, ())) > 1:
            return f"The parameter {name} can be given only once"
    if "page_token" in values:
        return None
    for name, parameter in PARAMETERS.get(operation, {}).items():
        given = values.get(name, ())
        if parameter.is_required and not any(given):
            return f"The parameter {name} is missing"
        if len(given) > 1 and not parameter.repeats:
            return f"The parameter {name} can be given only once"
        single = [one.strip() for text in given for one in (text.split(",") if parameter.has_commas else (text,))]
        if not all(parameter.accepts(one) for one in single if one):
            return f"The parameter {name} must be {parameter.wanted}"
    return None
