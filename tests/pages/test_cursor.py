"""Cursors: valid only for their own list, and without any value of the request."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.errors import InvalidArgument
from mirakl_async.operations import operations
from mirakl_async.pages.cursor import NO_KEY, VERSION, Cursor, digest, list_fingerprint, read_cursor

OR11, P51 = operations["OR11"], operations["P51"]
naturals = st.integers(0, 10**9)
cursors = st.builds(
    Cursor,
    version=st.just(VERSION),
    operation=st.just("OR11"),
    fingerprint=st.just("abc"),
    subrequest=st.integers(0, 8),
    offset=naturals,
    token=st.none() | st.text(),
    done=naturals,
    total=st.none() | naturals,
    marks=st.lists(st.text("0123456789abcdef", min_size=12, max_size=12), max_size=5).map(tuple),
)


@given(cursors)
def test_a_cursor_is_read_as_it_was_written(cursor):
    assert read_cursor(cursor.text(), OR11, "abc", 9) == cursor
    assert read_cursor(f"{cursor.text()}\n", OR11, "abc", 9) == cursor  # as a file or a shell gives it back


@given(st.text())
def test_other_text_is_rejected(text):
    with pytest.raises(InvalidArgument, match="is not a valid cursor"):
        read_cursor(text, OR11, "abc", 1)


def encoded(**members):
    return urlsafe_b64encode(msgspec.json.encode(members)).decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (encoded(v=VERSION, o="P51", r="abc"), "is a cursor of P51"),
        (encoded(v=VERSION, o="OR11", r="xyz"), "other arguments"),
        (encoded(v=VERSION, o="OR11", r="abc", g=2), "other arguments"),
        (encoded(v=99, o="OR11", new="shape"), "format 99; this release reads format 1"),
        (encoded(v=VERSION, o="OR11", r="abc", n=-1), "not a valid cursor"),
        (encoded(o="OR11", r="abc"), "not a valid cursor"),
    ],
)
def test_a_cursor_of_another_list_is_rejected_with_the_reason(text, said):
    with pytest.raises(InvalidArgument, match=said):
        read_cursor(text, OR11, "abc", 2)


def test_a_cursor_contains_no_argument_and_no_key():
    fingerprint = list_fingerprint(["https://acme.mirakl.net/api/orders?customer_ids=jane"])
    cursor = Cursor(version=VERSION, operation="OR11", fingerprint=fingerprint, marks=(digest("jane-1"),))
    inside = urlsafe_b64decode(cursor.text() + "==")
    assert b"jane" not in inside
    assert b"acme" not in inside


def test_digests_distinguish_keys_and_a_missing_key_has_its_own():
    assert digest("1") != digest(1)
    assert digest(("a", "b")) == digest(("a", "b"))
    assert digest(None) == NO_KEY
    assert len(digest("x")) == len(NO_KEY)
