"""Where a simulator is, and clients that are set up for it.

The simulator imports nothing of the client, so that it can contradict it. What is imported here, when a client is
asked for, lies beside the simulator and knows both (`testing`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from .addresses import Addresses
from .clock import Clock, ManualClock
from .exchange import Answer

if TYPE_CHECKING:
    from ..client import ClientSettings
    from ..connect_channel import ConnectChannel
    from ..http.wire import Wire
    from ..marketplace_front import MarketplaceFront

__all__ = ["Clients", "DirectClients"]


class Clients(ABC):
    """A simulator as its callers see it: the same for `Simulator` and `SimulatorProcess`."""

    @property
    @abstractmethod
    def addresses(self) -> Addresses:
        """All that another process needs to know; raises RuntimeError before the simulator runs."""

    @property
    def connect_url(self) -> str:
        """Where Connect's paths begin, base path included."""
        return self.addresses.connect_url

    @property
    def account_url(self) -> str:
        """Where Account's paths begin."""
        return self.addresses.account_url

    @property
    def auth_url(self) -> str:
        """The host of /oauth/token."""
        return self.addresses.auth_url

    @property
    def front_url(self) -> str:
        """Where Marketplace's paths begin."""
        return self.addresses.front_url

    @property
    def storage_url(self) -> str:
        """Another origin, where files of exports may lie; it takes no credential."""
        return self.addresses.storage_url

    @property
    def control_url(self) -> str:
        """Where the control plane's paths begin."""
        return self.addresses.control_url

    def connect_client(self, **settings: Unpack[ClientSettings]) -> ConnectChannel:
        """Return a client of Connect and Account, to be used as `async with mirakl.connect_client() as connect`.

        `settings` are those of `ConnectChannel`. Unless they say otherwise, it has the simulator's credentials and
        manual clock, and paces its calls only where the simulator has rate limits.
        """
        from ..testing.clients import connect_client  # noqa: PLC0415

        return connect_client(self.addresses, self.client_settings() | settings)

    def front_client(self, **settings: Unpack[ClientSettings]) -> MarketplaceFront:
        """Return a client of Marketplace Front; `settings` are as those of `connect_client`."""
        from ..testing.clients import front_client  # noqa: PLC0415

        return front_client(self.addresses, self.client_settings() | settings)

    def client_settings(self) -> ClientSettings:
        """Return what its clients are given unless they are given another."""
        return {}


class DirectClients(Clients):
    """A simulator in the same process, which a wire can reach without a socket."""

    clock: Clock
    sockets: bool

    @abstractmethod
    async def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, timeout: float | None = None
    ) -> Answer:
        """Answer a request without a socket, within `timeout` seconds of the simulator's clock.

        Raises ExchangeBroken where there is no whole answer.
        """

    def wire(self) -> Wire:
        """Return a wire that hands a client's requests straight to this simulator: `MarketplaceFront(wire=...)`."""
        from ..testing.wire import SimulatorWire  # noqa: PLC0415

        return SimulatorWire(self.answer)

    def client_settings(self) -> ClientSettings:
        """Return what its clients are given unless they are given another: its manual clock, and its wire."""
        settings: ClientSettings = {}
        if isinstance(self.clock, ManualClock):
            settings["clock"] = self.clock
        if not self.sockets:
            settings["wire"] = self.wire()
        return settings
