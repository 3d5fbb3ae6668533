# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""The channel's product types and the rules between their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from ...models.connect.common import Localized
    from ...models.connect.taxonomy import (
        AnyEmbeddedAttribute,
        ProductTypeContext,
        ProductTypeRule,
        ProductTypeRuleReference,
    )
    from ...options import Options

__all__ = ["CREATE_TAXONOMY_RULE", "Taxonomy", "UPSERT_PRODUCT_TYPE"]

CREATE_TAXONOMY_RULE: Operation[None] = Operation(
    code="createTaxonomyRule",
    service="connect",
    resource="taxonomy",
    name="create_rule",
    method="PUT",
    path="/v1/taxonomy/channels/{channel_id}/rules",
    summary="create rules between the attributes of product types.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True, min_length=1),
        Param(name="rules", argument="rules", location="body", type="json", list_style="repeat", required=True),
    ),
    content="json",
    body="connect.taxonomy:TaxonomyRuleRequest",
    success=(202,),
    retry="idempotent",
    group="createTaxonomyRule",
    recommended=Rate(5, 1.0),
    maximum=Rate(10, 1.0),
    frequency="recommended 5 a second, at most 10",
    scope="connect-channel-platform:taxonomy-rule:create",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/taxonomy/createtaxonomyrule",
)

UPSERT_PRODUCT_TYPE: Operation[None] = Operation(
    code="upsertProductType",
    service="connect",
    resource="taxonomy",
    name="upsert_product_type",
    method="PUT",
    path="/v1/taxonomy/channels/{channel_id}/product-types",
    summary="create or replace a product type.",
    params=(
        Param(name="channel_id", argument="channel_id", location="path", required=True, min_length=1),
        Param(name="product_type_id", argument="product_type_id", required=True, min_length=1, max_length=255),
        Param(
            name="embedded_attributes",
            argument="embedded_attributes",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
        ),
        Param(name="labels", argument="labels", location="body", type="json", list_style="repeat", required=True),
        Param(name="store_id", argument="store_id", min_length=1),
        Param(name="context", argument="context", location="body", type="json"),
        Param(name="rules", argument="rules", location="body", type="json", list_style="repeat"),
    ),
    content="json",
    body="connect.taxonomy:ProductType",
    success=(202,),
    retry="idempotent",
    group="upsertProductType",
    recommended=Rate(5, 1.0),
    maximum=Rate(10, 1.0),
    frequency="recommended 5 a second, at most 10",
    scope="connect-channel-platform:taxonomy-product-type:upsert",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/taxonomy/upsertproducttype",
)


class Taxonomy(Resource):
    """The channel's product types and the rules between their attributes."""

    __slots__ = ()

    async def create_rule(
        self, channel_id: str, *, rules: Sequence[ProductTypeRule], **options: Unpack[Options]
    ) -> None:
        """createTaxonomyRule: create rules between the attributes of product types.

        `PUT /v1/taxonomy/channels/{channel_id}/rules`. Documented pace: recommended 5 a second, at most 10.

        Queued.

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/taxonomy/createtaxonomyrule
        """
        rules = hidden(rules)
        return await self._caller.call(CREATE_TAXONOMY_RULE, {"channel_id": channel_id, "rules": rules}, options)

    async def upsert_product_type(
        self,
        channel_id: str,
        *,
        product_type_id: str,
        embedded_attributes: Sequence[AnyEmbeddedAttribute],
        labels: Sequence[Localized],
        store_id: str | None = None,
        context: ProductTypeContext | None = None,
        rules: Sequence[ProductTypeRuleReference] | None = None,
        **options: Unpack[Options],
    ) -> None:
        """upsertProductType: create or replace a product type.

        `PUT /v1/taxonomy/channels/{channel_id}/product-types`. Documented pace: recommended 5 a second, at most 10.

        Queued. The id travels in the query, since it may hold slashes.

        - product_type_id: at most 255 characters
        - 401: also where the channel may not define types at this level, channel or store

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/taxonomy/upsertproducttype
        """
        embedded_attributes = hidden(embedded_attributes)
        labels = hidden(labels)
        context = hidden(context)
        rules = hidden(rules)
        return await self._caller.call(
            UPSERT_PRODUCT_TYPE,
            {
                "channel_id": channel_id,
                "product_type_id": product_type_id,
                "embedded_attributes": embedded_attributes,
                "labels": labels,
                "store_id": store_id,
                "context": context,
                "rules": rules,
            },
            options,
        )
