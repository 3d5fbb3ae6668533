"""Handlers, outcomes and reports, on real sockets: the rules of the runner, one by one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import pytest

from mirakl_async.errors import ConfigurationError, PermissionDenied, QueueError
from mirakl_async.events import (
    ActionErrorCode,
    ActionFailed,
    Deferred,
    Done,
    EventRouter,
    IdempotencyStore,
    MemoryIdempotencyStore,
    SqliteIdempotencyStore,
)
from mirakl_async.events.outcomes import failed, succeeded
from mirakl_async.models.connect_events import Accept
from mirakl_async.queues.memory_queue import MemoryQueue
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.simulator import Fault
from tests.events.conftest import command, price, router_of
from tests.support.order_factory import ORIGIN, order


async def rejected_of(queue):
    return [row async for row in queue.rejected()]


async def test_a_command_that_is_done_is_reported_and_acknowledged(mirakl):
    seen = []

    async def accept(command, delivery):
        seen.append((command.action_id, delivery.again, delivery.deliveries))

    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(accept))
    assert seen == [("a1", False, 1)]
    assert mirakl.outcomes() == {"a1": "SUCCESS"}
    assert (counters.received, counters.handled) == (1, 1)
    assert await mirakl.queue.waiting() == 0


async def test_failures_are_reported_with_their_codes(mirakl):
    def one(command):
        raise ActionFailed(ActionErrorCode.ORDER_IN_WRONG_STATE, "It is closed.")

    async def two(command):
        raise ActionFailed([("MISSING_CARRIER", "Name one."), ("OTHER", "And more.")])

    await mirakl.put(command("a1"), command("a2", "O2", "REFUND"), command("a3", "O3", "CANCEL"))
    counters = await mirakl.run(router_of(ACCEPT=one, REFUND=two))
    assert mirakl.outcomes() == {
        "a1": "FAILED ORDER_IN_WRONG_STATE", "a2": "FAILED MISSING_CARRIER OTHER", "a3": "FAILED ACTION_NOT_SUPPORTED",
    }  # fmt: skip
    assert mirakl.sim.world.actions["a1"].errors[0]["message"] == "It is closed."
    assert counters.failed == 3


async def test_run_does_not_start_when_a_command_has_neither_handler_nor_decline(mirakl):
    events = EventRouter()
    events.on(Accept)(lambda command: None)
    await mirakl.put(command("a1"))
    with pytest.raises(ConfigurationError, match="CANCEL.*UPLOAD_DOCUMENT"):
        await mirakl.run(events)
    assert await mirakl.queue.waiting() == 1


async def test_invalid_messages_are_rejected_with_reason_and_bytes_without_stopping_the_run(mirakl):
    unknown = command("a9", kind="SOMETHING_NEW")
    broken = [
        b"<html>",
        b"{}",
        b"",
        command("a8").replace(b'"id"', b'"no"'),
        command("a7").replace(b"action_id", b"x"),
        unknown,
    ]
    await mirakl.put(*broken, command("a1"))
    counters = await mirakl.run(router_of(lambda command: None))
    assert mirakl.outcomes()["a1"] == "SUCCESS"
    rows = await rejected_of(mirakl.queue)
    assert sorted(row.line for row in rows) == sorted(broken)
    assert all(row.reason and row.kind == "event" for row in rows)
    assert counters.rejected == 6
    assert next(row for row in rows if row.line == unknown).id == "action a9"
    assert await mirakl.queue.waiting() == 0


async def test_rejected_messages_go_into_a_file_or_another_queue(mirakl, tmp_path):
    bodies = [b"<html>", b"\xff\xfe{"]
    for place in (tmp_path / "rejected.ndjson", str(tmp_path / "text.ndjson")):
        await mirakl.put(*bodies)
        await mirakl.run(router_of(), rejected=place)
        lines = [json.loads(line) for line in Path(place).read_bytes().splitlines()]  # noqa: ASYNC240
        assert [line.get("body") for line in lines] == ["<html>", None]
        assert lines[1]["body_base64"] == "//57"
        assert Path(place).stat().st_mode & 0o077 == 0  # noqa: ASYNC240
    async with MemoryQueue() as other:
        await mirakl.put(*bodies)
        await mirakl.run(router_of(), rejected=other)
        assert len(await rejected_of(other)) == 2


async def test_the_file_of_rejected_messages_is_its_owners_only_also_where_it_existed_and_no_link_is_followed(
    mirakl, tmp_path
):
    existing, target, link = tmp_path / "rejected.ndjson", tmp_path / "target", tmp_path / "link"
    existing.write_bytes(b"")
    existing.chmod(0o666)
    link.symlink_to(target)
    await mirakl.put(b"<html>")
    await mirakl.run(router_of(), rejected=existing)
    assert existing.stat().st_mode & 0o777 == 0o600
    await mirakl.put(b"<html>")
    with pytest.raises(ConfigurationError, match="symbolic link"):
        await mirakl.run(router_of(), rejected=link)
    assert not target.exists()


async def test_a_queue_that_keeps_no_rejected_messages_needs_a_place_for_them(mirakl):
    class Plain:
        lease = 60.0

        async def __aenter__(self): ...
        async def __aexit__(self, *_): ...
        async def receive(self, limit, *, wait): ...
        async def extend(self, messages): ...
        async def ack(self, messages): ...
        async def release(self, messages): ...
        async def waiting(self): ...

    with pytest.raises(ConfigurationError, match="Plain does not store rejected lines: give rejected="):
        await mirakl.run(router_of(), queue=Plain())


async def test_duplicates_are_handled_once_and_reported_once(mirakl):
    seen = []
    await mirakl.put(*[command("a1") for _ in range(5)], command("a2", "O2"))
    counters = await mirakl.run(router_of(lambda command: seen.append(command.action_id)))
    assert sorted(seen) == ["a1", "a2"]
    assert counters.duplicates == 4
    assert counters.handled == 2
    assert sum(request.operation == "updateActionStatus" for request in mirakl.sim.requests) == 2


async def test_commands_of_one_order_are_handled_one_at_a_time_in_order_of_arrival(mirakl):
    running, overlaps, seen = set(), [], []

    async def handle(command):
        name = command.data.channel_order_id
        overlaps.append(name in running)
        running.add(name)
        seen.append(command.action_id)
        await asyncio.sleep(0.01)
        running.discard(name)

    await mirakl.put(*[command(f"{order}-{number}", order) for number in range(5) for order in ("O1", "O2", "O3")])
    await mirakl.run(router_of(handle))
    assert not any(overlaps)
    for name in ("O1", "O2", "O3"):
        assert [one for one in seen if one.startswith(name)] == [f"{name}-{number}" for number in range(5)]


async def test_a_failing_command_is_retried_and_delays_only_its_own_order(mirakl):
    seen = []

    async def handle(command, delivery):
        seen.append((command.action_id, delivery.again))
        if command.action_id == "bad" and len([one for one in seen if one[0] == "bad"]) < 3:
            raise RuntimeError("not yet")

    await mirakl.put(command("bad", "O1"), command("next", "O1"), command("other", "O2"))
    counters = await mirakl.run(router_of(handle))
    assert [one for one, _ in seen] == ["bad", "other", "bad", "bad", "next"]
    assert [again for one, again in seen if one == "bad"] == [False, True, True]
    assert counters.errors == 2
    assert set(mirakl.outcomes().values()) == {"SUCCESS"}


async def test_after_max_failures_a_command_is_reported_and_a_fact_rejected(mirakl):
    def fail(event):
        raise ValueError("secret")

    await mirakl.put(command("a1"), price("P1"))
    counters = await mirakl.run(router_of(fail, PRICE_STOCK_UPSERT=fail), max_failures=3)
    assert mirakl.outcomes() == {"a1": "FAILED UNEXPECTED"}
    assert "secret" not in str(mirakl.sim.world.actions["a1"].errors)
    assert counters.errors == 6
    [row] = await rejected_of(mirakl.queue)
    assert row.reason == "the handler failed 3 times, last with ValueError"


async def test_failures_are_counted_over_restarts_and_kills_are_not(mirakl):
    """A handler that hangs until its process ends counts for nothing."""
    calls = []

    async def handle(command, delivery):
        calls.append((delivery.again, delivery.failures))
        if len(calls) == 1:
            raise RuntimeError
        if len(calls) == 2:
            await asyncio.sleep(60)
        if len(calls) == 3:
            raise RuntimeError

    router = router_of(handle)
    await mirakl.put(command("a1"))
    running = asyncio.create_task(mirakl.run(router, grace_period=0, max_failures=3))
    while len(calls) < 2:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert mirakl.outcomes() == {"a1": "PENDING"}
    await mirakl.run(router, max_failures=3)
    assert calls == [(False, 0), (True, 1), (True, 1), (True, 2)]
    assert mirakl.outcomes() == {"a1": "SUCCESS"}


async def test_the_first_outcome_is_final_and_the_stored_one_is_reported(mirakl):
    await mirakl.put(command("a1"))

    async def handle(command):
        await mirakl.connect.events.settle("a1", ActionFailed("OTHER", "by hand"), idempotency_store=mirakl.store)

    counters = await mirakl.run(router_of(handle))
    assert mirakl.outcomes() == {"a1": "FAILED OTHER"}
    assert (counters.handled, counters.already_final) == (0, 0)


async def test_an_outcome_that_was_stored_and_not_reported_is_reported_without_the_handler(mirakl):
    await mirakl.store.decide("a1", failed([("OTHER", "before the crash")]).encode())
    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(lambda command: pytest.fail("it was handled before")))
    assert mirakl.outcomes() == {"a1": "FAILED OTHER"}
    assert counters.duplicates == 1


async def test_an_already_final_or_unknown_action_is_acknowledged_and_counted_separately(mirakl):
    await mirakl.put(command("final", "O1"), command("gone", "O2"), command("a1", "O3"))
    mirakl.sim.world.finish_action("final", "SUCCESS")
    del mirakl.sim.world.actions["gone"]
    counters = await mirakl.run(router_of(lambda command: None))
    assert (counters.already_final, counters.gone) == (1, 1)
    assert await mirakl.queue.waiting() == 0
    [row] = await rejected_of(mirakl.queue)
    assert row.id == "action gone"
    assert "expired" in row.reason
    assert "completed" in row.reason


async def test_already_final_after_a_lost_response_counts_as_reported(mirakl):
    mirakl.sim.faults.add(Fault.status(503, operation="updateActionStatus", at=(1,), after_processing=True))
    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(lambda command: None))
    assert (counters.handled, counters.already_final) == (1, 0)
    assert mirakl.outcomes() == {"a1": "SUCCESS"}


async def test_a_run_waits_for_the_end_of_an_outage_of_a_minute(mirakl):
    mirakl.sim.faults.add(Fault.html(503, operation="updateActionStatus", times=12))
    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(lambda command: None))
    assert mirakl.outcomes() == {"a1": "SUCCESS"}
    assert counters.postponed == 0


async def test_in_a_longer_outage_the_message_is_acknowledged_and_any_runner_reports_later(mirakl, tmp_path):
    """The store is durable, so the message is acknowledged on what it holds."""
    mirakl.sim.faults.add(Fault.status(503, operation="updateActionStatus"))
    await mirakl.put(command("a1"), command("a2", "O2"))
    async with SqliteIdempotencyStore(tmp_path / "store.db", clock=mirakl.clock) as store:
        counters = await mirakl.run(router_of(lambda command: None), idempotency_store=store)
        assert counters.postponed >= 2
        assert await mirakl.queue.waiting() == 0
        assert mirakl.outcomes() == {"a1": "PENDING", "a2": "PENDING"}
        mirakl.sim.faults.clear()
        running = asyncio.create_task(
            mirakl.run(router_of(lambda command: None), idempotency_store=store, until_empty=False)
        )
        while "PENDING" in mirakl.outcomes().values():
            await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.wait([running])
        backlog = await store.backlog()
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "SUCCESS"}
    assert backlog.unreported == 0


async def test_with_a_store_in_memory_messages_are_never_acknowledged_early(mirakl):
    mirakl.sim.faults.add(Fault.status(503, operation="updateActionStatus"))
    await mirakl.put(command("a1"))
    running = asyncio.create_task(mirakl.run(router_of(lambda command: None)))
    await asyncio.sleep(80 / mirakl.clock.factor)
    assert await mirakl.queue.waiting() == 1
    mirakl.sim.faults.clear()
    await running
    assert mirakl.outcomes() == {"a1": "SUCCESS"}


async def test_credentials_without_the_right_end_the_run(mirakl, tmp_path):
    body = b'{"code":"FORBIDDEN","message":"scope","errors":[]}'.decode()
    fault = Fault.status(403, operation="updateActionStatus", body=body, content_type="application/json")
    mirakl.sim.faults.add(fault)
    await mirakl.put(command("a1"))
    with pytest.raises(PermissionDenied):
        await mirakl.run(router_of(lambda command: None))
    assert await mirakl.queue.waiting() == 1
    mirakl.sim.faults.clear()
    await mirakl.run(router_of(lambda command: pytest.fail("its outcome is stored")))
    assert mirakl.outcomes() == {"a1": "SUCCESS"}


async def test_orders_are_put_after_the_report(mirakl):
    async with MemoryQueue() as orders:

        async def handle(command):
            assert await orders.waiting() == 0
            return Done(then=[(ORIGIN, order(7))])

        await mirakl.put(command("a1"))
        await mirakl.run(router_of(handle), orders=orders)
        report = (
            await mirakl.connect.orders.worker(orders, until_empty=True).run()
            if hasattr(mirakl.connect.orders, "worker")
            else None
        )
        if report is None:
            assert await orders.waiting() == 1
        else:
            assert report.accepted == 1


async def test_an_outcome_with_orders_waits_for_a_runner_with_a_queue_for_orders(mirakl, tmp_path):
    """As beside a runner of commands that died one of facts, which shares its store and has no orders=."""
    path = tmp_path / "store.db"
    for action in ("a1", "a2"):
        mirakl.sim.world.add_action(action)
    async with SqliteIdempotencyStore(path) as store:
        await store.decide("a1", succeeded([(ORIGIN, order(1))]).encode())
        await store.decide("a2", succeeded().encode())
    await mirakl.put(price())
    await mirakl.run(router_of(), idempotency_store=path)
    await mirakl.connect.events.settle("a1", idempotency_store=path)
    assert mirakl.outcomes() == {"a1": "PENDING", "a2": "SUCCESS"}
    async with MemoryQueue() as orders:
        await mirakl.put(price())
        await mirakl.run(router_of(), idempotency_store=path, orders=orders)
        assert await orders.waiting() == 1
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "SUCCESS"}


async def test_orders_without_a_queue_end_the_run_before_an_outcome_is_stored(mirakl):
    await mirakl.put(command("a1"))
    with pytest.raises(ConfigurationError, match="give orders="):
        await mirakl.run(router_of(lambda command: Done(then=[(ORIGIN, order(1))])))
    assert mirakl.outcomes() == {"a1": "PENDING"}


@pytest.mark.parametrize("result", [True, {"status": "SUCCESS"}, "done"])
async def test_an_invalid_outcome_ends_the_run(mirakl, result):
    await mirakl.put(command("a1"))
    with pytest.raises(ConfigurationError, match="must return Done, Deferred or None"):
        await mirakl.run(router_of(lambda command: result))
    await mirakl.queue.put([price()])
    with pytest.raises(ConfigurationError, match="handles a fact"):
        await mirakl.run(router_of(lambda command: None, PRICE_STOCK_UPSERT=lambda fact: Done()))


async def test_a_deferred_command_gets_its_outcome_later(mirakl):
    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(lambda command: Deferred(within=3600)))
    assert counters.deferred == 1
    assert await mirakl.queue.waiting() == 0
    assert (await mirakl.store.backlog()).awaiting == 1
    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(lambda command: pytest.fail("it waits for its outcome")))
    assert counters.duplicates == 1
    await mirakl.connect.events.settle("a1", Done(), idempotency_store=mirakl.store)
    await mirakl.connect.events.settle("a1", ActionFailed("OTHER"), idempotency_store=mirakl.store)
    assert mirakl.outcomes() == {"a1": "SUCCESS"}
    assert (await mirakl.store.backlog()).awaiting == 0


async def test_an_overdue_command_is_handled_again_once_and_then_fails(mirakl):
    seen = []

    async def handle(command, delivery):
        seen.append(delivery.again)
        return Deferred(within=20)

    await mirakl.put(command("a1"))
    running = asyncio.create_task(mirakl.run(router_of(handle), until_empty=False))
    while mirakl.outcomes()["a1"] == "PENDING":
        await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.wait([running])
    assert seen == [False, True]
    assert mirakl.outcomes() == {"a1": "FAILED UNEXPECTED"}


async def test_a_handler_that_hangs_is_cancelled_at_its_time_limit_and_called_again(mirakl):
    seen = []

    async def handle(command, delivery):
        seen.append((delivery.again, delivery.failures))
        if len(seen) == 1:
            await asyncio.Event().wait()

    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(handle), time_limit=5.0, max_failures=1)
    assert seen == [(False, 0), (True, 0)]
    assert (counters.timeouts, counters.errors) == (1, 0)
    assert mirakl.outcomes() == {"a1": "SUCCESS"}


async def test_a_thread_is_never_abandoned_and_its_result_is_used(mirakl):
    seen = []

    def handle(command):
        seen.append("began")
        time.sleep(0.4)
        seen.append("ended")

    await mirakl.put(command("a1"), command("a2", "O2"))
    running = asyncio.create_task(mirakl.run(router_of(handle), time_limit=2.0, grace_period=0.0, concurrency=1))
    while not seen:
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen == ["began", "ended"]
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "PENDING"}
    assert await mirakl.queue.waiting() == 1


async def test_leases_are_extended_while_a_handler_runs_and_a_duplicate_waits(start):
    mirakl = await start(lease=10.0)
    seen = []

    async def handle(command):
        seen.append(command.action_id)
        await mirakl.clock.sleep(35)

    await mirakl.put(command("a1"))
    counters = await mirakl.run(router_of(handle))
    assert seen == ["a1"]
    assert counters.received == 1


async def test_a_duplicate_waits_while_another_runner_has_a_valid_mark(mirakl):
    await mirakl.store.start("a0", '["C1","S1","O1"]', "another runner", 30.0)
    seen = []
    await mirakl.put(command("a1"))
    began = mirakl.clock.monotonic()
    await mirakl.run(router_of(lambda command: seen.append(mirakl.clock.monotonic() - began)))
    assert len(seen) == 1
    assert seen[0] >= 25


async def test_a_run_ends_gracefully_on_a_signal(mirakl):
    began, ended = asyncio.Event(), []

    async def handle(command):
        began.set()
        await asyncio.sleep(0.1)
        ended.append(command.action_id)

    await mirakl.put(*[command(f"a{number}", f"O{number}") for number in range(100)])
    running = asyncio.create_task(mirakl.run(router_of(handle), concurrency=4, until_empty=False))
    await began.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    counters = await running
    assert counters.handled == len(ended) >= 4
    assert await mirakl.queue.waiting() == 100 - len(ended)
    later = await mirakl.run(router_of(lambda command: None))
    assert later.handled == 100 - len(ended)


async def test_facts_without_a_handler_are_acknowledged_and_counted(mirakl):
    await mirakl.queue.put([price("P1"), b'{"id":"1","type":"LATER","data":{}}'])
    counters = await mirakl.run(router_of())
    assert (counters.ignored, counters.facts) == (2, 0)
    assert await mirakl.queue.waiting() == 0


async def test_outdated_prices_are_not_handled_and_mixed_ones_partly(mirakl):
    new, other = {"action_type": "UPDATE", "price": {"amount": 2, "currency": "EUR"}}, {"action_type": "UPDATE"}
    seen = []
    await mirakl.queue.put([
        price("P1", 20, standard_price=new), price("P1", 10, standard_price=new),
        price("P1", 10, standard_price=new, stock=other), price("P2", 10, standard_price=new),
    ])  # fmt: skip

    async def handle(fact):
        data = fact.data
        seen.append((data.product_id, data.standard_price.action_type, data.stock and data.stock.action_type))

    counters = await mirakl.run(router_of(PRICE_STOCK_UPSERT=handle))
    assert sorted(seen, key=str) == sorted(
        [("P1", "UPDATE", None), ("P1", "IGNORE", "UPDATE"), ("P2", "UPDATE", None)], key=str
    )
    assert counters.outdated == 1


async def test_deliveries_can_be_received_one_by_one(mirakl):
    await mirakl.put(command("a1"), command("a2", "O2"), command("a3", "O3"), price())
    stream = mirakl.connect.events.receive(mirakl.queue, idempotency_store=mirakl.store, until_empty=True, idle=0.5)
    async for delivery in stream:
        match delivery.event.type, delivery.event.id and getattr(delivery.event, "action_id", None):
            case "ACCEPT", "a1":
                await delivery.done()
            case "ACCEPT", "a2":
                await delivery.failed("OTHER", "No.")
            case "ACCEPT", _:
                await delivery.deferred(60)
            case _:
                await delivery.done()
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "FAILED OTHER", "a3": "PENDING"}
    assert await mirakl.queue.waiting() == 0


async def test_leaving_a_stream_early_releases_its_messages(mirakl):
    await mirakl.put(*[command(f"a{number}", f"O{number}") for number in range(5)])
    async with mirakl.connect.events.receive(mirakl.queue, idempotency_store=mirakl.store) as stream:
        async for delivery in stream:
            await delivery.done()
            break
    assert await mirakl.queue.waiting() == 4
    counters = await mirakl.run(router_of(lambda command: None))
    assert counters.handled == 4


async def test_the_store_can_be_in_the_file_of_the_orders_queue(mirakl, tmp_path):
    path = tmp_path / "connector.db"
    async with SqliteQueue(tmp_path / "events.db", lease=3600.0) as queue:
        bodies = [command(f"a{number}", f"O{number}") for number in range(50)]
        for number in range(50):
            mirakl.sim.world.add_action(f"a{number}")
        await queue.put(bodies + bodies[:10])
        handle = lambda command: Done(then=[(ORIGIN, order(1))])  # noqa: E731
        counters = await mirakl.run(router_of(handle), queue=queue, idempotency_store=path, orders=path)
    assert counters.handled == 50
    assert set(mirakl.outcomes().values()) == {"SUCCESS"}
    async with SqliteQueue(path) as orders:
        assert await orders.waiting() == 50


async def test_a_memory_store_can_be_used():
    assert isinstance(MemoryIdempotencyStore(), IdempotencyStore)


@pytest.mark.parametrize("action", ["act/on", ".."])
async def test_an_action_id_that_is_invalid_in_a_url_does_not_end_the_run(action, mirakl):
    await mirakl.put(command(action), command("sound"))
    counters = await mirakl.run(router_of(lambda event: None))
    assert (counters.handled, counters.refused) == (2, 1)
    assert mirakl.outcomes()["sound"] == "SUCCESS"
    assert [row.id async for row in mirakl.queue.rejected()] == [f"action {action}"]


async def test_a_cancellation_inside_a_handler_is_a_failure_of_the_handler(mirakl):
    tries = []

    async def accept(command):
        tries.append(command.action_id)
        if len(tries) < 3:
            other = asyncio.create_task(asyncio.sleep(60))
            other.cancel()
            await other

    await mirakl.put(command("a1"), command("a2", "O2"))
    async with asyncio.timeout(10):
        counters = await mirakl.run(router_of(accept), concurrency=1)
    assert mirakl.outcomes() == {"a1": "SUCCESS", "a2": "SUCCESS"}
    assert (counters.errors, counters.handled) == (2, 2)


async def test_a_base_exception_of_a_handler_ends_the_run(mirakl):
    class Unusual(BaseException):
        pass

    async def accept(command):
        raise Unusual

    await mirakl.put(command("a1"))
    async with asyncio.timeout(10):
        with pytest.raises(Unusual):
            await mirakl.run(router_of(accept), until_empty=False)
    assert await mirakl.queue.waiting() == 1


@pytest.mark.parametrize("method", ["receive", "ack"])
async def test_a_queue_whose_driver_cancels_a_call_ends_the_run(mirakl, monkeypatch, method):
    async def cancelled(*_, **__):
        raise asyncio.CancelledError

    await mirakl.put(command("a1"))
    monkeypatch.setattr(mirakl.queue, method, cancelled)
    async with asyncio.timeout(10):
        with pytest.raises(QueueError, match="cancelled"):
            await mirakl.run(router_of(lambda command: None), until_empty=False)
