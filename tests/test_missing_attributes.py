"""What is not there says what is near: attributes, operations by Mirakl's code, arguments, options, settings."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys

import pytest

from mirakl_async import BearerToken, ConnectChannel, InvalidArgument, MarketplaceFront
from mirakl_async.operations import operations

SETTING = """
from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront
front = MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"))
connect = ConnectChannel(auth=BearerToken("t"))
import mirakl_async, mirakl_async.events, mirakl_async.models.front
"""


@pytest.fixture
def front():
    return MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"))


@pytest.fixture
def connect():
    return ConnectChannel(auth=BearerToken("t"))


NEAR = {
    "front.ordrs": "orders",
    "front.orders.gett": "get",
    "connect.account.store": "stores",
    "connect.orders.synch": "sync",
    "mirakl_async.MarketplaceFrnt": "MarketplaceFront",
    "mirakl_async.events.decod": "decode",
    "mirakl_async.models.front.Ordr": "Order",
    "mirakl_async.models.front.OrderStat": "OrderState",
    "mirakl_async.models.front.TopicInput": "AnyTopicInput",
    "mirakl_async.models.front.Order().ordr_id": "order_id",
}


def test_python_suggests_the_attribute_that_is_near():
    """As the interpreter shows an error that nothing caught."""
    show = "    try: eval(text)\n    except AttributeError: sys.__excepthook__(*sys.exc_info())\n"
    script = f"import sys\n{SETTING}\nfor text in {[*NEAR]}:\n{show}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=50)
    shown = [line for line in done.stderr.splitlines() if line.startswith("AttributeError")]
    assert [line.partition("Did you mean: ")[2] for line in shown] == [f"'{near}'?" for near in NEAR.values()]


@pytest.mark.parametrize(
    ("attribute", "place"),
    [
        ("front.OR11", "OR11 is front.orders.list"),
        ("front.or_11", "OR11 is front.orders.list"),
        ("front.orders.or11", "OR11 is front.orders.list"),
        ("front.orders.P42", "P42 is front.products.import_status"),
        ("connect.orders.upsertOrders", "upsertOrders is connect.orders.upsert"),
        ("connect.upsert_orders", "upsertOrders is connect.orders.upsert"),
        (
            "connect.account.seller_account_store_create",
            "SELLER_ACCOUNT_STORE_CREATE is connect.account.stores.create",
        ),
    ],
)
def test_an_operation_by_its_code_is_named_with_its_method(attribute, place, front, connect):
    with pytest.raises(AttributeError, match=rf"has no attribute '\w+'; {re.escape(place)}") as error:
        eval(attribute, {"front": front, "connect": connect})
    assert error.value.name == attribute.rpartition(".")[2]
    assert callable(eval(place.partition(" is ")[2], {"front": front, "connect": connect}))


def test_every_operation_is_found_where_the_error_says(front, connect):
    for code, operation in operations.items():
        client = front if operation.service == "front" else connect
        with pytest.raises(AttributeError) as error:
            getattr(client, code)
        place = str(error.value).partition(" is ")[2]
        assert callable(eval(place, {"front": front, "connect": connect})), code


def test_what_is_near_nothing_is_plainly_missing(front):
    with pytest.raises(AttributeError) as error:
        _ = front.orders.unheard_of
    assert str(error.value) == "'Orders' object has no attribute 'unheard_of'"
    assert not hasattr(front, "_private")
    assert not hasattr(front.orders, "__len__")


def test_a_resource_is_copied_and_refuses_pickling_as_before(front):
    assert copy.copy(front.orders).session is front.orders.session
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.dumps(front)


@pytest.mark.parametrize(
    ("call", "near"),
    [
        ("front.orders.list(order_state_code=['SHIPPING'])", "order_state_codes"),
        ("front.orders.list(state_codes=['SHIPPING'])", "order_state_codes"),
        ("front.orders.list(timeot=3)", "timeout"),
        ("front.orders.list().with_options(timeot=3)", "timeout"),
        ("front.with_options(max_retry=3)", "max_retries"),
        ("front.products.download_error_report(1, dedline=3)", "deadline"),
    ],
)
def test_a_misspelt_argument_or_option_names_the_one_that_is_near(call, near, front):
    with pytest.raises(InvalidArgument, match=rf"; did you mean {near}\?$"):
        eval(call)


@pytest.mark.parametrize(
    ("call", "near"),
    [
        ("front.orders.get('o1', timeot=3)", "timeout"),
        ("front.call('OR11', {'order_state_code': 'A'})", "order_state_codes"),
        ("front.call('OR11', {'maximum': 5})", "max"),
    ],
)
async def test_a_misspelt_argument_of_a_call_names_the_one_that_is_near(call, near, front):
    async with front:
        with pytest.raises(InvalidArgument, match=rf"; did you mean {near}\?$"):
            await eval(call)


async def test_an_argument_that_is_near_nothing_has_no_hint(front):
    async with front:
        with pytest.raises(InvalidArgument, match=r"max_wait, timeout$"):
            await front.orders.get("o1", xyzzy=3)


def test_a_misspelt_setting_names_the_one_that_is_near():
    with pytest.raises(TypeError, match=r"; did you mean rate_limit\?$"):
        MarketplaceFront("https://acme.mirakl.net", auth=BearerToken("t"), rate_limt="none")
