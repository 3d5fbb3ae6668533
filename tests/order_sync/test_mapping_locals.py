"""After an error in processing orders given as mappings no local variable shows them."""

from __future__ import annotations

import json

import pytest

from mirakl_async import BearerToken, ConnectChannel, MemoryQueue, MiraklError, Retry, codec
from mirakl_async.redaction import hidden
from tests.support.faults_at_lines import leaks, leaks_of
from tests.support.order_factory import ORIGIN, order
from tests.support.raw_server import RawServer, answering

NAME = "Jane-Mc-Personal"
CALL = ("http/request_builder.py", "codec/encoding.py", "codec/exact.py", "client.py", "caller.py", "connect/orders.py")
SYNC = tuple(f"order_sync/{name}.py" for name in ("intake", "entries", "orders"))
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
STORE = {"channel_id": "channel-1", "channel_store_id": "store-1"}
SOUND = json.loads(codec.encode(order(1, title=NAME)))
ORDERS = [SOUND, {**SOUND, "channel_updated_at": NAME}, {**SOUND, "x": object()}]


def connect(server):
    return ConnectChannel(
        connect_url=server.url,
        auth_url=server.url,
        auth=BearerToken("t"),
        retry=Retry(max_retries=0),
        rate_limit="none",
    )


CALLS = {
    "upsert": lambda client, given, _: client.orders.upsert(orders=[given], origin=ORIGIN),
    "tuple": lambda client, given, _: client.orders.upsert(orders=(given,), origin=STORE),
    "raw": lambda client, given, _: client.raw_response(client.orders.upsert, orders=[given], origin=ORIGIN),
    "misspelt": lambda client, given, _: client.raw_response(client.orders.upsert, order=[given]),
    "params": lambda client, given, _: client.call("upsertOrders", {"orders": [given], "origin": STORE}),
    "body": lambda client, given, _: client.call("upsertOrders", body={"orders": [given], "origin": STORE}),
    "text": lambda client, given, _: client.call("upsertOrders", body=json.dumps([given], default=str)),
    "call_raw": lambda client, given, _: client.call_raw("upsertOrders", body={"orders": [given]}),
    "request": lambda client, given, _: client.request("POST", "/v1/orders", body={"orders": [given]}),
}
JOBS = {
    "sync": lambda client, given, _: client.orders.sync([given], origin=ORIGIN).run(),
    "pairs": lambda client, given, _: client.orders.sync([(ORIGIN, given)]).run(),
    "no origin": lambda client, given, _: client.orders.sync([given]).run(),
    "enqueue": lambda client, given, queue: client.orders.enqueue([given], queue, origin=ORIGIN),
    "enqueue without origin": lambda client, given, queue: client.orders.enqueue([given], queue),
}


@pytest.mark.parametrize("way", CALLS | JOBS)
async def test_locals_are_safe_for_an_error_at_any_line(way):
    files = CALL if way in CALLS else SYNC
    async with RawServer(answering(TAKEN)) as server, connect(server) as client:
        for given in ORDERS:

            async def run(given=given):
                async with MemoryQueue() as queue:
                    await (CALLS | JOBS)[way](client, given, queue)

            assert await leaks_of(run, files, NAME) == set()


async def test_locals_are_safe_when_the_source_fails():
    def source():
        yield SOUND
        raise ZeroDivisionError

    async with RawServer(answering(TAKEN)) as server, connect(server) as client:
        with pytest.raises(MiraklError) as caught:
            await client.orders.sync(source(), origin=ORIGIN).run()
    assert leaks(caught.value, NAME) == set()


def test_mappings_with_a_hidden_repr_behave_like_the_mappings():
    for value in ({"a": NAME}, [{"a": NAME}]):
        assert hidden(value) == value
        assert NAME not in repr([hidden(value)])
        assert codec.encode(hidden(value)) == codec.encode(value)
    assert codec.encode(hidden(({"a": NAME},))) == codec.encode([{"a": NAME}])
    assert hidden([5, NAME]) == [5, NAME]
