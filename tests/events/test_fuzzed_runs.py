"""Damaged bodies in `connect.events.run`: none stops it, and each is counted, answered or rejected."""

from __future__ import annotations

import random

import pytest

from mirakl_async.events import Command, InvalidEvent, UnknownEvent, decode
from mirakl_async.events.decode import TYPES
from tests.events.bodies import body, damaged
from tests.events.conftest import command, router_of

COUNTED = ("handled", "failed", "deferred", "facts", "ignored", "outdated", "duplicates", "rejected")


def expected_of(text):
    """What is to become of a body: the action that is answered, or the counter that it is in."""
    try:
        event = decode(text)
    except InvalidEvent:
        return "rejected", None
    if isinstance(event, Command):
        return "command", event.action_id
    if isinstance(event, UnknownEvent):
        return ("rejected" if event.action_id else "ignored"), None
    return "fact", None


LONG = [pytest.param([name], 2000, id=name, marks=pytest.mark.chaos) for name in TYPES]


@pytest.mark.parametrize(("names", "count"), [pytest.param([*TYPES], 30, id="all types"), *LONG])
async def test_damaged_bodies_do_not_stop_the_run_and_each_is_accounted_for(start, names, count):
    # The clock is fast: with a short lease, a busy machine would let messages come twice.
    mirakl, dice, found = await start(lease=3600.0), random.Random(str(names)), []
    for number, name in enumerate(names * count):
        text = body(name, dice).replace(b"action-1", b"action-%d" % number)
        found.append(damaged(text, dice) if number % 4 else text)
    found.append(command("last", "last"))
    plans = [expected_of(text) for text in found]
    for kind, action in plans:
        if kind == "command" and action not in mirakl.sim.world.actions:
            mirakl.sim.world.add_action(action)
    await mirakl.queue.put(found)
    facts = {
        one: lambda event: None
        for one, kind in TYPES.items()
        if not issubclass(kind, Command) and one != "OFFER_UPSERT"
    }
    counters = await mirakl.run(router_of(lambda event: None, **facts))
    assert await mirakl.queue.waiting() == 0
    assert counters.received == len(found)
    set_aside_twice = counters.refused + counters.gone  # handled, and their outcome set aside
    assert sum(getattr(counters, one) for one in COUNTED) == counters.received + set_aside_twice, counters
    actions = {action for kind, action in plans if kind == "command"}
    answered = {action for action in actions if mirakl.sim.world.actions[action].status == "SUCCESS"}
    rows = [row async for row in mirakl.queue.rejected()]
    lines = {row.line for row in rows}
    unanswered = {row.id.removeprefix("action ") for row in rows if row.id.startswith("action ")}
    unanswered |= {action for text, (_, action) in zip(found, plans, strict=True) if text in lines}
    assert actions - answered <= unanswered, "what Connect does not take is set aside"
    assert "last" in answered
    assert {text for text, (kind, _) in zip(found, plans, strict=True) if kind == "rejected"} <= lines
    assert counters.errors == 0
