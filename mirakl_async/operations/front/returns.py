# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Returns and their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from typing import Literal, Unpack

    from ...models.front.returns import (
        CreateLabelsResponse,
        CreateReturnsResponse,
        ItemToReturn,
        ItemToReturnPage,
        LabelStateOrStr,
        Return,
        ReturnActions,
        ReturnIdInput,
        ReturnInput,
        ReturnLabel,
        ReturnLabelInput,
        ReturnLabelPage,
        ReturnPage,
        ReturnStateOrStr,
    )
    from ...options import Options
    from ...pages import SeekPaginator

__all__ = ["RT01", "RT11", "RT12", "RT25", "RT29", "RT51", "RT52", "Returns"]

RT11: Operation[ReturnPage] = Operation(
    code="RT11",
    service="front",
    resource="returns",
    name="list",
    method="GET",
    path="/api/returns",
    summary="list returns, oldest first.",
    params=(
        Param(name="return_id", argument="return_id", list_style="repeat"),
        Param(
            name="return_state",
            argument="return_state",
            list_style="repeat",
            values=("WAITING_ACCEPTANCE", "IN_PROGRESS", "REFUSED", "RECEIVED", "NO_RECEPTION", "CLOSED", "CANCELED"),
        ),
        Param(name="return_creation_date_from", argument="return_creation_date_from", type="date-time"),
        Param(name="return_creation_date_to", argument="return_creation_date_to", type="date-time"),
        Param(name="return_last_updated_from", argument="return_last_updated_from", type="date-time"),
        Param(name="return_last_updated_to", argument="return_last_updated_to", type="date-time"),
        Param(name="order_commercial_id", argument="order_commercial_id", list_style="repeat"),
        Param(name="order_line_id", argument="order_line_id", list_style="repeat"),
        Param(name="return_rma", argument="return_rma", list_style="repeat"),
        Param(name="customer_id", argument="customer_id", list_style="repeat"),
        Param(name="sort", argument="sort", values=("date_created",)),
    ),
    answer="json",
    reply="front.returns:ReturnPage",
    paging=Paging(kind="seek", items="data", item="front.returns:Return", key=("id",)),
    retry="safe",
    interval=300.0,
    recommended_interval=900.0,
    frequency="recommended every 15 minutes, at most every 5 minutes",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt11",
)

RT01: Operation[CreateReturnsResponse] = Operation(
    code="RT01",
    service="front",
    resource="returns",
    name="create",
    method="POST",
    path="/api/returns",
    summary="create up to 200 returns.",
    params=(
        Param(
            name="returns",
            argument="returns",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=200,
        ),
    ),
    content="json",
    body="front.returns:CreateReturnsRequest",
    answer="json",
    reply="front.returns:CreateReturnsResponse",
    retry="unsafe",
    reconcile_with="returns.list (RT11)",
    frequency="when a customer asks for a return",
    failures=("return_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt01",
)

RT12: Operation[ItemToReturnPage] = Operation(
    code="RT12",
    service="front",
    resource="returns",
    name="list_items_to_return",
    method="GET",
    path="/api/returns/items_to_return",
    summary="list order lines that can be returned.",
    params=(
        Param(name="order_commercial_id", argument="order_commercial_id", list_style="repeat"),
        Param(name="order_line_id", argument="order_line_id", list_style="repeat"),
        Param(name="sort", argument="sort", values=("order_line_id",)),
    ),
    answer="json",
    reply="front.returns:ItemToReturnPage",
    paging=Paging(kind="seek", items="data", item="front.returns:ItemToReturn", key=("order_line_id",)),
    retry="safe",
    frequency="when a customer asks for a return",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt12",
)

RT25: Operation[ReturnActions] = Operation(
    code="RT25",
    service="front",
    resource="returns",
    name="receive",
    method="PUT",
    path="/api/returns/receive",
    summary="mark up to 100 returns as received.",
    params=(
        Param(
            name="returns",
            argument="returns",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
    ),
    content="json",
    body="front.returns:ReceiveReturnsRequest",
    answer="json",
    reply="front.returns:ReturnActions",
    retry="unsafe",
    reconcile_with="returns.list (RT11)",
    failures=("return_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt25",
)

RT29: Operation[ReturnActions] = Operation(
    code="RT29",
    service="front",
    resource="returns",
    name="cancel",
    method="PUT",
    path="/api/returns/cancel",
    summary="cancel up to 100 returns.",
    params=(
        Param(
            name="returns",
            argument="returns",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=100,
        ),
    ),
    content="json",
    body="front.returns:CancelReturnsRequest",
    answer="json",
    reply="front.returns:ReturnActions",
    retry="unsafe",
    reconcile_with="returns.list (RT11)",
    failures=("return_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt29",
)

RT52: Operation[ReturnLabelPage] = Operation(
    code="RT52",
    service="front",
    resource="returns",
    name="list_labels",
    method="GET",
    path="/api/returns/return-labels",
    summary="list return labels with their states, oldest first.",
    params=(
        Param(name="return_id", argument="return_id", list_style="repeat", max_items=100, split=True),
        Param(name="label_state", argument="label_state", list_style="repeat", values=("PENDING", "CREATED", "FAILED")),
        Param(name="date_created_from", argument="date_created_from", type="date-time"),
        Param(name="date_created_to", argument="date_created_to", type="date-time"),
        Param(name="last_updated_from", argument="last_updated_from", type="date-time"),
        Param(name="last_updated_to", argument="last_updated_to", type="date-time"),
        Param(name="sort", argument="sort", values=("date_created",)),
    ),
    answer="json",
    reply="front.returns:ReturnLabelPage",
    paging=Paging(kind="seek", items="data", item="front.returns:ReturnLabel", key=("return_id", "date_created")),
    retry="safe",
    frequency="when a customer asks for a label",
    failures=("data",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt52",
)

RT51: Operation[CreateLabelsResponse] = Operation(
    code="RT51",
    service="front",
    resource="returns",
    name="create_labels",
    method="POST",
    path="/api/returns/return-labels",
    summary="order labels for up to 200 returns.",
    params=(
        Param(
            name="return_labels",
            argument="return_labels",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=200,
        ),
    ),
    content="json",
    body="front.returns:CreateLabelsRequest",
    answer="json",
    reply="front.returns:CreateLabelsResponse",
    retry="unsafe",
    reconcile_with="returns.list (RT11)",
    frequency="when a customer asks for a label",
    failures=("return_label_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt51",
)


class Returns(Resource):
    """Returns and their labels."""

    __slots__ = ()

    def list(
        self,
        *,
        return_id: Collection[str] | None = None,
        return_state: Collection[ReturnStateOrStr] | None = None,
        return_creation_date_from: dt.datetime | None = None,
        return_creation_date_to: dt.datetime | None = None,
        return_last_updated_from: dt.datetime | None = None,
        return_last_updated_to: dt.datetime | None = None,
        order_commercial_id: Collection[str] | None = None,
        order_line_id: Collection[str] | None = None,
        return_rma: Collection[str] | None = None,
        customer_id: Collection[str] | None = None,
        sort: Literal["date_created"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[Return]:
        """RT11: list returns, oldest first.

        `GET /api/returns`. Documented pace: recommended every 15 minutes, at most every 5 minutes.

        Pages by token, of 100 items unless `page_size` asks for fewer; the token alone says which page comes next.

        - return_state: WAITING_ACCEPTANCE, IN_PROGRESS, REFUSED, RECEIVED, NO_RECEPTION, CLOSED, CANCELED
          (`ReturnState`)
        - sort: date_created; a direction may follow, as in date_created,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt11
        """
        return self._caller.seek(
            RT11,
            {
                "return_id": return_id,
                "return_state": return_state,
                "return_creation_date_from": return_creation_date_from,
                "return_creation_date_to": return_creation_date_to,
                "return_last_updated_from": return_last_updated_from,
                "return_last_updated_to": return_last_updated_to,
                "order_commercial_id": order_commercial_id,
                "order_line_id": order_line_id,
                "return_rma": return_rma,
                "customer_id": customer_id,
                "sort": sort,
            },
            page_size,
            options,
        )

    async def create(self, *, returns: Sequence[ReturnInput], **options: Unpack[Options]) -> CreateReturnsResponse:
        """RT01: create up to 200 returns.

        `POST /api/returns`. Documented pace: when a customer asks for a return.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - returns: at most 200 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt01
        """
        returns = hidden(returns)
        return await self._caller.call(RT01, {"returns": returns}, options)

    def list_items_to_return(
        self,
        *,
        order_commercial_id: Collection[str] | None = None,
        order_line_id: Collection[str] | None = None,
        sort: Literal["order_line_id"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[ItemToReturn]:
        """RT12: list order lines that can be returned.

        `GET /api/returns/items_to_return`. Documented pace: when a customer asks for a return.

        Pages by token, of 100 items unless `page_size` asks for fewer; the token alone says which page comes next.

        - sort: order_line_id; a direction may follow, as in order_line_id,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt12
        """
        return self._caller.seek(
            RT12,
            {"order_commercial_id": order_commercial_id, "order_line_id": order_line_id, "sort": sort},
            page_size,
            options,
        )

    async def receive(self, *, returns: Sequence[ReturnIdInput], **options: Unpack[Options]) -> ReturnActions:
        """RT25: mark up to 100 returns as received.

        `PUT /api/returns/receive`.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - returns: at most 100 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt25
        """
        returns = hidden(returns)
        return await self._caller.call(RT25, {"returns": returns}, options)

    async def cancel(self, *, returns: Sequence[ReturnIdInput], **options: Unpack[Options]) -> ReturnActions:
        """RT29: cancel up to 100 returns.

        `PUT /api/returns/cancel`.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - returns: at most 100 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt29
        """
        returns = hidden(returns)
        return await self._caller.call(RT29, {"returns": returns}, options)

    def list_labels(
        self,
        *,
        return_id: Collection[str] | None = None,
        label_state: Collection[LabelStateOrStr] | None = None,
        date_created_from: dt.datetime | None = None,
        date_created_to: dt.datetime | None = None,
        last_updated_from: dt.datetime | None = None,
        last_updated_to: dt.datetime | None = None,
        sort: Literal["date_created"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[ReturnLabel]:
        """RT52: list return labels with their states, oldest first.

        `GET /api/returns/return-labels`. Documented pace: when a customer asks for a label.

        Pages by token, of 100 items unless `page_size` asks for fewer; the token alone says which page comes next.

        A label in state FAILED says why in `errors`.

        - return_id: at most 100 values, longer lists are cut into several calls
        - label_state: PENDING, CREATED, FAILED (`LabelState`)
        - sort: date_created; a direction may follow, as in date_created,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt52
        """
        return self._caller.seek(
            RT52,
            {
                "return_id": return_id,
                "label_state": label_state,
                "date_created_from": date_created_from,
                "date_created_to": date_created_to,
                "last_updated_from": last_updated_from,
                "last_updated_to": last_updated_to,
                "sort": sort,
            },
            page_size,
            options,
        )

    async def create_labels(
        self, *, return_labels: Sequence[ReturnLabelInput], **options: Unpack[Options]
    ) -> CreateLabelsResponse:
        """RT51: order labels for up to 200 returns.

        `POST /api/returns/return-labels`. Documented pace: when a customer asks for a label.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - return_labels: at most 200 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/returns/rt51
        """
        return_labels = hidden(return_labels)
        return await self._caller.call(RT51, {"return_labels": return_labels}, options)
