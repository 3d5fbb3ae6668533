# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The channels of a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from ...models.account.channels import ChannelInput, ChannelList
    from ...options import Options

__all__ = ["Channels", "SELLER_ACCOUNT_CHANNEL_UPSERT"]

SELLER_ACCOUNT_CHANNEL_UPSERT: Operation[ChannelList] = Operation(
    code="SELLER_ACCOUNT_CHANNEL_UPSERT",
    service="account",
    resource="channels",
    name="upsert",
    method="POST",
    path="/v1/channels",
    summary="create or update channels, known by your `external_id`.",
    params=(
        Param(name="channels", argument="channels", location="body", type="json", list_style="repeat", required=True),
    ),
    content="json",
    body="account.channels:UpsertChannelsRequest",
    answer="json",
    success=(201,),
    reply="account.channels:ChannelList",
    retry="idempotent",
    docs="https://developer.mirakl.com/content/product/account-channel-platform/rest/connector/openapi3/channel/seller_account_channel_upsert",
)


class Channels(Resource):
    """The channels of a connector."""

    __slots__ = ()

    async def upsert(self, *, channels: Sequence[ChannelInput], **options: Unpack[Options]) -> ChannelList:
        """SELLER_ACCOUNT_CHANNEL_UPSERT: create or update channels, known by your `external_id`.

        `POST /v1/channels`.

        https://developer.mirakl.com/content/product/account-channel-platform/rest/connector/openapi3/channel/seller_account_channel_upsert
        """
        channels = hidden(channels)
        return await self._caller.call(SELLER_ACCOUNT_CHANNEL_UPSERT, {"channels": channels}, options)
