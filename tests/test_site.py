"""The documentation's site: every example on the pages of operations and events runs, every link leads somewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.site.event_pages import event_page, handler
from docs.site.operation_pages import AFTER_EXPORT, example, operation_page
from docs.site.pages import all_pages, client_of
from mirakl_async.events import EventRouter
from mirakl_async.events.decode import TYPES
from mirakl_async.model import Command
from mirakl_async.operations import operations
from mirakl_async.simulator import Simulator
from tests.simulator.calls import CALLS, prepared, typed

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium")
EXTRAS = {
    "arrow": "pyarrow",
    "cli": "cyclopts",
    "otel": "opentelemetry",
    "postgres": "asyncpg",
    "pubsub": "gcloud",
    "redis": "redis",
    "servicebus": "azure",
    "sqs": "aiobotocore",
}
"""A module of each extra of the package."""
BUILD_TIMEOUT = 300  # seconds; the site is built within the first test that needs it
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    "--window-size=1280,900",
]
pytestmark = pytest.mark.timeout(BUILD_TIMEOUT)
DARK, LIGHT = "--blink-settings=preferredColorScheme=0", "--blink-settings=preferredColorScheme=1"


@pytest.mark.parametrize("code", operations)
async def test_the_example_of_an_operation_runs(code, monkeypatch, capsys):
    operation = operations[code]
    async with Simulator() as mirakl, client_of(mirakl, operation.service) as client:
        given = {} if code in AFTER_EXPORT else typed(operation, await prepared(mirakl, client, code))
        export = AFTER_EXPORT.get(code)
        started = typed(operations[export], CALLS[export](mirakl)) if export else None
        for name, value in {
            "MIRAKL_CONNECT_URL": mirakl.connect_url,
            "MIRAKL_ACCOUNT_URL": mirakl.account_url,
            "MIRAKL_AUTH_URL": mirakl.auth_url,
            "MIRAKL_FRONT_URL": mirakl.front_url,
            "MIRAKL_CLIENT_ID": mirakl.client_id,
            "MIRAKL_CLIENT_SECRET": mirakl.client_secret,
        }.items():
            monkeypatch.setenv(name, value)
        program = example(operation, given, export=started)
        before = len(mirakl.requests)
        names = {"__name__": "example"}
        exec(program.replace("asyncio.sleep(60)", "asyncio.sleep(0)"), names)
        await names["main"]()
        assert operation.code in {call.operation for call in list(mirakl.requests)[before:]}
        assert ("print(" in program) == bool(capsys.readouterr().out)
        assert program in operation_page(operation, given, export=started)


@pytest.mark.parametrize("name", TYPES)
def test_the_handler_of_an_event_page_is_valid(name):
    names = {}
    exec(handler(TYPES[name]), names)
    router = names["router"]
    assert isinstance(router, EventRouter)
    with pytest.raises(ValueError, match="already"):
        router.on(TYPES[name])(lambda event: None)
    page = event_page(name, TYPES[name])
    assert handler(TYPES[name]) in page
    assert "`data.channel_id`" in page
    assert ("needs exactly one final outcome" in page) == issubclass(TYPES[name], Command)


async def test_there_is_a_page_of_every_operation_and_event():
    pages = await all_pages()
    assert {f"operations/{code}.md" for code in operations} < set(pages)
    assert {f"events/{name}.md" for name in TYPES} < set(pages)
    for code, operation in operations.items():
        page = pages[f"operations/{code}.md"]
        assert f"`{operation.method} {operation.path}`" in page
        assert operation.docs in page
        assert all(f"| `{param.argument}` |" in page for param in operation.params)


@pytest.mark.parametrize("path", [*ROOT.glob("docs/notebooks/*.ipynb")], ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    cells = json.loads(path.read_text())["cells"]
    programs = [cell for cell in cells if cell["cell_type"] == "code"]
    assert programs
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in programs)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The built site."""
    pytest.importorskip("zensical", reason="the site's builder comes with the extra docs")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "docs.site", str(folder / "built")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "built/site"


def test_the_site_is_complete_and_loads_nothing_from_other_hosts(site):
    assert len(list(site.glob("operations/*.html"))) == len(operations) + 1
    for page in site.rglob("*.html"):
        assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?https?://", page.read_text()) == []
    reference = (site / "reference/index.html").read_text()
    assert 'id="mirakl_async.ConnectChannel"' in reference


def test_a_notebook_is_a_page_that_shows_what_its_cells_gave(site):
    page = (site / "notebooks/month_of_orders.html").read_text()
    assert re.search(r"\d+ lines in 300 orders", page)
    assert page.count("<table>") == 3
    assert "RECEIVED" in page
    assert len(re.findall('src="?data:image/png;base64,[A-Za-z0-9+/=]{10000,}', page)) == 1


def test_a_broken_link_fails_the_build(site, tmp_path):
    sources = shutil.copytree(site.parent, tmp_path / "sources", ignore=shutil.ignore_patterns("site"))
    page = sources / "docs/lists.md"
    page.write_text(page.read_text() + "\n[nowhere](nowhere.md)\n")
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(sources / "mkdocs.yml")],
        cwd=sources, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode != 0
    assert "page does not exist" in built.stdout + built.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: apt-get install chromium")
@pytest.mark.parametrize(
    ("name", "scheme", "words"),
    [
        ("index", LIGHT, "An asyncio Python SDK for two Mirakl APIs"),
        ("index", DARK, "An asyncio Python SDK for two Mirakl APIs"),
        ("operations/OR11", LIGHT, "front.orders.list"),
        ("notebooks/month_of_orders", LIGHT, "A month of orders"),
        ("reference/index", LIGHT, "ConnectChannel"),
    ],
)
def test_a_page_is_rendered_by_a_real_browser(site, tmp_path, name, scheme, words):
    address = (site / f"{name}.html").as_uri()
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    picture = tmp_path / "page.png"
    run = [str(CHROMIUM), *QUIET, scheme, profile]
    shown = subprocess.run([*run, "--dump-dom", address], capture_output=True, text=True, check=True, timeout=50).stdout
    subprocess.run([*run, f"--screenshot={picture}", address], capture_output=True, check=True, timeout=50)
    assert words in shown
    assert f'data-md-color-scheme="{"slate" if scheme == DARK else "default"}"' in shown
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_extra_for_the_site_has_all_that_its_pages_import():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    given = " ".join(extras["docs"])
    missing = [module for extra, module in EXTRAS.items() if not re.search(rf"\[[^\]]*\b{extra}\b", given)]
    script = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({missing!r}))  # as if they were not installed\n"
        "from importlib import import_module\n"
        "from docs.site.pages import MODULES\n"
        "assert [import_module(f'mirakl_async.{name}') for name in MODULES]\n"
    )
    made = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_a_folder_with_other_files_is_not_emptied(tmp_path, capsys):
    pytest.importorskip("nbformat", reason="the site's builder comes with the extra docs")
    from docs.site.__main__ import main

    (tmp_path / "mkdocs.yml").write_text("")
    (tmp_path / "thesis.md").write_text("all of it")
    assert main(tmp_path) == 2
    assert (tmp_path / "thesis.md").read_text() == "all of it"
    assert "has other files than a built site; name a new folder" in capsys.readouterr().err
