"""Imports, exports and documents against the simulator, which judges by the published rules with code of its own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from mirakl_async import BearerToken, JobFailed, MarketplaceFront, Retry, Upload
from mirakl_async.imports_exports import exports
from mirakl_async.simulator import Fault, ManualClock, Simulator
from mirakl_async.simulator.front import ExportPlan, ImportPlan

YEAR = {"start_date": datetime(2025, 12, 1, tzinfo=UTC), "end_date": datetime(2026, 12, 1, tzinfo=UTC)}
QUICK = 0.001
CATALOG = b"sku;title\n" + b"".join(b'S%d;"Thing; ""%d"""\n' % (number, number) for number in range(40))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(exports, "RETRY_DELAY", 0.0)


@pytest.fixture
async def simulator():
    async with Simulator(
        front={"orders": 2500, "offers": 900}, clock=ManualClock(datetime(2026, 1, 8, tzinfo=UTC).timestamp())
    ) as simulator:
        yield simulator


@pytest.fixture
async def front(simulator):
    token = BearerToken(simulator.issue_token())
    retry = Retry(initial_delay=0.001, throttle_delay=0.001)
    async with MarketplaceFront(simulator.front_url, auth=token, rate_limit="none", retry=retry) as front:
        yield front


@pytest.mark.parametrize("end", ["COMPLETE", "FAILED", "CANCELLED", "TRANSFORMATION_FAILED"])
@pytest.mark.parametrize("report_format", ["csv", "xlsx", "xml"])
async def test_an_import_with_every_final_status_and_report_format(simulator, front, end, report_format):
    simulator.front.imports.plan(ImportPlan(end=end, wrong_lines=3, refused=2, report_format=report_format))
    job = await front.products.start_import(Upload(content=CATALOG, filename="catalog.csv"), shop=2000)
    seen = []
    state = await job.wait(poll_interval=QUICK, progress=lambda state: seen.append(state.import_status))
    assert state.import_status == seen[-1] == end
    assert job.failed is (end != "COMPLETE")
    resumed = front.products.import_job(job.id)
    assert (await resumed.status()).import_status == end
    if end != "COMPLETE":
        with pytest.raises(JobFailed, match=end):
            resumed.raise_for_failure()
        return
    assert state.has_error_report
    for download, rows in ((job.error_report(), 2), (job.new_products_report(), 35), (job.transformation_errors(), 3)):
        async with download as file:
            assert await file.detect_format() == report_format
            assert file.filename.endswith(f".{report_format}")
            if report_format == "csv":
                assert len([row async for row in file.rows()]) == rows
            else:
                assert len(await file.read()) > 0
    async with job.transformed_file() as file:
        titles = [row["title"] async for row in file.rows()]
    assert titles[:2] == ['Thing; "3"', 'Thing; "4"']  # without the three lines that could not be transformed


@pytest.mark.parametrize("place", ["instance", "elsewhere", "redirected"])
async def test_orders_are_read_from_files_on_any_host(simulator, front, place):
    """The other origin refuses a request that carries a credential, as storages do."""
    simulator.front.order_exports.plan(ExportPlan(files=3, place=place))
    export = await front.orders.start_export(**YEAR)
    await export.wait(poll_interval=QUICK)
    assert [order.order_id async for order in export.items()] == simulator.front.ids("orders")
    assert len(await export.downloads()) == 3


async def test_no_order_is_lost_when_every_file_is_truncated(simulator, front):
    simulator.front.order_exports.plan(ExportPlan(files=3))
    export = await front.orders.start_export(**YEAR)
    await export.wait(poll_interval=QUICK)
    simulator.faults.add(
        Fault.truncate(operation="OR15", at=(1, 3, 5)), Fault.status(503, operation="OR15", at=(2,)),
    )  # fmt: skip
    assert [order.order_id async for order in export.items()] == simulator.front.ids("orders")


async def test_an_expired_url_is_requested_again(simulator, front, tmp_path):
    simulator.front.order_exports.plan(ExportPlan(files=3, url_seconds=60))
    export = await front.orders.start_export(**YEAR)
    await export.wait(poll_interval=QUICK)
    seen = []
    async for order in export.items():
        seen.append(order.order_id)
        if len(seen) in {500, 2000}:
            simulator.clock.advance(61)
    assert seen == simulator.front.ids("orders")
    simulator.clock.advance(61)
    assert len(await export.save(tmp_path)) == 3


async def test_an_export_can_be_resumed_by_another_client(simulator, front):
    simulator.front.order_exports.plan(ExportPlan(files=3, place="elsewhere"))
    export = await front.orders.start_export(**YEAR)
    await export.wait(poll_interval=QUICK)
    walk, seen = export.items(), []
    async for order in walk:
        seen.append(order.order_id)
        if len(seen) == 1234:
            break
    async with MarketplaceFront(simulator.front_url, auth=BearerToken(simulator.issue_token())) as other:
        rest = [order.order_id async for order in other.orders.export_job(export.id).items(after=walk.cursor)]
    assert seen + rest == simulator.front.ids("orders")


@pytest.mark.parametrize("end", ["FAILED", "CANCELED"])
async def test_failed_exports_are_reported(simulator, front, end):
    simulator.front.offer_exports.plan(ExportPlan(end=end))
    export = await front.offers.start_export()
    assert (await export.wait(poll_interval=QUICK)).status == end
    with pytest.raises(JobFailed, match=f"offer export {export.id} ended {end}"):
        await anext(aiter(export.items()))


async def test_offers_are_exported_in_both_formats(simulator, front):
    plan = ExportPlan(files=2)
    simulator.front.offer_exports.plan(plan, plan)
    as_json = await front.offers.start_export(export_type="application/json")
    await as_json.wait(poll_interval=QUICK)
    ids = [offer.offer_id async for offer in as_json.items()]
    as_csv = await front.offers.start_export(export_type="text/csv")
    await as_csv.wait(poll_interval=QUICK)
    rows = [row async for row in as_csv.rows()]
    assert [row["offer-id"] for row in rows] == [str(offer_id) for offer_id in ids]
    assert len(ids) > 0
    assert any("[" in column for column in rows[0])  # price[channel=...]: what an instance has


async def test_documents_are_uploaded_and_downloaded_singly_and_together(simulator, front, tmp_path):
    order_id = simulator.front.ids("orders")[0]
    files = {"invoice.pdf": b"%PDF-1.7 one", "label.png": b"\x89PNG two"}
    entries = [{"file_name": name, "type_code": "CUSTOMER_INVOICE"} for name in files]
    uploaded = await front.orders.upload_documents(
        order_id,
        files=[Upload(content=content, filename=name) for name, content in files.items()],
        order_documents={"order_documents": entries},
    )
    assert not uploaded.errors_count
    listed = (await front.orders.list_documents(order_ids=[order_id])).order_documents
    mine = {document.file_name: document.id for document in listed if document.file_name in files}
    assert mine.keys() == files.keys()
    saved = await front.orders.download_documents(document_ids=[str(mine["invoice.pdf"])]).save(tmp_path)
    assert (saved.path.name, saved.path.read_bytes()) == ("invoice.pdf", b"%PDF-1.7 one")
    async with front.orders.download_documents(order_ids=[order_id]) as file:
        assert await file.detect_format() == "zip"
        contents = {member.name.rpartition("/")[2]: await member.read() async for member in file.members()}
    assert files.items() <= contents.items()


async def test_attributes_and_offers_are_read_as_csv(front):
    async with front.products.download_attributes() as file:
        rows = [row async for row in file.rows()]
    listed = (await front.products.list_attributes()).attributes
    assert [row["code"] for row in rows] == [attribute.code for attribute in listed]
    async with front.offers.download_csv() as file:
        assert file.content_type == "text/csv"
        assert len([row async for row in file.rows()]) > 0


async def test_shop_documents_are_uploaded_and_downloaded(front):
    uploaded = await front.stores.upload_documents(
        files=[Upload(content=b"%PDF-1.7", filename="Ausweis ü.pdf")],
        shop_documents={"shop_documents": [{"file_name": "Ausweis ü.pdf", "type_code": "ID_CARD"}]},
        shop_id=2001,
    )
    assert not uploaded.errors_count
    listed = (await front.stores.list_documents(shop_ids=["2001"])).shop_documents
    (mine,) = [document.id for document in listed if document.file_name == "Ausweis ü.pdf"]
    async with front.stores.download_documents(document_ids=[str(mine)]) as file:
        assert file.filename == "Ausweis ü.pdf"
        assert await file.read() == b"%PDF-1.7"


async def test_a_message_with_attachments_is_sent(simulator, front):
    order_id = simulator.front.ids("orders")[0]
    started = await front.messages.start_thread_on_order(
        order_id,
        files=[Upload(content=b"see here", filename="photo.txt")],
        thread_input={
            "body": "It came broken", "to": ["SHOP"], "topic": {"type": "FREE_TEXT", "value": "Broken"},
        },
    )  # fmt: skip
    thread = await front.messages.get_thread(str(started.thread_id))
    (attachment,) = thread.messages[-1].attachments
    assert await front.messages.download_attachment(attachment.id).read() == b"see here"
    replied = await front.messages.reply(
        str(started.thread_id),
        files=[b"1", Upload(content=b"22", filename="two.txt")],
        message_input={"body": "And this", "to": [{"type": "SHOP"}]},
    )
    assert replied.thread_id == started.thread_id


async def test_many_downloads_run_at_once(simulator, front, tmp_path):
    simulator.front.imports.plan(*[ImportPlan(refused=5)] * 8)
    upload = Upload(content=CATALOG, filename="catalog.csv")
    jobs = [await front.products.start_import(upload, shop=2000) for _ in range(8)]
    await asyncio.gather(*(job.wait(poll_interval=QUICK) for job in jobs))
    saved = await asyncio.gather(*(job.error_report().save(tmp_path) for job in jobs))
    assert len({one.path for one in saved}) == 8
