"""Clients that are set up for a simulator: its addresses, its credentials, its pace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypedDict

from ..client import Client
from ..connect_channel import ConnectChannel
from ..http.auth import ClientCredentials
from ..marketplace_front import MarketplaceFront

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Mapping

    from ..clock import Clock
    from ..http.auth import Credential
    from ..http.expected_responses import AcceptResponse
    from ..http.transport import Transport
    from ..http.wire import Wire
    from ..instrumentation import Listener
    from ..options import Limits, Rate, Retry, Timeouts
    from ..rate_limits.bucket import RateLimiter
    from ..settings import RateUsage
    from ..simulator.addresses import Addresses


class ClientSettings(TypedDict, total=False):
    """The settings of `ConnectChannel` and `MarketplaceFront`, but for the hosts."""

    auth: Credential | None
    rate_limit: RateUsage | None
    rate_limits: Mapping[str, Rate] | None
    timeouts: Timeouts | None
    retry: Retry | None
    limits: Limits | None
    rate_limiter: RateLimiter | None
    listener: Listener | None
    accept_response: AcceptResponse | None
    proxy: str | None
    ssl: ssl_module.SSLContext | None
    wire: Wire | None
    clock: Clock | None


class OpenedOnUse(Client):
    """A client that opens itself at its first call, on the event loop that then runs, and is closed with that loop."""

    _closing: asyncio.Task[None] | None = None

    @property
    def transport(self) -> Transport:
        """The transport, made when it is first used."""
        lifetime = self._lifetime
        if lifetime.transport is None and not lifetime.closed:
            lifetime.transport = lifetime.make()
            self._closing = asyncio.create_task(_close_when_cancelled(self))
        return super().transport


async def _close_when_cancelled(client: Client) -> None:
    """Close a client when its event loop ends, which cancels all tasks and waits for them."""
    try:
        await asyncio.Event().wait()
    finally:
        await client.close()


class ConnectOpenedOnUse(OpenedOnUse, ConnectChannel):
    """`ConnectChannel` for fixtures, which are made where no event loop runs."""


class FrontOpenedOnUse(OpenedOnUse, MarketplaceFront):
    """`MarketplaceFront` for fixtures, which are made where no event loop runs."""


def connect_client(
    addresses: Addresses, settings: ClientSettings, kind: type[ConnectChannel] = ConnectChannel
) -> ConnectChannel:
    """Return a client of the simulator's Connect and Account."""
    return kind(
        connect_url=addresses.connect_url,
        account_url=addresses.account_url,
        auth_url=addresses.auth_url,
        **(_defaults(addresses) | settings),
    )


def front_client(
    addresses: Addresses, settings: ClientSettings, kind: type[MarketplaceFront] = MarketplaceFront
) -> MarketplaceFront:
    """Return a client of the simulator's Marketplace."""
    return kind(addresses.front_url, auth_url=addresses.auth_url, **(_defaults(addresses) | settings))


def _defaults(addresses: Addresses) -> ClientSettings:
    settings: ClientSettings = {"auth": ClientCredentials(addresses.client_id, addresses.client_secret)}
    if not addresses.rate_limited:
        settings["rate_limit"] = "none"
    return settings
