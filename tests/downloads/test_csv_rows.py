"""CSV read from its bytes as they arrive, compared with Python's own csv module."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_async.downloads import csv_rows
from mirakl_async.downloads.csv_rows import CsvParser, as_dict, sniff_delimiter, unique_columns
from mirakl_async.errors import UnreadableFile

REPORT = 'sku;name;error\r\nA-1;Lamp;missing EAN\r\nA-2;"Chair;\r\nblue";"says ""no"""\r\n'


def read(data, *, at_once=None, **options):
    """Return the columns and the records, fed `at_once` bytes at a time."""
    reader = CsvParser(**options)
    size = at_once or max(1, len(data))
    records = [record for at in range(0, len(data), size) for record in reader.feed(data[at : at + size])]
    records += reader.finish()
    if reader.failure is not None:
        raise reader.failure
    return reader.columns, records


@pytest.fixture
def small_blocks(monkeypatch):
    """Every few bytes are a block, so that whatever can be cut is cut."""
    monkeypatch.setattr(csv_rows, "BLOCK_LENGTH", 1)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 1000])
def test_quoted_delimiters_line_breaks_and_quotes_are_read(at_once):
    columns, records = read(REPORT.encode(), at_once=at_once)
    assert columns == ["sku", "name", "error"]
    assert records == [["A-1", "Lamp", "missing EAN"], ["A-2", "Chair;\r\nblue", 'says "no"']]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks_are_removed(encoding):
    text = "SKU;Désignation\nÄ1;ß€😀\n"
    data = ("\ufeff" + text).encode(encoding) if encoding.endswith("e") else text.encode(encoding)
    for at_once in (1, 5, 1000):
        assert read(data, at_once=at_once) == (["SKU", "Désignation"], [["Ä1", "ß€😀"]])


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("a;b;c", ";"), ("a,b,c", ","), ("a\tb", "\t"), ("a|b", "|"), ("one column", ";"),
        ('"a,b,c,d";e', ";"), ('price[channel=CA];"x, ""y"", z"', ";"), ("a;b,c", ";"), ("", ";"),
    ],
)  # fmt: skip
def test_the_delimiter_is_the_most_frequent_one_in_the_header(header, separator):
    assert sniff_delimiter(header) == separator


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_empty_lines_before_the_header_do_not_decide_the_delimiter(at_once):
    assert read(b"\n\r\n\n\na,b\n1,2\n", at_once=at_once) == (["a", "b"], [["1", "2"]])


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("at_once", [1, 3, 7, 1000])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_header_may_have_line_breaks_delimiters_and_quotes_in_its_names(separator, end, at_once):
    names = [f"long{end}name", f'a ""quoted""{end};,|\t name', "plain", '5" wide']
    quoted = [f'"{names[0]}"', f'"{names[1]}"', *names[2:]]
    data = end.join([separator.join(quoted), separator.join("1234"), separator.join("5678")]).encode()
    expected = [names[0], names[1].replace('""', '"'), *names[2:]]
    assert read(data, at_once=at_once) == (expected, [list("1234"), list("5678")])
    assert read(data.partition(end.encode() + b"1")[0], at_once=at_once) == (expected, [])


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("at_once", [1, 2, 5, 1000])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("hint", "separator"),
    [
        ("sep=;", ";"), ("sep=,", ","), ("SEP=\t", "\t"), (r"sep=\t", "\t"), ("sep=|", "|"), ("sep=^", "^"),
        ("sep=:", ":"), ('"sep=;"', ";"), ('sep=";"', ";"), ("sep=;;;", ";"), ("sep=", ","), ("sep= ", " "),
    ],
)  # fmt: skip
def test_the_sep_line_of_excel_is_not_the_header(hint, separator, mark, at_once):
    for end in ("\n", "\r\n", "\r"):
        data = mark + end.join([hint, separator.join(["a", "b c" if separator != " " else "b"]), separator.join("12")])
        columns, records = read(data.encode(), at_once=at_once)
        assert (len(columns), records) == (2, [["1", "2"]])


def test_a_given_delimiter_overrides_a_sep_line_which_must_be_the_first():
    assert read(b"sep=;\na,b\n1;2,3\n", delimiter=",") == (["a", "b"], [["1;2", "3"]])
    assert read(b"a;b\nsep=,\n1;2\n") == (["a", "b"], [["sep=,"], ["1", "2"]])
    assert read(b"sep=name;b\n1;2\n") == (["sep=name", "b"], [["1", "2"]])
    assert read(b"separator;b\n1;2\n") == (["separator", "b"], [["1", "2"]])


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"sku\nA,1\n", ["sku"]),
        (b'"sku,ean"\nA\n', ["sku,ean"]),
        (b"  \n\t\nsku;b\nA;1\n", ["sku", "b"]),
        (b"sep=;\n", None),
        (b"sep=;", None),
        (b'\xef\xbb\xbf"a";b\n1;2\n', ["a", "b"]),
    ],
)
def test_headers_with_one_column_and_with_no_column_are_read(data, columns):
    assert read(data)[0] == columns


def test_an_unclosed_quote_in_the_header_does_not_buffer_the_whole_file():
    reader = CsvParser()
    reader.feed(b'a;"b;c\n' + b"1;2;3\n" * 50_000)
    reader.finish()
    assert reader.delimiter == ";"
    assert reader.failure is not None


def test_a_given_encoding_may_have_a_byte_order_mark():
    assert read("\ufeffa;b\n1;2\n".encode(), encoding="utf-8") == (["a", "b"], [["1", "2"]])
    assert read("\ufeffa;b\n1;2\n".encode("utf-16-le"), encoding="utf-16-le") == (["a", "b"], [["1", "2"]])
    assert read("a;b\n1;2\n".encode("utf-32")) == (["a", "b"], [["1", "2"]])


def test_a_delimiter_and_an_encoding_can_be_set():
    assert read("a|b;c\n1|é;3\n".encode("cp1252"), delimiter="|", encoding="cp1252") == (["a", "b;c"], [["1", "é;3"]])


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_endings_are_read_and_the_last_line_may_have_none(end):
    for last in ("", end, end * 3):
        data = (end.join(["a,b", "1,2", "", "3,4"]) + last).encode()
        assert read(data, at_once=2) == (["a", "b"], [["1", "2"], ["3", "4"]])


@pytest.mark.parametrize(
    ("data", "columns"), [(b"", None), (b"\xef\xbb\xbf", None), (b"\n\n", None), (b"a;b", ["a", "b"])]
)
def test_a_file_without_rows_is_read(data, columns):
    assert read(data) == (columns, [])


def test_rows_before_invalid_bytes_are_delivered():
    reader = CsvParser()
    rows = reader.feed(b"a;b\n" + b"1;2\n" * 20_000 + b"caf\xe9;3\n" + b"4;5\n") + reader.finish()
    assert rows == [["1", "2"]] * 20_000
    assert str(reader.failure) == (
        'the CSV cannot be read after row 20000: it is not valid utf-8; pass its encoding, such as encoding="cp1252"'
    )
    assert reader.feed(b"6;7\n") == []


@pytest.mark.usefixtures("small_blocks")
def test_a_file_truncated_inside_a_quoted_field_is_an_error_after_its_last_row():
    reader = CsvParser()
    rows = reader.feed(b'a;b\n1;2\n3;"4\n5') + reader.finish()
    assert rows == [["1", "2"]]
    assert str(reader.failure) == "the CSV cannot be read after row 1: it is truncated inside a quoted field"


def test_an_unclosed_quote_is_an_error_within_bounded_memory():
    reader = CsvParser()
    data = b"a;b\n1;2\n" + b'3;"4\n' + b"5;6\n" * 100_000
    rows = [row for at in range(0, len(data), 4096) for row in reader.feed(data[at : at + 4096])]
    assert rows == [["1", "2"]]
    assert isinstance(reader.failure, UnreadableFile)
    assert "after row 1: field larger than field limit" in str(reader.failure)


def test_a_field_over_the_limit_of_the_csv_module_is_an_error():
    reader = CsvParser()
    assert reader.feed(b"a;b\n1;2\n3;" + b"x" * 200_000 + b"\n") == [["1", "2"]]
    assert "after row 1: field larger than field limit (131072); raise it with csv.field_size_limit(...)" in str(
        reader.failure
    )


def test_memory_depends_on_a_block_and_not_on_the_file():
    reader = CsvParser()
    for _ in range(300):
        reader.feed(b"x" * 100 + b";y\n" * 100)
    assert len(reader._text) < 2 * csv_rows.BLOCK_LENGTH
    assert sum(map(len, reader._buffer)) < 2 * csv_rows.BLOCK_LENGTH


def test_a_row_is_a_mapping_by_column():
    assert as_dict(["a", "b"], ["1", "2"]) == {"a": "1", "b": "2"}
    assert as_dict(["a", "b"], ["1"]) == {"a": "1", "b": ""}
    assert as_dict(["a", "b"], ["1", "2", "3"]) == {"a": "1", "b": "2", "column 3": "3"}


def test_columns_with_the_same_name_get_a_number():
    assert unique_columns(["price", "sku", "price", "price"]) == ["price", "sku", "price (2)", "price (3)"]
    assert unique_columns(["a", "a", "a (2)"]) == ["a", "a (2)", "a (2) (2)"]


FIELD = st.text(st.sampled_from('ab;," \n\ré€\t|'), max_size=8)


@given(
    st.lists(st.lists(FIELD, min_size=2, max_size=4), min_size=1, max_size=12),
    st.sampled_from(";,"),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 40),
)
def test_any_table_is_read_as_it_was_written_in_blocks_of_any_size(table, separator, end, at_once):
    table[0] = ["left", "right"]
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "BLOCK_LENGTH", 1)
        columns, records = read(text.getvalue().encode(), at_once=at_once)
    assert columns == ["left", "right"]
    assert records == table[1:]


@given(st.text(st.sampled_from('ab;"\n\r'), max_size=30), st.integers(1, 12))
def test_any_text_is_read_like_pythons_csv_module_reads_it(text, at_once):
    """Only the record of a quote that is never closed is left out, and that is said."""
    text = "left;right\n" + text
    whole = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=";") if record][1:]
    reader = CsvParser(delimiter=";")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "BLOCK_LENGTH", 1)
        data = text.encode()
        records = [record for at in range(0, len(data), at_once) for record in reader.feed(data[at : at + at_once])]
        records += reader.finish()
    assert records == (whole if reader.failure is None else whole[:-1])
    if reader.failure is not None:
        assert text.count('"')


@pytest.mark.parametrize(
    ("data", "rows"), [(b"a;b\n1;2\n3;4", 1), (b"a;b\n1;2\n3;4\n", 2), (b"a;b\r1;2\r", 1), (b"a", 0), (b"", 0)]
)
def test_an_unterminated_last_line_is_not_a_row_of_a_file_without_a_length(data, rows):
    reader = CsvParser(is_complete=lambda: False)
    assert len(reader.feed(data) + reader.finish()) == rows
    assert (reader.failure is not None) is (data[-1:] not in {b"\n", b"\r", b""})
    assert len(read(data, is_complete=lambda: True)[1]) == (2 if data.endswith(b"4") else rows)
