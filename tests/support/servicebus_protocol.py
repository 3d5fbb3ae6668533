"""What ServiceBusSource uses of azure-servicebus: tests/typing holds the library, and the tests' fake, to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from datetime import datetime


class ReceivedMessage(Protocol):
    """A message, and until when it is locked by the server's clock."""

    @property
    def sequence_number(self) -> int | None:
        """Its place in the entity."""
        ...

    @property
    def delivery_count(self) -> int | None:
        """How often it was delivered before."""
        ...

    @property
    def locked_until_utc(self) -> datetime | None:
        """When its lock ends."""
        ...

    @property
    def body(self) -> Any:
        """Bytes, a text, or parts of them."""
        ...


M = TypeVar("M", bound=ReceivedMessage)


class Receiver(Protocol[M]):
    """What receives messages, and settles those that it received itself; not safe for concurrent use."""

    async def __aenter__(self) -> Any: ...

    async def receive_messages(self, max_message_count: int | None = 1, max_wait_time: float | None = None) -> list[M]:
        """Messages, none after `max_wait_time` seconds."""
        ...

    async def renew_message_lock(self, message: M, *, timeout: float | None = None) -> datetime:
        """Let its lock last from now."""
        ...

    async def complete_message(self, message: M) -> None:
        """Settle it for good."""
        ...

    async def abandon_message(self, message: M) -> None:
        """Give it back."""
        ...

    async def close(self) -> None:
        """Detach from the entity."""
        ...
