# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Threads of messages about orders and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param, UploadLimit
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from typing import Literal, Unpack

    from ...downloads import Download
    from ...http.upload import FileSource
    from ...models.front.common import YesNoOrAllOrStr
    from ...models.front.messages import (
        Message,
        MessageInput,
        MessagePage,
        OrderMessageCreated,
        PostedMessage,
        Thread,
        ThreadInput,
        ThreadPage,
        UserTypeFilterOrStr,
    )
    from ...options import Options
    from ...pages import OffsetPaginator, SeekPaginator

__all__ = ["M01", "M10", "M11", "M12", "M13", "Messages", "OR41", "OR42", "OR43"]

M01: Operation[MessagePage] = Operation(
    code="M01",
    service="front",
    resource="messages",
    name="list",
    method="GET",
    path="/api/messages",
    summary="list messages about orders and offers, newest first.",
    params=(
        Param(name="user_type", argument="user_type", values=("OPERATOR", "SHOP", "CUSTOMER", "ALL")),
        Param(name="customer_id", argument="customer_id"),
        Param(name="shop_id", argument="shop_id", type="integer"),
        Param(name="received", argument="received", values=("TRUE", "FALSE", "ALL")),
        Param(name="order_id", argument="order_id"),
        Param(name="offer_id", argument="offer_id", type="integer"),
        Param(name="start_date", argument="start_date", type="date-time"),
        Param(name="end_date", argument="end_date", type="date-time"),
        Param(name="sort", argument="sort", values=("dateCreated",)),
        Param(name="order", argument="order", values=("asc", "desc")),
    ),
    answer="json",
    reply="front.messages:MessagePage",
    paging=Paging(kind="offset", items="messages", item="front.messages:Message", key=("id",), total="total_count"),
    retry="safe",
    frequency="when a page shows messages",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m01",
)

M10: Operation[Thread] = Operation(
    code="M10",
    service="front",
    resource="messages",
    name="get_thread",
    method="GET",
    path="/api/inbox/threads/{thread_id}",
    summary="read a thread with its messages.",
    params=(
        Param(name="thread_id", argument="thread_id", location="path", required=True),
        Param(name="customer_id", argument="customer_id"),
    ),
    answer="json",
    reply="front.messages:Thread",
    retry="safe",
    frequency="when a page shows the thread",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m10",
)

M11: Operation[ThreadPage] = Operation(
    code="M11",
    service="front",
    resource="messages",
    name="list_threads",
    method="GET",
    path="/api/inbox/threads",
    summary="list threads.",
    params=(
        Param(name="customer_id", argument="customer_id"),
        Param(name="customer_organization_id", argument="customer_organization_id"),
        Param(
            name="entity_type",
            argument="entity_type",
            values=("MMP_ORDER", "MMP_OFFER", "MPS_ORDER", "MPS_SERVICE", "SELLER_OPERATOR"),
        ),
        Param(name="entity_id", argument="entity_id", list_style="comma"),
        Param(name="updated_since", argument="updated_since", type="date-time"),
        Param(name="with_messages", argument="with_messages", type="boolean"),
        Param(name="channel_codes", argument="channel_codes", list_style="comma"),
    ),
    answer="json",
    reply="front.messages:ThreadPage",
    paging=Paging(kind="seek", items="data", item="front.messages:Thread", key=("id",), default=50),
    retry="safe",
    frequency="when a page shows an inbox",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m11",
)

M12: Operation[PostedMessage] = Operation(
    code="M12",
    service="front",
    resource="messages",
    name="reply",
    method="POST",
    path="/api/inbox/threads/{thread_id}/message",
    summary="answer in a thread.",
    params=(
        Param(name="thread_id", argument="thread_id", location="path", required=True),
        Param(
            name="message_input",
            argument="message_input",
            location="part",
            type="json",
            required=True,
            body="front.messages:MessageInput",
        ),
        Param(name="files", argument="files", location="part", type="file", list_style="repeat"),
    ),
    content="multipart",
    answer="json",
    success=(201,),
    reply="front.messages:PostedMessage",
    retry="unsafe",
    reconcile_with="messages.get_thread (M10)",
    frequency="once for each answer",
    upload_limit=UploadLimit(files=50),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m12",
)

M13: Operation[Download] = Operation(
    code="M13",
    service="front",
    resource="messages",
    name="download_attachment",
    method="GET",
    path="/api/inbox/threads/{attachment_id}/download",
    summary="download an attachment.",
    params=(Param(name="attachment_id", argument="attachment_id", location="path", required=True),),
    answer="stream",
    accept="application/octet-stream",
    retry="safe",
    frequency="once for each download",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m13",
)

OR41: Operation[MessagePage] = Operation(
    code="OR41",
    service="front",
    resource="messages",
    name="list_on_order",
    method="GET",
    path="/api/orders/{order_id}/messages",
    summary="list the messages of an order, newest first.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(name="received", argument="received", values=("TRUE", "FALSE", "ALL")),
        Param(name="sort", argument="sort", values=("dateCreated",)),
        Param(name="order", argument="order", values=("asc", "desc")),
    ),
    answer="json",
    reply="front.messages:MessagePage",
    paging=Paging(kind="offset", items="messages", item="front.messages:Message", key=("id",), total="total_count"),
    retry="safe",
    frequency="when a page shows messages",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or41",
)

OR42: Operation[OrderMessageCreated] = Operation(
    code="OR42",
    service="front",
    resource="messages",
    name="post_on_order",
    method="POST",
    path="/api/orders/{order_id}/messages",
    summary="post a message on an order.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(name="body", argument="body", location="body", required=True, min_length=3, max_length=50000),
        Param(name="customer_email", argument="customer_email", location="body", required=True),
        Param(name="customer_firstname", argument="customer_firstname", location="body", required=True),
        Param(name="customer_id", argument="customer_id", location="body", required=True),
        Param(name="customer_lastname", argument="customer_lastname", location="body", required=True),
        Param(name="subject", argument="subject", location="body", required=True, min_length=3, max_length=200),
        Param(name="to_customer", argument="to_customer", location="body", type="boolean", required=True),
        Param(name="to_operator", argument="to_operator", location="body", type="boolean", required=True),
        Param(name="to_shop", argument="to_shop", location="body", type="boolean", required=True),
        Param(name="customer_locale", argument="customer_locale", location="body"),
        Param(name="document_ids", argument="document_ids", location="body", type="integer", list_style="repeat"),
    ),
    content="json",
    body="front.messages:PostOnOrderRequest",
    answer="json",
    success=(201,),
    reply="front.messages:OrderMessageCreated",
    retry="unsafe",
    reconcile_with="messages.list_on_order (OR41)",
    frequency="once for each message",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/or42",
)

OR43: Operation[PostedMessage] = Operation(
    code="OR43",
    service="front",
    resource="messages",
    name="start_thread_on_order",
    method="POST",
    path="/api/orders/{order_id}/threads",
    summary="open a thread on an order.",
    params=(
        Param(name="order_id", argument="order_id", location="path", required=True),
        Param(
            name="thread_input",
            argument="thread_input",
            location="part",
            type="json",
            required=True,
            body="front.messages:ThreadInput",
        ),
        Param(name="files", argument="files", location="part", type="file", list_style="repeat"),
    ),
    content="multipart",
    answer="json",
    success=(201,),
    reply="front.messages:PostedMessage",
    retry="unsafe",
    reconcile_with="messages.list_threads (M11)",
    frequency="once for each thread",
    upload_limit=UploadLimit(bytes_together=31457280),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/or43",
)


class Messages(Resource):
    """Threads of messages about orders and offers."""

    __slots__ = ()

    def list(
        self,
        *,
        user_type: UserTypeFilterOrStr | None = None,
        customer_id: str | None = None,
        shop_id: int | None = None,
        received: YesNoOrAllOrStr | None = None,
        order_id: str | None = None,
        offer_id: int | None = None,
        start_date: dt.datetime | None = None,
        end_date: dt.datetime | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[Message]:
        """M01: list messages about orders and offers, newest first.

        Deprecated by Mirakl. `GET /api/messages`. Documented pace: when a page shows messages.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        Use M11 and M10 instead.

        - user_type: OPERATOR, SHOP, CUSTOMER, ALL (`UserTypeFilter`); by default CUSTOMER
        - received: TRUE, FALSE, ALL (`YesNoOrAll`); by default TRUE
        - sort: dateCreated
        - order: asc, desc

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m01
        """
        return self._caller.offset(
            M01,
            {
                "user_type": user_type,
                "customer_id": customer_id,
                "shop_id": shop_id,
                "received": received,
                "order_id": order_id,
                "offer_id": offer_id,
                "start_date": start_date,
                "end_date": end_date,
                "sort": sort,
                "order": order,
            },
            page_size,
            options,
        )

    async def get_thread(self, thread_id: str, *, customer_id: str | None = None, **options: Unpack[Options]) -> Thread:
        """M10: read a thread with its messages.

        `GET /api/inbox/threads/{thread_id}`. Documented pace: when a page shows the thread.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m10
        """
        return await self._caller.call(M10, {"thread_id": thread_id, "customer_id": customer_id}, options)

    def list_threads(
        self,
        *,
        customer_id: str | None = None,
        customer_organization_id: str | None = None,
        entity_type: Literal["MMP_ORDER", "MMP_OFFER", "MPS_ORDER", "MPS_SERVICE", "SELLER_OPERATOR"]
        | str
        | None = None,
        entity_id: Collection[str] | None = None,
        updated_since: dt.datetime | None = None,
        with_messages: bool | None = None,
        channel_codes: Collection[str] | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[Thread]:
        """M11: list threads.

        `GET /api/inbox/threads`. Documented pace: when a page shows an inbox.

        Pages by token, of 50 items unless `page_size` asks for another number, at most 100; the token alone says which
        page comes next.

        entity_id goes with entity_type.

        - entity_type: MMP_ORDER, MMP_OFFER, MPS_ORDER, MPS_SERVICE, SELLER_OPERATOR

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m11
        """
        return self._caller.seek(
            M11,
            {
                "customer_id": customer_id,
                "customer_organization_id": customer_organization_id,
                "entity_type": entity_type,
                "entity_id": entity_id,
                "updated_since": updated_since,
                "with_messages": with_messages,
                "channel_codes": channel_codes,
            },
            page_size,
            options,
        )

    async def reply(
        self,
        thread_id: str,
        *,
        message_input: MessageInput,
        files: Sequence[FileSource] | None = None,
        **options: Unpack[Options],
    ) -> PostedMessage:
        """M12: answer in a thread.

        `POST /api/inbox/threads/{thread_id}/message`. Documented pace: once for each answer.

        A thread holds at most 1000 messages, an entity at most 50 attachments.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m12
        """
        message_input = hidden(message_input)
        return await self._caller.call(
            M12, {"thread_id": thread_id, "message_input": message_input, "files": files}, options
        )

    def download_attachment(self, attachment_id: str, **options: Unpack[Options]) -> Download:
        """M13: download an attachment.

        `GET /api/inbox/threads/{attachment_id}/download`. Documented pace: once for each download.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/m13
        """
        return self._caller.download(M13, {"attachment_id": attachment_id}, options)

    def list_on_order(
        self,
        order_id: str,
        *,
        received: YesNoOrAllOrStr | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[Message]:
        """OR41: list the messages of an order, newest first.

        Deprecated by Mirakl. `GET /api/orders/{order_id}/messages`. Documented pace: when a page shows messages.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        Use M11 and M10 instead.

        - received: TRUE, FALSE, ALL (`YesNoOrAll`); by default ALL
        - sort: dateCreated
        - order: asc, desc

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/orders/or41
        """
        return self._caller.offset(
            OR41, {"order_id": order_id, "received": received, "sort": sort, "order": order}, page_size, options
        )

    async def post_on_order(
        self,
        order_id: str,
        *,
        body: str,
        customer_email: str,
        customer_firstname: str,
        customer_id: str,
        customer_lastname: str,
        subject: str,
        to_customer: bool,
        to_operator: bool,
        to_shop: bool,
        customer_locale: str | None = None,
        document_ids: Sequence[int] | None = None,
        **options: Unpack[Options],
    ) -> OrderMessageCreated:
        """OR42: post a message on an order.

        Deprecated by Mirakl. `POST /api/orders/{order_id}/messages`. Documented pace: once for each message.

        Use OR43 and M12 instead. Creates the customer, or changes what is known of them.

        - body: at most 50000 characters
        - subject: at most 200 characters

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/or42
        """
        return await self._caller.call(
            OR42,
            {
                "order_id": order_id,
                "body": body,
                "customer_email": customer_email,
                "customer_firstname": customer_firstname,
                "customer_id": customer_id,
                "customer_lastname": customer_lastname,
                "subject": subject,
                "to_customer": to_customer,
                "to_operator": to_operator,
                "to_shop": to_shop,
                "customer_locale": customer_locale,
                "document_ids": document_ids,
            },
            options,
        )

    async def start_thread_on_order(
        self,
        order_id: str,
        *,
        thread_input: ThreadInput,
        files: Sequence[FileSource] | None = None,
        **options: Unpack[Options],
    ) -> PostedMessage:
        """OR43: open a thread on an order.

        `POST /api/orders/{order_id}/threads`. Documented pace: once for each thread.

        A message holds at most 30 MB, attachments included.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/messages/or43
        """
        thread_input = hidden(thread_input)
        return await self._caller.call(
            OR43, {"order_id": order_id, "thread_input": thread_input, "files": files}, options
        )
