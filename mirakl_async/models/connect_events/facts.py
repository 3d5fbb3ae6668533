# Written by `python -m codegen` from mirakl-connect-channel-webhooks-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The facts of Mirakl Connect's events."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias

from msgspec import Meta

from mirakl_async.model import EXPECTED_DEFAULT, Expected, Fact, ResponseModel, Untyped

__all__ = [
    "ActionType",
    "ActionTypeOrStr",
    "DeliveryPartner",
    "DiscountPrice",
    "Feature",
    "FeatureConfiguration",
    "FeatureOrStr",
    "FeatureStatus",
    "FeatureStatusOrStr",
    "Inventory",
    "ListValue",
    "OfferAttribute",
    "OfferAttributeType",
    "OfferAttributeTypeOrStr",
    "OfferUpsert",
    "OfferUpsertData",
    "Partner",
    "Price",
    "PriceStockUpsert",
    "PriceStockUpsertData",
    "ProductAttribute",
    "ProductIdentifier",
    "ProductUpsert",
    "ProductUpsertData",
    "StandardPrice",
    "Stock",
    "StockDetail",
    "StockDetailType",
    "StockDetailTypeOrStr",
    "StoreFeature",
    "StoreFeatureData",
    "SubChannelData",
    "SubChannelPrice",
    "Warehouse",
]


class ActionType:
    """Known values of `action_type`; others may appear at any time."""

    UPDATE: Final = "UPDATE"
    DELETE: Final = "DELETE"
    IGNORE: Final = "IGNORE"


class Feature:
    """Known values of `feature`; others may appear at any time."""

    BUSINESS_INFORMATION_SYNC: Final = "business-information-sync"
    STORE_LINKING: Final = "store-linking"


class FeatureStatus:
    """Known values of `status`; others may appear at any time."""

    ENABLED: Final = "enabled"
    DISABLED: Final = "disabled"
    LINKED: Final = "linked"
    UNLINKED: Final = "unlinked"


class OfferAttributeType:
    """Known values of `type`; others may appear at any time."""

    BOOLEAN: Final = "BOOLEAN"
    LIST: Final = "LIST"
    NUMERIC: Final = "NUMERIC"
    TEXT: Final = "TEXT"


class StockDetailType:
    """Known values of `type`; others may appear at any time."""

    SELLER_CENTRALIZED: Final = "SELLER_CENTRALIZED"
    SELLER_WAREHOUSE: Final = "SELLER_WAREHOUSE"
    FULFILLMENT_PARTNER: Final = "FULFILLMENT_PARTNER"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    ActionTypeOrStr: TypeAlias = Literal["UPDATE", "DELETE", "IGNORE"] | str
    FeatureOrStr: TypeAlias = Literal["business-information-sync", "store-linking"] | str
    FeatureStatusOrStr: TypeAlias = Literal["enabled", "disabled", "linked", "unlinked"] | str
    OfferAttributeTypeOrStr: TypeAlias = Literal["BOOLEAN", "LIST", "NUMERIC", "TEXT"] | str
    StockDetailTypeOrStr: TypeAlias = Literal["SELLER_CENTRALIZED", "SELLER_WAREHOUSE", "FULFILLMENT_PARTNER"] | str
else:
    ActionTypeOrStr = str
    FeatureOrStr = str
    FeatureStatusOrStr = str
    OfferAttributeTypeOrStr = str
    StockDetailTypeOrStr = str


class DeliveryPartner(ResponseModel, kw_only=True, gc=False):
    """Read as `data.inventory.delivery_partner`, from OfferUpsertEvent, PriceStockUpsertEvent and
    ProductUpsertEvent.
    """

    name: str | None = None


class Price(ResponseModel, kw_only=True, gc=False):
    """Read as `data.discount_price.price` and 5 more places, from OfferUpsertEvent, PriceStockUpsertEvent and
    ProductUpsertEvent.
    """

    amount: Decimal | None = None
    """In `currency`."""
    currency: str | None = None


class DiscountPrice(ResponseModel, kw_only=True, gc=False):
    """Read as `data.discount_price` and 2 more places, from OfferUpsertEvent, PriceStockUpsertEvent and
    ProductUpsertEvent.
    """

    action_type: ActionTypeOrStr | None = None
    """Known values: UPDATE, DELETE, IGNORE (`ActionType`)."""
    end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    price: Price | None = None
    start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None


class FeatureConfiguration(ResponseModel, kw_only=True, gc=False):
    """The state of a feature: enabled or disabled, or linked or unlinked."""

    status: Expected[FeatureStatusOrStr] = EXPECTED_DEFAULT
    """Known values: enabled, disabled, linked, unlinked (`FeatureStatus`)."""
    feature: FeatureOrStr | None = None
    """Known values: business-information-sync, store-linking (`Feature`)."""


class Inventory(ResponseModel, kw_only=True, gc=False):
    """Read as `data.inventory`, from OfferUpsertEvent, PriceStockUpsertEvent and ProductUpsertEvent."""

    action_type: ActionTypeOrStr | None = None
    """Known values: UPDATE, DELETE, IGNORE (`ActionType`)."""
    delivery_partner: DeliveryPartner | None = None
    quantity: int | None = None


class ListValue(ResponseModel, kw_only=True, gc=False):
    """Read as `data.offer_attributes.values`, from OfferUpsertEvent, PriceStockUpsertEvent and ProductUpsertEvent."""

    value: str | None = None


class OfferAttribute(ResponseModel, kw_only=True, gc=False):
    """An attribute of an offer; `type` says whether `value` or `values` holds it."""

    id: Expected[str] = EXPECTED_DEFAULT
    type: Expected[OfferAttributeTypeOrStr] = EXPECTED_DEFAULT
    """Known values: BOOLEAN, LIST, NUMERIC, TEXT (`OfferAttributeType`)."""
    value: Untyped[bool | Decimal | str] | None = None
    values: list[ListValue] | None = None


class ProductIdentifier(ResponseModel, kw_only=True, gc=False):
    """Read as `data.identifier`, from OfferUpsertEvent, ProductUpsertEvent and PriceStockUpsertEvent."""

    type: Expected[str] = EXPECTED_DEFAULT
    value: Expected[str] = EXPECTED_DEFAULT


class StandardPrice(ResponseModel, kw_only=True, gc=False):
    """Read as `data.standard_price` and 2 more places, from OfferUpsertEvent, PriceStockUpsertEvent and
    ProductUpsertEvent.
    """

    action_type: ActionTypeOrStr | None = None
    """Known values: UPDATE, DELETE, IGNORE (`ActionType`)."""
    price: Price | None = None


class Partner(ResponseModel, kw_only=True, gc=False):
    """Read as `data.stock.breakdown.partner`, from OfferUpsertEvent, PriceStockUpsertEvent and ProductUpsertEvent."""

    id: Expected[str] = EXPECTED_DEFAULT


class Warehouse(ResponseModel, kw_only=True, gc=False):
    """Read as `data.stock.breakdown.warehouse`, from OfferUpsertEvent, PriceStockUpsertEvent and ProductUpsertEvent."""

    id: Expected[str] = EXPECTED_DEFAULT


class StockDetail(ResponseModel, kw_only=True, gc=False):
    """Read as `data.stock.breakdown`, from OfferUpsertEvent, PriceStockUpsertEvent and ProductUpsertEvent."""

    quantity: Expected[int] = EXPECTED_DEFAULT
    type: Expected[StockDetailTypeOrStr] = EXPECTED_DEFAULT
    """Known values: SELLER_CENTRALIZED, SELLER_WAREHOUSE, FULFILLMENT_PARTNER (`StockDetailType`)."""
    partner: Partner | None = None
    warehouse: Warehouse | None = None


class Stock(ResponseModel, kw_only=True, gc=False):
    """Read as `data.stock`, from OfferUpsertEvent, PriceStockUpsertEvent and ProductUpsertEvent."""

    action_type: Expected[ActionTypeOrStr] = EXPECTED_DEFAULT
    """Known values: UPDATE, DELETE, IGNORE (`ActionType`)."""
    breakdown: list[StockDetail] | None = None


class SubChannelPrice(ResponseModel, kw_only=True, gc=False):
    """Read as `data.sub_channel_prices`, from OfferUpsertEvent."""

    code: Expected[str] = EXPECTED_DEFAULT
    discount_price: Expected[DiscountPrice] = EXPECTED_DEFAULT
    standard_price: Expected[StandardPrice] = EXPECTED_DEFAULT


class OfferUpsertData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from OfferUpsertEvent."""

    channel_id: Expected[str] = EXPECTED_DEFAULT
    discount_price: Expected[DiscountPrice] = EXPECTED_DEFAULT
    inventory: Expected[Inventory] = EXPECTED_DEFAULT
    product_id: Expected[str] = EXPECTED_DEFAULT
    standard_price: Expected[StandardPrice] = EXPECTED_DEFAULT
    stock: Expected[Stock] = EXPECTED_DEFAULT
    store_id: Expected[str] = EXPECTED_DEFAULT
    use_case: Expected[str] = EXPECTED_DEFAULT
    identifier: ProductIdentifier | None = None
    """Deprecated."""
    identifiers: list[ProductIdentifier] | None = None
    offer_attributes: list[OfferAttribute] | None = None
    sub_channel_prices: list[SubChannelPrice] | None = None
    """Deprecated."""


class OfferUpsert(Fact, kw_only=True, gc=False, tag_field="type", tag="OFFER_UPSERT"):
    """An offer was made or changed: its prices, stock and attributes."""

    type: ClassVar[str] = "OFFER_UPSERT"
    data: Expected[OfferUpsertData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class SubChannelData(ResponseModel, kw_only=True, gc=False):
    """Read as `data.sub_channel`, from PriceStockUpsertEvent."""

    code: Expected[str] = EXPECTED_DEFAULT
    discount_price: Expected[DiscountPrice] = EXPECTED_DEFAULT
    standard_price: Expected[StandardPrice] = EXPECTED_DEFAULT
    stock: Expected[Stock] = EXPECTED_DEFAULT


class PriceStockUpsertData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from PriceStockUpsertEvent."""

    channel_id: Expected[str] = EXPECTED_DEFAULT
    inventory: Expected[Inventory] = EXPECTED_DEFAULT
    product_id: Expected[str] = EXPECTED_DEFAULT
    store_id: Expected[str] = EXPECTED_DEFAULT
    discount_price: DiscountPrice | None = None
    identifiers: list[ProductIdentifier] | None = None
    offer_attributes: list[OfferAttribute] | None = None
    standard_price: StandardPrice | None = None
    stock: Stock | None = None
    sub_channel: SubChannelData | None = None


class PriceStockUpsert(Fact, kw_only=True, gc=False, tag_field="type", tag="PRICE_STOCK_UPSERT"):
    """Prices or stock of an offer changed; a part whose action is IGNORE stays as it is."""

    type: ClassVar[str] = "PRICE_STOCK_UPSERT"
    data: Expected[PriceStockUpsertData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class ProductAttribute(ResponseModel, kw_only=True, gc=False):
    """Read as `data.attributes`, from ProductUpsertEvent."""

    id: Expected[str] = EXPECTED_DEFAULT
    locale: str | None = None
    """ISO 639 language, with or without an ISO 3166 country."""
    value: str | None = None
    code: str | None = None


class ProductUpsertData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from ProductUpsertEvent."""

    attributes: Expected[list[ProductAttribute]] = EXPECTED_DEFAULT
    channel_id: Expected[str] = EXPECTED_DEFAULT
    discount_price: Expected[DiscountPrice] = EXPECTED_DEFAULT
    inventory: Expected[Inventory] = EXPECTED_DEFAULT
    offer_attributes: Expected[list[OfferAttribute]] = EXPECTED_DEFAULT
    product_id: Expected[str] = EXPECTED_DEFAULT
    product_type_id: Expected[str] = EXPECTED_DEFAULT
    standard_price: Expected[StandardPrice] = EXPECTED_DEFAULT
    stock: Expected[Stock] = EXPECTED_DEFAULT
    store_id: Expected[str] = EXPECTED_DEFAULT
    identifier: ProductIdentifier | None = None
    """Deprecated."""
    identifiers: list[ProductIdentifier] | None = None


class ProductUpsert(
    Fact,
    kw_only=True,
    gc=False,
    tag_field="type",
    tag="PRODUCT_UPSERT",
    rename={"sequence_size": "sequenceSize", "sequence_type": "sequenceType"},
):
    """A product was made or changed, with its offer."""

    type: ClassVar[str] = "PRODUCT_UPSERT"
    data: Expected[ProductUpsertData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    sequence: int | None = None
    sequence_size: int | None = None
    sequence_type: str | None = None
    source: str | None = None


class StoreFeatureData(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from StoreManagementFeatureEvent."""

    channel_id: Expected[str] = EXPECTED_DEFAULT
    configuration: Expected[FeatureConfiguration] = EXPECTED_DEFAULT
    feature: Expected[FeatureOrStr] = EXPECTED_DEFAULT
    """Known values: business-information-sync, store-linking (`Feature`)."""
    store_id: Expected[str] = EXPECTED_DEFAULT
    trigger_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class StoreFeature(Fact, kw_only=True, gc=False, tag_field="type", tag="STORE_FEATURE"):
    """A store switched a feature on or off, or was linked or unlinked."""

    type: ClassVar[str] = "STORE_FEATURE"
    data: Expected[StoreFeatureData] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    time: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
