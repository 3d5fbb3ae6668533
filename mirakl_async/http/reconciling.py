"""Where to look whether an unsafe request took effect, of which no answer came."""

from __future__ import annotations

# By the operation that was sent, the method that shows what it would have changed. None shows an export that was
# started (OR13), an order's documents on Connect, or an account's stores.
LOOK_UP: dict[str, str] = {
    "M12": "messages.get_thread (M10)",
    "OR21": "orders.list (OR11)",
    "OR24": "orders.list (OR11)",
    "OR29": "orders.list (OR11)",
    "OR30": "orders.list (OR11)",
    "OR42": "messages.list_on_order (OR41)",
    "OR43": "messages.list_threads (M11)",
    "OR74": "orders.list_documents (OR72)",
    "P41": "products.list_imports (P51)",
    "RT01": "returns.list (RT11)",
    "RT25": "returns.list (RT11)",
    "RT29": "returns.list (RT11)",
    "RT51": "returns.list (RT11)",
    "S32": "stores.list_documents (S30)",
    "ST01": "shipments.list (ST11)",
    "ST24": "shipments.list (ST11)",
    "ST26": "shipments.list (ST11)",
}


def reconciliation_hint(code: str) -> str:
    """What to add to the words of an OutcomeUnknown."""
    method = LOOK_UP.get(code)
    return f"; {method} tells whether it took effect" if method else ""
