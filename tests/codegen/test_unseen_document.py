"""A document unknown to codegen, without rows: its code can be imported and decodes the document's examples."""

import json
from pathlib import Path

import pytest
import yaml

WAREHOUSES = yaml.safe_load((Path(__file__).parent / "warehouses.yaml").read_text())
EXAMPLE = WAREHOUSES["paths"]["/api/warehouses"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
COUNTS = [{"sku": "A", "units": 3}, {"sku": "B", "units": None}]


@pytest.fixture(params=["yaml", "json"])
def generated(request, workshop):
    text = yaml.safe_dump(WAREHOUSES) if request.param == "yaml" else json.dumps(WAREHOUSES)
    workshop.generate(text, f"acme.{request.param}")
    return workshop


def test_everything_can_be_imported_and_every_decoder_built(generated):
    out = generated.run(
        "import importlib, msgspec\n"
        "from mirakl_async.operations import operations\n"
        "import mirakl_async.models.acme as models\n"
        "for name in dir(models):\n"
        "    kind = getattr(models, name)\n"
        "    if isinstance(kind, type) and issubclass(kind, msgspec.Struct): msgspec.json.Decoder(kind)\n"
        "print(sorted(operations))\n"
    )
    assert out.strip() == "['W01', 'W02', 'W03', 'W04', 'countStock', 'importStock']"


def test_the_documents_own_example_is_decoded(generated):
    out = generated.run(
        "import json\n"
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        f"page = codec.decode(operations['W01'].reply, json.dumps({EXAMPLE!r}).encode()).value\n"
        "first, second = page.data\n"
        "print(first.id, first.opening.day, first.area, first.class_, first.owner.name, second.docks, second.owner)\n"
    )
    assert out.strip() == "w1 Monday 12.5 A Ann 4 None"


def test_a_response_that_is_a_list_is_decoded(generated):
    out = generated.run(
        "import json\n"
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        f"counts = codec.decode(operations['count_stock'].reply, json.dumps({COUNTS!r}).encode()).value\n"
        "print([(count.sku, count.units) for count in counts])\n"
    )
    assert out.strip() == "[('A', 3), ('B', None)]"


def test_pages_files_and_forms_have_methods(generated):
    out = generated.run(
        "import inspect\n"
        "from mirakl_async.operations.acme.storage import Storage\n"
        "for name in ('w01', 'w03', 'import_stock', 'w04'):\n"
        "    print(name, inspect.signature(getattr(Storage, name)))\n"
    )
    paged, streamed, form, updated = out.splitlines()
    assert paged.startswith(
        "w01 (self, *, code: 'Collection[str] | None' = None, opened_since: 'dt.datetime | None' = None"
    )
    assert "| str | None\" = None, page_size: 'int | None' = None" in paged
    assert paged.endswith("-> 'SeekPaginator[Warehouse]'") or "SeekPaginator[" in paged
    assert streamed == "w03 (self, warehouse_id: 'str', **options: 'Unpack[Options]') -> 'Download'"
    assert "file: 'FileSource', settings: 'Settings'" in form
    assert "warehouse_id: 'str', *, name: 'str'" in updated


def test_the_documents_constraints_are_in_the_operation(generated):
    out = generated.run(
        "from mirakl_async.operations import operations\n"
        "o = operations['W01']\n"
        "print(o.paging.kind, o.paging.items, o.retry, o.scope, [p.list_style for p in o.params if p.name == 'code'])\n"
        "o = operations['W04']\n"
        "print(o.method, o.retry, o.content, o.deprecated)\n"
    )
    assert out.splitlines() == ["seek data safe storage:read ['comma']", "PUT unsafe json True"]


def test_requests_are_validated(generated):
    out = generated.run(
        "import msgspec\n"
        "from mirakl_async.operations import operations\n"
        "from mirakl_async import codec\n"
        "body = codec.resolve(operations['W04'].body)\n"
        'for text in (\'{}\', \'{"name": ""}\', \'{"name": "x", "shape": {"kind": "OVAL"}}\', '
        '\'{"name": "x", "shape": {"kind": "ROUND", "radius": -1}}\'):\n'
        "    try: msgspec.json.decode(text, type=body); print('taken')\n"
        "    except msgspec.ValidationError as error: print(error)\n"
        'round_ = msgspec.json.decode(\'{"name": "x", "shape": {"kind": "ROUND", "radius": 2}}\', type=body)\n'
        "print(codec.encode(round_).decode())\n"
    )
    missing, short, unknown, low, sent = out.splitlines()
    assert "missing required field `name`" in missing
    assert "length >= 1" in short
    assert "OVAL" in unknown
    assert "radius: must be at least 0, not -1" in low
    assert json.loads(sent) == {"name": "x", "shape": {"kind": "ROUND", "radius": 2}}


def test_variants_in_responses_become_one_struct(generated):
    out = generated.run(
        "import msgspec\n"
        "from mirakl_async.operations import operations\n"
        "from mirakl_async import codec\n"
        "kind = codec.resolve(operations['W02'].reply)\n"
        'for text in (\'{"tag": "TEXT", "value": "a"}\', \'{"tag": "TEXTS", "value": ["a", "b"]}\', '
        '\'{"tag": "NEW", "value": null}\'):\n'
        "    label = msgspec.json.decode('{\"labels\": [' + text + ']}', type=kind, strict=False).labels[0]\n"
        "    print(label.tag, label.value)\n"
    )
    assert out.splitlines() == ["TEXT a", "TEXTS ['a', 'b']", "NEW None"]
