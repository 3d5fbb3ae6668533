# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The stores that a seller linked to a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from ...operation import Operation, Param
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from typing import Unpack

    from msgspec import UnsetType

    from ...models.account.stores import StoreInput
    from ...options import Options

__all__ = ["SELLER_ACCOUNT_STORE_CREATE", "SELLER_ACCOUNT_STORE_UPDATE", "Stores"]

SELLER_ACCOUNT_STORE_CREATE: Operation[None] = Operation(
    code="SELLER_ACCOUNT_STORE_CREATE",
    service="account",
    resource="stores",
    name="create",
    method="POST",
    path="/v1/users/stores",
    summary="create stores and link them to the user behind a token.",
    params=(
        Param(name="token", argument="token", required=True),
        Param(name="stores", argument="stores", location="body", type="json", list_style="repeat", required=True),
    ),
    content="json",
    body="account.stores:CreateStoresRequest",
    success=(201,),
    retry="unsafe",
    docs="https://developer.mirakl.com/content/product/account-channel-platform/rest/connector/openapi3/store/seller_account_store_create",
)

SELLER_ACCOUNT_STORE_UPDATE: Operation[None] = Operation(
    code="SELLER_ACCOUNT_STORE_UPDATE",
    service="account",
    resource="stores",
    name="update",
    method="PUT",
    path="/v1/channels/{channel_id}/stores/{channel_store_id}",
    summary="replace a store's name, state and access.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True),
        Param(name="channel_store_id", argument="channel_store_id", location="path", required=True),
        Param(name="name", argument="name", location="body", required=True),
        Param(name="state", argument="state", location="body", required=True),
        Param(
            name="access_expiration_date",
            argument="access_expiration_date",
            location="body",
            type="date-time",
            nullable=True,
        ),
        Param(name="suspension_type", argument="suspension_type", location="body", nullable=True),
    ),
    content="json",
    body="account.stores:UpdateStoresRequest",
    retry="idempotent",
    docs="https://developer.mirakl.com/content/product/account-channel-platform/rest/connector/openapi3/store/seller_account_store_update",
)


class Stores(Resource):
    """The stores that a seller linked to a channel."""

    __slots__ = ()

    async def create(self, *, token: str, stores: Sequence[StoreInput], **options: Unpack[Options]) -> None:
        """SELLER_ACCOUNT_STORE_CREATE: create stores and link them to the user behind a token.

        `POST /v1/users/stores`.

        The token comes with the seller's consent and serves once.

        - 410: the token is invalid or was used

        https://developer.mirakl.com/content/product/account-channel-platform/rest/connector/openapi3/store/seller_account_store_create
        """
        stores = hidden(stores)
        return await self._caller.call(SELLER_ACCOUNT_STORE_CREATE, {"token": token, "stores": stores}, options)

    async def update(
        self,
        channel_id: str,
        channel_store_id: str,
        *,
        name: str,
        state: str,
        access_expiration_date: dt.datetime | None | UnsetType = UNSET,
        suspension_type: str | None | UnsetType = UNSET,
        **options: Unpack[Options],
    ) -> None:
        """SELLER_ACCOUNT_STORE_UPDATE: replace a store's name, state and access.

        `PUT /v1/channels/{channel_id}/stores/{channel_store_id}`.

        - 404: unknown channel

        https://developer.mirakl.com/content/product/account-channel-platform/rest/connector/openapi3/store/seller_account_store_update
        """
        return await self._caller.call(
            SELLER_ACCOUNT_STORE_UPDATE,
            {
                "channel_id": channel_id,
                "channel_store_id": channel_store_id,
                "name": name,
                "state": state,
                "access_expiration_date": access_expiration_date,
                "suspension_type": suspension_type,
            },
            options,
        )
