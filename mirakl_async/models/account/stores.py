# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What account.stores sends and reads."""

import datetime as dt
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import RequestModel, check_timezone

__all__ = ["CreateStoresRequest", "StoreInput", "UpdateStoresRequest"]


class StoreInput(RequestModel, kw_only=True, gc=False):
    """Sent as `stores`, to SELLER_ACCOUNT_STORE_CREATE."""

    channel_id: str
    channel_store_id: str
    name: str
    state: str
    access_expiration_date: Annotated[dt.datetime, Meta(tz=True)] | None | UnsetType = UNSET
    suspension_type: str | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("StoreInput.access_expiration_date", self.access_expiration_date)


class CreateStoresRequest(RequestModel, kw_only=True, gc=False):
    """The body of SELLER_ACCOUNT_STORE_CREATE."""

    stores: list[StoreInput]


class UpdateStoresRequest(RequestModel, kw_only=True, gc=False):
    """The body of SELLER_ACCOUNT_STORE_UPDATE."""

    name: str
    state: str
    access_expiration_date: Annotated[dt.datetime, Meta(tz=True)] | None | UnsetType = UNSET
    suspension_type: str | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("UpdateStoresRequest.access_expiration_date", self.access_expiration_date)
