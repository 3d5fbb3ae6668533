"""Pages requested before they are needed, long lists of ids, and the rate of an iteration."""

from __future__ import annotations

import asyncio
import gc
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from mirakl_async import Rate, Retry, errors
from tests.support.manual_clock import InstantClock
from tests.support.moving_list import front_of, listed, listening, make, names


async def test_the_next_page_is_requested_while_one_is_processed():
    served = make(15, "RT11")
    async with listening(served) as front:
        reached = 0
        async for _page in front.returns.list(page_size=5).pages():
            reached += 1
            async with asyncio.timeout(30):
                while len(served.queries) < min(reached + 1, 3):
                    await asyncio.sleep(0.005)
        assert len(served.queries) == reached == 3
        asked = []
        async for _page in front.returns.list(page_size=5).configure(prefetch=0).pages():
            await asyncio.sleep(0.02)
            asked.append(len(served.queries))
        assert asked == [4, 5, 6]


@pytest.mark.parametrize("prefetch", [1, 2, 8])
async def test_prefetched_pages_are_bounded_and_delivered_in_order(prefetch):
    served = make(200)
    front, wire = front_of(served, lambda call: (7 * call) % 11 + 1)
    async with front:
        paginator = front.orders.list(page_size=10).configure(prefetch=prefetch)
        assert names(await paginator.all(), served) == served.rows
    assert wire.most_under_way == prefetch
    assert len(served.queries) == 20


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_leaving_a_loop_cancels_prefetched_pages(code):
    served = make(200, code)
    front, wire = front_of(served, lambda call: 1 if call == 0 else 10**6)
    async with front:
        running = asyncio.all_tasks()
        async for _item in listed(front, served, page_size=10):
            break
        async with asyncio.timeout(5):
            while wire.under_way:
                await asyncio.sleep(0)
        served.queries.clear()
        pages = listed(front, served, page_size=10).pages()
        await anext(pages)
        assert wire.under_way
        await pages.aclose()
        assert not wire.under_way
        served.queries.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await listed(front, served, page_size=10).all()
        assert not wire.under_way
        assert asyncio.all_tasks() == running


async def test_the_error_of_a_prefetched_page_that_is_never_read_is_not_logged():
    served = make(200)
    front, wire = front_of(served, retry=Retry(max_retries=0))
    async with front:
        pages = front.orders.list(page_size=10).pages()
        served.instead = {call: (500, {}, b"{}") for call in range(2, 6)}
        assert len((await anext(pages)).items) == 10
        await pages.aclose()
    gc.collect()
    assert len(served.queries) == 5
    assert not wire.under_way


@pytest.mark.parametrize("code", ["OR11", "RT11"])
def test_a_failing_consumer_leaves_no_task_behind(code):
    served = make(200, code)

    async def consume():
        async with listening(served) as front:
            async for _item in listed(front, served, page_size=10):
                raise LookupError("the consumer's own")

    with pytest.raises(LookupError, match="the consumer's own"):
        asyncio.run(consume())
    gc.collect()


async def test_prefetched_pages_keep_the_rate_limit():
    clock, sent = InstantClock(), []
    served = make(300)
    served.before = lambda _: sent.append(clock.monotonic())
    front, _ = front_of(served, lambda _: 2, clock=clock, rate_limits={"OR11": Rate(calls=5, seconds=1.0)})
    async with front:
        assert len(await front.orders.list(page_size=10).configure(prefetch=8).all()) == 300
    assert len(sent) == 30
    assert all(later - sooner > 1.0 for sooner, later in zip(sent, sent[5:], strict=False))


async def test_a_prefetched_page_does_not_fail_because_of_the_rate_limits_queue():
    served = make(60)
    front, _ = front_of(served, clock=InstantClock(), rate_limits={"OR11": Rate(calls=1, seconds=30.0)})
    async with front:
        got = await front.orders.list(page_size=10).configure(prefetch=8).all()
    assert names(got, served) == served.rows
    assert len(served.queries) == 6


async def test_an_invalid_previous_page_token_is_ignored():
    served = make(5, "RT11")
    served.instead = {1: (200, {}, b'{"data": [{"id": "1"}], "previous_page_token": {"odd": 1}}')}
    front, _ = front_of(served)
    async with front:
        page = await anext(front.returns.list().pages())
    assert (len(page.items), page.previous_cursor, page.next_cursor) == (1, None, None)


async def test_invalid_options_are_rejected_before_anything_is_sent():
    served = make(5)
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.InvalidArgument, match="prefetch: must be a whole number, at least 0"):
            front.orders.list().configure(prefetch=-1)
        with pytest.raises(errors.InvalidArgument, match="RT11: overlap: is not needed"):
            front.returns.list().configure(overlap=True)
        with pytest.raises(errors.InvalidArgument, match="two rows or more"):
            front.orders.list(page_size=1).configure(overlap=True)
        with pytest.raises(errors.InvalidArgument, match="not a valid cursor"):
            front.orders.list().items(after="junk!")
        with pytest.raises(errors.InvalidArgument, match="order_state_code: unknown argument"):
            front.orders.list(order_state_code=["SHIPPING"])
        assert await front.orders.list(timeout=5, max_retries=0).take(0) == []
    assert not served.queries


async def test_long_lists_of_ids_are_split_and_merged():
    served = make(450)
    front, wire = front_of(served, lambda _: 2)
    async with front:
        wanted = [*served.rows[300:], *served.rows[:130], "77777", served.rows[0]]
        got = names(await front.orders.list(order_ids=wanted, page_size=40).all(), served)
        assert got == [
            name for at in range(0, 281, 100) for name in sorted(wanted[:281][at : at + 100]) if name != "77777"
        ]
        assert max(query["order_ids"].count(",") for query in served.queries) == 99
        assert wire.most_under_way == 4
        cursor, seen = None, []
        while True:
            async for page in front.orders.list(order_ids=wanted, page_size=40).pages(after=cursor):
                seen += page.items
                assert page.total is None
                cursor = page.next_cursor
                break
            if cursor is None:
                break
        assert names(seen, served) == got
        assert front.counters.list_changes == 0


async def test_a_row_in_several_responses_is_delivered_once():
    served = make(30)
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(offer_ids=list(range(250)), page_size=10).all(), served) == served.rows
        assert len(served.queries) == 9
        assert front.counters.list_changes == 0


async def test_a_lookup_of_many_ids_is_split_and_merged_too():
    asked = []
    served = make(0)

    def look_up(url):
        pairs = dict(parse_qsl(urlsplit(url).query))["product_references"].split(",")
        asked.append(len(pairs))
        found = [{"product_id": pair.partition("|")[2]} for pair in pairs if not pair.endswith("7")]
        return 200, {}, json.dumps({"products": found, "total_count": len(found)}).encode()

    served.answer = look_up
    front, wire = front_of(served, lambda _: 3)
    async with front:
        answer = await front.products.lookup([("EAN", str(number)) for number in range(650)])
        assert [product.product_id for product in answer.products] == [
            str(number) for number in range(650) if number % 10 != 7
        ]
        assert answer.total_count == 585
        assert asked == [100, 100, 100, 100, 100, 100, 50]
        assert wire.most_under_way == 4
        assert len((await front.products.lookup([("EAN", "1"), ("EAN", "2")])).products) == 2
        assert asked[7:] == [2]


async def test_a_list_read_again_too_early_is_warned_about_once_and_its_pages_do_not_wait(caplog):
    served = make(300)
    front, _ = front_of(served)
    async with front:
        for _ in range(3):
            assert len(await front.orders.list(page_size=10).all()) == 300
        assert front.counters.waited == 0
    advice = [record.getMessage() for record in caplog.records if "read again" in record.getMessage()]
    assert len(advice) == 1
    assert "OR11: the same list is read again after 0 s; documented: " in advice[0]
