"""P11: pages of the offers inside each product."""

from __future__ import annotations

import asyncio
import itertools
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async import errors
from tests.support.moving_list import MovingList, front_of


class Catalog(MovingList):
    """Products and the numbers of their offers."""

    def __init__(self, offers, *, totals=True, links=False):
        super().__init__([], "P11", totals=totals, links=links)
        self.offers = {product: list(numbers) for product, numbers in offers.items()}

    def answer(self, url):
        query = dict(parse_qsl(urlsplit(url).query))
        self.queries.append(query)
        if (other := self.instead.pop(len(self.queries), None)) is not None:
            return other
        self.before(len(self.queries))
        start, size = int(query["offset"]), int(query["max"])
        wanted = query.get("product_ids", ",".join(self.offers)).split(",")
        products = [self.product(name, start, size) for name in self.offers if name in wanted]
        more = any(start + size < len(numbers) for numbers in self.offers.values())
        headers = {"Link": f'</api/products/offers?offset={start + size}>; rel="next"'} if self.links and more else {}
        return 200, headers, json.dumps({"products": products}).encode()

    def product(self, name, start, size):
        numbers = self.offers[name]
        body = {"product_sku": name, "offers": [{"offer_id": number} for number in numbers[start : start + size]]}
        return body | ({"total_count": len(numbers)} if self.totals else {})


def spread(*lengths):
    return {f"p{n}": range(1000 * n, 1000 * n + length) for n, length in enumerate(lengths)}


def gathered(products):
    found = {}
    for product in products:
        found.setdefault(product.product_sku, []).extend(offer.offer_id for offer in product.offers or [])
    return found


@pytest.mark.parametrize(("totals", "links"), [(True, False), (False, True), (False, False)])
@pytest.mark.parametrize("lengths", [(), (0,), (10,), (3, 25, 0, 10, 11)])
async def test_every_offer_of_every_product_is_delivered(lengths, totals, links):
    catalog = Catalog(spread(*lengths), totals=totals, links=links)
    front, _ = front_of(catalog)
    async with front:
        paginator = front.offers.list_by_product(page_size=10)
        for _ in range(2):
            products = await paginator.all()
            assert gathered(products) == catalog.offers
        slices = [product.product_sku for product in products]
        assert len(slices) == sum(max(1, -(-length // 10)) for length in lengths)
        assert front.counters.list_changes == 0


async def test_it_resumes_after_any_product():
    catalog = Catalog(spread(3, 25, 12, 0, 31))
    front, _ = front_of(catalog)
    async with front:
        paginator = front.offers.list_by_product(page_size=10)
        done = []
        async for page in paginator.pages():
            for count in range(len(page.items) + 1):
                rest = [item async for item in paginator.items(after=page.cursor_after(count))]
                assert gathered([*done, *page.items[:count], *rest]) == catalog.offers
            done += page.items
        with pytest.raises(errors.InvalidArgument, match="not supported for a list whose pages run inside"):
            paginator.configure(overlap=True)


async def test_long_lists_of_ids_are_split_and_it_resumes_after_any_product():
    catalog = Catalog(spread(*(n % 13 for n in range(120))))
    front, _ = front_of(catalog)
    async with front:
        paginator = front.offers.list_by_product(product_ids=[*catalog.offers, "p7"], page_size=10)
        pages = [page async for page in paginator.pages()]
        assert gathered([product for page in pages for product in page.items]) == catalog.offers
        assert max(query["product_ids"].count(",") for query in catalog.queries) == 99
        done = []
        for page in pages:
            for count in (0, 1, len(page.items)):
                rest = [item async for item in paginator.items(after=page.cursor_after(count))]
                assert gathered([*done, *page.items[:count], *rest]) == catalog.offers
            done += page.items
        assert front.counters.list_changes == 0


async def test_a_page_without_some_products_does_not_end_the_others_and_is_reported():
    catalog = Catalog(spread(3, 35, 12))
    catalog.instead = {2: (200, {}, b'{"products": []}')}
    front, _ = front_of(catalog)
    async with front:
        found = gathered(await front.offers.list_by_product(page_size=10).all())
        assert found["p1"] == [*catalog.offers["p1"][:10], *catalog.offers["p1"][20:]]
        assert front.counters.list_changes == 1


async def test_an_empty_page_with_a_next_link_is_not_the_end():
    catalog = Catalog(spread(35), totals=False, links=True)
    catalog.instead = {2: (200, {"Link": '</api/products/offers?offset=20>; rel="next"'}, b'{"products": []}')}
    front, _ = front_of(catalog)
    async with front:
        assert len(gathered(await front.offers.list_by_product(page_size=10).all())["p0"]) == 25


async def test_a_product_in_several_responses_is_delivered_once():
    catalog = Catalog({"p": range(25)})
    front, _ = front_of(catalog)
    async with front:
        products = await front.offers.list_by_product(shop_ids=list(range(250)), page_size=10).all()
        assert gathered(products) == {"p": list(range(25))}
        assert [len(product.offers) for product in products] == [10, 10, 5]


async def test_offers_deleted_during_the_first_page_are_reported():
    catalog = Catalog(spread(25, 25))
    front, _ = front_of(catalog)
    async with front:
        items = front.offers.list_by_product(page_size=10).items()
        async for _product in items:
            break
        del catalog.offers["p1"][:3]
        rest = [item async for item in front.offers.list_by_product(page_size=10).items(after=items.cursor)]
        assert gathered(rest)["p1"] == catalog.offers["p1"]
        assert front.counters.list_changes == 1


async def test_first_and_take_return_products_with_the_offers_of_one_page():
    catalog = Catalog(spread(3, 25, 12))
    front, _ = front_of(catalog)
    async with front:
        assert gathered([await front.offers.list_by_product().first()]) == {"p0": catalog.offers["p0"]}
        taken = await front.offers.list_by_product(page_size=10).take(2)
        assert [len(product.offers) for product in taken] == [3, 10]
        assert [query["max"] for query in catalog.queries] == ["100", "10"]


@given(
    st.integers(0, 30),
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(2, 6), st.integers(0, 29), st.integers(0, 29))),
)
def test_moved_offers_are_delivered_exactly_once_or_the_change_is_reported(length, size, moves):
    catalog = Catalog(spread(length, 3))

    def move(call):
        for _, at, to in (one for one in moves if one[0] == call and length):
            offers = catalog.offers["p0"]
            offers.insert(to % length, offers.pop(at % length))

    async def read():
        catalog.before = move
        front, _ = front_of(catalog)
        async with front:
            return gathered(await front.offers.list_by_product(page_size=size).all()), front.counters.list_changes

    found, reported = asyncio.run(read())
    assert reported or sorted(found["p0"]) == list(range(length))


# What happens before a call to one product's offers: those that come, or those that go, at these places. Both at once
# would leave the total as it was, and nothing else tells.
scripts = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(0, 2)),
    st.tuples(st.sampled_from(["insert", "delete"]), st.lists(st.integers(0, 40), min_size=1, max_size=3)),
    max_size=6,
)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=3), st.integers(1, 8), st.integers(1, 2), scripts)
def test_unchanged_offers_are_delivered_exactly_once_or_the_change_is_reported(lengths, size, prefetch, script):
    catalog = Catalog(spread(*lengths))
    stayed = {number for numbers in catalog.offers.values() for number in numbers}
    new = itertools.count(90000)

    def move(call):
        for product, numbers in enumerate(catalog.offers.values()):
            kind, places = script.get((call, product), ("none", []))
            for place in places:
                if kind == "insert":
                    numbers.insert(place % (len(numbers) + 1), next(new))
                elif numbers:
                    stayed.discard(numbers.pop(place % len(numbers)))

    async def read():
        catalog.before = move
        front, _ = front_of(catalog)
        async with front:
            paginator = front.offers.list_by_product(page_size=size).configure(prefetch=prefetch)
            found = gathered(await paginator.all())
            return [number for numbers in found.values() for number in numbers], front.counters.list_changes

    got, reported = asyncio.run(read())
    wrong = {number for number in stayed if got.count(number) != 1}
    assert reported or not wrong
    if len({kind for kind, _ in script.values()}) < 2:
        assert not wrong


@pytest.mark.parametrize(("totals", "links"), [(True, False), (False, True), (False, False)])
@pytest.mark.parametrize("lengths", [(0,), (4,), (10,), (3, 25, 0, 10, 11)])
@pytest.mark.parametrize("cap", [1, 4, 10])
async def test_capped_pages_are_read_to_the_end(lengths, cap, totals, links):
    catalog = Catalog(spread(*lengths), totals=totals, links=links)
    product = catalog.product
    catalog.product = lambda name, start, size: product(name, start, min(size, cap))
    answer = catalog.answer
    catalog.answer = lambda url: answer(url.replace("max=100", f"max={cap}"))
    front, _ = front_of(catalog)
    async with front:
        found = gathered(await front.offers.list_by_product(page_size=100).all())
    assert found == {name: list(numbers) for name, numbers in catalog.offers.items()}
    assert front.counters.list_changes == 0
