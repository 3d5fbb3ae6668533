# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.platform sends and reads."""

from typing import Final

from mirakl_async.model import ABSENT, Expected, Received

from .common import Channel, LogisticClass


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


class AdditionalFieldDefinition(Received, kw_only=True, gc=False):
    """Read as `additional_fields`, from AF01.

    - default_value: deprecated
    - entity: SHOP, OFFER, ORDER_LINE, ORDER (`AdditionalFieldDefinitionEntity`)
    - models: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)
    - shop_permission: INVISIBLE, READ_ONLY, READ_WRITE (`ShopPermission`)
    - type: STRING, DATE, NUMERIC, BOOLEAN, LINK, REGEX, TEXTAREA, LIST, MULTIPLE_VALUES_LIST (`AdditionalFieldType`)
    """

    code: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    required: Expected[bool] = ABSENT
    shop_permission: Expected[str] = ABSENT
    type: Expected[str] = ABSENT
    accepted_values: list[str] | None = None
    channels: list[str] | None = None
    default_value: str | None = None
    description: str | None = None
    entity: str | None = None
    models: list[str] | None = None
    regex: str | None = None


class AdditionalFieldDefinitionList(Received, kw_only=True, gc=False):
    """The answer of AF01.

    - total_count: deprecated
    """

    additional_fields: Expected[list[AdditionalFieldDefinition]] = ABSENT
    total_count: Expected[int] = ABSENT


class Carrier(Received, kw_only=True, gc=False):
    """Read as `carriers`, from SH21."""

    code: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    standard_code: str | None = None
    tracking_url: str | None = None


class CarrierList(Received, kw_only=True, gc=False):
    """The answer of SH21."""

    carriers: Expected[list[Carrier]] = ABSENT


class CatalogFeature(Received, kw_only=True, gc=False):
    """Read as `features.catalog`, from PC01."""

    allow_shop_contribution_to_all_channels: Expected[bool] = ABSENT
    exclude_invalid_products: Expected[bool] = ABSENT
    list_of_multiple_values_separator: Expected[str] = ABSENT
    product_acceptance_by_channel: Expected[bool] = ABSENT
    product_data_validation_by_channel: Expected[bool] = ABSENT
    product_import_only_on_leaf: Expected[bool] = ABSENT


class ChannelList(Received, kw_only=True, gc=False):
    """The answer of CH11."""

    channels: list[Channel] | None = None


class DirectPaymentCustomerStore(Received, kw_only=True, gc=False):
    """Read as `features.direct_payment_customer_store`, from PC01."""

    activated: Expected[bool] = ABSENT
    refund_cancel_authorized: Expected[bool] = ABSENT


class DropshipFeature(Received, kw_only=True, gc=False):
    """Read as `features.dropship`, from PC01.

    - retail_pricing_edition_enabled: YES, NO, YES_PER_STORE (`TaxCollectionActivated`)
    """

    retail_pricing_edition_enabled: str | None = None
    retail_pricing_enabled: bool | None = None


class FeaturesPromotion(Received, kw_only=True, gc=False):
    """Read as `features.promotion`, from PC01."""

    cart_promotion_campaign: Expected[bool] = ABSENT
    discount_campaign: Expected[bool] = ABSENT
    seller_promotion: Expected[bool] = ABSENT


class FeaturesShipment(Received, kw_only=True, gc=False):
    """Read as `features.shipment`, from PC01."""

    multi_part_item_shipment: Expected[bool] = ABSENT
    multi_shipment: Expected[bool] = ABSENT


class OrderConditions(Received, kw_only=True, gc=False):
    """Read as `features.order_conditions`, from PC01.

    - lead_time_to_ship: deprecated
    """

    lead_time_to_ship: Expected[bool] = ABSENT
    maximum_order_quantity: Expected[bool] = ABSENT
    minimum_order_quantity: Expected[bool] = ABSENT
    package_order_quantity: Expected[bool] = ABSENT


class OrderWorkflows(Received, kw_only=True, gc=False):
    """Read as `features.order_workflows`, from PC01.

    - order_acceptance: AUTOMATIC, NOT_AUTOMATIC, BOTH (`OrderAcceptance`)
    """

    no_customer_payment_confirmation: Expected[bool] = ABSENT
    order_acceptance: Expected[str] = ABSENT
    pause_debit_workflow: Expected[bool] = ABSENT
    pay_on_due_date: Expected[bool] = ABSENT
    pay_on_shipment: Expected[bool] = ABSENT
    sellers_edit_shipping_origin: Expected[bool] = ABSENT
    shipping_and_billing_details_before_acceptance: Expected[bool] = ABSENT


class PricingFeature(Received, kw_only=True, gc=False):
    """Read as `features.pricing`, from PC01.

    - channel_pricing: MULTI, SINGLE, DISABLED (`ChannelPricing`)
    """

    channel_pricing: Expected[str] = ABSENT
    discount_period_required: Expected[bool] = ABSENT
    discount_price_creation_in_the_past_blocked: Expected[bool] = ABSENT
    scheduled_pricing: Expected[bool] = ABSENT
    volume_discount: Expected[bool] = ABSENT
    volume_pricing: Expected[bool] = ABSENT


class ReturnsFeature(Received, kw_only=True, gc=False):
    """Read as `features.returns`, from PC01."""

    drop_ship: bool | None = None
    marketplace: bool | None = None
    one_creditor: bool | None = None


class TaxNumberFeature(Received, kw_only=True, gc=False):
    """Read as `features.shop_tax_options.local_tax_number` and 2 more places, from PC01."""

    mandatory: Expected[bool] = ABSENT
    validation_regex: str | None = None


class ShopTaxOptions(Received, kw_only=True, gc=False):
    """Read as `features.shop_tax_options`, from PC01."""

    tax_identification_number: Expected[TaxNumberFeature] = ABSENT
    local_tax_number: TaxNumberFeature | None = None


class TaxCollection(Received, kw_only=True, gc=False):
    """Read as `features.tax_collection`, from PC01.

    - activated: YES, NO, YES_PER_STORE (`TaxCollectionActivated`)
    """

    activated: Expected[str] = ABSENT
    product_tax_code_mandatory: Expected[bool] = ABSENT
    tax_collection_by_operator: Expected[bool] = ABSENT


class WarehousesFeature(Received, kw_only=True, gc=False):
    """Read as `features.warehouses`, from PC01.

    - restricted_countries: 244 known values (`CountryIsoCode`)
    """

    geolocation: Expected[bool] = ABSENT
    restricted_countries: Expected[list[str]] = ABSENT


class Features(Received, kw_only=True, gc=False):
    """Read as `features`, from PC01.

    - lead_time_to_ship_by_sellers_enabled: YES, NO, YES_PER_STORE (`TaxCollectionActivated`)
    - operator_csv_delimiter: COMMA, SEMICOLON (`OperatorCsvDelimiter`)
    - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
    - product_data_validation_by_channel: deprecated
    """

    catalog: Expected[CatalogFeature] = ABSENT
    circular_economy_data_collection: Expected[bool] = ABSENT
    competitive_pricing_tool: Expected[bool] = ABSENT
    direct_payment_customer_store: Expected[DirectPaymentCustomerStore] = ABSENT
    disable_seller_alternative_carrier: Expected[bool] = ABSENT
    dropship: Expected[DropshipFeature] = ABSENT
    kyc_status_per_seller: Expected[bool] = ABSENT
    lead_time_to_ship_by_sellers_enabled: Expected[str] = ABSENT
    multi_currency: Expected[bool] = ABSENT
    multi_payout_psp_per_seller: Expected[bool] = ABSENT
    no_reply_needed: Expected[bool] = ABSENT
    offer_prices_decimals: Expected[str] = ABSENT
    operator_csv_delimiter: Expected[str] = ABSENT
    order_conditions: Expected[OrderConditions] = ABSENT
    order_tax_mode: Expected[str] = ABSENT
    order_workflows: Expected[OrderWorkflows] = ABSENT
    payment_confirmation: Expected[bool] = ABSENT
    pricing: Expected[PricingFeature] = ABSENT
    product_data_validation_by_channel: Expected[bool] = ABSENT
    promotion: Expected[FeaturesPromotion] = ABSENT
    returns: Expected[ReturnsFeature] = ABSENT
    shipment: Expected[FeaturesShipment] = ABSENT
    shop_tax_options: Expected[ShopTaxOptions] = ABSENT
    tax_collection: Expected[TaxCollection] = ABSENT
    tax_id_number: Expected[TaxNumberFeature] = ABSENT
    warehouses: Expected[WarehousesFeature] = ABSENT


class TaxProvider(Received, kw_only=True, gc=False):
    """Read as `modules.tax_manager.tax_provider`, from PC01."""

    avalara: Expected[bool] = ABSENT
    vertex: Expected[bool] = ABSENT


class TaxManager(Received, kw_only=True, gc=False):
    """Read as `modules.tax_manager`, from PC01."""

    activated: Expected[bool] = ABSENT
    tax_provider: Expected[TaxProvider] = ABSENT


class Modules(Received, kw_only=True, gc=False):
    """Read as `modules`, from PC01.

    - promotions: deprecated
    - tax_manager: deprecated
    """

    mirakl_catalog_integrator: Expected[bool] = ABSENT
    mirakl_catalog_manager: Expected[bool] = ABSENT
    mirakl_catalog_transformer: Expected[bool] = ABSENT
    mirakl_platform_services: Expected[bool] = ABSENT
    offer_management: Expected[bool] = ABSENT
    order_management: Expected[bool] = ABSENT
    promotions: Expected[bool] = ABSENT
    quotes: Expected[bool] = ABSENT
    tax_manager: Expected[TaxManager] = ABSENT
    offer_management_mode: str | None = None
    order_management_mode: str | None = None


class CustomerModel(Received, kw_only=True, gc=False):
    """Read as `platform_configuration.customer_model`, from PC01."""

    b2b: Expected[bool] = ABSENT
    b2c: Expected[bool] = ABSENT


class EnhancedSellerInvoicing(Received, kw_only=True, gc=False):
    """Read as `platform_configuration.enhanced_seller_invoicing`, from PC01."""

    enabled: Expected[bool] = ABSENT


class PlatformModel(Received, kw_only=True, gc=False):
    """Read as `platform_configuration.platform_model`, from PC01."""

    drop_ship: Expected[bool] = ABSENT
    marketplace: Expected[bool] = ABSENT
    one_creditor: Expected[bool] = ABSENT


class PlatformConfiguration(Received, kw_only=True, gc=False):
    """Read as `platform_configuration`, from PC01."""

    customer_model: Expected[CustomerModel] = ABSENT
    enhanced_seller_invoicing: Expected[EnhancedSellerInvoicing] = ABSENT
    platform_model: Expected[PlatformModel] = ABSENT


class Configuration(Received, kw_only=True, gc=False):
    """The answer of PC01."""

    features: Expected[Features] = ABSENT
    modules: Expected[Modules] = ABSENT
    platform_configuration: Expected[PlatformConfiguration] = ABSENT
    platform_name: Expected[str] = ABSENT
    tenant_name: Expected[str] = ABSENT
    timezone: Expected[str] = ABSENT


class Currency(Received, kw_only=True, gc=False):
    """Read as `currencies`, from CUR01."""

    code: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    platform_default: bool | None = None


class CurrencyList(Received, kw_only=True, gc=False):
    """The answer of CUR01."""

    currencies: Expected[list[Currency]] = ABSENT


class DocumentType(Received, kw_only=True, gc=False):
    """Read as `documents`, from DO01.

    - entity: ORDER, SHOP (`DocumentTypeEntity`)
    - models: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)
    """

    code: Expected[str] = ABSENT
    description: Expected[str] = ABSENT
    entity: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    mime_types: list[str] | None = None
    models: list[str] | None = None


class DocumentTypeList(Received, kw_only=True, gc=False):
    """The answer of DO01."""

    documents: Expected[list[DocumentType]] = ABSENT


class Locale(Received, kw_only=True, gc=False):
    """Read as `locales`, from L01."""

    code: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    platform_default: bool | None = None


class LocaleList(Received, kw_only=True, gc=False):
    """The answer of L01."""

    locales: Expected[list[Locale]] = ABSENT


class LogisticClassList(Received, kw_only=True, gc=False):
    """The answer of SH31."""

    logistic_classes: Expected[list[LogisticClass]] = ABSENT


class OfferState(Received, kw_only=True, gc=False):
    """Read as `offer_states`, from OF61."""

    active: Expected[bool] = ABSENT
    code: Expected[str] = ABSENT
    label: Expected[str] = ABSENT


class OfferStateList(Received, kw_only=True, gc=False):
    """The answer of OF61.

    - total_count: deprecated
    """

    offer_states: Expected[list[OfferState]] = ABSENT
    total_count: Expected[int] = ABSENT


class Reason(Received, kw_only=True, gc=False):
    """Read as `reasons`, from RE01, RE02, RE11, RE12 and RE14.

    - type: 16 known values (`ReasonType`); no longer MESSAGING
    """

    code: Expected[str] = ABSENT
    is_customer_right: Expected[bool] = ABSENT
    is_operator_right: Expected[bool] = ABSENT
    is_shop_right: Expected[bool] = ABSENT
    label: Expected[str] = ABSENT
    type: Expected[str] = ABSENT


class ReasonList(Received, kw_only=True, gc=False):
    """The answer of RE01, RE02, RE11, RE12 and RE14.

    - total_count: deprecated
    """

    reasons: Expected[list[Reason]] = ABSENT
    total_count: Expected[int] = ABSENT


class ShippingType(Received, kw_only=True, gc=False):
    """Read as `shipping_types`, from SH12."""

    click_and_collect: Expected[bool] = ABSENT
    code: Expected[str] = ABSENT
    delivery_by_operator: Expected[bool] = ABSENT
    description: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    mandatory_tracking: Expected[bool] = ABSENT
    ignore_lead_time_to_ship: bool | None = None
    standard_code: str | None = None


class ShippingTypeList(Received, kw_only=True, gc=False):
    """The answer of SH12."""

    shipping_types: list[ShippingType] | None = None


class ShippingZone(Received, kw_only=True, gc=False):
    """Read as `shipping_zones`, from SH11."""

    code: Expected[str] = ABSENT
    description: Expected[str] = ABSENT
    label: Expected[str] = ABSENT


class ShippingZoneList(Received, kw_only=True, gc=False):
    """The answer of SH11."""

    shipping_zones: Expected[list[ShippingZone]] = ABSENT
