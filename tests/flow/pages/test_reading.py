"""The ways to read a list, of all fifteen operations, over real connections where they matter."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from mirakl_async import Rate, Retry, errors
from mirakl_async.operations import operations
from tests.manual_clock import InstantClock
from tests.moving_list import DROP, MovingList, front_of, listed, listening, names

OFFSET = ["IV01", "M01", "OR11", "OR41", "P51", "PR01"]
SEEK = ["M11", "PL11", "RT11", "RT12", "RT52", "SBC11", "ST11"]
THROTTLED = (429, {"Retry-After": "0"}, b'{"message": "slow down"}')


def rows(count):
    return [f"1{n:04}" for n in range(count)]


def make(count, code="OR11", **settings):
    return MovingList(rows(count), code, **settings)


def test_all_paged_operations_are_here():
    paged = {operation.code for operation in operations.values() if operation.paging}
    assert paged == {*OFFSET, *SEEK, "P11", "ST12"}


@pytest.mark.parametrize("code", [*OFFSET, *SEEK])
@pytest.mark.parametrize("count", [0, 1, 5, 23])
async def test_every_row_of_every_list_and_a_second_iteration_starts_afresh(code, count):
    served = make(count, code)
    front, _ = front_of(served)
    async with front:
        paginator = listed(front, served, page_size=5)
        for _ in range(2):
            assert names([item async for item in paginator], served) == served.rows


async def test_items_that_have_no_key_are_all_delivered():
    served = make(23, "ST12")
    front, _ = front_of(served)
    async with front:
        assert len(await listed(front, served, page_size=5).all()) == 23


@pytest.mark.parametrize(("code", "size"), [("OR11", 100), ("RT11", 100), ("M11", 50), ("SBC11", 1000)])
async def test_a_page_is_as_large_as_documented_unless_told(code, size):
    served = make(1, code)
    front, _ = front_of(served)
    async with front:
        await listed(front, served).all()
        assert served.queries[0]["max" if code in OFFSET else "limit"] == str(size)
        with pytest.raises(errors.InvalidArgument, match="page_size: 1001 is outside 1 to"):
            listed(front, served, page_size=1001)


async def test_a_token_is_sent_alone():
    served = make(23, "RT11")
    front, _ = front_of(served)
    async with front:
        await front.returns.list(page_size=5, return_id=["x"]).all()
    assert served.queries[0] == {"limit": "5", "return_id": "x"}
    assert all(set(query) == {"page_token"} for query in served.queries[1:])
    assert len(served.queries) == 5


@pytest.mark.parametrize("code", ["OR11", "RT11", "IV01"])
async def test_the_same_items_whatever_happens_to_each_page_and_wherever_it_is_resumed(code):
    """Read to the end; killed and resumed at every page and inside each; a 429, then a lost connection, at every page."""
    served = make(23, code)
    async with listening(served, clock=InstantClock()) as front:
        paginator = listed(front, served, page_size=5)
        whole = [page async for page in paginator.pages()]
        assert [name for page in whole for name in names(page.items, served)] == served.rows

        done: list[str] = []
        cursor = None
        while True:  # one page a process
            async for page in listed(front, served, page_size=5).pages(after=cursor):
                done += names(page.items, served)
                cursor = page.cursor
                break
            if cursor is None:
                break
        assert done == served.rows

        for page in whole:
            for count in range(len(page.items) + 1):
                before = served.rows[
                    : served.rows.index(names(whole[0].items, served)[0]) + 5 * whole.index(page) + count
                ]
                rest = listed(front, served, page_size=7).items(after=page.after(count))
                assert [*before, *names([item async for item in rest], served)] == served.rows

        for failure in (THROTTLED, DROP):
            for call in range(1, 6):
                served.instead = {len(served.queries) + call: failure}
                assert names(await paginator.all(), served) == served.rows
            served.instead = {len(served.queries) + 1 + 2 * call: failure for call in range(5)}
            assert names(await paginator.all(), served) == served.rows
        assert front.counters.drifts == 0
        assert front.counters.retries == 20


async def test_items_know_where_to_go_on():
    served = make(12)
    front, _ = front_of(served)
    async with front:
        items = front.orders.list(page_size=5).items()
        assert (
            names([one async for one in front.orders.list(page_size=5).items(after=items.cursor)], served)
            == served.rows
        )
        seen = 0
        async for _item in items:
            seen += 1
            rest = front.orders.list(page_size=5).items(after=items.cursor)
            assert names([one async for one in rest], served) == served.rows[seen:]
        served.rows.append("10099")
        assert names([one async for one in front.orders.list(page_size=5).items(after=items.cursor)], served) == [
            "10099"
        ]


async def test_rows_that_moved_while_nobody_read_are_found_again():
    served = make(40)
    front, _ = front_of(served)
    async with front:
        pages = front.orders.list(page_size=10).pages()
        page = await anext(pages)
        await pages.aclose()
        del served.rows[2:5]
        served.rows.insert(0, "90001")
        rest = [item async for item in front.orders.list(page_size=10).items(after=page.cursor)]
        assert names(rest, served) == rows(40)[10:]
        assert front.counters.drifts == 1


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_a_list_that_grows_at_its_end_all_the_while_costs_an_overlap_and_no_more(concurrency):
    served = make(500)
    there = list(served.rows)
    served.before = lambda call: served.rows.append(f"2{call:04}")
    events = []
    front, _ = front_of(served, watch=events.append)
    async with front:
        got = names(await front.orders.list(page_size=50).with_options(concurrency=concurrency).all(), served)
    assert got[:500] == there
    assert got == sorted(set(got))
    assert len(served.queries) <= 500 / 45 + 3 + 2 * concurrency  # once, what was under way is asked again
    drifted = [event for event in events if type(event).__name__ == "Drifted"]
    assert drifted[0].after > drifted[0].before


async def test_a_cursor_is_for_its_list_alone():
    served = make(12)
    front, _ = front_of(served)
    async with front:
        page = await anext(front.orders.list(page_size=5).pages())
        with pytest.raises(errors.InvalidArgument, match="other arguments"):
            front.orders.list(order_ids=["1"]).pages(after=page.cursor)
        with pytest.raises(errors.InvalidArgument, match="is a cursor of OR11"):
            front.returns.list().pages(after=page.cursor)
        with pytest.raises(ValueError, match="this page has 5 items"):
            page.after(6)


async def test_first_and_take_ask_for_no_more_than_they_need():
    served = make(500)
    front, _ = front_of(served)
    async with front:
        assert (await front.orders.list().first()).order_id == served.rows[0]
        assert served.queries == [{"max": "1", "offset": "0"}]
        assert names(await front.orders.list().take(250), served) == served.rows[:250]
        assert [query["offset"] for query in served.queries[1:]] == ["0", "100", "200"]
        assert await front.orders.list().take(0) == []
        assert len(await front.orders.list(page_size=100).take(9999)) == 500
        served.rows = []
        assert await front.orders.list().first() is None


async def test_first_of_a_seek_list_asks_once():
    served = make(500, "RT11")
    front, _ = front_of(served)
    async with front:
        assert (await front.returns.list().first()).id == served.rows[0]
        assert served.queries == [{"limit": "1"}]
        assert len(await front.returns.list().take(200)) == 200
        assert len(served.queries) == 3


async def test_the_raw_reply_of_the_first_page():
    served = make(5)
    front, _ = front_of(served)
    async with front:
        reply = await front.raw(front.orders.list, page_size=3)
        assert len(reply.json()["orders"]) == 3


async def test_a_page_tells_its_total_its_neighbours_and_how_far_the_reading_is():
    progress = []
    served = make(23)
    front, _ = front_of(served)
    async with front:
        paginator = front.orders.list(page_size=10).with_options(on_page=progress.append)
        pages = [page async for page in paginator.pages()]
    assert [page.total for page in pages] == [23, 23, 23]
    assert [page.previous for page in pages] == [None, None, None]
    assert [(told.pages, told.items, told.total) for told in progress] == [(1, 10, 23), (2, 20, 23), (3, 23, 23)]
    assert [told.cursor for told in progress] == [page.cursor for page in pages]
    assert pages[-1].cursor is None
    assert repr(pages[0]) == "<Page of 10 items, total 23, more follow>"


async def test_a_seek_page_names_the_page_before_it():
    served = make(6, "RT11")
    original = served.answer

    def with_previous(url):
        status, headers, body = original(url)
        members = json.loads(body) | {"previous_page_token": "3-10000"}
        return status, headers, json.dumps(members).encode()

    served.answer = with_previous
    front, _ = front_of(served)
    async with front:
        pages = [page async for page in front.returns.list(page_size=3).pages()]
        back = [item async for item in front.returns.list(page_size=3).items(after=pages[1].previous)]
        assert names(back, served) == served.rows


# --- where a list ends ---


@pytest.mark.parametrize("count", [0, 1, 10, 20, 23])
@pytest.mark.parametrize(("totals", "links"), [(True, True), (True, False), (False, True), (False, False)])
async def test_total_links_or_a_page_that_is_not_full_end_an_offset_list(count, totals, links):
    served = make(count, totals=totals, links=links)
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows
        assert front.counters.drifts == 0


async def test_an_empty_page_ends_nothing():
    served = make(12, "RT11")
    served.instead = {2: (200, {}, b'{"data": [], "next_page_token": "6-10005"}')}
    front, _ = front_of(served)
    async with front:
        assert len(await front.returns.list(page_size=5).all()) == 12

    served = make(30)
    served.instead = {2: (200, {}, b'{"orders": [], "total_count": 30}')}
    front, _ = front_of(served)
    async with front:
        got = names(await front.orders.list(page_size=10).with_options(concurrency=1).all(), served)
        assert got == [*served.rows[:10], *served.rows[20:]]  # what the server left out; the rest is not lost


async def test_short_pages_are_no_end_and_leave_no_gap():
    served = make(30)
    served.links = False
    original = served.answer

    def at_most_four(url):
        return original(url.replace("max=10", "max=4"))

    served.answer = at_most_four
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


async def test_a_total_that_its_own_page_contradicts_is_not_believed():
    served = make(30)
    original = served.answer

    def lying(url):
        status, headers, body = original(url)
        return status, headers, json.dumps(json.loads(body) | {"total_count": 0}).encode()

    served.answer = lying
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


@pytest.mark.parametrize("tokens", [["a"], ["a", "b"], ["a", "b", "c", "b"]])
async def test_tokens_that_go_round_are_an_error(tokens):
    served = make(23, "RT11")
    served.instead = {
        call + 1: (
            200,
            {},
            json.dumps({"data": [{"id": f"{call}"}], "next_page_token": tokens[call % len(tokens)]}).encode(),
        )
        for call in range(20)
    }
    front, _ = front_of(served)
    async with front:
        seen = []
        with pytest.raises(errors.PaginationLoop, match="given before: a round trip") as raised:
            async for page in front.returns.list(page_size=5).pages():
                seen += names(page.items, served)
        assert seen == [str(n) for n in range(len(set(tokens)) + 1)]
        assert raised.value.resume_from


async def test_a_link_that_leads_back_is_an_error_where_there_is_no_total():
    served = make(30, totals=False)
    original = served.answer

    def leading_back(url):
        status, headers, body = original(url)
        return status, {"Link": '</api/orders?offset=0>; rel="next"'}, body

    served.answer = leading_back
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.PaginationLoop, match="after offset 0 the server leads to offset 0"):
            await front.orders.list(page_size=10).all()
        served.totals = True
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


async def test_pages_without_end_and_without_rows_are_an_error():
    served, number = make(0, "RT11"), itertools.count()
    served.answer = lambda _: (200, {}, b'{"data": [], "next_page_token": "%d"}' % next(number))
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.PaginationLoop, match="1000 pages without a new row"):
            await front.returns.list().all()


async def test_a_link_to_another_origin_is_not_followed():
    served = make(30, totals=False)
    original = served.answer
    asked = []

    def elsewhere(url):
        asked.append(url)
        status, headers, body = original(url)
        return status, {name: value.replace("acme.mirakl.net", "evil.example") for name, value in headers.items()}, body

    served.answer = elsewhere
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows
    assert all(url.startswith("https://acme.mirakl.net/") for url in asked)


async def test_junk_where_the_token_should_be_is_not_taken_for_the_end():
    served = make(12, "RT11")
    served.instead = {2: (200, {}, b'{"data": [{"id": "x"}], "next_page_token": {"odd": 1}}')}
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.DecodeFailed, match="whether the list goes on"):
            await front.returns.list(page_size=5).all()


# --- items and pages that cannot be read ---


async def test_an_item_that_cannot_be_read_is_set_aside_and_the_list_goes_on():
    events = []
    served = make(23)
    served.item = lambda name: "no object" if name in {"10003", "10012"} else {"order_id": name}
    front, _ = front_of(served, watch=events.append)
    async with front:
        pages = [page async for page in front.orders.list(page_size=5).with_options(exact=True).pages()]
        good = [name for name in served.rows if name not in {"10003", "10012"}]
        assert [name for page in pages for name in names(page.items, served)] == good
        assert [one.raw for page in pages for one in page.quarantined] == [b'"no object"'] * 2
        assert front.counters.quarantined == 2
        assert front.counters.drifts == 0
        assert [type(event).__name__ for event in events].count("Quarantined") == 2
        assert "1 quarantined" in repr(pages[0])
        for page in pages:
            for count in range(len(page.items) + 1):
                rest = [one async for one in front.orders.list(page_size=5).items(after=page.after(count))]
                assert names(rest, served) == good[len(good) - len(rest) :]


async def test_a_page_that_cannot_be_read_is_an_error_that_says_where_to_go_on():
    served = make(23)
    served.instead = {3: (200, {}, b"<html>maintenance</html>")}
    front, _ = front_of(served)
    async with front:
        seen = []
        with pytest.raises(errors.DecodeFailed, match="HTML") as raised:
            async for page in front.orders.list(page_size=5).with_options(concurrency=1).pages():
                seen += page.items
        seen += [item async for item in front.orders.list(page_size=5).items(after=raised.value.resume_from)]
        assert names(seen, served) == served.rows


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_an_error_comes_after_the_pages_before_it_and_says_where_to_go_on(code):
    served = make(23, code)
    served.instead = {3: (500, {}, b'{"message": "broken"}')}
    async with listening(served, retry=Retry(retries=0)) as front:
        seen = []
        with pytest.raises(errors.ServerError, match="resume after") as raised:
            async for page in listed(front, served, page_size=5).pages():
                seen += page.items
        assert names(seen, served) == served.rows[:10] if code == "RT11" else len(seen) % 5 == 0
        seen += [item async for item in listed(front, served, page_size=5).items(after=raised.value.resume_from)]
        assert names(seen, served) == served.rows


# --- reading ahead ---


async def test_the_next_page_is_asked_for_while_one_is_consumed():
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
        async for _page in front.returns.list(page_size=5).with_options(prefetch=False).pages():
            await asyncio.sleep(0.02)
            asked.append(len(served.queries))
        assert asked == [4, 5, 6]


@pytest.mark.parametrize("concurrency", [1, 2, 8])
async def test_pages_under_way_are_bounded_and_come_in_order(concurrency):
    served = make(200)
    front, wire = front_of(served, lambda call: (7 * call) % 11 + 1)
    async with front:
        paginator = front.orders.list(page_size=10).with_options(concurrency=concurrency)
        assert names(await paginator.all(), served) == served.rows
    assert wire.most_under_way == concurrency
    assert len(served.queries) == 20


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_leaving_a_loop_ends_what_is_under_way(code):
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


async def test_a_page_that_failed_ahead_of_a_reader_who_left_is_nobodys_error():
    served = make(200)
    front, wire = front_of(served, retry=Retry(retries=0))
    async with front:
        pages = front.orders.list(page_size=10).pages()
        served.instead = {call: (500, {}, b"{}") for call in range(2, 6)}
        assert len((await anext(pages)).items) == 10
        await pages.aclose()
    gc.collect()
    assert len(served.queries) == 5
    assert not wire.under_way


@pytest.mark.parametrize("code", ["OR11", "RT11"])
def test_a_consumer_that_fails_leaves_nothing_behind(code):
    served = make(200, code)

    async def consume():
        async with listening(served) as front:
            async for _item in listed(front, served, page_size=10):
                raise LookupError("the consumer's own")

    with pytest.raises(LookupError, match="the consumer's own"):
        asyncio.run(consume())
    gc.collect()


async def test_pages_ahead_keep_to_the_rate():
    clock, sent = InstantClock(), []
    served = make(300)
    served.before = lambda _: sent.append(clock.monotonic())
    front, _ = front_of(served, lambda _: 2, clock=clock, rates={"OR11": Rate(calls=5, seconds=1.0)})
    async with front:
        assert len(await front.orders.list(page_size=10).with_options(concurrency=8).all()) == 300
    assert len(sent) == 30
    assert all(later - sooner > 1.0 for sooner, later in zip(sent, sent[5:], strict=False))


async def test_junk_where_the_token_of_the_page_before_should_be_costs_nothing():
    served = make(5, "RT11")
    served.instead = {1: (200, {}, b'{"data": [{"id": "1"}], "previous_page_token": {"odd": 1}}')}
    front, _ = front_of(served)
    async with front:
        page = await anext(front.returns.list().pages())
    assert (len(page.items), page.previous, page.cursor) == (1, None, None)


async def test_nonsense_is_refused_before_anything_is_sent():
    served = make(5)
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.InvalidArgument, match="0 is less than one page at a time"):
            front.orders.list().with_options(concurrency=0)
        with pytest.raises(errors.InvalidArgument, match="two rows or more"):
            front.orders.list(page_size=1).with_options(exact=True)
        with pytest.raises(errors.InvalidArgument, match="no cursor"):
            front.orders.list().items(after="junk!")
        with pytest.raises(errors.InvalidArgument, match="order_state_code: is neither an argument of this list nor"):
            front.orders.list(order_state_code=["SHIPPING"])
        assert await front.orders.list(timeout=5, retries=0).take(0) == []
    assert not served.queries


# --- long lists of ids ---


async def test_ids_beyond_the_cap_are_split_and_merged():
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
                cursor = page.cursor
                break
            if cursor is None:
                break
        assert names(seen, served) == got
        assert front.counters.drifts == 0


async def test_a_row_that_several_calls_answer_with_comes_once():
    served = make(30)
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(offer_ids=list(range(250)), page_size=10).all(), served) == served.rows
        assert len(served.queries) == 9
        assert front.counters.drifts == 0


async def test_a_lookup_of_more_than_one_call_takes_is_split_and_merged_too():
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


# --- the pace of a sweep ---


async def test_a_list_read_again_too_early_is_advised_against_once_and_its_pages_do_not_wait(caplog):
    served = make(300)
    front, _ = front_of(served)
    async with front:
        for _ in range(3):
            assert len(await front.orders.list(page_size=10).all()) == 300
        assert front.counters.waited == 0
    advice = [record.getMessage() for record in caplog.records if "read again" in record.getMessage()]
    assert len(advice) == 1
    assert "OR11: the same list is read again after 0 s; documented: " in advice[0]
