"""The state of Mirakl Connect: channels, orders and actions. It is plain state without HTTP and never waits.

An order is identified by its origin, its id and its sub-channel. Of its versions, the one with the newest
`channel_updated_at` is stored, regardless of the order of arrival. An older version is ignored. A version with the same
date replaces the stored one (the contract says "greater or equal"; whether the real service replaces it is unknown, so
this can be switched).

Orders are stored as the bytes received and can be read back unchanged. `digest` combines all of them into 128 bits,
independently of their order, so that two sides can compare a million orders by one string. The other side computes
`digest_of` from the orders that it sent.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Literal, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from msgspec import Struct, json

__all__ = [
    "Action",
    "BusinessInformation",
    "EqualStamp",
    "Keep",
    "OrderKey",
    "StoredDocument",
    "StoredOrder",
    "StoredReturn",
    "Versions",
    "World",
    "digest_of",
    "fingerprint",
]

EqualStamp = Literal["replace", "ignore"]
Keep = Literal["bytes", "digest"]
ActionStatus = Literal["PENDING", "SUCCESS", "FAILED"]

_DIGEST_SPACE = 1 << 128


class OrderKey(NamedTuple):
    """The identity of an order."""

    channel_id: str
    channel_store_id: str
    channel_order_id: str
    sub_channel_code: str | None = None


class StoredOrder(Struct, gc=False):
    """One order: `stamp` in nanoseconds since 1970, `body` as received (None if only digests are stored).

    `versions` counts the different bodies received.
    """

    stamp: int
    fingerprint: int
    body: bytes | None
    versions: int = 1
    anonymize_after: str | None = None


class Versions(Struct):
    """Counts of the versions received; the other four counts add up to `received`.

    - `applied`: new or newer.
    - `overwritten`: another body with the same date replaced the stored one.
    - `repeated`: the same body again.
    - `stale`: older, or with the same date and not replacing.
    """

    received: int = 0
    applied: int = 0
    overwritten: int = 0
    repeated: int = 0
    stale: int = 0


class Action(Struct):
    """An asynchronous action that Connect requested from the channel, and its outcome."""

    status: ActionStatus = "PENDING"
    errors: Sequence[Any] = ()
    kind: str = ""
    expected: Literal["SUCCESS", "FAILED"] | None = None
    expires_at: float | None = None
    late_reports: list[str] = []
    """The outcomes that were reported after the final one, or after the action had expired."""


class StoredReturn(Struct, frozen=True):
    """One return as last sent: `stamp` in nanoseconds since 1970."""

    order: OrderKey
    stamp: int
    value: Any


class StoredDocument(Struct, frozen=True):
    """One document of an order, as uploaded."""

    order: OrderKey
    filename: str
    type: str
    content: bytes
    entity: Any = None


class BusinessInformation(Struct, frozen=True):
    """The latest business information of a store: `stamp` in nanoseconds since 1970."""

    stamp: int
    value: Any


class World:
    """The state shared by all services of one simulator.

    `channels` maps each known channel to its stores. `keep="digest"` stores 128 bits of each body instead of the body,
    so that a million orders need little memory.
    """

    def __init__(
        self,
        channels: Mapping[str, Iterable[str]],
        *,
        equal_stamp: EqualStamp = "replace",
        keep: Keep = "bytes",
    ) -> None:
        self.channels: dict[str, set[str]] = {}
        self.orders: dict[OrderKey, StoredOrder] = {}
        self.actions: dict[str, Action] = {}
        self.versions: Versions = Versions()
        self.returns: dict[tuple[str, str], StoredReturn] = {}
        """The returns, by channel and id of the return."""
        self.documents: dict[tuple[str, str], StoredDocument] = {}
        """The documents, by channel and id of the document."""
        self.carriers: dict[str, dict[str, str]] = {}
        """The name of each carrier by its id, by channel."""
        self.business_information: dict[tuple[str, str], BusinessInformation] = {}
        """The business information, by channel and store, as in `catalog_items`, `products` and `account_stores`."""
        self.catalog_configurations: dict[str, Any] = {}
        self.product_types: dict[tuple[str, str | None, str], Any] = {}
        """The product types, by channel, store (None: of the whole channel) and id."""
        self.store_taxonomies: set[str] = set()
        """The channels whose stores may define product types."""
        self.taxonomy_rules: dict[tuple[str, str], Any] = {}
        self.catalog_items: dict[tuple[str, str], dict[str, Any]] = {}
        self.products: dict[tuple[str, str], set[str]] = {}
        """The products of a store; items of others are ignored. A store without an entry has all products."""
        self.account_channels: dict[str, dict[str, str]] = {}
        """The ids of channels, by external id."""
        self.account_stores: dict[tuple[str, str], Any] = {}
        self.link_tokens: set[str] = set()
        """Single-use tokens that link stores to a user."""
        self._equal_stamp = equal_stamp
        self._keep = keep
        self._line_owners: dict[tuple[str, str], OrderKey] = {}
        self._sum = 0
        for channel_id, stores in channels.items():
            self.add_channel(channel_id, stores)

    def add_channel(self, channel_id: str, stores: Iterable[str]) -> None:
        """Add a channel and its stores to the known ones."""
        self.channels.setdefault(channel_id, set()).update(stores)

    def channel_of(self, external_id: str) -> str:
        """Return the id of a connector's channel, which is created by its first call."""
        known = self.account_channels.get(external_id)
        if known is not None:
            return known["id"]
        identity = str(uuid5(NAMESPACE_URL, f"channel:{external_id}"))
        self.add_channel(identity, ())
        return identity

    def issue_link_token(self) -> str:
        """Return a single-use token with which stores can be linked to a user."""
        token = secrets.token_urlsafe(16)
        self.link_tokens.add(token)
        return token

    def knows(self, channel_id: str, channel_store_id: str) -> bool:
        """Whether the store exists in that channel."""
        return channel_store_id in self.channels.get(channel_id, ())

    def apply(self, key: OrderKey, stamp: int, body: bytes, lines: Iterable[str] = ()) -> None:
        """Apply one version of an order, with the ids of its lines; only the newest version is stored."""
        versions = self.versions
        versions.received += 1
        mark = fingerprint(key, body)
        stored = self.orders.get(key)
        if stored is None:
            versions.applied += 1
            self._sum += mark
            self.orders[key] = StoredOrder(stamp, mark, body if self._keep == "bytes" else None)
        elif stamp == stored.stamp and mark == stored.fingerprint:
            versions.repeated += 1
            return
        elif stamp < stored.stamp or (stamp == stored.stamp and self._equal_stamp == "ignore"):
            versions.stale += 1
            return
        else:
            if stamp == stored.stamp:
                versions.overwritten += 1
            else:
                versions.applied += 1
            self._sum += mark - stored.fingerprint
            stored.stamp = stamp
            stored.fingerprint = mark
            stored.body = body if self._keep == "bytes" else None
            stored.versions += 1
        for line in lines:
            self._line_owners[key.channel_id, line] = key

    def line_owner(self, channel_id: str, channel_order_line_id: str) -> OrderKey | None:
        """Return the order that owns a line id; a line id belongs to its first order forever."""
        return self._line_owners.get((channel_id, channel_order_line_id))

    def line_ids(self, key: OrderKey) -> set[str] | None:
        """Return the ids of an order's lines, or None if its body is not stored."""
        body = self.orders[key].body
        if body is None:
            return None
        return {line["channel_order_line_id"] for line in json.decode(body)["order_lines"]}

    def find(self, channel_id: str, channel_order_id: str, sub_channel_code: str | None = None) -> list[StoredOrder]:
        """Return the order with this id in each store of the channel that has one."""
        keys = (
            OrderKey(channel_id, store, channel_order_id, sub_channel_code)
            for store in sorted(self.channels.get(channel_id, ()))
        )
        return [self.orders[key] for key in keys if key in self.orders]

    def get(
        self,
        channel_id: str,
        channel_store_id: str,
        channel_order_id: str,
        sub_channel_code: str | None = None,
    ) -> Any:
        """Return an order as last applied, decoded; raises KeyError if it does not exist."""
        stored = self.orders[OrderKey(channel_id, channel_store_id, channel_order_id, sub_channel_code)]
        return json.decode(_kept(stored))

    def bodies(self) -> Iterator[tuple[OrderKey, bytes]]:
        """Yield every order with the bytes last applied, in order of arrival, as of the moment of the call."""
        return iter([(key, _kept(stored)) for key, stored in self.orders.items()])

    def count(self, channel_id: str | None = None, channel_store_id: str | None = None) -> int:
        """Return the number of stored orders: of all channels, of one channel, or of one store."""
        if channel_id is None and channel_store_id is None:
            return len(self.orders)
        return sum(
            channel_id in {None, key.channel_id} and channel_store_id in {None, key.channel_store_id}
            for key in self.orders
        )

    def by_origin(self) -> dict[str, dict[str, int]]:
        """Return the number of stored orders per channel and store, including stores without orders."""
        counts = Counter((key.channel_id, key.channel_store_id) for key in self.orders)
        return {
            channel: {store: counts[channel, store] for store in sorted(stores)}
            for channel, stores in self.channels.items()
        }

    @property
    def digest(self) -> str:
        """The digest of all stored orders, as 32 hexadecimal digits; compare it with `digest_of`."""
        return f"{self._sum % _DIGEST_SPACE:032x}"

    def add_action(
        self,
        action_id: str,
        *,
        kind: str = "",
        expected: Literal["SUCCESS", "FAILED"] | None = None,
        expires_at: float | None = None,
    ) -> None:
        """Create an action that needs an outcome before it expires (seconds since 1970)."""
        self.actions[action_id] = Action(kind=kind, expected=expected, expires_at=expires_at)

    def finish_action(
        self,
        action_id: str,
        status: Literal["SUCCESS", "FAILED"],
        errors: Sequence[Any] = (),
        *,
        now: float = 0.0,
    ) -> Literal["finished", "unknown", "final"]:
        """Record the outcome of an action; the first outcome is final."""
        action = self.actions.get(action_id)
        if action is None:
            return "unknown"
        if action.status != "PENDING":
            action.late_reports.append(status)
            return "final"
        if action.expires_at is not None and now >= action.expires_at:
            action.late_reports.append(status)
            return "unknown"
        action.status = status
        action.errors = errors
        return "finished"


def fingerprint(key: OrderKey, body: bytes) -> int:
    """Return 128 bits that identify this body of this order."""
    mark = blake2b(json.encode(key), digest_size=16)
    mark.update(body)
    return int.from_bytes(mark.digest(), "big")


def digest_of(orders: Iterable[tuple[OrderKey, bytes]]) -> str:
    """Return the digest of a world that stores exactly these orders, each once, as these bytes."""
    return f"{sum(fingerprint(key, body) for key, body in orders) % _DIGEST_SPACE:032x}"


def _kept(stored: StoredOrder) -> bytes:
    if stored.body is None:
        raise LookupError('this simulator keeps digests only; start it with keep="bytes" to read orders back')
    return stored.body
