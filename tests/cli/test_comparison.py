import pytest
from aiohttp import ClientSession

from mirakl_async.cli.demo.comparison import compare
from mirakl_async.simulator import Control, OrderKey, Simulator


def body(number, title="a"):
    return b'{"channel_order_id":"o%d","title":"%s"}' % (number, title.encode())


def keyed(number, title="a"):
    return OrderKey("channel-1", "store-1", f"o{number}"), body(number, title)


@pytest.fixture
async def mirakl():
    async with Simulator() as simulator:
        for number in range(4):
            key, content = keyed(number)
            simulator.world.apply(key, 1, content)
        yield simulator


@pytest.fixture
async def control(mirakl):
    async with ClientSession() as session:
        yield Control(session, mirakl.control_url)


async def test_the_same_orders_in_another_sequence_are_equal(control):
    found = await compare(control, lambda: (keyed(number) for number in (3, 1, 2, 0)))
    assert found.identical
    assert found.orders_held == 4
    assert "exactly those sent" in str(found)


async def test_differences_are_counted(control):
    found = await compare(control, lambda: iter([keyed(0), keyed(1, "b"), keyed(2), keyed(7), keyed(8)]))
    assert not found.identical
    assert (found.missing, found.unexpected, found.different) == (2, 1, 1)
    assert "NOT those sent: 2 missing, 1 unexpected, 1 different" in str(found)


async def test_a_right_final_state_with_wrong_intermediate_ones_is_a_failure(mirakl, control):
    mirakl.world.apply(*keyed_version(0, "b"))
    mirakl.world.apply(*keyed_version(0, "a"))
    found = await compare(control, lambda: map(keyed, range(4)))
    assert not found.identical
    assert (found.missing, found.unexpected, found.different, found.overwritten) == (0, 0, 0, 2)


def keyed_version(number, title):
    key, content = keyed(number, title)
    return key, 1, content


async def test_a_stopped_simulator_is_an_error(mirakl, control):
    await mirakl.close()
    with pytest.raises(ConnectionError, match="the simulator is gone"):
        await compare(control, lambda: iter(()))
