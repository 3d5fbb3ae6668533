"""A connector in a process of its own, to be killed: its handlers fail, hang, answer later, and crash it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import zlib
from pathlib import Path
from random import Random

from mirakl_async import ClientCredentials, ConnectChannel, Retry
from mirakl_async.events import ActionFailed, Deferred, Delivery, Done, EventRouter
from mirakl_async.events.decode import TYPES
from mirakl_async.model import Command
from mirakl_async.queues.opening import queue_of


def plan_of(action_id: str) -> str:
    """What is to become of an action, which the test knows as well."""
    number = zlib.crc32(action_id.encode()) % 100
    if number < 10:
        return "fails"
    return "deferred" if number < 15 else "done"


def main(settings: dict[str, str]) -> None:
    dice = Random()
    journal = Path(settings["journal"])
    later: list[str] = []

    def note(action_id: str) -> None:
        with journal.open("a") as file:
            file.write(action_id + "\n")

    async def handle(command: Command, delivery: Delivery) -> Done | Deferred | None:
        note(command.action_id)
        if dice.random() < 0.01:
            raise RuntimeError("passing")
        if dice.random() < 0.002:
            await asyncio.sleep(3600)
        plan = plan_of(command.action_id)
        if plan == "fails":
            raise ActionFailed("ORDER_IN_WRONG_STATE", "closed")
        if plan == "deferred" and not delivery.again:
            later.append(command.action_id)
            return Deferred(within=2.0)
        return None

    def handle_in_thread(command: Command) -> None:
        note(command.action_id)
        if dice.random() < 0.01:
            raise RuntimeError("passing")
        if plan_of(command.action_id) == "fails":
            raise ActionFailed("ORDER_IN_WRONG_STATE", "closed")

    events = EventRouter()
    for kind in TYPES.values():
        if issubclass(kind, Command):
            handler = handle_in_thread if kind.type in {"REFUND", "CANCEL"} else handle
            events.on(kind)(handler)  # type: ignore[arg-type]

    async def run() -> None:
        client = ConnectChannel(
            auth=ClientCredentials(settings["client_id"], settings["client_secret"]),
            connect_url=settings["connect_url"],
            auth_url=settings["auth_url"],
            account_url=settings["account_url"],
            rate="none",
            retry=Retry(base=0.05, cap=0.5, quota=1_000_000),
        )
        queue = queue_of(settings["queue"])
        async with client as connect, queue:
            running = asyncio.create_task(
                connect.events.run(
                    queue, events, idempotency_store=settings["store"], time_limit=1.0, max_failures=50, concurrency=16
                )
            )
            while not running.done():
                await asyncio.sleep(0.2)
                while later:
                    await connect.events.settle(later.pop(), Done(), idempotency_store=settings["store"])
            await running

    asyncio.run(run())


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main(json.loads(sys.argv[1]))
