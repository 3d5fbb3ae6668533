"""What each event of Connect does to the shop. Plain functions run in threads, so they may wait for the database."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from mirakl_async.events import ActionFailed, Done, EventRouter
from mirakl_async.models.connect import OriginRequest
from mirakl_async.models.connect_events import (
    Accept,
    AcceptReturn,
    AcknowledgeReturnReception,
    Cancel,
    CloseReturn,
    CreateShipment,
    Inventory,
    OfferUpsert,
    PriceStockUpsert,
    Refund,
    StandardPrice,
    UpdateReturnTrackingInformation,
    UploadDocument,
)

from .shop import Shop


class Handlers:
    """The handlers of one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop: Shop = shop

    def router(self) -> EventRouter:
        """Every command has a handler, or is declined; facts without a handler are acknowledged."""
        events = EventRouter()
        events.on(Accept)(self.accept)
        events.on(CreateShipment)(self.ship)
        events.on(Cancel)(self.cancel)
        events.on(Refund)(self.refund)
        events.on(UploadDocument)(self.keep_document)
        events.on(OfferUpsert)(self.set_offer)
        events.on(PriceStockUpsert)(self.set_offer)
        events.decline(
            AcceptReturn,
            UpdateReturnTrackingInformation,
            AcknowledgeReturnReception,
            CloseReturn,
            message="This shop handles returns in its own system.",
        )
        return events

    def accept(self, command: Accept) -> Done:
        """An order with a refused line is refused as a whole."""
        if all(line.accepted for line in command.data.order_lines):
            return self._move(command, "AWAITING_ACCEPTANCE", "AWAITING_SHIPMENT")
        return self._move(command, "AWAITING_ACCEPTANCE", "CLOSED", reason="REFUSED")

    def ship(self, command: CreateShipment) -> Done:
        """The seller has shipped the order."""
        if not command.data.tracking_number:
            raise ActionFailed("INVALID_INPUT", "A tracking number is needed.")
        return self._move(command, "AWAITING_SHIPMENT", "SHIPPED", carrier=command.data.carrier)

    def cancel(self, command: Cancel) -> Done:
        """The seller cannot deliver."""
        return self._move(command, "AWAITING_SHIPMENT", "CLOSED", reason="CANCELED")

    def refund(self, command: Refund) -> Done:
        """Pay the customer, once."""
        done = self._move(command, "SHIPPED", "CLOSED", reason="REFUNDED")
        amount = sum((line.price.amount for line in command.data.refunds or []), Decimal(0))
        self.shop.refund(command.action_id, command.data.channel_order_id, amount)
        return done

    async def keep_document(self, command: UploadDocument) -> None:
        """Fetch the file at once, since its address expires within minutes."""
        content, data = await command.download().read(), command.data
        store = self.shop.keep_document
        await asyncio.to_thread(store, command.action_id, data.channel_order_id, data.document_name, content)

    def set_offer(self, fact: OfferUpsert | PriceStockUpsert) -> None:
        """Change what the event sets: it may be older than the last one, and the shop compares their times."""
        data = fact.data
        if data.standard_price is not None and sets(data.standard_price):
            price = data.standard_price.price
            self.shop.set_offer(data.product_id, "price", None if price is None else price.amount, fact.time)
        if sets(data.inventory):
            self.shop.set_offer(data.product_id, "stock", data.inventory.quantity, fact.time)

    def _move(
        self,
        command: Accept | CreateShipment | Cancel | Refund,
        before: str,
        after: str,
        *,
        reason: str | None = None,
        carrier: str = "",
    ) -> Done:
        """Change the order, and push its new state once Connect has the outcome."""
        data = command.data
        if not self.shop.move(data.channel_order_id, command.action_id, before, after, reason=reason, carrier=carrier):
            raise ActionFailed("ORDER_IN_WRONG_STATE", f"The order is not {before}.")
        order = self.shop.order(data.channel_order_id)
        origin = OriginRequest(channel_id=data.channel_id, channel_store_id=data.channel_store_id)
        return Done() if order is None else Done(then=[(origin, order)])


def sets(part: StandardPrice | Inventory | None) -> bool:
    """Whether an event sets or clears this part of an offer; Connect leaves out parts that its schema requires."""
    return part is not None and part.action_type != "IGNORE"
