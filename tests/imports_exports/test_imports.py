"""Product imports from their file to their reports: every way one can end, and how it is waited for."""

import io
import zipfile

import pytest

from mirakl_async import (
    AuthenticationFailed,
    ClientStateError,
    InvalidArgument,
    JobFailed,
    JobTimeout,
    MiraklError,
    NotFound,
    PermissionDenied,
    ServerError,
    UnexpectedResponse,
    UnreadableFile,
    Upload,
)
from mirakl_async.downloads import Download

from .marketplace import Instead, Marketplace, front

CSV = b'\xef\xbb\xbfproduct-sku;errors\r\nA-1;"missing: EAN;\r\nmissing: brand"\r\nA-2;unknown category\r\n'
ROWS = [
    {"product-sku": "A-1", "errors": "missing: EAN;\r\nmissing: brand"},
    {"product-sku": "A-2", "errors": "unknown category"},
]


def state(status, **more):
    return {
        "import_id": 2043, "import_status": status, "shop_id": 2000, "date_created": "2026-11-24T08:00:00Z",
        "has_error_report": False, "has_new_product_report": False, "has_transformed_file": False, **more,
    }  # fmt: skip


def workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@pytest.fixture
async def marketplace():
    async with Marketplace() as marketplace:
        yield marketplace


WAY = ["TRANSFORMATION_WAITING", "TRANSFORMATION_RUNNING", "WAITING", "RUNNING", "SENT"]


@pytest.mark.parametrize(
    ("way", "end", "failed"),
    [
        (WAY, "COMPLETE", False),
        (WAY, "FAILED", True),
        (WAY[:3], "CANCELLED", True),
        (WAY[:2], "TRANSFORMATION_FAILED", True),
        (["A_STATE_OF_TOMORROW"], "COMPLETE", False),
    ],
)
async def test_an_import_is_followed_to_its_end_at_the_published_pace(marketplace, tmp_path, way, end, failed):
    (tmp_path / "catalog.csv").write_bytes(b"sku;name\n1;Lamp\n")
    marketplace.states = [*map(state, way), state(end, reason_status="because")]
    async with front(marketplace) as client:
        job = await client.products.start_import(tmp_path / "catalog.csv", shop=2000, operator_format=True)
        assert (job.id, job.last_status, job.done) == (2043, None, False)
        with pytest.raises(ClientStateError, match="status is unknown"):
            job.raise_for_failure()
        last = await job.wait()
        assert client.clock.slept == [60.0] * len(way)  # P42: at most once a minute
    assert last is job.last_status
    assert (last.import_status, job.done, job.failed) == (end, True, failed)
    assert marketplace.questions == len(way) + 1
    assert marketplace.forms == [
        {"file": ("catalog.csv", "text/csv", b"sku;name\n1;Lamp\n"), "shop": "2000", "operator_format": "true"}
    ]
    if failed:
        with pytest.raises(JobFailed, match=rf"product import 2043 ended {end} \(because") as caught:
            job.raise_for_failure()
        assert (caught.value.status, caught.value.reason) == (end, "because")
    else:
        job.raise_for_failure()


async def test_waiting_can_end_at_sent(marketplace):
    marketplace.states = [state("RUNNING"), state("SENT")]
    async with front(marketplace) as client:
        job = client.products.import_job(2043)
        assert (await job.wait("SENT", poll_interval=5)).import_status == "SENT"
        assert client.clock.slept == [5]
        assert (job.done, job.failed) == (False, False)
        assert repr(job) == "<ImportJob 2043 SENT>"
        with pytest.raises(InvalidArgument, match='until: must be "SENT" or "COMPLETE", not \'complete\''):
            await job.wait("complete")


@pytest.mark.parametrize("end", ["FAILED", "CANCELLED", "TRANSFORMATION_FAILED", "COMPLETE"])
async def test_waiting_for_sent_also_ends_at_any_final_status(marketplace, end):
    marketplace.states = [state(end)]
    async with front(marketplace) as client:
        assert (await client.products.import_job(1).wait("SENT")).import_status == end


async def test_an_import_can_be_continued_by_its_id(marketplace):
    """Tomorrow, in another process: nothing but the number is needed."""
    marketplace.states = [state("SENT"), state("COMPLETE", has_error_report=True)]
    marketplace.reports = {"error_report": (CSV, {"Content-Type": "application/octet-stream"})}
    async with front(marketplace) as client:
        with pytest.raises(
            JobTimeout, match="product import 2043 did not finish within 10 s; last status: SENT"
        ) as caught:
            await client.products.import_job(2043).wait(timeout=10)
        assert caught.value.status == "SENT"
        assert client.clock.slept == []  # said at once, not after ten seconds
    async with front(marketplace) as client:
        job = client.products.import_job(2043)
        assert (await job.wait()).has_error_report
        async with job.error_report() as report:
            assert [row async for row in report.rows()] == ROWS
    assert marketplace.forms == []


REPORTS = {
    "error_report": "error_report",
    "new_products_report": "new_product_report",
    "transformed_file": "transformed_file",
    "transformation_errors": "transformation_error_report",
}


@pytest.mark.parametrize("method", REPORTS)
async def test_reports_in_csv_are_read_as_rows(marketplace, method, tmp_path):
    name = {"Content-Disposition": 'attachment; filename="report-2043.csv"', "Content-Type": "application/octet-stream"}
    marketplace.reports = {REPORTS[method]: (CSV, name)}
    async with front(marketplace) as client:
        report = getattr(client.products.import_job(2043), method)()
        assert isinstance(report, Download)
        async with report as file:
            assert await file.detect_format() == "csv"
            assert [row async for row in file.rows()] == ROWS
        assert (await report.save(tmp_path)).path.name == "report-2043.csv"
    assert (tmp_path / "report-2043.csv").read_bytes() == CSV


@pytest.mark.parametrize(
    ("content", "kind"), [(workbook(), "xlsx"), (b'<?xml version="1.0"?><errors><error/></errors>', "xml")]
)
async def test_the_format_of_a_sellers_report_is_detected(marketplace, content, kind, tmp_path):
    marketplace.reports = {"transformation_error_report": (content, {"Content-Type": "application/octet-stream"})}
    async with front(marketplace) as client:
        report = client.products.import_job(2043).transformation_errors()
        async with report as file:
            assert await file.detect_format() == kind
            assert (await file.save(tmp_path / "report")).size == len(content)
        async with report as file:
            with pytest.raises(UnreadableFile, match=f"is {kind.upper()}, not CSV; save it"):
                await file.rows().header()
    assert (tmp_path / "report").read_bytes() == content


async def test_an_outage_of_minutes_does_not_lose_a_job_of_hours(marketplace, caplog):
    marketplace.states = [state("RUNNING"), 503, 502, 503, 500, state("COMPLETE")]
    async with front(marketplace) as client:
        assert (await client.products.import_job(2043).wait()).import_status == "COMPLETE"
        assert client.clock.slept == [60.0] * 5
    assert "product import 2043: the status request failed (ServerError); retrying in 60 s" in caplog.text


async def test_a_permanent_outage_is_an_error(marketplace):
    marketplace.states = [503]
    async with front(marketplace) as client:
        with pytest.raises(ServerError):
            await client.products.import_job(2043).wait()
    assert marketplace.questions == 5


async def test_the_progress_of_an_upload_is_reported(marketplace):
    steps = []
    async with front(marketplace) as client:
        upload = Upload(content=b"sku\n" * 100_000, filename="a.csv", progress=lambda *step: steps.append(step))
        assert (await client.products.start_import(upload, shop=1)).id == 2043
    assert steps[-1] == (400_000, 400_000)


async def test_a_response_without_an_id_is_an_error(marketplace):
    marketplace.created = {}
    async with front(marketplace) as client:
        with pytest.raises(MiraklError, match="P41: the job was started, but the response has no import_id"):
            await client.products.start_import(b"sku\n", shop=1)
        with pytest.raises(MiraklError, match="OF52: the job was started, but the response has no tracking_id"):
            await client.offers.start_export()


async def test_a_job_has_no_raw_response(marketplace):
    async with front(marketplace) as client:
        with pytest.raises(InvalidArgument, match="a job consists of several responses"):
            await client.raw_response(client.products.start_import, b"sku\n", shop=1)
        assert (await client.raw_response(client.products.create_import, file=b"sku\n", shop=1)).status == 201


PAGE = Instead(200, b"<html>Checking your browser</html>", "text/html")
BLOCKED = Instead(403, b"<html>Access denied</html>", "text/html")
UNKNOWN = Instead(404, b'{"status": 404, "message": "no such import"}')
BROKEN = Instead(200, b'{"import_id": 20')
MOVED = Instead(302, b"", "text/html")


@pytest.mark.parametrize("passing", [[PAGE] * 4, [BLOCKED] * 4, [UNKNOWN] * 2, [BROKEN, PAGE, 502, MOVED]])
async def test_temporary_errors_do_not_end_the_wait_for_a_job(marketplace, passing):
    marketplace.states = [*passing, state("RUNNING"), *passing, state("COMPLETE")]
    async with front(marketplace) as client:
        job = await client.products.start_import(b"sku\n", shop=1)
        assert (await job.wait()).import_status == "COMPLETE"
        assert client.clock.slept == [60.0] * (2 * len(passing) + 1)


@pytest.mark.parametrize(
    ("lasting", "error", "questions"),
    [
        (PAGE, UnexpectedResponse, 5), (BLOCKED, PermissionDenied, 5), (UNKNOWN, NotFound, 3), (MOVED, MiraklError, 5),
        (Instead(401, b""), AuthenticationFailed, 1),
        (Instead(403, b'{"status": 403, "message": "not yours"}'), PermissionDenied, 1),
    ],
)  # fmt: skip
async def test_permanent_errors_end_the_wait_for_a_job(marketplace, lasting, error, questions):
    marketplace.states = [lasting]
    async with front(marketplace) as client:
        with pytest.raises(error):
            await client.products.import_job(2043).wait()
    assert marketplace.questions == questions


async def test_a_report_that_is_announced_and_not_found_is_requested_again(marketplace, tmp_path):
    marketplace.states = [state("COMPLETE", has_error_report=True)]
    marketplace.late = 2
    marketplace.reports = {"error_report": (CSV, {}), "transformed_file": (CSV, {})}
    async with front(marketplace) as client:
        job = client.products.import_job(2043)
        await job.wait()
        assert (await job.error_report().save(tmp_path / "a.csv")).size == len(CSV)
        marketplace.late = 3
        with pytest.raises(NotFound):
            await job.error_report().with_limits(max_bytes=10**6).save(tmp_path / "b.csv")
        marketplace.late = 1
        with pytest.raises(NotFound):
            await job.transformed_file().read()
