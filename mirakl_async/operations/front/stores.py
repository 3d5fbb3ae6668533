# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The stores' business documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param, UploadLimit
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from typing import Unpack

    from ...downloads import Download
    from ...http.upload import FileSource
    from ...models.front.stores import ShopDocumentsInput, StoreDocumentList, UploadStoreDocumentsResponse
    from ...options import Options

__all__ = ["S30", "S31", "S32", "S33", "Stores"]

S30: Operation[StoreDocumentList] = Operation(
    code="S30",
    service="front",
    resource="stores",
    name="list_documents",
    method="GET",
    path="/api/shops/documents",
    summary="list the business documents of stores.",
    params=(
        Param(name="shop_ids", argument="shop_ids", list_style="comma"),
        Param(name="include_deleted", argument="include_deleted", type="boolean"),
        Param(name="updated_since", argument="updated_since", type="date-time"),
    ),
    answer="json",
    reply="front.stores:StoreDocumentList",
    retry="safe",
    frequency="when a page shows the documents",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s30",
)

S32: Operation[UploadStoreDocumentsResponse] = Operation(
    code="S32",
    service="front",
    resource="stores",
    name="upload_documents",
    method="POST",
    path="/api/shops/documents",
    summary="attach business documents to a store.",
    params=(
        Param(name="files", argument="files", location="part", type="file", list_style="repeat", required=True),
        Param(
            name="shop_documents",
            argument="shop_documents",
            location="part",
            type="json",
            required=True,
            body="front.stores:ShopDocumentsInput",
        ),
        Param(name="shop_id", argument="shop_id", location="part", type="integer", required=True),
    ),
    content="multipart",
    answer="json",
    reply="front.stores:UploadStoreDocumentsResponse",
    retry="unsafe",
    reconcile_with="stores.list_documents (S30)",
    failures=("documents", "shop_documents"),
    upload_limit=UploadLimit(
        files=50,
        extensions=(
            "csv",
            "doc",
            "docx",
            "gif",
            "htm",
            "html",
            "jpeg",
            "jpg",
            "latex",
            "mov",
            "mp4",
            "odc",
            "odg",
            "odp",
            "ods",
            "odt",
            "pdf",
            "png",
            "pps",
            "ppsx",
            "ppt",
            "pptx",
            "quicktime",
            "rtf",
            "tex",
            "text",
            "tif",
            "tiff",
            "txt",
            "xls",
            "xlsx",
            "xml",
            "zip",
        ),
        distinct_names=True,
        names_part="shop_documents",
        single_types=True,
    ),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s32",
)

S31: Operation[Download] = Operation(
    code="S31",
    service="front",
    resource="stores",
    name="download_documents",
    method="GET",
    path="/api/shops/documents/download",
    summary="download business documents; all but a single document_id come as a ZIP.",
    params=(
        Param(name="shop_ids", argument="shop_ids", list_style="comma"),
        Param(name="document_ids", argument="document_ids", list_style="comma"),
        Param(name="type_codes", argument="type_codes", list_style="comma"),
    ),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    frequency="after S30, when documents are needed",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s31",
)

S33: Operation[None] = Operation(
    code="S33",
    service="front",
    resource="stores",
    name="delete_document",
    method="DELETE",
    path="/api/shops/documents/{document_id}",
    summary="delete a business document of a store.",
    params=(Param(name="document_id", argument="document_id", location="path", type="integer", required=True),),
    success=(204,),
    retry="idempotent",
    frequency="once for each deletion",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s33",
)


class Stores(Resource):
    """The stores' business documents."""

    __slots__ = ()

    async def list_documents(
        self,
        *,
        shop_ids: Collection[str] | None = None,
        include_deleted: bool | None = None,
        updated_since: dt.datetime | None = None,
        **options: Unpack[Options],
    ) -> StoreDocumentList:
        """S30: list the business documents of stores.

        `GET /api/shops/documents`. Documented pace: when a page shows the documents.

        Give shop_ids or updated_since.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s30
        """
        return await self._caller.call(
            S30, {"shop_ids": shop_ids, "include_deleted": include_deleted, "updated_since": updated_since}, options
        )

    async def upload_documents(
        self,
        *,
        files: Sequence[FileSource],
        shop_documents: ShopDocumentsInput,
        shop_id: int,
        **options: Unpack[Options],
    ) -> UploadStoreDocumentsResponse:
        """S32: attach business documents to a store.

        `POST /api/shops/documents`.

        The answer names only what was refused. At most 50 documents a call and a store, one for each type; file names
        are distinct.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s32
        """
        shop_documents = hidden(shop_documents)
        return await self._caller.call(
            S32, {"files": files, "shop_documents": shop_documents, "shop_id": shop_id}, options
        )

    def download_documents(
        self,
        *,
        shop_ids: Collection[str] | None = None,
        document_ids: Collection[str] | None = None,
        type_codes: Collection[str] | None = None,
        **options: Unpack[Options],
    ) -> Download:
        """S31: download business documents; all but a single document_id come as a ZIP.

        `GET /api/shops/documents/download`. Documented pace: after S30, when documents are needed.

        Give shop_ids or document_ids.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s31
        """
        return self._caller.download(
            S31, {"shop_ids": shop_ids, "document_ids": document_ids, "type_codes": type_codes}, options
        )

    async def delete_document(self, document_id: int, **options: Unpack[Options]) -> None:
        """S33: delete a business document of a store.

        `DELETE /api/shops/documents/{document_id}`. Documented pace: once for each deletion.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/stores/s33
        """
        return await self._caller.call(S33, {"document_id": document_id}, options)
