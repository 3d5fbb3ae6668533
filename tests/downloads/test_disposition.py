"""File names in Content-Disposition: as servers write them, and as an attacker would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.downloads.disposition import MAX_NAME_BYTES, parse_file_name, safe_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (None, None),
        ("", None),
        ("attachment", None),
        ("inline; size=5", None),
        ('attachment; filename="errors-2005.csv"', "errors-2005.csv"),
        ("attachment; filename=errors.csv", "errors.csv"),
        ("attachment;filename=errors.csv; size=10", "errors.csv"),
        ('ATTACHMENT; FILENAME="A;b.csv"', "A;b.csv"),
        ('attachment; filename="a \\"b\\" \\\\c.csv"', 'a "b" \\c.csv'),
        ('attachment; filename="never closed.csv', "never closed.csv"),
        ("attachment; filename*=UTF-8''r%C3%A9sum%C3%A9%20%E2%82%AC.csv", "résumé €.csv"),
        ("attachment; filename*=utf-8'fr'r%C3%A9.csv", "ré.csv"),
        ("attachment; filename*=ISO-8859-1''r%E9.csv", "ré.csv"),
        ("attachment; filename=\"fallback.csv\"; filename*=UTF-8''true.csv", "true.csv"),
        ("attachment; filename*=\"UTF-8''quoted.csv\"", "quoted.csv"),
        ("attachment; filename*=nonsense; filename=plain.csv", "plain.csv"),
        ("attachment; filename*=nowhere''r%E9.csv", "ré.csv"),
        ("attachment; filename*=undefined''r%E9.csv", "ré.csv"),
        ("attachment; filename*=UTF-8''; filename=plain.csv", "plain.csv"),
        ('attachment; filename="r\udcc3\udca9.csv"', "ré.csv"),
        ('attachment; filename="r\udce9.csv"', "ré.csv"),
        ('attachment; filename=""', None),
    ],
)
def test_the_file_name_of_a_header_is_read(header, name):
    assert (parse_file_name(header) or None) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/absolute.csv", "absolute.csv"),
        ("C:\\x.csv", "x.csv"),
        ("..", "download"),
        (".", "download"),
        ("", "download"),
        (None, "download"),
        ("a/", "download"),
        (".bashrc", "bashrc"),
        ("a\x00b\r\n.csv", "a_b__.csv"),
        ("a:b*?.csv", "a_b__.csv"),
        ("trailing. ", "trailing"),
        ("NUL", "_NUL"),
        ("com1.csv", "_com1.csv"),
        ("exe\u202efdp.csv", "exe_fdp.csv"),
        ("???", "download"),
        ("é" * 300 + ".csv", "é" * 98 + ".csv"),
    ],
)
def test_a_safe_name_is_one_component(name, safe):
    assert safe_name(name) == safe


@given(st.text(max_size=300))
def test_any_name_becomes_one_component_that_can_be_a_file(name):
    safe = safe_name(name)
    assert safe
    assert safe not in {".", ".."}
    assert not set(safe) & set('/\\\0:*?"<>|\n\r')
    assert len(safe.encode(errors="surrogatepass")) <= MAX_NAME_BYTES + 1
    assert safe == safe_name(safe)


@given(st.text(max_size=80))
def test_any_header_is_read_without_an_error(text):
    assert isinstance(parse_file_name(f"attachment; {text}"), str | None)
