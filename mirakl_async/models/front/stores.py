# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.stores sends and reads."""

import datetime as dt
from typing import Annotated

from msgspec import Meta

from mirakl_async.model import ABSENT, Expected, Received, Reported, Sent

from .common import RefusedDocument


class ShopDocumentInput(Sent, kw_only=True, gc=False):
    """Sent as `shop_documents.shop_documents`, to S32."""

    file_name: str
    type_code: str


class ShopDocumentsInput(Sent, kw_only=True, gc=False):
    """Sent as `shop_documents`, to S32."""

    shop_documents: list[ShopDocumentInput]


class StoreDocument(Received, kw_only=True, gc=False):
    """Read as `shop_documents`, from S30."""

    file_name: Expected[str] = ABSENT
    id: Expected[int] = ABSENT
    shop_id: Expected[int] = ABSENT
    type: Expected[str] = ABSENT
    date_deleted: Annotated[dt.datetime, Meta(tz=True)] | None = None
    date_uploaded: Annotated[dt.datetime, Meta(tz=True)] | None = None


class StoreDocumentList(Received, kw_only=True, gc=False):
    """The answer of S30.

    - total_count: deprecated
    """

    shop_documents: Expected[list[StoreDocument]] = ABSENT
    total_count: int | None = None


class UploadStoreDocumentsResponse(Received, Reported[RefusedDocument], kw_only=True, gc=False):
    """The answer of S32."""

    documents: Expected[list[RefusedDocument]] = ABSENT
    errors_count: int | None = None
    shop_documents: list[RefusedDocument] | None = None

    def _failures(self) -> list[RefusedDocument]:
        return [
            *[item for item in self.documents or [] if item.errors],
            *[item for item in self.shop_documents or [] if item.errors],
        ]
