"""All ways to read the fifteen lists, over real connections where they matter."""

from __future__ import annotations

import json
from contextlib import aclosing

import pytest

from mirakl_async import errors
from mirakl_async.http.session import Session
from mirakl_async.operations import operations
from tests.support.manual_clock import InstantClock
from tests.support.moving_list import DROP, front_of, listed, listening, make, names, rows

OFFSET = ["IV01", "M01", "OR11", "OR41", "P51", "PR01"]
SEEK = ["M11", "PL11", "RT11", "RT12", "RT52", "SBC11", "ST11"]
THROTTLED = (429, {"Retry-After": "0"}, b'{"message": "slow down"}')


def test_all_paged_operations_are_tested():
    paged = {operation.code for operation in operations.values() if operation.paging}
    assert paged == {*OFFSET, *SEEK, "P11", "ST12"}


@pytest.mark.parametrize("code", [*OFFSET, *SEEK])
@pytest.mark.parametrize("count", [0, 1, 5, 23])
async def test_every_row_of_every_list_is_delivered_and_a_second_iteration_restarts(code, count):
    served = make(count, code)
    front, _ = front_of(served)
    async with front:
        paginator = listed(front, served, page_size=5)
        for _ in range(2):
            assert names([item async for item in paginator], served) == served.rows


@pytest.mark.parametrize("code", ["OR11", "RT11", "P11"])
async def test_a_list_takes_the_options_of_a_call_for_each_of_its_pages(code, monkeypatch):
    sent, send = [], Session.send

    async def noting(session, request, options):
        sent.append(dict(options))
        return await send(session, request, options)

    monkeypatch.setattr(Session, "send", noting)
    served = make(12, code)
    front, _ = front_of(served)
    async with front:
        plain = listed(front, served, page_size=5)
        changed = plain.with_options(timeout=5, headers={"X-A": "1"}).configure(prefetch=0).with_options(timeout=7)
        assert len(await changed.all()) == len(await plain.all())
        half = len(sent) // 2
        assert sent[:half] == [{"timeout": 7, "headers": {"X-A": "1"}}] * half
        assert sent[half:] == [{}] * half


@pytest.mark.parametrize(
    ("options", "words"), [({"timeout": 0}, "timeout"), ({"prefetch": 2}, "prefetch.*valid options")]
)
async def test_an_unknown_option_of_a_list_is_an_error_with_the_valid_ones(options, words):
    front, _ = front_of(make(1))
    async with front:
        with pytest.raises(errors.InvalidArgument, match=words):
            front.orders.list().with_options(**options)


async def test_items_without_a_key_are_all_delivered():
    served = make(23, "ST12")
    front, _ = front_of(served)
    async with front:
        assert len(await listed(front, served, page_size=5).all()) == 23


@pytest.mark.parametrize(("code", "size"), [("OR11", 100), ("RT11", 100), ("M11", 50), ("SBC11", 1000)])
async def test_the_default_page_size_is_the_documented_maximum(code, size):
    served = make(1, code)
    front, _ = front_of(served)
    async with front:
        await listed(front, served).all()
        assert served.queries[0]["max" if code in OFFSET else "limit"] == str(size)
        with pytest.raises(errors.InvalidArgument, match="page_size: 1001 is out of range; must be from 1 to"):
            listed(front, served, page_size=1001)


async def test_a_page_token_is_sent_without_other_parameters():
    served = make(23, "RT11")
    front, _ = front_of(served)
    async with front:
        await front.returns.list(page_size=5, return_id=["x"]).all()
    assert served.queries[0] == {"limit": "5", "return_id": "x"}
    assert all(set(query) == {"page_token"} for query in served.queries[1:])
    assert len(served.queries) == 5


async def read_by_another_process(served, size, cursor, pages):
    """Read `pages` pages with a client that knows only the cursor; return the rows and the next cursor."""
    front, _ = front_of(served)
    got = []
    async with front, aclosing(listed(front, served, page_size=size).pages(after=cursor)) as reading:
        async for page in reading:
            got += names(page.items, served)
            cursor, pages = page.next_cursor, pages - 1
            if not pages:
                break
    assert front.counters.list_changes == 0
    return got, cursor


@pytest.mark.parametrize("code", [*OFFSET, *SEEK])
async def test_the_same_items_when_every_page_is_read_by_another_process(code):
    served = make(23, code)
    got, cursor = await read_by_another_process(served, 5, None, 1)
    while cursor is not None:
        more, cursor = await read_by_another_process(served, 5, cursor, 1)
        got += more
    assert got == served.rows


@pytest.mark.parametrize("code", ["OR11", "RT11", "PR01"])
async def test_the_same_items_wherever_inside_a_page_it_is_resumed_and_in_pages_of_whatever_size(code):
    served = make(23, code)
    front, _ = front_of(served)
    async with front:
        whole = [page async for page in listed(front, served, page_size=5).pages()]
    for number, page in enumerate(whole):
        for count in range(len(page.items) + 1):
            rest, _ = await read_by_another_process(served, 7, page.cursor_after(count), 99)
            assert served.rows[: 5 * number + count] + rest == served.rows


@pytest.mark.parametrize("failure", [THROTTLED, DROP], ids=["429", "lost connection"])
@pytest.mark.parametrize("code", ["OR11", "RT11", "IV01"])
async def test_the_same_items_with_a_failure_at_every_page(code, failure):
    served = make(23, code)
    async with listening(served, clock=InstantClock()) as front:
        paginator = listed(front, served, page_size=5)
        for call in range(1, 6):
            served.instead = {len(served.queries) + call: failure}
            assert names(await paginator.all(), served) == served.rows
        one_by_one = paginator.configure(prefetch=0)
        served.instead = {len(served.queries) + 1 + 2 * page: failure for page in range(5)}
        assert names(await one_by_one.all(), served) == served.rows
        assert not served.instead
        assert front.counters.retries == 10
        assert front.counters.list_changes == 0


async def test_an_iterator_of_items_has_a_cursor():
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


@pytest.mark.parametrize("came", [1, 3])
async def test_rows_that_moved_between_two_processes_are_found(came):
    served = make(40)
    front, _ = front_of(served)
    async with front:
        pages = front.orders.list(page_size=10).pages()
        page = await anext(pages)
        await pages.aclose()
        new = ["90001", "90002", "90003"]  # as many as went: the total is the same
        del served.rows[2:5]
        served.rows += new[:came]
        rest = [item async for item in front.orders.list(page_size=10).items(after=page.next_cursor)]
        assert names(rest, served) == rows(40)[10:] + new[:came]
        assert front.counters.list_changes == 1


async def test_a_position_that_moved_by_many_pages_is_found():
    served = make(400)
    front, _ = front_of(served)
    async with front:
        items = front.orders.list(page_size=10).items()
        async for item in items:
            if item.order_id == served.rows[299]:
                break
        new = [f"9{n:04}" for n in range(250)]
        served.rows = served.rows[250:] + new
        rest = [item async for item in front.orders.list(page_size=10).items(after=items.cursor)]
        assert names(rest, served) == [*rows(400)[300:], *new]
        assert front.counters.list_changes == 1


@pytest.mark.parametrize("prefetch", [1, 4])
async def test_a_list_that_grows_at_its_end_needs_only_an_overlap(prefetch):
    served = make(500)
    there = list(served.rows)
    served.before = lambda call: served.rows.append(f"2{call:04}")
    events = []
    front, _ = front_of(served, listener=events.append)
    async with front:
        got = names(await front.orders.list(page_size=50).configure(prefetch=prefetch).all(), served)
    assert got[:500] == there
    assert got == sorted(set(got))
    assert len(served.queries) <= 500 / 45 + 3 + 2 * prefetch  # once, what was under way is asked again
    drifted = [event for event in events if type(event).__name__ == "ListChanged"]
    assert drifted[0].after > drifted[0].before


async def test_a_cursor_is_valid_only_for_its_list():
    served = make(12)
    front, _ = front_of(served)
    async with front:
        page = await anext(front.orders.list(page_size=5).pages())
        with pytest.raises(errors.InvalidArgument, match="other arguments"):
            front.orders.list(order_ids=["1"]).pages(after=page.next_cursor)
        with pytest.raises(errors.InvalidArgument, match="is a cursor of OR11"):
            front.returns.list().pages(after=page.next_cursor)
        with pytest.raises(ValueError, match="this page has 5 items"):
            page.cursor_after(6)


async def test_first_and_take_request_only_the_rows_that_they_need():
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


async def test_first_of_a_seek_list_makes_one_request():
    served = make(500, "RT11")
    front, _ = front_of(served)
    async with front:
        assert (await front.returns.list().first()).id == served.rows[0]
        assert served.queries == [{"limit": "1"}]
        assert len(await front.returns.list().take(200)) == 200
        assert len(served.queries) == 3


async def test_raw_response_returns_the_first_page():
    served = make(5)
    front, _ = front_of(served)
    async with front:
        reply = await front.raw_response(front.orders.list, page_size=3)
        assert len(reply.json()["orders"]) == 3


async def test_a_page_has_its_total_its_neighbours_and_the_progress():
    progress = []
    served = make(23)
    front, _ = front_of(served)
    async with front:
        paginator = front.orders.list(page_size=10).configure(on_page=progress.append)
        pages = [page async for page in paginator.pages()]
    assert [page.total for page in pages] == [23, 23, 23]
    assert [page.previous_cursor for page in pages] == [None, None, None]
    assert [(step.pages, step.items, step.total) for step in progress] == [(1, 10, 23), (2, 20, 23), (3, 23, 23)]
    assert [step.cursor for step in progress] == [page.next_cursor for page in pages]
    assert pages[-1].next_cursor is None
    assert repr(pages[0]) == "<Page of 10 items, total 23, more follow>"


async def test_the_progress_callback_can_be_async():
    saved = []

    async def save(progress):
        saved.append(progress.items)

    served = make(23)
    front, _ = front_of(served)
    async with front:
        await front.orders.list(page_size=10).configure(on_page=save).all()
    assert saved == [10, 20, 23]


async def test_draft_invoices_without_a_number_are_distinct_items():
    served = make(40, "IV01")
    served.item = lambda name: {"id": name, "invoice_id": None}
    front, _ = front_of(served)
    async with front:
        pages = front.accounting.list_invoices(states=["DRAFT"], page_size=10).configure(prefetch=0).pages()
        got = (await anext(pages)).items
        del served.rows[2:5]
        got += [item async for page in pages for item in page.items]
    assert names(got, served) == rows(40)


async def test_two_labels_of_one_return_are_two_items():
    served = make(2, "RT52")
    served.item = lambda name: {"return_id": "r", "date_created": f"2026-01-01T00:00:{name[-2:]}Z"}
    front, _ = front_of(served)
    async with front:
        assert len(await front.returns.list_labels(page_size=1).all()) == 2


async def test_a_seek_page_has_a_previous_cursor():
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
        back = [item async for item in front.returns.list(page_size=3).items(after=pages[1].previous_cursor)]
        assert names(back, served) == served.rows
