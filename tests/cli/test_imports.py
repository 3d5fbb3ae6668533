"""`mirakl-async import`, as its user runs it."""

import pytest

from mirakl_async.cli import main
from tests.cli.marketplace import program
from tests.imports_exports.marketplace import Marketplace
from tests.imports_exports.test_imports import CSV, state


@pytest.fixture
async def marketplace():
    async with Marketplace() as marketplace:
        yield marketplace


@pytest.fixture
def catalog(tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_bytes(b"sku;name\n1;Lamp\n")
    return path


async def test_a_file_is_submitted_and_its_import_id_printed(marketplace, catalog):
    done = await program(marketplace, "import", catalog, "--shop", 2000)
    assert (done.status, done.out) == (0, "import 2043\n"), done.err
    assert done.err == "mirakl-async: product import 2043: submitted\n"
    assert marketplace.forms == [{"file": ("catalog.csv", "text/csv", b"sku;name\n1;Lamp\n"), "shop": "2000"}]
    assert marketplace.questions == 0


async def test_an_import_is_followed_to_its_end(marketplace, catalog):
    marketplace.states = [state("WAITING"), state("RUNNING"), state("RUNNING"), state("SENT"), state("COMPLETE")]
    done = await program(
        marketplace, "import", catalog, "--shop", 2000, "--operator-format", "--wait", "--poll-interval", 0.01
    )
    assert (done.status, done.out) == (0, "import 2043, status COMPLETE\n"), done.err
    words = [line.rpartition(": ")[2] for line in done.err.splitlines()]
    assert words == ["submitted", "WAITING", "RUNNING", "SENT", "COMPLETE"]
    assert marketplace.forms[0]["operator_format"] == "true"


async def test_rejected_products_are_status_1_and_their_reports_are_saved(marketplace, tmp_path):
    marketplace.states = [
        state("COMPLETE", has_error_report=True, has_transformed_file=True, transform_lines_in_error=2)
    ]
    marketplace.reports = {"error_report": (CSV, {}), "transformed_file": (b"<a/>", {})}
    folder = tmp_path / "reports" / "today"  # not there yet
    done = await program(marketplace, "import", "--attach", 2043, "--reports-dir", folder, "--json")
    assert done.status == 1, done.err
    assert done.shown["status"] == "COMPLETE"
    assert done.shown["lines_in_error"] == 2
    assert done.shown["reports"] == [
        str(folder / "import-2043-errors.csv"), str(folder / "import-2043-transformed.xml"),
    ]  # fmt: skip
    assert (folder / "import-2043-errors.csv").read_bytes() == CSV
    assert marketplace.forms == []


@pytest.mark.parametrize("end", ["FAILED", "CANCELLED", "TRANSFORMATION_FAILED"])
async def test_a_failed_import_is_status_3(marketplace, catalog, end):
    marketplace.states = [state(end, reason_status="no such column")]
    done = await program(marketplace, "import", catalog, "--shop", 1, "--wait")
    assert (done.status, done.out) == (3, f"import 2043, status {end}, reason no such column\n")


async def test_an_import_that_takes_too_long_is_status_3(marketplace):
    marketplace.states = [state("SENT")]
    done = await program(marketplace, "import", "--attach", 2043, "--timeout", 1, "--json")
    assert done.status == 3
    assert "did not finish within 1 s; last status: SENT" in done.shown["error"]
    assert "follow it with --attach 2043" in done.err
    done = await program(marketplace, "import", "--attach", 2043, "--until", "SENT")
    assert (done.status, done.out) == (0, "import 2043, status SENT\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give either FILE to import it, or --attach ID"),
        (["a.csv", "--attach", "1"], "give either FILE to import it, or --attach ID"),
        (["a.csv"], "--shop is required with FILE"),
        (["nowhere.csv", "--shop", "1", "--front-url", "http://127.0.0.1:9"], "nowhere.csv is not a file"),
        (["a.csv", "--shop", "1", "--reports-dir", "/dev/null"], "--reports-dir: /dev/null is not a folder"),
        (["a.csv", "--shop", "1", "--reports-dir", "/dev/null/a"], "--reports-dir: /dev/null/a cannot be made"),
        (["a.csv", "--shop", "one"], "one"),
    ],
)
def test_wrong_usage_is_reported_before_anything_is_sent(arguments, words, capsys, monkeypatch):
    monkeypatch.setenv("MIRAKL_TOKEN", "t")
    assert main(["import", *arguments]) == 2
    assert words in capsys.readouterr().err
