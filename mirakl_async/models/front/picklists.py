# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.picklists sends and reads."""

import datetime as dt
from typing import Annotated, Final

from msgspec import Meta

from mirakl_async.model import ABSENT, Expected, Received

from .common import OrderLine


class PicklistState:
    """Known values of `state`; others may appear at any time."""

    NOTHING_TO_PREPARE: Final = "NOTHING_TO_PREPARE"
    WAITING_PREPARATION: Final = "WAITING_PREPARATION"
    IN_PREPARATION: Final = "IN_PREPARATION"
    READY_FOR_PICKUP: Final = "READY_FOR_PICKUP"
    CLOSED: Final = "CLOSED"


class PicklistOrderLine(Received, kw_only=True, gc=False):
    """Read as `data.order_lines`, from PL11."""

    id: Expected[str] = ABSENT


class Picklist(Received, kw_only=True, gc=False):
    """Read as `data`, from PL11.

    - state: NOTHING_TO_PREPARE, WAITING_PREPARATION, IN_PREPARATION, READY_FOR_PICKUP, CLOSED (`PicklistState`)
    """

    date_created: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    id: Expected[str] = ABSENT
    last_updated: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    order_lines: Expected[list[PicklistOrderLine]] = ABSENT
    picklist_lines: Expected[list[OrderLine]] = ABSENT
    pickup_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    state: Expected[str] = ABSENT
    pickrun_code: str | None = None
    shop_id: int | None = None


class PicklistPage(Received, kw_only=True, gc=False):
    """The answer of PL11."""

    data: Expected[list[Picklist]] = ABSENT
    next_page_token: str | None = None
    previous_page_token: str | None = None
