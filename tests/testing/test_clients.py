"""Clients made by a simulator are the same in one process and in two."""

from __future__ import annotations

import asyncio

import pytest

from mirakl_async import BearerToken
from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import Fault, ManualClock, Simulator, SimulatorProcess
from mirakl_async.simulator.clients import Clients
from tests.simulator.payloads import order

KINDS = {
    "sockets": Simulator,
    "no sockets": lambda **arguments: Simulator(sockets=False, **arguments),
    "process": SimulatorProcess,
}
ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")


@pytest.mark.parametrize("kind", KINDS)
async def test_every_simulator_makes_clients_that_reach_it(kind):
    async with (
        KINDS[kind](front={"orders": 3}) as mirakl,
        mirakl.connect_client() as connect,
        mirakl.front_client() as front,
    ):
        await connect.orders.upsert(origin=ORIGIN, orders=[order()])
        assert len(await front.orders.list().all()) == 3
        if kind != "no sockets":
            assert (await mirakl.control.state()).orders == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_every_simulator_has_the_same_attributes(kind):
    async with KINDS[kind]() as mirakl:
        assert isinstance(mirakl, Clients)
        addresses = mirakl.addresses
        for name in (
            "connect_url", "account_url", "auth_url", "front_url", "storage_url", "control_url", "client_id",
            "client_secret", "api_key",
        ):  # fmt: skip
            assert getattr(mirakl, name) == getattr(addresses, name) != ""


@pytest.mark.parametrize("kind", ["sockets", "process"])
async def test_a_simulator_has_no_addresses_before_it_runs(kind):
    with pytest.raises(RuntimeError, match="async with"):
        _ = KINDS[kind]().connect_url
    with pytest.raises(RuntimeError, match="async with"):
        KINDS[kind]().front_client()


async def test_a_simulator_without_sockets_is_ready_at_once_and_has_no_control_plane():
    mirakl = Simulator(sockets=False)
    async with mirakl.front_client() as front:
        assert await front.orders.list().take(1)
    with pytest.raises(RuntimeError, match="sockets"):
        _ = mirakl.control


async def test_settings_of_a_client_have_precedence_over_the_simulators():
    mirakl = Simulator(sockets=False)
    seen = []
    token = BearerToken(mirakl.issue_token())
    async with mirakl.front_client(auth=token, listener=seen.append) as front:
        await front.orders.list().take(1)
    assert "token" not in {request.operation for request in mirakl.requests}
    assert seen


@pytest.mark.parametrize(("rate_limits", "waits"), [("none", False), ("documented", True)])
async def test_a_client_limits_its_rate_if_the_simulator_has_limits(rate_limits, waits):
    clock = ManualClock()
    mirakl = Simulator(sockets=False, clock=clock, rate_limits=rate_limits)
    async with mirakl.connect_client(timeouts=None) as connect:
        calls = [
            asyncio.ensure_future(connect.orders.upsert(origin=ORIGIN, orders=[order(f"o{n}")])) for n in range(90)
        ]
        await clock.settle()
        assert (mirakl.world.count() < 90) is waits
        await clock.run(60)
        await asyncio.gather(*calls)
    assert mirakl.limits.refused == 0


async def test_a_client_shares_the_simulators_manual_clock():
    clock = ManualClock()
    async with Simulator(clock=clock) as mirakl, mirakl.front_client() as front:
        assert front.session.clock is clock
    async with Simulator() as mirakl, mirakl.front_client() as front:
        mirakl.faults.add(Fault.status(503, at=(1,)))
        assert await front.orders.list().take(1)
