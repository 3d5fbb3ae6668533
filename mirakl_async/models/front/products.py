# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.products sends and reads."""

import datetime as dt
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import ABSENT, Expected, Received, Sent

from .common import Channel


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


class AiEnrichment(Received, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options.ai_enrichment`, from P51 and P42.

    - status: ENABLED, DISABLED (`AiRewriteStatus`)
    """

    status: str | None = None


class AiEnrichmentInput(Sent, kw_only=True, gc=False):
    """Sent as `conversion_options.ai_enrichment`, to P41.

    - status: ENABLED, DISABLED (`AiRewriteStatus`)
    """

    status: str | UnsetType = UNSET


class AiRewrite(Received, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options.ai_rewrite`, from P51 and P42.

    - status: ENABLED, DISABLED (`AiRewriteStatus`)
    """

    status: str | None = None


class AiRewriteInput(Sent, kw_only=True, gc=False):
    """Sent as `conversion_options.ai_rewrite`, to P41.

    - status: ENABLED, DISABLED (`AiRewriteStatus`)
    """

    status: str | UnsetType = UNSET


class AiTranslation(Received, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options.ai_translation`, from P51 and P42.

    - status: ENABLED, DISABLED (`AiRewriteStatus`)
    """

    status: str | None = None


class AiTranslationInput(Sent, kw_only=True, gc=False):
    """Sent as `conversion_options.ai_translation`, to P41.

    - status: ENABLED, DISABLED (`AiRewriteStatus`)
    """

    status: str | UnsetType = UNSET


class ConversionOptions(Received, kw_only=True, gc=False):
    """Read as `product_import_trackings.conversion_options`, from P51 and P42."""

    ai_enrichment: AiEnrichment | None = None
    ai_rewrite: AiRewrite | None = None
    ai_translation: AiTranslation | None = None


class ConversionOptionsInput(Sent, kw_only=True, gc=False):
    """Sent as `conversion_options`, to P41."""

    ai_enrichment: AiEnrichmentInput | UnsetType = UNSET
    ai_rewrite: AiRewriteInput | UnsetType = UNSET
    ai_translation: AiTranslationInput | UnsetType = UNSET


class Translation(Received, kw_only=True, gc=False):
    """Read as `hierarchies.label_translations` and 4 more places, from H11, PM11 and VL11."""

    locale: str | None = None
    value: str | None = None


class Hierarchy(Received, kw_only=True, gc=False):
    """Read as `hierarchies`, from H11."""

    code: Expected[str] = ABSENT
    label_translations: Expected[list[Translation]] = ABSENT
    level: Expected[int] = ABSENT
    parent_code: Expected[str] = ABSENT
    label: str | None = None


class HierarchyList(Received, kw_only=True, gc=False):
    """The answer of H11."""

    hierarchies: Expected[list[Hierarchy]] = ABSENT


class IntegrationDetails(Received, kw_only=True, gc=False):
    """Read as `product_import_trackings.integration_details`, from P51 and P42."""

    invalid_products: int | None = None
    products_not_accepted_in_time: int | None = None
    products_not_synchronized_in_time: int | None = None
    products_reimported: int | None = None
    products_successfully_synchronized: int | None = None
    products_with_synchronization_issues: int | None = None
    products_with_wrong_identifiers: int | None = None
    rejected_products: int | None = None


class Product(Received, kw_only=True, gc=False):
    """Read as `products`, from P31."""

    authorized_shop_ids: Expected[list[str]] = ABSENT
    category_code: Expected[str] = ABSENT
    category_label: Expected[str] = ABSENT
    product_id: Expected[str] = ABSENT
    product_id_type: Expected[str] = ABSENT
    product_sku: Expected[str] = ABSENT
    product_title: Expected[str] = ABSENT


class ProductAttributeParameter(Received, kw_only=True, gc=False):
    """Read as `attributes.roles.parameters`, from PM11."""

    name: Expected[str] = ABSENT
    value: Expected[str] = ABSENT


class ProductAttributeRole(Received, kw_only=True, gc=False):
    """Read as `attributes.roles`, from PM11."""

    parameters: Expected[list[ProductAttributeParameter]] = ABSENT
    type: Expected[str] = ABSENT


class ValuesListValue(Received, kw_only=True, gc=False):
    """Read as `attributes.values`, from PM11 and VL11."""

    code: Expected[str] = ABSENT
    label_translations: Expected[list[Translation]] = ABSENT
    label: str | None = None


class ProductAttribute(Received, kw_only=True, gc=False):
    """Read as `attributes`, from PM11.

    - default_value: deprecated
    - required: deprecated
    - requirement_level: OPTIONAL, REQUIRED, RECOMMENDED, DISABLED (`RequirementLevel`)
    - type_parameter: deprecated
    - values: deprecated
    - values_list: deprecated
    """

    code: Expected[str] = ABSENT
    description_translations: Expected[list[Translation]] = ABSENT
    label_translations: Expected[list[Translation]] = ABSENT
    required: Expected[bool] = ABSENT
    requirement_level: Expected[str] = ABSENT
    roles: Expected[list[ProductAttributeRole]] = ABSENT
    type: Expected[str] = ABSENT
    type_parameter: Expected[str] = ABSENT
    variant: Expected[bool] = ABSENT
    channels: list[Channel] | None = None
    default_value: str | None = None
    description: str | None = None
    example: str | None = None
    hierarchy_code: str | None = None
    label: str | None = None
    locale: str | None = None
    transformations: str | None = None
    type_parameters: list[ProductAttributeParameter] | None = None
    unique_code: str | None = None
    validations: str | None = None
    values: list[ValuesListValue] | None = None
    values_list: str | None = None


class ProductAttributeList(Received, kw_only=True, gc=False):
    """The answer of PM11."""

    attributes: Expected[list[ProductAttribute]] = ABSENT


class ProductImport(Received, kw_only=True, gc=False):
    """A product import and how it fares.

    - conversion_type: AI_CONVERTER (`ConversionType`)
    - import_status: TRANSFORMATION_WAITING, TRANSFORMATION_RUNNING, TRANSFORMATION_FAILED, WAITING, RUNNING, SENT,
      COMPLETE, CANCELLED, FAILED (`ImportStatus`)
    """

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    has_error_report: Expected[bool] = ABSENT
    has_new_product_report: Expected[bool] = ABSENT
    has_transformed_file: Expected[bool] = ABSENT
    import_id: Expected[int] = ABSENT
    import_status: Expected[str] = ABSENT
    shop_id: Expected[int] = ABSENT
    transform_lines_in_error: Expected[int] = ABSENT
    transform_lines_in_success: Expected[int] = ABSENT
    transform_lines_read: Expected[int] = ABSENT
    transform_lines_with_warning: Expected[int] = ABSENT
    conversion_options: ConversionOptions | None = None
    conversion_type: str | None = None
    has_transformation_error_report: bool | None = None
    integration_details: IntegrationDetails | None = None
    reason_status: str | None = None


class ProductImportCreated(Received, kw_only=True, gc=False):
    """The answer of P41."""

    import_id: Expected[int] = ABSENT


class ProductImportPage(Received, kw_only=True, gc=False):
    """The answer of P51."""

    total_count: Expected[int] = ABSENT
    product_import_trackings: list[ProductImport] | None = None


class ProductPage(Received, kw_only=True, gc=False):
    """The answer of P31.

    - total_count: deprecated
    """

    products: Expected[list[Product]] = ABSENT
    total_count: Expected[int] = ABSENT


class ValuesList(Received, kw_only=True, gc=False):
    """Read as `values_lists`, from VL11."""

    code: Expected[str] = ABSENT
    label_translations: Expected[list[Translation]] = ABSENT
    label: str | None = None
    values: list[ValuesListValue] | None = None


class ValuesLists(Received, kw_only=True, gc=False):
    """The answer of VL11."""

    values_lists: list[ValuesList] | None = None
