# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What connect.returns sends and reads."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, BulkResult, Expected, RequestModel, ResponseModel, check_timezone

from .common import OriginRequest

__all__ = [
    "RejectionReason",
    "RejectionReasonOrStr",
    "ReturnAddressRequest",
    "ReturnError",
    "ReturnErrorDetail",
    "ReturnLineReason",
    "ReturnLineReasonOrStr",
    "ReturnLineRequest",
    "ReturnRequest",
    "ReturnStatus",
    "ReturnStatusOrStr",
    "ReturnSuccess",
    "ReturnTrackingRequest",
    "UpsertReturnsRequest",
    "UpsertReturnsResponse",
]


class RejectionReason:
    """Known values of `rejection_reason`; others may appear at any time."""

    RETURN_WINDOW_CLOSED: Final = "RETURN_WINDOW_CLOSED"
    NOT_ELIGIBLE_FOR_RETURN: Final = "NOT_ELIGIBLE_FOR_RETURN"
    FINAL_SALES: Final = "FINAL_SALES"
    OTHER: Final = "OTHER"


class ReturnLineReason:
    """Known values of `reason`; others may appear at any time."""

    WRONG_ITEM: Final = "WRONG_ITEM"
    MISSING_ITEM: Final = "MISSING_ITEM"
    DEFECTIVE_ITEM: Final = "DEFECTIVE_ITEM"
    DAMAGED_ITEM: Final = "DAMAGED_ITEM"
    UNWANTED_ITEM: Final = "UNWANTED_ITEM"
    OTHER: Final = "OTHER"


class ReturnStatus:
    """Known values of `status`; others may appear at any time."""

    REQUEST_INITIATED: Final = "REQUEST_INITIATED"
    REQUEST_DECLINED: Final = "REQUEST_DECLINED"
    OPENED: Final = "OPENED"
    RECEIVED: Final = "RECEIVED"
    CLOSED: Final = "CLOSED"
    CHANNEL_SPECIFIC: Final = "CHANNEL_SPECIFIC"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    RejectionReasonOrStr: TypeAlias = (
        Literal["RETURN_WINDOW_CLOSED", "NOT_ELIGIBLE_FOR_RETURN", "FINAL_SALES", "OTHER"] | str
    )
    ReturnLineReasonOrStr: TypeAlias = (
        Literal["WRONG_ITEM", "MISSING_ITEM", "DEFECTIVE_ITEM", "DAMAGED_ITEM", "UNWANTED_ITEM", "OTHER"] | str
    )
    ReturnStatusOrStr: TypeAlias = (
        Literal["REQUEST_INITIATED", "REQUEST_DECLINED", "OPENED", "RECEIVED", "CLOSED", "CHANNEL_SPECIFIC"] | str
    )
else:
    RejectionReasonOrStr = str
    ReturnLineReasonOrStr = str
    ReturnStatusOrStr = str


class ReturnAddressRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `returns.address`, to upsertReturns."""

    city: str
    country_iso_code: str
    """ISO 3166-1 alpha-3."""
    street: str
    country: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    street_additional_info: str | UnsetType = UNSET
    zip_code: str | UnsetType = UNSET


class ReturnErrorDetail(ResponseModel, kw_only=True, gc=False):
    """Read as `return_errors.details`, from upsertReturns."""

    code: Expected[str] = EXPECTED_DEFAULT
    message: Expected[str] = EXPECTED_DEFAULT
    field: str | None = None


class ReturnError(ResponseModel, kw_only=True, gc=False):
    """Read as `return_errors`, from upsertReturns."""

    channel_order_id: str | None = None
    channel_return_id: str | None = None
    details: list[ReturnErrorDetail] | None = None


class ReturnLineRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `returns.return_lines`, to upsertReturns."""

    channel_order_line_id: str
    quantity: int
    reason: ReturnLineReasonOrStr
    """Known values: WRONG_ITEM, MISSING_ITEM, DEFECTIVE_ITEM, DAMAGED_ITEM, UNWANTED_ITEM, OTHER
    (`ReturnLineReason`).
    """


class ReturnTrackingRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `returns.tracking`, to upsertReturns."""

    carrier_name: str | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET


class ReturnRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `returns`, to upsertReturns."""

    channel_order_id: str
    channel_return_id: str
    channel_updated_at: Annotated[dt.datetime, Meta(tz=True)]
    created_at: Annotated[dt.datetime, Meta(tz=True)]
    return_lines: Annotated[list[ReturnLineRequest], Meta(min_length=1)]
    """Not empty."""
    status: ReturnStatusOrStr
    """Known values: REQUEST_INITIATED, REQUEST_DECLINED, OPENED, RECEIVED, CLOSED, CHANNEL_SPECIFIC
    (`ReturnStatus`).
    """
    address: ReturnAddressRequest | UnsetType = UNSET
    label_url: str | UnsetType = UNSET
    method: str | UnsetType = UNSET
    rejection_reason: RejectionReasonOrStr | UnsetType = UNSET
    """Known values: RETURN_WINDOW_CLOSED, NOT_ELIGIBLE_FOR_RETURN, FINAL_SALES, OTHER (`RejectionReason`)."""
    rma_id: str | UnsetType = UNSET
    sub_channel_code: str | UnsetType = UNSET
    tracking: ReturnTrackingRequest | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("ReturnRequest.channel_updated_at", self.channel_updated_at)
        check_timezone("ReturnRequest.created_at", self.created_at)


class ReturnSuccess(ResponseModel, kw_only=True, gc=False):
    """Read as `return_success`, from upsertReturns."""

    channel_order_id: str | None = None
    channel_return_id: str | None = None


class UpsertReturnsRequest(RequestModel, kw_only=True, gc=False):
    """The body of upsertReturns."""

    origin: OriginRequest
    returns: Annotated[list[ReturnRequest], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""


class UpsertReturnsResponse(ResponseModel, BulkResult[ReturnError], kw_only=True, gc=False):
    """The answer of upsertReturns."""

    return_errors: list[ReturnError] | None = None
    return_success: list[ReturnSuccess] | None = None

    def _failures(self) -> list[ReturnError]:
        return self.return_errors or []
