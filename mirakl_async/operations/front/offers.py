# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Offers: one, those of given products, and exports of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence
    from typing import Literal, Unpack

    from ...downloads import Download
    from ...models.front.common import Export, ExportStatus, ShopModelOrStr, YesNoOrAllOrStr
    from ...models.front.offers import ExportTypeOrStr, Offer, OfferQuantity, ProductOffers, ProductOffersPage
    from ...options import Options
    from ...pages import OffsetPaginator

__all__ = ["OF22", "OF26", "OF51", "OF52", "OF53", "OF54", "Offers", "P11"]

OF22: Operation[Offer] = Operation(
    code="OF22",
    service="front",
    resource="offers",
    name="get",
    method="GET",
    path="/api/offers/{offer}",
    summary="read one offer.",
    params=(
        Param(name="offer", argument="offer_id", location="path", type="integer", required=True),
        Param(name="pricing_channel_code", argument="pricing_channel_code"),
        Param(name="pricing_customer_organization_id", argument="pricing_customer_organization_id"),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.offers:Offer",
    retry="safe",
    frequency="when a page shows the offer",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of22",
)

OF26: Operation[OfferQuantity] = Operation(
    code="OF26",
    service="front",
    resource="offers",
    name="get_quantity",
    method="GET",
    path="/api/offers/{offer}/quantity",
    summary="read the stock of an offer.",
    params=(Param(name="offer", argument="offer_id", location="path", type="integer", required=True),),
    answer="json",
    reply="front.offers:OfferQuantity",
    retry="safe",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of26",
)

OF51: Operation[Download] = Operation(
    code="OF51",
    service="front",
    resource="offers",
    name="download_csv",
    method="GET",
    path="/api/offers/export",
    summary="download the offers as CSV: all active ones, or those changed since a date.",
    params=(
        Param(name="last_request_date", argument="last_request_date", type="date-time"),
        Param(name="channel_codes", argument="channel_codes", list_style="comma"),
        Param(name="shipping_zones", argument="shipping_zones", list_style="comma"),
        Param(name="include_inactive_offers", argument="include_inactive_offers", type="boolean"),
        Param(name="include_fields", argument="include_fields", list_style="comma"),
        Param(name="models", argument="models", list_style="comma", values=("MARKETPLACE", "DROPSHIP", "ONE_CREDITOR")),
    ),
    answer="stream",
    accept="text/csv",
    retry="safe",
    interval=60.0,
    recommended_interval=300.0,
    frequency="changes: recommended every 5 minutes, at most once a minute; all: once a day",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of51",
)

OF52: Operation[Export] = Operation(
    code="OF52",
    service="front",
    resource="offers",
    name="create_export",
    method="POST",
    path="/api/offers/export/async",
    summary="start an export of offers as CSV or JSON; OF53 shows when its files are ready.",
    params=(
        Param(name="channel_codes", argument="channel_codes", location="body", list_style="repeat"),
        Param(
            name="exclude_customer_specific_prices",
            argument="exclude_customer_specific_prices",
            location="body",
            type="boolean",
        ),
        Param(name="export_type", argument="export_type", location="body", values=("text/csv", "application/json")),
        Param(name="include_fields", argument="include_fields", location="body", list_style="repeat"),
        Param(name="include_inactive_offers", argument="include_inactive_offers", location="body", type="boolean"),
        Param(
            name="items_per_chunk",
            argument="items_per_chunk",
            location="body",
            type="integer",
            minimum=10000,
            maximum=1000000,
        ),
        Param(name="last_request_date", argument="last_request_date", location="body", type="date-time"),
        Param(
            name="megabytes_per_chunk",
            argument="megabytes_per_chunk",
            location="body",
            type="integer",
            minimum=10,
            maximum=1000,
        ),
        Param(
            name="models",
            argument="models",
            location="body",
            list_style="repeat",
            values=("MARKETPLACE", "DROPSHIP", "ONE_CREDITOR"),
        ),
        Param(
            name="ongoing_discount_campaign_identifiers",
            argument="ongoing_discount_campaign_identifiers",
            location="body",
            list_style="repeat",
        ),
        Param(name="rename_fields", argument="rename_fields", location="body", type="json"),
        Param(name="shipping_zones", argument="shipping_zones", location="body", list_style="repeat"),
    ),
    content="json",
    body="front.offers:CreateOfferExportRequest",
    answer="json",
    reply="front.common:Export",
    retry="idempotent",
    interval=60.0,
    recommended_interval=300.0,
    frequency="changes: recommended every 5 minutes, at most once a minute; all: once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of52",
)

OF53: Operation[ExportStatus] = Operation(
    code="OF53",
    service="front",
    resource="offers",
    name="export_status",
    method="GET",
    path="/api/offers/export/async/status/{tracking_id}",
    summary="read the status of an export of offers, and the addresses of its files.",
    params=(Param(name="tracking_id", argument="tracking_id", location="path", required=True),),
    answer="json",
    reply="front.common:ExportStatus",
    retry="safe",
    interval=10.0,
    recommended_interval=60.0,
    frequency="recommended once a minute, at most every 10 seconds",
    failures=("error",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of53",
)

OF54: Operation[Download] = Operation(
    code="OF54",
    service="front",
    resource="offers",
    name="download_export",
    method="GET",
    path="/dynamic-url/The+URL+is+retrieved+from+OF53+output/OF54",
    summary="download one file of an export of offers.",
    params=(Param(name="url", argument="url", location="url", required=True),),
    answer="stream",
    reply="front.offers:ExportedOffer",
    accept="*/*",
    retry="safe",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of54",
)

P11: Operation[ProductOffersPage] = Operation(
    code="P11",
    service="front",
    resource="offers",
    name="list_by_product",
    method="GET",
    path="/api/products/offers",
    summary="list the offers of given products.",
    params=(
        Param(name="product_ids", argument="product_ids", list_style="comma", max_items=100, split=True),
        Param(
            name="product_references",
            argument="product_references",
            type="references",
            list_style="comma",
            max_items=100,
            split=True,
        ),
        Param(name="offer_state_codes", argument="offer_state_codes", list_style="comma"),
        Param(name="premium", argument="premium", values=("TRUE", "FALSE", "ALL")),
        Param(name="all_offers", argument="all_offers", type="boolean"),
        Param(name="channel_codes", argument="channel_codes", list_style="comma"),
        Param(name="all_channels", argument="all_channels", type="boolean"),
        Param(name="pricing_channel_code", argument="pricing_channel_code"),
        Param(name="pricing_customer_organization_id", argument="pricing_customer_organization_id"),
        Param(name="shop_ids", argument="shop_ids", list_style="comma", max_items=100, split=True),
        Param(name="shipping_zones", argument="shipping_zones", list_style="comma"),
        Param(name="all_shipping_zones", argument="all_shipping_zones", type="boolean"),
        Param(name="models", argument="models", list_style="comma", values=("MARKETPLACE", "DROPSHIP", "ONE_CREDITOR")),
        Param(name="sort", argument="sort", values=("bestPrice", "bestEvaluation")),
        Param(name="order", argument="order", values=("asc", "desc")),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.offers:ProductOffersPage",
    paging=Paging(
        kind="offset", items="products", item="front.offers:ProductOffers", key=("product_sku",), nested="offers"
    ),
    retry="safe",
    frequency="when a page shows the products",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/p11",
)


class Offers(Resource):
    """Offers: one, those of given products, and exports of all."""

    __slots__ = ()

    async def get(
        self,
        offer_id: int,
        *,
        pricing_channel_code: str | None = None,
        pricing_customer_organization_id: str | None = None,
        locale: str | None = None,
        **options: Unpack[Options],
    ) -> Offer:
        """OF22: read one offer.

        `GET /api/offers/{offer}`. Documented pace: when a page shows the offer.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of22
        """
        return await self._caller.call(
            OF22,
            {
                "offer_id": offer_id,
                "pricing_channel_code": pricing_channel_code,
                "pricing_customer_organization_id": pricing_customer_organization_id,
                "locale": locale,
            },
            options,
        )

    async def get_quantity(self, offer_id: int, **options: Unpack[Options]) -> OfferQuantity:
        """OF26: read the stock of an offer.

        Deprecated by Mirakl. `GET /api/offers/{offer}/quantity`.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of26
        """
        return await self._caller.call(OF26, {"offer_id": offer_id}, options)

    def download_csv(
        self,
        *,
        last_request_date: dt.datetime | None = None,
        channel_codes: Collection[str] | None = None,
        shipping_zones: Collection[str] | None = None,
        include_inactive_offers: bool | None = None,
        include_fields: Collection[str] | None = None,
        models: Collection[ShopModelOrStr] | None = None,
        **options: Unpack[Options],
    ) -> Download:
        """OF51: download the offers as CSV: all active ones, or those changed since a date.

        Deprecated by Mirakl. `GET /api/offers/export`. Documented pace: changes: recommended every 5 minutes, at most
        once a minute; all: once a day.

        Use OF52 to OF54 instead.

        - models: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of51
        """
        return self._caller.download(
            OF51,
            {
                "last_request_date": last_request_date,
                "channel_codes": channel_codes,
                "shipping_zones": shipping_zones,
                "include_inactive_offers": include_inactive_offers,
                "include_fields": include_fields,
                "models": models,
            },
            options,
        )

    async def create_export(
        self,
        *,
        channel_codes: Sequence[str] | None = None,
        exclude_customer_specific_prices: bool | None = None,
        export_type: ExportTypeOrStr | None = None,
        include_fields: Sequence[str] | None = None,
        include_inactive_offers: bool | None = None,
        items_per_chunk: int | None = None,
        last_request_date: dt.datetime | None = None,
        megabytes_per_chunk: int | None = None,
        models: Sequence[ShopModelOrStr] | None = None,
        ongoing_discount_campaign_identifiers: Sequence[str] | None = None,
        rename_fields: Mapping[str, str] | None = None,
        shipping_zones: Sequence[str] | None = None,
        **options: Unpack[Options],
    ) -> Export:
        """OF52: start an export of offers as CSV or JSON; OF53 shows when its files are ready.

        `POST /api/offers/export/async`. Documented pace: changes: recommended every 5 minutes, at most once a minute;
        all: once a day.

        include_inactive_offers cannot be combined with last_request_date; rename_fields is for CSV. The columns of CSV
        are separated by semicolons.

        - export_type: text/csv, application/json (`ExportType`)
        - items_per_chunk: 10000 to 1000000
        - megabytes_per_chunk: 10 to 1000
        - models: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of52
        """
        rename_fields = hidden(rename_fields)
        return await self._caller.call(
            OF52,
            {
                "channel_codes": channel_codes,
                "exclude_customer_specific_prices": exclude_customer_specific_prices,
                "export_type": export_type,
                "include_fields": include_fields,
                "include_inactive_offers": include_inactive_offers,
                "items_per_chunk": items_per_chunk,
                "last_request_date": last_request_date,
                "megabytes_per_chunk": megabytes_per_chunk,
                "models": models,
                "ongoing_discount_campaign_identifiers": ongoing_discount_campaign_identifiers,
                "rename_fields": rename_fields,
                "shipping_zones": shipping_zones,
            },
            options,
        )

    async def export_status(self, tracking_id: str, **options: Unpack[Options]) -> ExportStatus:
        """OF53: read the status of an export of offers, and the addresses of its files.

        `GET /api/offers/export/async/status/{tracking_id}`. Documented pace: recommended once a minute, at most every
        10 seconds.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of53
        """
        return await self._caller.call(OF53, {"tracking_id": tracking_id}, options)

    def download_export(self, url: str, **options: Unpack[Options]) -> Download:
        """OF54: download one file of an export of offers.

        The address comes with the answer that announces the file.

        JSON files hold a list of offers at their top, whatever the document says.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/of54
        """
        return self._caller.download(OF54, {"url": url}, options)

    def list_by_product(
        self,
        *,
        product_ids: Collection[str] | None = None,
        product_references: Collection[tuple[str, str]] | None = None,
        offer_state_codes: Collection[str] | None = None,
        premium: YesNoOrAllOrStr | None = None,
        all_offers: bool | None = None,
        channel_codes: Collection[str] | None = None,
        all_channels: bool | None = None,
        pricing_channel_code: str | None = None,
        pricing_customer_organization_id: str | None = None,
        shop_ids: Collection[str] | None = None,
        shipping_zones: Collection[str] | None = None,
        all_shipping_zones: bool | None = None,
        models: Collection[ShopModelOrStr] | None = None,
        sort: Literal["bestPrice", "bestEvaluation"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        locale: str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[ProductOffers]:
        """P11: list the offers of given products.

        `GET /api/products/offers`. Documented pace: when a page shows the products.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        Give product_ids or product_references. The pages run over the offers inside each product, whose total_count
        counts its offers; the answer has no total of its own.

        - product_ids: at most 100 values, longer lists are cut into several calls
        - product_references: pairs of type and value; at most 100 values, longer lists are cut into several calls
        - premium: TRUE, FALSE, ALL (`YesNoOrAll`); by default ALL
        - shop_ids: at most 100 values, longer lists are cut into several calls
        - models: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)
        - sort: bestPrice, bestEvaluation
        - order: asc, desc
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/offers/p11
        """
        return self._caller.offset(
            P11,
            {
                "product_ids": product_ids,
                "product_references": product_references,
                "offer_state_codes": offer_state_codes,
                "premium": premium,
                "all_offers": all_offers,
                "channel_codes": channel_codes,
                "all_channels": all_channels,
                "pricing_channel_code": pricing_channel_code,
                "pricing_customer_organization_id": pricing_customer_organization_id,
                "shop_ids": shop_ids,
                "shipping_zones": shipping_zones,
                "all_shipping_zones": all_shipping_zones,
                "models": models,
                "sort": sort,
                "order": order,
                "locale": locale,
            },
            page_size,
            options,
        )
