"""A queue or a subscription of Azure Service Bus, into which Mirakl Connect can deliver.

**Concurrency.** The library's receiver does not support concurrent calls, so a lock serializes them, and a request for
messages lasts at most one second.

**Locks.** The entity defines the duration of message locks, and a receiver cannot query it: it must be given as
`lease`. Locks are renewed here, because the library's renewer fails silently. Leases follow the monotonic clock. The
library compares the end of a lock with the wall clock of this machine, and does not settle a message whose lock seems
to have ended; a warning is logged if the clock is ahead.

**One receiver** is used from opening to closing, because another receiver could not settle its messages.
"""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ConfigurationError, QueueError, QueueLost
from .broker_source import BrokerDelivery, BrokerSource
from .leases import DEFAULT_LEASE
from .outages import DEFAULT_MAX_OUTAGE

__all__ = ["LOCK_LOST_ERRORS", "TRANSIENT_ERRORS", "ServiceBusSource", "default_credential"]

try:
    from azure.servicebus import exceptions
    from azure.servicebus.aio import ServiceBusClient
except ImportError as _missing:
    raise ConfigurationError("ServiceBusSource needs the extra: pip install 'mirakl-async[servicebus]'") from _missing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from azure.servicebus import ServiceBusReceivedMessage

    from ..clock import Clock

log: logging.Logger = logging.getLogger("mirakl_async")
T = TypeVar("T")
TRANSIENT_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    exceptions.ServiceBusConnectionError,
    exceptions.ServiceBusCommunicationError,
    exceptions.ServiceBusServerBusyError,
    exceptions.ServiceBusQuotaExceededError,
    exceptions.OperationTimeoutError,
    exceptions.MessagingEntityDisabledError,
)
LOCK_LOST_ERRORS = (exceptions.MessageLockLostError, exceptions.MessageNotFoundError, exceptions.MessageAlreadySettled)
RECEIVE_SECONDS, CLOCK_TOLERANCE = 1.0, 5.0


class ServiceBusSource(BrokerSource):
    """A queue, or a subscription of a topic: ServiceBusSource(connection_string, "orders" or "topic/subscription").

    The address "servicebus://NAMESPACE/orders" requires a `credential`; the default is azure-identity's
    DefaultAzureCredential. A given `client` (azure.servicebus.aio.ServiceBusClient) stays open. While Service Bus is
    unreachable, calls are retried for `max_outage` seconds.
    """

    max_lease: float | None = 300

    def __init__(
        self,
        where: str,
        entity: str | None = None,
        *,
        credential: Any = None,
        client: Any = None,
        lease: float = DEFAULT_LEASE,
        max_outage: float = DEFAULT_MAX_OUTAGE,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(lease, max_outage, clock)
        address = re.fullmatch(r"servicebus://([\w.-]+)/([^?]+)", where)
        in_string = re.search(r"(?i)EntityPath=([^;]+)", where)
        entity = entity or (address[2] if address else in_string[1] if in_string else None)
        if not entity or not (address or client or "Endpoint=" in where):
            raise ConfigurationError(
                "ServiceBusSource: give a connection string and the name of a queue, or servicebus://NAMESPACE/QUEUE"
            )
        self._path = entity.replace("/Subscriptions/", "/")
        self._host = address[1] if address else None
        self._where, self._credential = where, credential
        self._client: Any = client
        self._owns_client = client is None
        self._receiver: Any = None
        self._one_at_a_time = asyncio.Lock()
        self._opened = self._warned = False

    def __repr__(self) -> str:
        return f"<ServiceBusSource {self._path!r}>"

    async def _open(self) -> None:
        if self._client is None:
            self._client = self._connect()
        topic, _, name = self._path.rpartition("/")
        client = self._client
        self._receiver = client.get_subscription_receiver(topic, name) if topic else client.get_queue_receiver(name)
        await self._call(self._receiver.__aenter__)
        self._opened = True

    def _connect(self) -> Any:
        """Create a client that does not retry."""
        try:
            if self._host is None:
                return ServiceBusClient.from_connection_string(self._where, retry_total=0)
            host = self._host if "." in self._host else f"{self._host}.servicebus.windows.net"
            return ServiceBusClient(host, self._credential or default_credential(), retry_total=0)
        except ValueError:
            raise ConfigurationError(f"{self!r}: the connection string is not valid") from None

    async def _close(self) -> None:
        if self._receiver is not None:
            with suppress(*TRANSIENT_ERRORS, exceptions.ServiceBusError):
                await self._receiver.close()
        if self._owns_client and self._client is not None:
            await self._client.close()

    # -- receiving

    async def _pull(self, limit: int, wait: float) -> Sequence[BrokerDelivery]:
        time = asyncio.get_running_loop().time
        ends = time() + wait
        while True:
            left = ends - time()
            found = await self._call(
                partial(self._receive, limit, min(max(left, 0.05), RECEIVE_SECONDS, self.lease / 4))
            )
            if found or left <= RECEIVE_SECONDS:
                return found

    async def _receive(self, limit: int, seconds: float) -> Sequence[BrokerDelivery]:
        since, wall = self._clock.monotonic(), self._clock.time()
        messages = await self._receiver.receive_messages(limit, seconds)
        for message in messages:
            self._check_lock(message, wall)
        return self._hold([_delivery(message) for message in messages], since)

    def _check_lock(self, message: ServiceBusReceivedMessage, wall: float) -> None:
        if self._warned or message.locked_until_utc is None:
            return
        lasts = message.locked_until_utc.timestamp() - wall
        if lasts < self.lease - CLOCK_TOLERANCE:
            self._warned = True
            log.warning(
                "%r: by this machine's clock, locks end after %.0f s, but lease is %g: correct the lease or the clock",
                self, lasts, self.lease,
            )  # fmt: skip

    async def _extend(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        renew = self._receiver.renew_message_lock
        return {one.id for one in messages if self._holds(one) and await self._settle(renew, one)}

    async def _ack(self, messages: Sequence[BrokerDelivery]) -> Collection[str]:
        complete = self._receiver.complete_message
        return {one.id for one in messages if await self._settle(complete, one) and self._holds(one)}

    async def _release(self, messages: Sequence[BrokerDelivery]) -> None:
        for message in messages:
            with suppress(*TRANSIENT_ERRORS, *LOCK_LOST_ERRORS, exceptions.ServiceBusError):
                async with self._one_at_a_time:
                    await self._receiver.abandon_message(message.receipt)

    async def waiting(self) -> None:
        """Return None: a receiver cannot query the number of messages."""

    # -- Service Bus

    async def _settle(self, operation: Callable[[Any], Awaitable[Any]], message: BrokerDelivery) -> bool:
        try:
            await self._call(lambda: operation(message.receipt))
        except LOCK_LOST_ERRORS:
            return False
        return True

    async def _call(self, operation: Callable[[], Awaitable[T]]) -> T:
        async def one_at_a_time() -> T:
            async with self._one_at_a_time:
                return await operation()

        try:
            return await self._retry(one_at_a_time, lambda error: isinstance(error, TRANSIENT_ERRORS))
        except (exceptions.ServiceBusAuthenticationError, exceptions.ServiceBusAuthorizationError) as error:
            kind = type(error).__name__
        except exceptions.MessagingEntityNotFoundError:
            if self._opened:
                raise QueueLost(f"{self!r} was deleted with its messages; read their sources again") from None
            raise ConfigurationError(f"{self!r} does not exist; check the namespace and the name") from None
        except exceptions.ServiceBusError as error:
            if isinstance(error, LOCK_LOST_ERRORS):
                raise
            raise QueueError(f"{self!r}: Service Bus failed: {type(error).__name__}: {error.message}") from None
        raise ConfigurationError(f"{self!r}: {kind}; check the credentials, which need the claim Listen")


def default_credential() -> Any:
    """Return the DefaultAzureCredential of azure-identity; raises ConfigurationError if it is not installed."""
    try:
        return import_module("azure.identity.aio").DefaultAzureCredential()
    except ImportError as error:
        raise ConfigurationError("ServiceBusSource: give credential=, or install azure-identity") from error


def _delivery(message: ServiceBusReceivedMessage) -> BrokerDelivery:
    body, count = message.body, message.delivery_count
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        parts = list(body) if hasattr(body, "__iter__") else [body]
        body = b"".join(part if isinstance(part, bytes) else str(part).encode() for part in parts)
    return BrokerDelivery(str(message.sequence_number), body, None if count is None else count + 1, message)
