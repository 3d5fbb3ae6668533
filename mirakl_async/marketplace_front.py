"""The client of the Front APIs of Mirakl Marketplace, for an operator's storefront."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import settings
from .caller import Caller
from .client import Client, check_names
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
    from typing import Unpack

    from .client import ClientSettings

__all__ = ["MarketplaceFront"]


class MarketplaceFront(Client):
    """The client of an instance: `async with MarketplaceFront("https://acme.mirakl.net", auth=...) as front`.

    `url` defaults to MIRAKL_FRONT_URL. The other arguments are those of `ConnectChannel`, except for its hosts. Client
    credentials are exchanged at `auth_url`, by default that of production; an instance on this machine, which may be a
    simulator, has no default.

    Raises ConfigurationError for invalid settings.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        auth_url: str | None = None,
        **given: Unpack[ClientSettings],
    ) -> None:
        check_names(type(self).__name__, given)
        base = settings.chosen("url", url, "MIRAKL_FRONT_URL")
        if base[1] is None:
            raise ConfigurationError(
                "url is not set; pass the instance's URL, https://NAME.mirakl.net, or set MIRAKL_FRONT_URL"
            )
        front = settings.service_url(*base, first_segment="api")
        default = settings.HOSTS["production"].auth
        token_url = settings.token_url(auth_url, default, [front], given.get("auth"))
        super().__init__(bases={"front": front}, token_url=token_url, given=given)

    @cached_property
    def accounting(self) -> Accounting:
        """Invoices, billing cycles, document requests."""
        return Accounting(Caller(self._session))

    @cached_property
    def messages(self) -> Messages:
        """Threads and their messages."""
        return Messages(Caller(self._session))

    @cached_property
    def offers(self) -> Offers:
        """Offers, and their exports."""
        return Offers(Caller(self._session))

    @cached_property
    def orders(self) -> Orders:
        """Orders, their documents and exports."""
        return Orders(Caller(self._session))

    @cached_property
    def picklists(self) -> Picklists:
        """Pick lists of the fulfilment centres."""
        return Picklists(Caller(self._session))

    @cached_property
    def platform(self) -> Platform:
        """The configuration of the platform: channels, currencies, carriers, reasons."""
        return Platform(Caller(self._session))

    @cached_property
    def products(self) -> Products:
        """Products, their attributes and imports."""
        return Products(Caller(self._session))

    @cached_property
    def promotions(self) -> Promotions:
        """Promotions."""
        return Promotions(Caller(self._session))

    @cached_property
    def returns(self) -> Returns:
        """Returns and their labels."""
        return Returns(Caller(self._session))

    @cached_property
    def shipments(self) -> Shipments:
        """Shipments of orders that are shipped in several parts."""
        return Shipments(Caller(self._session))

    @cached_property
    def stores(self) -> Stores:
        """Stores' documents."""
        return Stores(Caller(self._session))

    @cached_property
    def users(self) -> Users:
        """Roles of shop users."""
        return Users(Caller(self._session))
