# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.stores sends and reads."""

import datetime as dt
from typing import Annotated

from msgspec import Meta

from mirakl_async.model import EXPECTED_DEFAULT, BulkResult, Expected, RequestModel, ResponseModel

from .common import RefusedDocument

__all__ = [
    "ShopDocumentInput",
    "ShopDocumentsInput",
    "StoreDocument",
    "StoreDocumentList",
    "UploadStoreDocumentsResponse",
]


class ShopDocumentInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shop_documents.shop_documents`, to S32."""

    file_name: str
    type_code: str


class ShopDocumentsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `shop_documents`, to S32."""

    shop_documents: list[ShopDocumentInput]


class StoreDocument(ResponseModel, kw_only=True, gc=False):
    """Read as `shop_documents`, from S30."""

    file_name: Expected[str] = EXPECTED_DEFAULT
    id: Expected[int] = EXPECTED_DEFAULT
    shop_id: Expected[int] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT
    date_deleted: Annotated[dt.datetime, Meta(tz=True)] | None = None
    date_uploaded: Annotated[dt.datetime, Meta(tz=True)] | None = None


class StoreDocumentList(ResponseModel, kw_only=True, gc=False):
    """The answer of S30."""

    shop_documents: Expected[list[StoreDocument]] = EXPECTED_DEFAULT
    total_count: int | None = None
    """Deprecated."""


class UploadStoreDocumentsResponse(ResponseModel, BulkResult[RefusedDocument], kw_only=True, gc=False):
    """The answer of S32."""

    documents: Expected[list[RefusedDocument]] = EXPECTED_DEFAULT
    errors_count: int | None = None
    shop_documents: list[RefusedDocument] | None = None

    def _failures(self) -> list[RefusedDocument]:
        return [
            *[item for item in self.documents or [] if item.errors],
            *[item for item in self.shop_documents or [] if item.errors],
        ]
