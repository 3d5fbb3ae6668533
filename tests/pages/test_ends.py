"""How the end of a list is detected; items and pages that cannot be read."""

from __future__ import annotations

import itertools
import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from mirakl_async import Retry, errors
from tests.support.moving_list import front_of, listed, listening, make, names


@pytest.mark.parametrize("count", [0, 1, 10, 20, 23])
@pytest.mark.parametrize(("totals", "links"), [(True, True), (True, False), (False, True), (False, False)])
async def test_an_offset_list_ends_by_total_by_link_or_by_a_short_page(count, totals, links):
    served = make(count, totals=totals, links=links)
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows
        assert front.counters.list_changes == 0


async def test_an_empty_page_is_not_the_end():
    served = make(12, "RT11")
    served.instead = {2: (200, {}, b'{"data": [], "next_page_token": "6-10005"}')}
    front, _ = front_of(served)
    async with front:
        assert len(await front.returns.list(page_size=5).all()) == 12

    served = make(30)
    served.instead = {2: (200, {}, b'{"orders": [], "total_count": 30}')}
    front, _ = front_of(served)
    async with front:
        got = names(await front.orders.list(page_size=10).configure(prefetch=0).all(), served)
        assert got == [*served.rows[:10], *served.rows[20:]]  # what the server left out; the rest is not lost
        assert front.counters.list_changes == 1


async def test_a_page_without_total_does_not_end_a_list_whose_total_is_known():
    served = make(30)
    served.instead = {2: (200, {}, b'{"orders": null}')}
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).configure(prefetch=0).all(), served) == served.rows
        assert front.counters.list_changes > 0


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_a_response_that_is_not_a_page_is_an_error_and_not_the_end(code):
    served = make(30, code)
    served.instead = {2: (200, {}, b"{}")}
    front, _ = front_of(served)
    async with front:
        with pytest.raises(
            errors.DecodeFailed, match="none of the members (orders, total_count|data, next)"
        ) as refused:
            await listed(front, served, page_size=10).all()
        rest = [item async for item in listed(front, served, page_size=10).items(after=refused.value.resume_from)]
    assert names(rest, served) == served.rows[10:]


@pytest.mark.parametrize("code", ["OR11", "RT11"])
@pytest.mark.parametrize("body", [b'{"message": "maintenance"}', b'\xef\xbb\xbf{"error": {"code": 1}}'])
async def test_an_error_that_is_sent_as_a_success_is_not_a_page_and_is_asked_again(code, body):
    served = make(30, code)
    served.instead = {2: (200, {}, body)}
    front, _ = front_of(served)
    async with front:
        assert names(await listed(front, served, page_size=10).all(), served) == served.rows


async def test_short_pages_are_not_the_end_and_leave_no_gap():
    served = make(30)
    served.links = False
    original = served.answer

    def at_most_four(url):
        return original(url.replace("max=10", "max=4"))

    served.answer = at_most_four
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


def capped(served, cap):
    """Limit the server to `cap` rows a page, whatever the request asks for."""
    original = served.answer

    def answer(url):
        asked = int(dict(parse_qsl(urlsplit(url).query))["max"])
        return original(url.replace(f"max={asked}", f"max={min(asked, cap)}"))

    served.answer = answer
    return served


@pytest.mark.parametrize("prefetch", [1, 2, 4, 8])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(
    ("rows", "cap", "requests"), [(250, 10, 25), (101, 50, 3), (30, 1, 30), (10, 10, 1), (7, 10, 1)]
)
async def test_capped_pages_are_requested_once_each(rows, cap, requests, links, prefetch):
    served = make(rows)
    served.links = links
    front, _ = front_of(capped(served, cap), lambda call: (7 * call) % 5 + 1)
    async with front:
        found = await front.orders.list(page_size=100).configure(prefetch=prefetch).all()
    assert names(found, served) == served.rows
    assert len(served.queries) == requests
    assert front.counters.list_changes == 0


@pytest.mark.parametrize("cap", [1, 2, 3, 5, 9])
async def test_capped_pages_can_overlap_and_still_progress(cap):
    served = make(60)
    front, _ = front_of(capped(served, cap))
    async with front:
        assert names(await front.orders.list(page_size=100).configure(overlap=True).all(), served) == served.rows
    assert len(served.queries) <= 60 // (cap - min(5, cap // 2)) + 5


async def test_one_short_page_in_the_middle_does_not_change_the_prefetching():
    served = make(100)
    original = served.answer
    served.answer = lambda url: original(url.replace("max=10", "max=4") if "offset=30" in url else url)
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows
    assert len(served.queries) <= 15


async def test_a_resumed_iteration_of_a_capped_list_uses_the_observed_page_size():
    served = make(100)
    front, _ = front_of(capped(served, 10))
    async with front:
        pages = front.orders.list(page_size=50).pages()
        cursor = (await anext(pages)).next_cursor
        await pages.aclose()
        before = len(served.queries)
        rest = [item async for item in front.orders.list(page_size=50).items(after=cursor)]
    assert names(rest, served) == served.rows[10:]
    assert len(served.queries) - before <= 12


@pytest.mark.parametrize("total", [2**63, 10**4000], ids=["64 bits", "thousands of digits"])
async def test_an_impossibly_large_total_is_ignored(total):
    served = make(30)
    original = served.answer

    def absurd(url):
        status, headers, body = original(url)
        return status, headers, body.replace(b'"total_count": 30', b'"total_count": %d' % total)

    served.answer = absurd
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows
        pages = [page async for page in front.orders.list(page_size=10).pages()]
    assert {page.total for page in pages} == {None}
    assert all(page.next_cursor for page in pages[:-1])


@pytest.mark.parametrize("digits", [19, 5000])
async def test_a_link_with_an_absurd_offset_means_only_that_more_pages_follow(digits):
    served = make(30)
    served.totals = False
    original = served.answer

    def absurd(url):
        status, headers, body = original(url)
        if link := headers.get("Link"):
            headers["Link"] = re.sub(r"offset=\d+>; rel=\"next\"", f'offset={"9" * digits}>; rel="next"', link)
        return status, headers, body

    served.answer = absurd
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


@pytest.mark.parametrize("total", [0, 10])
async def test_a_total_that_contradicts_its_page_or_links_is_ignored(total):
    served = make(30)
    original = served.answer

    def lying(url):
        status, headers, body = original(url)
        return status, headers, json.dumps(json.loads(body) | {"total_count": total}).encode()

    served.answer = lying
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


@pytest.mark.parametrize("tokens", [["a"], ["a", "b"], ["a", "b", "c", "b"]])
async def test_repeated_page_tokens_are_an_error(tokens):
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
        with pytest.raises(errors.PaginationLoop, match="repeated a page token") as raised:
            async for page in front.returns.list(page_size=5).pages():
                seen += names(page.items, served)
        assert seen == [str(n) for n in range(len(set(tokens)) + 1)]
        assert raised.value.resume_from


async def test_a_link_to_an_earlier_page_is_an_error_without_a_total():
    served = make(30, totals=False)
    original = served.answer

    def leading_back(url):
        status, headers, body = original(url)
        return status, {"Link": '</api/orders?offset=0>; rel="next"'}, body

    served.answer = leading_back
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.PaginationLoop, match="after offset 0 the server links to offset 0"):
            await front.orders.list(page_size=10).all()
        served.totals = True
        assert names(await front.orders.list(page_size=10).all(), served) == served.rows


async def test_endless_empty_pages_are_an_error():
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


async def test_an_invalid_page_token_is_an_error_and_not_the_end():
    served = make(12, "RT11")
    served.instead = {2: (200, {}, b'{"data": [{"id": "x"}], "next_page_token": {"odd": 1}}')}
    front, _ = front_of(served)
    async with front:
        with pytest.raises(errors.DecodeFailed, match="whether more pages follow"):
            await front.returns.list(page_size=5).all()


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_a_row_that_is_twice_on_a_page_is_delivered_once(code):
    served = make(8, code)
    served.rows[1] = served.rows[0]
    front, _ = front_of(served)
    async with front:
        got = names(await listed(front, served, page_size=5).all(), served)
        assert got == sorted(set(served.rows))


async def test_an_item_that_cannot_be_read_is_quarantined_and_the_list_continues():
    events = []
    served = make(23)
    served.item = lambda name: "no object" if name in {"10003", "10012"} else {"order_id": name}
    front, _ = front_of(served, listener=events.append)
    async with front:
        pages = [page async for page in front.orders.list(page_size=5).configure(overlap=True).pages()]
        good = [name for name in served.rows if name not in {"10003", "10012"}]
        assert [name for page in pages for name in names(page.items, served)] == good
        assert [one.raw for page in pages for one in page.quarantined] == [b'"no object"'] * 2
        assert front.counters.quarantined == 2
        assert front.counters.list_changes == 0
        assert [type(event).__name__ for event in events].count("ItemQuarantined") == 2
        assert "1 quarantined" in repr(pages[0])
        for page in pages:
            for count in range(len(page.items) + 1):
                rest = [one async for one in front.orders.list(page_size=5).items(after=page.cursor_after(count))]
                assert names(rest, served) == good[len(good) - len(rest) :]


async def test_an_error_of_a_page_has_a_cursor_to_resume_from():
    served = make(23)
    served.instead = {3: (200, {}, b'{"orders": [}')}
    front, _ = front_of(served)
    async with front:
        seen = []
        with pytest.raises(errors.DecodeFailed, match="cannot be read") as raised:
            async for page in front.orders.list(page_size=5).configure(prefetch=0).pages():
                seen += page.items
        seen += [item async for item in front.orders.list(page_size=5).items(after=raised.value.resume_from)]
        assert names(seen, served) == served.rows


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_a_firewalls_page_in_the_middle_of_a_list_is_retried(code):
    served = make(23, code)
    served.instead = {3: (200, {"Content-Type": "text/html"}, b"<html>Checking your browser</html>")}
    front, _ = front_of(served)
    async with front:
        assert names([item async for item in listed(front, served, page_size=5)], served) == served.rows
        assert front.counters.retries == 1


@pytest.mark.parametrize("code", ["OR11", "RT11", "P11"])
@pytest.mark.parametrize("answer", [(500, b'{"message": "broken"}'), (404, b"{}"), (200, b'{"a": [}')])
async def test_an_error_of_the_first_page_has_nothing_to_resume(code, answer):
    served = make(23, code)
    served.instead = {number: (answer[0], {}, answer[1]) for number in range(1, 9)}
    async with listening(served, retry=Retry(max_retries=0)) as front:
        everything = listed(front, served, page_size=5)
        for reading in (everything.all, everything.first, everything.items().__aiter__().__anext__):
            with pytest.raises(errors.MiraklError) as raised:
                await reading()
            assert raised.value.resume_from is None
            assert "resume" not in str(raised.value)


async def test_an_error_of_a_resumed_iterations_first_page_has_a_cursor():
    served = make(23)
    async with listening(served, retry=Retry(max_retries=0)) as front:
        page = await anext(front.orders.list(page_size=5).configure(prefetch=0).pages())
        served.instead = dict.fromkeys(range(2, 5), (500, {}, b'{"message": "broken"}'))
        for place in (page.next_cursor, page.cursor_after(2)):
            with pytest.raises(errors.ServerError, match="resume after") as raised:
                await anext(front.orders.list(page_size=5).pages(after=place))
            assert raised.value.resume_from == place


@pytest.mark.parametrize("code", ["OR11", "RT11"])
async def test_an_error_is_raised_after_the_pages_before_it_with_a_cursor(code):
    served = make(23, code)
    served.instead = {3: (500, {}, b'{"message": "broken"}')}
    async with listening(served, retry=Retry(max_retries=0)) as front:
        seen = []
        with pytest.raises(errors.ServerError, match="resume after") as raised:
            async for page in listed(front, served, page_size=5).pages():
                seen += page.items
        assert names(seen, served) == served.rows[:10] if code == "RT11" else len(seen) % 5 == 0
        seen += [item async for item in listed(front, served, page_size=5).items(after=raised.value.resume_from)]
        assert names(seen, served) == served.rows


@pytest.mark.parametrize("prefetch", [1, 4])
@pytest.mark.parametrize(("rows", "cap"), [(25, 10), (30, 10), (10, 10), (7, 10), (5, 1), (1, 1), (0, 10), (101, 50)])
async def test_capped_pages_without_total_and_link_are_read_to_the_end(rows, cap, prefetch):
    served = make(rows)
    served.links = served.totals = False
    front, _ = front_of(capped(served, cap))
    async with front:
        found = await front.orders.list(page_size=100).configure(prefetch=prefetch).all()
    assert names(found, served) == served.rows
    assert front.counters.list_changes == 0


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (7, 2), (100, 2), (250, 3)])
async def test_without_total_and_link_a_short_list_needs_one_more_request(rows, requests):
    served = make(rows)
    served.links = served.totals = False
    front, _ = front_of(served)
    async with front:
        assert names(await front.orders.list(page_size=100).all(), served) == served.rows
    assert len(served.queries) == requests
