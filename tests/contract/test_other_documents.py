"""Documents beside those that are generated, such as that of the webhooks, for which no table has a row.

Code is generated from them all the same, and it reads their examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.codegen.conftest import Workshop
from tests.contract import documents
from tests.contract.comparison import at

PLACEHOLDERS = ("string", "object")
READ = """
import json
from mirakl_async import codec
from mirakl_async.models import acme
from mirakl_async.operations import operations

for name, value in json.load(open("examples.json")):
    kind = operations[name].reply if name in operations else getattr(acme, name)
    decoded = codec.decode(kind, json.dumps(value).encode())
    print(json.dumps([name, [repair.path for repair in decoded.repaired if repair.outcome == "dropped"]]))
"""


def others() -> list[Path]:
    """The documents in the folder that codegen does not read; and that of the events, as if it did not."""
    place = documents.folder()
    found = place.glob("*openapi.*") if place else ()
    known = {*documents.FILES.values()} - {documents.FILES["connect_events"]}
    return sorted(path for path in found if path.name not in known)


def examples(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is read: of an operation its successful answers, by its code; of a webhook its body, by its schema's name."""
    for item in content.get("paths", {}).values():
        for spec in (item[method] for method in documents.METHODS if method in item):
            for status, response in spec["responses"].items():
                for _, value in values(response) if str(status).startswith("2") else ():
                    yield spec["operationId"], value
    for item in content.get("webhooks", {}).values():
        for spec in item.values():
            yield from values(spec["requestBody"])


def values(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The examples of a JSON body, with the name of its schema."""
    media = body.get("content", {}).get("application/json", {})
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    yield from ((name, example["value"]) for example in media.get("examples", {}).values())


@pytest.mark.parametrize("path", others(), ids=lambda path: path.stem)
def test_a_document_without_rows_in_a_table_is_read(path: Path, tmp_path: Path) -> None:
    content = json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))
    named_examples = list(examples(content))
    assert named_examples
    workshop = Workshop(tmp_path)
    workshop.generate(path.read_text(), path.name)
    (tmp_path / "examples.json").write_text(json.dumps(named_examples))
    lines = [json.loads(line) for line in workshop.run(READ).splitlines()]
    assert [name for name, _ in lines] == [name for name, _ in named_examples]
    for (name, value), (_, dropped) in zip(named_examples, lines, strict=True):
        kept_out = [where for where in dropped if at(value, where) not in PLACEHOLDERS]
        assert not kept_out, f"{name}: {kept_out}"
