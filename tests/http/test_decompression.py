"""Compressed bodies, undone as they arrive."""

import gzip
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.http import decompression
from mirakl_async.http.decompression import MAX_CHUNK_BYTES, Decoder, content_codings, decode_error_body
from mirakl_async.http.wire import WireError


def bare(content):
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(content) + stream.flush()


WAYS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP ": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
}
CONTENTS = [
    b"x",
    b"a;b\n" * 100_000,
    random.Random(1).randbytes(700_000),
    bytes(3 * MAX_CHUNK_BYTES),
    bytes(MAX_CHUNK_BYTES),
]


def decoder(encoding):
    return Decoder(content_codings({"Content-Encoding": encoding}))


def inflated(encoding, data, at_once):
    decoding = decoder(encoding)
    pieces = [piece for at in range(0, len(data), at_once) for piece in decoding.feed(data[at : at + at_once])]
    try:
        decoding.end()
    except WireError:
        return b"".join(pieces), max(map(len, pieces), default=0), False
    return b"".join(pieces), max(map(len, pieces), default=0), True


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("content", CONTENTS, ids=len)
@pytest.mark.parametrize("at_once", [997, 65536, 10**9])
def test_content_is_decoded_completely_in_bounded_pieces(way, content, at_once):
    whole, longest, finished = inflated(way, WAYS[way](content), at_once)
    assert whole == content
    assert longest <= MAX_CHUNK_BYTES
    assert finished


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_uncompressed_content_is_unchanged(encoding):
    assert inflated(encoding, b"a;b", 2) == (b"a;b", 2, True)


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_stream_that_ends_early_is_not_complete(content, way, data):
    packed = WAYS[way](content)
    cut = data.draw(st.integers(1, len(packed) - 1))
    whole, _, finished = inflated(way, packed[:cut], 7)
    assert not finished
    assert content.startswith(whole)


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.integers(1, 50))
def test_consecutive_gzip_members_are_decoded(contents, at_once):
    packed = b"".join(map(gzip.compress, contents))
    assert inflated("gzip", packed, at_once)[::2] == (b"".join(contents), True)


@pytest.mark.parametrize(
    "damaged", [gzip.compress(b"x" * 100, mtime=0)[:-8] + bytes(8), gzip.compress(b"x", mtime=0) + b"junk", b"plain"]
)
def test_damaged_content_is_an_error(damaged):
    with pytest.raises(WireError, match="corrupt"):
        inflated("gzip", damaged, 10)


def test_an_empty_body_is_complete_with_any_coding():
    assert inflated("gzip", b"", 1) == (b"", 0, True)


NO_CODINGS = [
    "", "identity", "none", "UTF-8", "utf8", "iso-8859-1", "windows-1252", "aws-chunked", "binary", "8bit", "7bit",
    "text/csv", "application/json; charset=utf-8", "charset=utf-8", "null", "identity, none", " , ",
]  # fmt: skip


@pytest.mark.parametrize("label", NO_CODINGS)
def test_labels_that_are_not_codings_are_ignored(label):
    assert content_codings({"Content-Encoding": label}) == []
    assert inflated(f"{label}, gzip", gzip.compress(b"words"), 3)[::2] == (b"words", True)


@pytest.mark.parametrize(
    "label", ["br", "zstd", "compress", "gzip, br", "base64", "bz2", "zlib", "x" * 99, "é", "a\0b"]
)
def test_an_unknown_coding_is_an_error(label):
    with pytest.raises(WireError, match="which was not requested") as caught:
        decoder(label)
    assert caught.value.permanent


STACKS = [["gzip", "gzip"], ["gzip", "deflate"], ["deflate", "gzip"], ["gzip", "x-gzip", "gzip"]]


@pytest.mark.parametrize("stack", STACKS, ids=",".join)
@pytest.mark.parametrize("at_once", [7, 10**9])
def test_several_codings_are_decoded_from_the_last_to_the_first(stack, at_once):
    packed = content = b"a;b\n" * 100_000
    for name in stack:
        packed = WAYS[name](packed)
    whole, longest, finished = inflated(", ".join(stack), packed, at_once)
    assert whole == content
    assert longest <= MAX_CHUNK_BYTES
    assert finished
    assert not inflated(", ".join(stack), packed[:-9], at_once)[2]


def test_nested_decompression_bombs_are_bounded(monkeypatch):
    monkeypatch.setattr(decompression, "MAX_BETWEEN_CODINGS", 10**6)
    bomb = gzip.compress(bytes(10**7))  # nothing of it is gzip's, but it is inflated before that is known
    with pytest.raises(WireError):
        inflated("gzip, gzip", bomb, 10**9)
    empty_blocks = gzip.compress(gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 400_000)
    with pytest.raises(WireError, match="too large") as caught:
        inflated("gzip, gzip", empty_blocks, 10**9)
    assert caught.value.permanent
    with pytest.raises(WireError, match="more than 4 content codings"):
        decoder("gzip, gzip, gzip, gzip, gzip")


TRANSFERS = [("chunked", True), ("Chunked", True), ("identity, chunked", True), ("chunked,chunked", True)]


@pytest.mark.parametrize(("transfer", "chunked"), [*TRANSFERS, ("identity", False), ("", False), (" , ", False)])
def test_transfer_codings_that_aiohttp_decoded_are_not_decoded_again(transfer, chunked):
    assert content_codings({"Transfer-Encoding": transfer}, chunked=chunked) == []


@pytest.mark.parametrize(("transfer", "chunked"), [("gzip, chunked", True), ("gzip", False), ("x-gzip", False)])
def test_a_transfer_coding_is_decoded_before_the_content_coding(transfer, chunked):
    headers = {"Transfer-Encoding": transfer, "Content-Encoding": "deflate"}
    assert content_codings(headers, chunked=chunked) == ["gzip", "deflate"]


@pytest.mark.parametrize("transfer", ["chunked", "chunked, identity", "Chunked ;x", "xchunked", '"chunked"', "br"])
def test_chunk_framing_that_was_not_decoded_is_an_error(transfer):
    with pytest.raises(WireError, match="transfer coding .* is not supported"):
        content_codings({"Transfer-Encoding": transfer})


WORDS = b'{"message":"no such order"}'


@pytest.mark.parametrize("label", ["br", "gzip", "deflate", "gzip, gzip", "none", "UTF-8", "foo", "", "gzip, br"])
def test_the_body_of_an_error_is_read_despite_a_wrong_coding_label(label):
    assert decode_error_body(WORDS, {"Content-Encoding": label}, 99) == WORDS
    assert decode_error_body(WORDS, {"Content-Encoding": label}, 5) == WORDS[:5]
    assert decode_error_body(b"caf\xc3", {"Content-Encoding": label}, 99) == b"caf\xc3"  # cut within a character


def test_the_received_part_of_a_truncated_error_is_read():
    long = b"".join(b"order %d is not known\n" % number for number in range(5000))
    assert long.startswith(said := decode_error_body(gzip.compress(long)[:-500], {"Content-Encoding": "gzip"}, 10**6))
    assert len(said) > 50_000
    assert decode_error_body(gzip.compress(bytes(10**8)), {"Content-Encoding": "gzip"}, 1000) == bytes(1000)
    latin = "déjà refusé".encode("latin-1")
    assert decode_error_body(latin, {}, 99) == decode_error_body(latin, {"Content-Encoding": "iso-8859-1"}, 99) == latin


@pytest.mark.parametrize("raw", [b"\x0b\x01\x80{}\x03\xff", b"\0\0"])
def test_binary_content_is_not_shown_as_an_errors_message(raw):
    assert decode_error_body(raw, {"Content-Encoding": "br"}, 99) == b""
