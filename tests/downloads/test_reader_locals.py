"""After an error anywhere in the readers of files no local variable shows what was read."""

from __future__ import annotations

import gc
import io
import json
import zipfile

import pytest

from mirakl_async import Retry, read_csv_rows, read_json_items
from mirakl_async.models.front.orders import Order
from tests.downloads.serving import file_answer, front
from tests.support.faults_at_lines import leaks_of
from tests.support.raw_server import RawServer, answering

NAME = "Jane-Mc-Personal"
READERS = tuple(
    f"downloads/{name}.py"
    for name in ("csv_rows", "json_items", "readers", "local", "saving", "download", "zip_members", "watchdog")
)
# A fault in closing leaves files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
FILES = (*READERS, "http/sniffed_response.py", "imports_exports/exports.py")
CSV = ("name;b\n" + "".join(f"{NAME};{number}\n" for number in range(3))).encode()
ITEMS = [{"order_id": identity, "name": NAME} for identity in ("a", "b", 5, [])]
JSON = json.dumps({"orders": ITEMS}).encode()
DAMAGED = {
    "CSV": CSV,
    "CSV cut off in quotes": CSV + f'"{NAME}'.encode(),
    "CSV of another encoding": CSV + f"{NAME} \xe9;5\n".encode("latin-1"),
    "JSON": JSON,
    "JSON cut off": JSON[:-20],
    "JSON malformed": b'{"orders":[{"n":"%b"} 5]}' % NAME.encode(),
    "JSON with brackets that do not match": b'[{"n":"%b"},{"n":[NaN,"%b"}]' % (NAME.encode(), NAME.encode()),
}


def archive(damage=b"", by=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("orders.csv", CSV * 3)
    return file.getvalue().replace(damage, by, 1) if damage else file.getvalue()


FILES_OF_ALL_KINDS = {**DAMAGED, "ZIP": archive(), "ZIP damaged": archive(b"Personal", b"personal")}


@pytest.fixture(autouse=True)
def collected_here():
    yield
    gc.collect()  # and not in the next test, which would be blamed for it


async def rows(file, _):
    async for _row in file.rows():
        pass


async def fields(file, _):
    async for _record in file.rows().lists():
        pass


async def items(file, _):
    async for _item in file.items():
        pass


async def structs(file, _):
    async for _order in file.items(Order):
        pass


async def members(file, folder):
    async for member in file.members():
        await member.read()
        await member.save(folder)


async def read(file, _):
    await file.read()


async def read_a_little(file, _):
    await file.read(5)


async def save(file, folder):
    await file.save(folder / "file", lambda _done, _total: None)


@pytest.mark.parametrize("case", FILES_OF_ALL_KINDS)
async def test_locals_are_safe_in_every_way_to_read_a_download(case, tmp_path):
    typed = file_answer(FILES_OF_ALL_KINDS[case], "Content-Type: application/octet-stream")
    async with RawServer(answering(typed)) as server, front(server, retry=Retry(max_retries=0)) as client:
        for way in (rows, fields, items, structs, members, read, read_a_little, save):

            async def download(way=way):
                async with client.orders.download_export(f"{server.url}/f") as file:
                    await way(file, tmp_path)

            assert await leaks_of(download, FILES, NAME) == set()


@pytest.mark.parametrize("case", DAMAGED)
async def test_locals_are_safe_for_a_file_on_disk(case, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DAMAGED[case])
    for way in (read_csv_rows, read_json_items, lambda path: read_json_items(path, Order)):

        async def read_it(way=way):
            for _ in way(path):
                pass

        assert await leaks_of(read_it, READERS, NAME) == set()


async def test_the_locals_of_the_users_own_code_are_unchanged(tmp_path):
    def progress(done, _total):
        note = f"{done} bytes"
        raise ZeroDivisionError(note)

    async with RawServer(answering(file_answer(CSV))) as server, front(server) as client:
        with pytest.raises(ZeroDivisionError) as caught:
            await client.orders.download_export(f"{server.url}/f").save(tmp_path / "f", progress=progress)
    trace = caught.value.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    assert trace.tb_frame.f_locals["note"] == f"{len(CSV)} bytes"
