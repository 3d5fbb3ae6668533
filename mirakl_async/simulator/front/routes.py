"""The routes of Marketplace Front, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..exchange import Answer, Call, Handler, Route, Service
from .accounting import IV01, SBC11
from .changes import STEPS
from .exports import ELSEWHERE, export_all_offers, storage_error
from .imports import P51
from .messages import M01, M11, OR41, post_on_order
from .offers import offers_of_products, one_offer, quantity
from .orders import OR11, evaluation, one_order
from .paging import Listing
from .products import look_up
from .promotions import PR01
from .refusals import refuse
from .returns import RT11, RT12, RT52
from .settings import settings_routes
from .shipments import PL11, ST11, ST12
from .strictness import strict
from .world import FrontWorld

__all__ = ["LISTINGS", "MAX_BYTES", "PAGED", "front_service", "storage_service"]

MAX_BYTES = 512 * 1024 * 1024
LISTINGS: Sequence[Listing] = (IV01, M01, M11, OR11, OR41, PL11, PR01, RT11, RT12, RT52, SBC11, ST11, ST12)

PAGED = {listing.operation: (listing.paging, listing.most) for listing in LISTINGS}
"""The kind of paging and the maximum page size of each paged operation."""


def front_service(world: FrontWorld) -> Service:
    """Return the service of the instance."""
    routes = [Route("GET", listing.path, listing.operation, _lists(world, listing)) for listing in LISTINGS]
    routes += [
        *_single_rows(world),
        *_imports(world),
        *_exports(world),
        *_documents(world),
        *_threads(world),
        *_changes(world),
        *settings_routes(nulls=world.oddities == "live"),
    ]
    return Service("front", "", [strict(route) for route in routes], refuse, takes_keys=True, max_bytes=MAX_BYTES)


def storage_service(world: FrontWorld, *others: Route) -> Service:
    """Return the service of the other origin, which needs no credential: files of exports, and other routes."""
    routes = [
        Route("GET", f"{ELSEWHERE}/{exports.kind.name}/{{export}}", exports.kind.fetch, exports.file_elsewhere)
        for exports in (world.order_exports, world.offer_exports)
    ]
    return Service("storage", "", [*routes, *others], storage_error, guarded=False)


def _lists(world: FrontWorld, listing: Listing) -> Handler:
    def handle(call: Call) -> Answer:
        return world.pager.answer(listing, call)

    return handle


def _single_rows(world: FrontWorld) -> list[Route]:
    tables = world.tables

    def offers(call: Call) -> Answer:
        answer, shown = offers_of_products(tables, call, world.pager.ignored)
        if answer.status == 200:
            world.list_changes.after("P11", tables["offers"], shown)
        return answer

    return [
        Route("GET", "/api/products", "P31", partial(look_up, tables)),
        Route("GET", "/api/products/offers", "P11", offers),
        Route("GET", "/api/offers/export", "OF51", partial(export_all_offers, tables)),
        Route("GET", "/api/offers/{offer}", "OF22", partial(one_offer, tables)),
        Route("GET", "/api/offers/{offer}/quantity", "OF26", partial(quantity, tables)),
        Route("GET", "/api/orders/{order_id}", "OR12", partial(one_order, tables)),
        Route("GET", "/api/orders/{order_id}/evaluation", "OR51", partial(evaluation, tables)),
    ]


def _imports(world: FrontWorld) -> list[Route]:
    imports, path = world.imports, "/api/products/imports"

    def past(call: Call) -> Answer:
        imports.refresh()
        return world.pager.answer(P51, call)

    return [
        Route("POST", path, "P41", imports.create),
        Route("GET", path, "P51", past),
        Route("GET", f"{path}/{{import}}", "P42", imports.status),
        Route("GET", f"{path}/{{import}}/error_report", "P44", imports.report),
        Route("GET", f"{path}/{{import}}/new_product_report", "P45", imports.report),
        Route("GET", f"{path}/{{import}}/transformed_file", "P46", imports.report),
        Route("GET", f"{path}/{{import}}/transformation_error_report", "P47", imports.report),
    ]


def _exports(world: FrontWorld) -> list[Route]:
    routes: list[Route] = []
    for exports in (world.order_exports, world.offer_exports):
        kind = exports.kind
        routes += [
            Route("POST", kind.path, kind.create, exports.create),
            Route("GET", f"{kind.path}/status/{{tracking_id}}", kind.status, exports.status),
            Route("GET", f"{kind.path}/file/{{export}}", kind.fetch, exports.file),
        ]
    return routes


def _documents(world: FrontWorld) -> list[Route]:
    orders, shops = world.order_documents, world.shop_documents
    return [
        Route("GET", "/api/orders/documents", "OR72", orders.listed),
        Route("GET", "/api/orders/documents/download", "OR73", orders.download),
        Route("POST", "/api/orders/{order_id}/documents", "OR74", orders.upload),
        Route("DELETE", "/api/orders/documents/{document_id}", "OR76", orders.delete),
        Route("GET", "/api/shops/documents", "S30", shops.listed_of_shops),
        Route("GET", "/api/shops/documents/download", "S31", shops.download),
        Route("POST", "/api/shops/documents", "S32", shops.upload),
        Route("DELETE", "/api/shops/documents/{document_id}", "S33", shops.delete),
        Route("GET", "/api/document-request/documents/download", "DR73", world.accounting_documents.download),
    ]


def _threads(world: FrontWorld) -> list[Route]:
    conversations = world.conversations
    return [
        Route("GET", "/api/inbox/threads/{thread_id}", "M10", conversations.thread),
        Route("POST", "/api/inbox/threads/{thread_id}/message", "M12", conversations.reply),
        Route("GET", "/api/inbox/threads/{attachment_id}/download", "M13", conversations.download),
        Route("POST", "/api/orders/{order_id}/threads", "OR43", conversations.start),
    ]


def _changes(world: FrontWorld) -> list[Route]:
    changes = world.changes
    return [
        Route("PUT", "/api/orders", "OR04", changes.update),
        Route("PUT", "/api/orders/{order_id}/accept", "OR21", changes.accept),
        Route("PUT", "/api/orders/{order_id}/tracking", "OR23", changes.track),
        Route("PUT", "/api/orders/{order_id}/ship", "OR24", changes.ship),
        Route("PUT", "/api/orders/{order_id}/cancel", "OR29", changes.cancel),
        Route("PUT", "/api/orders/shipping_from", "OR07", world.order_lines.ship_from),
        Route("PUT", "/api/orders/cancel", "OR30", world.order_lines.cancel),
        Route("PUT", "/api/orders/{order_id}/additional_fields", "OR31", world.order_lines.update_fields),
        Route("POST", "/api/orders/{order_id}/messages", "OR42", partial(post_on_order, world.tables)),
        Route("POST", "/api/returns", "RT01", world.return_requests.create),
        Route("POST", "/api/returns/return-labels", "RT51", world.return_requests.label),
        Route("POST", "/api/shipments", "ST01", changes.create_shipments),
        Route("POST", "/api/shipments/tracking", "ST23", changes.track_shipments),
        *(Route("PUT", step.path, step.operation, changes.step(step)) for step in STEPS),
    ]
