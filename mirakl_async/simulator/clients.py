"""The URLs of a simulator, and clients that are configured for it.

The simulator imports nothing of the client, so that it can contradict it. The package `testing`, which imports both, is
imported here only when a client is requested.
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
    """The URLs and clients of a simulator, common to `Simulator` and `SimulatorProcess`."""

    @property
    @abstractmethod
    def addresses(self) -> Addresses:
        """The URLs and credentials that another process needs; raises RuntimeError before the simulator runs."""

    @property
    def connect_url(self) -> str:
        """The base URL of Connect."""
        return self.addresses.connect_url

    @property
    def account_url(self) -> str:
        """The base URL of Account."""
        return self.addresses.account_url

    @property
    def auth_url(self) -> str:
        """The base URL of the token endpoint, /oauth/token."""
        return self.addresses.auth_url

    @property
    def front_url(self) -> str:
        """The base URL of Marketplace."""
        return self.addresses.front_url

    @property
    def storage_url(self) -> str:
        """The URL of a second origin for files of exports, which accepts no credential."""
        return self.addresses.storage_url

    @property
    def control_url(self) -> str:
        """The base URL of the control plane."""
        return self.addresses.control_url

    def connect_client(self, **settings: Unpack[ClientSettings]) -> ConnectChannel:
        """Return a client of Connect and Account, to be used as `async with mirakl.connect_client() as connect`.

        `settings` are those of `ConnectChannel`. By default the client has the simulator's credentials and manual
        clock, and it limits its rate only if the simulator has rate limits.
        """
        from ..testing.clients import connect_client  # noqa: PLC0415

        return connect_client(self.addresses, self.client_settings() | settings)

    def front_client(self, **settings: Unpack[ClientSettings]) -> MarketplaceFront:
        """Return a client of Marketplace Front; `settings` are those of `MarketplaceFront`.

        The defaults are those of `connect_client`.
        """
        from ..testing.clients import front_client  # noqa: PLC0415

        return front_client(self.addresses, self.client_settings() | settings)

    def client_settings(self) -> ClientSettings:
        """Return the default settings of the simulator's clients."""
        return {}


class DirectClients(Clients):
    """A simulator in the same process, which clients can reach without a socket."""

    clock: Clock
    sockets: bool

    @abstractmethod
    async def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, timeout: float | None = None
    ) -> Answer:
        """Answer a request without a socket, within `timeout` seconds of the simulator's clock.

        Raises ExchangeBroken if there is no complete answer.
        """

    def wire(self) -> Wire:
        """Return a wire that passes a client's requests directly to this simulator: `MarketplaceFront(wire=...)`."""
        from ..testing.wire import SimulatorWire  # noqa: PLC0415

        return SimulatorWire(self.answer)

    def client_settings(self) -> ClientSettings:
        """Return the default settings of the simulator's clients, including its manual clock and its wire."""
        settings: ClientSettings = {}
        if isinstance(self.clock, ManualClock):
            settings["clock"] = self.clock
        if not self.sockets:
            settings["wire"] = self.wire()
        return settings
