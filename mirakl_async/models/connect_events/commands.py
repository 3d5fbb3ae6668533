# Written by `python -m codegen` from mirakl-connect-channel-webhooks-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The commands of Mirakl Connect's events."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias

from msgspec import Meta

from mirakl_async.model import EXPECTED_DEFAULT, Command, Expected, ResponseModel

__all__ = [
    "Accept",
    "AcceptData",
    "AcceptReturn",
    "AcceptReturnData",
    "AcknowledgeReturnReception",
    "AcknowledgeReturnReceptionData",
    "Amount",
    "Cancel",
    "CancelData",
    "CanceledLine",
    "CloseReturn",
    "CloseReturnData",
    "CreateShipment",
    "CreateShipmentData",
    "DocumentEntity",
    "DocumentEntityType",
    "DocumentEntityTypeOrStr",
    "DocumentType",
    "DocumentTypeOrStr",
    "LineDecision",
    "LineReason",
    "LineReasonOrStr",
    "OrderActionEvent",
    "Refund",
    "RefundData",
    "RefundedLine",
    "RejectionReason",
    "RejectionReasonOrStr",
    "ShippedItem",
    "TaxAmount",
    "Tracking",
    "UpdateReturnTrackingInformation",
    "UpdateReturnTrackingInformationData",
    "UploadDocument",
    "UploadDocumentData",
]


class DocumentEntityType:
    """Known values of `type`; others may appear at any time."""

    RETURN: Final = "RETURN"


class DocumentType:
    """Known values of `document_type`; others may appear at any time."""

    RETURN_LABEL: Final = "RETURN_LABEL"
    CUSTOMER_INVOICE: Final = "CUSTOMER_INVOICE"


class LineReason:
    """Known values of `reason`; others may appear at any time."""

    CUSTOMER_CANCELATION: Final = "CUSTOMER_CANCELATION"
    OUT_OF_STOCK: Final = "OUT_OF_STOCK"
    RETURN: Final = "RETURN"
    ITEM_NOT_RECEIVED: Final = "ITEM_NOT_RECEIVED"
    AGREEMENT: Final = "AGREEMENT"
    DEFECT: Final = "DEFECT"
    UNABLE_TO_DELIVER: Final = "UNABLE_TO_DELIVER"
    CHANNEL_SPECIFIC: Final = "CHANNEL_SPECIFIC"


class RejectionReason:
    """Known values of `rejection_reason`; others may appear at any time."""

    RETURN_WINDOW_CLOSED: Final = "RETURN_WINDOW_CLOSED"
    NOT_ELIGIBLE_FOR_RETURN: Final = "NOT_ELIGIBLE_FOR_RETURN"
    FINAL_SALES: Final = "FINAL_SALES"
    OTHER: Final = "OTHER"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    DocumentEntityTypeOrStr: TypeAlias = Literal["RETURN"] | str
    DocumentTypeOrStr: TypeAlias = Literal["RETURN_LABEL", "CUSTOMER_INVOICE"] | str
    LineReasonOrStr: TypeAlias = (
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
    RejectionReasonOrStr: TypeAlias = (
        Literal["RETURN_WINDOW_CLOSED", "NOT_ELIGIBLE_FOR_RETURN", "FINAL_SALES", "OTHER"] | str
    )
else:
    DocumentEntityTypeOrStr = str
    DocumentTypeOrStr = str
    LineReasonOrStr = str
    RejectionReasonOrStr = str


class LineDecision(ResponseModel, kw_only=True, gc=False):
    """Read as `data.order_lines`, from OrderActionEvent."""

    accepted: Expected[bool] = EXPECTED_DEFAULT
    channel_order_line_id: Expected[str] = EXPECTED_DEFAULT


class AcceptData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    order_lines: Expected[list[LineDecision]] = EXPECTED_DEFAULT
    sub_channel_code: str | None = None


class Accept(Command, kw_only=True, gc=False, tag_field="type", tag="ACCEPT"):
    """Accept or refuse lines of an order."""

    type: ClassVar[str] = "ACCEPT"
    data: Expected[AcceptData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class AcceptReturnData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    accepted: Expected[bool] = EXPECTED_DEFAULT
    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_return_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    rejection_reason: RejectionReasonOrStr | None = None
    """Known values: RETURN_WINDOW_CLOSED, NOT_ELIGIBLE_FOR_RETURN, FINAL_SALES, OTHER (`RejectionReason`)."""
    sub_channel_code: str | None = None


class AcceptReturn(Command, kw_only=True, gc=False, tag_field="type", tag="ACCEPT_RETURN"):
    """Accept or refuse a return."""

    type: ClassVar[str] = "ACCEPT_RETURN"
    data: Expected[AcceptReturnData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class AcknowledgeReturnReceptionData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_return_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    sub_channel_code: str | None = None


class AcknowledgeReturnReception(Command, kw_only=True, gc=False, tag_field="type", tag="ACKNOWLEDGE_RETURN_RECEPTION"):
    """Mark a return as received."""

    type: ClassVar[str] = "ACKNOWLEDGE_RETURN_RECEPTION"
    data: Expected[AcknowledgeReturnReceptionData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class Amount(ResponseModel, kw_only=True, gc=False):
    """Read as `data.refunds.price` and 7 more places, from OrderActionEvent."""

    amount: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency`."""
    currency: Expected[str] = EXPECTED_DEFAULT


class TaxAmount(ResponseModel, kw_only=True, gc=False):
    """Read as `data.refunds.shipping_taxes` and 3 more places, from OrderActionEvent."""

    amount: Expected[Amount] = EXPECTED_DEFAULT
    code: Expected[str] = EXPECTED_DEFAULT


class CanceledLine(ResponseModel, kw_only=True, gc=False):
    """Read as `data.cancelations`, from OrderActionEvent."""

    channel_order_line_id: Expected[str] = EXPECTED_DEFAULT
    price: Expected[Amount] = EXPECTED_DEFAULT
    """Tax excluded."""
    product_id: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    """At least 0."""
    reason: Expected[LineReasonOrStr] = EXPECTED_DEFAULT
    """Known values: CUSTOMER_CANCELATION, OUT_OF_STOCK, RETURN, ITEM_NOT_RECEIVED, AGREEMENT, DEFECT,
    UNABLE_TO_DELIVER, CHANNEL_SPECIFIC (`LineReason`).
    """
    shipping_price: Expected[Amount] = EXPECTED_DEFAULT
    shipping_taxes: list[TaxAmount] | None = None
    taxes: list[TaxAmount] | None = None


class CancelData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    cancelations: Expected[list[CanceledLine]] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    sub_channel_code: str | None = None


class Cancel(Command, kw_only=True, gc=False, tag_field="type", tag="CANCEL"):
    """Cancel units of lines of an order."""

    type: ClassVar[str] = "CANCEL"
    data: Expected[CancelData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class CloseReturnData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_return_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    sub_channel_code: str | None = None


class CloseReturn(Command, kw_only=True, gc=False, tag_field="type", tag="CLOSE_RETURN"):
    """Mark a return as closed."""

    type: ClassVar[str] = "CLOSE_RETURN"
    data: Expected[CloseReturnData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class ShippedItem(ResponseModel, kw_only=True, gc=False):
    """Read as `data.items`, from OrderActionEvent."""

    channel_order_line_id: Expected[str] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT


class CreateShipmentData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    carrier: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    items: list[ShippedItem] | None = None
    return_tracking_number: str | None = None
    sub_channel_code: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    warehouse_id: str | None = None


class CreateShipment(Command, kw_only=True, gc=False, tag_field="type", tag="CREATE_SHIPMENT"):
    """Ship items of an order."""

    type: ClassVar[str] = "CREATE_SHIPMENT"
    data: Expected[CreateShipmentData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class DocumentEntity(ResponseModel, kw_only=True, gc=False):
    """Read as `data.document_entity`, from OrderActionEvent."""

    id: Expected[str] = EXPECTED_DEFAULT
    type: Expected[DocumentEntityTypeOrStr] = EXPECTED_DEFAULT
    """Known values: RETURN (`DocumentEntityType`)."""


class RefundedLine(ResponseModel, kw_only=True, gc=False):
    """Read as `data.refunds`, from OrderActionEvent."""

    price: Expected[Amount] = EXPECTED_DEFAULT
    """Tax excluded."""
    product_id: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    reason: Expected[LineReasonOrStr] = EXPECTED_DEFAULT
    """Known values: CUSTOMER_CANCELATION, OUT_OF_STOCK, RETURN, ITEM_NOT_RECEIVED, AGREEMENT, DEFECT,
    UNABLE_TO_DELIVER, CHANNEL_SPECIFIC (`LineReason`).
    """
    shipping_price: Expected[Amount] = EXPECTED_DEFAULT
    channel_order_line_id: str | None = None
    shipping_taxes: list[TaxAmount] | None = None
    taxes: list[TaxAmount] | None = None
    order_line_id: str | None = None


class RefundData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    refunds: list[RefundedLine] | None = None
    sub_channel_code: str | None = None


class Refund(Command, kw_only=True, gc=False, tag_field="type", tag="REFUND"):
    """Refund lines of an order."""

    type: ClassVar[str] = "REFUND"
    data: Expected[RefundData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class Tracking(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking`, from OrderActionEvent."""

    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


class UpdateReturnTrackingInformationData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_return_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    label_url: str | None = None
    rma_id: str | None = None
    sub_channel_code: str | None = None
    tracking: Tracking | None = None


class UpdateReturnTrackingInformation(
    Command, kw_only=True, gc=False, tag_field="type", tag="UPDATE_RETURN_TRACKING_INFORMATION"
):
    """Set a return's carrier, tracking and label."""

    type: ClassVar[str] = "UPDATE_RETURN_TRACKING_INFORMATION"
    data: Expected[UpdateReturnTrackingInformationData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class UploadDocumentData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OrderActionEvent."""

    action_id: Expected[str] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    channel_order_id: Expected[str] = EXPECTED_DEFAULT
    channel_store_id: Expected[str] = EXPECTED_DEFAULT
    document_download_url: Expected[str] = EXPECTED_DEFAULT
    document_name: Expected[str] = EXPECTED_DEFAULT
    document_type: Expected[DocumentTypeOrStr] = EXPECTED_DEFAULT
    """Known values: RETURN_LABEL, CUSTOMER_INVOICE (`DocumentType`)."""
    document_entity: DocumentEntity | None = None
    sub_channel_code: str | None = None
    document_entity_id: str | None = None
    document_entity_type: str | None = None


class UploadDocument(Command, kw_only=True, gc=False, tag_field="type", tag="UPLOAD_DOCUMENT"):
    """Attach a file, which is at an address that expires, to an order or a return."""

    type: ClassVar[str] = "UPLOAD_DOCUMENT"
    data: Expected[UploadDocumentData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


OrderActionEvent: TypeAlias = (
    Accept
    | CreateShipment
    | Refund
    | Cancel
    | AcceptReturn
    | UpdateReturnTrackingInformation
    | AcknowledgeReturnReception
    | CloseReturn
    | UploadDocument
)
"""Any of these structs, by its `type`."""
