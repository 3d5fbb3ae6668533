"""The same orders as pydantic models, for comparison with the structs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel


class MoneyModel(BaseModel):
    amount: Decimal
    currency: str


class AddressModel(BaseModel):
    last_name: str
    street: str
    city: str
    first_name: str | None = None
    zip_code: str | None = None
    country: str | None = None
    country_iso_code: str | None = None
    phone: str | None = None


class TaxModel(BaseModel):
    code: str
    amount: MoneyModel
    rate: Decimal | None = None
    seller_collectible: MoneyModel | None = None


class ProductModel(BaseModel):
    id: str
    title: str
    thumbnail_url: str | None = None


class LineModel(BaseModel):
    channel_order_line_id: str
    created_at: datetime
    updated_at: datetime
    quantity: int
    can_cancel: bool
    can_refund: bool
    price: MoneyModel
    total_shipping_price: MoneyModel
    product: ProductModel
    status: str
    taxes: list[TaxModel] | None = None
    shipping_taxes: list[TaxModel] | None = None


class ShippingModel(BaseModel):
    address: AddressModel
    carrier: str | None = None
    method: str | None = None


class BillingModel(BaseModel):
    address: AddressModel


class FulfillmentModel(BaseModel):
    type: str


class OrderModel(BaseModel):
    channel_order_id: str
    channel_updated_at: datetime
    created_at: datetime
    status: str
    shipping_info: ShippingModel
    billing_info: BillingModel | None = None
    fulfillment: FulfillmentModel
    order_lines: list[LineModel]


class OriginModel(BaseModel):
    channel_id: str
    channel_store_id: str


class OrdersModel(BaseModel):
    origin: OriginModel
    orders: list[OrderModel]
