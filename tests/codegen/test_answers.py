"""Responses of every kind: those that the rules would generate wrongly need a row."""

import re

import pytest

from codegen.documents import CodegenError
from tests.codegen.test_choices import INTEGER, thing
from tests.codegen.test_unusual_document import TEXT, answer, asked, document

BINARY = {"type": "string", "format": "binary"}


def answering(media, schema, **operation):
    return document(responses={"200": {"content": {media: {"schema": schema}}}}, **operation)


@pytest.mark.parametrize(
    "schema", [BINARY, {"type": "array", "format": "binary"}, {"type": "object", "format": "binary"}]
)
@pytest.mark.parametrize("media", ["application/json", "application/json;charset=UTF-8", "application/hal+json"])
def test_json_whose_schema_is_a_file_needs_a_row(workshop, media, schema):
    content = answering(media, schema)
    asks = r"T01: answers JSON .* `answer = 'stream'` in its row in operations.toml, \[operations.acme.T01\]"
    with pytest.raises(CodegenError, match=asks):
        workshop.generate(content)
    for row, returns in (("stream", "-> Download:"), ("none", "-> None:")):
        workshop.write_tables(operations=f"[operations.acme.T01]\nanswer = {row!r}\n")
        assert returns in workshop.generate(content)["mirakl_async/operations/acme/things.py"]


@pytest.mark.parametrize(
    "path",
    [
        "/dynamic-url/The+URL+is+retrieved+from+T00+output/T01",
        "/dynamicUrl",
        "/dynamic_link/{file}",
        "/{url}",
        "/files/{fileUrl}",
    ],
)
def test_a_file_with_its_own_url_needs_a_row(workshop, path):
    content = answering("application/json", {"type": "object"})
    content["paths"] = {path: content["paths"].pop("/api/x")}
    content["paths"][path]["get"]["parameters"] = [
        {"name": "tracking_id", "in": "path", "required": True, "schema": TEXT}
    ]
    with pytest.raises(CodegenError, match=r"T01: its file has an address of its own.*\[operations.acme.T01\]"):
        workshop.generate(content)
    workshop.write_tables(operations="[operations.acme.T01]\nurl = 'url'\nomit = ['tracking_id']\nanswer = 'stream'\n")
    text = workshop.generate(content)["mirakl_async/operations/acme/things.py"]
    assert re.search(r"def t01\(self, url: str, \*\*options: Unpack\[Options\]\) -> Download:", text)


def test_an_ordinary_path_needs_no_row(workshop):
    content = document()
    content["paths"] = {"/api/dynamic/urls/{kind}": content["paths"].pop("/api/x")}
    text = workshop.generate(content)["mirakl_async/operations/acme/things.py"]
    assert "async def t01(self, kind: str, **options" in text


def test_a_path_parameter_that_is_not_in_the_path_is_not_an_argument(workshop):
    content = document(parameters=[{"name": "gone", "in": "path", "required": True, "schema": TEXT}])
    assert "gone" not in workshop.generate(content)["mirakl_async/operations/acme/things.py"]


@pytest.mark.parametrize("media", ["application/hal+json", "application/vnd.acme.v1+json", "*/*"])
def test_json_with_another_media_type_is_accepted_and_read(workshop, media):
    workshop.generate(answering(media, thing(a=TEXT)))
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        "operation = operations['T01']\n"
        'print(operation.answer, operation.accept, codec.decode(operation.reply, b\'{"a": "x"}\').value.a)\n'
    )
    assert out.split() == ["json", media, "x"]


ITEMS = [
    thing(a=TEXT),
    {"type": "array", "items": thing(a=TEXT)},
    {"oneOf": [thing(a=TEXT), thing(a=TEXT, b=INTEGER)]},
    TEXT,
    {"type": "integer"},
]


@pytest.mark.parametrize("item", ITEMS, ids=["objects", "lists", "choices", "texts", "numbers"])
@pytest.mark.parametrize("row", ["", "[operations.acme.T01]\nitem = 'Parcel'\n"], ids=["no row", "row"])
@pytest.mark.parametrize("kind", ["list", "map"])
def test_a_response_that_is_a_list_or_a_map_is_read(workshop, item, row, kind):
    workshop.write_tables(operations=row)
    schema = {"type": "array", "items": item} if kind == "list" else {"type": "object", "additionalProperties": item}
    content = answering("application/json", schema)
    workshop.generate(content)
    again = workshop.project(content)
    assert again.differences(again.files()) == []
    one = {"type": {"string": '"x"', "integer": "7"}}["type"].get(item.get("type"), '{"a": "x"}')
    one = f"[{one}]" if item.get("type") == "array" else one
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        f"value = codec.decode(operations['T01'].reply, {('[' + one + ']' if kind == 'list' else '{' + chr(34) + 'k' + chr(34) + ':' + one + '}')!r}.encode()).value\n"
        "value = value[0] if isinstance(value, list) else value['k']\n"
        "value = value[0] if isinstance(value, list) else value\n"
        "print(getattr(value, 'a', value))\n"
    )
    assert out.strip() == ("7" if item.get("type") == "integer" else "x")


def test_two_responses_that_are_lists_of_objects_have_two_structs(workshop):
    content = answering("application/json", {"type": "array", "items": thing(a=TEXT)})
    content["paths"]["/api/y"] = {"get": {**content["paths"]["/api/x"]["get"], "operationId": "T02",
        "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": thing(b=TEXT)}}}}}}}  # fmt: skip
    workshop.generate(content)
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        'print(*(codec.decode(operations[c].reply, b\'[{"a":"x","b":"y"}]\').value[0] for c in (\'T01\', \'T02\')))\n'
    )
    assert len(set(out.split())) > 1


def test_a_request_body_that_is_a_list_needs_a_row(workshop):
    content = document(
        "put", requestBody={"content": {"application/json": {"schema": {"type": "array", "items": thing(a=TEXT)}}}}
    )
    with pytest.raises(CodegenError, match=r"T01: its body is not an object: `skip` it"):
        workshop.generate(content)


PAGE = answer({"things": {"type": "array", "items": thing("id", id=TEXT)}, "total_count": INTEGER})


@pytest.mark.parametrize(
    ("kind", "turning"), [("offset", ("max", "offset")), ("seek", ("limit", "page_token"))]
)  # fmt: skip
def test_paging_parameters_are_not_arguments(workshop, kind, turning):
    content = document(
        description=f"This resource supports {kind} pagination.",
        parameters=[*(asked(name) for name in turning), asked("state")],
        responses=PAGE,
    )
    text = " ".join(workshop.generate(content)["mirakl_async/operations/acme/things.py"].split())
    assert "def t01( self, *, state: str | None = None, page_size: int | None = None, **options" in text
    out = workshop.run(
        "from mirakl_async.operations import operations\nprint([p.name for p in operations['T01'].params])\n"
    )
    assert out.strip() == "['state']"


def test_without_paging_such_parameters_are_ordinary_arguments(workshop):
    content = document(parameters=[asked("max"), asked("offset")], responses=answer({"a": TEXT}))
    assert (
        "max: str | None = None, offset: str | None"
        in workshop.generate(content)["mirakl_async/operations/acme/things.py"]
    )
