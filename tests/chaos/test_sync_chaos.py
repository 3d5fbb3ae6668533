"""The sync with random faults for a minute: the final state is always the same."""

from random import Random

import pytest

from benchmarks.synthetic import ORIGIN, order
from mirakl_async import Retry, codec
from mirakl_async.simulator import Fault, OrderKey, Simulator, digest_of
from tests.support.repeating import repeat_for

SECONDS = 60
RETRY = Retry(initial_delay=0.01, throttle_delay=0.02, max_delay=0.05, quota=10**6)


async def one_life(seed: int) -> None:
    random = Random(seed)
    chance = random.choice([0.02, 0.1, 0.25])
    faults = [
        Fault.reset(probability=chance),
        Fault.reset(after_processing=True, probability=chance),
        Fault.status(503, probability=chance),
        Fault.status(429, probability=chance),
        Fault.hang_up(probability=chance),
        Fault.revoke_tokens(probability=chance / 4),
    ]
    count = random.randrange(200, 1200)
    bad = set(random.sample(range(count), random.randrange(6)))
    orders = [order(n) for n in range(count)]
    for n in bad:
        orders[n].order_lines = []
    async with (
        Simulator(seed=seed, error_fields=random.choice(["indexed", "none"])) as sim,
        sim.connect_client(retry=RETRY) as connect,
    ):
        sim.faults.add(*random.sample(faults, random.randrange(1, 5)))
        async with connect.orders.sync(orders, origin=ORIGIN, batch_size=random.choice([7, 40, 100])) as sync:
            refused = {entry.channel_order_id async for entry in sync.rejected()}
        good = (one for n, one in enumerate(orders) if n not in bad)
        expected = digest_of(
            (OrderKey("channel-1", "store-1", one.channel_order_id), codec.encode(one)) for one in good
        )
        assert sim.world.digest == expected, seed
        assert refused == {orders[n].channel_order_id for n in bad}, seed
        assert sync.report.read == count == sync.report.accepted + sync.report.rejected, seed


async def test_a_few_syncs_with_faults_are_complete():
    for seed in range(4):
        await one_life(seed)


@pytest.mark.chaos
@pytest.mark.timeout(SECONDS * 3)
async def test_many_syncs_with_faults_are_complete():
    assert await repeat_for(SECONDS, one_life) > 10
