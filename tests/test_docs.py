"""Every Python block of the README and of docs/ runs, as a user would run it, against the simulator."""

import asyncio
import os
import re
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

import mirakl_async
from benchmarks.synthetic import order
from mirakl_async import codec
from mirakl_async.cli.app import app
from mirakl_async.queues.sqlite_queue import SqliteQueue
from mirakl_async.simulator import Simulator
from tests.support.moto_server import ENVIRONMENT, shared_moto  # noqa: F401 - a fixture
from tests.support.postgres_server import shared_postgres  # noqa: F401 - a fixture
from tests.support.pubsub_server import PubSubServer
from tests.support.redis_server import shared_redis  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[1]
PAGES = {page.relative_to(ROOT).as_posix(): page.read_text() for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")]}
EXAMPLES = {
    f"{name} {number}": block
    for name, text in PAGES.items()
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1)
}
ACCEPTED = {"orders.sync(": 29, "orders.worker(": 29, "orders.upsert(": 1}
CONFTEST = next(block for name, block in EXAMPLES.items() if "core.ClientResponse =" in block)
PYTEST = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
COMMAND = (
    b'{"id": "01HG", "time": "2024-05-20T10:15:30Z", "type": "ACCEPT", "data": {"action_id": "action-1", "channel_id": "1", '
    b'"channel_store_id": "2", "channel_order_id": "O-1", "order_lines": [{"channel_order_line_id": "L", "accepted": true}]}}'
)
EVENT = b'{"id": "01jv", "time": "2024-05-20T10:15:30Z", "type": "LATER", "data": {}}'
FAKE_SERVICEBUS = f"""
from mirakl_async.queues.servicebus_source import ServiceBusSource
from tests.support.servicebus_fake import FakeServiceBus
bus = FakeServiceBus()
bus.send([{EVENT!r}])
ServiceBusSource._connect = lambda self: bus.client()
"""


@pytest.mark.parametrize("block", EXAMPLES.values(), ids=EXAMPLES)
async def test_an_example_runs(block, tmp_path, shared_redis, request):  # noqa: F811 - the fixture
    script = tmp_path / "test_example.py"
    script.write_text(
        re.sub(r"poll_interval=\d+", "poll_interval=0.01", block)
    )  # the simulator moves on with every look
    (tmp_path / "catalog.csv").write_text("sku;title\nA-1;A lamp\n")
    lines = [codec.encode(order(n)) for n in range(30)]
    lines[3] = lines[3].replace(b'"quantity":1', b'"quantity":null', 1)
    (tmp_path / "orders.ndjson").write_bytes(b"\n".join(lines))
    if "read_json_items(" in block:
        (tmp_path / "export").mkdir()
        (tmp_path / "export/o.json").write_text('{"orders": [{"order_id": "saved-1", "total_price": 12.30}]}')
        (tmp_path / "reports").mkdir()
        (tmp_path / "reports/errors.csv").write_text("sku;error\nA-1;no image\n")
    async with AsyncExitStack() as stack, Simulator(front={"orders": 230}) as mirakl:
        mirakl.world.add_action("action-1")
        if 'queue = "events.db"' in block:
            async with SqliteQueue(tmp_path / "events.db") as queue:
                await queue.put([COMMAND])
        env = {
            "MIRAKL_CONNECT_URL": mirakl.connect_url,
            "MIRAKL_ACCOUNT_URL": mirakl.account_url,
            "MIRAKL_AUTH_URL": mirakl.auth_url,
            "MIRAKL_FRONT_URL": mirakl.front_url,
            "MIRAKL_CLIENT_ID": mirakl.client_id,
            "MIRAKL_CLIENT_SECRET": mirakl.client_secret,
            "REDIS_URL": shared_redis.url,
            "PYTHONPATH": str(ROOT),
        }
        if "POSTGRES_URL" in block:
            env["POSTGRES_URL"] = request.getfixturevalue("shared_postgres").url
        if "SQS_URL" in block:
            env |= ENVIRONMENT | {"SQS_URL": request.getfixturevalue("shared_moto").create(f"q{uuid4().hex}")}
        if "SUBSCRIPTION" in block:
            pubsub = await stack.enter_async_context(PubSubServer())
            env |= {"SUBSCRIPTION": pubsub.create("events"), "PUBSUB_EMULATOR_HOST": f"127.0.0.1:{pubsub.port}"}
            pubsub.publish("events", [EVENT])
        if "SERVICEBUS" in block:
            env["SERVICEBUS_CONNECTION_STRING"] = "Endpoint=sb://shop.servicebus.windows.net/"
            script.write_text(FAKE_SERVICEBUS + block)
        command = [str(script)]
        if "def test_" in block:
            (tmp_path / "conftest.py").write_text(CONFTEST)
            (tmp_path / "pytest.ini").write_text(PYTEST)
            command = ["-m", "pytest", "-q", "-p", "mirakl_async.testing.pytest_plugin", *command]
        child = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=tmp_path, env=os.environ | env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await child.communicate()
        held = mirakl.state()
    assert child.returncode == 0, out.decode()
    assert "read_json_items(" not in block or out.decode().splitlines() == [
        "saved-1 12.30",
        "{'sku': 'A-1', 'error': 'no image'}",
    ]
    sent = 0 if "Simulator(" in block else sum(count for call, count in ACCEPTED.items() if call in block)
    assert held.orders == sent
    assert held.actions.get("SUCCESS", 0) == ("enqueue_action_status" in block or "events.run(" in block)


def test_the_main_pages_have_examples():
    assert {example.partition(" ")[0] for example in EXAMPLES} > {"README.md", "docs/order-sync.md", "docs/lists.md"}


def test_the_readme_lists_every_command():
    section = PAGES["README.md"].partition("## The command line\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z]+)", section, re.MULTILINE)) == {name for name in app if name.isalpha()}


def test_the_files_and_folders_on_the_architecture_page_exist():
    named = set(
        re.findall(r"(?:[a-z_]+/)*[a-z_]+\.(?:py|toml|lua|md)\b|\b(?:[a-z_]+/)+(?!\w)", PAGES["docs/architecture.md"])
    )
    package = Path(mirakl_async.__file__).parent
    folders = [package, *(ROOT / name for name in ("codegen", "docs", "examples", "tests"))]
    paths = [
        f"/{path.relative_to(folder.parent).as_posix()}/" for folder in folders for path in (folder, *folder.rglob("*"))
    ]
    assert {name for name in named if not any(path.endswith(f"/{name.strip('/')}/") for path in paths)} == set()
    assert len(named) > 60


def slugs(text):
    """What GitHub makes of headings, to be linked to."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links_have_targets(name):
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[name]):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if path.startswith("../mirakl_async/") and not (ROOT / "mirakl_async").exists():  # the wheel holds it
            target = Path(mirakl_async.__file__).parents[1] / path.removeprefix("../")
        assert target.exists(), link
        assert not anchor or anchor in slugs(target.read_text()), link
