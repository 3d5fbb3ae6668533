# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What connect.taxonomy sends and reads."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import RequestModel, check_exactly_one, check_number

from .common import Localized, RequirementLevelOrStr

__all__ = [
    "AnyEmbeddedAttribute",
    "AttributeContext",
    "ConnectStandardAttribute",
    "ConnectStandardAttributeOrStr",
    "EmbeddedDecimalAttribute",
    "EmbeddedIntegerAttribute",
    "EmbeddedListAttribute",
    "EmbeddedMediaAttribute",
    "EmbeddedTextAttribute",
    "EqualsRuleConditionPayload",
    "InRuleConditionPayload",
    "IsSetRuleConditionPayload",
    "MediaType",
    "MediaTypeOrStr",
    "ProductListAttributeValue",
    "ProductType",
    "ProductTypeContext",
    "ProductTypeRule",
    "ProductTypeRuleActionAll",
    "ProductTypeRuleActionRedefineAttribute",
    "ProductTypeRuleCondition",
    "ProductTypeRuleReference",
    "RedefineAttributeActionPayload",
    "TaxonomyRuleRequest",
]


class ConnectStandardAttribute:
    """Known values of `connect_standard_attributes`; others may appear at any time."""

    PRODUCT_ID: Final = "PRODUCT_ID"
    CATEGORY: Final = "CATEGORY"
    BRAND: Final = "BRAND"
    TITLE: Final = "TITLE"
    DESCRIPTION: Final = "DESCRIPTION"
    IMAGE: Final = "IMAGE"
    GTIN: Final = "GTIN"
    VARIANT_GROUP_CODE: Final = "VARIANT_GROUP_CODE"


class MediaType:
    """Known values of `media_type`; others may appear at any time."""

    IMAGE: Final = "IMAGE"
    OTHER: Final = "OTHER"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    ConnectStandardAttributeOrStr: TypeAlias = (
        Literal["PRODUCT_ID", "CATEGORY", "BRAND", "TITLE", "DESCRIPTION", "IMAGE", "GTIN", "VARIANT_GROUP_CODE"] | str
    )
    MediaTypeOrStr: TypeAlias = Literal["IMAGE", "OTHER"] | str
else:
    ConnectStandardAttributeOrStr = str
    MediaTypeOrStr = str


class AttributeContext(RequestModel, kw_only=True, gc=False):
    """Sent as `embedded_attributes.context`, to upsertProductType."""

    labels: list[Localized] | UnsetType = UNSET
    path: str | UnsetType = UNSET


class EmbeddedDecimalAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Decimal"):
    """Sent as `embedded_attributes`, to upsertProductType."""

    descriptions: list[Localized]
    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    scale: Annotated[int, Meta(ge=0)]
    """At least 0."""
    connect_standard_attributes: list[ConnectStandardAttributeOrStr] | UnsetType = UNSET
    """Known values: PRODUCT_ID, CATEGORY, BRAND, TITLE, DESCRIPTION, IMAGE, GTIN, VARIANT_GROUP_CODE
    (`ConnectStandardAttribute`).
    """
    context: AttributeContext | UnsetType = UNSET
    maximum: Decimal | UnsetType = UNSET
    minimum: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("EmbeddedDecimalAttribute.maximum", self.maximum)
        check_number("EmbeddedDecimalAttribute.minimum", self.minimum)


class EmbeddedIntegerAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Integer"):
    """Sent as `embedded_attributes`, to upsertProductType."""

    descriptions: list[Localized]
    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    connect_standard_attributes: list[ConnectStandardAttributeOrStr] | UnsetType = UNSET
    """Known values: PRODUCT_ID, CATEGORY, BRAND, TITLE, DESCRIPTION, IMAGE, GTIN, VARIANT_GROUP_CODE
    (`ConnectStandardAttribute`).
    """
    context: AttributeContext | UnsetType = UNSET
    maximum: int | UnsetType = UNSET
    minimum: int | UnsetType = UNSET


class ProductListAttributeValue(RequestModel, kw_only=True, gc=False):
    """Sent as `embedded_attributes.available_values`, to upsertProductType."""

    id: str
    labels: Annotated[list[Localized], Meta(min_length=1)] | UnsetType = UNSET
    """Not empty."""


class EmbeddedListAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="List"):
    """Sent as `embedded_attributes`, to upsertProductType."""

    descriptions: list[Localized]
    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    available_values: Annotated[list[ProductListAttributeValue], Meta(min_length=1, max_length=1000)]
    """1 to 1000 items."""
    connect_standard_attributes: list[ConnectStandardAttributeOrStr] | UnsetType = UNSET
    """Known values: PRODUCT_ID, CATEGORY, BRAND, TITLE, DESCRIPTION, IMAGE, GTIN, VARIANT_GROUP_CODE
    (`ConnectStandardAttribute`).
    """
    context: AttributeContext | UnsetType = UNSET
    max_values: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """At least 1."""


class EmbeddedMediaAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Media"):
    """Sent as `embedded_attributes`, to upsertProductType."""

    descriptions: list[Localized]
    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    connect_standard_attributes: list[ConnectStandardAttributeOrStr] | UnsetType = UNSET
    """Known values: PRODUCT_ID, CATEGORY, BRAND, TITLE, DESCRIPTION, IMAGE, GTIN, VARIANT_GROUP_CODE
    (`ConnectStandardAttribute`).
    """
    context: AttributeContext | UnsetType = UNSET
    media_type: MediaTypeOrStr | UnsetType = UNSET
    """Known values: IMAGE, OTHER (`MediaType`)."""


class EmbeddedTextAttribute(RequestModel, kw_only=True, gc=False, tag_field="type", tag="Text"):
    """Sent as `embedded_attributes`, to upsertProductType."""

    descriptions: list[Localized]
    id: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""
    connect_standard_attributes: list[ConnectStandardAttributeOrStr] | UnsetType = UNSET
    """Known values: PRODUCT_ID, CATEGORY, BRAND, TITLE, DESCRIPTION, IMAGE, GTIN, VARIANT_GROUP_CODE
    (`ConnectStandardAttribute`).
    """
    context: AttributeContext | UnsetType = UNSET
    max_length: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """At least 1."""
    min_length: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    """At least 0."""


AnyEmbeddedAttribute: TypeAlias = (
    EmbeddedDecimalAttribute
    | EmbeddedIntegerAttribute
    | EmbeddedListAttribute
    | EmbeddedMediaAttribute
    | EmbeddedTextAttribute
)
"""Any of these structs, by its `type`."""


class EqualsRuleConditionPayload(RequestModel, kw_only=True, gc=False):
    """Sent as `rules.when.equals`, to createTaxonomyRule."""

    attribute: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    value: str | int | float | bool


class InRuleConditionPayload(RequestModel, kw_only=True, gc=False):
    """Sent as `rules.when.in`, to createTaxonomyRule."""

    attribute: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    values: list[str | int | float | bool]


class IsSetRuleConditionPayload(RequestModel, kw_only=True, gc=False):
    """Sent as `rules.when.isSet`, to createTaxonomyRule."""

    attribute: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""


class ProductTypeContext(RequestModel, kw_only=True, gc=False):
    """Sent as `context`, to upsertProductType."""

    labels: list[Localized] | UnsetType = UNSET


class ProductTypeRuleReference(RequestModel, kw_only=True, gc=False):
    """Sent as `rules`, to upsertProductType."""

    ref: str


class ProductType(RequestModel, kw_only=True, gc=False):
    """The body of upsertProductType."""

    embedded_attributes: list[AnyEmbeddedAttribute]
    labels: Annotated[list[Localized], Meta(min_length=1)]
    """Not empty."""
    context: ProductTypeContext | UnsetType = UNSET
    rules: list[ProductTypeRuleReference] | UnsetType = UNSET


class RedefineAttributeActionPayload(
    RequestModel, kw_only=True, gc=False, rename={"requirement_level": "requirementLevel"}
):
    """Sent as `rules.then.all.redefine`, to createTaxonomyRule."""

    attribute: Annotated[str, Meta(min_length=1, max_length=255)]
    """At most 255 characters."""
    requirement_level: RequirementLevelOrStr
    """Known values: OPTIONAL, RECOMMENDED, REQUIRED (`RequirementLevel`)."""


class ProductTypeRuleActionRedefineAttribute(RequestModel, kw_only=True, gc=False):
    """Sent as `rules.then.all`, to createTaxonomyRule."""

    redefine: RedefineAttributeActionPayload


class ProductTypeRuleActionAll(RequestModel, kw_only=True, gc=False):
    """Sent as `rules.then`, to createTaxonomyRule."""

    all: list[ProductTypeRuleActionRedefineAttribute]


class ProductTypeRuleCondition(
    RequestModel, kw_only=True, gc=False, rename={"not_": "not", "is_set": "isSet", "in_": "in"}
):
    """A condition; exactly one of its members is set, and conditions nest."""

    all: "list[ProductTypeRuleCondition] | UnsetType" = UNSET
    """Excludes `any`, `not_`, `is_set`, `equals`, `in_`."""
    any: "list[ProductTypeRuleCondition] | UnsetType" = UNSET
    """Excludes `all`, `not_`, `is_set`, `equals`, `in_`."""
    not_: "ProductTypeRuleCondition | UnsetType" = UNSET
    """Excludes `all`, `any`, `is_set`, `equals`, `in_`."""
    is_set: IsSetRuleConditionPayload | UnsetType = UNSET
    """Excludes `all`, `any`, `not_`, `equals`, `in_`."""
    equals: EqualsRuleConditionPayload | UnsetType = UNSET
    """Excludes `all`, `any`, `not_`, `is_set`, `in_`."""
    in_: InRuleConditionPayload | UnsetType = UNSET
    """Excludes `all`, `any`, `not_`, `is_set`, `equals`."""

    def __post_init__(self) -> None:
        check_exactly_one(
            "ProductTypeRuleCondition",
            ("all", self.all),
            ("any", self.any),
            ("not", self.not_),
            ("isSet", self.is_set),
            ("equals", self.equals),
            ("in", self.in_),
        )


class ProductTypeRule(RequestModel, kw_only=True, gc=False):
    """Sent as `rules`, to createTaxonomyRule."""

    id: str
    then: ProductTypeRuleActionAll
    when: ProductTypeRuleCondition


class TaxonomyRuleRequest(RequestModel, kw_only=True, gc=False):
    """The body of createTaxonomyRule."""

    rules: Annotated[list[ProductTypeRule], Meta(min_length=1)]
    """Not empty."""
