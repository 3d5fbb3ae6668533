# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Pick lists of the fulfilment centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection
    from typing import Literal, Unpack

    from ...models.front.picklists import Picklist, PicklistPage, PicklistStateOrStr
    from ...options import Options
    from ...pages import SeekPaginator

__all__ = ["PL11", "Picklists"]

PL11: Operation[PicklistPage] = Operation(
    code="PL11",
    service="front",
    resource="picklists",
    name="list",
    method="GET",
    path="/api/picklists",
    summary="list pick lists.",
    params=(
        Param(name="pickrun_code", argument="pickrun_code"),
        Param(name="pickup_date_min", argument="pickup_date_min", type="date-time"),
        Param(name="pickup_date_max", argument="pickup_date_max", type="date-time"),
        Param(name="picklist_id", argument="picklist_id", list_style="repeat"),
        Param(name="shop_id", argument="shop_id", type="integer"),
        Param(
            name="picklist_state",
            argument="picklist_state",
            list_style="repeat",
            values=("NOTHING_TO_PREPARE", "WAITING_PREPARATION", "IN_PREPARATION", "READY_FOR_PICKUP", "CLOSED"),
        ),
        Param(name="order_line_id", argument="order_line_id", list_style="repeat"),
        Param(name="sort", argument="sort", values=("pickupDate",)),
    ),
    answer="json",
    reply="front.picklists:PicklistPage",
    paging=Paging(kind="seek", items="data", item="front.picklists:Picklist", key=("id",)),
    retry="safe",
    interval=300.0,
    recommended_interval=900.0,
    frequency="recommended every 15 minutes, at most every 5 minutes",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/picklists/pl11",
)


class Picklists(Resource):
    """Pick lists of the fulfilment centres."""

    __slots__ = ()

    def list(
        self,
        *,
        pickrun_code: str | None = None,
        pickup_date_min: dt.datetime | None = None,
        pickup_date_max: dt.datetime | None = None,
        picklist_id: Collection[str] | None = None,
        shop_id: int | None = None,
        picklist_state: Collection[PicklistStateOrStr] | None = None,
        order_line_id: Collection[str] | None = None,
        sort: Literal["pickupDate"] | str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> SeekPaginator[Picklist]:
        """PL11: list pick lists.

        `GET /api/picklists`. Documented pace: recommended every 15 minutes, at most every 5 minutes.

        Pages by token, of 100 items unless `page_size` asks for fewer; the token alone says which page comes next.

        - picklist_state: NOTHING_TO_PREPARE, WAITING_PREPARATION, IN_PREPARATION, READY_FOR_PICKUP, CLOSED
          (`PicklistState`)
        - sort: pickupDate; a direction may follow, as in pickupDate,DESC

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/picklists/pl11
        """
        return self._caller.seek(
            PL11,
            {
                "pickrun_code": pickrun_code,
                "pickup_date_min": pickup_date_min,
                "pickup_date_max": pickup_date_max,
                "picklist_id": picklist_id,
                "shop_id": shop_id,
                "picklist_state": picklist_state,
                "order_line_id": order_line_id,
                "sort": sort,
            },
            page_size,
            options,
        )
