"""Connect's operations for returns, carriers, order documents and business information."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .connect_errors import (
    ConnectRefusal,
    ErrorFields,
    decode_checked,
    not_found,
    parse_body,
    raise_for_problems,
    refuse,
)
from .exchange import Answer, Call, Route, answer_json
from .front.multipart import Part, parts_of
from .front.refusals import Refused as FormRefused
from .instants import nanoseconds
from .rules import Check, Problem
from .store_documents import (
    DELETE_DOCUMENT,
    DOCUMENT_METADATA,
    DOCUMENT_ORIGIN,
    UPSERT_BUSINESS_INFORMATION,
    UPSERT_CARRIERS,
    UPSERT_RETURNS,
)
from .world import BusinessInformation, OrderKey, StoredDocument, StoredReturn, World

__all__ = ["StoreOperations", "known_channel", "known_store"]

MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
_ENDINGS = re.compile(r"pdf|jpe?g|png|csv", re.IGNORECASE)


class StoreOperations:
    """These operations on one world; handlers raise `ConnectRefusal`."""

    def __init__(self, world: World, error_fields: ErrorFields) -> None:
        self._world = world
        self._error_fields: ErrorFields = error_fields

    def routes(self) -> Sequence[Route]:
        """Return the routes served."""
        return (
            Route("POST", "/v1/orders/returns", "upsertReturns", self.upsert_returns),
            Route("POST", "/v1/orders/channels/{channel_id}/carriers", "upsertCarriers", self.upsert_carriers),
            Route("POST", "/v1/orders/{channel_order_id}/documents", "uploadOrderDocument", self.upload_document),
            Route("DELETE", "/v1/orders/documents/{channel_document_id}", "deleteOrderDocument", self.delete_document),
            Route(
                "PUT",
                "/v1/channels/{channel_id}/stores/{channel_store_id}",
                "upsertBusinessInformation",
                self.upsert_business_information,
            ),
        )

    def upsert_returns(self, call: Call) -> Answer:
        """Apply 1..100 returns independently; returns of unknown orders or lines are reported with status 200."""
        payload = parse_body(call, UPSERT_RETURNS, self._error_fields)
        origin = payload["origin"]
        channel, store = origin["channel_id"], origin["channel_store_id"]
        known_store(self._world, channel, store)
        failed: list[dict[str, Any]] = []
        done: list[dict[str, str]] = []
        for one in payload["returns"]:
            key = OrderKey(channel, store, one["channel_order_id"], one.get("sub_channel_code"))
            ids = {name: one[name] for name in ("channel_order_id", "channel_return_id")}
            if details := self._return_problems(key, one):
                failed.append(ids | {"details": details})
                continue
            stamp = nanoseconds(one["channel_updated_at"])
            there = self._world.returns.get((channel, one["channel_return_id"]))
            if there is None or stamp >= there.stamp:
                self._world.returns[channel, one["channel_return_id"]] = StoredReturn(key, stamp, one)
            done.append(ids)
        return answer_json(200, {"return_success": done, "return_errors": failed})

    def _return_problems(self, key: OrderKey, one: Mapping[str, Any]) -> list[dict[str, str]]:
        if key not in self._world.orders:
            return [_detail("channel_order_id", "The order is unknown to Connect")]
        there = self._world.returns.get((key.channel_id, one["channel_return_id"]))
        if there is not None and there.order != key:
            return [_detail("channel_return_id", "The return belongs to another order", "INVALID_INPUT")]
        lines = self._world.line_ids(key)
        return [
            _detail(f"return_lines[{place}].channel_order_line_id", "The order has no such line")
            for place, line in enumerate(one["return_lines"])
            if lines is not None and line["channel_order_line_id"] not in lines
        ]

    def upsert_carriers(self, call: Call) -> Answer:
        """Replace a channel's list of carriers; carriers that are absent are deleted."""
        carriers = parse_body(call, UPSERT_CARRIERS, self._error_fields)["carriers"]
        channel = call.path["channel_id"]
        known_channel(self._world, channel)
        self._world.carriers[channel] = {one["channel_carrier_id"]: one["name"] for one in carriers}
        return Answer(204)

    def upload_document(self, call: Call) -> Answer:
        """Store one document of an order, at most 10 MB, under an id that is unique in its channel."""
        parts = self._parts(call)
        origin = self._json_part(parts, "origin", DOCUMENT_ORIGIN)
        metadata = self._json_part(parts, "metadata", DOCUMENT_METADATA)
        file = parts["file"]
        channel, number = origin["channel_id"], metadata["channel_document_id"]
        order = OrderKey(
            channel, origin["channel_store_id"], call.path["channel_order_id"], origin.get("sub_channel_code")
        )
        raise_for_problems(self._document_problems(order, metadata, file), self._error_fields)
        self._world.documents[channel, number] = StoredDocument(
            order, metadata["filename"], metadata["type"], file.content, metadata.get("entity")
        )
        return Answer(204)

    def delete_document(self, call: Call) -> Answer:
        """Delete a document; the body contains the origin of its order."""
        origin = parse_body(call, DELETE_DOCUMENT, self._error_fields)["origin"]
        known_store(self._world, origin["channel_id"], origin["channel_store_id"])
        place = (origin["channel_id"], call.path["channel_document_id"])
        there = self._world.documents.get(place)
        if there is None or there.order.channel_store_id != origin["channel_store_id"]:
            raise not_found("document")
        del self._world.documents[place]
        return Answer(204)

    def upsert_business_information(self, call: Call) -> Answer:
        """Replace the business information of a store; older information is ignored, and the currency never changes."""
        value = parse_body(call, UPSERT_BUSINESS_INFORMATION, self._error_fields)
        place = (call.path["channel_id"], call.path["channel_store_id"])
        known_store(self._world, *place)
        there = self._world.business_information.get(place)
        stamp = nanoseconds(value["updated_at"])
        is_newer = there is None or stamp >= there.stamp
        problems: list[Problem] = []
        if there is not None and there.value["currency"] != value["currency"]:
            problems.append(Problem("cannot be changed once it is set", "currency"))
        if there is not None and is_newer and there.value.get("sub_channels") and not value.get("sub_channels"):
            problems.append(Problem("cannot be emptied once there are sub-channels", "sub_channels"))
        raise_for_problems(problems, self._error_fields)
        if is_newer:
            self._world.business_information[place] = BusinessInformation(stamp, value)
        return Answer(200)

    def _parts(self, call: Call) -> Mapping[str, Part]:
        try:
            parts = parts_of(call, "file", "origin", "metadata")
        except FormRefused as refused:
            status = refused.answer.status
            code = "UNSUPPORTED_MEDIA_TYPE" if status == 415 else "INVALID_INPUT"
            raise ConnectRefusal(refuse(status, code, refused.message)) from None
        counts = {name: sum(part.name == name for part in parts) for name in ("file", "origin", "metadata")}
        wrong = [Problem("must be there exactly once", name) for name, count in counts.items() if count != 1]
        raise_for_problems(wrong, self._error_fields)
        return {part.name: part for part in parts}

    def _json_part(self, parts: Mapping[str, Part], name: str, rules: Check) -> Any:
        part = parts[name]
        if part.content_type.partition(";")[0].strip() != "application/json":
            raise_for_problems([Problem("must be a part of type application/json", name)], self._error_fields)
        return decode_checked(part.content, rules, self._error_fields, name)

    def _document_problems(self, order: OrderKey, metadata: Mapping[str, Any], file: Part) -> list[Problem]:
        world, problems = self._world, list[Problem]()
        entity = metadata.get("entity")
        if not world.knows(order.channel_id, order.channel_store_id):
            problems.append(Problem("is unknown to Connect", "origin"))
        elif order not in world.orders:
            problems.append(Problem("is unknown to Connect", "channel_order_id"))
        elif entity is not None and (order.channel_id, entity["id"]) not in world.returns:
            problems.append(Problem("is unknown to Connect", "metadata.entity.id"))
        if (order.channel_id, metadata["channel_document_id"]) in world.documents:
            problems.append(Problem("is not unique in the channel", "metadata.channel_document_id"))
        if _ENDINGS.fullmatch(metadata["filename"].rpartition(".")[2]) is None:
            problems.append(Problem("must end in .pdf, .jpeg, .png or .csv", "metadata.filename"))
        if not file.file_name:
            problems.append(Problem("must be a file", "file"))
        if len(file.content) > MAX_DOCUMENT_BYTES:
            bounds = {"maxLength": MAX_DOCUMENT_BYTES}
            problems.append(Problem("is larger than 10 MB", "file", bounds))
        return problems


def known_channel(world: World, channel: str) -> None:
    """Raise ConnectRefusal unless the channel exists."""
    if channel not in world.channels:
        raise not_found("channel")


def known_store(world: World, channel: str, store: str) -> None:
    """Raise ConnectRefusal unless the channel exists and has the store."""
    known_channel(world, channel)
    if not world.knows(channel, store):
        raise not_found("store")


def _detail(field: str, message: str, code: str = "DATA_NOT_FOUND") -> dict[str, str]:
    return {"code": code, "field": field, "message": message}
