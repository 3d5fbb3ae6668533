# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Products: look-up, imports and their reports, categories, attributes and value lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection
    from typing import Literal, Unpack

    from ...downloads import Download
    from ...http.upload import FileSource
    from ...models.front.products import (
        ConversionOptionsInput,
        HierarchyList,
        ProductAttributeList,
        ProductImport,
        ProductImportCreated,
        ProductImportPage,
        ProductPage,
        ValuesLists,
    )
    from ...options import Options
    from ...pages import OffsetPaginator

__all__ = ["H11", "P31", "P41", "P42", "P44", "P45", "P46", "P47", "P51", "PM11", "Products", "VL11"]

H11: Operation[HierarchyList] = Operation(
    code="H11",
    service="front",
    resource="products",
    name="list_hierarchies",
    method="GET",
    path="/api/hierarchies",
    summary="list catalog categories: those above and below a given one, or all.",
    params=(
        Param(name="hierarchy", argument="hierarchy"),
        Param(name="max_level", argument="max_level", type="integer"),
    ),
    answer="json",
    reply="front.products:HierarchyList",
    retry="safe",
    interval=3600.0,
    frequency="at most once an hour",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/h11",
)

P31: Operation[ProductPage] = Operation(
    code="P31",
    service="front",
    resource="products",
    name="lookup",
    method="GET",
    path="/api/products",
    summary='find products by reference, such as ("EAN", "9312432012041").',
    params=(
        Param(
            name="product_references",
            argument="product_references",
            type="references",
            list_style="comma",
            required=True,
            max_items=100,
            split=True,
        ),
        Param(name="products", argument="products", list_style="comma"),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.products:ProductPage",
    retry="safe",
    frequency="when a page shows products",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p31",
)

P51: Operation[ProductImportPage] = Operation(
    code="P51",
    service="front",
    resource="products",
    name="list_imports",
    method="GET",
    path="/api/products/imports",
    summary="list product imports, oldest first.",
    params=(
        Param(name="last_request_date", argument="last_request_date", type="date-time"),
        Param(
            name="status", argument="status", values=("WAITING", "RUNNING", "SENT", "COMPLETE", "CANCELLED", "FAILED")
        ),
        Param(name="has_transformed_file", argument="has_transformed_file", type="boolean"),
        Param(name="shop_id", argument="shop_id", type="integer"),
        Param(name="sort", argument="sort", values=("dateCreated",)),
        Param(name="order", argument="order", values=("asc", "desc")),
    ),
    answer="json",
    reply="front.products:ProductImportPage",
    paging=Paging(
        kind="offset",
        items="product_import_trackings",
        item="front.products:ProductImport",
        key=("import_id",),
        total="total_count",
    ),
    retry="safe",
    interval=60.0,
    recommended_interval=300.0,
    frequency="recommended every 5 minutes, at most once a minute",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p51",
)

P41: Operation[ProductImportCreated] = Operation(
    code="P41",
    service="front",
    resource="products",
    name="create_import",
    method="POST",
    path="/api/products/imports",
    summary="hand in a file of products; P42 shows its progress.",
    params=(
        Param(name="file", argument="file", location="part", type="file", required=True),
        Param(name="shop", argument="shop", location="part", type="integer", required=True),
        Param(
            name="conversion_options",
            argument="conversion_options",
            location="part",
            type="json",
            body="front.products:ConversionOptionsInput",
        ),
        Param(name="conversion_type", argument="conversion_type", location="part", values=("AI_CONVERTER", "STANDARD")),
        Param(name="operator_format", argument="operator_format", location="part", type="boolean"),
    ),
    content="multipart",
    answer="json",
    success=(201,),
    reply="front.products:ProductImportCreated",
    retry="unsafe",
    reconcile_with="products.list_imports (P51)",
    interval=900.0,
    recommended_interval=3600.0,
    frequency="for each seller, recommended once an hour, at most every 15 minutes",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p41",
)

P42: Operation[ProductImport] = Operation(
    code="P42",
    service="front",
    resource="products",
    name="import_status",
    method="GET",
    path="/api/products/imports/{import}",
    summary="read the status of a product import.",
    params=(Param(name="import", argument="import_id", location="path", type="integer", required=True),),
    answer="json",
    reply="front.products:ProductImport",
    retry="safe",
    interval=60.0,
    frequency="at most once a minute",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p42",
)

P44: Operation[Download] = Operation(
    code="P44",
    service="front",
    resource="products",
    name="download_error_report",
    method="GET",
    path="/api/products/imports/{import}/error_report",
    summary="download the products of an import that were not taken, and why.",
    params=(Param(name="import", argument="import_id", location="path", type="integer", required=True),),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    frequency="when the report is needed",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p44",
)

P45: Operation[Download] = Operation(
    code="P45",
    service="front",
    resource="products",
    name="download_new_product_report",
    method="GET",
    path="/api/products/imports/{import}/new_product_report",
    summary="download the products that an import added.",
    params=(Param(name="import", argument="import_id", location="path", type="integer", required=True),),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    frequency="when the report is needed",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p45",
)

P46: Operation[Download] = Operation(
    code="P46",
    service="front",
    resource="products",
    name="download_transformed_file",
    method="GET",
    path="/api/products/imports/{import}/transformed_file",
    summary="download the file of an import as Mirakl transformed it.",
    params=(Param(name="import", argument="import_id", location="path", type="integer", required=True),),
    answer="stream",
    accept="text/csv",
    retry="safe",
    frequency="when the file is needed",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p46",
)

P47: Operation[Download] = Operation(
    code="P47",
    service="front",
    resource="products",
    name="download_transformation_error_report",
    method="GET",
    path="/api/products/imports/{import}/transformation_error_report",
    summary="download what of an import could not be transformed, and why.",
    params=(Param(name="import", argument="import_id", location="path", type="integer", required=True),),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    frequency="when the report is needed",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p47",
)

PM11: Operation[ProductAttributeList] = Operation(
    code="PM11",
    service="front",
    resource="products",
    name="list_attributes",
    method="GET",
    path="/api/products/attributes",
    summary="list the attributes of a category, its parents and its children.",
    params=(
        Param(name="hierarchy", argument="hierarchy"),
        Param(name="max_level", argument="max_level", type="integer"),
        Param(name="channels", argument="channels", list_style="repeat"),
        Param(name="with_roles", argument="with_roles", type="boolean"),
    ),
    answer="json",
    reply="front.products:ProductAttributeList",
    retry="safe",
    interval=3600.0,
    frequency="at most once an hour",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/pm11",
)

VL11: Operation[ValuesLists] = Operation(
    code="VL11",
    service="front",
    resource="products",
    name="list_values_lists",
    method="GET",
    path="/api/values_lists",
    summary="list the operator's value lists.",
    params=(Param(name="code", argument="code"),),
    answer="json",
    reply="front.products:ValuesLists",
    retry="safe",
    interval=3600.0,
    frequency="at most once an hour",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/vl11",
)


class Products(Resource):
    """Products: look-up, imports and their reports, categories, attributes and value lists."""

    __slots__ = ()

    async def list_hierarchies(
        self, *, hierarchy: str | None = None, max_level: int | None = None, **options: Unpack[Options]
    ) -> HierarchyList:
        """H11: list catalog categories: those above and below a given one, or all.

        `GET /api/hierarchies`. Documented pace: at most once an hour.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/h11
        """
        return await self._caller.call(H11, {"hierarchy": hierarchy, "max_level": max_level}, options)

    async def lookup(
        self,
        product_references: Collection[tuple[str, str]],
        *,
        products: Collection[str] | None = None,
        locale: str | None = None,
        **options: Unpack[Options],
    ) -> ProductPage:
        """P31: find products by reference, such as ("EAN", "9312432012041").

        `GET /api/products`. Documented pace: when a page shows products.

        Any type of reference that the operator uses will do, except SHOP_SKU and SKU. What is unknown is left out of
        the answer.

        - product_references: pairs of type and value; at most 100 values, longer lists are cut into several calls
        - products: deprecated
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p31
        """
        return await self._caller.call(
            P31, {"product_references": product_references, "products": products, "locale": locale}, options
        )

    def list_imports(
        self,
        *,
        last_request_date: dt.datetime | None = None,
        status: Literal["WAITING", "RUNNING", "SENT", "COMPLETE", "CANCELLED", "FAILED"] | str | None = None,
        has_transformed_file: bool | None = None,
        shop_id: int | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[ProductImport]:
        """P51: list product imports, oldest first.

        `GET /api/products/imports`. Documented pace: recommended every 5 minutes, at most once a minute.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        - status: WAITING, RUNNING, SENT, COMPLETE, CANCELLED, FAILED
        - sort: dateCreated
        - order: asc, desc

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p51
        """
        return self._caller.offset(
            P51,
            {
                "last_request_date": last_request_date,
                "status": status,
                "has_transformed_file": has_transformed_file,
                "shop_id": shop_id,
                "sort": sort,
                "order": order,
            },
            page_size,
            options,
        )

    async def create_import(
        self,
        *,
        file: FileSource,
        shop: int,
        conversion_options: ConversionOptionsInput | None = None,
        conversion_type: Literal["AI_CONVERTER", "STANDARD"] | str | None = None,
        operator_format: bool | None = None,
        **options: Unpack[Options],
    ) -> ProductImportCreated:
        """P41: hand in a file of products; P42 shows its progress.

        `POST /api/products/imports`. Documented pace: for each seller, recommended once an hour, at most every 15
        minutes.

        - conversion_type: AI_CONVERTER, STANDARD

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p41
        """
        conversion_options = hidden(conversion_options)
        return await self._caller.call(
            P41,
            {
                "file": file,
                "shop": shop,
                "conversion_options": conversion_options,
                "conversion_type": conversion_type,
                "operator_format": operator_format,
            },
            options,
        )

    async def import_status(self, import_id: int, **options: Unpack[Options]) -> ProductImport:
        """P42: read the status of a product import.

        `GET /api/products/imports/{import}`. Documented pace: at most once a minute.

        SENT means handed to the operator, and may last for days; TRANSFORMATION_FAILED, COMPLETE, CANCELLED and FAILED
        are final.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p42
        """
        return await self._caller.call(P42, {"import_id": import_id}, options)

    def download_error_report(self, import_id: int, **options: Unpack[Options]) -> Download:
        """P44: download the products of an import that were not taken, and why.

        `GET /api/products/imports/{import}/error_report`. Documented pace: when the report is needed.

        Once COMPLETE, where has_error_report is true.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p44
        """
        return self._caller.download(P44, {"import_id": import_id}, options)

    def download_new_product_report(self, import_id: int, **options: Unpack[Options]) -> Download:
        """P45: download the products that an import added.

        `GET /api/products/imports/{import}/new_product_report`. Documented pace: when the report is needed.

        Once COMPLETE, where has_new_product_report is true.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p45
        """
        return self._caller.download(P45, {"import_id": import_id}, options)

    def download_transformed_file(self, import_id: int, **options: Unpack[Options]) -> Download:
        """P46: download the file of an import as Mirakl transformed it.

        `GET /api/products/imports/{import}/transformed_file`. Documented pace: when the file is needed.

        From SENT on, where has_transformed_file is true.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p46
        """
        return self._caller.download(P46, {"import_id": import_id}, options)

    def download_transformation_error_report(self, import_id: int, **options: Unpack[Options]) -> Download:
        """P47: download what of an import could not be transformed, and why.

        `GET /api/products/imports/{import}/transformation_error_report`. Documented pace: when the report is needed.

        CSV, XLSX or XML, as the seller's file was; where has_transformation_error_report is true.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/p47
        """
        return self._caller.download(P47, {"import_id": import_id}, options)

    async def list_attributes(
        self,
        *,
        hierarchy: str | None = None,
        max_level: int | None = None,
        channels: Collection[str] | None = None,
        with_roles: bool | None = None,
        **options: Unpack[Options],
    ) -> ProductAttributeList:
        """PM11: list the attributes of a category, its parents and its children.

        `GET /api/products/attributes`. Documented pace: at most once an hour.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/pm11
        """
        return await self._caller.call(
            PM11,
            {"hierarchy": hierarchy, "max_level": max_level, "channels": channels, "with_roles": with_roles},
            options,
        )

    async def list_values_lists(self, *, code: str | None = None, **options: Unpack[Options]) -> ValuesLists:
        """VL11: list the operator's value lists.

        `GET /api/values_lists`. Documented pace: at most once an hour.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/products/vl11
        """
        return await self._caller.call(VL11, {"code": code}, options)
