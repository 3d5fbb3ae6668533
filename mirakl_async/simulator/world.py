"""What Mirakl knows: channels, orders, actions. Plain state, no HTTP, nothing that waits.

An order is known by its origin, its id and its sub-channel. Of its versions the one with the newest
`channel_updated_at` stays, whatever the order of arrival: an older one is dropped in silence, an equal one replaces
(the contract says "greater or equal"; whether the service really replaces is open, hence the switch).

Orders are kept as the bytes that came, and can be read back as such. `digest` sums up all of them in 128 bits without
regard to their order, so that two sides can compare a million orders by one string; the other side computes
`digest_of` from what it sent.
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
    """What identifies an order."""

    channel_id: str
    channel_store_id: str
    channel_order_id: str
    sub_channel_code: str | None = None


class StoredOrder(Struct, gc=False):
    """One order: `stamp` in nanoseconds since 1970, `body` as received (None when only digests are kept).

    `versions` counts the bodies it has had.
    """

    stamp: int
    fingerprint: int
    body: bytes | None
    versions: int = 1
    anonymize_after: str | None = None


class Versions(Struct):
    """What became of the versions received; the four other counts add up to `received`.

    `applied`: new or newer. `overwritten`: another body with the same stamp took the place of the former.
    `repeated`: the same body again. `stale`: older, or equal and not replacing.
    """

    received: int = 0
    applied: int = 0
    overwritten: int = 0
    repeated: int = 0
    stale: int = 0


class Action(Struct):
    """An asynchronous action that Connect asked the channel for, and how it ended."""

    status: ActionStatus = "PENDING"
    errors: Sequence[Any] = ()
    kind: str = ""
    expected: Literal["SUCCESS", "FAILED"] | None = None
    expires_at: float | None = None
    late_reports: list[str] = []
    """The outcomes that were reported when it was final, or had expired."""


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
    """The state behind every service of one simulator.

    `channels` maps each known channel to its stores. `keep="digest"` forgets the bodies and keeps 128 bits of each,
    for a million orders in little memory.
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
        """By channel and id of the return."""
        self.documents: dict[tuple[str, str], StoredDocument] = {}
        """By channel and id of the document."""
        self.carriers: dict[str, dict[str, str]] = {}
        """The name of each carrier by its id, by channel."""
        self.business_information: dict[tuple[str, str], BusinessInformation] = {}
        """By channel and store, as `catalog_items`, `products` and `account_stores`."""
        self.catalog_configurations: dict[str, Any] = {}
        self.product_types: dict[tuple[str, str | None, str], Any] = {}
        """By channel, store (None: of the whole channel) and id."""
        self.store_taxonomies: set[str] = set()
        """The channels whose stores may have product types of their own."""
        self.taxonomy_rules: dict[tuple[str, str], Any] = {}
        self.catalog_items: dict[tuple[str, str], dict[str, Any]] = {}
        self.products: dict[tuple[str, str], set[str]] = {}
        """The products of a store; items of others are ignored. A store that is not named here has all products."""
        self.account_channels: dict[str, dict[str, str]] = {}
        """By external id."""
        self.account_stores: dict[tuple[str, str], Any] = {}
        self.link_tokens: set[str] = set()
        """Tokens that link stores to a user, each good for one call."""
        self._equal_stamp = equal_stamp
        self._keep = keep
        self._line_owners: dict[tuple[str, str], OrderKey] = {}
        self._sum = 0
        for channel_id, stores in channels.items():
            self.add_channel(channel_id, stores)

    def add_channel(self, channel_id: str, stores: Iterable[str]) -> None:
        """Make a channel and its stores known, in addition to those known already."""
        self.channels.setdefault(channel_id, set()).update(stores)

    def channel_of(self, external_id: str) -> str:
        """Return the id of a connector's channel, which becomes known with the first call."""
        known = self.account_channels.get(external_id)
        if known is not None:
            return known["id"]
        identity = str(uuid5(NAMESPACE_URL, f"channel:{external_id}"))
        self.add_channel(identity, ())
        return identity

    def issue_link_token(self) -> str:
        """Return a token with which stores can be linked to a user, once."""
        token = secrets.token_urlsafe(16)
        self.link_tokens.add(token)
        return token

    def knows(self, channel_id: str, channel_store_id: str) -> bool:
        """Tell whether the store exists on that channel."""
        return channel_store_id in self.channels.get(channel_id, ())

    def apply(self, key: OrderKey, stamp: int, body: bytes, lines: Iterable[str] = ()) -> None:
        """Take one version of an order, with the ids of its lines; the newest stays."""
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
        """Return the order that a line id belongs to: once used, it stays with its order."""
        return self._line_owners.get((channel_id, channel_order_line_id))

    def line_ids(self, key: OrderKey) -> set[str] | None:
        """Return the ids of an order's lines; None when its body was not kept."""
        body = self.orders[key].body
        if body is None:
            return None
        return {line["channel_order_line_id"] for line in json.decode(body)["order_lines"]}

    def find(self, channel_id: str, channel_order_id: str, sub_channel_code: str | None = None) -> list[StoredOrder]:
        """Return the order of that id in each store of the channel that has one."""
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
        """Return an order as last applied, decoded; KeyError when there is none."""
        stored = self.orders[OrderKey(channel_id, channel_store_id, channel_order_id, sub_channel_code)]
        return json.decode(_kept(stored))

    def bodies(self) -> Iterator[tuple[OrderKey, bytes]]:
        """Yield every order with the bytes last applied, oldest arrival first, as of the moment of the call."""
        return iter([(key, _kept(stored)) for key, stored in self.orders.items()])

    def count(self, channel_id: str | None = None, channel_store_id: str | None = None) -> int:
        """Count the orders held, of everyone, of a channel, or of a store."""
        if channel_id is None and channel_store_id is None:
            return len(self.orders)
        return sum(
            channel_id in {None, key.channel_id} and channel_store_id in {None, key.channel_store_id}
            for key in self.orders
        )

    def by_origin(self) -> dict[str, dict[str, int]]:
        """Count the orders held, per channel and store, stores without orders included."""
        counts = Counter((key.channel_id, key.channel_store_id) for key in self.orders)
        return {
            channel: {store: counts[channel, store] for store in sorted(stores)}
            for channel, stores in self.channels.items()
        }

    @property
    def digest(self) -> str:
        """All orders held, as 32 hexadecimal digits; compare with `digest_of`."""
        return f"{self._sum % _DIGEST_SPACE:032x}"

    def add_action(
        self,
        action_id: str,
        *,
        kind: str = "",
        expected: Literal["SUCCESS", "FAILED"] | None = None,
        expires_at: float | None = None,
    ) -> None:
        """Start an action that waits for its outcome, until it expires (seconds since 1970)."""
        self.actions[action_id] = Action(kind=kind, expected=expected, expires_at=expires_at)

    def finish_action(
        self,
        action_id: str,
        status: Literal["SUCCESS", "FAILED"],
        errors: Sequence[Any] = (),
        *,
        now: float = 0.0,
    ) -> Literal["finished", "unknown", "final"]:
        """Record how an action ended; one that has ended stays as it is."""
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
    """Return 128 bits that stand for this body of this order."""
    mark = blake2b(json.encode(key), digest_size=16)
    mark.update(body)
    return int.from_bytes(mark.digest(), "big")


def digest_of(orders: Iterable[tuple[OrderKey, bytes]]) -> str:
    """Return the digest of a world that holds exactly these orders, each of them once, as these bytes."""
    return f"{sum(fingerprint(key, body) for key, body in orders) % _DIGEST_SPACE:032x}"


def _kept(stored: StoredOrder) -> bytes:
    if stored.body is None:
        raise LookupError('this simulator keeps digests only; start it with keep="bytes" to read orders back')
    return stored.body
