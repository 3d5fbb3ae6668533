"""A file appears under its name only when it is complete."""

import asyncio
import os
from pathlib import Path

import pytest

from mirakl_async.downloads import saving
from mirakl_async.downloads.private import open_private
from mirakl_async.downloads.saving import save_chunks


async def chunks(*items):
    for item in items:
        if isinstance(item, BaseException):
            raise item
        yield item


async def test_chunks_become_a_file_and_progress_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "WRITE_BYTES", 4)
    progress = []
    size = await save_chunks(chunks(b"123", b"456", b"7"), tmp_path / "a.csv", progress.append)
    assert (size, progress) == (7, [6, 7])
    assert (tmp_path / "a.csv").read_bytes() == b"1234567"
    assert len(list(tmp_path.iterdir())) == 1


async def test_an_empty_file_is_saved(tmp_path):
    assert await save_chunks(chunks(), tmp_path / "a.csv") == 0
    assert (tmp_path / "a.csv").read_bytes() == b""


@pytest.mark.parametrize("failure", [ValueError("cut"), OSError("gone"), asyncio.CancelledError()])
@pytest.mark.parametrize("at_once", [1, 1000])
async def test_an_incomplete_file_never_appears_and_replaces_no_file(tmp_path, monkeypatch, failure, at_once):
    monkeypatch.setattr(saving, "WRITE_BYTES", at_once)
    (tmp_path / "a.csv").write_bytes(b"of yesterday")
    with pytest.raises(type(failure)):
        await save_chunks(chunks(b"123", b"4", failure), tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"of yesterday"


async def test_a_file_has_another_name_while_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "WRITE_BYTES", 1)
    seen = []

    async def look():
        yield b"1"
        seen.extend(path.name for path in tmp_path.iterdir())
        yield b"2"

    await save_chunks(look(), tmp_path / "a.csv")
    (name,) = seen
    assert name.startswith(".a.csv.")
    assert name.endswith(".part")


async def test_a_name_may_have_the_maximum_length_of_the_file_system(tmp_path):
    path = tmp_path / ("é" * 125 + ".csv")
    assert await save_chunks(chunks(b"1"), path) == 1
    assert path.read_bytes() == b"1"


async def test_a_full_disk_is_an_error_and_leaves_no_file(tmp_path, monkeypatch):
    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving, "_sync_and_close", full)
    with pytest.raises(OSError, match="No space left"):
        await save_chunks(chunks(b"123"), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode_of(path):
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("before", [None, 0o644, 0o666, 0o777])
async def test_a_saved_file_is_readable_by_its_owner_only(tmp_path, before):
    path = tmp_path / "a.csv"
    if before is not None:
        path.write_bytes(b"of yesterday")
        path.chmod(before)
    await save_chunks(chunks(b"1"), path)
    assert (mode_of(path), path.read_bytes()) == (0o600, b"1")


async def test_a_file_replaces_a_symbolic_link_and_not_its_target(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"not ours")
    (tmp_path / "a.csv").symlink_to(tmp_path / "elsewhere")
    await save_chunks(chunks(b"1"), tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() == b"not ours"


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize(("mode", "content"), [("ab", b"oldnew"), ("wb", b"new")])
def test_an_existing_file_is_made_private_before_anything_is_written(tmp_path, mode, content):
    path = tmp_path / "refused.ndjson"
    path.write_bytes(b"old")
    path.chmod(0o664)
    with open_private(path, mode) as file:
        assert mode_of(path) == 0o600
        file.write(b"new")
    assert path.read_bytes() == content


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("mode", ["xb", "ab", "wb"])
def test_a_new_file_is_private_with_any_umask_and_a_link_is_rejected(tmp_path, mode):
    with open_private(tmp_path / "new", mode):
        assert mode_of(tmp_path / "new") == 0o600
    (tmp_path / "target").write_bytes(b"not ours")
    for name, target in (("link", "target"), ("dangling", "nowhere")):
        (tmp_path / name).symlink_to(tmp_path / target)
        with pytest.raises(OSError, match="symbolic link"):
            open_private(tmp_path / name, mode)
    assert (tmp_path / "target").read_bytes() == b"not ours"
    assert not (tmp_path / "nowhere").exists()


def test_pipes_and_devices_are_written_to_directly():
    before = Path(os.devnull).stat().st_mode
    with open_private(Path(os.devnull), "ab") as file:
        file.write(b"1")
    assert Path(os.devnull).stat().st_mode == before
