"""A file appears under its name when it is whole, and not before."""

import asyncio

import pytest

from mirakl_async.files import saving
from mirakl_async.files.saving import save_chunks


async def chunks(*items):
    for item in items:
        if isinstance(item, BaseException):
            raise item
        yield item


async def test_chunks_become_a_file_and_progress_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "WRITE_AT_ONCE", 4)
    told = []
    size = await save_chunks(chunks(b"123", b"456", b"7"), tmp_path / "a.csv", told.append)
    assert (size, told) == (7, [6, 7])
    assert (tmp_path / "a.csv").read_bytes() == b"1234567"
    assert len(list(tmp_path.iterdir())) == 1


async def test_an_empty_file_is_a_file(tmp_path):
    assert await save_chunks(chunks(), tmp_path / "a.csv") == 0
    assert (tmp_path / "a.csv").read_bytes() == b""


@pytest.mark.parametrize("failure", [ValueError("cut"), OSError("gone"), asyncio.CancelledError()])
@pytest.mark.parametrize("at_once", [1, 1000])
async def test_a_file_that_is_not_whole_never_appears_and_takes_nobody_s_place(tmp_path, monkeypatch, failure, at_once):
    monkeypatch.setattr(saving, "WRITE_AT_ONCE", at_once)
    (tmp_path / "a.csv").write_bytes(b"of yesterday")
    with pytest.raises(type(failure)):
        await save_chunks(chunks(b"123", b"4", failure), tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"of yesterday"


async def test_while_it_is_written_it_has_another_name(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "WRITE_AT_ONCE", 1)
    seen = []

    async def look():
        yield b"1"
        seen.extend(path.name for path in tmp_path.iterdir())
        yield b"2"

    await save_chunks(look(), tmp_path / "a.csv")
    (name,) = seen
    assert name.startswith(".a.csv.")
    assert name.endswith(".part")


async def test_a_name_may_be_as_long_as_the_disk_takes_it(tmp_path):
    path = tmp_path / ("é" * 125 + ".csv")
    assert await save_chunks(chunks(b"1"), path) == 1
    assert path.read_bytes() == b"1"


async def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, monkeypatch):
    def full(file, last):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving, "_complete", full)
    with pytest.raises(OSError, match="No space left"):
        await save_chunks(chunks(b"123"), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
