"""What RedisQueue and PostgresQueue have in common: opening and closing once, and leases by our own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import anyio

from ..clock import Clock, SystemClock
from ..errors import QueueClosed
from .bodies import check_sizes
from .local_leases import LocalLeases

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType

    from .leases import Delivery
    from .protocol import Message

TYPICAL_BYTES = 256 * 1024
MIN_BYTES_PER_SECOND = 250_000
CLOSING_TIMEOUT = 5.0


class LeasedQueue:
    """Opening, closing and leases; an adapter adds `_open`, `_close`, `_extend`, `_ack`, `_release` and the rest."""

    def __init__(self, lease: float, max_outage: float, clock: Clock | None) -> None:
        self.lease: float = lease
        self.max_bytes: int = 0
        self._max_outage = max_outage
        self._clock: Clock = clock or SystemClock()
        self._leases = LocalLeases(lease, self._clock)
        self._largest = TYPICAL_BYTES
        self._state = "new"

    async def _open(self) -> None:
        raise NotImplementedError

    async def _close(self, *, check: bool) -> None:
        """Let the broker go; `check` says that a loss of messages must be raised first."""
        raise NotImplementedError

    async def _extend(self, messages: Sequence[Message]) -> Collection[str]:
        """The ids of those whose leases last from now."""
        raise NotImplementedError

    async def _ack(self, messages: Collection[Message]) -> None:
        raise NotImplementedError

    async def _release(self, messages: Sequence[Message]) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise QueueClosed(f"{self!r} was opened before; make another")
        self._state = "open"
        try:
            await self._open()
        except BaseException:
            self._state = "closed"
            await self._close(check=False)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._state != "open":
            return
        self._state = "closing"
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(CLOSING_TIMEOUT):
                await self._leases.wait_until_settled()
            await self.release(self._leases.all())
            self._state = "closed"
            await self._close(check=error is None)

    async def extend(self, messages: Collection[Message]) -> Collection[Message]:
        """Let the leases last `lease` seconds from now; returns those that are no longer ours."""
        self._check_open()
        kept: list[Message] = []
        if held := [message for message in messages if self._leases.holds(message)]:
            since = self._clock.monotonic()
            extended = await self._extend(held)
            kept = [message for message in held if message.id in extended and self._leases.holds(message)]
            self._leases.grant(kept, since)
        return [message for message in messages if not any(message is one for one in kept)]

    async def ack(self, messages: Collection[Message]) -> Collection[Message]:
        """Settle for good; always confirmed, because what is not there any more was settled before."""
        self._check_open()
        if messages:
            await self._ack(messages)
            self._leases.forget(messages)
        return ()

    async def release(self, messages: Collection[Message]) -> None:
        """Give back at once; it counts as no delivery."""
        held = [message for message in messages if self._leases.holds(message)]
        self._leases.forget(held)
        if held:
            await self._release(held)

    def _hand_out(self, found: list[Delivery], since: float) -> list[Delivery]:
        """Hold these from `since` on."""
        self._leases.grant(found, since)
        self._largest = max([self._largest, *(len(message.body) for message in found)])
        return found

    def _seconds(self, messages: int) -> float:
        """How long so many may take on a slow connection."""
        return messages * self._largest / MIN_BYTES_PER_SECOND

    def _check_open(self) -> None:
        if self._state != "open":
            raise QueueClosed(f"{self!r} is not open: use it inside `async with`")

    def _check_sizes(self, bodies: Sequence[bytes]) -> None:
        self._check_open()
        check_sizes(repr(self), bodies, self.max_bytes)
