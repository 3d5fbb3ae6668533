# Written by `python -m codegen` from the documents of all services. Not edited by hand: see docs/regenerating.md.

"""All operations by code, and the resources of each service; nothing is loaded before it is asked for."""

from __future__ import annotations

from ..registry import Registry

operations = Registry(
    __name__,
    {
        "connect.carriers": {
            "upsertCarriers": "UPSERT_CARRIERS",
        },
        "connect.catalog": {
            "configureChannelCatalog": "CONFIGURE_CHANNEL_CATALOG",
            "updateStoreCatalogItems": "UPDATE_STORE_CATALOG_ITEMS",
        },
        "connect.orders": {
            "deleteOrderDocument": "DELETE_ORDER_DOCUMENT",
            "updateActionStatus": "UPDATE_ACTION_STATUS",
            "updateAnonymizeAfterDate": "UPDATE_ANONYMIZE_AFTER_DATE",
            "uploadOrderDocument": "UPLOAD_ORDER_DOCUMENT",
            "upsertOrders": "UPSERT_ORDERS",
        },
        "connect.returns": {
            "upsertReturns": "UPSERT_RETURNS",
        },
        "connect.stores": {
            "upsertBusinessInformation": "UPSERT_BUSINESS_INFORMATION",
        },
        "connect.taxonomy": {
            "createTaxonomyRule": "CREATE_TAXONOMY_RULE",
            "upsertProductType": "UPSERT_PRODUCT_TYPE",
        },
        "account.channels": {
            "SELLER_ACCOUNT_CHANNEL_UPSERT": "SELLER_ACCOUNT_CHANNEL_UPSERT",
        },
        "account.stores": {
            "SELLER_ACCOUNT_STORE_CREATE": "SELLER_ACCOUNT_STORE_CREATE",
            "SELLER_ACCOUNT_STORE_UPDATE": "SELLER_ACCOUNT_STORE_UPDATE",
        },
    },
)
"""Each operation by Mirakl's own code: `operations["OR11"]`."""

RESOURCES: dict[str, dict[str, str]] = {
    "connect": {
        "carriers": "connect.carriers:Carriers",
        "catalog": "connect.catalog:Catalog",
        "orders": "connect.orders:Orders",
        "returns": "connect.returns:Returns",
        "stores": "connect.stores:Stores",
        "taxonomy": "connect.taxonomy:Taxonomy",
    },
    "account": {
        "channels": "account.channels:Channels",
        "stores": "account.stores:Stores",
    },
}
"""The class of each resource, as `module:class` below this package."""
