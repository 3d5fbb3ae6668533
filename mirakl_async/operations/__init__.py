# Written by `python -m codegen` from the documents of all services. Not edited by hand: see docs/regenerating.md.

"""All operations by code, and the resources of each service; nothing is loaded before it is asked for."""

from __future__ import annotations

from ..operation import Registry

__all__ = ["RESOURCES", "operations"]

operations: Registry = Registry(
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
        "front.accounting": {
            "DR73": "DR73",
            "IV01": "IV01",
            "SBC11": "SBC11",
        },
        "front.messages": {
            "M01": "M01",
            "M10": "M10",
            "M11": "M11",
            "M12": "M12",
            "M13": "M13",
            "OR41": "OR41",
            "OR42": "OR42",
            "OR43": "OR43",
        },
        "front.offers": {
            "OF22": "OF22",
            "OF26": "OF26",
            "OF51": "OF51",
            "OF52": "OF52",
            "OF53": "OF53",
            "OF54": "OF54",
            "P11": "P11",
        },
        "front.orders": {
            "OR11": "OR11",
            "OR04": "OR04",
            "OR07": "OR07",
            "OR12": "OR12",
            "OR13": "OR13",
            "OR14": "OR14",
            "OR15": "OR15",
            "OR21": "OR21",
            "OR23": "OR23",
            "OR24": "OR24",
            "OR29": "OR29",
            "OR30": "OR30",
            "OR31": "OR31",
            "OR51": "OR51",
            "OR72": "OR72",
            "OR73": "OR73",
            "OR74": "OR74",
            "OR75": "OR75",
            "OR76": "OR76",
        },
        "front.picklists": {
            "PL11": "PL11",
        },
        "front.platform": {
            "AF01": "AF01",
            "CH11": "CH11",
            "CUR01": "CUR01",
            "DO01": "DO01",
            "L01": "L01",
            "OF61": "OF61",
            "PC01": "PC01",
            "RE01": "RE01",
            "RE02": "RE02",
            "RE11": "RE11",
            "RE12": "RE12",
            "RE14": "RE14",
            "SH11": "SH11",
            "SH12": "SH12",
            "SH21": "SH21",
            "SH31": "SH31",
        },
        "front.products": {
            "H11": "H11",
            "P31": "P31",
            "P51": "P51",
            "P41": "P41",
            "P42": "P42",
            "P44": "P44",
            "P45": "P45",
            "P46": "P46",
            "P47": "P47",
            "PM11": "PM11",
            "VL11": "VL11",
        },
        "front.promotions": {
            "PR01": "PR01",
        },
        "front.returns": {
            "RT11": "RT11",
            "RT01": "RT01",
            "RT12": "RT12",
            "RT25": "RT25",
            "RT29": "RT29",
            "RT52": "RT52",
            "RT51": "RT51",
        },
        "front.shipments": {
            "ST11": "ST11",
            "ST01": "ST01",
            "ST06": "ST06",
            "ST12": "ST12",
            "ST23": "ST23",
            "ST24": "ST24",
            "ST26": "ST26",
        },
        "front.stores": {
            "S30": "S30",
            "S32": "S32",
            "S31": "S31",
            "S33": "S33",
        },
        "front.users": {
            "RO02": "RO02",
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
    "front": {
        "accounting": "front.accounting:Accounting",
        "messages": "front.messages:Messages",
        "offers": "front.offers:Offers",
        "orders": "front.orders:Orders",
        "picklists": "front.picklists:Picklists",
        "platform": "front.platform:Platform",
        "products": "front.products:Products",
        "promotions": "front.promotions:Promotions",
        "returns": "front.returns:Returns",
        "shipments": "front.shipments:Shipments",
        "stores": "front.stores:Stores",
        "users": "front.users:Users",
    },
}
"""The class of each resource, as `module:class` below this package."""
