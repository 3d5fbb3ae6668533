# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""Promotions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Paging, Param
from ...resource import Resource

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection
    from typing import Literal, Unpack

    from ...models.front.common import PromotionTypeOrStr
    from ...models.front.promotions import Promotion, PromotionPage
    from ...options import Options
    from ...pages import OffsetPaginator

__all__ = ["PR01", "Promotions"]

PR01: Operation[PromotionPage] = Operation(
    code="PR01",
    service="front",
    resource="promotions",
    name="list",
    method="GET",
    path="/api/promotions",
    summary="list promotions.",
    params=(
        Param(name="ids", argument="ids", list_style="comma"),
        Param(
            name="types",
            argument="types",
            list_style="comma",
            values=("AMOUNT_OFF", "FREE_ITEMS", "PERCENTAGE_OFF", "REDUCED_UNIT_PRICE"),
        ),
        Param(
            name="states",
            argument="states",
            list_style="comma",
            values=("PENDING", "ACTIVE", "EXPIRED", "PENDING_APPROVAL", "REJECTED", "ALL"),
        ),
        Param(name="shop_ids", argument="shop_ids", list_style="comma"),
        Param(name="ending_after", argument="ending_after", type="date-time"),
        Param(name="starting_before", argument="starting_before", type="date-time"),
        Param(name="date_created_from", argument="date_created_from", type="date-time"),
        Param(name="date_created_to", argument="date_created_to", type="date-time"),
        Param(name="last_request_date", argument="last_request_date", type="date-time"),
        Param(name="trigger_offer_ids", argument="trigger_offer_ids", list_style="comma"),
        Param(name="reward_offer_ids", argument="reward_offer_ids", list_style="comma"),
        Param(name="channel_codes", argument="channel_codes", list_style="comma"),
        Param(name="campaign_identifiers", argument="campaign_identifiers", list_style="comma"),
        Param(name="sort", argument="sort", values=("startDate", "endDate", "dateCreated")),
        Param(name="order", argument="order", values=("asc", "desc")),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.promotions:PromotionPage",
    paging=Paging(
        kind="offset",
        items="promotions",
        item="front.promotions:Promotion",
        key=("shop_id", "internal_id"),
        total="total_count",
    ),
    retry="safe",
    frequency="when a page shows promotions",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/promotions/pr01",
)


class Promotions(Resource):
    """Promotions."""

    __slots__ = ()

    def list(
        self,
        *,
        ids: Collection[str] | None = None,
        types: Collection[PromotionTypeOrStr] | None = None,
        states: Collection[Literal["PENDING", "ACTIVE", "EXPIRED", "PENDING_APPROVAL", "REJECTED", "ALL"] | str]
        | None = None,
        shop_ids: Collection[str] | None = None,
        ending_after: dt.datetime | None = None,
        starting_before: dt.datetime | None = None,
        date_created_from: dt.datetime | None = None,
        date_created_to: dt.datetime | None = None,
        last_request_date: dt.datetime | None = None,
        trigger_offer_ids: Collection[str] | None = None,
        reward_offer_ids: Collection[str] | None = None,
        channel_codes: Collection[str] | None = None,
        campaign_identifiers: Collection[str] | None = None,
        sort: Literal["startDate", "endDate", "dateCreated"] | str | None = None,
        order: Literal["asc", "desc"] | str | None = None,
        locale: str | None = None,
        page_size: int | None = None,
        **options: Unpack[Options],
    ) -> OffsetPaginator[Promotion]:
        """PR01: list promotions.

        `GET /api/promotions`. Documented pace: when a page shows promotions.

        Pages by offset, of 100 items unless `page_size` asks for fewer.

        An id is made of two: shop_id|internal_id.

        - types: AMOUNT_OFF, FREE_ITEMS, PERCENTAGE_OFF, REDUCED_UNIT_PRICE (`PromotionType`)
        - states: PENDING, ACTIVE, EXPIRED, PENDING_APPROVAL, REJECTED, ALL; by default ACTIVE
        - sort: startDate, endDate, dateCreated
        - order: asc, desc
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/promotions/pr01
        """
        return self._caller.offset(
            PR01,
            {
                "ids": ids,
                "types": types,
                "states": states,
                "shop_ids": shop_ids,
                "ending_after": ending_after,
                "starting_before": starting_before,
                "date_created_from": date_created_from,
                "date_created_to": date_created_to,
                "last_request_date": last_request_date,
                "trigger_offer_ids": trigger_offer_ids,
                "reward_offer_ids": reward_offer_ids,
                "channel_codes": channel_codes,
                "campaign_identifiers": campaign_identifiers,
                "sort": sort,
                "order": order,
                "locale": locale,
            },
            page_size,
            options,
        )
