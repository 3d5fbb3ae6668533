"""The client of Mirakl Marketplace, Front APIs: an operator's storefront."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import settings
from .caller import LiveCaller
from .client import Client
from .errors import ConfigurationError
from .imports_exports.offers import Offers
from .imports_exports.orders import Orders
from .imports_exports.products import Products
from .operations.front.accounting import Accounting
from .operations.front.messages import Messages
from .operations.front.picklists import Picklists
from .operations.front.platform import Platform
from .operations.front.promotions import Promotions
from .operations.front.returns import Returns
from .operations.front.shipments import Shipments
from .operations.front.stores import Stores
from .operations.front.users import Users

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Mapping

    from .clock import Clock
    from .http.auth import Credential
    from .http.expected_responses import AcceptResponse
    from .http.wire import Wire
    from .instrumentation import Listener
    from .options import Limits, Rate, Retry, Timeouts
    from .rate_limits.bucket import RateLimiter


class MarketplaceFront(Client):
    """An operator's instance: `async with MarketplaceFront("https://acme.mirakl.net", auth=...) as front`.

    Without `url` it is MIRAKL_FRONT_URL. The other arguments are those of `ConnectChannel`, but for its hosts: an
    instance has one, beside `auth_url`, where credentials are exchanged (production's unless told).

    Raises ConfigurationError for settings that cannot work.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        auth: Credential | None = None,
        auth_url: str | None = None,
        rate_limit: settings.RateUsage | None = None,
        rate_limits: Mapping[str, Rate] | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        limits: Limits | None = None,
        rate_limiter: RateLimiter | None = None,
        listener: Listener | None = None,
        accept_response: AcceptResponse | None = None,
        proxy: str | None = None,
        ssl: ssl_module.SSLContext | None = None,
        wire: Wire | None = None,
        clock: Clock | None = None,
    ) -> None:
        base = settings.chosen("url", url, "MIRAKL_FRONT_URL")
        if base[1] is None:
            raise ConfigurationError("no instance: give its URL, https://NAME.mirakl.net, or set MIRAKL_FRONT_URL")
        token = settings.chosen("auth_url", auth_url, "MIRAKL_AUTH_URL", settings.HOSTS["production"].auth)
        super().__init__(
            bases={"front": settings.service_url(*base, first_segment="api")},
            token_url=settings.service_url(*token, settings.TOKEN_PATH),
            auth=auth,
            rate_limit=rate_limit,
            rate_limits=rate_limits,
            timeouts=timeouts,
            retry=retry,
            limits=limits,
            rate_limiter=rate_limiter,
            listener=listener,
            accept_response=accept_response,
            proxy=proxy,
            ssl=ssl,
            wire=wire,
            clock=clock,
        )

    @cached_property
    def accounting(self) -> Accounting:
        """Invoices, billing cycles, document requests."""
        return Accounting(LiveCaller(self))

    @cached_property
    def messages(self) -> Messages:
        """Threads and their messages."""
        return Messages(LiveCaller(self))

    @cached_property
    def offers(self) -> Offers:
        """Offers, and their exports."""
        return Offers(LiveCaller(self))

    @cached_property
    def orders(self) -> Orders:
        """Orders, their documents and exports."""
        return Orders(LiveCaller(self))

    @cached_property
    def picklists(self) -> Picklists:
        """Pick lists of the fulfilment centres."""
        return Picklists(LiveCaller(self))

    @cached_property
    def platform(self) -> Platform:
        """What the platform is configured with: channels, currencies, carriers, reasons."""
        return Platform(LiveCaller(self))

    @cached_property
    def products(self) -> Products:
        """Products, their attributes and imports."""
        return Products(LiveCaller(self))

    @cached_property
    def promotions(self) -> Promotions:
        """Promotions."""
        return Promotions(LiveCaller(self))

    @cached_property
    def returns(self) -> Returns:
        """Returns and their labels."""
        return Returns(LiveCaller(self))

    @cached_property
    def shipments(self) -> Shipments:
        """Shipments of orders that are shipped in several parts."""
        return Shipments(LiveCaller(self))

    @cached_property
    def stores(self) -> Stores:
        """Stores' documents."""
        return Stores(LiveCaller(self))

    @cached_property
    def users(self) -> Users:
        """Roles of shop users."""
        return Users(LiveCaller(self))
