# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.returns sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, BulkResult, Expected, RequestModel, ResponseModel, check_number

from .common import ActionError, ActionSuccess, CurrencyIsoCodeOrStr, ItemError

__all__ = [
    "CancelReturnsRequest",
    "CreateLabelsRequest",
    "CreateLabelsResponse",
    "CreateReturnsRequest",
    "CreateReturnsResponse",
    "CreatedReturn",
    "DimensionsInput",
    "EstimatedCost",
    "ItemToReturn",
    "ItemToReturnPage",
    "LabelFile",
    "LabelFiles",
    "LabelOptionsInput",
    "LabelSelectionMode",
    "LabelSelectionModeOrStr",
    "LabelState",
    "LabelStateOrStr",
    "MethodCode",
    "MethodCodeOrStr",
    "PackageInput",
    "QrCode",
    "ReasonCode",
    "ReasonCodeOrStr",
    "ReceiveReturnsRequest",
    "RejectionReasonCode",
    "RejectionReasonCodeOrStr",
    "Return",
    "ReturnActions",
    "ReturnAddress",
    "ReturnDocument",
    "ReturnError",
    "ReturnIdInput",
    "ReturnInput",
    "ReturnLabel",
    "ReturnLabelError",
    "ReturnLabelInput",
    "ReturnLabelPage",
    "ReturnLabelShippingFromInput",
    "ReturnLabelSuccess",
    "ReturnLabelTracking",
    "ReturnLine",
    "ReturnLineCompliance",
    "ReturnLineInput",
    "ReturnPage",
    "ReturnState",
    "ReturnStateOrStr",
    "ReturnTracking",
    "WeightInput",
]


class LabelSelectionMode:
    """Known values of `label_selection_mode`; others may appear at any time."""

    CHEAPEST: Final = "CHEAPEST"


class LabelState:
    """Known values of `label_state`; others may appear at any time."""

    PENDING: Final = "PENDING"
    CREATED: Final = "CREATED"
    FAILED: Final = "FAILED"


class MethodCode:
    """Known values of `method_code`; others may appear at any time."""

    RETURN_METHOD_BY_MAIL: Final = "RETURN_METHOD_BY_MAIL"
    RETURN_METHOD_DROP_OFF_POINT: Final = "RETURN_METHOD_DROP_OFF_POINT"
    RETURN_METHOD_HOME_PICKUP: Final = "RETURN_METHOD_HOME_PICKUP"
    RETURN_METHOD_IN_STORE: Final = "RETURN_METHOD_IN_STORE"
    RETURN_METHOD_RETURNLESS: Final = "RETURN_METHOD_RETURNLESS"


class ReasonCode:
    """Known values of `reason_code`; others may appear at any time."""

    RETURN_BROKEN_ITEM: Final = "RETURN_BROKEN_ITEM"
    RETURN_CHANGED_MIND: Final = "RETURN_CHANGED_MIND"
    RETURN_COUNTERFEIT_ITEM: Final = "RETURN_COUNTERFEIT_ITEM"
    RETURN_DAMAGED_PACKAGING: Final = "RETURN_DAMAGED_PACKAGING"
    RETURN_DEFECTIVE_ITEM: Final = "RETURN_DEFECTIVE_ITEM"
    RETURN_DELIVERED_PRODUCT_DIFFERENT: Final = "RETURN_DELIVERED_PRODUCT_DIFFERENT"
    RETURN_MISSING_ITEM: Final = "RETURN_MISSING_ITEM"
    RETURN_OTHER: Final = "RETURN_OTHER"
    RETURN_CM_DONT_WANT: Final = "RETURN_CM_DONT_WANT"
    RETURN_CM_DONT_LIKE: Final = "RETURN_CM_DONT_LIKE"
    RETURN_CM_QUALITY: Final = "RETURN_CM_QUALITY"
    RETURN_DPD_WRONG_SIZE: Final = "RETURN_DPD_WRONG_SIZE"
    RETURN_DPD_WRONG_COLOR: Final = "RETURN_DPD_WRONG_COLOR"
    RETURN_DEFECTIVE_ON_ARRIVAL: Final = "RETURN_DEFECTIVE_ON_ARRIVAL"
    RETURN_PRODUCT_DOES_NOT_FIT: Final = "RETURN_PRODUCT_DOES_NOT_FIT"
    RETURN_PDNT_TOO_BIG: Final = "RETURN_PDNT_TOO_BIG"
    RETURN_PDNT_TOO_SMALL: Final = "RETURN_PDNT_TOO_SMALL"
    RETURN_INACCURATE_ITEM_DESCRIPTION: Final = "RETURN_INACCURATE_ITEM_DESCRIPTION"
    RETURN_WARRANTY: Final = "RETURN_WARRANTY"


class RejectionReasonCode:
    """Known values of `rejection_reason_code`; others may appear at any time."""

    RETURN_REJECTION_NOT_ELIGIBLE: Final = "RETURN_REJECTION_NOT_ELIGIBLE"
    RETURN_REJECTION_NOT_NEEDED: Final = "RETURN_REJECTION_NOT_NEEDED"
    RETURN_REJECTION_WINDOW_CLOSED: Final = "RETURN_REJECTION_WINDOW_CLOSED"


class ReturnState:
    """Known values of `state` and `status`; others may appear at any time."""

    WAITING_ACCEPTANCE: Final = "WAITING_ACCEPTANCE"
    IN_PROGRESS: Final = "IN_PROGRESS"
    REFUSED: Final = "REFUSED"
    RECEIVED: Final = "RECEIVED"
    NO_RECEPTION: Final = "NO_RECEPTION"
    CLOSED: Final = "CLOSED"
    CANCELED: Final = "CANCELED"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    LabelSelectionModeOrStr: TypeAlias = Literal["CHEAPEST"] | str
    LabelStateOrStr: TypeAlias = Literal["PENDING", "CREATED", "FAILED"] | str
    MethodCodeOrStr: TypeAlias = (
        Literal[
            "RETURN_METHOD_BY_MAIL",
            "RETURN_METHOD_DROP_OFF_POINT",
            "RETURN_METHOD_HOME_PICKUP",
            "RETURN_METHOD_IN_STORE",
            "RETURN_METHOD_RETURNLESS",
        ]
        | str
    )
    ReasonCodeOrStr: TypeAlias = (
        Literal[
            "RETURN_BROKEN_ITEM",
            "RETURN_CHANGED_MIND",
            "RETURN_COUNTERFEIT_ITEM",
            "RETURN_DAMAGED_PACKAGING",
            "RETURN_DEFECTIVE_ITEM",
            "RETURN_DELIVERED_PRODUCT_DIFFERENT",
            "RETURN_MISSING_ITEM",
            "RETURN_OTHER",
            "RETURN_CM_DONT_WANT",
            "RETURN_CM_DONT_LIKE",
            "RETURN_CM_QUALITY",
            "RETURN_DPD_WRONG_SIZE",
            "RETURN_DPD_WRONG_COLOR",
            "RETURN_DEFECTIVE_ON_ARRIVAL",
            "RETURN_PRODUCT_DOES_NOT_FIT",
            "RETURN_PDNT_TOO_BIG",
            "RETURN_PDNT_TOO_SMALL",
            "RETURN_INACCURATE_ITEM_DESCRIPTION",
            "RETURN_WARRANTY",
        ]
        | str
    )
    RejectionReasonCodeOrStr: TypeAlias = (
        Literal["RETURN_REJECTION_NOT_ELIGIBLE", "RETURN_REJECTION_NOT_NEEDED", "RETURN_REJECTION_WINDOW_CLOSED"] | str
    )
    ReturnStateOrStr: TypeAlias = (
        Literal["WAITING_ACCEPTANCE", "IN_PROGRESS", "REFUSED", "RECEIVED", "NO_RECEPTION", "CLOSED", "CANCELED"] | str
    )
else:
    LabelSelectionModeOrStr = str
    LabelStateOrStr = str
    MethodCodeOrStr = str
    ReasonCodeOrStr = str
    RejectionReasonCodeOrStr = str
    ReturnStateOrStr = str


class ReturnIdInput(RequestModel, kw_only=True, gc=False):
    """Sent as `returns`, to RT25 and RT29."""

    id: Annotated[str, Meta(max_length=36)]
    """At most 36 characters."""


class CancelReturnsRequest(RequestModel, kw_only=True, gc=False):
    """The body of RT29."""

    returns: Annotated[list[ReturnIdInput], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""


class LabelOptionsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `return_labels.label_options`, to RT51."""

    qr_code: bool | UnsetType = UNSET


class DimensionsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `return_labels.package.dimensions`, to RT51."""

    height: Decimal
    """At least 0."""
    length: Decimal
    """At least 0."""
    unit: Annotated[str, Meta(pattern="^(in|cm)$")]
    """Matching `^(in|cm)$`."""
    width: Decimal
    """At least 0."""

    def __post_init__(self) -> None:
        check_number("DimensionsInput.height", self.height, low=Decimal(0))
        check_number("DimensionsInput.length", self.length, low=Decimal(0))
        check_number("DimensionsInput.width", self.width, low=Decimal(0))


class WeightInput(RequestModel, kw_only=True, gc=False):
    """Sent as `return_labels.package.weight`, to RT51."""

    unit: Annotated[str, Meta(pattern="^(lb|kg)$")]
    """Matching `^(lb|kg)$`."""
    value: Decimal
    """At least 0."""

    def __post_init__(self) -> None:
        check_number("WeightInput.value", self.value, low=Decimal(0))


class PackageInput(RequestModel, kw_only=True, gc=False):
    """Sent as `return_labels.package`, to RT51."""

    dimensions: DimensionsInput
    weight: WeightInput


class ReturnLabelShippingFromInput(RequestModel, kw_only=True, gc=False):
    """Sent as `return_labels.shipping_from`, to RT51."""

    city: str
    contact_name: str
    contact_phone: str
    country_iso_code: str
    """ISO 3166-1."""
    street_1: str
    state: str | None | UnsetType = UNSET
    street_2: str | None | UnsetType = UNSET
    zip_code: str | UnsetType = UNSET


class ReturnLabelInput(RequestModel, kw_only=True, gc=False):
    """Sent as `return_labels`, to RT51."""

    package: PackageInput
    return_id: str
    carrier_code: str | None | UnsetType = UNSET
    carrier_service_code: str | None | UnsetType = UNSET
    label_options: LabelOptionsInput | UnsetType = UNSET
    label_selection_mode: LabelSelectionModeOrStr | UnsetType = UNSET
    """Known values: CHEAPEST (`LabelSelectionMode`)."""
    shipping_from: ReturnLabelShippingFromInput | UnsetType = UNSET


class CreateLabelsRequest(RequestModel, kw_only=True, gc=False):
    """The body of RT51."""

    return_labels: Annotated[list[ReturnLabelInput], Meta(max_length=200)]
    """At most 200 items."""


class ReturnLabelError(ResponseModel, kw_only=True, gc=False):
    """Read as `return_label_errors`, from RT51."""

    error_message: str | None = None
    return_id: str | None = None
    message: str | None = None


class ReturnLabelSuccess(ResponseModel, kw_only=True, gc=False):
    """Read as `return_label_successes`, from RT51."""

    return_id: str | None = None


class CreateLabelsResponse(ResponseModel, BulkResult[ReturnLabelError], kw_only=True, gc=False):
    """The answer of RT51."""

    return_label_errors: list[ReturnLabelError] | None = None
    return_label_successes: list[ReturnLabelSuccess] | None = None

    def _failures(self) -> list[ReturnLabelError]:
        return self.return_label_errors or []


class ReturnLineInput(RequestModel, kw_only=True, gc=False):
    """Sent as `returns.return_lines`, to RT01."""

    order_line_id: str
    quantity: Annotated[int, Meta(ge=1)]
    """At least 1."""
    reason_code: str | UnsetType = UNSET


class ReturnInput(RequestModel, kw_only=True, gc=False):
    """Sent as `returns`, to RT01."""

    method_code: MethodCodeOrStr
    """Known values: RETURN_METHOD_BY_MAIL, RETURN_METHOD_DROP_OFF_POINT, RETURN_METHOD_HOME_PICKUP,
    RETURN_METHOD_IN_STORE, RETURN_METHOD_RETURNLESS (`MethodCode`).
    """
    order_commercial_id: str
    return_lines: Annotated[list[ReturnLineInput], Meta(min_length=1, max_length=200)]
    """1 to 200 items."""
    accepted: bool | None | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=2000)] | UnsetType = UNSET
    """At most 2000 characters."""
    label_url: Annotated[str, Meta(min_length=1, max_length=2000)] | None | UnsetType = UNSET
    """At most 2000 characters."""
    reason_code: ReasonCodeOrStr | UnsetType = UNSET
    """19 known values (`ReasonCode`)."""
    rma: Annotated[str, Meta(min_length=1, max_length=100, pattern="[0-9a-zA-Z_-]+")] | None | UnsetType = UNSET
    """At most 100 characters; matching `[0-9a-zA-Z_-]+`."""


class CreateReturnsRequest(RequestModel, kw_only=True, gc=False):
    """The body of RT01."""

    returns: Annotated[list[ReturnInput], Meta(min_length=1, max_length=200)]
    """1 to 200 items."""


class ReturnAddress(ResponseModel, kw_only=True, gc=False):
    """Read as `data.return_address`, from RT11 and RT01."""

    city: Expected[str] = EXPECTED_DEFAULT
    country_iso_code: Expected[str] = EXPECTED_DEFAULT
    """ISO 3166-1."""
    street1: Expected[str] = EXPECTED_DEFAULT
    zip_code: Expected[str] = EXPECTED_DEFAULT
    state: str | None = None
    street2: str | None = None


class ReturnDocument(ResponseModel, kw_only=True, gc=False):
    """Read as `data.documents`, from RT11 and RT01."""

    id: Expected[int] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT


class ReturnLineCompliance(ResponseModel, kw_only=True, gc=False):
    """Read as `data.return_lines.compliance`, from RT11 and RT01."""

    compliant: Expected[bool] = EXPECTED_DEFAULT
    non_compliance_additional_info: str | None = None
    non_compliance_reason_code: str | None = None


class ReturnLine(ResponseModel, kw_only=True, gc=False):
    """Read as `data.return_lines`, from RT11 and RT01."""

    order_line_id: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    reason_code: Expected[ReasonCodeOrStr] = EXPECTED_DEFAULT
    """19 known values (`ReasonCode`)."""
    compliance: list[ReturnLineCompliance] | None = None


class ReturnTracking(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking`, from RT11 and RT01."""

    carrier_code: str | None = None
    carrier_name: str | None = None
    carrier_standard_code: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    carrierCode: str | None = None
    carrierName: str | None = None


class CreatedReturn(ResponseModel, kw_only=True, gc=False):
    """Read as `return_success`, from RT01."""

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    last_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    method_code: Expected[MethodCodeOrStr] = EXPECTED_DEFAULT
    """Known values: RETURN_METHOD_BY_MAIL, RETURN_METHOD_DROP_OFF_POINT, RETURN_METHOD_HOME_PICKUP,
    RETURN_METHOD_IN_STORE, RETURN_METHOD_RETURNLESS (`MethodCode`).
    """
    order_commercial_id: Expected[str] = EXPECTED_DEFAULT
    order_id: Expected[str] = EXPECTED_DEFAULT
    return_address: Expected[ReturnAddress] = EXPECTED_DEFAULT
    return_lines: Expected[list[ReturnLine]] = EXPECTED_DEFAULT
    state: Expected[ReturnStateOrStr] = EXPECTED_DEFAULT
    """Known values: WAITING_ACCEPTANCE, IN_PROGRESS, REFUSED, RECEIVED, NO_RECEPTION, CLOSED, CANCELED
    (`ReturnState`).
    """
    description: str | None = None
    documents: list[ReturnDocument] | None = None
    label_url: str | None = None
    reason_code: ReasonCodeOrStr | None = None
    """19 known values (`ReasonCode`)."""
    rejection_reason_code: RejectionReasonCodeOrStr | None = None
    """Known values: RETURN_REJECTION_NOT_ELIGIBLE, RETURN_REJECTION_NOT_NEEDED, RETURN_REJECTION_WINDOW_CLOSED
    (`RejectionReasonCode`).
    """
    rma: str | None = None
    tracking: ReturnTracking | None = None
    status: ReturnStateOrStr | None = None
    """Known values: WAITING_ACCEPTANCE, IN_PROGRESS, REFUSED, RECEIVED, NO_RECEPTION, CLOSED, CANCELED
    (`ReturnState`).
    """


class ReturnError(ResponseModel, kw_only=True, gc=False):
    """Read as `return_errors`, from RT01."""

    message: str | None = None
    order_commercial_id: str | None = None


class CreateReturnsResponse(ResponseModel, BulkResult[ReturnError], kw_only=True, gc=False):
    """The answer of RT01."""

    return_errors: Expected[list[ReturnError]] = EXPECTED_DEFAULT
    return_success: Expected[list[CreatedReturn]] = EXPECTED_DEFAULT

    def _failures(self) -> list[ReturnError]:
        return self.return_errors or []


class EstimatedCost(ResponseModel, kw_only=True, gc=False):
    """Read as `data.estimated_cost`, from RT52."""

    amount: Decimal | None = None
    """In `currency_iso_code`."""
    currency_iso_code: CurrencyIsoCodeOrStr | None = None
    """61 known values (`CurrencyIsoCode`); ISO 4217."""


class ItemToReturn(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from RT12."""

    order_commercial_id: Expected[str] = EXPECTED_DEFAULT
    order_line_id: Expected[str] = EXPECTED_DEFAULT
    returnable_quantity: Expected[int] = EXPECTED_DEFAULT
    available_return_methods: list[str] | None = None
    available_return_reasons: list[str] | None = None
    return_window: int | None = None
    return_window_end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    return_window_start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None


class ItemToReturnPage(ResponseModel, kw_only=True, gc=False):
    """The answer of RT12."""

    data: Expected[list[ItemToReturn]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None


class LabelFile(ResponseModel, kw_only=True, gc=False):
    """Read as `data.files.label`, from RT52."""

    file_type: str | None = None
    url: str | None = None


class QrCode(ResponseModel, kw_only=True, gc=False):
    """Read as `data.files.qr_code`, from RT52."""

    file_type: str | None = None
    url: str | None = None


class LabelFiles(ResponseModel, kw_only=True, gc=False):
    """Read as `data.files`, from RT52."""

    label: LabelFile | None = None
    qr_code: QrCode | None = None


class ReceiveReturnsRequest(RequestModel, kw_only=True, gc=False):
    """The body of RT25."""

    returns: Annotated[list[ReturnIdInput], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""


class Return(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from RT11."""

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    last_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    method_code: Expected[MethodCodeOrStr] = EXPECTED_DEFAULT
    """Known values: RETURN_METHOD_BY_MAIL, RETURN_METHOD_DROP_OFF_POINT, RETURN_METHOD_HOME_PICKUP,
    RETURN_METHOD_IN_STORE, RETURN_METHOD_RETURNLESS (`MethodCode`).
    """
    order_commercial_id: Expected[str] = EXPECTED_DEFAULT
    order_id: Expected[str] = EXPECTED_DEFAULT
    return_address: Expected[ReturnAddress] = EXPECTED_DEFAULT
    return_lines: Expected[list[ReturnLine]] = EXPECTED_DEFAULT
    state: Expected[ReturnStateOrStr] = EXPECTED_DEFAULT
    """Known values: WAITING_ACCEPTANCE, IN_PROGRESS, REFUSED, RECEIVED, NO_RECEPTION, CLOSED, CANCELED
    (`ReturnState`).
    """
    description: str | None = None
    documents: list[ReturnDocument] | None = None
    label_url: str | None = None
    reason_code: ReasonCodeOrStr | None = None
    """19 known values (`ReasonCode`)."""
    rejection_reason_code: RejectionReasonCodeOrStr | None = None
    """Known values: RETURN_REJECTION_NOT_ELIGIBLE, RETURN_REJECTION_NOT_NEEDED, RETURN_REJECTION_WINDOW_CLOSED
    (`RejectionReasonCode`).
    """
    rma: str | None = None
    tracking: ReturnTracking | None = None


class ReturnActions(ResponseModel, BulkResult[ActionError], kw_only=True, gc=False):
    """The answer of RT25 and RT29."""

    return_errors: list[ActionError] | None = None
    return_success: list[ActionSuccess] | None = None

    def _failures(self) -> list[ActionError]:
        return self.return_errors or []


class ReturnLabelTracking(ResponseModel, kw_only=True, gc=False):
    """Read as `data.tracking`, from RT52."""

    carrier_code: str | None = None
    carrier_name: str | None = None
    carrier_service_code: str | None = None
    carrier_standard_code: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


class ReturnLabel(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from RT52."""

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    label_state: Expected[LabelStateOrStr] = EXPECTED_DEFAULT
    """Known values: PENDING, CREATED, FAILED (`LabelState`)."""
    last_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    return_id: Expected[str] = EXPECTED_DEFAULT
    errors: list[ItemError] | None = None
    estimated_cost: EstimatedCost | None = None
    files: LabelFiles | None = None
    tracking: ReturnLabelTracking | None = None


class ReturnLabelPage(ResponseModel, BulkResult[ReturnLabel], kw_only=True, gc=False):
    """The answer of RT52."""

    data: Expected[list[ReturnLabel]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None

    def _failures(self) -> list[ReturnLabel]:
        return [item for item in self.data or [] if item.errors]


class ReturnPage(ResponseModel, kw_only=True, gc=False):
    """The answer of RT11."""

    data: Expected[list[Return]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None
