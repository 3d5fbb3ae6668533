# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.promotions sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import Meta

from mirakl_async.model import EXPECTED_DEFAULT, Expected, ResponseModel

from .common import CampaignRef, Channel, PromotionTypeOrStr

__all__ = [
    "ApplicationToCart",
    "Media",
    "Promotion",
    "PromotionPage",
    "PromotionState",
    "PromotionStateOrStr",
    "PromotionTrigger",
    "PromotionTriggerType",
    "PromotionTriggerTypeOrStr",
    "PublicDescription",
]


class PromotionState:
    """Known values of `state`; others may appear at any time."""

    ACTIVE: Final = "ACTIVE"
    PENDING: Final = "PENDING"
    PENDING_APPROVAL: Final = "PENDING_APPROVAL"
    REJECTED: Final = "REJECTED"
    EXPIRED: Final = "EXPIRED"


class PromotionTriggerType:
    """Known values of `type`; others may appear at any time."""

    MINIMUM_QUANTITY: Final = "minimum_quantity"
    EVERY_QUANTITY: Final = "every_quantity"
    MINIMUM_AMOUNT: Final = "minimum_amount"
    EVERY_AMOUNT: Final = "every_amount"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    PromotionStateOrStr: TypeAlias = Literal["ACTIVE", "PENDING", "PENDING_APPROVAL", "REJECTED", "EXPIRED"] | str
    PromotionTriggerTypeOrStr: TypeAlias = (
        Literal["minimum_quantity", "every_quantity", "minimum_amount", "every_amount"] | str
    )
else:
    PromotionStateOrStr = str
    PromotionTriggerTypeOrStr = str


class ApplicationToCart(ResponseModel, kw_only=True, gc=False):
    """Read as `promotions.application_to_cart`, from PR01."""

    promo_code: str | None = None


class Media(ResponseModel, kw_only=True, gc=False):
    """Read as `promotions.medias`, from PR01."""

    locale: Expected[str] = EXPECTED_DEFAULT
    url: Expected[str] = EXPECTED_DEFAULT


class PromotionTrigger(ResponseModel, kw_only=True, gc=False):
    """Read as `promotions.triggers`, from PR01."""

    type: Expected[PromotionTriggerTypeOrStr] = EXPECTED_DEFAULT
    """Known values: minimum_quantity, every_quantity, minimum_amount, every_amount (`PromotionTriggerType`)."""
    amount_purchased: Decimal | None = None
    quantity_purchased: int | None = None
    same_item_purchased: bool | None = None


class PublicDescription(ResponseModel, kw_only=True, gc=False):
    """Read as `promotions.public_descriptions`, from PR01."""

    locale: Expected[str] = EXPECTED_DEFAULT
    value: Expected[str] = EXPECTED_DEFAULT


class Promotion(ResponseModel, kw_only=True, gc=False):
    """Read as `promotions`, from PR01."""

    application_to_cart: Expected[list[ApplicationToCart]] = EXPECTED_DEFAULT
    channels: Expected[list[Channel]] = EXPECTED_DEFAULT
    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    end_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    internal_description: Expected[str] = EXPECTED_DEFAULT
    internal_id: Expected[str] = EXPECTED_DEFAULT
    last_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    medias: Expected[list[Media]] = EXPECTED_DEFAULT
    public_descriptions: Expected[list[PublicDescription]] = EXPECTED_DEFAULT
    reward_on_purchased_items: Expected[bool] = EXPECTED_DEFAULT
    shop_id: Expected[int] = EXPECTED_DEFAULT
    start_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    state: Expected[PromotionStateOrStr] = EXPECTED_DEFAULT
    """Known values: ACTIVE, PENDING, PENDING_APPROVAL, REJECTED, EXPIRED (`PromotionState`)."""
    triggers: Expected[list[PromotionTrigger]] = EXPECTED_DEFAULT
    """No item twice."""
    type: Expected[PromotionTypeOrStr] = EXPECTED_DEFAULT
    """Known values: AMOUNT_OFF, FREE_ITEMS, PERCENTAGE_OFF, REDUCED_UNIT_PRICE (`PromotionType`)."""
    amount_off: Decimal | None = None
    campaign: CampaignRef | None = None
    customer_group_ids: list[str] | None = None
    customer_organization_ids: list[str] | None = None
    free_items_quantity: int | None = None
    max_quantity_to_discount: int | None = None
    percentage_off: Decimal | None = None
    reduced_unit_price: Decimal | None = None
    reward_offer_ids: list[int] | None = None
    """No item twice."""
    trigger_offer_ids: list[int] | None = None
    """No item twice."""


class PromotionPage(ResponseModel, kw_only=True, gc=False):
    """The answer of PR01."""

    promotions: Expected[list[Promotion]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT
