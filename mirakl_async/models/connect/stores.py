# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What connect.stores sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import RequestModel, check_number, check_timezone

__all__ = ["BusinessInformationInput", "KycStatus", "KycStatusOrStr", "QualitySuspensionReason", "SubChannel"]


class KycStatus:
    """Known values of `kyc_status`; others may appear at any time."""

    PENDING_SUBMISSION: Final = "PENDING_SUBMISSION"
    PENDING_APPROVAL: Final = "PENDING_APPROVAL"
    REFUSED: Final = "REFUSED"
    APPROVED: Final = "APPROVED"
    NOT_REQUIRED: Final = "NOT_REQUIRED"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    KycStatusOrStr: TypeAlias = (
        Literal["PENDING_SUBMISSION", "PENDING_APPROVAL", "REFUSED", "APPROVED", "NOT_REQUIRED"] | str
    )
else:
    KycStatusOrStr = str


class QualitySuspensionReason(RequestModel, kw_only=True, gc=False):
    """Sent as `quality_suspension_reasons`, to upsertBusinessInformation."""

    rule: str
    period: str | UnsetType = UNSET
    rule_comparison_method: str | UnsetType = UNSET
    rule_type: str | UnsetType = UNSET
    stat_value: Decimal | UnsetType = UNSET
    threshold: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("QualitySuspensionReason.stat_value", self.stat_value)
        check_number("QualitySuspensionReason.threshold", self.threshold)


class SubChannel(RequestModel, kw_only=True, gc=False):
    """Sent as `sub_channels`, to upsertBusinessInformation."""

    currency: Annotated[str, Meta(min_length=1, max_length=3, pattern="^[A-Z]{3}$")]
    """ISO 4217; at most 3 characters; matching `^[A-Z]{3}$`."""
    id: str
    name: str


class BusinessInformationInput(RequestModel, kw_only=True, gc=False):
    """The body of upsertBusinessInformation."""

    currency: Annotated[str, Meta(min_length=1, max_length=3, pattern="^[A-Z]{3}$")]
    """ISO 4217; at most 3 characters; matching `^[A-Z]{3}$`."""
    updated_at: Annotated[dt.datetime, Meta(tz=True)]
    kyc_status: KycStatusOrStr | UnsetType = UNSET
    """Known values: PENDING_SUBMISSION, PENDING_APPROVAL, REFUSED, APPROVED, NOT_REQUIRED (`KycStatus`)."""
    kyc_status_reason: str | UnsetType = UNSET
    missing_configuration: bool | UnsetType = UNSET
    payment_information_configured: bool | UnsetType = UNSET
    payment_information_warning: str | UnsetType = UNSET
    quality_suspension_reasons: list[QualitySuspensionReason] | UnsetType = UNSET
    shipping_warning: str | UnsetType = UNSET
    sub_channels: list[SubChannel] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("BusinessInformationInput.updated_at", self.updated_at)
