# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Invoices, seller billing cycles, accounting documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection
    from typing import Literal, Unpack

    from ...downloads import Download
    from ...models.front.accounting import (
        EntityTypeOrStr,
        Invoice,
        InvoicePage,
        InvoicePaymentStateOrStr,
        InvoiceStateOrStr,
        InvoiceTypeOrStr,
        IssuingUserTypeOrStr,
        PayOutStateOrStr,
        SellerBillingCycle,
        SellerBillingCyclePage,
    )
    from ...models.front.common import CurrencyIsoCodeOrStr, PayOutPspCodeOrStr, ShopModelOrStr
    from ...models.front.orders import DocumentDetailFormatOrStr
    from ...options import Options
    from ...pages import OffsetPaginator, SeekPaginator

__all__ = ["Accounting", "DR73", "IV01", "SBC11"]

DR73: Operation[Download] = Operation(
    code="DR73",
    service="front",
    resource="accounting",
    name="download_documents",
    method="GET",
    path="/api/document-request/documents/download",
    summary="download accounting documents; more than one comes as a ZIP.",
    params=(
        Param(name="document_request_id", argument="document_request_id", list_style="repeat", max_items=100),
        Param(name="document_id", argument="document_id", list_style="repeat", max_items=100),
        Param(
            name="document_format",
            argument="document_format",
            list_style="repeat",
            max_items=100,
            values=("PDF", "cXML"),
        ),
        Param(name="entity_id", argument="entity_id", list_style="repeat", max_items=100),
        Param(
            name="entity_type",
            argument="entity_type",
            list_style="repeat",
            max_items=100,
            values=(
                "PRODUCT_LOGISTIC_ORDER",
                "SHOP_BILLING_CYCLE_PURCHASE_ORDER",
                "LOGISTIC_PURCHASE_ORDER",
                "FEES",
                "ONE_OFF_FEES",
            ),
        ),
    ),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/invoicing-and-accounting/dr73",
)

IV01: Operation[InvoicePage] = Operation(
    code="IV01",
    service="front",
    resource="accounting",
    name="list_invoices",
    method="GET",
    path="/api/invoices",
    summary="list invoices and credits, oldest first.",
    params=(
        Param(
            name="currency",
            argument="currency",
            values=(
                "AED",
                "ARS",
                "AUD",
                "BAM",
                "BGN",
                "BHD",
                "BRL",
                "CAD",
                "CHF",
                "CLP",
                "CNY",
                "COP",
                "CZK",
                "DKK",
                "EGP",
                "EUR",
                "GBP",
                "GEL",
                "GTQ",
                "HKD",
                "HRK",
                "HUF",
                "IDR",
                "ILS",
                "INR",
                "IQD",
                "JOD",
                "JPY",
                "KES",
                "KRW",
                "KWD",
                "LKR",
                "MAD",
                "MGA",
                "MXN",
                "MYR",
                "NGN",
                "NOK",
                "NZD",
                "OMR",
                "PEN",
                "PHP",
                "PKR",
                "PLN",
                "QAR",
                "RON",
                "RSD",
                "RUB",
                "SAR",
                "SEK",
                "SGD",
                "TND",
                "TRY",
                "THB",
                "TWD",
                "UAH",
                "USD",
                "UYU",
                "UZS",
                "VND",
                "ZAR",
            ),
        ),
        Param(name="end_date", argument="end_date", type="date-time"),
        Param(name="invoice_id", argument="invoice_id", type="integer", list_style="comma", max_items=100, split=True),
        Param(
            name="issuing_user_types",
            argument="issuing_user_types",
            list_style="comma",
            values=("OPERATOR", "BATCH", "PARTNER"),
        ),
        Param(
            name="pay_out_psp_codes",
            argument="pay_out_psp_codes",
            list_style="comma",
            values=("NOT_SPECIFIED", "MANGOPAY", "MIRAKL_PAYOUT", "OPERATOR"),
        ),
        Param(name="payment_status", argument="payment_status", values=("PENDING", "PAID", "FAILED")),
        Param(name="payment_voucher_number", argument="payment_voucher_number"),
        Param(
            name="seller_billing_cycle_id",
            argument="seller_billing_cycle_id",
            list_style="comma",
            max_items=100,
            split=True,
            min_length=36,
            max_length=36,
        ),
        Param(name="shop", argument="shop", type="integer"),
        Param(
            name="shop_model",
            argument="shop_model",
            list_style="comma",
            values=("MARKETPLACE", "DROPSHIP", "ONE_CREDITOR"),
        ),
        Param(name="shop_operator_internal_id", argument="shop_operator_internal_id"),
        Param(name="start_date", argument="start_date", type="date-time"),
        Param(name="states", argument="states", list_style="comma", values=("DRAFT", "GENERATED", "COMPLETE")),
        Param(name="type", argument="type", values=("ALL", "AUTO_INVOICE", "MANUAL_INVOICE", "MANUAL_CREDIT")),
        Param(name="sort", argument="sort", values=("dateCreated",)),
        Param(name="order", argument="order", values=("asc", "desc")),
    ),
    answer="json",
    reply="front.accounting:InvoicePage",
    paging=Paging(kind="offset", items="invoices", item="front.accounting:Invoice", key=("id",), total="total_count"),
    retry="safe",
    interval=86400.0,
    frequency="one sweep over all pages a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/invoicing-and-accounting/iv01",
)

SBC11: Operation[SellerBillingCyclePage] = Operation(
    code="SBC11",
    service="front",
    resource="accounting",
    name="list_billing_cycles",
    method="GET",
    path="/api/seller-billing-cycles",
    summary="list the billing cycles of sellers, oldest first.",
    params=(
        Param(
            name="currency",
            argument="currency",
            list_style="repeat",
            values=(
                "AED",
                "ARS",
                "AUD",
                "BAM",
                "BGN",
                "BHD",
                "BRL",
                "CAD",
                "CHF",
                "CLP",
                "CNY",
                "COP",
                "CZK",
                "DKK",
                "EGP",
                "EUR",
                "GBP",
                "GEL",
                "GTQ",
                "HKD",
                "HRK",
                "HUF",
                "IDR",
                "ILS",
                "INR",
                "IQD",
                "JOD",
                "JPY",
                "KES",
                "KRW",
                "KWD",
                "LKR",
                "MAD",
                "MGA",
                "MXN",
                "MYR",
                "NGN",
                "NOK",
                "NZD",
                "OMR",
                "PEN",
                "PHP",
                "PKR",
                "PLN",
                "QAR",
                "RON",
                "RSD",
                "RUB",
                "SAR",
                "SEK",
                "SGD",
                "TND",
                "TRY",
                "THB",
                "TWD",
                "UAH",
                "USD",
                "UYU",
                "UZS",
                "VND",
                "ZAR",
            ),
        ),
        Param(name="end_date", argument="end_date", type="date-time"),
        Param(name="id", argument="id", list_style="repeat", max_items=100, split=True, min_length=36, max_length=36),
        Param(
            name="pay_out_psp_code",
            argument="pay_out_psp_code",
            list_style="comma",
            values=("NOT_SPECIFIED", "MANGOPAY", "MIRAKL_PAYOUT", "OPERATOR"),
        ),
        Param(name="pay_out_state", argument="pay_out_state", list_style="repeat", values=("TO_PAY", "PAID", "FAILED")),
        Param(name="payment_voucher_number", argument="payment_voucher_number", list_style="repeat"),
        Param(name="shop_id", argument="shop_id", type="integer", list_style="repeat"),
        Param(name="start_date", argument="start_date", type="date-time"),
        Param(name="sort", argument="sort", values=("dateCreated",)),
    ),
    answer="json",
    reply="front.accounting:SellerBillingCyclePage",
    paging=Paging(kind="seek", items="data", item="front.accounting:SellerBillingCycle", key=("id",), maximum=1000),
    retry="safe",
    interval=86400.0,
    frequency="one sweep over all pages a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/invoicing-and-accounting/sbc11",
)


class Accounting(Resource):
    """Invoices, seller billing cycles, accounting documents."""

    __slots__ = ()

    def download_documents(
        self,
        *,
        document_request_id: Collection[str] | None = None,
        document_id: Collection[str] | None = None,
        document_format: Collection[DocumentDetailFormatOrStr] | None = None,
        entity_id: Collection[str] | None = None,
        entity_type: Collection[EntityTypeOrStr] | None = None,
        **options: Unpack[Options],
    ) -> Download:
        """DR73: download accounting documents; more than one comes as a ZIP.

        `GET /api/document-request/documents/download`.

        Filter by document_id, or by entity_id together with entity_type.

        - document_request_id: at most 100 values
        - document_id: at most 100 values
        - document_format: PDF, cXML (`DocumentDetailFormat`); at most 100 values
        - entity_id: at most 100 values
        - entity_type: PRODUCT_LOGISTIC_ORDER, SHOP_BILLING_CYCLE_PURCHASE_ORDER, LOGISTIC_PURCHASE_ORDER, FEES,
          ONE_OFF_FEES (`EntityType`); at most 100 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/invoicing-and-accounting/dr73
        """
        return self._caller.download(
            DR73,
            {
                "document_request_id": document_request_id,
                "document_id": document_id,
                "document_format": document_format,
                "entity_id": entity_id,
                "entity_type": entity_type,
            },
            options,
        )

    def list_invoices(
        self,
        *,
        currency: CurrencyIsoCodeOrStr | None = None,
        end_date: dt.datetime | None = None,
        invoice_id: Collection[int] | None = None,
        issuing_user_types: Collection[IssuingUserTypeOrStr] | None = None,
        pay_out_psp_codes: Collection[PayOutPspCodeOrStr] | None = None,
        payment_status: InvoicePaymentStateOrStr | None = None,
        payment_voucher_number: str | None = None,
        seller_billing_cycle_id: Collection[str] | None = None,
        shop: int | None = None,
        shop_model: Collection[ShopModelOrStr] | None = None,
        shop_operator_internal_id: str | None = None,
        start_date: dt.datetime | None = None,
        states: Collection[InvoiceStateOrStr] | None = None,
        type: InvoiceTypeOrStr | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[Invoice]:
        """IV01: list invoices and credits, oldest first.

        `GET /api/invoices`. Documented pace: one sweep over all pages a day.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        - currency: 61 known values (`CurrencyIsoCode`)
        - invoice_id: at most 100 values, longer lists are cut into several calls
        - issuing_user_types: OPERATOR, BATCH, PARTNER (`IssuingUserType`)
        - pay_out_psp_codes: NOT_SPECIFIED, MANGOPAY, MIRAKL_PAYOUT, OPERATOR (`PayOutPspCode`)
        - payment_status: PENDING, PAID, FAILED (`InvoicePaymentState`)
        - seller_billing_cycle_id: each 36 characters; at most 100 values, longer lists are cut into several calls
        - shop_model: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)
        - states: DRAFT, GENERATED, COMPLETE (`InvoiceState`); by default GENERATED, COMPLETE
        - type: ALL, AUTO_INVOICE, MANUAL_INVOICE, MANUAL_CREDIT (`InvoiceType`); by default AUTO_INVOICE
        - sort: dateCreated
        - order: asc, desc

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/invoicing-and-accounting/iv01
        """
        return self._caller.offset(
            IV01,
            {
                "currency": currency,
                "end_date": end_date,
                "invoice_id": invoice_id,
                "issuing_user_types": issuing_user_types,
                "pay_out_psp_codes": pay_out_psp_codes,
                "payment_status": payment_status,
                "payment_voucher_number": payment_voucher_number,
                "seller_billing_cycle_id": seller_billing_cycle_id,
                "shop": shop,
                "shop_model": shop_model,
                "shop_operator_internal_id": shop_operator_internal_id,
                "start_date": start_date,
                "states": states,
                "type": type,
                "sort": sort,
                "order": order,
            },
            page_size,
            options,
        )

    def list_billing_cycles(
        self,
        *,
        currency: Collection[CurrencyIsoCodeOrStr] | None = None,
        end_date: dt.datetime | None = None,
        id: Collection[str] | None = None,
        pay_out_psp_code: Collection[PayOutPspCodeOrStr] | None = None,
        pay_out_state: Collection[PayOutStateOrStr] | None = None,
        payment_voucher_number: Collection[str] | None = None,
        shop_id: Collection[int] | None = None,
        start_date: dt.datetime | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[SellerBillingCycle]:
        """SBC11: list the billing cycles of sellers, oldest first.

        `GET /api/seller-billing-cycles`. Documented pace: one sweep over all pages a day.

        Pages by token, of 1000 items unless `page_size` asks for fewer; the token alone says which page comes next.

        - currency: 61 known values (`CurrencyIsoCode`)
        - id: each 36 characters; at most 100 values, longer lists are cut into several calls
        - pay_out_psp_code: NOT_SPECIFIED, MANGOPAY, MIRAKL_PAYOUT, OPERATOR (`PayOutPspCode`)
        - pay_out_state: TO_PAY, PAID, FAILED (`PayOutState`); by default TO_PAY, FAILED, PAID
        - sort: dateCreated; a direction may follow, as in dateCreated,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/invoicing-and-accounting/sbc11
        """
        return self._caller.seek(
            SBC11,
            {
                "currency": currency,
                "end_date": end_date,
                "id": id,
                "pay_out_psp_code": pay_out_psp_code,
                "pay_out_state": pay_out_state,
                "payment_voucher_number": payment_voucher_number,
                "shop_id": shop_id,
                "start_date": start_date,
                "sort": sort,
            },
            page_size,
            options,
        )
