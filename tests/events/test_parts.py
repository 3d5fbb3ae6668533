from __future__ import annotations

import datetime as dt
import random

import pytest

from mirakl_async.events.parts import NewestParts, set_parts
from mirakl_async.models.connect_events import (
    DiscountPrice,
    Inventory,
    OfferAttribute,
    OfferUpsert,
    OfferUpsertData,
    Price,
    PriceStockUpsert,
    PriceStockUpsertData,
    ProductUpsert,
    ProductUpsertData,
    StandardPrice,
    Stock,
    SubChannelData,
    SubChannelPrice,
)

START = dt.datetime(2024, 5, 20, tzinfo=dt.UTC)
IGNORE = "IGNORE"


def event(second, kind=PriceStockUpsert, data=PriceStockUpsertData, product="P", **parts):
    time = None if second is None else START + dt.timedelta(seconds=second)
    return kind(id=f"e{second}", time=time, data=data(channel_id="C", store_id="S", product_id=product, **parts))


def price(action="UPDATE"):
    return StandardPrice(action_type=action, price=Price(currency="EUR"))


def names(found):
    return {name for name, _, _ in set_parts(found)}


def test_an_older_event_is_dropped_only_if_each_part_it_sets_is_outdated():
    newest = NewestParts()
    newest.handled(event(10, standard_price=price()))
    assert newest.is_outdated(event(5, standard_price=price()))
    mixed = event(5, standard_price=price(), stock=Stock(action_type="UPDATE"))
    assert not newest.is_outdated(mixed)
    assert mixed.data.standard_price == StandardPrice(action_type=IGNORE)
    assert mixed.data.stock.action_type == "UPDATE"


def test_a_part_with_ignore_is_not_compared():
    newest = NewestParts()
    newest.handled(event(10, standard_price=price(IGNORE), inventory=Inventory(action_type="UPDATE", quantity=1)))
    older = event(5, standard_price=price(), inventory=Inventory(action_type=IGNORE))
    assert not newest.is_outdated(older)
    assert older.data.standard_price.action_type == "UPDATE"
    assert not newest.is_outdated(event(1)), "an event that sets nothing is not outdated"


def test_equal_times_and_unknown_times_are_not_outdated():
    newest = NewestParts()
    newest.handled(event(10, standard_price=price()))
    newest.handled(event(None, stock=Stock(action_type="UPDATE")))
    assert not newest.is_outdated(event(10, standard_price=price()))
    assert not newest.is_outdated(event(None, standard_price=price()))


def test_an_event_that_was_not_handled_is_not_compared():
    newest = NewestParts()
    assert not newest.is_outdated(event(10, standard_price=price()))
    assert not newest.is_outdated(event(5, standard_price=price()))


@pytest.mark.parametrize("action", ["UPDATE", "DELETE", "LATER", None])
def test_each_action_but_ignore_sets_its_part(action):
    newest = NewestParts()
    newest.handled(event(10, discount_price=DiscountPrice(action_type=action)))
    assert newest.is_outdated(event(9, discount_price=DiscountPrice(action_type="UPDATE")))


def test_parts_of_sub_channels_are_separate():
    newest = NewestParts()
    sub = SubChannelData(code="FR", standard_price=price(), stock=Stock(action_type=IGNORE))
    newest.handled(event(10, sub_channel=sub))
    assert newest.is_outdated(event(5, sub_channel=SubChannelData(code="FR", standard_price=price())))
    for other in (
        event(5, sub_channel=SubChannelData(code="DE", standard_price=price())),
        event(5, sub_channel=SubChannelData(code="FR", stock=Stock(action_type="UPDATE"))),
        event(5, standard_price=price()),
    ):
        assert not newest.is_outdated(other)


def test_other_offers_are_not_compared():
    newest = NewestParts()
    newest.handled(event(10, standard_price=price()))
    assert not newest.is_outdated(event(5, product="Q", standard_price=price()))


def test_an_offer_and_a_product_have_the_parts_of_prices_and_their_own():
    offer = event(
        5,
        OfferUpsert,
        OfferUpsertData,
        standard_price=price(),
        sub_channel_prices=[SubChannelPrice(code="FR", standard_price=price())],
    )
    product = event(5, ProductUpsert, ProductUpsertData, standard_price=price())
    assert names(offer) == {"standard_price", ("FR", "standard_price"), "offer"}
    assert names(product) == {"standard_price", "product"}
    newest = NewestParts()
    newest.handled(event(10, standard_price=price()))
    assert not newest.is_outdated(offer), "it changes more than the price"
    assert offer.data.standard_price.action_type == IGNORE
    newest.handled(event(10, OfferUpsert, OfferUpsertData, standard_price=price()))
    assert newest.is_outdated(event(5, OfferUpsert, OfferUpsertData, standard_price=price()))


def test_attributes_of_a_price_event_are_a_part():
    newest = NewestParts()
    newest.handled(event(10, offer_attributes=[OfferAttribute(id="a")]))
    assert newest.is_outdated(event(5, offer_attributes=[OfferAttribute(id="a")]))
    mixed = event(5, standard_price=price(), offer_attributes=[OfferAttribute(id="a")])
    assert not newest.is_outdated(mixed)
    assert mixed.data.offer_attributes == []


def test_the_least_recently_handled_offers_are_forgotten():
    newest = NewestParts(max_offers=2)
    for product in ("P", "Q", "P", "R"):
        newest.handled(event(10, product=product, standard_price=price()))
    assert newest.is_outdated(event(5, product="P", standard_price=price()))
    assert not newest.is_outdated(event(5, product="Q", standard_price=price()))


@pytest.mark.parametrize("seed", range(20))
def test_the_newest_of_each_part_is_final_in_any_order(seed):
    dice = random.Random(seed)
    members = {"standard_price": price, "discount_price": lambda: DiscountPrice(action_type="UPDATE"),
               "inventory": lambda: Inventory(action_type="UPDATE"), "stock": lambda: Stock(action_type="UPDATE")}  # fmt: skip
    events = []
    for second in range(30):
        chosen = [name for name in members if dice.random() < 0.4]
        events.append(event(second, **{name: members[name]() for name in chosen}))
    expected = {name: max(one.time for one in events if name in names(one)) for name in members}
    dice.shuffle(events)
    shop, newest = {}, NewestParts()
    for one in events:
        if not newest.is_outdated(one):
            shop.update(dict.fromkeys(names(one), one.time))
            newest.handled(one)
    assert shop == expected
