"""Documents of orders, shops and accounting, and attachments of messages."""

from __future__ import annotations

import io
import zipfile

import pytest

from mirakl_async.simulator.front.accounting_documents import document_id
from mirakl_async.simulator.front.names import order_id

from .documents import assert_described
from .forms import field, file, form, json_part

LIST, DOWNLOAD = "/api/orders/documents", "/api/orders/documents/download"
SHOPS = "/api/shops/documents"


def opened(reply):
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert ".zip" in reply.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(reply.body))
    assert archive.testzip() is None
    return archive


async def upload(front, order, *files, described=None):
    """Send files of an order, by name and type."""
    described = [{"file_name": name, "type_code": kind} for name, kind, _ in files] if described is None else described
    parts = [file("files", name, content) for name, _, content in files]
    body = form(*parts, json_part("order_documents", {"order_documents": described}))
    return await front.send("POST", f"/api/orders/{order}/documents", **body)


async def test_one_and_several_documents_of_orders_are_downloaded(start):
    front = await start({"orders": 5})
    orders = front.world.ids("orders")
    listed = (await front.get(LIST, order_ids=",".join(orders[:3]))).json
    assert_described(listed, "OR72")
    rows = listed["order_documents"]
    assert [row["order_id"] for row in rows] == [orders[0]] * 2 + [orders[1]] * 2 + [orders[2]] * 2
    one = await front.get(DOWNLOAD, document_ids=rows[2]["id"])
    assert one.headers["Content-Disposition"] == f'attachment; filename="{rows[2]["file_name"]}"'
    assert len(one.body) == rows[2]["file_size"]
    both = opened(await front.get(DOWNLOAD, document_ids=f"{rows[2]['id']},{rows[5]['id']}"))
    assert both.namelist() == [f"{row['order_id']}/{row['file_name']}" for row in (rows[2], rows[5])]
    assert both.read(both.namelist()[0]) == one.body
    alone = opened(await front.get(DOWNLOAD, order_ids=orders[4], document_codes="CUSTOMER_INVOICE"))
    assert len(alone.namelist()) == 1, "an order's documents come in an archive even when there is one"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"document_ids": "1"}, 404),
        ({"document_ids": "x"}, 400),
        ({"order_ids": "Order_1-A"}, 404),
        ({"order_ids": order_id(0), "document_codes": "NONE"}, 404),
        ({"document_ids": ",".join(map(str, range(101)))}, 400),
    ],
)
async def test_invalid_downloads_are_rejected(front, query, status):
    assert (await front.get(DOWNLOAD, **query)).status == status


async def test_documents_are_uploaded_to_an_order(front):
    order = front.world.ids("orders")[3]
    reply = await upload(
        front,
        order,
        ("bill.pdf", "CUSTOMER_INVOICE", b"%PDF"),
        ("odd.exe", "NONE", b"MZ"),
        ("äh.pdf", "CUSTOMER_INVOICE", b"x"),
    )
    assert (reply.status, reply.json["errors_count"]) == (200, 2)
    assert_described(reply.json, "OR74")
    failed = {
        one["input"]["file_name"]: [error["field"] for error in one["errors"]] for one in reply.json["order_documents"]
    }
    assert failed == {"odd.exe": ["type_code", "file_name"], "äh.pdf": ["file_name"]}
    rows = (await front.get(LIST, order_ids=order)).json["order_documents"]
    assert [row["file_name"] for row in rows[2:]] == ["bill.pdf"]
    assert (await front.get(DOWNLOAD, document_ids=rows[2]["id"])).body == b"%PDF"
    await upload(front, order, ("bill.pdf", "CUSTOMER_INVOICE", b"%PDF 2"))
    archive = opened(await front.get(DOWNLOAD, order_ids=order))
    assert [name.partition("/")[2] for name in archive.namelist()[2:]] == ["bill.pdf", "bill(1).pdf"]
    deleted = await front.send("DELETE", f"{LIST}/{rows[2]['id']}")
    assert (deleted.status, deleted.body) == (204, b"")
    assert (await front.send("DELETE", f"{LIST}/{rows[2]['id']}")).status == 404
    assert len((await front.get(LIST, order_ids=order)).json["order_documents"]) == 3
    assert [upload.file_name for upload in front.world.uploads] == ["bill.pdf", "bill.pdf"]


async def test_invalid_uploads_are_rejected(front):
    order = front.world.ids("orders")[0]
    good = ("a.pdf", "CUSTOMER_INVOICE", b"x")
    assert (await upload(front, "Order_1-A", good)).status == 404
    assert (await upload(front, order, good, good)).status == 400
    assert (await upload(front, order, good, described=[])).status == 400
    assert (await upload(front, order, good, described=[{"file_name": "b.pdf", "type_code": "X"}])).status == 400
    assert (await upload(front, order, good, described=[{"file_name": "a.pdf"}])).status == 400
    many = [(f"{number}.pdf", "CUSTOMER_INVOICE", b"x") for number in range(49)]
    assert (await upload(front, order, *many)).status == 400
    described = {"order_documents": [{"file_name": "a.pdf", "type_code": "CUSTOMER_INVOICE"}]}
    for part in (
        json_part("order_documents", described, "text/plain"),
        json_part("order_documents", described["order_documents"]),
        json_part("documents", described),
        field("order_documents", "{"),
    ):
        body = form(file("files", "a.pdf"), part)
        assert (await front.send("POST", f"/api/orders/{order}/documents", **body)).status == 400
    assert list(front.world.uploads) == []


async def test_documents_of_shops_are_served(start):
    front = await start(oddities="live")
    assert (await front.get(SHOPS)).status == 400
    rows = (await front.get(SHOPS, shop_ids="2001,2002")).json
    assert_described(rows, "S30")
    assert [row["shop_id"] for row in rows["shop_documents"]] == [2001, 2001, 2002, 2002]
    number = rows["shop_documents"][0]["id"]
    described = [{"file_name": "Ausweis ü.jpeg", "type_code": "ID_CARD"}, {"file_name": "b.pdf", "type_code": "WISH"}]
    parts = [file("files", one["file_name"]) for one in described]
    body = form(*parts, json_part("shop_documents", {"shop_documents": described}), field("shop_id", "2001"))
    reply = await front.send("POST", SHOPS, **body)
    assert reply.json["errors_count"] == 1
    assert reply.json["shop_documents"][0]["input"] == described[1]
    assert (await front.send("DELETE", f"{SHOPS}/{number}")).status == 204
    left = (await front.get(SHOPS, shop_ids="2001")).json["shop_documents"]
    assert [row["file_name"] for row in left][1:] == ["Ausweis ü.jpeg"]
    every = (await front.get(SHOPS, shop_ids="2001", include_deleted="true")).json["shop_documents"]
    assert ["date_deleted" in row for row in every] == [True, False, False]
    fresh = (await front.get(SHOPS, updated_since=left[-1]["date_uploaded"][:17] + "00Z")).json["shop_documents"]
    assert [row["id"] for row in fresh] == [left[-1]["id"]]
    named = await front.get(f"{SHOPS}/download", document_ids=left[-1]["id"])
    assert "filename*=UTF-8''Ausweis%20%C3%BC.jpeg" in named.headers["Content-Disposition"]
    archive = opened(await front.get(f"{SHOPS}/download", shop_ids="2002"))
    assert all(name.startswith("2002/") for name in archive.namelist())
    twins = [{"file_name": f"{name}.pdf", "type_code": "LEGAL_DOC"} for name in "ab"]
    parts = [file("files", one["file_name"]) for one in twins]
    body = form(*parts, json_part("shop_documents", {"shop_documents": twins}), field("shop_id", "2001"))
    assert (await front.send("POST", SHOPS, **body)).status == 400


async def test_accounting_documents_are_served(start):
    front = await start({"orders": 4})
    path = "/api/document-request/documents/download"
    one = await front.get(path, document_id=document_id(2, "PDF"))
    assert one.body.startswith(b"%PDF")
    both = {"entity_id": [order_id(1), order_id(3)], "entity_type": "PRODUCT_LOGISTIC_ORDER"}
    assert len(opened(await front.get(path, **both)).namelist()) == 4
    forms = opened(await front.get(path, **both, document_format="cXML")).namelist()
    assert [name.partition("/")[0] for name in forms] == ["product-logistic-order"] * 2
    assert all(name.endswith(".cxml") for name in forms)
    for query, status in (
        ({}, 400),
        ({"entity_id": order_id(1)}, 400),
        ({"document_id": "INV-1-PDF"}, 404),
        ({"document_id": document_id(2, "PDF"), "document_format": "DOC"}, 400),
        ({"document_id": [document_id(1, "PDF")] * 101}, 400),
    ):
        assert (await front.get(path, **query)).status == status


async def test_a_reply_with_attachments_is_stored(start):
    front = await start({"threads": 10})
    thread = front.world.ids("threads")[4]
    before = (await front.get(f"/api/inbox/threads/{thread}")).json
    assert_described(before, "M10")
    described = {"body": "Here it is", "to": [{"type": "CUSTOMER", "id": "Customer_1"}]}
    sent = await front.send(
        "POST",
        f"/api/inbox/threads/{thread}/message",
        **form(json_part("message_input", described), file("files", "a.png", b"one"), file("files", "b.png", b"two")),
    )
    assert (sent.status, sent.json["thread_id"]) == (201, thread)
    after = (await front.get(f"/api/inbox/threads/{thread}")).json
    assert len(after["messages"]) == len(before["messages"]) + 1
    message = after["messages"][-1]
    assert (message["id"], message["body"]) == (sent.json["message_id"], "Here it is")
    contents = [(await front.get(f"/api/inbox/threads/{one['id']}/download")).body for one in message["attachments"]]
    assert contents == [b"one", b"two"]
    assert after["date_updated"] > before["date_updated"]


async def test_a_thread_on_an_order_is_started(start):
    front = await start({"orders": 4, "threads": 2})
    path = f"/api/orders/{order_id(3)}/threads"
    described = {"body": "Hello", "to": ["SHOP"], "topic": {"type": "FREE_TEXT", "value": "Delay"}}
    sent = await front.send("POST", path, **form(json_part("thread_input", described)))
    assert sent.status == 201
    found = (await front.get("/api/inbox/threads", entity_type="MMP_ORDER", entity_id=order_id(3))).json["data"]
    assert [thread["id"] for thread in found] == [sent.json["thread_id"]]
    for wrong in (
        described | {"to": []},
        described | {"to": ["ALL"]},
        described | {"body": ""},
        described | {"topic": {}},
        [],
    ):
        refused = await front.send("POST", path, **form(json_part("thread_input", wrong)))
        assert (refused.status, "thread_input" in refused.json["errors"][0]["field"]) == (400, True)
    assert (
        await front.send("POST", "/api/orders/x/threads", **form(json_part("thread_input", described)))
    ).status == 404
    assert len(front.world.ids("threads")) == 3


async def test_threads_start_with_attachments(start):
    front = await start({"threads": 40})
    page = (await front.get("/api/inbox/threads", with_messages="true")).json["data"]
    files = [one for thread in page for message in thread["messages"] for one in message["attachments"]]
    assert files
    reply = await front.get(f"/api/inbox/threads/{files[0]['id']}/download")
    assert (len(reply.body), reply.body[:4]) == (files[0]["size"], b"\x89PNG")
    assert (await front.get("/api/inbox/threads/x/download")).status == 404


async def test_files_are_uploaded_and_downloaded_through_the_client(start, tmp_path):
    front = await start({"orders": 3, "threads": 3})
    order = front.world.ids("orders")[1]
    async with front.client() as client:
        described = {"order_documents": [{"file_name": "bill.pdf", "type_code": "CUSTOMER_INVOICE"}]}
        path = tmp_path / "bill.pdf"
        path.write_bytes(b"%PDF-1.4 mine")
        from mirakl_async.models.front.orders import OrderDocumentInput, OrderDocumentsInput

        documents = OrderDocumentsInput(order_documents=[OrderDocumentInput(**described["order_documents"][0])])
        result = await client.orders.upload_documents(order, files=[path], order_documents=documents)
        assert not result.failed
        async with client.orders.download_documents(order_ids=[order]) as download:
            members = {member.name async for member in download.members()}
    assert f"{order}/bill.pdf" in members
    assert front.world.uploads[-1].file_name == "bill.pdf"
