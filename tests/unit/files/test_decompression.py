"""Compressed bodies, undone as they arrive."""

import gzip
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.decompression import PIECE, Inflater


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
CONTENTS = [b"x", b"a;b\n" * 100_000, random.Random(1).randbytes(700_000), bytes(3 * PIECE), bytes(PIECE)]


def inflated(encoding, data, at_once):
    inflater = Inflater(encoding)
    pieces = [piece for at in range(0, len(data), at_once) for piece in inflater.feed(data[at : at + at_once])]
    return b"".join(pieces), max(map(len, pieces), default=0), inflater.finished


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("content", CONTENTS, ids=len)
@pytest.mark.parametrize("at_once", [997, 65536, 10**9])
def test_content_comes_out_whole_in_bounded_pieces(way, content, at_once):
    whole, longest, finished = inflated(way, WAYS[way](content), at_once)
    assert whole == content
    assert longest <= PIECE
    assert finished


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_what_is_not_compressed_passes(encoding):
    assert inflated(encoding, b"a;b", 2) == (b"a;b", 2, True)


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_stream_that_ends_early_is_never_finished(content, way, data):
    packed = WAYS[way](content)
    cut = data.draw(st.integers(1, len(packed) - 1))
    whole, _, finished = inflated(way, packed[:cut], 7)
    assert not finished
    assert content.startswith(whole)


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.integers(1, 50))
def test_members_of_gzip_follow_each_other(contents, at_once):
    packed = b"".join(map(gzip.compress, contents))
    assert inflated("gzip", packed, at_once)[::2] == (b"".join(contents), True)


@pytest.mark.parametrize(
    "damaged", [gzip.compress(b"x" * 100, mtime=0)[:-8] + bytes(8), gzip.compress(b"x", mtime=0) + b"junk", b"plain"]
)
def test_damage_is_said(damaged):
    with pytest.raises(zlib.error):
        inflated("gzip", damaged, 10)


def test_an_empty_body_promises_nothing():
    assert Inflater("gzip").finished


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_what_was_not_asked_for_is_refused(encoding):
    with pytest.raises(ValueError, match="which was not asked for"):
        Inflater(encoding)
