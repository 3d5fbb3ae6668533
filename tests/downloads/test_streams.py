"""Standard output, pipes and devices are written to directly: their files are neither replaced nor made private."""

import asyncio
import errno
import os
from pathlib import Path

import pytest

from mirakl_async.downloads.private import open_private, open_stream
from mirakl_async.downloads.saving import save_chunks
from tests.downloads.serving import file_answer, front
from tests.support.raw_server import RawServer, answering

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these are names of POSIX")


async def chunks():
    yield b"a" * 1_500_000
    yield b"b"


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path, 0o666)
    return path


async def test_a_download_can_be_saved_into_a_pipe(pipe, tmp_path):
    reading = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    async with RawServer(answering(file_answer(b"a;b\n1;2\n"))) as server, front(server) as client:
        saved = await client.orders.download_export(f"{server.url}/f").save(pipe)
    assert (saved.path, saved.size) == (pipe, 8)
    assert await reading == b"a;b\n1;2\n"
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


async def test_a_device_is_not_replaced_and_keeps_its_mode(tmp_path):
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | 0o020000, os.makedev(1, 3))
        device.open("wb").close()
    except OSError:
        pytest.skip("devices are not made here")
    before = device.lstat()
    assert await save_chunks(chunks(), device) == 1_500_001
    open_private(device, "ab").close()
    assert (device.lstat().st_mode, device.lstat().st_ino) == (before.st_mode, before.st_ino)


def test_an_open_descriptor_is_written_to_and_stays_open():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as end:
        for mode in ("ab", "wb", "xb"):
            with open_private(Path(f"/dev/fd/{writing}"), mode) as file:
                file.write(mode.encode())
        os.close(writing)
        assert end.read() == b"abwbxb"


async def test_a_pipe_without_a_reader_is_an_error_and_changes_no_file(pipe, tmp_path):
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    opened = open_stream(pipe)
    os.close(reader)
    with pytest.raises(BrokenPipeError), opened:
        opened.write(b"x" * 100_000)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize("target", ["pipe", "missing", "file"])
def test_a_symbolic_link_is_still_not_followed(pipe, tmp_path, target):
    (tmp_path / "file").write_bytes(b"")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / target)
    assert open_stream(link) is None
    with pytest.raises(OSError, match="symbolic link") as caught:
        open_private(link, "ab")
    assert caught.value.errno == errno.ELOOP


def test_files_and_folders_are_not_streams(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path, tmp_path / "file", tmp_path / "missing", tmp_path / "no" / "such"):
        assert open_stream(path) is None
