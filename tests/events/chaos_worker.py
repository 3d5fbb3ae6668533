"""A connector in its own process, to be killed: its handlers fail, hang, defer, and crash the process."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from pathlib import Path
from random import Random

from mirakl_async import ClientCredentials, ConnectChannel, Retry
from mirakl_async.events import ActionFailed, Deferred, Delivery, Done, EventRouter, maintenance
from mirakl_async.events.decode import TYPES
from mirakl_async.model import Command
from mirakl_async.queues.opening import make_queue


def plan_of(action_id: str) -> str:
    """What is to become of an action, which the test knows as well."""
    number = zlib.crc32(action_id.encode()) % 100
    if number < 10:
        return "fails"
    return "deferred" if number < 15 else "done"


class Connector:
    """Its handlers, and the outcomes that they promised."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.later: list[str] = []
        self._journal = Path(settings["journal"])
        self._dice = Random()

    def router(self) -> EventRouter:
        events = EventRouter()
        for kind in TYPES.values():
            if issubclass(kind, Command):
                handler = self.in_thread if kind.type in {"REFUND", "CANCEL"} else self.handle
                events.on(kind)(handler)  # type: ignore[arg-type]
        return events

    async def handle(self, command: Command, delivery: Delivery) -> Deferred | None:
        await asyncio.sleep(self._dice.random() * 0.03)  # so that there is something to kill
        self.in_thread(command)
        if self._dice.random() < 0.002:
            await asyncio.sleep(3600)
        if plan_of(command.action_id) == "deferred" and not delivery.again:
            self.later.append(command.action_id)
            return Deferred(within=2.0)
        return None

    def in_thread(self, command: Command) -> None:
        with self._journal.open("a") as file:
            file.write(command.action_id + "\n")
        if self._dice.random() < 0.01:
            raise RuntimeError("passing")
        if plan_of(command.action_id) == "fails":
            raise ActionFailed("ORDER_IN_WRONG_STATE", "closed")

    async def run(self) -> None:
        """Until SIGTERM; half of what was deferred is settled here, the rest is overdue."""
        settings = self.settings
        client = ConnectChannel(
            auth=ClientCredentials(settings["client_id"], settings["client_secret"]),
            connect_url=settings["connect_url"],
            auth_url=settings["auth_url"],
            account_url=settings["account_url"],
            rate_limit="none",
            retry=Retry(initial_delay=0.05, max_delay=0.5, quota=1_000_000),
        )
        store, queue = settings["store"], make_queue(settings["queue"])
        async with client as connect, queue:
            running = asyncio.create_task(
                connect.events.run(
                    queue,
                    self.router(),
                    idempotency_store=store,
                    rejected=settings["rejected"],
                    time_limit=1.0,
                    max_failures=50,
                )
            )
            while not running.done():
                await asyncio.sleep(0.2)
                print("running", flush=True)  # noqa: T201 - from now on, SIGTERM ends it gracefully
                while self.later:
                    action_id = self.later.pop()
                    if self._dice.random() < 0.5:
                        await connect.events.settle(action_id, Done(), idempotency_store=store)
            await running


if __name__ == "__main__":
    maintenance.MAINTENANCE_INTERVAL = 1.0  # what is overdue is called again soon
    asyncio.run(Connector(json.loads(sys.argv[1])).run())
