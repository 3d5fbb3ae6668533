"""A subscription of Google Pub/Sub, into which Mirakl Connect can deliver.

**Leases.** An acknowledgement deadline lasts 10 to 600 seconds. The start of the subscription's own deadline is not
known here, so the deadline of each message is set as soon as the message is received. Pub/Sub does not report that an
acknowledgement was too late, so an acknowledgement after the end of the lease is not confirmed. With exactly-once
delivery a late acknowledgement fails together with all others of its request; then each is sent in its own request.

**Pulls.** The messages of a cancelled pull are unavailable until the subscription's deadline. A pull therefore stays
open when `receive` has waited long enough, and the next `receive` returns its messages; only closing the source cancels
the pull.

**Order.** Pub/Sub keeps the order only within an ordering key. When a message is released, the later messages of its
key are delivered again too. `deliveries` is None unless the subscription has a dead-letter policy.
"""

from __future__ import annotations

import logging
import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import ConfigurationError, QueueError, QueueLost
from .broker_source import REPLY_TIMEOUT, BrokerDelivery, BrokerSource
from .leases import DEFAULT_LEASE
from .outages import DEFAULT_MAX_OUTAGE

__all__ = ["BATCH_SIZE", "DAY", "WEEK", "PubSubSource", "check_subscription"]

try:
    from aiohttp import ClientError, ClientResponseError  # raised by the library
    from gcloud.aio.auth import Token
    from gcloud.aio.pubsub import SubscriberClient
except ImportError as _missing:
    raise ConfigurationError("PubSubSource needs the extra: pip install 'mirakl-async[pubsub]'") from _missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from ..clock import Clock

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
SCOPE = "https://www.googleapis.com/auth/pubsub"
MAX_PULL = 1000
PULL_TIMEOUT = 120
"""Longer than the 90 seconds after which Pub/Sub itself ends a pull."""
BATCH_SIZE = 500
DAY, WEEK, MIN_ATTEMPTS = 86_400, 7 * 86_400, 20


class PubSubSource(BrokerSource):
    """A subscription: "projects/PROJECT/subscriptions/NAME" or "pubsub://PROJECT/NAME".

    Credentials are Google's application default credentials, or those in `service_file`. A given `client` (the
    SubscriberClient of gcloud-aio-pubsub) stays open. PUBSUB_EMULATOR_HOST is supported. While Pub/Sub is unreachable,
    calls are retried for `max_outage` seconds.
    """

    max_lease: float | None = 600
    extra_wait: float = 0.25
    closing_wait: float = 0.0

    def __init__(
        self,
        subscription: str,
        *,
        service_file: str | None = None,
        client: SubscriberClient | None = None,
        lease: float = DEFAULT_LEASE,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(lease, max_outage, clock)
        found = re.fullmatch(r"(?:pubsub://|projects/)([^/?]+)/(?:subscriptions/)?([^/?]+)", subscription)
        if found is None:
            raise ConfigurationError("PubSubSource: give the subscription: projects/PROJECT/subscriptions/NAME")
        self._path = f"projects/{found[1]}/subscriptions/{found[2]}"
        self._service_file, self._client = service_file, client
        self._token: Token | None = None
        self._opened, self._first_deadline = False, 10.0

    def __repr__(self) -> str:
        return f"<PubSubSource {self._path!r}>"

    async def _open(self) -> None:
        if self._client is None:
            try:
                self._token = Token(service_file=self._service_file, scopes=[SCOPE])
            except (OSError, ValueError, LookupError) as error:
                reason = type(error).__name__
                raise ConfigurationError(f"{self!r}: bad credentials: {reason}; give service_file=") from None
            self._client = SubscriberClient(token=self._token)
        found = await self._call("get_subscription")
        check_subscription(repr(self), found)
        self._opened, self._first_deadline = True, float(found.get("ackDeadlineSeconds", 10))

    async def _close(self) -> None:
        if self._token is not None and self._client is not None:
            await self._client.close()
            await self._token.close()

    # -- receiving

    async def _pull(self, limit: int, wait: float) -> list[BrokerDelivery]:  # noqa: ARG002 - Pub/Sub decides how long a pull waits
        pulled = await self._call("pull", min(limit, MAX_PULL), timeout=PULL_TIMEOUT)
        since = self._clock.monotonic()
        found = [
            BrokerDelivery(message.message_id, message.data or b"", message.delivery_attempt, message.ack_id)
            for message in pulled
        ]
        kept = await self._call_in_batches("modify_ack_deadline", found, math.ceil(self.lease))
        if self._clock.monotonic() - since < self._first_deadline / 2:  # later, other receivers may hold them
            self._leases.grant(kept, since)
        return found

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        return {one.id for one in await self._call_in_batches("modify_ack_deadline", messages, math.ceil(self.lease))}

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        return {one.id for one in await self._call_in_batches("acknowledge", messages) if self._holds(one)}

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        with suppress(OSError, ClientError):
            receipts = [message.receipt for message in messages]
            await cast("SubscriberClient", self._client).modify_ack_deadline(
                self._path, receipts, 0, timeout=int(REPLY_TIMEOUT)
            )

    async def waiting(self) -> None:
        """Return None: Pub/Sub does not report the number of messages."""

    # -- Pub/Sub

    async def _call_in_batches(
        self, operation: str, messages: Sequence[BrokerDelivery], *others: int
    ) -> list[BrokerDelivery]:
        """Run an operation on messages; return those for which it succeeded.

        With exactly-once delivery, one message whose lease has ended makes the request fail for all messages.
        """
        done: list[BrokerDelivery] = []
        for at in range(0, len(messages), BATCH_SIZE):
            batch = messages[at : at + BATCH_SIZE]
            try:
                await self._call(operation, [message.receipt for message in batch], *others)
                done += batch
            except _TooLate:
                if len(batch) > 1:
                    for message in batch:
                        done += await self._call_in_batches(operation, [message], *others)
        return done

    async def _call(self, operation: str, *arguments: Any, timeout: float = REPLY_TIMEOUT) -> Any:
        method: Callable[..., Awaitable[Any]] = getattr(self._client, operation)
        try:
            return await self._retry(lambda: method(self._path, *arguments, timeout=math.ceil(timeout)), _is_transient)
        except ClientResponseError as error:
            status = error.status
        if status == 400 and self._opened:
            raise _TooLate(f"{self!r}: Pub/Sub rejected {operation} (400)")
        if status == 404:
            if self._opened:
                raise QueueLost(f"{self!r} was deleted with its messages; read their sources again")
            raise ConfigurationError(f"{self!r} does not exist; check the project and the name")
        if status in {401, 403}:
            raise ConfigurationError(f"{self!r}: Google denied {operation} ({status}); grant roles/pubsub.subscriber")
        raise QueueError(f"{self!r}: Pub/Sub rejected {operation} ({status})")


class _TooLate(QueueError):
    """The request came after the acknowledgement deadline."""


def check_subscription(source: str, found: dict[str, Any]) -> None:
    """Raise ConfigurationError if messages cannot be pulled; log warnings for settings that would lose messages."""
    for member, what in (
        ("pushConfig", "pushes its messages"), ("bigqueryConfig", "writes into BigQuery"),
        ("cloudStorageConfig", "writes into Cloud Storage"), ("detached", "is detached"),
    ):  # fmt: skip
        if found.get(member):
            raise ConfigurationError(f"{source} {what}, so messages cannot be pulled; create a pull subscription")
    if found.get("topic") == "_deleted_topic_":
        log.warning("%s: its topic was deleted, so it receives no more messages", source)
    retention = _seconds(found.get("messageRetentionDuration"), WEEK)
    if retention < WEEK:
        log.warning("%s: messages are deleted after %.3g days; set 31 days", source, retention / DAY)
    expiry = found.get("expirationPolicy", {"ttl": f"{31 * DAY}s"})
    if expiry.get("ttl"):
        days = _seconds(expiry["ttl"], 0) / DAY
        log.warning("%s: is deleted after %.3g days without a pull; set --expiration-period=never", source, days)
    attempts = found.get("deadLetterPolicy", {}).get("maxDeliveryAttempts", 5 if "deadLetterPolicy" in found else None)
    if attempts is None:
        log.warning("%s has no dead-letter topic; give it one, with %d attempts", source, MIN_ATTEMPTS)
    elif attempts < MIN_ATTEMPTS:
        log.warning(
            "%s: messages are dead-lettered after %d attempts, and restarts count; allow %d",
            source,
            attempts,
            MIN_ATTEMPTS,
        )


def _seconds(duration: str | None, otherwise: float) -> float:
    return float(duration.removesuffix("s")) if duration else otherwise


def _is_transient(error: Exception) -> bool:
    if isinstance(error, ClientResponseError):
        return error.status >= 500 or error.status in {408, 429}
    return isinstance(error, (OSError, ClientError)) and not isinstance(error, (FileNotFoundError, PermissionError))
