# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Shipments of orders that ship in several parcels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...redaction import hidden
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from typing import Literal, Unpack

    from ...models.front.shipments import (
        CreateShipmentsResponse,
        ItemToShip,
        ItemToShipPage,
        Shipment,
        ShipmentActions,
        ShipmentIdInput,
        ShipmentInput,
        ShipmentPage,
        ShipmentStatusOrStr,
        ShipmentTrackingUpdateInput,
        StatusCustomerDebitOrStr,
    )
    from ...options import Options
    from ...pages import SeekPaginator

__all__ = ["ST01", "ST06", "ST11", "ST12", "ST23", "ST24", "ST26", "Shipments"]

ST11: Operation[ShipmentPage] = Operation(
    code="ST11",
    service="front",
    resource="shipments",
    name="list",
    method="GET",
    path="/api/shipments",
    summary="list shipments, oldest first.",
    params=(
        Param(name="order_id", argument="order_id", list_style="repeat"),
        Param(
            name="shipment_state_code",
            argument="shipment_state_code",
            list_style="repeat",
            values=(
                "SHIPPING",
                "READY_FOR_PICK_UP",
                "SHIPMENT_PREPARED",
                "SHIPPED",
                "TO_COLLECT",
                "RECEIVED",
                "CANCELED",
                "CLOSED",
            ),
        ),
        Param(
            name="shipment_customer_debit_state_code",
            argument="shipment_customer_debit_state_code",
            list_style="repeat",
            values=(
                "NO_DEBIT",
                "NOT_STARTED",
                "WAITING_TAX_CONFIRMATION",
                "WAITING_OPERATOR_SYSTEM_CONTACT",
                "WAITING_DEBIT_CONFIRMATION",
                "DEBIT_OK",
                "CANCELED",
            ),
        ),
        Param(name="last_updated_from", argument="last_updated_from", type="date-time"),
        Param(name="last_updated_to", argument="last_updated_to", type="date-time"),
        Param(name="sort", argument="sort", values=("dateCreated",)),
    ),
    answer="json",
    reply="front.shipments:ShipmentPage",
    paging=Paging(kind="seek", items="data", item="front.shipments:Shipment", key=("id",)),
    retry="safe",
    frequency="when a page shows shipments",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st11",
)

ST01: Operation[CreateShipmentsResponse] = Operation(
    code="ST01",
    service="front",
    resource="shipments",
    name="create",
    method="POST",
    path="/api/shipments",
    summary="create up to 1000 shipments.",
    params=(
        Param(
            name="shipments",
            argument="shipments",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=1000,
        ),
    ),
    content="json",
    body="front.shipments:CreateShipmentsRequest",
    answer="json",
    success=(201,),
    reply="front.shipments:CreateShipmentsResponse",
    retry="unsafe",
    reconcile_with="shipments.list (ST11)",
    frequency="once for each shipment",
    failures=("shipment_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st01",
)

ST06: Operation[ShipmentActions] = Operation(
    code="ST06",
    service="front",
    resource="shipments",
    name="delete",
    method="PUT",
    path="/api/shipments/delete",
    summary="delete up to 1000 shipments.",
    params=(
        Param(
            name="shipments",
            argument="shipments",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=1000,
        ),
    ),
    content="json",
    body="front.shipments:DeleteShipmentsRequest",
    answer="json",
    reply="front.shipments:ShipmentActions",
    retry="idempotent",
    frequency="once for each deletion",
    failures=("shipment_errors", "deletion_errors"),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st06",
)

ST12: Operation[ItemToShipPage] = Operation(
    code="ST12",
    service="front",
    resource="shipments",
    name="list_items_to_ship",
    method="GET",
    path="/api/shipments/items_to_ship",
    summary="list order lines that wait to be shipped, the most urgent first.",
    params=(
        Param(name="order_id", argument="order_id", list_style="repeat"),
        Param(name="fulfillment_center_code", argument="fulfillment_center_code", list_style="repeat"),
        Param(name="shipping_date_from", argument="shipping_date_from", type="date-time"),
        Param(name="shipping_date_to", argument="shipping_date_to", type="date-time"),
        Param(name="sort", argument="sort", values=("shippingDate",)),
    ),
    answer="json",
    reply="front.shipments:ItemToShipPage",
    paging=Paging(kind="seek", items="data", item="front.shipments:ItemToShip"),
    retry="safe",
    interval=300.0,
    recommended_interval=900.0,
    frequency="recommended every 15 minutes, at most every 5 minutes",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st12",
)

ST23: Operation[ShipmentActions] = Operation(
    code="ST23",
    service="front",
    resource="shipments",
    name="update_tracking",
    method="POST",
    path="/api/shipments/tracking",
    summary="set carrier and tracking number of up to 1000 shipments.",
    params=(
        Param(
            name="shipments",
            argument="shipments",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=1000,
        ),
    ),
    content="json",
    body="front.shipments:UpdateShipmentTrackingRequest",
    answer="json",
    reply="front.shipments:ShipmentActions",
    retry="idempotent",
    frequency="when the tracking changes",
    failures=("shipment_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st23",
)

ST24: Operation[ShipmentActions] = Operation(
    code="ST24",
    service="front",
    resource="shipments",
    name="ship",
    method="PUT",
    path="/api/shipments/ship",
    summary="mark up to 1000 shipments as shipped.",
    params=(
        Param(
            name="shipments",
            argument="shipments",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=1000,
        ),
    ),
    content="json",
    body="front.shipments:ShipShipmentsRequest",
    answer="json",
    reply="front.shipments:ShipmentActions",
    retry="unsafe",
    reconcile_with="shipments.list (ST11)",
    frequency="once for each shipment",
    failures=("shipment_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st24",
)

ST26: Operation[ShipmentActions] = Operation(
    code="ST26",
    service="front",
    resource="shipments",
    name="mark_ready_for_pick_up",
    method="PUT",
    path="/api/shipments/ready_for_pick_up",
    summary="mark up to 1000 shipments as ready for pick-up.",
    params=(
        Param(
            name="shipments",
            argument="shipments",
            location="body",
            type="json",
            list_style="repeat",
            required=True,
            max_items=1000,
        ),
    ),
    content="json",
    body="front.shipments:MarkReadyForPickUpRequest",
    answer="json",
    reply="front.shipments:ShipmentActions",
    retry="unsafe",
    reconcile_with="shipments.list (ST11)",
    frequency="once for each shipment",
    failures=("shipment_errors",),
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st26",
)


class Shipments(Resource):
    """Shipments of orders that ship in several parcels."""

    __slots__ = ()

    def list(
        self,
        *,
        order_id: Collection[str] | None = None,
        shipment_state_code: Collection[ShipmentStatusOrStr] | None = None,
        shipment_customer_debit_state_code: Collection[StatusCustomerDebitOrStr] | None = None,
        last_updated_from: dt.datetime | None = None,
        last_updated_to: dt.datetime | None = None,
        sort: Literal["dateCreated"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[Shipment]:
        """ST11: list shipments, oldest first.

        `GET /api/shipments`. Documented pace: when a page shows shipments.

        Pages by token, of 100 items unless `page_size` asks for fewer; the token alone says which page comes next.

        - shipment_state_code: SHIPPING, READY_FOR_PICK_UP, SHIPMENT_PREPARED, SHIPPED, TO_COLLECT, RECEIVED, CANCELED,
          CLOSED (`ShipmentStatus`)
        - shipment_customer_debit_state_code: NO_DEBIT, NOT_STARTED, WAITING_TAX_CONFIRMATION,
          WAITING_OPERATOR_SYSTEM_CONTACT, WAITING_DEBIT_CONFIRMATION, DEBIT_OK, CANCELED (`StatusCustomerDebit`)
        - sort: dateCreated; a direction may follow, as in dateCreated,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st11
        """
        return self._caller.seek(
            ST11,
            {
                "order_id": order_id,
                "shipment_state_code": shipment_state_code,
                "shipment_customer_debit_state_code": shipment_customer_debit_state_code,
                "last_updated_from": last_updated_from,
                "last_updated_to": last_updated_to,
                "sort": sort,
            },
            page_size,
            options,
        )

    async def create(
        self, *, shipments: Sequence[ShipmentInput], **options: Unpack[Options]
    ) -> CreateShipmentsResponse:
        """ST01: create up to 1000 shipments.

        `POST /api/shipments`. Documented pace: once for each shipment.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - shipments: at most 1000 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st01
        """
        shipments = hidden(shipments)
        return await self._caller.call(ST01, {"shipments": shipments}, options)

    async def delete(self, *, shipments: Sequence[ShipmentIdInput], **options: Unpack[Options]) -> ShipmentActions:
        """ST06: delete up to 1000 shipments.

        `PUT /api/shipments/delete`. Documented pace: once for each deletion.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - shipments: at most 1000 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st06
        """
        shipments = hidden(shipments)
        return await self._caller.call(ST06, {"shipments": shipments}, options)

    def list_items_to_ship(
        self,
        *,
        order_id: Collection[str] | None = None,
        fulfillment_center_code: Collection[str] | None = None,
        shipping_date_from: dt.datetime | None = None,
        shipping_date_to: dt.datetime | None = None,
        sort: Literal["shippingDate"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[ItemToShip]:
        """ST12: list order lines that wait to be shipped, the most urgent first.

        `GET /api/shipments/items_to_ship`. Documented pace: recommended every 15 minutes, at most every 5 minutes.

        Pages by token, of 100 items unless `page_size` asks for fewer; the token alone says which page comes next.

        - sort: shippingDate; a direction may follow, as in shippingDate,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st12
        """
        return self._caller.seek(
            ST12,
            {
                "order_id": order_id,
                "fulfillment_center_code": fulfillment_center_code,
                "shipping_date_from": shipping_date_from,
                "shipping_date_to": shipping_date_to,
                "sort": sort,
            },
            page_size,
            options,
        )

    async def update_tracking(
        self, *, shipments: Sequence[ShipmentTrackingUpdateInput], **options: Unpack[Options]
    ) -> ShipmentActions:
        """ST23: set carrier and tracking number of up to 1000 shipments.

        `POST /api/shipments/tracking`. Documented pace: when the tracking changes.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - shipments: at most 1000 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st23
        """
        shipments = hidden(shipments)
        return await self._caller.call(ST23, {"shipments": shipments}, options)

    async def ship(self, *, shipments: Sequence[ShipmentIdInput], **options: Unpack[Options]) -> ShipmentActions:
        """ST24: mark up to 1000 shipments as shipped.

        `PUT /api/shipments/ship`. Documented pace: once for each shipment.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - shipments: at most 1000 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st24
        """
        shipments = hidden(shipments)
        return await self._caller.call(ST24, {"shipments": shipments}, options)

    async def mark_ready_for_pick_up(
        self, *, shipments: Sequence[ShipmentIdInput], **options: Unpack[Options]
    ) -> ShipmentActions:
        """ST26: mark up to 1000 shipments as ready for pick-up.

        `PUT /api/shipments/ready_for_pick_up`. Documented pace: once for each shipment.

        A successful answer may report failures: look at its `failed`, or call its `raise_for_errors()`.

        - shipments: at most 1000 values

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/multiple-shipments/st26
        """
        shipments = hidden(shipments)
        return await self._caller.call(ST26, {"shipments": shipments}, options)
