"""The README's table of operations matches the package; no document is needed for this test."""

import re
from pathlib import Path

from codegen.coverage import BEGIN, CLIENTS, END, with_table
from mirakl_async.operations import operations

README = (Path(__file__).parents[2] / "README.md").read_text()
TABLE = README.partition(BEGIN)[2].partition(END)[0]


def rows():
    for owner, cells in re.findall(r"^\| `([\w.]+)` \| (.*) \|$", TABLE, re.MULTILINE):
        for method, code, deprecated in re.findall(r"`(\w+)` (\w+)( \(deprecated\))?", cells):
            yield f"{owner}.{method}", code, bool(deprecated)


def test_the_readme_lists_every_operation_with_its_method():
    package = {
        (f"{CLIENTS.get(item.service, item.service)}.{item.resource}.{item.name}", code, item.deprecated)
        for code, item in operations.items()
    }
    listed = list(rows())
    assert len(listed) == len(operations) == 100
    assert set(listed) == package
    assert "100 of 100 operations" in TABLE


def test_a_readme_without_markers_is_not_changed():
    assert with_table("# Words", []) is None
    assert with_table(f"a {BEGIN} old {END} b", []) == (
        f"a {BEGIN}\n0 of 0 operations: .\n\n| resource | operations |\n| --- | --- |\n{END} b"
    )
