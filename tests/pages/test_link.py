"""Link headers, valid and invalid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from mirakl_async.pages.link import NextLink, find_target, next_link

ASKED = "https://acme.mirakl.net/api/orders?max=10&offset=10"
HERE = "https://acme.mirakl.net/api/orders?order_ids=1,2,3&max=10&offset="


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://h/a?ids=1,2&offset=0>; rel="previous", <https://h/a?ids=1,2&offset=20>; rel="next"', "https://h/a?ids=1,2&offset=20"),
        ("<https://h/n>; rel=next", "https://h/n"),
        ("<https://h/n>;REL=Next", "https://h/n"),
        ('<https://h/n>; title="a, b; rel=x"; rel="last next"', "https://h/n"),
        (r'<https://h/n>; title="a \" rel=previous"; rel="next"', "https://h/n"),
        ('<https://h/p>; rel="previous"; rel="next"', None),
        ('<https://h/p>; rel="previous"', None),
        ('<https://h/p>; rel="nextish"', None),
        ("<>; rel=next", ""),
        ("", None),
        ("junk", None),
    ],
)  # fmt: skip
def test_the_first_link_with_the_relation_is_used(header, found):
    assert find_target(header, "next") == found


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (f'<{HERE}0>; rel="previous", <{HERE}20>; rel="next"', NextLink(has_links=True, has_next=True, offset=20)),
        (f'<{HERE}0>; rel="previous"', NextLink(has_links=True, has_next=False)),
        ('</api/orders?offset=20>; rel="next"', NextLink(has_links=True, has_next=True, offset=20)),
        (
            '<https://ACME.mirakl.net:443/api/orders?offset=20>; rel="next"',
            NextLink(has_links=True, has_next=True, offset=20),
        ),
        (
            '<https://evil.example/api/orders?offset=20>; rel="next"',
            NextLink(has_links=True, has_next=True, offset=None),
        ),
        (
            '<http://acme.mirakl.net/api/orders?offset=20>; rel="next"',
            NextLink(has_links=True, has_next=True, offset=None),
        ),
        (
            '<https://acme.mirakl.net/api/orders?offset=-1>; rel="next"',
            NextLink(has_links=True, has_next=True, offset=None),
        ),
        (f'<{HERE}{"9" * 5000}>; rel="next"', NextLink(has_links=True, has_next=True, offset=None)),
        (f'<{HERE}{"9" * 19}>; rel="next"', NextLink(has_links=True, has_next=True, offset=None)),
        ('<https://[broken/?offset=20>; rel="next"', NextLink(has_links=True, has_next=True, offset=None)),
        ("", NextLink(has_links=False, has_next=False)),
    ],
)
def test_the_links_of_a_response_are_read(header, said):
    assert next_link({"Link": header} if header else {}, ASKED) == said


def test_several_link_headers_are_combined():
    headers = CIMultiDict([("Link", f'<{HERE}0>; rel="previous"'), ("Link", f'<{HERE}20>; rel="next"')])
    assert next_link(headers, ASKED).offset == 20


@given(st.text(alphabet='<>;,="\\ relnxt/?ofs019', max_size=60))
def test_any_header_is_read_without_an_error(header):
    said = next_link({"Link": header}, ASKED)
    assert said.has_next or said.offset is None
