# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What the channel knows about its stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from typing import Unpack

    from ...models.connect.stores import KycStatusOrStr, QualitySuspensionReason, SubChannel
    from ...options import Options

__all__ = ["Stores", "UPSERT_BUSINESS_INFORMATION"]

UPSERT_BUSINESS_INFORMATION: Operation[None] = Operation(
    code="upsertBusinessInformation",
    service="connect",
    resource="stores",
    name="upsert_business_information",
    method="PUT",
    path="/v1/channels/{channel_id}/stores/{channel_store_id}",
    summary="replace what Connect knows about a store's business.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True, min_length=1),
        Param(name="channel_store_id", argument="channel_store_id", location="path", required=True, min_length=1),
        Param(
            name="currency",
            argument="currency",
            location="body",
            required=True,
            min_length=1,
            max_length=3,
            pattern="^[A-Z]{3}$",
        ),
        Param(name="updated_at", argument="updated_at", location="body", type="date-time", required=True),
        Param(
            name="kyc_status",
            argument="kyc_status",
            location="body",
            values=("PENDING_SUBMISSION", "PENDING_APPROVAL", "REFUSED", "APPROVED", "NOT_REQUIRED"),
        ),
        Param(name="kyc_status_reason", argument="kyc_status_reason", location="body"),
        Param(name="missing_configuration", argument="missing_configuration", location="body", type="boolean"),
        Param(
            name="payment_information_configured",
            argument="payment_information_configured",
            location="body",
            type="boolean",
        ),
        Param(name="payment_information_warning", argument="payment_information_warning", location="body"),
        Param(
            name="quality_suspension_reasons",
            argument="quality_suspension_reasons",
            location="body",
            type="json",
            list_style="repeat",
        ),
        Param(name="shipping_warning", argument="shipping_warning", location="body"),
        Param(name="sub_channels", argument="sub_channels", location="body", type="json", list_style="repeat"),
    ),
    content="json",
    body="connect.stores:BusinessInformationInput",
    retry="idempotent",
    group="upsertBusinessInformation",
    recommended=Rate(1, 60.0),
    maximum=Rate(5, 60.0),
    frequency="recommended once a minute, at most 5 a minute",
    scope="connect-channel-platform:store:write",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/store/upsertbusinessinformation",
)


class Stores(Resource):
    """What the channel knows about its stores."""

    __slots__ = ()

    async def upsert_business_information(
        self,
        channel_id: str,
        channel_store_id: str,
        *,
        currency: str,
        updated_at: dt.datetime,
        kyc_status: KycStatusOrStr | None = None,
        kyc_status_reason: str | None = None,
        missing_configuration: bool | None = None,
        payment_information_configured: bool | None = None,
        payment_information_warning: str | None = None,
        quality_suspension_reasons: Sequence[QualitySuspensionReason] | None = None,
        shipping_warning: str | None = None,
        sub_channels: Sequence[SubChannel] | None = None,
        **options: Unpack[Options],
    ) -> None:
        """upsertBusinessInformation: replace what Connect knows about a store's business.

        `PUT /v1/channels/{channel_id}/stores/{channel_store_id}`. Documented pace: recommended once a minute, at most 5
        a minute.

        The currency never changes. An older `updated_at` is dropped. Leaving out a sub-channel stops it; the list
        cannot be emptied once it was filled.

        - currency: at most 3 characters
        - kyc_status: PENDING_SUBMISSION, PENDING_APPROVAL, REFUSED, APPROVED, NOT_REQUIRED (`KycStatus`)

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/store/upsertbusinessinformation
        """
        quality_suspension_reasons = hidden(quality_suspension_reasons)
        sub_channels = hidden(sub_channels)
        return await self._caller.call(
            UPSERT_BUSINESS_INFORMATION,
            {
                "channel_id": channel_id,
                "channel_store_id": channel_store_id,
                "currency": currency,
                "updated_at": updated_at,
                "kyc_status": kyc_status,
                "kyc_status_reason": kyc_status_reason,
                "missing_configuration": missing_configuration,
                "payment_information_configured": payment_information_configured,
                "payment_information_warning": payment_information_warning,
                "quality_suspension_reasons": quality_suspension_reasons,
                "shipping_warning": shipping_warning,
                "sub_channels": sub_channels,
            },
            options,
        )
