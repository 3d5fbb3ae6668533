# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What connect.catalog sends and reads."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import RequestModel, check_number

from .common import Localized, RequirementLevelOrStr

__all__ = [
    "AnyAttribute",
    "BooleanAttribute",
    "ChannelCatalogCapabilities",
    "ConfigurationMode",
    "ConfigurationModeOrStr",
    "ConnectorOverrideAction",
    "ConnectorOverrideActionOrStr",
    "Diagnostic",
    "DiscountPricePeriod",
    "DiscountPricePeriodSupport",
    "DiscountPricePeriodSupportOrStr",
    "ListAttribute",
    "ListAttributeItem",
    "NumericAttribute",
    "OfferConfiguration",
    "OfferStatus",
    "OfferStatusOrStr",
    "PricingConfiguration",
    "PricingConfigurationField",
    "PricingConfigurationFieldRequirementLevel",
    "PricingConfigurationFieldRequirementLevelOrStr",
    "ProductStatus",
    "ProductStatusOrStr",
    "StandardAttribute",
    "StandardAttributeOrStr",
    "TextAttribute",
    "UpdateStoreCatalogItem",
    "UpdateStoreCatalogItemsRequest",
    "UseCaseConfiguration",
    "UseCaseConfigurationAttributes",
    "UseCaseConfigurations",
]


class ConfigurationMode:
    """Known values of `configuration_modes`; others may appear at any time."""

    CONSTANT: Final = "CONSTANT"
    VARIABLE: Final = "VARIABLE"


class ConnectorOverrideAction:
    """Known values of `connector_override_action`; others may appear at any time."""

    REMOVED: Final = "REMOVED"


class DiscountPricePeriodSupport:
    """Known values of `support`; others may appear at any time."""

    SUPPORTED: Final = "SUPPORTED"
    UNSUPPORTED: Final = "UNSUPPORTED"


class OfferStatus:
    """Known values of `offer_status`; others may appear at any time."""

    OFFER_ACTIVE: Final = "OFFER_ACTIVE"
    OFFER_DOES_NOT_EXIST: Final = "OFFER_DOES_NOT_EXIST"
    ACTION_REQUIRED: Final = "ACTION_REQUIRED"


class PricingConfigurationFieldRequirementLevel:
    """Known values of `requirement_level`; others may appear at any time."""

    OPTIONAL: Final = "OPTIONAL"
    REQUIRED: Final = "REQUIRED"


class ProductStatus:
    """Known values of `product_status`; others may appear at any time."""

    PRODUCT_DOES_NOT_EXIST: Final = "PRODUCT_DOES_NOT_EXIST"
    PRODUCT_PENDING_APPROVAL: Final = "PRODUCT_PENDING_APPROVAL"
    PRODUCT_REFUSED: Final = "PRODUCT_REFUSED"
    PRODUCT_CREATED: Final = "PRODUCT_CREATED"
    ACTION_REQUIRED: Final = "ACTION_REQUIRED"


class StandardAttribute:
    """Known values of `standard_attributes`; others may appear at any time."""

    ID: Final = "ID"
    STANDARD_PRICE: Final = "STANDARD_PRICE"
    DISCOUNT_PRICE: Final = "DISCOUNT_PRICE"
    STOCK: Final = "STOCK"
    GTIN: Final = "GTIN"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    ConfigurationModeOrStr: TypeAlias = Literal["CONSTANT", "VARIABLE"] | str
    ConnectorOverrideActionOrStr: TypeAlias = Literal["REMOVED"] | str
    DiscountPricePeriodSupportOrStr: TypeAlias = Literal["SUPPORTED", "UNSUPPORTED"] | str
    OfferStatusOrStr: TypeAlias = Literal["OFFER_ACTIVE", "OFFER_DOES_NOT_EXIST", "ACTION_REQUIRED"] | str
    PricingConfigurationFieldRequirementLevelOrStr: TypeAlias = Literal["OPTIONAL", "REQUIRED"] | str
    ProductStatusOrStr: TypeAlias = (
        Literal[
            "PRODUCT_DOES_NOT_EXIST",
            "PRODUCT_PENDING_APPROVAL",
            "PRODUCT_REFUSED",
            "PRODUCT_CREATED",
            "ACTION_REQUIRED",
        ]
        | str
    )
    StandardAttributeOrStr: TypeAlias = Literal["ID", "STANDARD_PRICE", "DISCOUNT_PRICE", "STOCK", "GTIN"] | str
else:
    ConfigurationModeOrStr = str
    ConnectorOverrideActionOrStr = str
    DiscountPricePeriodSupportOrStr = str
    OfferStatusOrStr = str
    PricingConfigurationFieldRequirementLevelOrStr = str
    ProductStatusOrStr = str
    StandardAttributeOrStr = str


class BooleanAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Boolean"):
    """Sent as `offer_configuration.custom_attributes`, to configureChannelCatalog."""

    configuration_modes: Annotated[list[ConfigurationModeOrStr], Meta(min_length=1)]
    """Known values: CONSTANT, VARIABLE (`ConfigurationMode`); not empty."""
    id: Annotated[str, Meta(min_length=1)]
    """Not empty."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    descriptions: list[Localized] | UnsetType = UNSET
    default_value: bool | UnsetType = UNSET


class ListAttributeItem(RequestModel, kw_only=True, gc=False):
    """Sent as `offer_configuration.custom_attributes.values`, to configureChannelCatalog."""

    id: Annotated[str, Meta(min_length=1)]
    """Not empty."""
    labels: list[Localized] | UnsetType = UNSET


class ListAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="List"):
    """Sent as `offer_configuration.custom_attributes`, to configureChannelCatalog."""

    configuration_modes: Annotated[list[ConfigurationModeOrStr], Meta(min_length=1)]
    """Known values: CONSTANT, VARIABLE (`ConfigurationMode`); not empty."""
    id: Annotated[str, Meta(min_length=1)]
    """Not empty."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    max_size: Annotated[int, Meta(ge=1)]
    """At least 1."""
    values: Annotated[list[ListAttributeItem], Meta(max_length=100)]
    """At most 100 items."""
    descriptions: list[Localized] | UnsetType = UNSET
    default_values: list[str] | UnsetType = UNSET


class NumericAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Numeric"):
    """Sent as `offer_configuration.custom_attributes`, to configureChannelCatalog."""

    configuration_modes: Annotated[list[ConfigurationModeOrStr], Meta(min_length=1)]
    """Known values: CONSTANT, VARIABLE (`ConfigurationMode`); not empty."""
    id: Annotated[str, Meta(min_length=1)]
    """Not empty."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    descriptions: list[Localized] | UnsetType = UNSET
    default_value: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("NumericAttribute.default_value", self.default_value)


class TextAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Text"):
    """Sent as `offer_configuration.custom_attributes`, to configureChannelCatalog."""

    configuration_modes: Annotated[list[ConfigurationModeOrStr], Meta(min_length=1)]
    """Known values: CONSTANT, VARIABLE (`ConfigurationMode`); not empty."""
    id: Annotated[str, Meta(min_length=1)]
    """Not empty."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    max_size: int
    descriptions: list[Localized] | UnsetType = UNSET
    default_value: str | UnsetType = UNSET


AnyAttribute: TypeAlias = BooleanAttribute | ListAttribute | NumericAttribute | TextAttribute
"""Any of these structs, by its `type`."""


class PricingConfigurationField(RequestModel, kw_only=True, gc=False):
    """Sent as `offer_configuration.pricing_configuration.discount_price_period.end_date`, to
    configureChannelCatalog.
    """

    requirement_level: PricingConfigurationFieldRequirementLevelOrStr
    """Known values: OPTIONAL, REQUIRED (`PricingConfigurationFieldRequirementLevel`)."""


class DiscountPricePeriod(RequestModel, kw_only=True, gc=False):
    """Sent as `offer_configuration.pricing_configuration.discount_price_period`, to configureChannelCatalog."""

    end_date: PricingConfigurationField
    start_date: PricingConfigurationField
    support: DiscountPricePeriodSupportOrStr
    """Known values: SUPPORTED, UNSUPPORTED (`DiscountPricePeriodSupport`)."""


class PricingConfiguration(RequestModel, kw_only=True, gc=False):
    """Sent as `offer_configuration.pricing_configuration`, to configureChannelCatalog."""

    discount_price_period: DiscountPricePeriod | UnsetType = UNSET


class OfferConfiguration(RequestModel, kw_only=True, gc=False):
    """Sent as `offer_configuration`, to configureChannelCatalog."""

    custom_attributes: list[AnyAttribute] | UnsetType = UNSET
    pricing_configuration: PricingConfiguration | UnsetType = UNSET


class UseCaseConfigurationAttributes(RequestModel, kw_only=True, gc=False):
    """Sent as `use_case_configurations.offer_creation.optional` and 3 more places, to configureChannelCatalog."""

    custom_attributes: list[str] | UnsetType = UNSET
    standard_attributes: list[StandardAttributeOrStr] | UnsetType = UNSET
    """Known values: ID, STANDARD_PRICE, DISCOUNT_PRICE, STOCK, GTIN (`StandardAttribute`)."""


class UseCaseConfiguration(RequestModel, kw_only=True, gc=False):
    """Sent as `use_case_configurations.offer_creation`, to configureChannelCatalog."""

    required: UseCaseConfigurationAttributes
    support: DiscountPricePeriodSupportOrStr
    """Known values: SUPPORTED, UNSUPPORTED (`DiscountPricePeriodSupport`)."""
    optional: UseCaseConfigurationAttributes | UnsetType = UNSET


class UseCaseConfigurations(RequestModel, kw_only=True, gc=False):
    """Sent as `use_case_configurations`, to configureChannelCatalog."""

    offer_creation: UseCaseConfiguration
    offer_update: UseCaseConfiguration


class ChannelCatalogCapabilities(RequestModel, kw_only=True, gc=False):
    """The body of configureChannelCatalog."""

    offer_configuration: OfferConfiguration | UnsetType = UNSET
    use_case_configurations: UseCaseConfigurations | UnsetType = UNSET


class Diagnostic(RequestModel, kw_only=True, gc=False):
    """Sent as `store_catalog_items.diagnostics` and 2 more places, to updateStoreCatalogItems."""

    message: str
    channel_attribute_id: str | None | UnsetType = UNSET
    channel_diagnostic_id: str | None | UnsetType = UNSET
    connector_override_action: ConnectorOverrideActionOrStr | None | UnsetType = UNSET
    """Known values: REMOVED (`ConnectorOverrideAction`); deprecated."""


class UpdateStoreCatalogItem(RequestModel, kw_only=True, gc=False):
    """Sent as `store_catalog_items`, to updateStoreCatalogItems."""

    id: str
    diagnostics: Annotated[list[Diagnostic], Meta(max_length=100)] | None | UnsetType = UNSET
    """At most 100 items; deprecated."""
    offer_diagnostics: Annotated[list[Diagnostic], Meta(max_length=100)] | None | UnsetType = UNSET
    """At most 100 items."""
    offer_status: OfferStatusOrStr | UnsetType = UNSET
    """Known values: OFFER_ACTIVE, OFFER_DOES_NOT_EXIST, ACTION_REQUIRED (`OfferStatus`)."""
    product_diagnostics: Annotated[list[Diagnostic], Meta(max_length=100)] | None | UnsetType = UNSET
    """At most 100 items."""
    product_status: ProductStatusOrStr | UnsetType = UNSET
    """Known values: PRODUCT_DOES_NOT_EXIST, PRODUCT_PENDING_APPROVAL, PRODUCT_REFUSED, PRODUCT_CREATED, ACTION_REQUIRED
    (`ProductStatus`).
    """


class UpdateStoreCatalogItemsRequest(RequestModel, kw_only=True, gc=False):
    """The body of updateStoreCatalogItems."""

    store_catalog_items: Annotated[list[UpdateStoreCatalogItem], Meta(min_length=1, max_length=10000)]
    """1 to 10000 items."""
