"""The client of Mirakl Connect Channel Platform and of Mirakl Account's channel operations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import settings
from .caller import Caller
from .client import Client, check_names
from .events.connect_events import Events
from .operations.account.channels import Channels
from .operations.account.stores import Stores as AccountStores
from .operations.connect.carriers import Carriers
from .operations.connect.catalog import Catalog
from .operations.connect.returns import Returns
from .operations.connect.stores import Stores
from .operations.connect.taxonomy import Taxonomy
from .order_sync.orders import Orders
from .resource import missing_attribute

if TYPE_CHECKING:
    from typing import Unpack

    from .client import ClientSettings
    from .operation import Service

__all__ = ["Account", "ConnectChannel"]


class Account:
    """The operations of Mirakl Account: channels, and the stores that sellers link to them."""

    __slots__ = ("channels", "stores")

    def __init__(self, caller: Caller) -> None:
        self.channels: Channels = Channels(caller)
        self.stores: AccountStores = AccountStores(caller)

    if not TYPE_CHECKING:  # with __getattr__, type checkers would accept any attribute

        def __getattr__(self, name: str) -> object:
            raise missing_attribute(self, name)


class ConnectChannel(Client):
    """The client of Mirakl Connect for a sales channel: `async with ConnectChannel(auth=...) as connect`.

    `auth` is `ClientCredentials`, `BearerToken` or `ApiKey`; by default the credentials come from MIRAKL_* variables
    (see `mirakl_async.settings`), as do the hosts and the rate limit. `environment`, by default "production", selects
    all three hosts; `connect_url`, `account_url` and `auth_url` override them. Client credentials for a host on this
    machine require an `auth_url`.

    `rate_limit` limits every operation to the rate that Mirakl recommends ("recommended", the default) or documents as
    the "maximum"; with "none", only 429 responses slow calls down. `rate_limits` sets the rates of single operations by
    Mirakl's code. `rate_limiter` may be shared with other clients, also on other machines
    (`mirakl_async.rate_limits.redis_limiter`).

    `timeouts`, `retry` and `limits` are the defaults of its calls. `listener` is called with every event
    (`mirakl_async.instrumentation`). `accept_response` is called with each 2xx response that is not the documented
    success of its operation (a `ReceivedResponse`), and returns True to accept it as a success. `proxy` is the URL of
    an HTTP proxy, `ssl` a custom SSL context; `wire` and `clock` replace the network and the time in tests.

    Raises ConfigurationError for invalid settings.
    """

    def __init__(
        self,
        *,
        environment: settings.Environment | None = None,
        connect_url: str | None = None,
        account_url: str | None = None,
        auth_url: str | None = None,
        **given: Unpack[ClientSettings],
    ) -> None:
        check_names(type(self).__name__, given)
        name, chosen = settings.chosen("environment", environment, "MIRAKL_ENVIRONMENT", "production")
        hosts = settings.hosts(chosen, name)
        connect = settings.chosen("connect_url", connect_url, "MIRAKL_CONNECT_URL", hosts.connect)
        account = settings.chosen("account_url", account_url, "MIRAKL_ACCOUNT_URL", hosts.account)
        bases: dict[Service, str] = {
            "connect": settings.service_url(*connect, settings.CHANNEL_PLATFORM, "v1"),
            "account": settings.service_url(*account, settings.CHANNEL_PLATFORM, "v1"),
        }
        token_url = settings.token_url(auth_url, hosts.auth, bases.values(), given.get("auth"))
        super().__init__(bases=bases, token_url=token_url, given=given)

    @cached_property
    def orders(self) -> Orders:
        """Orders that are sent to Connect, in single calls or in bulk (`orders.sync`), and outcomes of actions."""
        return Orders(Caller(self._session))

    @cached_property
    def events(self) -> Events:
        """The events that Connect puts on the connector's queue: commands, whose outcomes are reported, and facts."""
        return Events(self._session)

    @cached_property
    def returns(self) -> Returns:
        """Returns of the channel's orders."""
        return Returns(Caller(self._session))

    @cached_property
    def carriers(self) -> Carriers:
        """The carriers that the channel accepts."""
        return Carriers(Caller(self._session))

    @cached_property
    def stores(self) -> Stores:
        """Business information of the stores on the channel."""
        return Stores(Caller(self._session))

    @cached_property
    def catalog(self) -> Catalog:
        """The configuration of catalog exports to the channel, and the states of items."""
        return Catalog(Caller(self._session))

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """Product types and the rules between them."""
        return Taxonomy(Caller(self._session))

    @cached_property
    def account(self) -> Account:
        """Channels and store links of Mirakl Account, which has its own host."""
        return Account(Caller(self._session))
