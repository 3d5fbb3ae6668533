# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What connect.carriers sends and reads."""

from typing import Annotated

from msgspec import Meta

from mirakl_async.model import RequestModel

__all__ = ["CarrierRequest", "UpsertCarriersRequest"]


class CarrierRequest(RequestModel, kw_only=True, gc=False):
    """Sent as `carriers`, to upsertCarriers."""

    channel_carrier_id: str
    name: str


class UpsertCarriersRequest(RequestModel, kw_only=True, gc=False):
    """The body of upsertCarriers."""

    carriers: Annotated[list[CarrierRequest], Meta(min_length=1, max_length=5000)]
    """1 to 5000 items."""
