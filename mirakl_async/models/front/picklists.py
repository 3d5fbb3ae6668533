# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.picklists sends and reads."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import Meta

from mirakl_async.model import EXPECTED_DEFAULT, Expected, ResponseModel

from .common import OrderLine

__all__ = ["Picklist", "PicklistOrderLine", "PicklistPage", "PicklistState", "PicklistStateOrStr"]


class PicklistState:
    """Known values of `state`; others may appear at any time."""

    NOTHING_TO_PREPARE: Final = "NOTHING_TO_PREPARE"
    WAITING_PREPARATION: Final = "WAITING_PREPARATION"
    IN_PREPARATION: Final = "IN_PREPARATION"
    READY_FOR_PICKUP: Final = "READY_FOR_PICKUP"
    CLOSED: Final = "CLOSED"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    PicklistStateOrStr: TypeAlias = (
        Literal["NOTHING_TO_PREPARE", "WAITING_PREPARATION", "IN_PREPARATION", "READY_FOR_PICKUP", "CLOSED"] | str
    )
else:
    PicklistStateOrStr = str


class PicklistOrderLine(ResponseModel, kw_only=True, gc=False):
    """Read as `data.order_lines`, from PL11."""

    id: Expected[str] = EXPECTED_DEFAULT


class Picklist(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from PL11."""

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    last_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    order_lines: Expected[list[PicklistOrderLine]] = EXPECTED_DEFAULT
    picklist_lines: Expected[list[OrderLine]] = EXPECTED_DEFAULT
    pickup_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    state: Expected[PicklistStateOrStr] = EXPECTED_DEFAULT
    """Known values: NOTHING_TO_PREPARE, WAITING_PREPARATION, IN_PREPARATION, READY_FOR_PICKUP, CLOSED
    (`PicklistState`).
    """
    pickrun_code: str | None = None
    shop_id: int | None = None


class PicklistPage(ResponseModel, kw_only=True, gc=False):
    """The answer of PL11."""

    data: Expected[list[Picklist]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None
