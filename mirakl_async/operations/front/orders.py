# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Orders: listing, accepting, shipping, cancelling, their documents, exports and evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param, UploadLimit
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from typing import Literal, Unpack

    from ...downloads import Download
    from ...http.upload import FileSource
    from ...models.front.common import Export, ExportStatus, OrderTaxModeOrStr, RefundStateOrStr
    from ...models.front.orders import (
        AdditionalFieldInput,
        CancelLinesResponse,
        CancelationInput,
        Evaluation,
        Order,
        OrderDocumentList,
        OrderDocumentsInput,
        OrderLineDecisionInput,
        OrderLineFieldsInput,
        OrderLineOriginInput,
        OrderPage,
        OrderStateOrStr,
        OrderTaxDefinitionList,
        OrderUpdateInput,
        PaymentWorkflowOrStr,
        ShippingOriginUpdates,
        UpdateAdditionalFieldsResponse,
        UpdateOrdersResponse,
        UploadOrderDocumentsResponse,
    )
    from ...options import Options
    from ...pages import OffsetPaginator

__all__ = [
    "OR04",
    "OR07",
    "OR11",
    "OR12",
    "OR13",
    "OR14",
    "OR15",
    "OR21",
    "OR23",
    "OR24",
    "OR29",
    "OR30",
    "OR31",
    "OR51",
    "OR72",
    "OR73",
    "OR74",
    "OR75",
    "OR76",
    "Orders",
]

OR11: Operation[OrderPage] = Operation(
    code="OR11",
    service="front",
    resource="orders",
    name="list",
    method="GET",
    path="/api/orders",
    summary="list orders, oldest first.",
    params=(
        Param(name="commercial_ids", argument="commercial_ids", list_style="comma", max_items=100, split=True),
        Param(name="customer_ids", argument="customer_ids", list_style="comma", max_items=100, split=True),
        Param(name="customer_organization_ids", argument="customer_organization_ids", list_style="comma"),
        Param(name="offer_ids", argument="offer_ids", list_style="comma", max_items=100, split=True),
        Param(name="order_ids", argument="order_ids", list_style="comma", max_items=100, split=True),
        Param(name="shop_ids", argument="shop_ids", list_style="comma", max_items=100, split=True),
        Param(
            name="order_references_for_customer",
            argument="order_references_for_customer",
            list_style="comma",
            max_items=100,
            split=True,
        ),
        Param(
            name="order_references_for_seller",
            argument="order_references_for_seller",
            list_style="comma",
            max_items=100,
            split=True,
        ),
        Param(name="product_skus", argument="product_skus", list_style="comma", max_items=100, split=True),
        Param(
            name="order_state_codes",
            argument="order_state_codes",
            list_style="comma",
            values=(
                "STAGING",
                "WAITING_ACCEPTANCE",
                "WAITING_DEBIT",
                "WAITING_DEBIT_PAYMENT",
                "SHIPPING",
                "SHIPPED",
                "TO_COLLECT",
                "RECEIVED",
                "CLOSED",
                "REFUSED",
                "CANCELED",
            ),
        ),
        Param(name="channel_codes", argument="channel_codes", list_style="comma", max_items=100),
        Param(name="only_null_channel", argument="only_null_channel", type="boolean"),
        Param(name="start_date", argument="start_date", type="date-time"),
        Param(name="end_date", argument="end_date", type="date-time"),
        Param(name="start_update_date", argument="start_update_date", type="date-time"),
        Param(name="end_update_date", argument="end_update_date", type="date-time"),
        Param(name="customer_debited", argument="customer_debited", type="boolean"),
        Param(
            name="payment_workflow",
            argument="payment_workflow",
            values=(
                "PAY_ON_ACCEPTANCE",
                "PAY_ON_DELIVERY",
                "PAY_ON_DUE_DATE",
                "PAY_ON_SHIPMENT",
                "NO_CUSTOMER_PAYMENT_CONFIRMATION",
            ),
        ),
        Param(name="has_incident", argument="has_incident", type="boolean"),
        Param(name="fulfillment_center_code", argument="fulfillment_center_code", list_style="repeat", max_items=100),
        Param(name="order_tax_mode", argument="order_tax_mode", values=("TAX_INCLUDED", "TAX_EXCLUDED")),
        Param(name="commissionable", argument="commissionable", type="boolean"),
        Param(name="waiting_tax_confirmation", argument="waiting_tax_confirmation", type="boolean"),
        Param(name="tax_recalculation_required_only", argument="tax_recalculation_required_only", type="boolean"),
        Param(name="waiting_funding_confirmation", argument="waiting_funding_confirmation", type="boolean"),
        Param(
            name="refund_state_codes",
            argument="refund_state_codes",
            list_style="comma",
            values=("WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED"),
        ),
        Param(name="sort", argument="sort", values=("dateCreated",)),
        Param(name="order", argument="order", values=("asc", "desc")),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.orders:OrderPage",
    paging=Paging(kind="offset", items="orders", item="front.orders:Order", key=("order_id",), total="total_count"),
    retry="safe",
    interval=60.0,
    recommended_interval=300.0,
    frequency="in the background recommended every 5 minutes, at most once a minute (external partners: every 15 minutes); else when a page shows orders",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or11",
)

OR04: Operation[UpdateOrdersResponse] = Operation(
    code="OR04",
    service="front",
    resource="orders",
    name="update",
    method="PUT",
    path="/api/orders",
    summary="change members of up to 100 orders; what is left out stays, null clears.",
    params=(
        Param(
            name="orders",
            argument="orders",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
    ),
    content="json",
    body="front.orders:UpdateOrdersRequest",
    answer="json",
    reply="front.orders:UpdateOrdersResponse",
    retry="idempotent",
    interval=60.0,
    frequency="at most once a minute",
    failures=("updated_orders",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or04",
)

OR07: Operation[ShippingOriginUpdates] = Operation(
    code="OR07",
    service="front",
    resource="orders",
    name="update_shipping_origin",
    method="PUT",
    path="/api/orders/shipping_from",
    summary="change where up to 100 order lines ship from.",
    params=(
        Param(
            name="order_lines",
            argument="order_lines",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
    ),
    content="json",
    body="front.orders:UpdateShippingOriginRequest",
    answer="json",
    reply="front.orders:ShippingOriginUpdates",
    retry="idempotent",
    group="OR07",
    maximum=Rate(60, 3600.0),
    frequency="at most 60 an hour",
    failures=("order_lines",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or07",
)

OR12: Operation[Order] = Operation(
    code="OR12",
    service="front",
    resource="orders",
    name="get",
    method="GET",
    path="/api/orders/{order_id}",
    summary="read one order.",
    params=(Param(name="order_id", argument="order_id", location="path", required=True),),
    answer="json",
    reply="front.orders:Order",
    retry="safe",
    frequency="when a page shows the order",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or12",
)

OR13: Operation[Export] = Operation(
    code="OR13",
    service="front",
    resource="orders",
    name="create_export",
    method="POST",
    path="/api/orders/async-export",
    summary="start an export of orders; OR14 shows when its files are ready.",
    params=(
        Param(name="channel_codes", argument="channel_codes", location="body", list_style="repeat", max_items=100),
        Param(name="end_date", argument="end_date", location="body", type="date-time"),
        Param(name="end_refund_creation_date", argument="end_refund_creation_date", location="body", type="date-time"),
        Param(name="end_update_date", argument="end_update_date", location="body", type="date-time"),
        Param(name="fulfillment_center_codes", argument="fulfillment_center_codes", location="body", max_length=100),
        Param(
            name="items_per_chunk",
            argument="items_per_chunk",
            location="body",
            type="integer",
            minimum=10000,
            maximum=1000000,
        ),
        Param(
            name="megabytes_per_chunk",
            argument="megabytes_per_chunk",
            location="body",
            type="integer",
            minimum=10,
            maximum=1024,
        ),
        Param(name="only_null_channel", argument="only_null_channel", location="body", type="boolean"),
        Param(
            name="order_state_codes",
            argument="order_state_codes",
            location="body",
            list_style="repeat",
            max_items=100,
            values=(
                "STAGING",
                "WAITING_ACCEPTANCE",
                "WAITING_DEBIT",
                "WAITING_DEBIT_PAYMENT",
                "SHIPPING",
                "SHIPPED",
                "TO_COLLECT",
                "RECEIVED",
                "CLOSED",
                "REFUSED",
                "CANCELED",
            ),
        ),
        Param(
            name="order_tax_mode", argument="order_tax_mode", location="body", values=("TAX_INCLUDED", "TAX_EXCLUDED")
        ),
        Param(
            name="refund_state_codes",
            argument="refund_state_codes",
            location="body",
            list_style="repeat",
            values=("WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED"),
        ),
        Param(
            name="shop_ids", argument="shop_ids", location="body", type="integer", list_style="repeat", max_items=100
        ),
        Param(name="start_date", argument="start_date", location="body", type="date-time"),
        Param(
            name="start_refund_creation_date", argument="start_refund_creation_date", location="body", type="date-time"
        ),
        Param(name="start_update_date", argument="start_update_date", location="body", type="date-time"),
        Param(
            name="tax_recalculation_required_only",
            argument="tax_recalculation_required_only",
            location="body",
            type="boolean",
        ),
        Param(
            name="waiting_funding_confirmation",
            argument="waiting_funding_confirmation",
            location="body",
            type="boolean",
        ),
        Param(name="waiting_tax_confirmation", argument="waiting_tax_confirmation", location="body", type="boolean"),
        Param(name="locale", argument="locale"),
    ),
    content="json",
    body="front.orders:CreateOrderExportRequest",
    answer="json",
    reply="front.common:Export",
    retry="unsafe",
    interval=300.0,
    recommended_interval=900.0,
    frequency="changes: recommended every 15 minutes, at most every 5; all: once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or13",
)

OR14: Operation[ExportStatus] = Operation(
    code="OR14",
    service="front",
    resource="orders",
    name="export_status",
    method="GET",
    path="/api/orders/async-export/status/{tracking_id}",
    summary="read the status of an export of orders, and the addresses of its files.",
    params=(Param(name="tracking_id", argument="tracking_id", location="path", required=True),),
    answer="json",
    reply="front.common:ExportStatus",
    retry="safe",
    interval=2.0,
    recommended_interval=10.0,
    frequency="recommended every 10 seconds, at most every 2 seconds",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or14",
)

OR15: Operation[Download] = Operation(
    code="OR15",
    service="front",
    resource="orders",
    name="download_export",
    method="GET",
    path="/dynamic-url/The+URL+is+retrieved+from+OR14+output/OR15",
    summary="download one file of an export of orders.",
    params=(Param(name="url", argument="url", location="url", required=True),),
    answer="stream",
    reply="front.orders:OrderExportFile",
    retry="safe",
    frequency="once for each address",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or15",
)

OR21: Operation[None] = Operation(
    code="OR21",
    service="front",
    resource="orders",
    name="accept",
    method="PUT",
    path="/api/orders/{order_id}/accept",
    summary="accept or refuse the lines of an order that waits for acceptance.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(
            name="order_lines", argument="order_lines", location="body", type="json", list_style="repeat", required=True
        ),
    ),
    content="json",
    body="front.orders:AcceptOrdersRequest",
    success=(204,),
    retry="unsafe",
    reconcile_with="orders.list (OR11)",
    frequency="once for each new order",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or21",
)

OR23: Operation[None] = Operation(
    code="OR23",
    service="front",
    resource="orders",
    name="update_tracking",
    method="PUT",
    path="/api/orders/{order_id}/tracking",
    summary="set the carrier and the tracking number of an order.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(name="carrier_code", argument="carrier_code", location="body"),
        Param(name="carrier_name", argument="carrier_name", location="body"),
        Param(name="carrier_standard_code", argument="carrier_standard_code", location="body"),
        Param(name="carrier_url", argument="carrier_url", location="body"),
        Param(name="tracking_number", argument="tracking_number", location="body"),
    ),
    content="json",
    body="front.orders:UpdateOrderTrackingRequest",
    success=(204,),
    retry="idempotent",
    frequency="when the tracking changes",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or23",
)

OR24: Operation[None] = Operation(
    code="OR24",
    service="front",
    resource="orders",
    name="ship",
    method="PUT",
    path="/api/orders/{order_id}/ship",
    summary="mark an order as shipped.",
    params=(Param(name="order_id", argument="order_id", location="path", required=True),),
    content="empty",
    success=(204,),
    retry="unsafe",
    reconcile_with="orders.list (OR11)",
    frequency="once the tracking number is set (OR23)",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or24",
)

OR29: Operation[None] = Operation(
    code="OR29",
    service="front",
    resource="orders",
    name="cancel",
    method="PUT",
    path="/api/orders/{order_id}/cancel",
    summary="cancel an order as a whole.",
    params=(Param(name="order_id", argument="order_id", location="path", required=True),),
    content="empty",
    success=(204,),
    retry="unsafe",
    reconcile_with="orders.list (OR11)",
    frequency="once for each cancelation",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or29",
)

OR30: Operation[CancelLinesResponse] = Operation(
    code="OR30",
    service="front",
    resource="orders",
    name="cancel_lines",
    method="PUT",
    path="/api/orders/cancel",
    summary="cancel order lines, in whole or in part.",
    params=(
        Param(
            name="cancelations",
            argument="cancelations",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
        ),
        Param(
            name="order_tax_mode", argument="order_tax_mode", location="body", values=("TAX_INCLUDED", "TAX_EXCLUDED")
        ),
    ),
    content="json",
    body="front.orders:CancelLinesRequest",
    answer="json",
    reply="front.orders:CancelLinesResponse",
    retry="unsafe",
    reconcile_with="orders.list (OR11)",
    frequency="once for each cancelation",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or30",
)

OR31: Operation[UpdateAdditionalFieldsResponse] = Operation(
    code="OR31",
    service="front",
    resource="orders",
    name="update_additional_fields",
    method="PUT",
    path="/api/orders/{order_id}/additional_fields",
    summary='set the custom fields of an order and of its lines; null or "" clears one.',
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(
            name="order_additional_fields",
            argument="order_additional_fields",
            location="body",
            type="json",
            list_style="repeat",
        ),
        Param(name="order_lines", argument="order_lines", location="body", type="json", list_style="repeat"),
    ),
    content="json",
    body="front.orders:UpdateAdditionalFieldsRequest",
    answer="json",
    reply="front.orders:UpdateAdditionalFieldsResponse",
    retry="idempotent",
    group="OR31",
    maximum=Rate(5, 1.0),
    frequency="at most 5 a second",
    failures=("order_update_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or31",
)

OR51: Operation[Evaluation] = Operation(
    code="OR51",
    service="front",
    resource="orders",
    name="get_evaluation",
    method="GET",
    path="/api/orders/{order_id}/evaluation",
    summary="read what the customer said of an order.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.orders:Evaluation",
    retry="safe",
    frequency="when a page shows the evaluation",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or51",
)

OR72: Operation[OrderDocumentList] = Operation(
    code="OR72",
    service="front",
    resource="orders",
    name="list_documents",
    method="GET",
    path="/api/orders/documents",
    summary="list the documents of orders.",
    params=(
        Param(name="order_ids", argument="order_ids", list_style="comma", required=True, max_items=100, split=True),
    ),
    answer="json",
    reply="front.orders:OrderDocumentList",
    retry="safe",
    frequency="when a page shows the documents",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or72",
)

OR73: Operation[Download] = Operation(
    code="OR73",
    service="front",
    resource="orders",
    name="download_documents",
    method="GET",
    path="/api/orders/documents/download",
    summary="download documents of orders; all but a single document_id come as a ZIP.",
    params=(
        Param(name="order_ids", argument="order_ids", list_style="comma", max_items=100),
        Param(name="document_ids", argument="document_ids", list_style="comma", max_items=100),
        Param(name="document_codes", argument="document_codes", list_style="comma", max_items=100),
    ),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    frequency="once for each download",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or73",
)

OR74: Operation[UploadOrderDocumentsResponse] = Operation(
    code="OR74",
    service="front",
    resource="orders",
    name="upload_documents",
    method="POST",
    path="/api/orders/{order_id}/documents",
    summary="attach files to an order.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(name="files", argument="files", location="part", type="file", list_style="repeat", required=True),
        Param(
            name="order_documents",
            argument="order_documents",
            location="part",
            type="json",
            required=True,
            body="front.orders:OrderDocumentsInput",
        ),
    ),
    content="multipart",
    answer="json",
    reply="front.orders:UploadOrderDocumentsResponse",
    retry="unsafe",
    reconcile_with="orders.list_documents (OR72)",
    frequency="once for each upload",
    failures=("order_documents",),
    upload_limit=UploadLimit(
        files=50,
        extensions=(
            "csv",
            "doc",
            "gif",
            "jpg",
            "mov",
            "mp4",
            "odp",
            "ods",
            "odt",
            "pdf",
            "png",
            "ppt",
            "rtf",
            "txt",
            "xls",
            "xlsx",
            "zpl",
        ),
        ascii_names=True,
        distinct_names=True,
        names_part="order_documents",
    ),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or74",
)

OR75: Operation[OrderTaxDefinitionList] = Operation(
    code="OR75",
    service="front",
    resource="orders",
    name="list_taxes",
    method="GET",
    path="/api/orders/taxes",
    summary="list the taxes that orders can bear.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.orders:OrderTaxDefinitionList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or75",
)

OR76: Operation[None] = Operation(
    code="OR76",
    service="front",
    resource="orders",
    name="delete_document",
    method="DELETE",
    path="/api/orders/documents/{document_id}",
    summary="delete a document of an order.",
    params=(Param(name="document_id", argument="document_id", location="path", type="integer", required=True),),
    success=(204,),
    retry="idempotent",
    frequency="once for each deletion",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or76",
)


class Orders(Resource):
    """Orders: listing, accepting, shipping, cancelling, their documents, exports and evaluations."""

    __slots__ = ()

    def list(
        self,
        *,
        commercial_ids: Collection[str] | None = None,
        customer_ids: Collection[str] | None = None,
        customer_organization_ids: Collection[str] | None = None,
        offer_ids: Collection[str] | None = None,
        order_ids: Collection[str] | None = None,
        shop_ids: Collection[str] | None = None,
        order_references_for_customer: Collection[str] | None = None,
        order_references_for_seller: Collection[str] | None = None,
        product_skus: Collection[str] | None = None,
        order_state_codes: Collection[OrderStateOrStr] | None = None,
        channel_codes: Collection[str] | None = None,
        only_null_channel: bool | None = None,
        start_date: dt.datetime | None = None,
        end_date: dt.datetime | None = None,
        start_update_date: dt.datetime | None = None,
        end_update_date: dt.datetime | None = None,
        customer_debited: bool | None = None,
        payment_workflow: PaymentWorkflowOrStr | None = None,
        has_incident: bool | None = None,
        fulfillment_center_code: Collection[str] | None = None,
        order_tax_mode: OrderTaxModeOrStr | None = None,
        commissionable: bool | None = None,
        waiting_tax_confirmation: bool | None = None,
        tax_recalculation_required_only: bool | None = None,
        waiting_funding_confirmation: bool | None = None,
        refund_state_codes: Collection[RefundStateOrStr] | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        locale: str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[Order]:
        """OR11: list orders, oldest first.

        `GET /api/orders`. Documented pace: in the background recommended every 5 minutes, at most once a minute
        (external partners: every 15 minutes); else when a page shows orders.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        start_update_date is moved back a little by the server, so that an order may come twice. refund_state_codes and
        tax_recalculation_required_only go with a range of dates of a month at most. For large volumes OR13 exports
        orders to files.

        - commercial_ids: at most 100 values, longer lists are cut into several calls
        - customer_ids: at most 100 values, longer lists are cut into several calls
        - offer_ids: at most 100 values, longer lists are cut into several calls
        - order_ids: at most 100 values, longer lists are cut into several calls
        - shop_ids: at most 100 values, longer lists are cut into several calls
        - order_references_for_customer: at most 100 values, longer lists are cut into several calls
        - order_references_for_seller: at most 100 values, longer lists are cut into several calls
        - product_skus: at most 100 values, longer lists are cut into several calls
        - order_state_codes: STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING, SHIPPED,
          TO_COLLECT, RECEIVED, CLOSED, REFUSED, CANCELED (`OrderState`)
        - channel_codes: at most 100 values
        - payment_workflow: PAY_ON_ACCEPTANCE, PAY_ON_DELIVERY, PAY_ON_DUE_DATE, PAY_ON_SHIPMENT,
          NO_CUSTOMER_PAYMENT_CONFIRMATION (`PaymentWorkflow`)
        - fulfillment_center_code: at most 100 values
        - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
        - refund_state_codes: WAITING_REFUND_TAX_CONFIRMATION, WAITING_REFUND, WAITING_REFUND_PAYMENT, REFUNDED
          (`RefundState`)
        - sort: dateCreated
        - order: asc, desc
        - locale: such as fr_FR or fr
        - 400: a list of ids is too long, or a range of dates too wide

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or11
        """
        return self._caller.offset(
            OR11,
            {
                "commercial_ids": commercial_ids,
                "customer_ids": customer_ids,
                "customer_organization_ids": customer_organization_ids,
                "offer_ids": offer_ids,
                "order_ids": order_ids,
                "shop_ids": shop_ids,
                "order_references_for_customer": order_references_for_customer,
                "order_references_for_seller": order_references_for_seller,
                "product_skus": product_skus,
                "order_state_codes": order_state_codes,
                "channel_codes": channel_codes,
                "only_null_channel": only_null_channel,
                "start_date": start_date,
                "end_date": end_date,
                "start_update_date": start_update_date,
                "end_update_date": end_update_date,
                "customer_debited": customer_debited,
                "payment_workflow": payment_workflow,
                "has_incident": has_incident,
                "fulfillment_center_code": fulfillment_center_code,
                "order_tax_mode": order_tax_mode,
                "commissionable": commissionable,
                "waiting_tax_confirmation": waiting_tax_confirmation,
                "tax_recalculation_required_only": tax_recalculation_required_only,
                "waiting_funding_confirmation": waiting_funding_confirmation,
                "refund_state_codes": refund_state_codes,
                "sort": sort,
                "order": order,
                "locale": locale,
            },
            page_size,
            options,
        )

    async def update(self, *, orders: Sequence[OrderUpdateInput], **options: Unpack[Options]) -> UpdateOrdersResponse:
        """OR04: change members of up to 100 orders; what is left out stays, null clears.

        `PUT /api/orders`. Documented pace: at most once a minute.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - orders: at most 100 values
        - 400: more than 100 orders

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or04
        """
        orders = hidden(orders)
        return await self._caller.call(OR04, {"orders": orders}, options)

    async def update_shipping_origin(
        self, *, order_lines: Sequence[OrderLineOriginInput], **options: Unpack[Options]
    ) -> ShippingOriginUpdates:
        """OR07: change where up to 100 order lines ship from.

        `PUT /api/orders/shipping_from`. Documented pace: at most 60 an hour.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - order_lines: at most 100 values
        - 400: more than 100 order lines

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or07
        """
        order_lines = hidden(order_lines)
        return await self._caller.call(OR07, {"order_lines": order_lines}, options)

    async def get(self, order_id: str, **options: Unpack[Options]) -> Order:
        """OR12: read one order.

        Deprecated by Mirakl. `GET /api/orders/{order_id}`. Documented pace: when a page shows the order.

        Use OR11 with order_ids instead.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or12
        """
        return await self._caller.call(OR12, {"order_id": order_id}, options)

    async def create_export(
        self,
        *,
        channel_codes: Sequence[str] | None = None,
        end_date: dt.datetime | None = None,
        end_refund_creation_date: dt.datetime | None = None,
        end_update_date: dt.datetime | None = None,
        fulfillment_center_codes: str | None = None,
        items_per_chunk: int | None = None,
        megabytes_per_chunk: int | None = None,
        only_null_channel: bool | None = None,
        order_state_codes: Sequence[OrderStateOrStr] | None = None,
        order_tax_mode: OrderTaxModeOrStr | None = None,
        refund_state_codes: Sequence[RefundStateOrStr] | None = None,
        shop_ids: Sequence[int] | None = None,
        start_date: dt.datetime | None = None,
        start_refund_creation_date: dt.datetime | None = None,
        start_update_date: dt.datetime | None = None,
        tax_recalculation_required_only: bool | None = None,
        waiting_funding_confirmation: bool | None = None,
        waiting_tax_confirmation: bool | None = None,
        locale: str | None = None,
        **options: Unpack[Options],
    ) -> Export:
        """OR13: start an export of orders; OR14 shows when its files are ready.

        `POST /api/orders/async-export`. Documented pace: changes: recommended every 15 minutes, at most every 5; all:
        once a day.

        At least one range of dates is needed: of creation, of update, or of refunds (a month at most). One export runs
        at a time.

        - channel_codes: at most 100 values
        - fulfillment_center_codes: at most 100 characters
        - items_per_chunk: 10000 to 1000000; by default 1000000
        - megabytes_per_chunk: 10 to 1024; by default 512
        - order_state_codes: STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING, SHIPPED,
          TO_COLLECT, RECEIVED, CLOSED, REFUSED, CANCELED (`OrderState`); at most 100 values
        - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
        - refund_state_codes: WAITING_REFUND_TAX_CONFIRMATION, WAITING_REFUND, WAITING_REFUND_PAYMENT, REFUNDED
          (`RefundState`)
        - shop_ids: at most 100 values
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or13
        """
        return await self._caller.call(
            OR13,
            {
                "channel_codes": channel_codes,
                "end_date": end_date,
                "end_refund_creation_date": end_refund_creation_date,
                "end_update_date": end_update_date,
                "fulfillment_center_codes": fulfillment_center_codes,
                "items_per_chunk": items_per_chunk,
                "megabytes_per_chunk": megabytes_per_chunk,
                "only_null_channel": only_null_channel,
                "order_state_codes": order_state_codes,
                "order_tax_mode": order_tax_mode,
                "refund_state_codes": refund_state_codes,
                "shop_ids": shop_ids,
                "start_date": start_date,
                "start_refund_creation_date": start_refund_creation_date,
                "start_update_date": start_update_date,
                "tax_recalculation_required_only": tax_recalculation_required_only,
                "waiting_funding_confirmation": waiting_funding_confirmation,
                "waiting_tax_confirmation": waiting_tax_confirmation,
                "locale": locale,
            },
            options,
        )

    async def export_status(self, tracking_id: str, **options: Unpack[Options]) -> ExportStatus:
        """OR14: read the status of an export of orders, and the addresses of its files.

        `GET /api/orders/async-export/status/{tracking_id}`. Documented pace: recommended every 10 seconds, at most
        every 2 seconds.

        PENDING until it is COMPLETED, FAILED or CANCELED.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or14
        """
        return await self._caller.call(OR14, {"tracking_id": tracking_id}, options)

    def download_export(self, url: str, **options: Unpack[Options]) -> Download:
        """OR15: download one file of an export of orders.

        The address comes with the answer that announces the file. Documented pace: once for each address.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or15
        """
        return self._caller.download(OR15, {"url": url}, options)

    async def accept(
        self, order_id: str, *, order_lines: Sequence[OrderLineDecisionInput], **options: Unpack[Options]
    ) -> None:
        """OR21: accept or refuse the lines of an order that waits for acceptance.

        `PUT /api/orders/{order_id}/accept`. Documented pace: once for each new order.

        - 400: the order is in another state, or lines are missing, unknown or named twice

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or21
        """
        order_lines = hidden(order_lines)
        return await self._caller.call(OR21, {"order_id": order_id, "order_lines": order_lines}, options)

    async def update_tracking(
        self,
        order_id: str,
        *,
        carrier_code: str | None = None,
        carrier_name: str | None = None,
        carrier_standard_code: str | None = None,
        carrier_url: str | None = None,
        tracking_number: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        """OR23: set the carrier and the tracking number of an order.

        `PUT /api/orders/{order_id}/tracking`. Documented pace: when the tracking changes.

        For a carrier that is not registered, give carrier_url with the whole address.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or23
        """
        return await self._caller.call(
            OR23,
            {
                "order_id": order_id,
                "carrier_code": carrier_code,
                "carrier_name": carrier_name,
                "carrier_standard_code": carrier_standard_code,
                "carrier_url": carrier_url,
                "tracking_number": tracking_number,
            },
            options,
        )

    async def ship(self, order_id: str, **options: Unpack[Options]) -> None:
        """OR24: mark an order as shipped.

        `PUT /api/orders/{order_id}/ship`. Documented pace: once the tracking number is set (OR23).

        - 400: the order is not in state SHIPPING

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or24
        """
        return await self._caller.call(OR24, {"order_id": order_id}, options)

    async def cancel(self, order_id: str, **options: Unpack[Options]) -> None:
        """OR29: cancel an order as a whole.

        `PUT /api/orders/{order_id}/cancel`. Documented pace: once for each cancelation.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or29
        """
        return await self._caller.call(OR29, {"order_id": order_id}, options)

    async def cancel_lines(
        self,
        *,
        cancelations: Sequence[CancelationInput],
        order_tax_mode: OrderTaxModeOrStr | None = None,
        **options: Unpack[Options],
    ) -> CancelLinesResponse:
        """OR30: cancel order lines, in whole or in part.

        `PUT /api/orders/cancel`. Documented pace: once for each cancelation.

        - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or30
        """
        cancelations = hidden(cancelations)
        return await self._caller.call(OR30, {"cancelations": cancelations, "order_tax_mode": order_tax_mode}, options)

    async def update_additional_fields(
        self,
        order_id: str,
        *,
        order_additional_fields: Sequence[AdditionalFieldInput] | None = None,
        order_lines: Sequence[OrderLineFieldsInput] | None = None,
        **options: Unpack[Options],
    ) -> UpdateAdditionalFieldsResponse:
        """OR31: set the custom fields of an order and of its lines; null or "" clears one.

        `PUT /api/orders/{order_id}/additional_fields`. Documented pace: at most 5 a second.

        All or nothing: either every value is set, or the errors are reported with what was sent.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or31
        """
        order_additional_fields = hidden(order_additional_fields)
        order_lines = hidden(order_lines)
        return await self._caller.call(
            OR31,
            {"order_id": order_id, "order_additional_fields": order_additional_fields, "order_lines": order_lines},
            options,
        )

    async def get_evaluation(
        self, order_id: str, *, locale: str | None = None, **options: Unpack[Options]
    ) -> Evaluation:
        """OR51: read what the customer said of an order.

        `GET /api/orders/{order_id}/evaluation`. Documented pace: when a page shows the evaluation.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or51
        """
        return await self._caller.call(OR51, {"order_id": order_id, "locale": locale}, options)

    async def list_documents(self, order_ids: Collection[str], **options: Unpack[Options]) -> OrderDocumentList:
        """OR72: list the documents of orders.

        `GET /api/orders/documents`. Documented pace: when a page shows the documents.

        - order_ids: at most 100 values, longer lists are cut into several calls

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or72
        """
        return await self._caller.call(OR72, {"order_ids": order_ids}, options)

    def download_documents(
        self,
        *,
        order_ids: Collection[str] | None = None,
        document_ids: Collection[str] | None = None,
        document_codes: Collection[str] | None = None,
        **options: Unpack[Options],
    ) -> Download:
        """OR73: download documents of orders; all but a single document_id come as a ZIP.

        `GET /api/orders/documents/download`. Documented pace: once for each download.

        - order_ids: at most 100 values
        - document_ids: at most 100 values
        - document_codes: at most 100 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or73
        """
        return self._caller.download(
            OR73, {"order_ids": order_ids, "document_ids": document_ids, "document_codes": document_codes}, options
        )

    async def upload_documents(
        self,
        order_id: str,
        *,
        files: Sequence[FileSource],
        order_documents: OrderDocumentsInput,
        **options: Unpack[Options],
    ) -> UploadOrderDocumentsResponse:
        """OR74: attach files to an order.

        `POST /api/orders/{order_id}/documents`. Documented pace: once for each upload.

        The answer names only what was refused. At most 50 documents an order; file names are ASCII and distinct.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or74
        """
        order_documents = hidden(order_documents)
        return await self._caller.call(
            OR74, {"order_id": order_id, "files": files, "order_documents": order_documents}, options
        )

    async def list_taxes(self, *, locale: str | None = None, **options: Unpack[Options]) -> OrderTaxDefinitionList:
        """OR75: list the taxes that orders can bear.

        `GET /api/orders/taxes`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or75
        """
        return await self._caller.call(OR75, {"locale": locale}, options)

    async def delete_document(self, document_id: int, **options: Unpack[Options]) -> None:
        """OR76: delete a document of an order.

        `DELETE /api/orders/documents/{document_id}`. Documented pace: once for each deletion.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or76
        """
        return await self._caller.call(OR76, {"document_id": document_id}, options)
