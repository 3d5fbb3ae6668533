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
    """Mirakl Account's side: channels, and the stores that sellers link to them."""

    __slots__ = ("channels", "stores")

    def __init__(self, caller: Caller) -> None:
        self.channels: Channels = Channels(caller)
        self.stores: AccountStores = AccountStores(caller)

    if not TYPE_CHECKING:  # a type checker would take any attribute to be there

        def __getattr__(self, name: str) -> object:
            raise missing_attribute(self, name)


class ConnectChannel(Client):
    """A sales channel's access to Mirakl Connect: `async with ConnectChannel(auth=...) as connect`.

    `auth` is `ClientCredentials`, `BearerToken` or `ApiKey`; without it the credentials come from MIRAKL_* variables
    (see `mirakl_async.settings`), as do hosts and rate where they are not given. `environment`, "production" unless
    told, picks all three hosts; `connect_url`, `account_url` and `auth_url` name others.
    Client credentials for a host on this machine need an `auth_url`.

    `rate_limit` keeps every operation at the rate Mirakl recommends (the default), or at the maximum it documents, or
    leaves pacing to 429 answers ("none"); `rate_limits` gives single operations, by Mirakl's code, a rate of your own.
    `rate_limiter` may be shared with other clients, also on other machines (`mirakl_async.rate_limits.redis_limiter`).

    `timeouts`, `retry` and `limits` are the defaults of its calls; `listener` is given every event
    (`mirakl_async.instrumentation`);
    `accept_response` is asked about each 2xx answer that is not the documented success of its operation (a
    `ReceivedResponse`), and takes it for one by returning True;
    `proxy` is an HTTP proxy's URL, `ssl` a context of your own; `wire` and `clock` replace network and time, for tests.

    Raises ConfigurationError for settings that cannot work.
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
        """Orders pushed into Connect, one call at a time or in bulk (`orders.sync`), and outcomes of actions."""
        return Orders(Caller(self._session))

    @cached_property
    def events(self) -> Events:
        """What Connect puts on the connector's queue: commands, which are answered, and facts."""
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
        """How catalogs reach the channel, and what became of their items."""
        return Catalog(Caller(self._session))

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """Product types and the rules between them."""
        return Taxonomy(Caller(self._session))

    @cached_property
    def account(self) -> Account:
        """Mirakl Account's channels and store links; another host behind the same paths."""
        return Account(Caller(self._session))
