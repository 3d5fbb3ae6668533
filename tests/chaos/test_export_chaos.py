"""An export is read with random faults for half a minute: no order is missed and none is delivered twice."""

from datetime import UTC, datetime
from random import Random

import pytest

from mirakl_async import BearerToken, CallError, MarketplaceFront, Retry
from mirakl_async.imports_exports import exports
from mirakl_async.simulator import Fault, ManualClock, Simulator
from mirakl_async.simulator.front import ExportPlan
from tests.support.repeating import repeat_for

SECONDS = 30
YEAR = {"start_date": datetime(2025, 12, 1, tzinfo=UTC), "end_date": datetime(2026, 12, 1, tzinfo=UTC)}


async def one_life(seed: int) -> None:
    random = Random(seed)
    chance = random.choice([0.1, 0.3, 0.5])
    plan = ExportPlan(
        files=random.randrange(1, 6),
        place=random.choice(["instance", "elsewhere", "redirected"]),
        url_seconds=random.choice([None, 60]),
    )
    clock = ManualClock(datetime(2026, 1, 8, tzinfo=UTC).timestamp())
    async with Simulator(seed=seed, clock=clock, front={"orders": random.randrange(1, 1500)}) as simulator:
        simulator.front.order_exports.plan(plan)
        cursor, seen, export_id = None, [], None
        while True:
            # Each turn is another process: nothing is kept but the id, the cursor and what was dealt with.
            token = BearerToken(simulator.issue_token())
            retry = Retry(initial_delay=0.001, throttle_delay=0.001, quota=10**6)
            async with MarketplaceFront(simulator.front_url, auth=token, rate_limit="none", retry=retry) as front:
                if export_id is None:
                    export_id = (await front.orders.start_export(**YEAR)).id
                    simulator.faults.add(
                        Fault.truncate(operation="OR15", probability=chance),
                        Fault.reset(operation="OR15", probability=chance / 2),
                        Fault.status(503, operation="OR14", probability=chance / 2),
                    )
                export = front.orders.export_job(export_id)
                try:
                    await export.wait(poll_interval=0.001)
                    walk = export.items(after=cursor)
                    async for order in walk:
                        seen.append(order.order_id)
                        cursor = walk.cursor
                        if random.random() < 0.002:
                            break
                        if random.random() < 0.002:
                            simulator.clock.advance(61)
                    else:
                        break
                except CallError:
                    pass  # the next turn goes on from the cursor
        assert seen == simulator.front.ids("orders"), f"seed {seed}"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(exports, "RETRY_DELAY", 0.0)


async def test_a_few_interrupted_exports_are_complete():
    for seed in range(3):
        await one_life(seed)


@pytest.mark.chaos
@pytest.mark.timeout(SECONDS * 6)
async def test_many_interrupted_exports_are_complete():
    assert await repeat_for(SECONDS, one_life) > 2
