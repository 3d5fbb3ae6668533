# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""The channel's offer attributes, and the status of its items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from ...models.connect.catalog import OfferConfiguration, UpdateStoreCatalogItem, UseCaseConfigurations
    from ...options import Options

__all__ = ["CONFIGURE_CHANNEL_CATALOG", "Catalog", "UPDATE_STORE_CATALOG_ITEMS"]

CONFIGURE_CHANNEL_CATALOG: Operation[None] = Operation(
    code="configureChannelCatalog",
    service="connect",
    resource="catalog",
    name="configure",
    method="POST",
    path="/v1/catalog-configuration/channels/{channel_id}",
    summary="replace the channel's offer attributes and use cases.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True, min_length=1),
        Param(name="offer_configuration", argument="offer_configuration", location="body", type="json"),
        Param(name="use_case_configurations", argument="use_case_configurations", location="body", type="json"),
    ),
    content="json",
    body="connect.catalog:ChannelCatalogCapabilities",
    success=(202,),
    retry="idempotent",
    group="configureChannelCatalog",
    maximum=Rate(1, 60.0),
    frequency="once, when the channel is set up; at most once a minute",
    scope="connect-channel-platform:channel-catalog:configure",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/catalog-configuration/configurechannelcatalog",
)

UPDATE_STORE_CATALOG_ITEMS: Operation[None] = Operation(
    code="updateStoreCatalogItems",
    service="connect",
    resource="catalog",
    name="update_items",
    method="POST",
    path="/v1/channel-catalog/{channel_id}/store-catalog-items/{store_id}",
    summary="report the state of up to 10000 items of a store.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True, min_length=1),
        Param(name="store_id", argument="store_id", location="path", required=True, min_length=1),
        Param(
            name="store_catalog_items",
            argument="store_catalog_items",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=10000,
        ),
    ),
    content="json",
    body="connect.catalog:UpdateStoreCatalogItemsRequest",
    success=(202,),
    retry="idempotent",
    group="updateStoreCatalogItems",
    recommended=Rate(20, 1.0),
    maximum=Rate(30, 1.0),
    frequency="recommended 20 a second, at most 30",
    scope="connect-channel-platform:store-catalog-items:update",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/product-feedback/updatestorecatalogitems",
)


class Catalog(Resource):
    """The channel's offer attributes, and the status of its items."""

    __slots__ = ()

    async def configure(
        self,
        channel_id: str,
        *,
        offer_configuration: OfferConfiguration | None = None,
        use_case_configurations: UseCaseConfigurations | None = None,
        **options: Unpack[Options],
    ) -> None:
        """configureChannelCatalog: replace the channel's offer attributes and use cases.

        `POST /v1/catalog-configuration/channels/{channel_id}`. Documented pace: once, when the channel is set up; at
        most once a minute.

        Queued: 202 means taken, and nothing reports the end.

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/catalog-configuration/configurechannelcatalog
        """
        offer_configuration = hidden(offer_configuration)
        use_case_configurations = hidden(use_case_configurations)
        return await self._caller.call(
            CONFIGURE_CHANNEL_CATALOG,
            {
                "channel_id": channel_id,
                "offer_configuration": offer_configuration,
                "use_case_configurations": use_case_configurations,
            },
            options,
        )

    async def update_items(
        self,
        channel_id: str,
        store_id: str,
        *,
        store_catalog_items: Sequence[UpdateStoreCatalogItem],
        **options: Unpack[Options],
    ) -> None:
        """updateStoreCatalogItems: report the state of up to 10000 items of a store.

        `POST /v1/channel-catalog/{channel_id}/store-catalog-items/{store_id}`. Documented pace: recommended 20 a
        second, at most 30.

        Queued. Each list restates all active diagnostics, an empty one clears them; unknown products are ignored
        silently.

        - store_id: deprecated
        - store_catalog_items: at most 10000 values
        - 404: unknown channel or store

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/product-feedback/updatestorecatalogitems
        """
        store_catalog_items = hidden(store_catalog_items)
        return await self._caller.call(
            UPDATE_STORE_CATALOG_ITEMS,
            {"channel_id": channel_id, "store_id": store_id, "store_catalog_items": store_catalog_items},
            options,
        )
