"""The page at `/` in a real browser: what it shows, what its buttons do, and who may use it."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlsplit

import aiohttp
import pytest

from mirakl_async import NotFound, ServerError
from mirakl_async.models.connect import OriginRequest
from mirakl_async.simulator import Simulator
from tests.support.browser import browser  # noqa: F401 - a fixture

from .payloads import order

ORIGIN = OriginRequest(channel_id="channel-1", channel_store_id="store-1")
SERVED = pytest.mark.mirakl(sockets=True, rate_limits="documented", front={"orders": 1234})


def root(mirakl):
    return mirakl.control_url.removesuffix("_simulator")


def text(browser, selector):  # noqa: F811
    return browser.find_element("css selector", selector).text


def until(condition):
    """Wait until the page, which asks every second, has come to something."""
    ends = time.monotonic() + 15
    while not (found := condition()) and time.monotonic() < ends:
        time.sleep(0.05)
    assert found
    return found


def use(mirakl, calls):
    """Make calls, without sockets of their own, from a loop of their own."""

    async def run():
        async with mirakl.connect_client() as connect, mirakl.front_client() as front:
            return await calls(connect, front)

    return asyncio.run(run())


async def some_traffic(connect, front):
    await connect.orders.upsert(origin=ORIGIN, orders=[order("o1"), order("o2")])
    await front.orders.list().take(120)
    with pytest.raises(NotFound):
        await front.orders.get("unknown-order")


def schemed(browser, scheme):  # noqa: F811
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)


def lightness(browser):  # noqa: F811
    colour = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in colour[4:-1].split(","))


@SERVED
def test_the_page_shows_the_state_of_the_simulator(mirakl, browser, tmp_path):  # noqa: F811
    use(mirakl, some_traffic)
    for expected, answered in (("SUCCESS", "SUCCESS"), ("FAILED", "SUCCESS"), ("SUCCESS", None)):
        action_id = asyncio.run(mirakl.seller().ship("o1", expected=expected))
        if answered:
            mirakl.world.actions[action_id].status = answered
    asyncio.run(mirakl.seller().set_price("p1", 9.99))
    browser.get(root(mirakl))
    until(lambda: "Connect orders" in text(browser, "#sums"))
    assert text(browser, "#sums").split("\n")[:2] == ["Connect orders", "2"]
    latest = text(browser, "#call-rows tr")
    assert all(part in latest for part in ("OR12", "GET /api/orders/unknown-order", "404"))
    assert "30 in 1 s" in text(browser, "#limit-rows")
    assert "1,234" in text(browser, "#list-rows")
    outcomes = [row.text for row in browser.find_elements("css selector", "#event-rows tr")]
    assert ["pending" in outcomes[1], "success" in outcomes[2], "failed" in outcomes[2]] == [True, True, True]
    assert "Wrong or late\n1" in text(browser, "#sums")
    brightness = {}
    for scheme in ("light", "dark"):
        schemed(browser, scheme)
        brightness[scheme] = lightness(browser)
        assert browser.save_screenshot(str(tmp_path / f"{scheme}.png"))
    assert brightness["light"] > 600
    assert brightness["dark"] < 200
    browser.set_window_size(420, 900)
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert browser.save_screenshot(str(tmp_path / "narrow.png"))
    browser.set_window_size(1280, 1000)


@SERVED
def test_a_fault_can_be_added_and_cleared_by_keyboard(mirakl, browser, tmp_path):  # noqa: F811
    use(mirakl, some_traffic)
    browser.get(root(mirakl))
    until(lambda: browser.find_elements("css selector", "#operation option[value=OR11]"))

    def press(keys):
        browser.switch_to.active_element.send_keys(keys)

    def tab_to(words):
        for _ in range(30):
            press("\ue004")
            active = browser.switch_to.active_element
            if words in {active.text, active.get_attribute("id")}:
                return
        pytest.fail(f"no tab stop {words}")

    tab_to("operation")
    press("OR11")
    tab_to("often")
    press("Every call")
    tab_to("503 Service Unavailable")
    outline = browser.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    press("\ue007")
    until(lambda: "OR11: status 503, every call" in text(browser, "#force"))
    assert text(browser, "#notice") == "503 Service Unavailable: every call of OR11."
    assert browser.switch_to.active_element.text == "503 Service Unavailable"

    async def listing(_connect, front):
        with pytest.raises(ServerError):
            await front.with_options(max_retries=0).orders.list().take(1)

    use(mirakl, listing)
    until(lambda: "1 triggered" in text(browser, "#force"))
    assert browser.save_screenshot(str(tmp_path / "faults.png"))
    tab_to("clear")
    press("\ue007")
    until(lambda: "Nothing goes wrong." in text(browser, "#force"))
    assert not mirakl.faults.any


@SERVED
def test_every_button_adds_a_valid_fault(mirakl, browser):  # noqa: F811
    browser.get(root(mirakl))
    buttons = browser.find_elements("css selector", "#buttons button")
    for number, button in enumerate(buttons, 1):
        button.click()
        until(lambda number=number: len(mirakl.faults.in_force()) == number)
    assert {one.fault.times for one in mirakl.faults.in_force()} == {1}
    token = mirakl.issue_token()
    browser.find_element("id", "revoke").click()
    until(lambda: mirakl.tokens.bearer(f"Bearer {token}") is None)


@SERVED
def test_the_page_uses_no_other_host_and_logs_no_errors(mirakl, browser):  # noqa: F811
    browser.get("about:blank")  # the page of the test before may still ask its simulator
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.get(root(mirakl))
    until(lambda: text(browser, "#sums"))
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(root(mirakl)).netloc}
    assert browser.get_log("browser") == []


@SERVED
def test_texts_from_callers_are_escaped(mirakl, browser):  # noqa: F811
    async def unknown(_connect, front):
        with pytest.raises(Exception, match="OR12"):
            await front.orders.get("<img src=x onerror=document.title='broken'>")

    use(mirakl, unknown)
    browser.get(root(mirakl))
    until(lambda: "<img src=x" in text(browser, "#call-rows"))
    assert browser.title == "Mirakl simulator"


@SERVED
def test_the_page_shows_that_its_simulator_was_stopped(mirakl, browser):  # noqa: F811
    browser.get(root(mirakl))
    until(lambda: "UTC" in text(browser, "#when"))
    browser.execute_script("window.fetch = () => Promise.reject(new Error('gone'))")
    until(lambda: text(browser, "#when") == "The simulator does not answer.")


@SERVED
def test_a_page_of_another_origin_changes_nothing(mirakl, browser):  # noqa: F811
    browser.get(f"{mirakl.front_url}/")
    url = f"{mirakl.control_url}/faults"
    script = (
        "const done = arguments[1]; fetch(arguments[0], {method: 'POST', mode: 'no-cors', "
        "body: '[{\"kind\": \"reset\"}]'}).then(() => done('sent'), () => done('refused'))"
    )
    browser.execute_async_script(script, url)
    assert not mirakl.faults.any


async def test_the_page_rejects_other_hosts_and_origins():
    async with Simulator() as mirakl, aiohttp.ClientSession() as session:
        for path in ("", "_simulator/overview"):
            for signs in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
                async with session.get(root(mirakl) + path, headers=signs) as answer:
                    assert answer.status == 403
            async with session.get(root(mirakl) + path) as answer:
                assert answer.status == 200
                assert "Access-Control-Allow-Origin" not in answer.headers
        async with session.get(root(mirakl)) as answer:
            page = await answer.text()
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "://" not in page.replace("data:,", "")
    assert mirakl.client_secret not in page
