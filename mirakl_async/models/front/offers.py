# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.offers sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, Expected, RequestModel, ResponseModel, check_timezone

from .common import (
    AdditionalField,
    CampaignRef,
    CurrencyIsoCodeOrStr,
    Fulfillment,
    LogisticClass,
    ShopModelOrStr,
    Warehouse,
)

__all__ = [
    "ApplicablePricing",
    "CreateOfferExportRequest",
    "DeliveryTime",
    "Discount",
    "DiscountRange",
    "EprCategoryCode",
    "EprCategoryCodeOrStr",
    "ExportType",
    "ExportTypeOrStr",
    "ExportedOffer",
    "ExportedOfferPrice",
    "ExportedOfferShippingType",
    "InactivityReason",
    "InactivityReasonOrStr",
    "Offer",
    "OfferAdditionalField",
    "OfferContext",
    "OfferEcoContribution",
    "OfferMeasurement",
    "OfferPrice",
    "OfferQuantity",
    "OfferShippingType",
    "ProductOffer",
    "ProductOffers",
    "ProductOffersMedia",
    "ProductOffersPage",
    "ProductReference",
    "ShippingPriceType",
    "ShippingPriceTypeOrStr",
    "VolumePrice",
]


class EprCategoryCode:
    """Known values of `epr_category_code`; others may appear at any time."""

    FR_AGROPACK: Final = "FR-AGROPACK"
    FR_ASL: Final = "FR-ASL"
    FR_DASRIPAT: Final = "FR-DASRIPAT"
    FR_DBPS: Final = "FR-DBPS"
    FR_DDS: Final = "FR-DDS"
    FR_DEA: Final = "FR-DEA"
    FR_DEEE: Final = "FR-DEEE"
    FR_DISPMED: Final = "FR-DISPMED"
    FR_DIY: Final = "FR-DIY"
    FR_EMBM: Final = "FR-EMBM"
    FR_GF: Final = "FR-GF"
    FR_JOUETS: Final = "FR-JOUETS"
    FR_LUB: Final = "FR-LUB"
    FR_MH: Final = "FR-MH"
    FR_MNU: Final = "FR-MNU"
    FR_PA: Final = "FR-PA"
    FR_PAP: Final = "FR-PAP"
    FR_PCHIM: Final = "FR-PCHIM"
    FR_PMCB: Final = "FR-PMCB"
    FR_PNEU: Final = "FR-PNEU"
    FR_TABAC: Final = "FR-TABAC"
    FR_TLC: Final = "FR-TLC"
    FR_VEHICULE: Final = "FR-VEHICULE"
    FR_VHU: Final = "FR-VHU"
    DE_BATTG: Final = "DE-BATTG"
    DE_PACK: Final = "DE-PACK"
    DE_WEEE: Final = "DE-WEEE"
    ES_PACK: Final = "ES-PACK"
    ES_GPACK: Final = "ES-GPACK"
    ES_WEEE: Final = "ES-WEEE"


class ExportType:
    """Known values of `export_type`; others may appear at any time."""

    TEXT_CSV: Final = "text/csv"
    APPLICATION_JSON: Final = "application/json"


class InactivityReason:
    """Known values of `inactivity_reasons`; others may appear at any time."""

    PRODUCT_STATUS_NEW: Final = "PRODUCT_STATUS_NEW"
    PRODUCT_STATUS_INVALID: Final = "PRODUCT_STATUS_INVALID"
    PRODUCT_STATUS_REJECTED: Final = "PRODUCT_STATUS_REJECTED"
    PRODUCT_STATUS_UNAUTHORIZED_TO_SELL: Final = "PRODUCT_STATUS_UNAUTHORIZED_TO_SELL"
    PRODUCT_STATUS_PENDING: Final = "PRODUCT_STATUS_PENDING"
    PRODUCT_STATUS_SYNCHRO_ERROR: Final = "PRODUCT_STATUS_SYNCHRO_ERROR"
    PRODUCT_DISABLED: Final = "PRODUCT_DISABLED"
    SHOP_NOT_OPEN: Final = "SHOP_NOT_OPEN"
    ZERO_QUANTITY: Final = "ZERO_QUANTITY"
    NO_MIN_SHIPPING_RATE: Final = "NO_MIN_SHIPPING_RATE"
    NOT_IN_AVAILABILITY_PERIOD: Final = "NOT_IN_AVAILABILITY_PERIOD"
    NO_CHANNEL_ON_SHOP: Final = "NO_CHANNEL_ON_SHOP"
    SHOP_CURRENCY_DISABLED: Final = "SHOP_CURRENCY_DISABLED"
    AVAILABLE_QUANTITY_LESS_THAN_MIN_ORDER_QUANTITY: Final = "AVAILABLE_QUANTITY_LESS_THAN_MIN_ORDER_QUANTITY"
    AVAILABLE_QUANTITY_LESS_THAN_PACKAGE_QUANTITY: Final = "AVAILABLE_QUANTITY_LESS_THAN_PACKAGE_QUANTITY"
    NO_ACTIVE_PRICE: Final = "NO_ACTIVE_PRICE"
    CATEGORY_UNAUTHORIZED_TO_SELL: Final = "CATEGORY_UNAUTHORIZED_TO_SELL"
    BRAND_UNAUTHORIZED_TO_SELL: Final = "BRAND_UNAUTHORIZED_TO_SELL"


class ShippingPriceType:
    """Known values of `shipping_price_type`; others may appear at any time."""

    FIXED_PRICE: Final = "FIXED_PRICE"
    FREE_SHIPPING: Final = "FREE_SHIPPING"
    ORDER_PRICE_RANGE: Final = "ORDER_PRICE_RANGE"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    EprCategoryCodeOrStr: TypeAlias = (
        Literal[
            "FR-AGROPACK",
            "FR-ASL",
            "FR-DASRIPAT",
            "FR-DBPS",
            "FR-DDS",
            "FR-DEA",
            "FR-DEEE",
            "FR-DISPMED",
            "FR-DIY",
            "FR-EMBM",
            "FR-GF",
            "FR-JOUETS",
            "FR-LUB",
            "FR-MH",
            "FR-MNU",
            "FR-PA",
            "FR-PAP",
            "FR-PCHIM",
            "FR-PMCB",
            "FR-PNEU",
            "FR-TABAC",
            "FR-TLC",
            "FR-VEHICULE",
            "FR-VHU",
            "DE-BATTG",
            "DE-PACK",
            "DE-WEEE",
            "ES-PACK",
            "ES-GPACK",
            "ES-WEEE",
        ]
        | str
    )
    ExportTypeOrStr: TypeAlias = Literal["text/csv", "application/json"] | str
    InactivityReasonOrStr: TypeAlias = (
        Literal[
            "PRODUCT_STATUS_NEW",
            "PRODUCT_STATUS_INVALID",
            "PRODUCT_STATUS_REJECTED",
            "PRODUCT_STATUS_UNAUTHORIZED_TO_SELL",
            "PRODUCT_STATUS_PENDING",
            "PRODUCT_STATUS_SYNCHRO_ERROR",
            "PRODUCT_DISABLED",
            "SHOP_NOT_OPEN",
            "ZERO_QUANTITY",
            "NO_MIN_SHIPPING_RATE",
            "NOT_IN_AVAILABILITY_PERIOD",
            "NO_CHANNEL_ON_SHOP",
            "SHOP_CURRENCY_DISABLED",
            "AVAILABLE_QUANTITY_LESS_THAN_MIN_ORDER_QUANTITY",
            "AVAILABLE_QUANTITY_LESS_THAN_PACKAGE_QUANTITY",
            "NO_ACTIVE_PRICE",
            "CATEGORY_UNAUTHORIZED_TO_SELL",
            "BRAND_UNAUTHORIZED_TO_SELL",
        ]
        | str
    )
    ShippingPriceTypeOrStr: TypeAlias = Literal["FIXED_PRICE", "FREE_SHIPPING", "ORDER_PRICE_RANGE"] | str
else:
    EprCategoryCodeOrStr = str
    ExportTypeOrStr = str
    InactivityReasonOrStr = str
    ShippingPriceTypeOrStr = str


class OfferContext(ResponseModel, kw_only=True, gc=False):
    """Read as `all_prices.context` and 4 more places, from OF22, OF54 and P11."""

    channel_codes: list[str] | None = None
    customer_group_ids: list[str] | None = None
    customer_organization_ids: list[str] | None = None
    end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None


class VolumePrice(ResponseModel, kw_only=True, gc=False):
    """Read as `all_prices.volume_prices` and 4 more places, from OF22, OF54 and P11."""

    price: Expected[Decimal] = EXPECTED_DEFAULT
    quantity_threshold: Expected[int] = EXPECTED_DEFAULT
    unit_discount_price: Expected[Decimal] = EXPECTED_DEFAULT
    unit_origin_price: Expected[Decimal] = EXPECTED_DEFAULT


class ApplicablePricing(ResponseModel, kw_only=True, gc=False):
    """Read as `applicable_pricing`, from OF22 and P11."""

    price: Expected[Decimal] = EXPECTED_DEFAULT
    unit_origin_price: Expected[Decimal] = EXPECTED_DEFAULT
    volume_prices: Expected[list[VolumePrice]] = EXPECTED_DEFAULT
    channel_code: str | None = None
    """Deprecated."""
    context: OfferContext | None = None
    discount_end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    discount_start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    unit_discount_price: Decimal | None = None


class CreateOfferExportRequest(RequestModel, kw_only=True, gc=False):
    """The body of OF52."""

    channel_codes: list[str] | UnsetType = UNSET
    exclude_customer_specific_prices: bool | UnsetType = UNSET
    export_type: ExportTypeOrStr | UnsetType = UNSET
    """Known values: text/csv, application/json (`ExportType`)."""
    include_fields: list[str] | UnsetType = UNSET
    include_inactive_offers: bool | UnsetType = UNSET
    items_per_chunk: Annotated[int, Meta(ge=10000, le=1000000)] | UnsetType = UNSET
    """10000 to 1000000."""
    last_request_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    megabytes_per_chunk: Annotated[int, Meta(ge=10, le=1000)] | UnsetType = UNSET
    """In megabytes; 10 to 1000."""
    models: list[str] | UnsetType = UNSET
    ongoing_discount_campaign_identifiers: list[str] | UnsetType = UNSET
    rename_fields: dict[str, str] | UnsetType = UNSET
    shipping_zones: list[str] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("CreateOfferExportRequest.last_request_date", self.last_request_date)


class DeliveryTime(ResponseModel, kw_only=True, gc=False):
    """Read as `shipping_types.delivery_time`, from OF54 and P11."""

    earliest_days: Expected[int] = EXPECTED_DEFAULT
    earliest_delivery_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    latest_days: Expected[int] = EXPECTED_DEFAULT
    latest_delivery_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT


class DiscountRange(ResponseModel, kw_only=True, gc=False):
    """Read as `discount.ranges`, from OF22 and P11."""

    price: Expected[Decimal] = EXPECTED_DEFAULT
    quantity_threshold: Expected[int] = EXPECTED_DEFAULT


class Discount(ResponseModel, kw_only=True, gc=False):
    """Read as `discount`, from OF22 and P11."""

    discount_price: Decimal | None = None
    end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    origin_price: Decimal | None = None
    ranges: list[DiscountRange] | None = None
    start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None


class ExportedOfferPrice(ResponseModel, kw_only=True, gc=False):
    """Read as `prices`, from OF54."""

    context: OfferContext | None = None
    discount_end_date: str | None = None
    discount_price: Decimal | None = None
    discount_start_date: str | None = None
    origin_price: Decimal | None = None
    volume_prices: list[VolumePrice] | None = None


class ExportedOfferShippingType(ResponseModel, kw_only=True, gc=False):
    """Read as `shipping_types`, from OF54."""

    code: str | None = None
    delivery_time: DeliveryTime | None = None
    shipping_price_additional_unit: Decimal | None = None
    shipping_price_type: str | None = None
    shipping_price_unit: Decimal | None = None
    shipping_zone_code: str | None = None


class OfferAdditionalField(ResponseModel, kw_only=True, gc=False):
    """Read as `offer_additional_fields`, from OF54."""

    code: str | None = None
    type: str | None = None
    value: str | None = None


class OfferEcoContribution(ResponseModel, kw_only=True, gc=False):
    """Read as `eco_contributions`, from OF22, OF54 and P11."""

    epr_category_code: Expected[EprCategoryCodeOrStr] = EXPECTED_DEFAULT
    """30 known values (`EprCategoryCode`)."""
    eco_contribution_amount: Decimal | None = None
    producer_id: str | None = None


class OfferMeasurement(ResponseModel, kw_only=True, gc=False):
    """Read as `measurement`, from OF54 and P11."""

    total_measurement_of_product: Decimal | None = None
    unit: str | None = None


class ExportedOffer(ResponseModel, kw_only=True, gc=False):
    """The answer of OF54."""

    active: bool | None = None
    allow_quote_requests: bool | None = None
    available_end_date: str | None = None
    available_start_date: str | None = None
    channels: list[str] | None = None
    currency_iso_code: str | None = None
    """ISO 4217."""
    date_created: str | None = None
    deleted: bool | None = None
    description: str | None = None
    eco_contributions: list[OfferEcoContribution] | None = None
    favorite_rank: int | None = None
    fulfillment: Fulfillment | None = None
    is_professional: bool | None = None
    last_updated: str | None = None
    leadtime_to_ship: int | None = None
    logistic_class: LogisticClass | None = None
    max_order_quantity: int | None = None
    measurement: OfferMeasurement | None = None
    min_order_quantity: int | None = None
    min_shipping_price: Decimal | None = None
    """In `currency_iso_code`."""
    min_shipping_price_additional: Decimal | None = None
    """In `currency_iso_code`."""
    min_shipping_type: str | None = None
    min_shipping_zone: str | None = None
    model: str | None = None
    msrp: Decimal | None = None
    """In `currency_iso_code`."""
    offer_additional_fields: list[OfferAdditionalField] | None = None
    offer_id: int | None = None
    ongoing_discount_campaigns: list[CampaignRef] | None = None
    package_quantity: int | None = None
    premium: bool | None = None
    price_additional_info: str | None = None
    prices: list[ExportedOfferPrice] | None = None
    """No item twice."""
    product_sku: str | None = None
    product_tax_code: str | None = None
    quantity: int | None = None
    retail_prices: list[ExportedOfferPrice] | None = None
    """No item twice."""
    shipping_types: list[ExportedOfferShippingType] | None = None
    shop_id: int | None = None
    shop_name: str | None = None
    shop_sku: str | None = None
    state_code: str | None = None
    warehouses: list[Warehouse] | None = None
    no_commission: bool | None = None


class OfferPrice(ResponseModel, kw_only=True, gc=False):
    """Read as `all_prices` and 3 more places, from OF22 and P11."""

    price: Expected[Decimal] = EXPECTED_DEFAULT
    unit_origin_price: Expected[Decimal] = EXPECTED_DEFAULT
    volume_prices: Expected[list[VolumePrice]] = EXPECTED_DEFAULT
    channel_code: str | None = None
    """Deprecated."""
    context: OfferContext | None = None
    discount_end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    discount_start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    unit_discount_price: Decimal | None = None


class ProductReference(ResponseModel, kw_only=True, gc=False):
    """Read as `product_references`, from OF22 and P11."""

    reference: Expected[str] = EXPECTED_DEFAULT
    reference_type: Expected[str] = EXPECTED_DEFAULT


class Offer(ResponseModel, kw_only=True, gc=False):
    """The answer of OF22."""

    active: Expected[bool] = EXPECTED_DEFAULT
    all_prices: Expected[list[OfferPrice]] = EXPECTED_DEFAULT
    category_code: Expected[str] = EXPECTED_DEFAULT
    category_label: Expected[str] = EXPECTED_DEFAULT
    channels: Expected[list[str]] = EXPECTED_DEFAULT
    """No item twice."""
    currency_iso_code: Expected[CurrencyIsoCodeOrStr] = EXPECTED_DEFAULT
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    description: Expected[str] = EXPECTED_DEFAULT
    fulfillment: Expected[Fulfillment] = EXPECTED_DEFAULT
    leadtime_to_ship: Expected[int] = EXPECTED_DEFAULT
    logistic_class: Expected[LogisticClass] = EXPECTED_DEFAULT
    max_order_quantity: Expected[int] = EXPECTED_DEFAULT
    min_order_quantity: Expected[int] = EXPECTED_DEFAULT
    min_quantity_alert: Expected[int] = EXPECTED_DEFAULT
    min_shipping_price: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    min_shipping_price_additional: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    min_shipping_type: Expected[str] = EXPECTED_DEFAULT
    min_shipping_zone: Expected[str] = EXPECTED_DEFAULT
    offer_id: Expected[int] = EXPECTED_DEFAULT
    package_quantity: Expected[int] = EXPECTED_DEFAULT
    product_references: Expected[list[ProductReference]] = EXPECTED_DEFAULT
    product_sku: Expected[str] = EXPECTED_DEFAULT
    product_title: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    shipping_deadline: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    shop_grade: Expected[Decimal] = EXPECTED_DEFAULT
    shop_id: Expected[int] = EXPECTED_DEFAULT
    shop_name: Expected[str] = EXPECTED_DEFAULT
    shop_sku: Expected[str] = EXPECTED_DEFAULT
    state_code: Expected[str] = EXPECTED_DEFAULT
    allow_quote_requests: bool | None = None
    applicable_pricing: ApplicablePricing | None = None
    available_end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    available_start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    discount: Discount | None = None
    """Deprecated."""
    eco_contributions: list[OfferEcoContribution] | None = None
    """At most 20 items."""
    favorite_rank: int | None = None
    inactivity_reasons: list[InactivityReasonOrStr] | None = None
    """18 known values (`InactivityReason`)."""
    model: ShopModelOrStr | None = None
    """Known values: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)."""
    msrp: Decimal | None = None
    """In `currency_iso_code`."""
    offer_additional_fields: list[AdditionalField] | None = None
    price: Decimal | None = None
    """In `currency_iso_code`."""
    price_additional_info: str | None = None
    product_brand: str | None = None
    product_description: str | None = None
    product_tax_code: str | None = None
    retail_prices: list[OfferPrice] | None = None
    total_price: Decimal | None = None
    """In `currency_iso_code`."""
    warehouses: list[Warehouse] | None = None


class OfferQuantity(ResponseModel, kw_only=True, gc=False):
    """The answer of OF26."""

    offer_id: Expected[int] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT


class OfferShippingType(ResponseModel, kw_only=True, gc=False):
    """Read as `products.offers.shipping_types`, from P11."""

    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    shipping_price_type: Expected[ShippingPriceTypeOrStr] = EXPECTED_DEFAULT
    """Known values: FIXED_PRICE, FREE_SHIPPING, ORDER_PRICE_RANGE (`ShippingPriceType`)."""
    shipping_price_unit: Expected[Decimal] = EXPECTED_DEFAULT
    shipping_zone_code: Expected[str] = EXPECTED_DEFAULT
    shipping_zone_label: Expected[str] = EXPECTED_DEFAULT
    cut_off_next_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    cut_off_time: str | None = None
    delivery_time: DeliveryTime | None = None
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None = None
    standard_code: str | None = None


class ProductOffer(ResponseModel, kw_only=True, gc=False):
    """Read as `products.offers`, from P11."""

    active: Expected[bool] = EXPECTED_DEFAULT
    all_prices: Expected[list[OfferPrice]] = EXPECTED_DEFAULT
    channels: Expected[list[str]] = EXPECTED_DEFAULT
    """No item twice."""
    currency_iso_code: Expected[CurrencyIsoCodeOrStr] = EXPECTED_DEFAULT
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    description: Expected[str] = EXPECTED_DEFAULT
    fulfillment: Expected[Fulfillment] = EXPECTED_DEFAULT
    is_professional: Expected[bool] = EXPECTED_DEFAULT
    leadtime_to_ship: Expected[int] = EXPECTED_DEFAULT
    logistic_class: Expected[LogisticClass] = EXPECTED_DEFAULT
    max_order_quantity: Expected[int] = EXPECTED_DEFAULT
    min_order_quantity: Expected[int] = EXPECTED_DEFAULT
    min_quantity_alert: Expected[int] = EXPECTED_DEFAULT
    min_shipping_price: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    min_shipping_price_additional: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    min_shipping_type: Expected[str] = EXPECTED_DEFAULT
    min_shipping_zone: Expected[str] = EXPECTED_DEFAULT
    nb_evaluation: Expected[int] = EXPECTED_DEFAULT
    offer_id: Expected[int] = EXPECTED_DEFAULT
    package_quantity: Expected[int] = EXPECTED_DEFAULT
    premium: Expected[bool] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    shipping_deadline: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    shop_grade: Expected[Decimal] = EXPECTED_DEFAULT
    shop_id: Expected[int] = EXPECTED_DEFAULT
    shop_name: Expected[str] = EXPECTED_DEFAULT
    shop_sku: Expected[str] = EXPECTED_DEFAULT
    state_code: Expected[str] = EXPECTED_DEFAULT
    allow_quote_requests: bool | None = None
    applicable_pricing: ApplicablePricing | None = None
    available_end_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    available_start_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    discount: Discount | None = None
    """Deprecated."""
    eco_contributions: list[OfferEcoContribution] | None = None
    """At most 20 items."""
    favorite_rank: int | None = None
    inactivity_reasons: list[InactivityReasonOrStr] | None = None
    """18 known values (`InactivityReason`)."""
    model: ShopModelOrStr | None = None
    """Known values: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)."""
    msrp: Decimal | None = None
    """In `currency_iso_code`."""
    offer_additional_fields: list[AdditionalField] | None = None
    price: Decimal | None = None
    """In `currency_iso_code`."""
    price_additional_info: str | None = None
    product_tax_code: str | None = None
    retail_prices: list[OfferPrice] | None = None
    shipping_types: list[OfferShippingType] | None = None
    total_price: Decimal | None = None
    """In `currency_iso_code`."""
    warehouses: list[Warehouse] | None = None


class ProductOffersMedia(ResponseModel, kw_only=True, gc=False):
    """Read as `products.product_media`, from P11."""

    dam_url: Expected[str] = EXPECTED_DEFAULT
    media_url: Expected[str] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT


class ProductOffers(ResponseModel, kw_only=True, gc=False):
    """Read as `products`, from P11."""

    category_code: Expected[str] = EXPECTED_DEFAULT
    category_label: Expected[str] = EXPECTED_DEFAULT
    product_references: Expected[list[ProductReference]] = EXPECTED_DEFAULT
    product_sku: Expected[str] = EXPECTED_DEFAULT
    product_title: Expected[str] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT
    measurement: OfferMeasurement | None = None
    offers: list[ProductOffer] | None = None
    product_brand: str | None = None
    product_description: str | None = None
    product_media: ProductOffersMedia | None = None


class ProductOffersPage(ResponseModel, kw_only=True, gc=False):
    """The answer of P11."""

    products: list[ProductOffers] | None = None
