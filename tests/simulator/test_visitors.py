"""No page of another origin in a browser on this machine can use the simulator, on any of its addresses."""

from __future__ import annotations

import aiohttp
import pytest

from mirakl_async.simulator import Simulator
from mirakl_async.simulator.visitors import foreign_page_reason

HERE = "127.0.0.1:8080"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"}, {"Host": "evil.example:8080"}, {"Host": "127.0.0.1.evil.example"}, {"Host": ""},
        {"Host": "localhost.evil.example:80"}, {"Host": "evil.example@127.0.0.1:x"}, {"Host": "0.0.0.0"},
        {"Host": "10.0.0.1"}, {"Host": "[::2]"}, {"Host": "[::1"},
        {"Host": HERE, "Origin": "https://evil.example"}, {"Host": HERE, "Origin": "null"},
        {"Host": HERE, "Origin": "http://127.0.0.1:9999"}, {"Host": HERE, "Origin": "http://localhost:8080"},
        {"Host": HERE, "Sec-Fetch-Site": "cross-site"}, {"Host": HERE, "Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
def test_requests_of_foreign_pages_are_detected(headers):
    assert foreign_page_reason(headers) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Host": HERE}, {"Host": "127.0.0.1"}, {"Host": "localhost:1"}, {"Host": "LOCALHOST"}, {"Host": "[::1]:80"},
        {"Host": HERE, "Origin": f"http://{HERE}"}, {"Host": HERE, "Sec-Fetch-Site": "none"},
    ],
)  # fmt: skip
def test_programs_on_this_machine_are_accepted(headers):
    assert foreign_page_reason(headers) is None


async def test_every_address_of_the_simulator_rejects_foreign_pages():
    async with Simulator() as simulator, aiohttp.ClientSession() as session:
        asked = [
            ("GET", f"{simulator.control_url}/state"), ("GET", f"{simulator.control_url}/orders"),
            ("POST", f"{simulator.control_url}/faults"), ("DELETE", f"{simulator.control_url}/faults"),
            ("POST", f"{simulator.control_url}/tokens/revoke"), ("GET", f"{simulator.control_url}/front/state"),
            ("GET", f"{simulator.connect_url}/v1/orders"), ("POST", f"{simulator.auth_url}/oauth/token"),
            ("GET", f"{simulator.front_url}/api/orders"), ("GET", f"{simulator.storage_url}/x"),
            ("GET", f"{simulator.account_url}/x"), ("GET", f"{simulator.control_url}/nowhere"),
            ("OPTIONS", f"{simulator.control_url}/faults"),
        ]  # fmt: skip
        token = {"Authorization": f"Bearer {simulator.issue_token()}"}
        for method, url in asked:
            for signs in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
                async with session.request(method, url, headers={**token, **signs}) as answer:
                    assert (url, answer.status) == (url, 403)
                    assert "Access-Control-Allow-Origin" not in answer.headers
        assert simulator.revoke_tokens() == 1  # the only one, still good
        async with session.get(f"{simulator.control_url}/state") as answer:
            assert answer.status == 200
