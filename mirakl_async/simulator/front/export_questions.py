"""Requests for exports: checks the bodies of OR13 and OF52, and selects the rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec import ValidationError, convert

from ..instants import is_instant, nanoseconds
from . import export_files, names
from .orders import REFUND_STATES, SAFETY, STATES
from .refusals import invalid, refused
from .tables import Head, Table

__all__ = ["ExportQuery", "parse_offer_export", "parse_order_export"]

MAX_ITEMS = 1_000_000
_MONTH = 31 * 86_400
_RANGES = (
    ("start_date", "end_date"),
    ("start_update_date", "end_update_date"),
    ("start_refund_creation_date", "end_refund_creation_date"),
)
_FLAGS = ("only_null_channel", "tax_recalculation_required_only", "waiting_funding_confirmation")
_UNSERVED_ORDERS = (*_FLAGS, "waiting_tax_confirmation", "order_tax_mode")
_UNSERVED_OFFERS = ("ongoing_discount_campaign_identifiers", "shipping_zones")
_CHUNKS = ("items_per_chunk", "megabytes_per_chunk")
_ORDER_MEMBERS = (
    ("order_state_codes", "order_state"),
    ("shop_ids", "shop_id"),
    ("channel_codes", "channel"),
    ("fulfillment_center_codes", "center"),
)
# The members of each body and their values; null means absent. Dates and whole numbers are parsed below.
_ORDERS: dict[str, Any] = {
    **dict.fromkeys((*_CHUNKS, *(name for pair in _RANGES for name in pair)), Any),
    **dict.fromkeys((*_FLAGS, "waiting_tax_confirmation"), bool),
    "channel_codes": list[str],
    "fulfillment_center_codes": str,
    "order_state_codes": list[str],
    "order_tax_mode": str,
    "refund_state_codes": list[str],
    "shop_ids": list[int],
}
_OFFERS: dict[str, Any] = {
    **dict.fromkeys((*_CHUNKS, "last_request_date"), Any),
    "channel_codes": list[str],
    "exclude_customer_specific_prices": bool,
    "export_type": str,
    "include_fields": list[str],
    "include_inactive_offers": bool,
    "models": list[str],
    "ongoing_discount_campaign_identifiers": list[str],
    "rename_fields": dict[str, str],
    "shipping_zones": list[str],
}


class ExportQuery(NamedTuple):
    """The rows of an export, the number of items in a file, and the function that writes a file."""

    ranks: Sequence[int]
    items_a_file: int
    write: Callable[[Sequence[int]], Iterable[bytes]]
    content_type: str
    extension: str


def parse_order_export(payload: Mapping[str, Any], table: Table) -> ExportQuery:
    """Parse OR13's body; raises Refused. At least one complete range of dates is required."""
    _known(payload, _ORDERS)
    ranges = {start: (_moment(payload, start), _moment(payload, end)) for start, end in _RANGES}
    for (start, end), (low, high) in zip(_RANGES, ranges.values(), strict=True):
        if (low is None) != (high is None):
            raise invalid([("INVALID_INPUT", start if low is None else end, f"{start} and {end} go together")])
    if all(low is None for low, _ in ranges.values()):
        raise refused(400, "At least one range of dates is needed: created, last updated or refunds created")
    low, high = ranges["start_refund_creation_date"]
    if low is not None and high is not None and high - low > _MONTH:
        raise invalid([("INVALID_INPUT", "end_refund_creation_date", "The range of refunds is at most a month")])
    tests = [*_ranges_tests(ranges), *_orders_tests(payload)]
    ranks = _created_between(table, *ranges["start_date"])
    if tests:
        ranks = [rank for rank in ranks if _passes(table.head(rank), tests)]
    items = _whole(payload, "items_per_chunk", 10_000, MAX_ITEMS, MAX_ITEMS)
    _whole(payload, "megabytes_per_chunk", 10, 1024, 512)
    return ExportQuery(ranks, items, partial(export_files.orders, table), "application/json", "json")


def parse_offer_export(payload: Mapping[str, Any], table: Table) -> ExportQuery:
    """Parse OF52's body; raises Refused. As in a test environment, a file may hold fewer than 10,000 items."""
    _known(payload, _OFFERS)
    export_type = payload.get("export_type") or "text/csv"
    if export_type not in {"text/csv", "application/json"}:
        raise invalid([("INVALID_INPUT", "export_type", "export_type takes text/csv, application/json")])
    if "rename_fields" in payload and export_type != "text/csv":
        raise invalid([("INVALID_INPUT", "rename_fields", "rename_fields is for CSV only")])
    _served(payload, _UNSERVED_OFFERS)
    since = _moment(payload, "last_request_date")
    if since is not None and "include_inactive_offers" in payload:
        raise invalid([("INVALID_INPUT", "include_inactive_offers", "It does not go with last_request_date")])
    everything = since is not None or payload.get("include_inactive_offers") is True
    channels: set[str] = set(payload.get("channel_codes") or ())
    models: set[str] = set(payload.get("models") or ())

    def wanted(head: Head) -> bool:
        return (
            (everything or (head["active"] and not head["deleted"]))
            and (since is None or head["last_updated"] >= since)
            and (not channels or not channels.isdisjoint(head["channels"]))
            and (not models or head["model"] in models)
        )

    ranks = [rank for rank in table.ranks if wanted(table.head(rank))]
    items = _whole(payload, "items_per_chunk", 1, MAX_ITEMS, MAX_ITEMS)
    _whole(payload, "megabytes_per_chunk", 1, 1000, 1000)
    fields: list[str] = payload.get("include_fields") or []
    if export_type == "application/json":
        return ExportQuery(
            ranks, items, partial(export_files.offers_as_json, table, fields=fields), export_type, "json"
        )
    columns = export_files.Columns(
        fields,
        payload.get("rename_fields") or {},
        [code for code, _ in names.CHANNELS if not channels or code in channels],
    )
    return ExportQuery(ranks, items, partial(export_files.offers_as_csv, table, columns=columns), export_type, "csv")


def _created_between(table: Table, low: float | None, high: float | None) -> Sequence[int]:
    """Return the rows created within a range of dates, by binary search, because rows are in the order of creation."""
    if low is None or high is None:
        return table.ranks

    def created(rank: int) -> float:
        return float(table.head(rank)["created"])

    ranks = table.ranks
    if table.scattered:
        return [rank for rank in ranks if low <= created(rank) <= high]
    return ranks[bisect_left(ranks, low, key=created) : bisect_right(ranks, high, key=created)]


def _ranges_tests(ranges: Mapping[str, tuple[float | None, float | None]]) -> list[Callable[[Head], bool]]:
    tests: list[Callable[[Head], bool]] = []
    low, high = ranges["start_update_date"]
    if low is not None and high is not None:
        tests.append(partial(_between, member="last_updated", low=low - SAFETY, high=high))
    low, high = ranges["start_refund_creation_date"]
    if low is not None and high is not None:
        # The date of a refund is the date of its order's last update.
        tests.append(partial(_refunded_between, low=low, high=high))
    return tests


def _between(head: Head, *, member: str, low: float, high: float) -> bool:
    return bool(low <= head[member] <= high)


def _refunded_between(head: Head, *, low: float, high: float) -> bool:
    return bool(head["refund_states"]) and low <= head["last_updated"] <= high


def _orders_tests(payload: Mapping[str, Any]) -> list[Callable[[Head], bool]]:
    _served(payload, _UNSERVED_ORDERS)
    _one_of(payload, "order_state_codes", STATES)
    _one_of(payload, "refund_state_codes", REFUND_STATES)
    if payload.get("refund_state_codes") and not (
        payload.get("start_update_date") or payload.get("start_refund_creation_date")
    ):
        raise refused(400, "refund_state_codes needs a range of updates or of refunds")
    tests: list[Callable[[Head], bool]] = []
    for name, member in _ORDER_MEMBERS:
        wanted = payload.get(name)
        if wanted:
            tests.append(partial(_among, member=member, wanted=[wanted] if isinstance(wanted, str) else wanted))
    if payload.get("refund_state_codes"):
        tests.append(partial(_refund_among, wanted=payload["refund_state_codes"]))
    return tests


def _among(head: Head, *, member: str, wanted: Sequence[Any]) -> bool:
    return head[member] in wanted


def _refund_among(head: Head, *, wanted: Sequence[str]) -> bool:
    return any(state in wanted for state in head["refund_states"])


def _passes(head: Head, tests: Sequence[Callable[[Head], bool]]) -> bool:
    return all(test(head) for test in tests)


def _known(payload: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name, value in payload.items():
        if name not in known:
            raise invalid([("UNKNOWN_FIELD", name, f"{name} is not known")])
        try:
            convert(value, known[name] | None)
        except ValidationError as error:
            raise invalid([("INVALID_FIELD_TYPE", name, f"{name}: {error}")]) from None


def _served(payload: Mapping[str, Any], unserved: Sequence[str]) -> None:
    for name in unserved:
        if payload.get(name) not in (None, False, "TAX_INCLUDED"):
            raise refused(501, f"The simulator does not filter exports by {name}")


def _moment(payload: Mapping[str, Any], name: str) -> float | None:
    text = payload.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or not is_instant(text):
        raise invalid([("INVALID_FIELD_TYPE", name, f"{name} must be a date-time with an offset from UTC")])
    return nanoseconds(text) / 1e9


def _whole(payload: Mapping[str, Any], name: str, low: int, high: int, usual: int) -> int:
    value = payload.get(name, usual)
    if type(value) is not int or not low <= value <= high:
        raise invalid([("INVALID_INPUT", name, f"{name} must be a whole number from {low} to {high}")])
    return value


def _one_of(payload: Mapping[str, Any], name: str, values: Sequence[str]) -> None:
    for value in payload.get(name) or ():
        if value not in values:
            raise invalid([("INVALID_INPUT", name, f"{name} takes {', '.join(values)}")])
