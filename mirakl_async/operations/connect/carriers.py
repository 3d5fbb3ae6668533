# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""The carriers of the channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from ...models.connect.carriers import CarrierRequest
    from ...options import Options

__all__ = ["Carriers", "UPSERT_CARRIERS"]

UPSERT_CARRIERS: Operation[None] = Operation(
    code="upsertCarriers",
    service="connect",
    resource="carriers",
    name="upsert",
    method="POST",
    path="/v1/orders/channels/{channel_id}/carriers",
    summary="replace the channel's list of carriers.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True),
        Param(
            name="carriers",
            argument="carriers",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=5000,
        ),
    ),
    content="json",
    body="connect.carriers:UpsertCarriersRequest",
    success=(204,),
    retry="idempotent",
    group="upsertCarriers",
    maximum=Rate(1, 3600.0),
    frequency="when the list changes, at most once an hour",
    scope="connect-channel-platform:carrier:upsert",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/carriers/upsertcarriers",
)


class Carriers(Resource):
    """The carriers of the channel."""

    __slots__ = ()

    async def upsert(self, channel_id: str, *, carriers: Sequence[CarrierRequest], **options: Unpack[Options]) -> None:
        """upsertCarriers: replace the channel's list of carriers.

        `POST /v1/orders/channels/{channel_id}/carriers`. Documented pace: when the list changes, at most once an hour.

        Carriers left out are deleted.

        - carriers: at most 5000 values

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/carriers/upsertcarriers
        """
        carriers = hidden(carriers)
        return await self._caller.call(UPSERT_CARRIERS, {"channel_id": channel_id, "carriers": carriers}, options)
