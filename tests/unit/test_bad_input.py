"""What Mirakl would refuse for its form is refused before anything is sent, in words that name operation and argument."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_async import BearerToken, ConnectChannel, InvalidArgument, MarketplaceFront, UnknownOperation
from mirakl_async.errors import MiraklError
from mirakl_async.models.connect import AdjustmentRequest, Money, OriginRequest
from mirakl_async.models.front import OrderDocumentsInput, ReturnIdInput, ShipmentIdInput

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - the point
ORIGIN = OriginRequest(channel_id="c", channel_store_id="s")
EURO = Money(amount=Decimal(1), currency="EUR")
IDS = [str(number) for number in range(101)]


class SilentWire:
    """Carries nothing: whatever reaches it was not refused in time."""

    async def exchange(self, method, url, *_, **__):
        raise AssertionError(f"{method} {url} was sent")

    open = exchange

    async def close(self):
        """Nothing is open."""


@pytest.fixture
async def front():
    async with MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), wire=SilentWire()) as client:
        yield client


@pytest.fixture
async def connect():
    async with ConnectChannel(auth=BearerToken("t"), wire=SilentWire()) as client:
        yield client


async def refused(words, call):
    with pytest.raises(InvalidArgument, match=words) as error:
        await call
    assert isinstance(error.value, MiraklError)
    assert isinstance(error.value, ValueError)
    assert error.value.operation in str(error.value)
    assert error.value.argument in str(error.value)


async def test_a_required_argument_is_missing(front, connect):
    await refused("OR12: timout: is neither an argument nor an option; .*timeout", front.orders.get("o", timout=5))
    await refused("OR12: timout: is neither", front.call("OR12", {"order_id": "o"}, timout=5))
    await refused("send: timout: is neither", front.send("GET", "/api/new", timout=5))
    with pytest.raises(InvalidArgument, match="OR11: order_idd: is neither"):
        front.orders.list(order_idd="o")
    with pytest.raises(InvalidArgument, match="with_options: retrys: is neither"):
        front.with_options(retrys=2)
    await refused("OR12: order_idd: is no parameter.*takes order_id", front.call("OR12", {"order_idd": "o"}))


async def test_a_value_outside_its_constraint(front, connect):
    await refused("RT25: returns.*length <= 100", front.returns.receive(returns=[ReturnIdInput(id="r")] * 101))
    await refused("ST06: shipments.*length >= 1", front.shipments.delete(shipments=[]))
    await refused("ST06: shipments.*id.*length >= 1", front.shipments.delete(shipments=[ShipmentIdInput(id="")]))
    await refused("upsertOrders: orders.*length >= 1", connect.orders.upsert(origin=ORIGIN, orders=[]))
    product_type = {"channel_id": "c", "embedded_attributes": [], "labels": []}
    await refused(
        "upsertProductType: product_type_id: has 256 characters; 1 to 255",
        connect.taxonomy.upsert_product_type(**product_type, product_type_id="x" * 256),
    )
    with pytest.raises(InvalidArgument, match="OR11: page_size: 101 is outside 1 to 100"):
        front.orders.list(page_size=101)
    with pytest.raises(ValueError, match=r"Money\.amount: must be a finite number"):
        Money(amount=Decimal("NaN"), currency="EUR")


async def test_a_member_that_another_one_makes_required_is_named(connect):
    with pytest.raises(InvalidArgument, match="^updateActionStatus: errors: required where status is FAILED$") as error:
        await connect.orders.update_action_status("a", status="FAILED")
    assert error.value.argument == "errors"


async def test_a_value_of_another_type(front):
    await refused("OR12: order_id: takes one string, not list", front.orders.get(["a", "b"]))
    await refused(r"RT25: returns\[0\]\.id.*`str`, got `int`", front.returns.receive(returns=[ReturnIdInput(id=5)]))


async def test_a_filter_that_is_empty_or_serves_once(front):
    with pytest.raises(InvalidArgument, match="OR11: order_ids: is an empty list; leave it out"):
        front.orders.list(order_ids=[])
    with pytest.raises(InvalidArgument, match="OR11: order_ids: takes a list of string values, not generator"):
        front.orders.list(order_ids=(number for number in IDS))
    await refused("P31: product_references: is an empty list$", front.products.lookup([]))
    await refused("OR72: order_ids: is an empty list$", front.orders.list_documents([]))
    documents = OrderDocumentsInput(order_documents=[])
    await refused(
        "OR74: files: is an empty list", front.orders.upload_documents("o", files=[], order_documents=documents)
    )


async def test_an_id_list_over_its_cap_that_cannot_be_split(front):
    with pytest.raises(InvalidArgument, match="OR11: channel_codes: has 101 values; one call takes 100"):
        front.orders.list(channel_codes=IDS)
    await refused("OR11: order_ids: has 101 values; one call takes 100", front.call("OR11", {"order_ids": IDS}))


async def test_a_moment_without_a_zone(front):
    with pytest.raises(InvalidArgument, match="OR11: start_date: needs a time zone"):
        front.orders.list(start_date=NAIVE)
    await refused("OR11: start_date: needs a time zone", front.call("OR11", {"start_date": NAIVE}))
    await refused("^OR13: start_date: needs a time zone", front.orders.create_export(start_date=NAIVE))
    with pytest.raises(ValueError, match=r"AdjustmentRequest\.created_at: needs a time zone.*timezone\.utc"):
        AdjustmentRequest(
            channel_adjustment_id="a", created_at=NAIVE, price=EURO, quantity=1, reason="RETURN", shipping_price=EURO,
            type="REFUND",
        )  # fmt: skip


@pytest.mark.parametrize("order_id", ["a/b", "../users", "..", ""])
async def test_a_path_segment_with_a_slash(front, order_id):
    await refused(f"OR12: order_id: {order_id!r} cannot be part of a path", front.orders.get(order_id))
    await refused("OR12: order_id: .*cannot be part of a path", front.call("OR12", {"order_id": order_id}))


async def test_a_code_nobody_knows(front):
    with pytest.raises(UnknownOperation, match=r"no operation has the code 'OR111': did you mean.*OR11"):
        await front.call("OR111")


async def test_product_references_that_are_no_pairs(front):
    await refused("P31: product_references: takes pairs such as", front.products.lookup([("EAN",)]))
    await refused("P31: product_references: 'EAN|1,2' is not one TYPE", front.products.lookup([("EAN", "1,2")]))


async def test_a_moment_of_the_past_is_fine(front):
    with pytest.raises(
        AssertionError, match=r"GET https://acme.mirakl.net/api/orders\?start_date=2026-01-01T00:00:00Z"
    ):
        await front.call("OR11", {"start_date": NAIVE.replace(tzinfo=UTC)})
