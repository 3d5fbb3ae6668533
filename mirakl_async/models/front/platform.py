# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.platform sends and reads."""

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mirakl_async.model import EXPECTED_DEFAULT, Expected, ResponseModel

from .common import (
    AdditionalFieldTypeOrStr,
    Channel,
    CountryIsoCodeOrStr,
    LogisticClass,
    OrderTaxModeOrStr,
    ShopModelOrStr,
)

__all__ = [
    "AdditionalFieldDefinition",
    "AdditionalFieldDefinitionEntity",
    "AdditionalFieldDefinitionEntityOrStr",
    "AdditionalFieldDefinitionList",
    "Carrier",
    "CarrierList",
    "CatalogFeature",
    "ChannelList",
    "ChannelPricing",
    "ChannelPricingOrStr",
    "Configuration",
    "Currency",
    "CurrencyList",
    "CustomerModel",
    "DirectPaymentCustomerStore",
    "DocumentType",
    "DocumentTypeEntity",
    "DocumentTypeEntityOrStr",
    "DocumentTypeList",
    "DropshipFeature",
    "EnhancedSellerInvoicing",
    "Features",
    "FeaturesPromotion",
    "FeaturesShipment",
    "Locale",
    "LocaleList",
    "LogisticClassList",
    "Modules",
    "OfferState",
    "OfferStateList",
    "OperatorCsvDelimiter",
    "OperatorCsvDelimiterOrStr",
    "OrderAcceptance",
    "OrderAcceptanceOrStr",
    "OrderConditions",
    "OrderWorkflows",
    "PlatformConfiguration",
    "PlatformModel",
    "PricingFeature",
    "Reason",
    "ReasonList",
    "ReasonType",
    "ReasonTypeFilter",
    "ReasonTypeFilterOrStr",
    "ReasonTypeOrStr",
    "ReturnsFeature",
    "ShippingType",
    "ShippingTypeList",
    "ShippingZone",
    "ShippingZoneList",
    "ShopPermission",
    "ShopPermissionOrStr",
    "ShopTaxOptions",
    "TaxCollection",
    "TaxCollectionActivated",
    "TaxCollectionActivatedOrStr",
    "TaxManager",
    "TaxNumberFeature",
    "TaxProvider",
    "WarehousesFeature",
]


class AdditionalFieldDefinitionEntity:
    """Known values of `entity`; others may appear at any time."""

    SHOP: Final = "SHOP"
    OFFER: Final = "OFFER"
    ORDER_LINE: Final = "ORDER_LINE"
    ORDER: Final = "ORDER"


class ChannelPricing:
    """Known values of `channel_pricing`; others may appear at any time."""

    MULTI: Final = "MULTI"
    SINGLE: Final = "SINGLE"
    DISABLED: Final = "DISABLED"


class DocumentTypeEntity:
    """Known values of `entity`; others may appear at any time."""

    ORDER: Final = "ORDER"
    SHOP: Final = "SHOP"


class OperatorCsvDelimiter:
    """Known values of `operator_csv_delimiter`; others may appear at any time."""

    COMMA: Final = "COMMA"
    SEMICOLON: Final = "SEMICOLON"


class OrderAcceptance:
    """Known values of `order_acceptance`; others may appear at any time."""

    AUTOMATIC: Final = "AUTOMATIC"
    NOT_AUTOMATIC: Final = "NOT_AUTOMATIC"
    BOTH: Final = "BOTH"


class ReasonType:
    """Known values of `type`; others may appear at any time."""

    INCIDENT_OPEN: Final = "INCIDENT_OPEN"
    MPS_INCIDENT_OPEN: Final = "MPS_INCIDENT_OPEN"
    INCIDENT_CLOSE: Final = "INCIDENT_CLOSE"
    MPS_INCIDENT_CLOSE: Final = "MPS_INCIDENT_CLOSE"
    REFUND: Final = "REFUND"
    MPS_REFUND: Final = "MPS_REFUND"
    ORDER_MESSAGING: Final = "ORDER_MESSAGING"
    MPS_ORDER_MESSAGING: Final = "MPS_ORDER_MESSAGING"
    MPS_OFFER_MESSAGING: Final = "MPS_OFFER_MESSAGING"
    OFFER_MESSAGING: Final = "OFFER_MESSAGING"
    CANCELATION: Final = "CANCELATION"
    MMP_SELLER_MESSAGING: Final = "MMP_SELLER_MESSAGING"
    MPS_SELLER_MESSAGING: Final = "MPS_SELLER_MESSAGING"
    RETURN: Final = "RETURN"
    RETURN_REJECTION: Final = "RETURN_REJECTION"
    RETURN_NON_COMPLIANT: Final = "RETURN_NON_COMPLIANT"
    MESSAGING: Final = "MESSAGING"


class ReasonTypeFilter:
    """Known values of `reason_type`; others may appear at any time."""

    INCIDENT_OPEN: Final = "INCIDENT_OPEN"
    MPS_INCIDENT_OPEN: Final = "MPS_INCIDENT_OPEN"
    INCIDENT_CLOSE: Final = "INCIDENT_CLOSE"
    MPS_INCIDENT_CLOSE: Final = "MPS_INCIDENT_CLOSE"
    REFUND: Final = "REFUND"
    MPS_REFUND: Final = "MPS_REFUND"
    MESSAGING: Final = "MESSAGING"
    ORDER_MESSAGING: Final = "ORDER_MESSAGING"
    MPS_ORDER_MESSAGING: Final = "MPS_ORDER_MESSAGING"
    MPS_OFFER_MESSAGING: Final = "MPS_OFFER_MESSAGING"
    CANCELATION: Final = "CANCELATION"


class ShopPermission:
    """Known values of `shop_permission`; others may appear at any time."""

    INVISIBLE: Final = "INVISIBLE"
    READ_ONLY: Final = "READ_ONLY"
    READ_WRITE: Final = "READ_WRITE"


class TaxCollectionActivated:
    """Known values of `activated` and `lead_time_to_ship_by_sellers_enabled` and `retail_pricing_edition_enabled`; others may appear at any time."""

    YES: Final = "YES"
    NO: Final = "NO"
    YES_PER_STORE: Final = "YES_PER_STORE"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    AdditionalFieldDefinitionEntityOrStr: TypeAlias = Literal["SHOP", "OFFER", "ORDER_LINE", "ORDER"] | str
    ChannelPricingOrStr: TypeAlias = Literal["MULTI", "SINGLE", "DISABLED"] | str
    DocumentTypeEntityOrStr: TypeAlias = Literal["ORDER", "SHOP"] | str
    OperatorCsvDelimiterOrStr: TypeAlias = Literal["COMMA", "SEMICOLON"] | str
    OrderAcceptanceOrStr: TypeAlias = Literal["AUTOMATIC", "NOT_AUTOMATIC", "BOTH"] | str
    ReasonTypeOrStr: TypeAlias = (
        Literal[
            "INCIDENT_OPEN",
            "MPS_INCIDENT_OPEN",
            "INCIDENT_CLOSE",
            "MPS_INCIDENT_CLOSE",
            "REFUND",
            "MPS_REFUND",
            "ORDER_MESSAGING",
            "MPS_ORDER_MESSAGING",
            "MPS_OFFER_MESSAGING",
            "OFFER_MESSAGING",
            "CANCELATION",
            "MMP_SELLER_MESSAGING",
            "MPS_SELLER_MESSAGING",
            "RETURN",
            "RETURN_REJECTION",
            "RETURN_NON_COMPLIANT",
        ]
        | str
    )
    ReasonTypeFilterOrStr: TypeAlias = (
        Literal[
            "INCIDENT_OPEN",
            "MPS_INCIDENT_OPEN",
            "INCIDENT_CLOSE",
            "MPS_INCIDENT_CLOSE",
            "REFUND",
            "MPS_REFUND",
            "MESSAGING",
            "ORDER_MESSAGING",
            "MPS_ORDER_MESSAGING",
            "MPS_OFFER_MESSAGING",
            "CANCELATION",
        ]
        | str
    )
    ShopPermissionOrStr: TypeAlias = Literal["INVISIBLE", "READ_ONLY", "READ_WRITE"] | str
    TaxCollectionActivatedOrStr: TypeAlias = Literal["YES", "NO", "YES_PER_STORE"] | str
else:
    AdditionalFieldDefinitionEntityOrStr = str
    ChannelPricingOrStr = str
    DocumentTypeEntityOrStr = str
    OperatorCsvDelimiterOrStr = str
    OrderAcceptanceOrStr = str
    ReasonTypeOrStr = str
    ReasonTypeFilterOrStr = str
    ShopPermissionOrStr = str
    TaxCollectionActivatedOrStr = str


class AdditionalFieldDefinition(ResponseModel, kw_only=True, gc=False):
    """Read as `additional_fields`, from AF01."""

    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    required: Expected[bool] = EXPECTED_DEFAULT
    shop_permission: Expected[ShopPermissionOrStr] = EXPECTED_DEFAULT
    """Known values: INVISIBLE, READ_ONLY, READ_WRITE (`ShopPermission`)."""
    type: Expected[AdditionalFieldTypeOrStr] = EXPECTED_DEFAULT
    """Known values: STRING, DATE, NUMERIC, BOOLEAN, LINK, REGEX, TEXTAREA, LIST, MULTIPLE_VALUES_LIST
    (`AdditionalFieldType`).
    """
    accepted_values: list[str] | None = None
    channels: list[str] | None = None
    default_value: str | None = None
    """Deprecated."""
    description: str | None = None
    entity: AdditionalFieldDefinitionEntityOrStr | None = None
    """Known values: SHOP, OFFER, ORDER_LINE, ORDER (`AdditionalFieldDefinitionEntity`)."""
    models: list[ShopModelOrStr] | None = None
    """Known values: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)."""
    regex: str | None = None


class AdditionalFieldDefinitionList(ResponseModel, kw_only=True, gc=False):
    """The answer of AF01."""

    additional_fields: Expected[list[AdditionalFieldDefinition]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT
    """Deprecated."""


class Carrier(ResponseModel, kw_only=True, gc=False):
    """Read as `carriers`, from SH21."""

    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    standard_code: str | None = None
    tracking_url: str | None = None


class CarrierList(ResponseModel, kw_only=True, gc=False):
    """The answer of SH21."""

    carriers: Expected[list[Carrier]] = EXPECTED_DEFAULT


class CatalogFeature(ResponseModel, kw_only=True, gc=False):
    """Read as `features.catalog`, from PC01."""

    allow_shop_contribution_to_all_channels: Expected[bool] = EXPECTED_DEFAULT
    exclude_invalid_products: Expected[bool] = EXPECTED_DEFAULT
    list_of_multiple_values_separator: Expected[str] = EXPECTED_DEFAULT
    product_acceptance_by_channel: Expected[bool] = EXPECTED_DEFAULT
    product_data_validation_by_channel: Expected[bool] = EXPECTED_DEFAULT
    product_import_only_on_leaf: Expected[bool] = EXPECTED_DEFAULT


class ChannelList(ResponseModel, kw_only=True, gc=False):
    """The answer of CH11."""

    channels: list[Channel] | None = None


class DirectPaymentCustomerStore(ResponseModel, kw_only=True, gc=False):
    """Read as `features.direct_payment_customer_store`, from PC01."""

    activated: Expected[bool] = EXPECTED_DEFAULT
    refund_cancel_authorized: Expected[bool] = EXPECTED_DEFAULT


class DropshipFeature(ResponseModel, kw_only=True, gc=False):
    """Read as `features.dropship`, from PC01."""

    retail_pricing_edition_enabled: TaxCollectionActivatedOrStr | None = None
    """Known values: YES, NO, YES_PER_STORE (`TaxCollectionActivated`)."""
    retail_pricing_enabled: bool | None = None


class FeaturesPromotion(ResponseModel, kw_only=True, gc=False):
    """Read as `features.promotion`, from PC01."""

    cart_promotion_campaign: Expected[bool] = EXPECTED_DEFAULT
    discount_campaign: Expected[bool] = EXPECTED_DEFAULT
    seller_promotion: Expected[bool] = EXPECTED_DEFAULT


class FeaturesShipment(ResponseModel, kw_only=True, gc=False):
    """Read as `features.shipment`, from PC01."""

    multi_part_item_shipment: Expected[bool] = EXPECTED_DEFAULT
    multi_shipment: Expected[bool] = EXPECTED_DEFAULT


class OrderConditions(ResponseModel, kw_only=True, gc=False):
    """Read as `features.order_conditions`, from PC01."""

    lead_time_to_ship: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    maximum_order_quantity: Expected[bool] = EXPECTED_DEFAULT
    minimum_order_quantity: Expected[bool] = EXPECTED_DEFAULT
    package_order_quantity: Expected[bool] = EXPECTED_DEFAULT


class OrderWorkflows(ResponseModel, kw_only=True, gc=False):
    """Read as `features.order_workflows`, from PC01."""

    no_customer_payment_confirmation: Expected[bool] = EXPECTED_DEFAULT
    order_acceptance: Expected[OrderAcceptanceOrStr] = EXPECTED_DEFAULT
    """Known values: AUTOMATIC, NOT_AUTOMATIC, BOTH (`OrderAcceptance`)."""
    pause_debit_workflow: Expected[bool] = EXPECTED_DEFAULT
    pay_on_due_date: Expected[bool] = EXPECTED_DEFAULT
    pay_on_shipment: Expected[bool] = EXPECTED_DEFAULT
    sellers_edit_shipping_origin: Expected[bool] = EXPECTED_DEFAULT
    shipping_and_billing_details_before_acceptance: Expected[bool] = EXPECTED_DEFAULT


class PricingFeature(ResponseModel, kw_only=True, gc=False):
    """Read as `features.pricing`, from PC01."""

    channel_pricing: Expected[ChannelPricingOrStr] = EXPECTED_DEFAULT
    """Known values: MULTI, SINGLE, DISABLED (`ChannelPricing`)."""
    discount_period_required: Expected[bool] = EXPECTED_DEFAULT
    discount_price_creation_in_the_past_blocked: Expected[bool] = EXPECTED_DEFAULT
    scheduled_pricing: Expected[bool] = EXPECTED_DEFAULT
    volume_discount: Expected[bool] = EXPECTED_DEFAULT
    volume_pricing: Expected[bool] = EXPECTED_DEFAULT


class ReturnsFeature(ResponseModel, kw_only=True, gc=False):
    """Read as `features.returns`, from PC01."""

    drop_ship: bool | None = None
    marketplace: bool | None = None
    one_creditor: bool | None = None


class TaxNumberFeature(ResponseModel, kw_only=True, gc=False):
    """Read as `features.shop_tax_options.local_tax_number` and 2 more places, from PC01."""

    mandatory: Expected[bool] = EXPECTED_DEFAULT
    validation_regex: str | None = None


class ShopTaxOptions(ResponseModel, kw_only=True, gc=False):
    """Read as `features.shop_tax_options`, from PC01."""

    tax_identification_number: Expected[TaxNumberFeature] = EXPECTED_DEFAULT
    local_tax_number: TaxNumberFeature | None = None


class TaxCollection(ResponseModel, kw_only=True, gc=False):
    """Read as `features.tax_collection`, from PC01."""

    activated: Expected[TaxCollectionActivatedOrStr] = EXPECTED_DEFAULT
    """Known values: YES, NO, YES_PER_STORE (`TaxCollectionActivated`)."""
    product_tax_code_mandatory: Expected[bool] = EXPECTED_DEFAULT
    tax_collection_by_operator: Expected[bool] = EXPECTED_DEFAULT


class WarehousesFeature(ResponseModel, kw_only=True, gc=False):
    """Read as `features.warehouses`, from PC01."""

    geolocation: Expected[bool] = EXPECTED_DEFAULT
    restricted_countries: Expected[list[CountryIsoCodeOrStr]] = EXPECTED_DEFAULT
    """244 known values (`CountryIsoCode`); ISO 3166-1 alpha-3."""


class Features(ResponseModel, kw_only=True, gc=False):
    """Read as `features`, from PC01."""

    catalog: Expected[CatalogFeature] = EXPECTED_DEFAULT
    circular_economy_data_collection: Expected[bool] = EXPECTED_DEFAULT
    competitive_pricing_tool: Expected[bool] = EXPECTED_DEFAULT
    direct_payment_customer_store: Expected[DirectPaymentCustomerStore] = EXPECTED_DEFAULT
    disable_seller_alternative_carrier: Expected[bool] = EXPECTED_DEFAULT
    dropship: Expected[DropshipFeature] = EXPECTED_DEFAULT
    kyc_status_per_seller: Expected[bool] = EXPECTED_DEFAULT
    lead_time_to_ship_by_sellers_enabled: Expected[TaxCollectionActivatedOrStr] = EXPECTED_DEFAULT
    """Known values: YES, NO, YES_PER_STORE (`TaxCollectionActivated`)."""
    multi_currency: Expected[bool] = EXPECTED_DEFAULT
    multi_payout_psp_per_seller: Expected[bool] = EXPECTED_DEFAULT
    no_reply_needed: Expected[bool] = EXPECTED_DEFAULT
    offer_prices_decimals: Expected[str] = EXPECTED_DEFAULT
    operator_csv_delimiter: Expected[OperatorCsvDelimiterOrStr] = EXPECTED_DEFAULT
    """Known values: COMMA, SEMICOLON (`OperatorCsvDelimiter`)."""
    order_conditions: Expected[OrderConditions] = EXPECTED_DEFAULT
    order_tax_mode: Expected[OrderTaxModeOrStr] = EXPECTED_DEFAULT
    """Known values: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)."""
    order_workflows: Expected[OrderWorkflows] = EXPECTED_DEFAULT
    payment_confirmation: Expected[bool] = EXPECTED_DEFAULT
    pricing: Expected[PricingFeature] = EXPECTED_DEFAULT
    product_data_validation_by_channel: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    promotion: Expected[FeaturesPromotion] = EXPECTED_DEFAULT
    returns: Expected[ReturnsFeature] = EXPECTED_DEFAULT
    shipment: Expected[FeaturesShipment] = EXPECTED_DEFAULT
    shop_tax_options: Expected[ShopTaxOptions] = EXPECTED_DEFAULT
    tax_collection: Expected[TaxCollection] = EXPECTED_DEFAULT
    tax_id_number: Expected[TaxNumberFeature] = EXPECTED_DEFAULT
    warehouses: Expected[WarehousesFeature] = EXPECTED_DEFAULT


class TaxProvider(ResponseModel, kw_only=True, gc=False):
    """Read as `modules.tax_manager.tax_provider`, from PC01."""

    avalara: Expected[bool] = EXPECTED_DEFAULT
    vertex: Expected[bool] = EXPECTED_DEFAULT


class TaxManager(ResponseModel, kw_only=True, gc=False):
    """Read as `modules.tax_manager`, from PC01."""

    activated: Expected[bool] = EXPECTED_DEFAULT
    tax_provider: Expected[TaxProvider] = EXPECTED_DEFAULT


class Modules(ResponseModel, kw_only=True, gc=False):
    """Read as `modules`, from PC01."""

    mirakl_catalog_integrator: Expected[bool] = EXPECTED_DEFAULT
    mirakl_catalog_manager: Expected[bool] = EXPECTED_DEFAULT
    mirakl_catalog_transformer: Expected[bool] = EXPECTED_DEFAULT
    mirakl_platform_services: Expected[bool] = EXPECTED_DEFAULT
    offer_management: Expected[bool] = EXPECTED_DEFAULT
    order_management: Expected[bool] = EXPECTED_DEFAULT
    promotions: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    quotes: Expected[bool] = EXPECTED_DEFAULT
    tax_manager: Expected[TaxManager] = EXPECTED_DEFAULT
    """Deprecated."""
    offer_management_mode: str | None = None
    order_management_mode: str | None = None


class CustomerModel(ResponseModel, kw_only=True, gc=False):
    """Read as `platform_configuration.customer_model`, from PC01."""

    b2b: Expected[bool] = EXPECTED_DEFAULT
    b2c: Expected[bool] = EXPECTED_DEFAULT


class EnhancedSellerInvoicing(ResponseModel, kw_only=True, gc=False):
    """Read as `platform_configuration.enhanced_seller_invoicing`, from PC01."""

    enabled: Expected[bool] = EXPECTED_DEFAULT


class PlatformModel(ResponseModel, kw_only=True, gc=False):
    """Read as `platform_configuration.platform_model`, from PC01."""

    drop_ship: Expected[bool] = EXPECTED_DEFAULT
    marketplace: Expected[bool] = EXPECTED_DEFAULT
    one_creditor: Expected[bool] = EXPECTED_DEFAULT


class PlatformConfiguration(ResponseModel, kw_only=True, gc=False):
    """Read as `platform_configuration`, from PC01."""

    customer_model: Expected[CustomerModel] = EXPECTED_DEFAULT
    enhanced_seller_invoicing: Expected[EnhancedSellerInvoicing] = EXPECTED_DEFAULT
    platform_model: Expected[PlatformModel] = EXPECTED_DEFAULT


class Configuration(ResponseModel, kw_only=True, gc=False):
    """The answer of PC01."""

    features: Expected[Features] = EXPECTED_DEFAULT
    modules: Expected[Modules] = EXPECTED_DEFAULT
    platform_configuration: Expected[PlatformConfiguration] = EXPECTED_DEFAULT
    platform_name: Expected[str] = EXPECTED_DEFAULT
    tenant_name: Expected[str] = EXPECTED_DEFAULT
    timezone: Expected[str] = EXPECTED_DEFAULT


class Currency(ResponseModel, kw_only=True, gc=False):
    """Read as `currencies`, from CUR01."""

    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    platform_default: bool | None = None


class CurrencyList(ResponseModel, kw_only=True, gc=False):
    """The answer of CUR01."""

    currencies: Expected[list[Currency]] = EXPECTED_DEFAULT


class DocumentType(ResponseModel, kw_only=True, gc=False):
    """Read as `documents`, from DO01."""

    code: Expected[str] = EXPECTED_DEFAULT
    description: Expected[str] = EXPECTED_DEFAULT
    entity: Expected[DocumentTypeEntityOrStr] = EXPECTED_DEFAULT
    """Known values: ORDER, SHOP (`DocumentTypeEntity`)."""
    label: Expected[str] = EXPECTED_DEFAULT
    mime_types: list[str] | None = None
    models: list[ShopModelOrStr] | None = None
    """Known values: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)."""


class DocumentTypeList(ResponseModel, kw_only=True, gc=False):
    """The answer of DO01."""

    documents: Expected[list[DocumentType]] = EXPECTED_DEFAULT


class Locale(ResponseModel, kw_only=True, gc=False):
    """Read as `locales`, from L01."""

    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    platform_default: bool | None = None


class LocaleList(ResponseModel, kw_only=True, gc=False):
    """The answer of L01."""

    locales: Expected[list[Locale]] = EXPECTED_DEFAULT


class LogisticClassList(ResponseModel, kw_only=True, gc=False):
    """The answer of SH31."""

    logistic_classes: Expected[list[LogisticClass]] = EXPECTED_DEFAULT


class OfferState(ResponseModel, kw_only=True, gc=False):
    """Read as `offer_states`, from OF61."""

    active: Expected[bool] = EXPECTED_DEFAULT
    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT


class OfferStateList(ResponseModel, kw_only=True, gc=False):
    """The answer of OF61."""

    offer_states: Expected[list[OfferState]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT
    """Deprecated."""


class Reason(ResponseModel, kw_only=True, gc=False):
    """Read as `reasons`, from RE01, RE02, RE11, RE12 and RE14."""

    code: Expected[str] = EXPECTED_DEFAULT
    is_customer_right: Expected[bool] = EXPECTED_DEFAULT
    is_operator_right: Expected[bool] = EXPECTED_DEFAULT
    is_shop_right: Expected[bool] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    type: Expected[ReasonTypeOrStr] = EXPECTED_DEFAULT
    """16 known values (`ReasonType`); no longer MESSAGING."""


class ReasonList(ResponseModel, kw_only=True, gc=False):
    """The answer of RE01, RE02, RE11, RE12 and RE14."""

    reasons: Expected[list[Reason]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT
    """Deprecated."""


class ShippingType(ResponseModel, kw_only=True, gc=False):
    """Read as `shipping_types`, from SH12."""

    click_and_collect: Expected[bool] = EXPECTED_DEFAULT
    code: Expected[str] = EXPECTED_DEFAULT
    delivery_by_operator: Expected[bool] = EXPECTED_DEFAULT
    description: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    mandatory_tracking: Expected[bool] = EXPECTED_DEFAULT
    ignore_lead_time_to_ship: bool | None = None
    standard_code: str | None = None


class ShippingTypeList(ResponseModel, kw_only=True, gc=False):
    """The answer of SH12."""

    shipping_types: list[ShippingType] | None = None


class ShippingZone(ResponseModel, kw_only=True, gc=False):
    """Read as `shipping_zones`, from SH11."""

    code: Expected[str] = EXPECTED_DEFAULT
    description: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT


class ShippingZoneList(ResponseModel, kw_only=True, gc=False):
    """The answer of SH11."""

    shipping_zones: Expected[list[ShippingZone]] = EXPECTED_DEFAULT
