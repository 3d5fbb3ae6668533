# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.products sends and reads."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, Expected, RequestModel, ResponseModel

from .common import Channel

__all__ = [
    "AiEnrichment",
    "AiEnrichmentInput",
    "AiRewrite",
    "AiRewriteInput",
    "AiRewriteStatus",
    "AiRewriteStatusOrStr",
    "AiTranslation",
    "AiTranslationInput",
    "ConversionOptions",
    "ConversionOptionsInput",
    "ConversionType",
    "ConversionTypeOrStr",
    "Hierarchy",
    "HierarchyList",
    "ImportStatus",
    "ImportStatusOrStr",
    "IntegrationDetails",
    "Product",
    "ProductAttribute",
    "ProductAttributeList",
    "ProductAttributeParameter",
    "ProductAttributeRole",
    "ProductImport",
    "ProductImportCreated",
    "ProductImportPage",
    "ProductPage",
    "RequirementLevel",
    "RequirementLevelOrStr",
    "Translation",
    "ValuesList",
    "ValuesListValue",
    "ValuesLists",
]


class AiRewriteStatus:
    """Known values of `status`; others may appear at any time."""

    ENABLED: Final = "ENABLED"
    DISABLED: Final = "DISABLED"


class ConversionType:
    """Known values of `conversion_type`; others may appear at any time."""

    AI_CONVERTER: Final = "AI_CONVERTER"


class ImportStatus:
    """Known values of `import_status`; others may appear at any time."""

    TRANSFORMATION_WAITING: Final = "TRANSFORMATION_WAITING"
    TRANSFORMATION_RUNNING: Final = "TRANSFORMATION_RUNNING"
    TRANSFORMATION_FAILED: Final = "TRANSFORMATION_FAILED"
    WAITING: Final = "WAITING"
    RUNNING: Final = "RUNNING"
    SENT: Final = "SENT"
    COMPLETE: Final = "COMPLETE"
    CANCELLED: Final = "CANCELLED"
    FAILED: Final = "FAILED"


class RequirementLevel:
    """Known values of `requirement_level`; others may appear at any time."""

    OPTIONAL: Final = "OPTIONAL"
    REQUIRED: Final = "REQUIRED"
    RECOMMENDED: Final = "RECOMMENDED"
    DISABLED: Final = "DISABLED"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    AiRewriteStatusOrStr: TypeAlias = Literal["ENABLED", "DISABLED"] | str
    ConversionTypeOrStr: TypeAlias = Literal["AI_CONVERTER"] | str
    ImportStatusOrStr: TypeAlias = (
        Literal[
            "TRANSFORMATION_WAITING",
            "TRANSFORMATION_RUNNING",
            "TRANSFORMATION_FAILED",
            "WAITING",
            "RUNNING",
            "SENT",
            "COMPLETE",
            "CANCELLED",
            "FAILED",
        ]
        | str
    )
    RequirementLevelOrStr: TypeAlias = Literal["OPTIONAL", "REQUIRED", "RECOMMENDED", "DISABLED"] | str
else:
    AiRewriteStatusOrStr = str
    ConversionTypeOrStr = str
    ImportStatusOrStr = str
    RequirementLevelOrStr = str


class AiEnrichment(ResponseModel, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options.ai_enrichment`, from P51 and P42."""

    status: AiRewriteStatusOrStr | None = None
    """Known values: ENABLED, DISABLED (`AiRewriteStatus`)."""


class AiEnrichmentInput(RequestModel, kw_only=True, gc=False):
    """Sent as `conversion_options.ai_enrichment`, to P41."""

    status: AiRewriteStatusOrStr | UnsetType = UNSET
    """Known values: ENABLED, DISABLED (`AiRewriteStatus`)."""


class AiRewrite(ResponseModel, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options.ai_rewrite`, from P51 and P42."""

    status: AiRewriteStatusOrStr | None = None
    """Known values: ENABLED, DISABLED (`AiRewriteStatus`)."""


class AiRewriteInput(RequestModel, kw_only=True, gc=False):
    """Sent as `conversion_options.ai_rewrite`, to P41."""

    status: AiRewriteStatusOrStr | UnsetType = UNSET
    """Known values: ENABLED, DISABLED (`AiRewriteStatus`)."""


class AiTranslation(ResponseModel, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options.ai_translation`, from P51 and P42."""

    status: AiRewriteStatusOrStr | None = None
    """Known values: ENABLED, DISABLED (`AiRewriteStatus`)."""


class AiTranslationInput(RequestModel, kw_only=True, gc=False):
    """Sent as `conversion_options.ai_translation`, to P41."""

    status: AiRewriteStatusOrStr | UnsetType = UNSET
    """Known values: ENABLED, DISABLED (`AiRewriteStatus`)."""


class ConversionOptions(ResponseModel, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options`, from P51 and P42."""

    ai_enrichment: AiEnrichment | None = None
    ai_rewrite: AiRewrite | None = None
    ai_translation: AiTranslation | None = None


class ConversionOptionsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `conversion_options`, to P41."""

    ai_enrichment: AiEnrichmentInput | UnsetType = UNSET
    ai_rewrite: AiRewriteInput | UnsetType = UNSET
    ai_translation: AiTranslationInput | UnsetType = UNSET


class Translation(ResponseModel, kw_only=True, gc=False):
    """Read as `hierarchies.label_translations` and 4 more places, from H11, PM11 and VL11."""

    locale: str | None = None
    value: str | None = None


class Hierarchy(ResponseModel, kw_only=True, gc=False):
    """Read as `hierarchies`, from H11."""

    code: Expected[str] = EXPECTED_DEFAULT
    label_translations: Expected[list[Translation]] = EXPECTED_DEFAULT
    level: Expected[int] = EXPECTED_DEFAULT
    parent_code: Expected[str] = EXPECTED_DEFAULT
    label: str | None = None


class HierarchyList(ResponseModel, kw_only=True, gc=False):
    """The answer of H11."""

    hierarchies: Expected[list[Hierarchy]] = EXPECTED_DEFAULT


class IntegrationDetails(ResponseModel, kw_only=True, gc=False):
    """Read as `product_import_trackings.integration_details`, from P51 and P42."""

    invalid_products: int | None = None
    products_not_accepted_in_time: int | None = None
    products_not_synchronized_in_time: int | None = None
    products_reimported: int | None = None
    products_successfully_synchronized: int | None = None
    products_with_synchronization_issues: int | None = None
    products_with_wrong_identifiers: int | None = None
    rejected_products: int | None = None


class Product(ResponseModel, kw_only=True, gc=False):
    """Read as `products`, from P31."""

    authorized_shop_ids: Expected[list[str]] = EXPECTED_DEFAULT
    category_code: Expected[str] = EXPECTED_DEFAULT
    category_label: Expected[str] = EXPECTED_DEFAULT
    product_id: Expected[str] = EXPECTED_DEFAULT
    product_id_type: Expected[str] = EXPECTED_DEFAULT
    product_sku: Expected[str] = EXPECTED_DEFAULT
    product_title: Expected[str] = EXPECTED_DEFAULT


class ProductAttributeParameter(ResponseModel, kw_only=True, gc=False):
    """Read as `attributes.roles.parameters`, from PM11."""

    name: Expected[str] = EXPECTED_DEFAULT
    value: Expected[str] = EXPECTED_DEFAULT


class ProductAttributeRole(ResponseModel, kw_only=True, gc=False):
    """Read as `attributes.roles`, from PM11."""

    parameters: Expected[list[ProductAttributeParameter]] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT


class ValuesListValue(ResponseModel, kw_only=True, gc=False):
    """Read as `attributes.values`, from PM11 and VL11."""

    code: Expected[str] = EXPECTED_DEFAULT
    label_translations: Expected[list[Translation]] = EXPECTED_DEFAULT
    label: str | None = None


class ProductAttribute(ResponseModel, kw_only=True, gc=False):
    """Read as `attributes`, from PM11."""

    code: Expected[str] = EXPECTED_DEFAULT
    description_translations: Expected[list[Translation]] = EXPECTED_DEFAULT
    label_translations: Expected[list[Translation]] = EXPECTED_DEFAULT
    required: Expected[bool] = EXPECTED_DEFAULT
    """Deprecated."""
    requirement_level: Expected[RequirementLevelOrStr] = EXPECTED_DEFAULT
    """Known values: OPTIONAL, REQUIRED, RECOMMENDED, DISABLED (`RequirementLevel`)."""
    roles: Expected[list[ProductAttributeRole]] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT
    type_parameter: Expected[str] = EXPECTED_DEFAULT
    """Deprecated."""
    variant: Expected[bool] = EXPECTED_DEFAULT
    channels: list[Channel] | None = None
    default_value: str | None = None
    """Deprecated."""
    description: str | None = None
    example: str | None = None
    hierarchy_code: str | None = None
    label: str | None = None
    locale: str | None = None
    """ISO 639 language, with or without an ISO 3166 country."""
    transformations: str | None = None
    type_parameters: list[ProductAttributeParameter] | None = None
    unique_code: str | None = None
    validations: str | None = None
    values: list[ValuesListValue] | None = None
    """Deprecated."""
    values_list: str | None = None
    """Deprecated."""


class ProductAttributeList(ResponseModel, kw_only=True, gc=False):
    """The answer of PM11."""

    attributes: Expected[list[ProductAttribute]] = EXPECTED_DEFAULT


class ProductImport(ResponseModel, kw_only=True, gc=False):
    """A product import and its progress."""

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    has_error_report: Expected[bool] = EXPECTED_DEFAULT
    has_new_product_report: Expected[bool] = EXPECTED_DEFAULT
    has_transformed_file: Expected[bool] = EXPECTED_DEFAULT
    import_id: Expected[int] = EXPECTED_DEFAULT
    import_status: Expected[ImportStatusOrStr] = EXPECTED_DEFAULT
    """Known values: TRANSFORMATION_WAITING, TRANSFORMATION_RUNNING, TRANSFORMATION_FAILED, WAITING, RUNNING, SENT,
    COMPLETE, CANCELLED, FAILED (`ImportStatus`).
    """
    shop_id: Expected[int] = EXPECTED_DEFAULT
    transform_lines_in_error: Expected[int] = EXPECTED_DEFAULT
    transform_lines_in_success: Expected[int] = EXPECTED_DEFAULT
    transform_lines_read: Expected[int] = EXPECTED_DEFAULT
    transform_lines_with_warning: Expected[int] = EXPECTED_DEFAULT
    conversion_options: ConversionOptions | None = None
    conversion_type: ConversionTypeOrStr | None = None
    """Known values: AI_CONVERTER (`ConversionType`)."""
    has_transformation_error_report: bool | None = None
    integration_details: IntegrationDetails | None = None
    reason_status: str | None = None


class ProductImportCreated(ResponseModel, kw_only=True, gc=False):
    """The answer of P41."""

    import_id: Expected[int] = EXPECTED_DEFAULT


class ProductImportPage(ResponseModel, kw_only=True, gc=False):
    """The answer of P51."""

    total_count: Expected[int] = EXPECTED_DEFAULT
    product_import_trackings: list[ProductImport] | None = None


class ProductPage(ResponseModel, kw_only=True, gc=False):
    """The answer of P31."""

    products: Expected[list[Product]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT
    """Deprecated."""


class ValuesList(ResponseModel, kw_only=True, gc=False):
    """Read as `values_lists`, from VL11."""

    code: Expected[str] = EXPECTED_DEFAULT
    label_translations: Expected[list[Translation]] = EXPECTED_DEFAULT
    label: str | None = None
    values: list[ValuesListValue] | None = None


class ValuesLists(ResponseModel, kw_only=True, gc=False):
    """The answer of VL11."""

    values_lists: list[ValuesList] | None = None
