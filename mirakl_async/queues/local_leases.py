"""The leases of one process on a queue whose broker does not report who holds a message.

A lease is measured by the monotonic clock from before its request is sent, so that it ends here no later than at the
broker. After that, another process may hold the message, so it is neither extended nor released.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from ..clock import Clock
    from .protocol import Message

__all__ = ["LocalLeases"]

T = TypeVar("T", bound="Message")


class LocalLeases:
    """The messages that were delivered and not settled, each with the time at which its lease ends."""

    def __init__(self, lease: float, clock: Clock) -> None:
        self._lease = lease
        self._clock = clock
        self._held: dict[str, tuple[Message, float]] = {}
        self._settling = 0
        self._settled = asyncio.Event()

    def grant(self, messages: Iterable[Message], since: float) -> None:
        """Start or extend leases, measured from the monotonic time `since`; remove the leases that have ended."""
        now = self._clock.monotonic()
        for ended in [key for key, (_, until) in self._held.items() if until <= now]:
            del self._held[ended]
        self._held.update((message.id, (message, since + self._lease)) for message in messages)

    def holds(self, message: Message, margin: float = 0.0) -> bool:
        """Whether this delivery has a lease that lasts longer than `margin` seconds."""
        held, until = self._held.get(message.id, (None, 0.0))
        return held is message and self._clock.monotonic() + margin < until

    def newest(self, message: T) -> T:
        """Return the newest unsettled delivery of this message; the given delivery if no other is known."""
        held, _ = self._held.get(message.id, (message, 0.0))
        return cast("T", held)

    def forget(self, messages: Iterable[Message]) -> None:
        """Remove the leases of messages that were settled or released."""
        for message in messages:
            self._held.pop(message.id, None)

    def all(self) -> list[Message]:
        """Return all messages whose lease has not ended."""
        return [message for message, _ in self._held.values() if self.holds(message)]

    @contextmanager
    def settling(self) -> Generator[None]:
        """Mark a block of code that settles messages, for `wait_until_settled`."""
        self._settling += 1
        try:
            yield
        finally:
            self._settling -= 1
            if not self._settling:
                self._settled.set()

    async def wait_until_settled(self) -> None:
        """Wait until no block of code under `settling` is running."""
        while self._settling:
            self._settled.clear()
            await self._settled.wait()
