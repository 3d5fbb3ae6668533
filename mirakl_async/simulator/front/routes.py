"""Marketplace Front as one table of routes."""

from __future__ import annotations

from collections.abc import Sequence

from ..exchange import Answer, Call, Handler, Route, Service
from .orders import OR11
from .paging import Listing
from .refusals import refuse
from .returns import RT11, RT12, RT52
from .world import FrontWorld

MOST_BYTES = 512 * 1024 * 1024
LISTINGS: Sequence[Listing] = (OR11, RT11, RT12, RT52)


def front_service(world: FrontWorld) -> Service:
    """Return what the instance serves."""
    routes = [Route("GET", listing.path, listing.operation, _lists(world, listing)) for listing in LISTINGS]
    return Service("front", "", routes, refuse, takes_keys=True, most_bytes=MOST_BYTES)


def _lists(world: FrontWorld, listing: Listing) -> Handler:
    def handle(call: Call) -> Answer:
        return world.pager.answer(listing, call)

    return handle
