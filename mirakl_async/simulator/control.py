"""A client of the control plane, which inspects and changes a simulator in another process."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Concatenate, Literal, ParamSpec, TypeVar

from aiohttp import ClientError, ClientSession
from msgspec import Meta, Raw, Struct, json

from .command_report import CommandReport
from .events import Delivery, Sink, hand_over
from .faults import Fault
from .front.control import FrontControl
from .judge import Judgement
from .pipeline import RequestRecord
from .ratelimits import Traffic
from .seller import OfferState, Seller
from .tokens import TokenCounts
from .world import Action, Versions

__all__ = [
    "ActionIds",
    "Advance",
    "Channels",
    "Control",
    "Deliver",
    "Delivered",
    "Moment",
    "OrderRecord",
    "RemoteEvents",
    "RemoteFaults",
    "RemoteSeller",
    "Revoked",
    "SellerPlace",
    "Send",
    "State",
    "Token",
]

P = ParamSpec("P")
T = TypeVar("T")


class State(Struct):
    """The counts of a simulator.

    `digest` is that of `world.digest_of`; `limited` counts the 429 answers of its rate limits.
    """

    orders: int
    digest: str
    by_origin: dict[str, dict[str, int]]
    versions: Versions
    actions: dict[str, int]
    traffic: dict[str, Traffic]
    limited: int
    tokens: TokenCounts
    faults: dict[str, int]


class OrderRecord(Struct):
    """One order as read back: its channel and store, and the order as last sent."""

    channel_id: str
    channel_store_id: str
    order: Raw

    def decoded(self) -> Any:
        """Return the order as plain values."""
        return json.decode(self.order)


class Channels(Struct, forbid_unknown_fields=True):
    """Channels and their stores."""

    channels: dict[str, list[str]]


class ActionIds(Struct, forbid_unknown_fields=True):
    """The ids of actions."""

    action_ids: list[str]


class Advance(Struct, forbid_unknown_fields=True):
    """The seconds by which to move the clock forward."""

    advance: Annotated[float, Meta(ge=0, le=1e9)]


class Moment(Struct):
    """A time in seconds since 1970."""

    time: float


class Token(Struct):
    """An access token."""

    token: str


class Revoked(Struct):
    """The number of valid tokens that were revoked."""

    revoked: int


class SellerPlace(Struct, forbid_unknown_fields=True):
    """The store of a seller; by default the first known store."""

    channel_id: str | None = None
    store_id: str | None = None


class Deliver(Struct, forbid_unknown_fields=True):
    """Whether to deliver all pending events, or only those that are due."""

    everything: bool = False


class Delivered(Struct):
    """The number of events delivered."""

    delivered: int


class Control:
    """A client for the control plane of a simulator, which uses a session that the caller owns.

    `front` is the Marketplace part. Methods that make one request raise ConnectionError if the simulator is
    unreachable.
    """

    def __init__(self, session: ClientSession, url: str) -> None:
        self.front: FrontControl = FrontControl(self._send)
        self.events: RemoteEvents = RemoteEvents(self._send)
        self.faults: RemoteFaults = RemoteFaults(self._send)
        self._session = session
        self._url = url

    async def state(self) -> State:
        """Return the counts, the digest and the traffic."""
        return json.decode(await self._send("GET", "/state"), type=State)

    async def orders(self) -> AsyncIterator[OrderRecord]:
        """Yield every stored order, as last applied."""
        decode = json.Decoder(OrderRecord).decode
        async with self._session.get(f"{self._url}/orders", raise_for_status=True) as answer:
            rest = b""
            async for chunk in answer.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    yield decode(line)

    async def actions(self) -> dict[str, Action]:
        """Return every action by its id."""
        return json.decode(await self._send("GET", "/actions"), type=dict[str, Action])

    async def requests(self) -> list[RequestRecord]:
        """Return the log of the latest requests."""
        return json.decode(await self._send("GET", "/requests"), type=list[RequestRecord])

    async def judge(self) -> Judgement:
        """Return the violations of the contract by callers; `check()` of the result raises AssertionError for them."""
        return json.decode(await self._send("GET", "/judge"), type=Judgement)

    async def commands(self) -> CommandReport:
        """Return the report of all commands and their outcomes."""
        return json.decode(await self._send("GET", "/commands"), type=CommandReport)

    def seller(self, channel_id: str | None = None, store_id: str | None = None) -> RemoteSeller:
        """Return the seller of a store, by default of the first known store; the seller's actions become events."""
        return RemoteSeller(self._send, self.events, SellerPlace(channel_id, store_id))

    async def add_faults(self, *faults: Fault) -> None:
        """Activate additional faults."""
        await self.faults.add(*faults)

    async def clear_faults(self) -> None:
        """Deactivate all faults."""
        await self.faults.clear()

    async def issue_token(self) -> str:
        """Return a valid access token without a token exchange."""
        return json.decode(await self._send("POST", "/tokens"), type=Token).token

    async def revoke_tokens(self) -> int:
        """Revoke all tokens issued so far, and return how many of them were valid."""
        return json.decode(await self._send("POST", "/tokens/revoke"), type=Revoked).revoked

    async def add_actions(self, *action_ids: str) -> None:
        """Create actions that need an outcome."""
        await self._send("POST", "/actions", ActionIds(list(action_ids)))

    async def issue_link_token(self) -> str:
        """Return a single-use token with which SELLER_ACCOUNT_STORE_CREATE links stores to a user."""
        return json.decode(await self._send("POST", "/link-tokens"), type=Token).token

    async def add_channel(self, channel_id: str, *stores: str) -> None:
        """Add a channel and its stores."""
        await self._send("POST", "/channels", Channels({channel_id: list(stores)}))

    async def advance(self, seconds: float) -> float:
        """Move the simulator's clock forward immediately, and return its time in seconds since 1970."""
        return json.decode(await self._send("POST", "/clock", Advance(seconds)), type=Moment).time

    async def _send(self, method: Literal["GET", "POST", "DELETE"], path: str, value: object = None) -> bytes:
        body = None if value is None else json.encode(value)
        try:
            async with self._session.request(method, self._url + path, data=body) as answer:
                content = await answer.read()
        except ClientError as error:
            raise ConnectionError(f"the simulator is gone: {error}") from error
        if answer.status >= 400:
            raise ValueError(f"the simulator answered {answer.status} to {method} {path}: {content.decode()}")
        return content


Send = Callable[..., Awaitable[bytes]]


class RemoteFaults:
    """The faults of a simulator in another process."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def add(self, *faults: Fault) -> None:
        """Activate additional faults."""
        await self._send("POST", "/faults", faults)

    async def clear(self) -> None:
        """Deactivate all faults."""
        await self._send("DELETE", "/faults")


class RemoteEvents:
    """The events of a simulator in another process; delivered events go to a sink in this process."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sink: Sink | None = None

    async def connect(self, sink: Sink | None, delivery: Delivery | None = None) -> None:
        """Send future events to a sink; with `None`, events wait until `take` is called."""
        self._sink = sink
        if delivery is not None:
            await self._send("POST", "/events/delivery", delivery)
        await self.pump()

    async def sent(self) -> list[bytes]:
        """Return all events that were produced, in order, each once."""
        return [text.encode() for text in json.decode(await self._send("GET", "/events"), type=list[str])]

    async def take(self) -> list[bytes]:
        """Return the events that have not been delivered to a sink."""
        return [text.encode() for text in json.decode(await self._send("POST", "/events/take"), type=list[str])]

    async def deliver(self, *, everything: bool = False) -> int:
        """Deliver the events that are due, or all pending events, and return their number."""
        return await self._delivered("/events/deliver", Deliver(everything))

    async def redeliver(self, *action_ids: str) -> int:
        """Send the commands of these actions again, as a queue does with unacknowledged messages."""
        return await self._delivered("/events/redeliver", ActionIds(list(action_ids)))

    async def pump(self) -> None:
        """Pass delivered events to the sink, if there is one; the methods of a seller call this themselves."""
        if self._sink is not None:
            await hand_over(self._sink, await self.take())

    async def _delivered(self, path: str, value: object) -> int:
        delivered = json.decode(await self._send("POST", path, value), type=Delivered).delivered
        await self.pump()
        return delivered


def _remote(
    method: Callable[Concatenate[Seller, P], Awaitable[T]],
) -> Callable[[Callable[..., None]], Callable[Concatenate[RemoteSeller, P], Awaitable[T]]]:
    """Replace a method with a request to the other process's seller, keeping the method's signature."""
    name, signature = method.__name__, inspect.signature(method)

    async def call(seller: RemoteSeller, /, *args: P.args, **kwargs: P.kwargs) -> T:
        given = signature.bind(None, *args, **kwargs).arguments
        del given["self"]
        answer: T = await seller.do(name, given)
        return answer

    call.__doc__ = method.__doc__
    return lambda _: call


class RemoteSeller:
    """The seller of one store of a simulator in another process; its methods are those of `Seller`."""

    def __init__(self, send: Send, events: RemoteEvents, place: SellerPlace) -> None:
        self._send = send
        self._events = events
        self._place = place

    @_remote(Seller.accept)
    def accept(self) -> None:
        """Call `Seller.accept` in the other process."""

    @_remote(Seller.ship)
    def ship(self) -> None:
        """Call `Seller.ship` in the other process."""

    @_remote(Seller.refund)
    def refund(self) -> None:
        """Call `Seller.refund` in the other process."""

    @_remote(Seller.cancel)
    def cancel(self) -> None:
        """Call `Seller.cancel` in the other process."""

    @_remote(Seller.accept_return)
    def accept_return(self) -> None:
        """Call `Seller.accept_return` in the other process."""

    @_remote(Seller.update_return_tracking)
    def update_return_tracking(self) -> None:
        """Call `Seller.update_return_tracking` in the other process."""

    @_remote(Seller.acknowledge_return)
    def acknowledge_return(self) -> None:
        """Call `Seller.acknowledge_return` in the other process."""

    @_remote(Seller.close_return)
    def close_return(self) -> None:
        """Call `Seller.close_return` in the other process."""

    @_remote(Seller.upload_document)
    def upload_document(self) -> None:
        """Call `Seller.upload_document` in the other process."""

    @_remote(Seller.set_price)
    def set_price(self) -> None:
        """Call `Seller.set_price` in the other process."""

    @_remote(Seller.set_discount)
    def set_discount(self) -> None:
        """Call `Seller.set_discount` in the other process."""

    @_remote(Seller.set_stock)
    def set_stock(self) -> None:
        """Call `Seller.set_stock` in the other process."""

    @_remote(Seller.upsert_offer)
    def upsert_offer(self) -> None:
        """Call `Seller.upsert_offer` in the other process."""

    @_remote(Seller.upsert_product)
    def upsert_product(self) -> None:
        """Call `Seller.upsert_product` in the other process."""

    @_remote(Seller.set_feature)
    def set_feature(self) -> None:
        """Call `Seller.set_feature` in the other process."""

    async def offers(self) -> dict[str, OfferState]:
        """Return the current offers of the seller."""
        return json.decode(await self._send("POST", "/seller/offers", self._place), type=dict[str, OfferState])

    async def do(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a method of the seller, and pass the events that it delivers to the sink."""
        place = {"channel_id": self._place.channel_id, "store_id": self._place.store_id}
        answer = await self._send("POST", f"/seller/{name}", place | arguments)
        await self._events.pump()
        return json.decode(answer) if answer else None
