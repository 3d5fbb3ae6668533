"""Every Python block of the README runs, as a user would run it, against the simulator."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from benchmarks.synthetic import order
from mirakl_async import codec
from mirakl_async.simulator import SimulatorProcess
from tests.redis_server import shared_redis  # noqa: F401 - a fixture

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
async def test_an_example_runs(number, tmp_path, shared_redis):  # noqa: F811 - the fixture
    script = tmp_path / "example.py"
    script.write_text(re.sub(r"poll=\d+", "poll=0.01", BLOCKS[number]))  # the simulator moves on with every look
    (tmp_path / "catalog.csv").write_text("sku;title\nA-1;A lamp\n")
    lines = [codec.encode(order(n)) for n in range(30)]
    lines[3] = lines[3].replace(b'"quantity":1', b'"quantity":null', 1)
    (tmp_path / "orders.ndjson").write_bytes(b"\n".join(lines))
    async with SimulatorProcess(front={"orders": 230}) as mirakl:
        at = mirakl.addresses
        env = {
            "MIRAKL_CONNECT_URL": at.connect_url,
            "MIRAKL_ACCOUNT_URL": at.account_url,
            "MIRAKL_AUTH_URL": at.auth_url,
            "MIRAKL_FRONT_URL": at.front_url,
            "MIRAKL_CLIENT_ID": at.client_id,
            "MIRAKL_CLIENT_SECRET": at.client_secret,
            "REDIS_URL": shared_redis.url,
            "PYTHONPATH": str(README.parent),
        }
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(script), cwd=tmp_path, env=os.environ | env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await child.communicate()
        held = (await mirakl.control.state()).orders
    assert child.returncode == 0, out.decode()
    accepted = {"orders.sync(": 29, "orders.work(": 29, "orders.upsert(": 1}
    assert held == sum(count for call, count in accepted.items() if call in BLOCKS[number])


def test_there_are_examples():
    assert len(BLOCKS) == 6
