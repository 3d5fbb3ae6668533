"""Clients configured for a simulator: with its URLs, its credentials and its rate limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..connect_channel import ConnectChannel
from ..http.auth import ClientCredentials
from ..http.session import Session
from ..marketplace_front import MarketplaceFront

if TYPE_CHECKING:
    from ..client import ClientSettings
    from ..http.transport import Transport
    from ..simulator.addresses import Addresses

__all__ = ["ConnectOpenedOnUse", "FrontOpenedOnUse", "SessionOpenedOnUse", "connect_client", "front_client"]


class SessionOpenedOnUse(Session):
    """A session that opens at its first call, on the running event loop, and closes when that loop ends."""

    __slots__ = ("_closing",)

    @property
    def transport(self) -> Transport:
        """The transport, created at its first use."""
        if self.state == "not opened":
            self.open()
            self._closing: asyncio.Task[None] = asyncio.create_task(_close_when_cancelled(self))
        return super().transport


async def _close_when_cancelled(session: Session) -> None:
    """Close a session when its event loop ends, because a loop cancels its tasks and waits for them when it ends."""
    try:
        await asyncio.Event().wait()
    finally:
        await session.close()


class ConnectOpenedOnUse(ConnectChannel):
    """A `ConnectChannel` for fixtures, which are created while no event loop runs."""

    _session_type = SessionOpenedOnUse


class FrontOpenedOnUse(MarketplaceFront):
    """A `MarketplaceFront` for fixtures, which are created while no event loop runs."""

    _session_type = SessionOpenedOnUse


def connect_client(
    addresses: Addresses, settings: ClientSettings, kind: type[ConnectChannel] = ConnectChannel
) -> ConnectChannel:
    """Return a client of the simulator's Connect and Account services."""
    return kind(
        connect_url=addresses.connect_url,
        account_url=addresses.account_url,
        auth_url=addresses.auth_url,
        **(_defaults(addresses) | settings),
    )


def front_client(
    addresses: Addresses, settings: ClientSettings, kind: type[MarketplaceFront] = MarketplaceFront
) -> MarketplaceFront:
    """Return a client of the simulator's Marketplace service."""
    return kind(addresses.front_url, auth_url=addresses.auth_url, **(_defaults(addresses) | settings))


def _defaults(addresses: Addresses) -> ClientSettings:
    settings: ClientSettings = {"auth": ClientCredentials(addresses.client_id, addresses.client_secret)}
    if not addresses.rate_limited:
        settings["rate_limit"] = "none"
    return settings
