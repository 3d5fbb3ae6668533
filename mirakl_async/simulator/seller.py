"""The actions of a seller in Mirakl Connect, each of which becomes an event for the channel's connector.

Actions on an order or a return are commands: the action is pending until `updateActionStatus` reports its outcome or it
expires. Changes of products, offers, prices and stock are facts, which need no outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from .clock import Clock
from .event_rows import Data, discount_part, inventory_part, lines_of, money, price_part, refund_line, stock_part
from .events import Events
from .front.row_random import instant
from .world import OrderKey, World

__all__ = ["Expected", "OfferState", "Seller"]

Expected = Literal["SUCCESS", "FAILED"] | None
FILE_SECONDS = 900.0
"""The seconds for which a document can be downloaded, as in Mirakl's sample."""


class OfferState(Struct):
    """The current state of a seller's offer, by parts; None if it lacks a part."""

    price: Data | None = None
    discount: Data | None = None
    quantity: int | None = None
    stock: dict[str, int] | None = None


class Seller:
    """The seller of one store; methods that send commands return the id of the action.

    `expected` is the outcome that the judge expects from the connector; None accepts any.
    """

    def __init__(
        self,
        world: World,
        events: Events,
        clock: Clock,
        store: tuple[str, str],
        *,
        storage_url: Callable[[], str],
        action_seconds: float,
    ) -> None:
        self.channel_id: str = store[0]
        self.store_id: str = store[1]
        self.offers: dict[str, OfferState] = {}
        self._world = world
        self._events = events
        self._clock = clock
        self._storage_url = storage_url
        self._action_seconds = action_seconds

    async def accept(
        self,
        channel_order_id: str,
        *,
        refused: Sequence[str] = (),
        sub_channel: str | None = None,
        expected: Expected = None,
    ) -> str:
        """Accept an order, except for its refused lines."""
        lines = self._lines(channel_order_id, sub_channel)
        rows = [
            {
                "channel_order_line_id": one["channel_order_line_id"],
                "accepted": one["channel_order_line_id"] not in refused,
            }
            for one in lines
        ]
        return await self._command("ACCEPT", channel_order_id, sub_channel, expected, {"order_lines": rows})

    async def ship(
        self,
        channel_order_id: str,
        *,
        carrier: str = "UPS",
        tracking_number: str = "1Z999",
        warehouse_id: str | None = None,
        sub_channel: str | None = None,
        expected: Expected = None,
    ) -> str:
        """Ship all lines of an order."""
        items = [
            {
                "channel_order_line_id": one["channel_order_line_id"],
                "id": one["product"]["id"],
                "quantity": one["quantity"],
            }
            for one in self._lines(channel_order_id, sub_channel)
        ]
        data = {
            "carrier": carrier,
            "tracking_number": tracking_number,
            "tracking_url": f"https://track.example.com/{tracking_number}",
            "items": items,
        }
        data |= {} if warehouse_id is None else {"warehouse_id": warehouse_id}
        return await self._command("CREATE_SHIPMENT", channel_order_id, sub_channel, expected, data)

    async def refund(
        self,
        channel_order_id: str,
        *lines: str,
        quantity: int | None = None,
        reason: str = "ITEM_NOT_RECEIVED",
        sub_channel: str | None = None,
        expected: Expected = None,
    ) -> str:
        """Refund lines of an order, by default all, each completely or for `quantity` units."""
        member = "order_line_id" if self._events.live else "channel_order_line_id"
        found = self._lines(channel_order_id, sub_channel, lines)
        rows = [refund_line(one, quantity, reason, member=member) for one in found]
        return await self._command("REFUND", channel_order_id, sub_channel, expected, {"refunds": rows})

    async def cancel(
        self,
        channel_order_id: str,
        *lines: str,
        quantity: int | None = None,
        reason: str = "OUT_OF_STOCK",
        sub_channel: str | None = None,
        expected: Expected = None,
    ) -> str:
        """Cancel lines of an order, by default all, each completely or for `quantity` units."""
        rows = [refund_line(one, quantity, reason) for one in self._lines(channel_order_id, sub_channel, lines)]
        return await self._command("CANCEL", channel_order_id, sub_channel, expected, {"cancelations": rows})

    async def accept_return(
        self, channel_return_id: str, *, accepted: bool = True, reason: str = "OTHER", expected: Expected = None
    ) -> str:
        """Accept a return, or decline it with a reason."""
        data: Data = {"accepted": accepted, "rejection_reason": None if accepted else reason}
        return await self._return_command("ACCEPT_RETURN", channel_return_id, expected, data)

    async def update_return_tracking(
        self, channel_return_id: str, *, carrier: str = "UPS", tracking_number: str = "1Z999", expected: Expected = None
    ) -> str:
        """Report the carrier and the tracking of a return."""
        url = f"https://track.example.com/{tracking_number}"
        tracking = {"carrier": carrier, "tracking_number": tracking_number, "tracking_url": url}
        data = {"label_url": f"{url}.pdf", "rma_id": f"RMA-{channel_return_id}", "tracking": tracking}
        return await self._return_command("UPDATE_RETURN_TRACKING_INFORMATION", channel_return_id, expected, data)

    async def acknowledge_return(self, channel_return_id: str, *, expected: Expected = None) -> str:
        """Report that the goods of a return have arrived."""
        return await self._return_command("ACKNOWLEDGE_RETURN_RECEPTION", channel_return_id, expected, {})

    async def close_return(self, channel_return_id: str, *, expected: Expected = None) -> str:
        """Close a return."""
        return await self._return_command("CLOSE_RETURN", channel_return_id, expected, {})

    async def upload_document(
        self,
        channel_order_id: str,
        name: str = "invoice.pdf",
        content: bytes = b"%PDF-1.4\n%%EOF\n",
        *,
        type: Literal["CUSTOMER_INVOICE", "RETURN_LABEL"] = "CUSTOMER_INVOICE",  # noqa: A002 - the member's name
        channel_return_id: str | None = None,
        seconds: float = FILE_SECONDS,
        sub_channel: str | None = None,
        expected: Expected = None,
    ) -> str:
        """Upload a document of an order or of one of its returns; its URL is valid for `seconds`."""
        self._lines(channel_order_id, sub_channel)
        place = self._events.store_file(name, content, seconds)
        data: Data = {
            "document_download_url": f"{self._storage_url()}/documents/{place}?X-Expires={int(seconds)}",
            "document_name": name,
            "document_type": type,
        }
        if channel_return_id is not None and self._events.live:
            data |= {"document_entity_id": channel_return_id, "document_entity_type": "RETURN"}
        elif channel_return_id is not None:
            data["document_entity"] = {"id": channel_return_id, "type": "RETURN"}
        return await self._command("UPLOAD_DOCUMENT", channel_order_id, sub_channel, expected, data)

    async def set_price(self, product_id: str, amount: float | None, currency: str = "EUR") -> None:
        """Set the standard price of an offer, or delete it with None; the event's other parts are IGNORE."""
        price = None if amount is None else money(amount, currency)
        self._offer(product_id).price = price
        await self._change(product_id, {"standard_price": price_part(_verb(price), price, live=self._events.live)})

    async def set_discount(
        self,
        product_id: str,
        amount: float | None,
        start: str | None = None,
        end: str | None = None,
        currency: str = "EUR",
    ) -> None:
        """Set the discount price of an offer between two date-times, or delete it with None."""
        price = None if amount is None else money(amount, currency)
        part = discount_part(_verb(price), price, start, end, live=self._events.live)
        self._offer(product_id).discount = price
        await self._change(product_id, {"discount_price": part})

    async def set_stock(self, product_id: str, quantities: int | Mapping[str, int] | None) -> None:
        """Set the stock of an offer, as a total or by warehouse, or delete it with None."""
        parts = {"": quantities} if isinstance(quantities, int) else None if quantities is None else dict(quantities)
        total, offer, live = None if parts is None else sum(parts.values()), self._offer(product_id), self._events.live
        offer.quantity, offer.stock = total, parts
        verb = _verb(parts)
        await self._change(
            product_id,
            {"inventory": inventory_part(verb, total, live=live), "stock": stock_part(verb, parts, live=live)},
        )

    async def upsert_offer(
        self, /, product_id: str, *, use_case: str | None = None, **attributes: str | float | bool
    ) -> None:
        """Send a complete offer, which is created or updated; its attributes are defined by the channel."""
        known = product_id in self.offers
        data = self._all_parts(product_id, attributes)
        await self._events.publish(
            "OFFER_UPSERT", data | {"use_case": use_case or ("OFFER_UPDATE" if known else "OFFER_CREATION")}
        )

    async def upsert_product(self, product_id: str, product_type_id: str, attributes: Mapping[str, str]) -> None:
        """Send a complete product with its offer."""
        rows = [{"id": name, "value": value} for name, value in attributes.items()]
        if self._events.live:
            rows = [{"code": row["id"], **row} for row in rows]
        data = self._all_parts(product_id, {}) | {"product_type_id": product_type_id, "attributes": rows}
        await self._events.publish("PRODUCT_UPSERT", data)

    async def set_feature(self, feature: Literal["business-information-sync", "store-linking"], status: str) -> None:
        """Change the state of a store's feature: enabled or disabled, linked or unlinked."""
        data = self._place() | {
            "feature": feature,
            "configuration": {"status": status},
            "trigger_date": instant(self._clock.time()),
        }
        await self._events.publish("STORE_FEATURE", data)

    def _offer(self, product_id: str) -> OfferState:
        return self.offers.setdefault(product_id, OfferState())

    def _place(self) -> Data:
        return {"channel_id": self.channel_id, "store_id": self.store_id}

    async def _change(self, product_id: str, parts: Data) -> None:
        """Send a change of prices or stock; parts that are not given are IGNORE."""
        data = self._place() | {"product_id": product_id} | self._ignored() | parts
        if not self._events.live:
            data["offer_attributes"] = []
        await self._events.publish("PRICE_STOCK_UPSERT", data)

    def _ignored(self) -> Data:
        live = self._events.live
        return {
            "standard_price": price_part("IGNORE", None, live=live),
            "discount_price": discount_part("IGNORE", None, None, None, live=live),
            "inventory": inventory_part("IGNORE", None, live=live),
            "stock": stock_part("IGNORE", None, live=live),
        }

    def _all_parts(self, product_id: str, attributes: Mapping[str, str | float | bool]) -> Data:
        offer, live = self._offer(product_id), self._events.live
        return self._place() | {
            "product_id": product_id,
            "identifiers": [],
            "offer_attributes": [_attribute(name, value) for name, value in attributes.items()],
            "standard_price": price_part(_verb(offer.price), offer.price, live=live),
            "discount_price": discount_part(_verb(offer.discount), offer.discount, None, None, live=live),
            "inventory": inventory_part(_verb(offer.quantity), offer.quantity, live=live),
            "stock": stock_part(_verb(offer.stock), offer.stock, live=live),
        }

    def _lines(self, order_id: str, sub_channel: str | None, wanted: Sequence[str] = ()) -> list[Data]:
        try:
            order = self._world.get(self.channel_id, self.store_id, order_id, sub_channel)
        except KeyError:
            raise KeyError(f"there is no order {order_id} of this store") from None
        return lines_of(order, wanted)

    async def _return_command(self, kind: str, return_id: str, expected: Expected, data: Data) -> str:
        known = self._world.returns.get((self.channel_id, return_id))
        if known is None:
            raise KeyError(f"there is no return {return_id} of this channel")
        order: OrderKey = known.order
        data = {"channel_return_id": return_id} | data
        return await self._command(kind, order.channel_order_id, order.sub_channel_code, expected, data)

    async def _command(self, kind: str, order_id: str, sub_channel: str | None, expected: Expected, data: Data) -> str:
        expires_at = self._clock.time() + self._action_seconds
        action_id = self._events.new_id()
        self._world.add_action(action_id, kind=kind, expected=expected, expires_at=expires_at)
        where = {
            "action_id": action_id,
            "channel_id": self.channel_id,
            "channel_store_id": self.store_id,
            "channel_order_id": order_id,
        }
        if sub_channel is not None:
            where["sub_channel_code"] = sub_channel
        await self._events.publish(kind, where | data)
        return action_id


def _verb(part: object) -> str:
    return "DELETE" if part is None else "UPDATE"


def _attribute(name: str, value: str | float | bool) -> Data:  # noqa: FBT001 - the attribute's value
    kind = "BOOLEAN" if isinstance(value, bool) else "TEXT" if isinstance(value, str) else "NUMERIC"
    return {"id": name, "type": kind, "value": value}
