# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""Orders pushed from the channel: states, outcomes of actions, documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param, UploadLimit
from ...options import Rate
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from ...http.upload import FileSource
    from ...models.connect.common import OriginRequest
    from ...models.connect.orders import (
        ActionError,
        DocumentOriginRequest,
        OrderRequest,
        UpdateActionStatusOrStr,
        UpdateAnonymizeAfterRequestItem,
        UploadOrderDocumentMetadata,
    )
    from ...options import Options

__all__ = [
    "DELETE_ORDER_DOCUMENT",
    "Orders",
    "UPDATE_ACTION_STATUS",
    "UPDATE_ANONYMIZE_AFTER_DATE",
    "UPLOAD_ORDER_DOCUMENT",
    "UPSERT_ORDERS",
]

DELETE_ORDER_DOCUMENT: Operation[None] = Operation(
    code="deleteOrderDocument",
    service="connect",
    resource="orders",
    name="delete_document",
    method="DELETE",
    path="/v1/orders/documents/{channel_document_id}",
    summary="remove a document from its order.",
    params=(
        Param(name="channel_document_id", argument="channel_document_id", location="path", required=True),
        Param(name="origin", argument="origin", location="body", type="json", required=True),
    ),
    content="json",
    body="connect.orders:DeleteDocumentRequest",
    success=(204,),
    retry="idempotent",
    frequency="once per document",
    scope="connect-channel-platform:order-document:delete",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/deleteorderdocument",
)

UPDATE_ACTION_STATUS: Operation[None] = Operation(
    code="updateActionStatus",
    service="connect",
    resource="orders",
    name="update_action_status",
    method="PUT",
    path="/v1/orders/actions/{action_id}",
    summary="report how an order action ended.",
    params=(
        Param(name="action_id", argument="action_id", location="path", required=True),
        Param(name="status", argument="status", location="body", required=True, values=("SUCCESS", "FAILED")),
        Param(name="errors", argument="errors", location="body", type="json", list_style="repeat"),
    ),
    content="json",
    body="connect.orders:UpdateActionRequest",
    success=(204,),
    retry="idempotent",
    frequency="once per action, as soon as it is done",
    scope="connect-channel-platform:order-action:upsert",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/updateactionstatus",
)

UPDATE_ANONYMIZE_AFTER_DATE: Operation[None] = Operation(
    code="updateAnonymizeAfterDate",
    service="connect",
    resource="orders",
    name="update_anonymize_after_date",
    method="PUT",
    path="/v1/orders/anonymize-after",
    summary="set when up to 100 orders are to be anonymized.",
    params=(
        Param(
            name="orders",
            argument="orders",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
    ),
    content="json",
    body="connect.orders:UpdateAnonymizeAfterRequest",
    success=(204,),
    retry="idempotent",
    frequency="once per order when its date is set, then at each change",
    scope="connect-channel-platform:order:update-anonymize-after",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/updateanonymizeafterdate",
)

UPLOAD_ORDER_DOCUMENT: Operation[None] = Operation(
    code="uploadOrderDocument",
    service="connect",
    resource="orders",
    name="upload_document",
    method="POST",
    path="/v1/orders/{channel_order_id}/documents",
    summary="attach a file to an order.",
    params=(
        Param(name="channel_order_id", argument="channel_order_id", location="path", required=True),
        Param(name="file", argument="file", location="part", type="file", required=True),
        Param(
            name="metadata",
            argument="metadata",
            location="part",
            type="json",
            required=True,
            body="connect.orders:UploadOrderDocumentMetadata",
        ),
        Param(
            name="origin",
            argument="origin",
            location="part",
            type="json",
            required=True,
            body="connect.orders:DocumentOriginRequest",
        ),
    ),
    content="multipart",
    success=(204,),
    retry="unsafe",
    frequency="once per document",
    upload_limit=UploadLimit(
        argument="file", files=1, bytes_each=10485760, extensions=("csv", "jpeg", "jpg", "pdf", "png")
    ),
    scope="connect-channel-platform:order-document:upload",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/uploadorderdocument",
)

UPSERT_ORDERS: Operation[None] = Operation(
    code="upsertOrders",
    service="connect",
    resource="orders",
    name="upsert",
    method="POST",
    path="/v1/orders",
    summary="create or replace up to 100 orders of one store.",
    params=(
        Param(
            name="orders",
            argument="orders",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
        Param(name="origin", argument="origin", location="body", type="json", required=True),
    ),
    content="json",
    body="connect.orders:UpsertOrdersRequest",
    success=(204,),
    retry="idempotent",
    group="upsertOrders",
    recommended=Rate(20, 1.0),
    maximum=Rate(30, 1.0),
    frequency="recommended 20 a second, at most 30",
    scope="connect-channel-platform:orders:upsert",
    docs="https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/upsertorders",
)


class Orders(Resource):
    """Orders pushed from the channel: states, outcomes of actions, documents."""

    __slots__ = ()

    async def delete_document(
        self, channel_document_id: str, *, origin: DocumentOriginRequest, **options: Unpack[Options]
    ) -> None:
        """deleteOrderDocument: remove a document from its order.

        `DELETE /v1/orders/documents/{channel_document_id}`. Documented pace: once per document.

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/deleteorderdocument
        """
        origin = hidden(origin)
        return await self._caller.call(
            DELETE_ORDER_DOCUMENT, {"channel_document_id": channel_document_id, "origin": origin}, options
        )

    async def update_action_status(
        self,
        action_id: str,
        *,
        status: UpdateActionStatusOrStr,
        errors: Sequence[ActionError] | None = None,
        **options: Unpack[Options],
    ) -> None:
        """updateActionStatus: report how an order action ended.

        `PUT /v1/orders/actions/{action_id}`. Documented pace: once per action, as soon as it is done.

        `errors` says why an action FAILED and is required then.

        - status: SUCCESS, FAILED (`UpdateActionStatus`)
        - 400: ACTION_ALREADY_FINAL when the action already has an outcome
        - 404: unknown, expired or completed action

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/updateactionstatus
        """
        errors = hidden(errors)
        return await self._caller.call(
            UPDATE_ACTION_STATUS, {"action_id": action_id, "status": status, "errors": errors}, options
        )

    async def update_anonymize_after_date(
        self, *, orders: Sequence[UpdateAnonymizeAfterRequestItem], **options: Unpack[Options]
    ) -> None:
        """updateAnonymizeAfterDate: set when up to 100 orders are to be anonymized.

        `PUT /v1/orders/anonymize-after`. Documented pace: once per order when its date is set, then at each change.

        All or nothing. The date lies in the future; once it has passed, the effect cannot be undone.

        - orders: at most 100 values

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/updateanonymizeafterdate
        """
        orders = hidden(orders)
        return await self._caller.call(UPDATE_ANONYMIZE_AFTER_DATE, {"orders": orders}, options)

    async def upload_document(
        self,
        channel_order_id: str,
        *,
        file: FileSource,
        metadata: UploadOrderDocumentMetadata,
        origin: DocumentOriginRequest,
        **options: Unpack[Options],
    ) -> None:
        """uploadOrderDocument: attach a file to an order.

        `POST /v1/orders/{channel_order_id}/documents`. Documented pace: once per document.

        PDF, JPEG, PNG or CSV, up to 10 MB. `metadata.filename` is the document's name; the name of the file is not
        used.

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/uploadorderdocument
        """
        metadata = hidden(metadata)
        origin = hidden(origin)
        return await self._caller.call(
            UPLOAD_ORDER_DOCUMENT,
            {"channel_order_id": channel_order_id, "file": file, "metadata": metadata, "origin": origin},
            options,
        )

    async def upsert(
        self, *, orders: Sequence[OrderRequest], origin: OriginRequest, **options: Unpack[Options]
    ) -> None:
        """upsertOrders: create or replace up to 100 orders of one store.

        `POST /v1/orders`. Documented pace: recommended 20 a second, at most 30.

        All or nothing: one invalid order refuses the whole call. 204 means accepted, not applied: an order older than
        the stored one is dropped silently.

        - orders: at most 100 values
        - 400: an order is invalid, none was taken
        - 404: unknown channel or store

        https://developer.mirakl.com/content/product/connect-channel-platform/rest/connect/openapi3/orders/upsertorders
        """
        orders = hidden(orders)
        origin = hidden(origin)
        return await self._caller.call(UPSERT_ORDERS, {"orders": orders, "origin": origin}, options)
