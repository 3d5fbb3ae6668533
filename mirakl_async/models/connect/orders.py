# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What connect.orders sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import RequestModel, check_number, check_required, check_timezone

from .common import OriginRequest

__all__ = [
    "ActionError",
    "ActionErrorCode",
    "ActionErrorCodeOrStr",
    "AddressRequest",
    "AdjustmentReason",
    "AdjustmentReasonOrStr",
    "AdjustmentRequest",
    "AdjustmentType",
    "AdjustmentTypeOrStr",
    "AnyCustomAttributeRequest",
    "BillingInfoRequest",
    "CustomAttributeBooleanRequest",
    "CustomAttributeDateRequest",
    "CustomAttributeListRequest",
    "CustomAttributeNumericRequest",
    "CustomAttributeStringRequest",
    "DeleteDocumentRequest",
    "DeliveryDateRequest",
    "DocumentEntity",
    "DocumentEntityType",
    "DocumentEntityTypeOrStr",
    "DocumentOriginRequest",
    "FulfillmentRequest",
    "FulfillmentType",
    "FulfillmentTypeOrStr",
    "Money",
    "OrderLineRequest",
    "OrderRequest",
    "OrderStatus",
    "OrderStatusOrStr",
    "ProductRequest",
    "ShippingInfoRequest",
    "StatusReason",
    "StatusReasonOrStr",
    "TaxRequest",
    "UpdateActionRequest",
    "UpdateActionStatus",
    "UpdateActionStatusOrStr",
    "UpdateAnonymizeAfterRequest",
    "UpdateAnonymizeAfterRequestItem",
    "UploadOrderDocumentMetadata",
    "UploadOrderDocumentMetadataType",
    "UploadOrderDocumentMetadataTypeOrStr",
    "UpsertOrdersRequest",
]


class ActionErrorCode:
    """Known values of `code`; others may appear at any time."""

    INVALID_INPUT: Final = "INVALID_INPUT"
    DATA_NOT_FOUND: Final = "DATA_NOT_FOUND"
    UNEXPECTED: Final = "UNEXPECTED"
    UNAVAILABLE: Final = "UNAVAILABLE"
    TOO_MANY_REQUEST: Final = "TOO_MANY_REQUEST"
    ACTION_NOT_SUPPORTED: Final = "ACTION_NOT_SUPPORTED"
    ORDER_IN_WRONG_STATE: Final = "ORDER_IN_WRONG_STATE"
    RETURN_IN_WRONG_STATE: Final = "RETURN_IN_WRONG_STATE"
    CARRIER_NOT_SUPPORTED: Final = "CARRIER_NOT_SUPPORTED"
    MISSING_CARRIER: Final = "MISSING_CARRIER"
    WAREHOUSE_ID_NOT_FOUND: Final = "WAREHOUSE_ID_NOT_FOUND"
    WAREHOUSE_ID_REQUIRED: Final = "WAREHOUSE_ID_REQUIRED"
    OTHER: Final = "OTHER"


class AdjustmentReason:
    """Known values of `reason`; others may appear at any time."""

    CUSTOMER_CANCELATION: Final = "CUSTOMER_CANCELATION"
    OUT_OF_STOCK: Final = "OUT_OF_STOCK"
    RETURN: Final = "RETURN"
    ITEM_NOT_RECEIVED: Final = "ITEM_NOT_RECEIVED"
    AGREEMENT: Final = "AGREEMENT"
    DEFECT: Final = "DEFECT"
    UNABLE_TO_DELIVER: Final = "UNABLE_TO_DELIVER"
    CHANNEL_SPECIFIC: Final = "CHANNEL_SPECIFIC"


class AdjustmentType:
    """Known values of `type`; others may appear at any time."""

    REFUND: Final = "REFUND"
    CANCELATION: Final = "CANCELATION"


class DocumentEntityType:
    """Known values of `type`; others may appear at any time."""

    RETURN: Final = "RETURN"


class FulfillmentType:
    """Known values of `type`; others may appear at any time."""

    FULFILLED_BY_SELLER: Final = "FULFILLED_BY_SELLER"
    FULFILLED_BY_PARTNER: Final = "FULFILLED_BY_PARTNER"


class OrderStatus:
    """Known values of `status`; others may appear at any time."""

    AWAITING_ACCEPTANCE: Final = "AWAITING_ACCEPTANCE"
    AWAITING_FRAUD_CHECK: Final = "AWAITING_FRAUD_CHECK"
    AWAITING_PAYMENT: Final = "AWAITING_PAYMENT"
    AWAITING_SHIPMENT: Final = "AWAITING_SHIPMENT"
    CHANNEL_SPECIFIC: Final = "CHANNEL_SPECIFIC"
    CLOSED: Final = "CLOSED"
    DELIVERED: Final = "DELIVERED"
    SHIPPED: Final = "SHIPPED"


class StatusReason:
    """Known values of `status_reason`; others may appear at any time."""

    ACCEPTANCE_TIMEOUT: Final = "ACCEPTANCE_TIMEOUT"
    AUTOMATICALLY_CLOSED: Final = "AUTOMATICALLY_CLOSED"
    CANCELED: Final = "CANCELED"
    FRAUD_CHECK_FAILED: Final = "FRAUD_CHECK_FAILED"
    FRAUD_CHECK_TIMEOUT: Final = "FRAUD_CHECK_TIMEOUT"
    PAYMENT_TIMEOUT: Final = "PAYMENT_TIMEOUT"
    REFUNDED: Final = "REFUNDED"
    REFUSED: Final = "REFUSED"
    REFUSED_PAYMENT: Final = "REFUSED_PAYMENT"


class UpdateActionStatus:
    """Known values of `status`; others may appear at any time."""

    SUCCESS: Final = "SUCCESS"
    FAILED: Final = "FAILED"


class UploadOrderDocumentMetadataType:
    """Known values of `type`; others may appear at any time."""

    RETURN_LABEL: Final = "RETURN_LABEL"
    CUSTOMER_INVOICE: Final = "CUSTOMER_INVOICE"
    DELIVERY_SLIP: Final = "DELIVERY_SLIP"
    SHIPMENT_DELIVERY_SLIP: Final = "SHIPMENT_DELIVERY_SLIP"
    CHANNEL_SPECIFIC: Final = "CHANNEL_SPECIFIC"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    ActionErrorCodeOrStr: TypeAlias = (
        Literal[
            "INVALID_INPUT",
            "DATA_NOT_FOUND",
            "UNEXPECTED",
            "UNAVAILABLE",
            "TOO_MANY_REQUEST",
            "ACTION_NOT_SUPPORTED",
            "ORDER_IN_WRONG_STATE",
            "RETURN_IN_WRONG_STATE",
            "CARRIER_NOT_SUPPORTED",
            "MISSING_CARRIER",
            "WAREHOUSE_ID_NOT_FOUND",
            "WAREHOUSE_ID_REQUIRED",
            "OTHER",
        ]
        | str
    )
    AdjustmentReasonOrStr: TypeAlias = (
        Literal[
            "CUSTOMER_CANCELATION",
            "OUT_OF_STOCK",
            "RETURN",
            "ITEM_NOT_RECEIVED",
            "AGREEMENT",
            "DEFECT",
            "UNABLE_TO_DELIVER",
            "CHANNEL_SPECIFIC",
        ]
        | str
    )
    AdjustmentTypeOrStr: TypeAlias = Literal["REFUND", "CANCELATION"] | str
    DocumentEntityTypeOrStr: TypeAlias = Literal["RETURN"] | str
    FulfillmentTypeOrStr: TypeAlias = Literal["FULFILLED_BY_SELLER", "FULFILLED_BY_PARTNER"] | str
    OrderStatusOrStr: TypeAlias = (
        Literal[
            "AWAITING_ACCEPTANCE",
            "AWAITING_FRAUD_CHECK",
            "AWAITING_PAYMENT",
            "AWAITING_SHIPMENT",
            "CHANNEL_SPECIFIC",
            "CLOSED",
            "DELIVERED",
            "SHIPPED",
        ]
        | str
    )
    StatusReasonOrStr: TypeAlias = (
        Literal[
            "ACCEPTANCE_TIMEOUT",
            "AUTOMATICALLY_CLOSED",
            "CANCELED",
            "FRAUD_CHECK_FAILED",
            "FRAUD_CHECK_TIMEOUT",
            "PAYMENT_TIMEOUT",
            "REFUNDED",
            "REFUSED",
            "REFUSED_PAYMENT",
        ]
        | str
    )
    UpdateActionStatusOrStr: TypeAlias = Literal["SUCCESS", "FAILED"] | str
    UploadOrderDocumentMetadataTypeOrStr: TypeAlias = (
        Literal["RETURN_LABEL", "CUSTOMER_INVOICE", "DELIVERY_SLIP", "SHIPMENT_DELIVERY_SLIP", "CHANNEL_SPECIFIC"] | str
    )
else:
    ActionErrorCodeOrStr = str
    AdjustmentReasonOrStr = str
    AdjustmentTypeOrStr = str
    DocumentEntityTypeOrStr = str
    FulfillmentTypeOrStr = str
    OrderStatusOrStr = str
    StatusReasonOrStr = str
    UpdateActionStatusOrStr = str
    UploadOrderDocumentMetadataTypeOrStr = str


class ActionError(RequestModel, kw_only=True, gc=False):
    """Sent as `errors`, to updateActionStatus."""

    code: ActionErrorCodeOrStr
    """13 known values (`ActionErrorCode`)."""
    message: str


class AddressRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.billing_info.address`, to upsertOrders."""

    city: str
    last_name: str
    street: str
    additional_info: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    country_iso_code: str | UnsetType = UNSET
    """ISO 3166-1 alpha-3."""
    first_name: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    street_additional_info: str | UnsetType = UNSET
    zip_code: str | UnsetType = UNSET


class Money(RequestModel, kw_only=True, gc=False):
    """An amount, at least 0, in an ISO 4217 currency."""

    amount: Decimal
    """At least 0; in `currency`."""
    currency: str
    """ISO 4217."""

    def __post_init__(self) -> None:
        check_number("Money.amount", self.amount, low=Decimal(0))


class TaxRequest(RequestModel, kw_only=True, gc=False):
    """One tax, apart from the price; `rate` is a fraction: 0.20 is 20 %."""

    amount: Money
    code: str
    channel_collectible: Money | UnsetType = UNSET
    rate: Decimal | UnsetType = UNSET
    seller_collectible: Money | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("TaxRequest.rate", self.rate)


class AdjustmentRequest(RequestModel, kw_only=True, gc=False):
    """Money given back, or units taken off a line; every past one is restated each time."""

    channel_adjustment_id: str
    created_at: Annotated[dt.datetime, Meta(tz=True)]
    price: Money
    """Tax excluded."""
    quantity: int
    reason: AdjustmentReasonOrStr
    """Known values: CUSTOMER_CANCELATION, OUT_OF_STOCK, RETURN, ITEM_NOT_RECEIVED, AGREEMENT, DEFECT,
    UNABLE_TO_DELIVER, CHANNEL_SPECIFIC (`AdjustmentReason`).
    """
    shipping_price: Money
    """Tax excluded."""
    type: AdjustmentTypeOrStr
    """Known values: REFUND, CANCELATION (`AdjustmentType`)."""
    shipping_taxes: list[TaxRequest] | UnsetType = UNSET
    taxes: list[TaxRequest] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("AdjustmentRequest.created_at", self.created_at)


class CustomAttributeBooleanRequest(RequestModel, kw_only=True, gc=False, tag_field="type", tag="BOOLEAN"):
    """Sent as `orders.custom_attributes`, to upsertOrders."""

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    value: bool


class CustomAttributeDateRequest(RequestModel, kw_only=True, gc=False, tag_field="type", tag="DATE"):
    """Sent as `orders.custom_attributes`, to upsertOrders."""

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    value: Annotated[dt.datetime, Meta(tz=True)]

    def __post_init__(self) -> None:
        check_timezone("CustomAttributeDateRequest.value", self.value)


class CustomAttributeListRequest(RequestModel, kw_only=True, gc=False, tag_field="type", tag="LIST"):
    """Sent as `orders.custom_attributes`, to upsertOrders."""

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    value: Annotated[list[Annotated[str, Meta(max_length=10000)]], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items; each at most 10000 characters."""


class CustomAttributeNumericRequest(RequestModel, kw_only=True, gc=False, tag_field="type", tag="NUMERIC"):
    """Sent as `orders.custom_attributes`, to upsertOrders."""

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    value: Decimal
    """-1000000000 to 1000000000."""

    def __post_init__(self) -> None:
        check_number(
            "CustomAttributeNumericRequest.value", self.value, low=Decimal(-1000000000), high=Decimal(1000000000)
        )


class CustomAttributeStringRequest(RequestModel, kw_only=True, gc=False, tag_field="type", tag="STRING"):
    """Sent as `orders.custom_attributes`, to upsertOrders."""

    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    value: Annotated[str, Meta(max_length=100000)]
    """At most 100000 characters."""


AnyCustomAttributeRequest: TypeAlias = (
    CustomAttributeBooleanRequest
    | CustomAttributeDateRequest
    | CustomAttributeListRequest
    | CustomAttributeNumericRequest
    | CustomAttributeStringRequest
)
"""Any of these structs, by its `type`."""


class BillingInfoRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.billing_info`, to upsertOrders."""

    address: AddressRequest | UnsetType = UNSET


class DocumentOriginRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `origin`, to deleteOrderDocument and uploadOrderDocument."""

    channel_id: str
    channel_store_id: str
    sub_channel_code: str | UnsetType = UNSET


class DeleteDocumentRequest(RequestModel, kw_only=True, gc=False):
    """The body of deleteOrderDocument."""

    origin: DocumentOriginRequest


class DeliveryDateRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.shipping_info.delivery_date`, to upsertOrders."""

    earliest: Annotated[dt.datetime, Meta(tz=True)]
    latest: Annotated[dt.datetime, Meta(tz=True)]

    def __post_init__(self) -> None:
        check_timezone("DeliveryDateRequest.earliest", self.earliest)
        check_timezone("DeliveryDateRequest.latest", self.latest)


class DocumentEntity(RequestModel, kw_only=True, gc=False):
    """Sent as `metadata.entity`, to uploadOrderDocument."""

    id: str
    type: DocumentEntityTypeOrStr
    """Known values: RETURN (`DocumentEntityType`)."""


class FulfillmentRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.fulfillment`, to upsertOrders."""

    type: FulfillmentTypeOrStr
    """Known values: FULFILLED_BY_SELLER, FULFILLED_BY_PARTNER (`FulfillmentType`)."""
    code: str | UnsetType = UNSET


class ProductRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.order_lines.product`, to upsertOrders."""

    id: str
    title: str
    thumbnail_url: str | UnsetType = UNSET
    """A URI."""


class OrderLineRequest(RequestModel, kw_only=True, gc=False):
    """A line of an order. Amounts are for the whole line, tax excluded."""

    can_cancel: bool
    can_refund: bool
    channel_order_line_id: str
    created_at: Annotated[dt.datetime, Meta(tz=True)]
    price: Money
    """Tax excluded."""
    product: ProductRequest
    quantity: int
    status: OrderStatusOrStr
    """Known values: AWAITING_ACCEPTANCE, AWAITING_FRAUD_CHECK, AWAITING_PAYMENT, AWAITING_SHIPMENT, CHANNEL_SPECIFIC,
    CLOSED, DELIVERED, SHIPPED (`OrderStatus`).
    """
    total_shipping_price: Money
    """Tax excluded."""
    updated_at: Annotated[dt.datetime, Meta(tz=True)]
    adjustments: list[AdjustmentRequest] | UnsetType = UNSET
    custom_attributes: Annotated[list[AnyCustomAttributeRequest], Meta(max_length=1000)] | UnsetType = UNSET
    """At most 1000 items."""
    shipping_taxes: list[TaxRequest] | UnsetType = UNSET
    status_reason: StatusReasonOrStr | UnsetType = UNSET
    """Known values: ACCEPTANCE_TIMEOUT, AUTOMATICALLY_CLOSED, CANCELED, FRAUD_CHECK_FAILED, FRAUD_CHECK_TIMEOUT,
    PAYMENT_TIMEOUT, REFUNDED, REFUSED, REFUSED_PAYMENT (`StatusReason`).
    """
    taxes: list[TaxRequest] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("OrderLineRequest.created_at", self.created_at)
        check_timezone("OrderLineRequest.updated_at", self.updated_at)


class ShippingInfoRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.shipping_info`, to upsertOrders."""

    address: AddressRequest | UnsetType = UNSET
    carrier: str | UnsetType = UNSET
    delivery_date: DeliveryDateRequest | UnsetType = UNSET
    email: str | UnsetType = UNSET
    """An e-mail address."""
    method: str | UnsetType = UNSET
    pudo_id: str | UnsetType = UNSET
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("ShippingInfoRequest.shipping_deadline", self.shipping_deadline)


class OrderRequest(RequestModel, kw_only=True, gc=False):
    """An order's whole state, as the channel knows it now; what is left out is cleared."""

    channel_order_id: str
    channel_updated_at: Annotated[dt.datetime, Meta(tz=True)]
    created_at: Annotated[dt.datetime, Meta(tz=True)]
    fulfillment: FulfillmentRequest
    order_lines: Annotated[list[OrderLineRequest], Meta(min_length=1)]
    """Not empty."""
    shipping_info: ShippingInfoRequest
    status: OrderStatusOrStr
    """Known values: AWAITING_ACCEPTANCE, AWAITING_FRAUD_CHECK, AWAITING_PAYMENT, AWAITING_SHIPMENT, CHANNEL_SPECIFIC,
    CLOSED, DELIVERED, SHIPPED (`OrderStatus`).
    """
    billing_info: BillingInfoRequest | UnsetType = UNSET
    custom_attributes: Annotated[list[AnyCustomAttributeRequest], Meta(max_length=1000)] | UnsetType = UNSET
    """At most 1000 items."""
    has_incident: bool | UnsetType = UNSET
    status_reason: StatusReasonOrStr | UnsetType = UNSET
    """Known values: ACCEPTANCE_TIMEOUT, AUTOMATICALLY_CLOSED, CANCELED, FRAUD_CHECK_FAILED, FRAUD_CHECK_TIMEOUT,
    PAYMENT_TIMEOUT, REFUNDED, REFUSED, REFUSED_PAYMENT (`StatusReason`).
    """
    sub_channel_code: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("OrderRequest.channel_updated_at", self.channel_updated_at)
        check_timezone("OrderRequest.created_at", self.created_at)


class UpdateActionRequest(RequestModel, kw_only=True, gc=False):
    """The body of updateActionStatus."""

    status: UpdateActionStatusOrStr
    """Known values: SUCCESS, FAILED (`UpdateActionStatus`)."""
    errors: list[ActionError] | UnsetType = UNSET
    """Required where `status` is FAILED."""

    def __post_init__(self) -> None:
        if self.status == "FAILED":
            check_required("UpdateActionRequest.errors", self.errors, "where status is FAILED")


class UpdateAnonymizeAfterRequestItem(RequestModel, kw_only=True, gc=False):
    """Sent as `orders`, to updateAnonymizeAfterDate."""

    anonymize_after: Annotated[dt.datetime, Meta(tz=True)]
    channel_id: str
    channel_order_id: str
    sub_channel_code: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("UpdateAnonymizeAfterRequestItem.anonymize_after", self.anonymize_after)


class UpdateAnonymizeAfterRequest(RequestModel, kw_only=True, gc=False):
    """The body of updateAnonymizeAfterDate."""

    orders: Annotated[list[UpdateAnonymizeAfterRequestItem], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""


class UploadOrderDocumentMetadata(RequestModel, kw_only=True, gc=False):
    """Sent as `metadata`, to uploadOrderDocument."""

    channel_document_id: str
    filename: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    type: UploadOrderDocumentMetadataTypeOrStr
    """Known values: RETURN_LABEL, CUSTOMER_INVOICE, DELIVERY_SLIP, SHIPMENT_DELIVERY_SLIP, CHANNEL_SPECIFIC
    (`UploadOrderDocumentMetadataType`).
    """
    channel_type: str | UnsetType = UNSET
    entity: DocumentEntity | UnsetType = UNSET


class UpsertOrdersRequest(RequestModel, kw_only=True, gc=False):
    """The body of upsertOrders."""

    orders: Annotated[list[OrderRequest], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""
    origin: OriginRequest
