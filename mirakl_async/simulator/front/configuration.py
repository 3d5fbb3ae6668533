"""The platform configuration (PC01): a consumer marketplace with one currency and several shipments for each order."""

from __future__ import annotations

from typing import Any

__all__ = ["PLATFORM"]


def _off(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, False)


_CATALOG = {
    **_off("allow_shop_contribution_to_all_channels", "exclude_invalid_products", "product_acceptance_by_channel"),
    **_off("product_data_validation_by_channel", "product_import_only_on_leaf"),
    "list_of_multiple_values_separator": "|",
}
_WORKFLOWS = {
    **_off("no_customer_payment_confirmation", "pause_debit_workflow", "pay_on_due_date", "pay_on_shipment"),
    **_off("sellers_edit_shipping_origin", "shipping_and_billing_details_before_acceptance"),
    "order_acceptance": "NOT_AUTOMATIC",
}
_PRICING = {
    **_off("discount_period_required", "discount_price_creation_in_the_past_blocked", "scheduled_pricing"),
    **_off("volume_discount", "volume_pricing"),
    "channel_pricing": "MULTI",
}
_FEATURES: dict[str, Any] = {
    **_off("circular_economy_data_collection", "competitive_pricing_tool", "disable_seller_alternative_carrier"),
    **_off("kyc_status_per_seller", "multi_currency", "multi_payout_psp_per_seller", "no_reply_needed"),
    **_off("payment_confirmation", "product_data_validation_by_channel"),
    "catalog": _CATALOG,
    "direct_payment_customer_store": _off("activated", "refund_cancel_authorized"),
    "dropship": {"retail_pricing_edition_enabled": "NO", "retail_pricing_enabled": False},
    "lead_time_to_ship_by_sellers_enabled": "NO",
    "offer_prices_decimals": "2",
    "operator_csv_delimiter": "SEMICOLON",
    "order_conditions": _off(
        "lead_time_to_ship", "maximum_order_quantity", "minimum_order_quantity", "package_order_quantity"
    ),
    "order_tax_mode": "TAX_INCLUDED",
    "order_workflows": _WORKFLOWS,
    "pricing": _PRICING,
    "promotion": {**_off("cart_promotion_campaign", "discount_campaign"), "seller_promotion": True},
    "returns": {**_off("drop_ship", "one_creditor"), "marketplace": True},
    "shipment": {"multi_part_item_shipment": False, "multi_shipment": True},
    "shop_tax_options": {"tax_identification_number": {"mandatory": False}},
    "tax_collection": {"activated": "NO", **_off("product_tax_code_mandatory", "tax_collection_by_operator")},
    "tax_id_number": {"mandatory": False},
    "warehouses": {"geolocation": False, "restricted_countries": []},
}
_MODULES = {
    **_off("mirakl_catalog_integrator", "mirakl_catalog_transformer", "mirakl_platform_services", "quotes"),
    **dict.fromkeys(("mirakl_catalog_manager", "offer_management", "order_management", "promotions"), True),
    "tax_manager": {"activated": False, "tax_provider": _off("avalara", "vertex")},
}
PLATFORM: dict[str, Any] = {
    "features": _FEATURES,
    "modules": _MODULES,
    "platform_configuration": {
        "customer_model": {"b2b": False, "b2c": True},
        "enhanced_seller_invoicing": {"enabled": False},
        "platform_model": {**_off("drop_ship", "one_creditor"), "marketplace": True},
    },
    "platform_name": "Simulator",
    "tenant_name": "simulator",
    "timezone": "UTC",
}
