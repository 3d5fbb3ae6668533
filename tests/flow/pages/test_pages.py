import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from mirakl_async import BearerToken, MarketplaceFront, Retry, errors
from mirakl_async.pages.link import target as link


class Rows:
    """A server of orders (offset) and returns (seek), whose rows a test may change between two pages."""

    def __init__(self, count):
        self.orders = [f"o{n}" for n in range(count)]
        self.returns = [f"r{n}" for n in range(count)]
        self.queries = []
        self.before = None
        self.with_total = True
        self.tokens = None
        self.fail = []

    async def answer(self, request):
        self.queries.append(dict(request.query))
        if self.fail and (failure := self.fail.pop(0)):
            return web.json_response({"message": "try again"}, status=failure, headers={"Retry-After": "0"})
        if self.before is not None:
            self.before(len(self.queries))
        return self.offset(request) if request.path == "/api/orders" else self.seek(request)

    def offset(self, request):
        start, size = int(request.query["offset"]), int(request.query["max"])
        body = {"orders": [{"order_id": name} for name in self.orders[start : start + size]]}
        if self.with_total:
            body["total_count"] = len(self.orders)
        headers = {}
        if start + size < len(self.orders):
            url = f"http://{request.host}/api/orders?order_ids=1,2,3&max={size}&offset="
            headers["Link"] = f'<{url}0>; rel="previous", <{url}{start + size}>; rel="next"'
        return web.json_response(body, headers=headers)

    def seek(self, request):
        start = int(request.query.get("page_token", "0").removeprefix("t"))
        size = int(request.query.get("limit", 5))
        body = {"data": [{"id": name} for name in self.returns[start : start + size]]}
        if self.tokens is not None:
            body["next_page_token"] = self.tokens[len(self.queries) % len(self.tokens)]
        elif start + size < len(self.returns):
            body["next_page_token"] = f"t{start + size}"
        return web.Response(body=json.dumps(body), content_type="application/json")


@asynccontextmanager
async def served(count, **settings):
    rows = Rows(count)
    app = web.Application()
    app.router.add_get("/{path:.*}", rows.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings.setdefault("retry", Retry(base=0.001))
    try:
        async with MarketplaceFront(url, auth=BearerToken("t"), **settings) as front:
            yield rows, front
    finally:
        await runner.cleanup()


async def names(items):
    return [getattr(item, "order_id", None) or item.id async for item in items]


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("count", [0, 1, 10, 23])
async def test_every_row_of_an_offset_list(count, total):
    async with served(count) as (rows, front):
        rows.with_total = total
        listed = front.orders.list(page_size=10)
        assert await names(listed) == rows.orders
        assert await names(listed) == rows.orders
        assert rows.queries[0] == {"max": "10", "offset": "0"}


@pytest.mark.parametrize("count", [0, 1, 10, 23])
async def test_every_row_of_a_seek_list_and_the_token_goes_alone(count):
    async with served(count) as (rows, front):
        listed = front.returns.list(page_size=5, order_id=["x"])
        assert await names(listed) == rows.returns
        assert all(set(query) == {"page_token"} for query in rows.queries[1:])


@pytest.mark.parametrize("kind", ["orders", "returns"])
async def test_a_list_goes_on_after_any_page_and_inside_one(kind):
    async with served(23) as (rows, front):
        whole = getattr(rows, kind)
        make = lambda: getattr(front, kind).list(page_size=5)  # noqa: E731 - a fresh paginator each time
        pages = [page async for page in make().pages()]
        for number, page in enumerate(pages):
            if page.cursor is not None:
                rest = [one async for one in make().pages(after=page.cursor)]
                assert sum(len(one.items) for one in rest) == len(whole) - 5 * (number + 1)
        inside = pages[1].after(2)
        rest = [one async for one in make().pages(after=inside)]
        assert sum(len(one.items) for one in rest) == len(whole) - 7
        with pytest.raises(errors.InvalidArgument, match="no cursor"):
            make().pages(after="junk!")


async def test_first_take_all_and_raw():
    async with served(23) as (rows, front):
        assert (await front.orders.list(page_size=5).first()).order_id == "o0"
        assert len(await front.orders.list(page_size=5).take(7)) == 7
        assert len(await front.returns.list(page_size=5).all()) == 23
        assert await front.orders.list().take(0) == []
        reply = await front.raw(front.orders.list, page_size=3)
        assert len(reply.json()["orders"]) == 3
        rows.orders = []
        assert await front.orders.list().first() is None


async def test_a_429_at_every_page_changes_nothing():
    async with served(23) as (rows, front):
        rows.fail = [429, 0, 503, 0, 0, 429]
        assert await names(front.orders.list(page_size=5)) == rows.orders


async def test_an_error_says_where_to_go_on():
    async with served(23, retry=Retry(retries=0)) as (rows, front):
        rows.fail = [0, 0, 500]
        seen = []
        with pytest.raises(errors.ServerError, match="resume after") as raised:
            async for page in front.orders.list(page_size=5).pages():
                seen += page.items
        async for page in front.orders.list(page_size=5).pages(after=raised.value.resume_from):
            seen += page.items
        assert [one.order_id for one in seen] == rows.orders


async def test_rows_that_move_up_are_not_missed_and_drift_is_told():
    events = []
    async with served(40, watch=events.append) as (rows, front):
        stays = set(rows.orders[3:])

        def remove(call):
            if call == 3:
                del rows.orders[:3]

        rows.before = remove
        got = await names(front.orders.list(page_size=10))
        assert stays <= set(got)
        assert len(got) == len(set(got))
        assert front.counters.drifts >= 1
        assert any(type(event).__name__ == "Drifted" for event in events)


async def test_rows_that_move_down_are_not_delivered_twice():
    async with served(40) as (rows, front):
        rows.before = lambda call: rows.orders.insert(0, "new") if call == 3 else None
        got = await names(front.orders.list(page_size=10))
        assert len(got) == len(set(got))
        assert {f"o{n}" for n in range(40)} <= set(got)


@pytest.mark.parametrize("tokens", [["a"], ["a", "b"]])
async def test_tokens_that_go_round_are_an_error(tokens):
    async with served(23) as (rows, front):
        rows.tokens = [f"t{n}" for n in range(len(tokens))]
        with pytest.raises(errors.PaginationLoop):
            async with asyncio.timeout(5):
                await names(front.returns.list(page_size=5))


async def test_leaving_early_leaves_nothing_running():
    async with served(23) as (_, front):
        async for _item in front.returns.list(page_size=5):
            break
        pages = front.returns.list(page_size=5).pages()
        await anext(pages)
        await pages.aclose()
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) <= 6


@pytest.mark.parametrize(
    ("header", "target"),
    [
        (
            '<https://h/a?ids=1,2&offset=0>; rel="previous", <https://h/a?ids=1,2&offset=20>; rel="next"',
            "https://h/a?ids=1,2&offset=20",
        ),
        ("<https://h/n>; rel=next", "https://h/n"),
        ('<https://h/n>; title="a, b; rel=x"; rel="last next"', "https://h/n"),
        ('<https://h/p>; rel="previous"', None),
        ("", None),
        ("junk", None),
    ],
)
def test_links(header, target):
    assert link(header, "next") == target


async def test_a_file_is_saved_whole_or_not_at_all(tmp_path):
    async def answer(request):
        headers = {"Content-Disposition": 'attachment; filename="../../evil.csv"'}
        if request.query.get("order_ids") == "cut":
            response = web.StreamResponse(headers={**headers, "Content-Length": "100"})
            await response.prepare(request)
            await response.write(b"short")
            request.transport.close()
            return response
        return web.Response(body=b"a;b\n1;2\n", headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with MarketplaceFront(url, auth=BearerToken("t")) as front:
            async with front.orders.download_documents(order_ids="fine") as file:
                saved = await file.save(tmp_path)
            assert saved.complete
            assert saved.path == tmp_path / "evil.csv"
            assert saved.path.read_bytes() == b"a;b\n1;2\n"
            with pytest.raises(errors.ConnectionLost):
                async with front.orders.download_documents(order_ids="cut") as file:
                    await file.save(tmp_path / "cut.csv")
            assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.csv"]
            async with front.orders.download_documents(order_ids="fine") as file:
                with pytest.raises(errors.ReplyTooLarge):
                    await file.read(3)
    finally:
        await runner.cleanup()
