# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.shipments sends and reads."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, BulkResult, Expected, RequestModel, ResponseModel

from .common import ActionError, ActionSuccess, Address, Fulfillment, OrderReferences, ShippingFrom, WarehouseInput

__all__ = [
    "AdditionalInfo",
    "AdditionalInfoType",
    "AdditionalInfoTypeOrStr",
    "AnyShipmentAdditionalInformationInput",
    "CarrierExpectedDeliveryDate",
    "CreateShipmentsRequest",
    "CreateShipmentsResponse",
    "CreatedShipment",
    "DateShipmentAdditionalInformationInput",
    "DeleteShipmentsRequest",
    "Earliest",
    "ItemToShip",
    "ItemToShipPage",
    "LastKnownLocation",
    "Latest",
    "MarkReadyForPickUpRequest",
    "OccurrenceDate",
    "PaymentDetails",
    "ShipShipmentsRequest",
    "Shipment",
    "ShipmentActions",
    "ShipmentAdditionalInformation",
    "ShipmentAdditionalInformationType",
    "ShipmentAdditionalInformationTypeOrStr",
    "ShipmentError",
    "ShipmentIdInput",
    "ShipmentInput",
    "ShipmentLine",
    "ShipmentLineInput",
    "ShipmentPage",
    "ShipmentShippingFromInput",
    "ShipmentStatus",
    "ShipmentStatusOrStr",
    "ShipmentTracking",
    "ShipmentTrackingInput",
    "ShipmentTrackingUpdateInput",
    "StatusCustomerDebit",
    "StatusCustomerDebitOrStr",
    "StringShipmentAdditionalInformationInput",
    "TrackingMilestone",
    "TrackingMilestoneType",
    "TrackingMilestoneTypeOrStr",
    "UpdateShipmentTrackingRequest",
    "ValidityStatus",
    "ValidityStatusOrStr",
]


class AdditionalInfoType:
    """Known values of `type`; others may appear at any time."""

    DESTINATION_ARRIVAL: Final = "DESTINATION_ARRIVAL"
    DATA_ORDER_CANCELLED: Final = "DATA_ORDER_CANCELLED"
    DATA_DELIVERY_PROPOSED: Final = "DATA_DELIVERY_PROPOSED"
    DATA_DELIVERY_DECIDED: Final = "DATA_DELIVERY_DECIDED"
    CUSTOMS_RECEIVED: Final = "CUSTOMS_RECEIVED"
    CUSTOMS_EXCEPTION: Final = "CUSTOMS_EXCEPTION"
    CUSTOMS_CLEARED: Final = "CUSTOMS_CLEARED"
    CUSTOMS_REJECTED: Final = "CUSTOMS_REJECTED"
    DELIVERY_ATTEMPTED: Final = "DELIVERY_ATTEMPTED"
    DELIVERY_EXCEPTION: Final = "DELIVERY_EXCEPTION"


class ShipmentAdditionalInformationType:
    """Known values of `type`; others may appear at any time."""

    STRING: Final = "STRING"
    DATE: Final = "DATE"


class ShipmentStatus:
    """Known values of `status`; others may appear at any time."""

    SHIPPING: Final = "SHIPPING"
    READY_FOR_PICK_UP: Final = "READY_FOR_PICK_UP"
    SHIPMENT_PREPARED: Final = "SHIPMENT_PREPARED"
    SHIPPED: Final = "SHIPPED"
    TO_COLLECT: Final = "TO_COLLECT"
    RECEIVED: Final = "RECEIVED"
    CANCELED: Final = "CANCELED"
    CLOSED: Final = "CLOSED"


class StatusCustomerDebit:
    """Known values of `status_customer_debit`; others may appear at any time."""

    NO_DEBIT: Final = "NO_DEBIT"
    NOT_STARTED: Final = "NOT_STARTED"
    WAITING_TAX_CONFIRMATION: Final = "WAITING_TAX_CONFIRMATION"
    WAITING_OPERATOR_SYSTEM_CONTACT: Final = "WAITING_OPERATOR_SYSTEM_CONTACT"
    WAITING_DEBIT_CONFIRMATION: Final = "WAITING_DEBIT_CONFIRMATION"
    DEBIT_OK: Final = "DEBIT_OK"
    CANCELED: Final = "CANCELED"


class TrackingMilestoneType:
    """Known values of `type`; others may appear at any time."""

    IN_TRANSIT: Final = "IN_TRANSIT"
    OUT_FOR_DELIVERY: Final = "OUT_FOR_DELIVERY"
    TO_COLLECT: Final = "TO_COLLECT"
    DELIVERED: Final = "DELIVERED"
    EXCEPTION: Final = "EXCEPTION"


class ValidityStatus:
    """Known values of `validity_status`; others may appear at any time."""

    MISSING_TRACKING: Final = "MISSING_TRACKING"
    UNVERIFIED: Final = "UNVERIFIED"
    UNCOVERED: Final = "UNCOVERED"
    INVALID: Final = "INVALID"
    VERIFIED: Final = "VERIFIED"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    AdditionalInfoTypeOrStr: TypeAlias = (
        Literal[
            "DESTINATION_ARRIVAL",
            "DATA_ORDER_CANCELLED",
            "DATA_DELIVERY_PROPOSED",
            "DATA_DELIVERY_DECIDED",
            "CUSTOMS_RECEIVED",
            "CUSTOMS_EXCEPTION",
            "CUSTOMS_CLEARED",
            "CUSTOMS_REJECTED",
            "DELIVERY_ATTEMPTED",
            "DELIVERY_EXCEPTION",
        ]
        | str
    )
    ShipmentAdditionalInformationTypeOrStr: TypeAlias = Literal["STRING", "DATE"] | str
    ShipmentStatusOrStr: TypeAlias = (
        Literal[
            "SHIPPING",
            "READY_FOR_PICK_UP",
            "SHIPMENT_PREPARED",
            "SHIPPED",
            "TO_COLLECT",
            "RECEIVED",
            "CANCELED",
            "CLOSED",
        ]
        | str
    )
    StatusCustomerDebitOrStr: TypeAlias = (
        Literal[
            "NO_DEBIT",
            "NOT_STARTED",
            "WAITING_TAX_CONFIRMATION",
            "WAITING_OPERATOR_SYSTEM_CONTACT",
            "WAITING_DEBIT_CONFIRMATION",
            "DEBIT_OK",
            "CANCELED",
        ]
        | str
    )
    TrackingMilestoneTypeOrStr: TypeAlias = (
        Literal["IN_TRANSIT", "OUT_FOR_DELIVERY", "TO_COLLECT", "DELIVERED", "EXCEPTION"] | str
    )
    ValidityStatusOrStr: TypeAlias = Literal["MISSING_TRACKING", "UNVERIFIED", "UNCOVERED", "INVALID", "VERIFIED"] | str
else:
    AdditionalInfoTypeOrStr = str
    ShipmentAdditionalInformationTypeOrStr = str
    ShipmentStatusOrStr = str
    StatusCustomerDebitOrStr = str
    TrackingMilestoneTypeOrStr = str
    ValidityStatusOrStr = str


class OccurrenceDate(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.last_known_location.occurrence_date` and 5 more places, from ST11 and ST01."""

    date: dt.date | None = None
    offset: str | None = None
    time: str | None = None


class AdditionalInfo(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.milestones.additional_info`, from ST11 and ST01."""

    occurrence_date: OccurrenceDate | None = None
    type: AdditionalInfoTypeOrStr | None = None
    """Known values: DESTINATION_ARRIVAL, DATA_ORDER_CANCELLED, DATA_DELIVERY_PROPOSED, DATA_DELIVERY_DECIDED,
    CUSTOMS_RECEIVED, CUSTOMS_EXCEPTION, CUSTOMS_CLEARED, CUSTOMS_REJECTED, DELIVERY_ATTEMPTED, DELIVERY_EXCEPTION
    (`AdditionalInfoType`).
    """


class DateShipmentAdditionalInformationInput(RequestModel, kw_only=True, gc=False, tag_field="type", tag="DATE"):
    """Sent as `shipments.shipment_additional_information`, to ST01."""

    code: str
    value: str


class StringShipmentAdditionalInformationInput(RequestModel, kw_only=True, gc=False, tag_field="type", tag="STRING"):
    """Sent as `shipments.shipment_additional_information`, to ST01."""

    code: str
    value: str


AnyShipmentAdditionalInformationInput: TypeAlias = (
    DateShipmentAdditionalInformationInput | StringShipmentAdditionalInformationInput
)
"""Any of these structs, by its `type`."""


class Earliest(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.carrier_expected_delivery_date.earliest`, from ST11 and ST01."""

    date: dt.date | None = None
    offset: str | None = None
    time: str | None = None


class Latest(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.carrier_expected_delivery_date.latest`, from ST11 and ST01."""

    date: dt.date | None = None
    offset: str | None = None
    time: str | None = None


class CarrierExpectedDeliveryDate(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.carrier_expected_delivery_date`, from ST11 and ST01."""

    earliest: Earliest | None = None
    latest: Latest | None = None


class ShipmentLineInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shipments.shipment_lines`, to ST01."""

    quantity: Annotated[int, Meta(ge=1)]
    """At least 1."""
    offer_sku: str | UnsetType = UNSET
    """Deprecated."""
    order_line_id: str | UnsetType = UNSET
    package_reference: str | UnsetType = UNSET


class ShipmentShippingFromInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shipments.shipping_from`, to ST01."""

    warehouse: WarehouseInput | UnsetType = UNSET


class ShipmentTrackingInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shipments.tracking`, to ST01 and ST23."""

    carrier_code: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    carrier_standard_code: str | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET


class ShipmentInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shipments`, to ST01."""

    order_id: Annotated[str, Meta(min_length=1, max_length=2147483647)]
    """Not empty."""
    shipment_lines: Annotated[list[ShipmentLineInput], Meta(min_length=1, max_length=2147483647)]
    """Not empty."""
    invoice_reference: Annotated[str, Meta(max_length=255, pattern="[0-9a-zA-Z_-]*")] | UnsetType = UNSET
    """At most 255 characters; matching `[0-9a-zA-Z_-]*`."""
    shipment_additional_information: list[AnyShipmentAdditionalInformationInput] | None | UnsetType = UNSET
    shipped: bool | UnsetType = UNSET
    shipping_from: ShipmentShippingFromInput | UnsetType = UNSET
    tracking: ShipmentTrackingInput | UnsetType = UNSET


class CreateShipmentsRequest(RequestModel, kw_only=True, gc=False):
    """The body of ST01."""

    shipments: Annotated[list[ShipmentInput], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items."""


class PaymentDetails(ResponseModel, kw_only=True, gc=False):
    """Read as `data.payment_details`, from ST11 and ST01."""

    customer_debited_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    transaction_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    transaction_number: str | None = None


class ShipmentAdditionalInformation(ResponseModel, kw_only=True, gc=False):
    """Read as `data.shipment_additional_information`, from ST11 and ST01."""

    code: str | None = None
    type: ShipmentAdditionalInformationTypeOrStr | None = None
    """Known values: STRING, DATE (`ShipmentAdditionalInformationType`)."""
    value: str | None = None


class ShipmentLine(ResponseModel, kw_only=True, gc=False):
    """Read as `data.shipment_lines`, from ST11, ST12 and ST01."""

    quantity: Expected[int] = EXPECTED_DEFAULT
    """At least 1."""
    offer_sku: str | None = None
    order_line_id: str | None = None
    package_description: str | None = None
    """Deprecated."""
    package_reference: str | None = None
    product_title: str | None = None


class LastKnownLocation(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.last_known_location`, from ST11 and ST01."""

    location: str | None = None
    occurrence_date: OccurrenceDate | None = None


class TrackingMilestone(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking.milestones`, from ST11 and ST01."""

    additional_info: AdditionalInfo | None = None
    occurrence_date: OccurrenceDate | None = None
    type: TrackingMilestoneTypeOrStr | None = None
    """Known values: IN_TRANSIT, OUT_FOR_DELIVERY, TO_COLLECT, DELIVERED, EXCEPTION (`TrackingMilestoneType`)."""


class ShipmentTracking(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking`, from ST11 and ST01."""

    carrier_code: str | None = None
    carrier_expected_delivery_date: CarrierExpectedDeliveryDate | None = None
    carrier_name: str | None = None
    carrier_standard_code: str | None = None
    last_known_location: LastKnownLocation | None = None
    milestones: list[TrackingMilestone] | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    validity_status: ValidityStatusOrStr | None = None
    """Known values: MISSING_TRACKING, UNVERIFIED, UNCOVERED, INVALID, VERIFIED (`ValidityStatus`)."""
    carrier_estimated_delivery_date: CarrierExpectedDeliveryDate | None = None


class CreatedShipment(ResponseModel, kw_only=True, gc=False):
    """Read as `shipment_success`, from ST01."""

    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    order_id: Expected[str] = EXPECTED_DEFAULT
    status: Expected[ShipmentStatusOrStr] = EXPECTED_DEFAULT
    """Known values: SHIPPING, READY_FOR_PICK_UP, SHIPMENT_PREPARED, SHIPPED, TO_COLLECT, RECEIVED, CANCELED, CLOSED
    (`ShipmentStatus`).
    """
    status_customer_debit: Expected[StatusCustomerDebitOrStr] = EXPECTED_DEFAULT
    """Known values: NO_DEBIT, NOT_STARTED, WAITING_TAX_CONFIRMATION, WAITING_OPERATOR_SYSTEM_CONTACT,
    WAITING_DEBIT_CONFIRMATION, DEBIT_OK, CANCELED (`StatusCustomerDebit`).
    """
    invoice_reference: str | None = None
    payment_details: PaymentDetails | None = None
    shipment_additional_information: list[ShipmentAdditionalInformation] | None = None
    shipment_lines: list[ShipmentLine] | None = None
    shipped_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shipping_from: ShippingFrom | None = None
    tracking: ShipmentTracking | None = None


class ShipmentError(ResponseModel, kw_only=True, gc=False):
    """Read as `shipment_errors`, from ST01."""

    message: str | None = None
    order_id: str | None = None


class CreateShipmentsResponse(ResponseModel, BulkResult[ShipmentError], kw_only=True, gc=False):
    """The answer of ST01."""

    shipment_errors: Expected[list[ShipmentError]] = EXPECTED_DEFAULT
    shipment_success: Expected[list[CreatedShipment]] = EXPECTED_DEFAULT

    def _failures(self) -> list[ShipmentError]:
        return self.shipment_errors or []


class ShipmentIdInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shipments`, to ST06, ST24 and ST26."""

    id: Annotated[str, Meta(min_length=1, max_length=2147483647)]
    """Not empty."""


class DeleteShipmentsRequest(RequestModel, kw_only=True, gc=False):
    """The body of ST06."""

    shipments: Annotated[list[ShipmentIdInput], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items."""


class ItemToShip(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from ST12."""

    order_id: Expected[str] = EXPECTED_DEFAULT
    shipping_address: Expected[Address] = EXPECTED_DEFAULT
    shipping_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    shipping_type_code: Expected[str] = EXPECTED_DEFAULT
    fulfillment: Fulfillment | None = None
    references: OrderReferences | None = None
    shipment_lines: list[ShipmentLine] | None = None
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shipping_type_standard_code: str | None = None


class ItemToShipPage(ResponseModel, kw_only=True, gc=False):
    """The answer of ST12."""

    data: Expected[list[ItemToShip]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None


class MarkReadyForPickUpRequest(RequestModel, kw_only=True, gc=False):
    """The body of ST26."""

    shipments: Annotated[list[ShipmentIdInput], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items."""


class ShipShipmentsRequest(RequestModel, kw_only=True, gc=False):
    """The body of ST24."""

    shipments: Annotated[list[ShipmentIdInput], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items."""


class Shipment(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from ST11."""

    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    order_id: Expected[str] = EXPECTED_DEFAULT
    status: Expected[ShipmentStatusOrStr] = EXPECTED_DEFAULT
    """Known values: SHIPPING, READY_FOR_PICK_UP, SHIPMENT_PREPARED, SHIPPED, TO_COLLECT, RECEIVED, CANCELED, CLOSED
    (`ShipmentStatus`).
    """
    status_customer_debit: Expected[StatusCustomerDebitOrStr] = EXPECTED_DEFAULT
    """Known values: NO_DEBIT, NOT_STARTED, WAITING_TAX_CONFIRMATION, WAITING_OPERATOR_SYSTEM_CONTACT,
    WAITING_DEBIT_CONFIRMATION, DEBIT_OK, CANCELED (`StatusCustomerDebit`).
    """
    invoice_reference: str | None = None
    payment_details: PaymentDetails | None = None
    shipment_additional_information: list[ShipmentAdditionalInformation] | None = None
    shipment_lines: list[ShipmentLine] | None = None
    shipped_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shipping_from: ShippingFrom | None = None
    tracking: ShipmentTracking | None = None


class ShipmentActions(ResponseModel, BulkResult[ActionError], kw_only=True, gc=False):
    """The answer of ST06, ST23, ST24 and ST26."""

    shipment_errors: list[ActionError] | None = None
    shipment_success: list[ActionSuccess] | None = None
    deletion_errors: list[ActionError] | None = None
    deletion_success: list[ActionSuccess] | None = None

    def _failures(self) -> list[ActionError]:
        return [*(self.shipment_errors or []), *(self.deletion_errors or [])]


class ShipmentPage(ResponseModel, kw_only=True, gc=False):
    """The answer of ST11."""

    data: Expected[list[Shipment]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None


class ShipmentTrackingUpdateInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shipments`, to ST23."""

    id: str
    tracking: ShipmentTrackingInput


class UpdateShipmentTrackingRequest(RequestModel, kw_only=True, gc=False):
    """The body of ST23."""

    shipments: Annotated[list[ShipmentTrackingUpdateInput], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items."""
