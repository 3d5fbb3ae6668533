# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What account.stores sends and reads."""

import datetime as dt
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import Sent, zoned


class StoreInput(Sent, kw_only=True, gc=False):
    """Sent as `stores`, to SELLER_ACCOUNT_STORE_CREATE."""

    channel_id: str
    channel_store_id: str
    name: str
    state: str
    access_expiration_date: Annotated[dt.datetime, Meta(tz=True)] | None | UnsetType = UNSET
    suspension_type: str | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        zoned("StoreInput.access_expiration_date", self.access_expiration_date)


class CreateStoresRequest(Sent, kw_only=True, gc=False):
    """The body of SELLER_ACCOUNT_STORE_CREATE."""

    stores: list[StoreInput]


class UpdateStoresRequest(Sent, kw_only=True, gc=False):
    """The body of SELLER_ACCOUNT_STORE_UPDATE."""

    name: str
    state: str
    access_expiration_date: Annotated[dt.datetime, Meta(tz=True)] | None | UnsetType = UNSET
    suspension_type: str | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        zoned("UpdateStoresRequest.access_expiration_date", self.access_expiration_date)
