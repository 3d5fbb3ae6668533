"""Product imports from the file to the reports, through the client and by hand."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256
from xml.etree import ElementTree as ET

import pytest

from mirakl_async.simulator import ManualClock
from mirakl_async.simulator.front import ImportPlan

from . import forms
from .documents import assert_described
from .forms import field, form

PATH = "/api/products/imports"
SOURCE = "sku;title;ean\n" + "".join(f'S{n};"Thing {n}; ""new""\nwith a break";{n:013}\n' for n in range(10))
CONTENT = SOURCE.encode()
ALL = (
    "TRANSFORMATION_WAITING",
    "TRANSFORMATION_RUNNING",
    "WAITING",
    "RUNNING",
    "SENT",
    "COMPLETE",
)


def file(name="file", file_name="catalog.csv", content=CONTENT):
    return forms.file(name, file_name, content, "text/csv")


async def send(front, *parts, path=PATH):
    arguments = form(*parts)
    return await front.send("POST", path, **arguments | {"data": io.BytesIO(arguments["data"])})


@pytest.mark.parametrize(
    ("plan", "stages"),
    [
        (ImportPlan(), ALL),
        (ImportPlan(end="FAILED"), (*ALL[:4], "FAILED")),
        (ImportPlan(end="CANCELLED"), (*ALL[:3], "CANCELLED")),
        (ImportPlan(end="TRANSFORMATION_FAILED"), (*ALL[:2], "TRANSFORMATION_FAILED")),
    ],
)
async def test_every_import_advances_with_each_status_request_to_its_end(front, plan, stages):
    front.world.imports.plan(plan)
    created = await send(front, file(), field("shop", "2003"))
    assert created.status == 201
    import_id = created.json["import_id"]
    assert created.headers["Location"] == f"{front.simulator.front_url}{PATH}/{import_id}"
    looks = [(await front.get(f"{PATH}/{import_id}")).json for _ in range(len(stages) + 1)]
    assert [look["import_status"] for look in looks] == [*stages, stages[-1]]
    for look in looks:
        assert_described(look, "P42")
    last = looks[-1]
    assert last["shop_id"] == 2003
    complete = plan.end == "COMPLETE"
    assert (last["has_new_product_report"], last["has_transformed_file"]) == (complete, complete)
    assert ("reason_status" in last) == (plan.end in {"FAILED", "CANCELLED"})


async def test_files_in_the_operators_format_are_not_transformed(front):
    created = await send(front, file(), field("shop", "2003"), field("operator_format", "true"))
    url = f"{PATH}/{created.json['import_id']}"
    looks = [(await front.get(url)).json for _ in range(5)]
    assert [look["import_status"] for look in looks] == [*ALL[2:], ALL[-1]]
    assert not any(look["has_transformed_file"] for look in looks)
    assert (await front.get(f"{url}/transformed_file")).status == 404


async def test_an_import_advances_with_the_clock(start):
    clock = ManualClock()
    front = await start(clock=clock)
    front.world.imports.plan(ImportPlan(stage_seconds=600))
    url = f"{PATH}/{(await send(front, file(), field('shop', '2000'))).json['import_id']}"
    seen = []
    for _ in ALL:
        seen += [(await front.get(url)).json["import_status"] for _ in range(2)]
        clock.advance(600)
    assert seen == [stage for stage in ALL for _ in range(2)]


async def test_the_reports_are_available_after_the_end(front):
    front.world.imports.plan(ImportPlan(wrong_lines=2, refused=3))
    url = f"{PATH}/{(await send(front, file(), field('shop', '2000'))).json['import_id']}"
    words = ("error_report", "new_product_report", "transformed_file", "transformation_error_report")
    there = {}
    for status in ALL:
        assert (await front.get(url)).json["import_status"] == status
        there[status] = [(await front.get(f"{url}/{word}")).status == 200 for word in words]
    assert there["RUNNING"] == [False] * 4
    assert there["SENT"] == [False, False, True, True]
    assert there["COMPLETE"] == [True] * 4
    done = (await front.get(url)).json
    lines = [done[f"transform_lines_{word}"] for word in ("read", "in_success", "in_error")]
    assert lines == [10, 8, 2]
    assert done["integration_details"]["rejected_products"] == 3
    report = await front.get(f"{url}/error_report")
    assert report.headers["Content-Type"] == "application/octet-stream"
    assert report.headers["Content-Disposition"].endswith('error_report.csv"')
    transformed = await front.get(f"{url}/transformed_file")
    assert transformed.headers["Content-Type"] == "text/csv"


async def test_the_reports_contain_the_rows_that_were_sent(front):
    front.world.imports.plan(ImportPlan(wrong_lines=2, refused=3, stage_seconds=0))
    async with front.client() as client:
        job = await client.products.start_import(SOURCE.encode(), shop=2000)
        state = await job.wait(poll_interval=0.01, timeout=20)
        assert (state.import_status, state.has_error_report) == ("COMPLETE", True)
        rows = {}
        for name in ("error_report", "new_products_report", "transformed_file", "transformation_errors"):
            async with getattr(job, name)() as opened:
                rows[name] = [row async for row in opened.rows()]
    assert [len(found) for found in rows.values()] == [3, 5, 8, 2]
    assert [row["sku"] for row in rows["transformation_errors"]] == ["S0", "S1"]
    assert [row["sku"] for row in rows["error_report"]] == ["S2", "S3", "S4"]
    assert rows["error_report"][0]["title"] == 'Thing 2; "new"\nwith a break'
    assert rows["new_products_report"][0]["product-sku"].startswith("MKP")
    (upload,) = front.world.uploads
    assert (upload.operation, upload.part, upload.sha256) == ("P41", "file", sha256(SOURCE.encode()).hexdigest())


@pytest.mark.parametrize(("content", "lines"), [(b"", 0), (b"\n\n", 0), (b"sku;title\n1;" + b"x" * 200_000 + b"\n", 1)])
async def test_a_file_without_rows_and_one_that_is_not_csv_are_accepted(front, content, lines):
    front.world.imports.plan(ImportPlan(wrong_lines=5, stage_seconds=0))
    created = await send(front, file(content=content), field("shop", "2000"))
    url = f"{PATH}/{created.json['import_id']}"
    done = (await front.get(url)).json
    assert (done["transform_lines_read"], done["transform_lines_in_error"]) == (lines, lines)
    assert (await front.get(f"{url}/transformed_file")).status == 200


@pytest.mark.parametrize(
    ("content", "begin"), [(b"PK\x03\x04....", b"PK\x03\x04"), (b"<?xml version='1.0'?><p/>", b"<?xml")]
)
async def test_transformation_errors_are_in_the_sellers_format(front, content, begin):
    front.world.imports.plan(ImportPlan(wrong_lines=4, stage_seconds=0))
    created = await send(front, file(file_name="catalog", content=content), field("shop", "2000"))
    report = await front.get(f"{PATH}/{created.json['import_id']}/transformation_error_report")
    assert report.body.startswith(begin)
    if begin == b"<?xml":
        assert len(ET.fromstring(report.body)) == 4
        return
    with zipfile.ZipFile(io.BytesIO(report.body)) as archive:
        assert archive.testzip() is None
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    rows = [["".join(cell.itertext()) for cell in row] for row in sheet.findall(".//{*}row")]
    assert len(rows) == 5
    assert rows[0][-1] == "errors"


async def test_reports_are_in_the_requested_format(front):
    front.world.imports.plan(ImportPlan(refused=1, report_format="xml", stage_seconds=0))
    url = f"{PATH}/{(await send(front, file(), field('shop', '2000'))).json['import_id']}"
    (product,) = ET.fromstring((await front.get(f"{url}/error_report")).body)
    assert product[1].text == 'Thing 0; "new"\nwith a break'
    assert (await front.get(f"{url}/transformed_file")).body.startswith(b"sku;title;ean\n")


async def test_imports_are_listed(start):
    front = await start({"imports": 12})
    front.world.imports.plan(ImportPlan(end="FAILED", stage_seconds=0))
    created = (await send(front, file(), field("shop", "2019"))).json["import_id"]
    page = (await front.get(PATH, max=100)).json
    assert_described(page, "P51")
    rows = page["product_import_trackings"]
    assert (page["total_count"], rows[-1]["import_id"]) == (13, created)
    failed = (await front.get(PATH, status="FAILED")).json["product_import_trackings"]
    assert [row["import_id"] for row in failed] == [created]
    async with front.client() as client:
        mine = await client.products.list_imports(shop_id=2019).all()
        assert {one.shop_id for one in mine} == {2019}
        assert created in [one.import_id for one in mine]
        whole = await client.products.list_imports(has_transformed_file=True).all()
        assert len(whole) == 12
    past = rows[0]
    assert (await front.get(f"{PATH}/{past['import_id']}/transformed_file")).status == 200


@pytest.mark.parametrize(
    ("parts", "status", "named"),
    [
        ([field("shop", "2000")], 400, "file"),
        ([field("file", "x"), field("shop", "2000")], 400, "file"),
        ([file()], 400, "shop"),
        ([file(), field("shop", "first")], 400, "shop"),
        ([file(), field("shop", "1")], 404, "shop"),
        ([file(), field("shop", "2000"), field("operator_format", "True")], 400, "operator_format"),
        ([file(), field("shop", "2000"), field("conversion_type", '"STANDARD"')], 400, "conversion_type"),
        ([file(), field("shop", "2000"), field("conversion_options", "{}")], 400, "conversion_options"),
        ([file(), field("shop", "2000"), field("shop", "2001")], 400, "shop"),
        ([file(), field("shop", "2000"), field("shop_id", "2000")], 400, "shop_id"),
    ],
)
async def test_invalid_imports_are_rejected(front, parts, status, named):
    refused = await send(front, *parts)
    assert refused.status == status
    assert named in refused.body.decode()
    assert len(front.world.tables["imports"]) == 25


async def test_invalid_forms_are_rejected(front):
    whole = form(file(), field("shop", "2000"))
    for data, content_type, status in (
        (whole["data"][:-4], None, 400),
        (whole["data"].replace(b"\r\n\r\n", b"\r\n"), None, 400),
        (whole["data"].replace(b'name="file"; ', b""), None, 400),
        (whole["data"], "multipart/form-data", 415),
        (whole["data"], "application/json", 415),
        (b"", None, 400),
    ):
        headers = whole["headers"] if content_type is None else {"Content-Type": content_type}
        assert (await front.send("POST", PATH, data=data, headers=headers)).status == status


async def test_unknown_imports_are_not_found(front):
    for path in ("1", "x", "999/error_report"):
        assert (await front.get(f"{PATH}/{path}")).status == 404


async def test_a_large_file_is_accepted_and_its_first_lines_read(front):
    line = b"S1;" + b"x" * 96 + b"\n"
    content = b"sku;text\n" + line * 90_000
    created = await send(front, file(content=content), field("shop", "2000"))
    assert created.status == 201
    (upload,) = front.world.uploads
    assert (upload.size, upload.sha256) == (len(content), sha256(content).hexdigest())
    job = front.world.imports.jobs[max(front.world.imports.jobs)]
    assert 1000 < len(job.rows) < 90_000
    assert all(len(row) == 2 for row in job.rows)
