"""Files of lines: what a line may contain, and the reason with which an invalid one is rejected."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from mirakl_async.errors import UnreadableFile
from mirakl_async.order_sync import ndjson
from mirakl_async.order_sync.entries import Line
from mirakl_async.order_sync.ndjson import FilePosition, NdjsonFile, read_orders
from mirakl_async.order_sync.rejected_order import RejectedOrder
from tests.support.order_factory import ORIGIN, SECOND, as_line, as_mapping, order


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, origin=ORIGIN):
        path = tmp_path / "orders.ndjson"
        path.write_bytes(content)
        return list(read_orders(path, origin))

    return read


GOOD = as_line(order(1))


def without_lines():
    empty = order(1)
    empty.order_lines = []
    return empty


def test_lines_are_kept_byte_for_byte(read):
    spelled = json.dumps(as_mapping(order(1)), default=float, indent=None, ensure_ascii=False).encode()
    [line] = read(spelled + b"\n")
    assert isinstance(line, Line)
    assert (line.raw, line.number, line.channel_order_id) == (spelled, 1, "o1")
    assert line.channel_updated_at == order(1).channel_updated_at


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (b"", []),
        (b"\n \r\n\t\n", []),
        (GOOD, [1]),
        (GOOD + b"\n", [1]),
        (GOOD + b"\r\n\r\n" + GOOD + b"\r\n", [1, 3]),
        (b"\xef\xbb\xbf" + GOOD + b"\n" + GOOD, [1, 2]),
        (b"\xef\xbb\xbf\n" + GOOD, [2]),
        (b"\n\n  " + GOOD + b"  \n", [3]),
    ],
)
def test_line_endings_empty_lines_and_byte_order_marks_are_handled(read, content, numbers):
    lines = read(content)
    assert [line.number for line in lines] == numbers
    assert all(isinstance(line, Line) and line.raw == GOOD for line in lines)


@pytest.mark.parametrize(
    ("line", "path", "identity"),
    [
        (b"{", "$", None),
        (b"null", "$", None),
        (b"[]", "$", None),
        (GOOD + GOOD, "$", None),
        (b'{"channel_order_id":"o1"}', "$", "o1"),
        (GOOD.replace(b'"quantity":1', b'"quantity":"many"'), "$.order_lines[0].quantity", "o1"),
        (GOOD.replace(b'"channel_order_id":"o1"', b'"channel_order_id":7'), "$.channel_order_id", None),
        (GOOD.replace(b"12.34", b"-1"), "$.order_lines[0].price", "o1"),
        (GOOD.replace(b"12.34", b"NaN"), "$", None),
        (GOOD.replace(b'"channel_updated_at":"2026', b'"channel_updated_at":"26'), "$.channel_updated_at", "o1"),
        (as_line(without_lines()), "$.order_lines", "o1"),
        (b"\xff\xfe" + GOOD, "$", None),
        (GOOD.replace(b"A thing", b"A \xff thing"), None, None),
        (b"[" * 100_000, "$", None),
    ],
)
def test_an_invalid_line_has_a_reason(read, line, path, identity):
    before, refused, after = read(b"\n".join([GOOD, line, GOOD]))
    assert isinstance(before, Line)
    assert isinstance(after, Line)
    assert isinstance(refused, RejectedOrder)
    assert (refused.kind, refused.line, refused.raw, refused.origin) == ("invalid", 2, line, ORIGIN)
    assert str(refused).startswith("o1 (line 2): " if refused.channel_order_id else "line 2: ")
    assert path is None or refused.path == path
    assert identity is None or refused.channel_order_id == identity


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("more", [-2, -1, 0, 1, 2, 500])
def test_lines_up_to_the_maximum_length_are_read(read, monkeypatch, more, ending):
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", len(GOOD) + 100)
    long = GOOD[:-1] + b" " * (100 + more) + b"}"
    lines = read(GOOD + b"\n" + long + (ending + GOOD if ending else b""))
    assert [getattr(line, "number", None) or line.line for line in lines] == ([1, 2, 3] if ending else [1, 2])
    assert isinstance(lines[1], Line) is (more <= 0)
    if ending:
        assert isinstance(lines[2], Line), "what follows a long line must not be lost"
    if more > 0:
        assert "longer than" in lines[1].reason


def test_a_file_of_one_overlong_line_is_one_rejection(read, monkeypatch):
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", 1000)
    [refused] = read(b"x" * 50_000)
    assert "longer than 1000 bytes" in refused.reason


def test_a_pipe_can_be_read(monkeypatch):
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", 2 * len(GOOD))
    reading, writing = os.pipe()
    os.write(writing, GOOD + b"\n" + b" " * 9 * len(GOOD) + b"\n" + GOOD)
    os.close(writing)
    place = FilePosition()
    first, refused, last = read_orders(Path(f"/dev/fd/{reading}"), ORIGIN, place)
    os.close(reading)
    assert (first.number, refused.line, last.number) == (1, 2, 3)
    assert (place.offset, place.line) == (10 * len(GOOD) + 2, 2)


def test_lines_with_their_own_origin_are_read(read):
    line = b'{"origin":{"channel_id":"channel-1","channel_store_id":"store-2"},"order":%s}'
    (origin, entry), refused, strange = read(
        b"\n".join([line % GOOD, line % GOOD.replace(b'"quantity":1', b'"quantity":"many"'), GOOD]), origin=None
    )
    assert (origin, entry.raw, entry.number) == (SECOND, GOOD, 1)
    assert (refused.origin, refused.path, refused.channel_order_id) == (SECOND, "$.order_lines[0].quantity", "o1")
    assert refused.raw == GOOD.replace(b'"quantity":1', b'"quantity":"many"'), "the order, so that it can be sent again"
    assert (strange.origin, strange.path, strange.raw) == (None, "$", GOOD)
    assert "origin" in strange.reason


def test_the_name_of_a_source_is_valid_text_for_any_file_name(tmp_path):
    one, other = (
        NdjsonFile(tmp_path / os.fsdecode(name), None).name for name in (b"caf\xe9.ndjson", b"caf\xea.ndjson")
    )
    assert one.encode() != other.encode()
    assert NdjsonFile(tmp_path / "café.ndjson", None).name == f"file:{tmp_path.resolve()}/café.ndjson"


THREE = GOOD + b"\n\n" + b"[]\n" + GOOD + b"\n"


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(THREE, mtime=0),
        gzip.compress(THREE[:100], mtime=0) + gzip.compress(THREE[100:], mtime=0),
        gzip.compress(b"\xef\xbb\xbf" + THREE, mtime=0),
        gzip.compress(THREE, mtime=0) + b"\0" * 512,
    ],
)
def test_a_gzip_file_is_read_like_its_content(read, packed):
    plain, unpacked = read(THREE), read(packed)
    assert [type(line) for line in unpacked] == [Line, RejectedOrder, Line]
    assert [(line.raw, getattr(line, "number", None)) for line in unpacked] == [
        (line.raw, getattr(line, "number", None)) for line in plain
    ]


@pytest.mark.parametrize("damage", ["cut off", "changed"])
def test_damaged_gzip_yields_the_lines_before_the_damage_and_then_an_error(tmp_path, damage):
    content = gzip.compress(b"".join(b"%s\n" % as_line(order(number)) for number in range(2000)))
    middle = len(content) // 2
    path = tmp_path / "orders.gz"
    path.write_bytes(content[:middle] if damage == "cut off" else content[:-6] + b"\0\0" + content[-4:])
    taken = []
    with pytest.raises(UnreadableFile, match="gzip data is damaged or cut off"):
        for line in read_orders(path, ORIGIN):
            taken.append(line)  # noqa: PERF402 - a comprehension would keep nothing of what came before the error
    assert [line.number for line in taken] == list(range(1, len(taken) + 1))
    assert len(taken) > 500


def test_a_gzip_file_is_resumed_at_its_position(tmp_path):
    content = b"".join(b"%s\n" % as_line(order(number)) for number in range(500))
    path = tmp_path / "orders.ndjson.gz"
    path.write_bytes(gzip.compress(content))
    first = NdjsonFile(path, ORIGIN)
    lines = iter(first)
    taken = [next(lines) for _ in range(300)]
    assert 0 < first.offset <= path.stat().st_size
    position = first.position()
    again = NdjsonFile(path, ORIGIN)
    again.resume(position)
    taken += list(again)
    assert [line.number for line in taken] == list(range(1, 501))
    path.write_bytes(gzip.compress(content.partition(b"\n")[2]))
    other = NdjsonFile(path, ORIGIN)
    other.resume(position)
    assert next(iter(other)).number == 1, "another file is read from its start"


LINES = GOOD.decode() + "\n" + GOOD.decode() + "\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (LINES.encode("utf-16"), "is UTF-16; .*iconv -f UTF-16 -t UTF-8"),
        (LINES.encode("utf-16-le"), "is UTF-16;"),
        (LINES.encode("utf-16-be"), "is UTF-16;"),
        (b"\xfe\xff" + LINES.encode("utf-16-be"), "is UTF-16;"),
        (LINES.encode("utf-32"), "is UTF-32;"),
        (LINES.encode("utf-32-be"), "is UTF-32;"),
        (b"[" + GOOD + b"," + GOOD + b"]", "is a JSON array; .*one order on each line.*jq -c"),
        (b"\xef\xbb\xbf \r\n[\n" + GOOD + b"]", "is a JSON array;"),
        (b"[]", "is a JSON array;"),
        (json.dumps(json.loads(GOOD), indent=2).encode(), "runs over several lines; .*jq -c"),
        (b"PK\x03\x04" + GOOD, "is a ZIP archive;"),
        (b"\x28\xb5\x2f\xfd" + GOOD, "is a Zstandard file;"),
        (gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0), "is a gzip file inside a gzip file;"),
    ],
)
def test_a_file_of_another_format_is_rejected_as_a_whole(read, content, words, pack):
    with pytest.raises(UnreadableFile, match=words):
        read(pack(content))
