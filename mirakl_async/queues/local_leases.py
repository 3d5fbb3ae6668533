"""What one process holds of a queue whose broker cannot say who holds a message: by its own monotonic clock.

A lease counts from before its request was sent, so it ends here no later than at the broker. Once it has ended here, a
message may be another's: it is neither extended nor released any more.
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
    """The messages that were handed out and not settled, and until when each is held."""

    def __init__(self, lease: float, clock: Clock) -> None:
        self._lease = lease
        self._clock = clock
        self._held: dict[str, tuple[Message, float]] = {}
        self._settling = 0
        self._settled = asyncio.Event()

    def grant(self, messages: Iterable[Message], since: float) -> None:
        """Hold these from `since` on; those whose lease has ended are forgotten."""
        now = self._clock.monotonic()
        for ended in [key for key, (_, until) in self._held.items() if until <= now]:
            del self._held[ended]
        self._held.update((message.id, (message, since + self._lease)) for message in messages)

    def holds(self, message: Message, margin: float = 0.0) -> bool:
        """Whether this delivery of the message is held, and for longer than `margin` seconds."""
        held, until = self._held.get(message.id, (None, 0.0))
        return held is message and self._clock.monotonic() + margin < until

    def newest(self, message: T) -> T:
        """The last delivery of this message that was handed out and not settled, as far as it is known here."""
        held, _ = self._held.get(message.id, (message, 0.0))
        return cast("T", held)

    def forget(self, messages: Iterable[Message]) -> None:
        """These are settled, or given back."""
        for message in messages:
            self._held.pop(message.id, None)

    def all(self) -> list[Message]:
        """All that is held."""
        return [message for message, _ in self._held.values() if self.holds(message)]

    @contextmanager
    def settling(self) -> Generator[None]:
        """While messages are being settled, `wait_until_settled` waits."""
        self._settling += 1
        try:
            yield
        finally:
            self._settling -= 1
            if not self._settling:
                self._settled.set()

    async def wait_until_settled(self) -> None:
        """Return when nothing is being settled."""
        while self._settling:
            self._settled.clear()
            await self._settled.wait()
