from __future__ import annotations

import functools

import pytest

from mirakl_async.errors import ConfigurationError
from mirakl_async.events import Deferred, Delivery, Done, EventRouter, UnknownEvent
from mirakl_async.events.decode import TYPES
from mirakl_async.model import Command, Event
from mirakl_async.models.connect_events import Accept, Cancel, PriceStockUpsert, Refund


def registered(handler, kind=Accept):
    events = EventRouter()
    assert events.on(kind)(handler) is handler, "the function stays what it was"
    return events.handler(kind())


def test_a_handler_takes_the_event_or_the_event_and_its_delivery():
    async def one(command: Accept) -> None: ...
    async def two(command: Accept, delivery: Delivery) -> Done: ...
    def optional(command: Accept, dry_run: bool = False) -> None: ...
    def optional_delivery(command, delivery=None): ...
    def many(*arguments): ...

    found = [registered(handler) for handler in (one, two, optional, optional_delivery, many)]
    assert [one.takes_delivery for one in found] == [False, True, False, True, True]
    assert [one.is_async for one in found] == [True, True, False, False, False]


def test_methods_partials_and_objects_are_handlers():
    class Shop:
        async def accept(self, command: Accept, delivery: Delivery) -> Done: ...
        async def __call__(self, command: Accept) -> None: ...

    def with_shop(shop, command: Accept) -> None: ...

    assert registered(Shop().accept).takes_delivery
    assert registered(Shop().accept).is_async
    assert registered(Shop()).is_async
    assert not registered(functools.partial(with_shop, Shop())).takes_delivery


def test_a_handler_of_a_base_class_is_accepted_and_one_of_another_type_is_rejected():
    async def any_command(command: Command) -> None: ...
    async def any_event(event: Event) -> None: ...
    async def several(command: Accept | Cancel) -> None: ...
    async def other(command: Refund) -> None: ...

    for handler in (any_command, any_event, several):
        registered(handler)
    with pytest.raises(ConfigurationError, match="takes Refund, which is not Accept"):
        registered(other)


def test_annotations_that_only_type_checkers_can_resolve_are_read_as_text():
    async def good(command: Accept, delivery: NotImported) -> NotImported: ...  # noqa: F821
    async def bad(command: Refund, delivery: NotImported) -> None: ...  # noqa: F821
    async def outcome(fact: PriceStockUpsert, delivery: NotImported) -> Done: ...  # noqa: F821

    registered(good)
    with pytest.raises(ConfigurationError, match="which is not Accept"):
        registered(bad)
    with pytest.raises(ConfigurationError, match="must not return an outcome"):
        registered(outcome, PriceStockUpsert)


@pytest.mark.parametrize("kind", [UnknownEvent, Command, str, "ACCEPT", None, 7, Accept()])
def test_a_class_that_is_not_an_event_is_rejected(kind):
    events = EventRouter()
    for register in (events.on, events.decline):
        with pytest.raises(ConfigurationError, match="is not the class of an event"):
            register(kind)


def test_a_type_has_one_handler_or_is_declined_once():
    def handler(command): ...
    def another(command): ...

    events = EventRouter()
    late = events.on(Accept)
    events.on(Accept)(handler)
    with pytest.raises(ConfigurationError, match="Accept already has a handler, .*handler"):
        events.on(Accept)
    with pytest.raises(ConfigurationError, match="already has a handler"):
        late(another)
    with pytest.raises(ConfigurationError, match="already has a handler"):
        events.decline(Accept)
    events.decline(Cancel)
    with pytest.raises(ConfigurationError, match="is already declined"):
        events.on(Cancel)
    with pytest.raises(ConfigurationError, match="is already declined"):
        events.decline(Cancel)


@pytest.mark.parametrize(
    "handler",
    [
        lambda: None,
        lambda command, delivery, third: None,
        lambda command, *, needed: None,
        "accept",
        None,
        7,
    ],
    ids=["none", "three", "keyword", "text", "None", "number"],
)
def test_a_wrong_signature_is_rejected_at_registration(handler):
    with pytest.raises(ConfigurationError, match="EventRouter.on"):
        registered(handler)


def test_a_handler_of_a_fact_must_not_return_an_outcome():
    async def done(fact: PriceStockUpsert) -> Done: ...
    async def maybe(fact: PriceStockUpsert) -> Deferred | None: ...
    async def nothing(fact: PriceStockUpsert) -> None: ...

    for handler in (done, maybe):
        with pytest.raises(ConfigurationError, match="must not return an outcome: PriceStockUpsert is a fact"):
            registered(handler, PriceStockUpsert)
    registered(nothing, PriceStockUpsert)
    with pytest.raises(ConfigurationError, match="is a fact; only commands can be declined"):
        EventRouter().decline(PriceStockUpsert)  # type: ignore[arg-type]


def test_a_router_includes_another_one_and_rejects_duplicates():
    events, returns = EventRouter(), EventRouter()
    returns.on(Refund)(lambda command: None)
    returns.decline(Cancel)
    events.include(returns)
    assert events.handler(Refund()) is not None
    assert events.declined(Cancel()).status == "FAILED"
    with pytest.raises(ConfigurationError):
        events.include(returns)
    assert repr(events) == "<EventRouter REFUND>"


def test_commands_that_are_neither_handled_nor_declined_are_missing():
    events = EventRouter()
    commands = [kind for kind in TYPES.values() if issubclass(kind, Command)]
    assert len(commands) == 9
    assert events.missing() == [kind.type for kind in commands]
    events.on(Accept)(lambda command: None)
    events.decline(*[kind for kind in commands if kind is not Accept], message="Ask the shop.")
    assert events.missing() == []
    assert events.declined(Refund()).errors == [("ACTION_NOT_SUPPORTED", "Ask the shop.")]
    assert events.declined(Accept()) is None
