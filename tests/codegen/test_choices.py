"""`oneOf`, `anyOf` and `allOf` of OpenAPI: nothing of them is lost, whatever is beside them."""

import json

import pytest

from codegen.documents import CodegenError
from tests.codegen.test_unusual_document import MOMENT, TEXT, answer, asked, body, document

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}


def thing(*required, **properties):
    return {"type": "object", "required": [*required], "properties": properties}


def ref(name, **beside):
    return {"$ref": f"#/components/schemas/{name}", **beside}


def only(*values):
    return {"type": "string", "enum": [*values]}


def with_schemas(content, **schemas):
    return {**content, "components": {"schemas": schemas}}


def members_of(workshop, schema, schemas=None, method="get"):
    """The members of what is read under `it`, with their types."""
    content = with_schemas(document(method, responses=answer({"it": schema})), **(schemas or {}))
    (workshop.tables / "names.lock").unlink(missing_ok=True)
    workshop.generate(content)
    out = workshop.run(
        "import json, msgspec\n"
        "from mirakl_async import codec\n"
        "from mirakl_async.codec.type_info import alternatives\n"
        "from mirakl_async.operations import operations\n"
        "it = next(f for f in msgspec.structs.fields(codec.resolve(operations['T01'].reply)) if f.name == 'it')\n"
        "kind = alternatives(it.type)[0]\n"
        "print(json.dumps({f.encode_name: [getattr(k, '__name__', str(k)) for k in alternatives(f.type)]"
        " for f in msgspec.structs.fields(kind)}))\n"
    )
    return json.loads(out)


CAT, DOG = thing("lives", lives=INTEGER), thing("bark", bark=TEXT, size=INTEGER)
BASE = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "kind": TEXT}}
WHOLE = {"id": ["str"], "kind": ["str"], "lives": ["int"], "bark": ["str"], "size": ["int"]}


@pytest.mark.parametrize(
    "schema",
    [
        {**BASE, "oneOf": [CAT, DOG]},
        {**BASE, "anyOf": [CAT, DOG]},
        {"oneOf": [CAT, DOG], "allOf": [BASE]},
        {"allOf": [BASE, {"oneOf": [CAT, DOG]}]},
        {"allOf": [{"anyOf": [CAT, DOG]}, BASE]},
        {"allOf": [ref("Base"), {"oneOf": [ref("Cat"), ref("Dog")]}]},
        {"allOf": [ref("Base"), ref("Either")]},
        ref("Base", oneOf=[ref("Cat"), ref("Dog")]),
        {"oneOf": [{"allOf": [ref("Base"), CAT]}, {"allOf": [ref("Base"), DOG]}]},
        {**BASE, "discriminator": {"propertyName": "kind"}, "oneOf": [ref("Cat"), ref("Dog")]},
        {**BASE, "oneOf": [CAT, DOG, {"type": "null"}]},
    ],
)  # fmt: skip
def test_members_beside_a_choice_are_kept(workshop, schema):
    schemas = {"Base": BASE, "Cat": CAT, "Dog": DOG, "Either": {"oneOf": [ref("Cat"), ref("Dog")]}}
    assert members_of(workshop, schema, schemas) == {key: WHOLE[key] for key in sorted(WHOLE)}


@pytest.mark.parametrize(
    "schema",
    [
        {**BASE, "oneOf": [CAT]},
        {"allOf": [BASE, CAT]},
        ref("Base", properties={"lives": INTEGER}, required=["lives"]),
        {**BASE, "allOf": [CAT]},
    ],
)
def test_one_choice_beside_members_is_one_object(workshop, schema):
    found = members_of(workshop, schema, {"Base": BASE})
    assert found == {"id": ["str"], "kind": ["str"], "lives": ["int"]}


@pytest.mark.parametrize("word", ["oneOf", "anyOf"])
def test_choices_of_required_members_do_not_split_the_object(workshop, word):
    schema = {**thing(sku=TEXT, gtin=TEXT, note=TEXT), word: [{"required": ["sku"]}, {"required": ["gtin"]}]}
    assert members_of(workshop, schema) == {"sku": ["str"], "gtin": ["str"], "note": ["str"]}


def test_exactly_one_member_of_a_required_choice_is_set(workshop):
    key = {**thing(sku=TEXT, gtin=TEXT, note=TEXT), "oneOf": [{"required": ["sku"]}, {"required": ["gtin"]}]}
    named = {**thing("note", note=TEXT), "oneOf": [thing(sku=TEXT), thing(gtin=TEXT)]}
    for schema in (key, named):
        (workshop.tables / "names.lock").unlink(missing_ok=True)
        workshop.generate(document("put", requestBody=body({"it": schema}, ["it"])))
        out = workshop.run(
            "import msgspec\n"
            "from mirakl_async import codec\n"
            "from mirakl_async.operations import operations\n"
            "kind = codec.resolve(operations['T01'].body)\n"
            'for text in (\'{"sku": "a", "note": "n"}\', \'{"sku": "a", "gtin": "b", "note": "n"}\', \'{"note": "n"}\'):\n'
            "    try: msgspec.json.decode('{\"it\": ' + text + '}', type=kind); print('taken')\n"
            "    except msgspec.ValidationError as error: print(error)\n"
        )
        taken, both, neither = out.splitlines()
        assert taken == "taken"
        assert "set exactly one of sku, gtin, not sku and gtin" in both
        assert "not none" in neither


@pytest.mark.parametrize(
    "kind", [{"propertyName": "kind"}, {"propertyName": "kind", "mapping": {"c": "Cat", "d": "Dog"}}, None]
)
def test_what_is_sent_has_the_members_beside_the_choice_and_is_distinguished_by_its_tag(workshop, kind):
    cat, dog = ({**thing(**item["properties"]), "required": ["kind"]} for item in (CAT, DOG))
    cat["properties"]["kind"], dog["properties"]["kind"] = {"const": "c"}, only("d")
    pet = {**thing("id", id=TEXT), "oneOf": [ref("Cat"), ref("Dog")], **({"discriminator": kind} if kind else {})}
    content = document("put", requestBody=body({"pet": ref("Pet")}, ["pet"]))
    workshop.generate(with_schemas(content, Pet=pet, Cat=cat, Dog=dog))
    out = workshop.run(
        "import msgspec\n"
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        "kind = codec.resolve(operations['T01'].body)\n"
        'for text in (\'{"pet": {"kind": "c", "id": "1", "lives": 9}}\', \'{"pet": {"kind": "d", "lives": 9}}\'):\n'
        "    try: print(codec.encode(msgspec.json.decode(text, type=kind)).decode())\n"
        "    except msgspec.ValidationError as error: print(error)\n"
    )
    cat_sent, dog_sent = out.splitlines()
    assert json.loads(cat_sent) == {"pet": {"kind": "c", "id": "1", "lives": 9}}
    assert "missing required field `id`" in dog_sent


def test_a_choice_knows_the_values_of_all_its_variants(workshop):
    schema = {"oneOf": [thing(state=only("on", "off"), flag={"type": "array", "items": only("a")}),
                        thing(state=only("linked", "off"), flag={"type": "array", "items": only("b")}, x=TEXT)]}  # fmt: skip
    assert set(members_of(workshop, schema)) == {"state", "flag", "x"}
    text = (workshop.root / "mirakl_async/models/acme/things.py").read_text()
    assert "Known values: on, off, linked (" in text
    assert "Known values: a, b (" in text


def test_a_tag_without_documented_values_has_those_of_its_mapping(workshop):
    mapping = {"propertyName": "feature", "mapping": {"sync": "#/components/schemas/Sync", "link": "Link"}}
    choice = {"discriminator": mapping, "oneOf": [ref("Sync"), ref("Link")], "properties": {"feature": TEXT}}
    schemas = {"Sync": thing(status=only("enabled")), "Link": thing(status=only("linked"))}
    assert members_of(workshop, choice, schemas) == {"feature": ["str"], "status": ["str"]}
    text = (workshop.root / "mirakl_async/models/acme/things.py").read_text()
    assert "Known values: sync, link (" in text
    assert "Known values: enabled, linked (" in text


def test_a_tag_without_a_mapping_selects_the_schemas_that_extend_its_base(workshop):
    schemas = {
        "Base": {**thing("kind", kind=TEXT), "discriminator": {"propertyName": "kind"}},
        "Cat": {"allOf": [ref("Base"), CAT]},
        "Dog": {"allOf": [ref("Base"), DOG]},
    }
    found = members_of(workshop, ref("Base"), schemas)
    assert found == {"bark": ["str"], "kind": ["str"], "lives": ["int"], "size": ["int"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": thing(x=TEXT)}, {"a": thing(x=TEXT)}),
        ({"a": ref("A")}, {"a": ref("B")}),
        ({"a": thing(x=TEXT)}, {"a": thing(x=TEXT, y=INTEGER)}),
        ({"a": thing(x=TEXT)}, {"a": thing(x=INTEGER)}),
        ({"a": {"type": "array", "items": ref("A")}}, {"a": {"type": "array", "items": ref("B")}}),
        ({"a": thing(b=thing(c=ref("A")))}, {"a": thing(b=thing(c=ref("B")))}),
    ],
)
def test_variants_are_compared_by_their_structure_not_by_their_names(workshop, one, other):
    schemas = {"A": thing(x=TEXT), "B": thing(x=TEXT), "One": thing(**one), "Other": thing(z=TEXT, **other)}
    assert set(members_of(workshop, {"oneOf": [ref("One"), ref("Other")]}, schemas)) == {"a", "z"}
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        'for text in (\'{"x": "t"}\', \'[{"x": "t"}]\', \'{"b": {"c": {"x": "t"}}}\'):\n'
        "    found = codec.decode(operations['T01'].reply, ('{\"it\": {\"a\": ' + text + '}}').encode()).value.it.a\n"
        "    found = found[0] if isinstance(found, list) else found\n"
        "    found = found.b.c if getattr(found, 'b', None) else found\n"
        "    if getattr(found, 'x', None): print(found.x)\n"
    )
    assert out.splitlines()[-1] == "t"


@pytest.mark.parametrize("free", [{}, {"type": "object"}, {"type": "object", "additionalProperties": TEXT}])
def test_a_member_that_one_variant_leaves_open_is_read_as_any_value(workshop, free):
    schemas = {"One": thing(a=thing(x=TEXT), k=TEXT), "Other": thing(a=free, z=TEXT)}
    assert members_of(workshop, {"oneOf": [ref("One"), ref("Other")]}, schemas)["a"] == ["Any"]


def test_incompatible_variants_need_a_row(workshop):
    schemas = {"One": thing(a=thing(x=TEXT)), "Other": thing(a=TEXT, z=TEXT)}
    content = with_schemas(document(responses=answer({"it": {"oneOf": [ref("One"), ref("Other")]}})), **schemas)
    with pytest.raises(CodegenError, match=r"variants disagree about a: give it a `type` under `members`") as caught:
        workshop.generate(content)
    schema = str(caught.value).split(":")[0]
    row = f"[[acme.members]]\nschema = {schema!r}\nmember = 'a'\ntype = 'any'\nwhy = 'an object or a text'\n"
    workshop.write_tables(corrections=row)
    assert "a: Any = None" in workshop.generate(content)["mirakl_async/models/acme/things.py"]


def test_a_number_beside_a_text_keeps_its_digits(workshop):
    schema = {"oneOf": [thing(k=only("n"), value=NUMBER), thing(k=only("t"), value=TEXT), thing(k=only("b"), value={"type": "boolean"}),
                        thing(k=only("l"), value={"type": "array", "items": {"oneOf": [TEXT, NUMBER]}})]}  # fmt: skip
    workshop.generate(
        document(responses=answer({"it": schema, "free": {"type": "object"}, "one": {"oneOf": [TEXT, NUMBER]}}))
    )
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        'text = \'{"it": {"value": 0.10000000000000000001}, "one": 1.10, "free": {"a": [1.10]}}\'\n'
        "found = codec.decode(operations['T01'].reply, text.encode()).value\n"
        "print(repr(found.it.value), repr(found.one), found.free)\n"
    )
    assert out.strip() == "Decimal('0.10000000000000000001') Decimal('1.10') {'a': [Decimal('1.10')]}"


def test_a_variant_that_is_also_a_response_keeps_its_struct(workshop):
    content = with_schemas(
        document(responses=answer({"it": ref("Pet")})), Cat=CAT, Dog=DOG, Pet={"oneOf": [ref("Cat"), ref("Dog")]}
    )
    content["paths"]["/api/cat"] = {"get": {"operationId": "T02", "tags": ["Things"], "responses": {
        "200": {"content": {"application/json": {"schema": ref("Cat")}}}}}}  # fmt: skip
    workshop.generate(content)
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        "print(codec.decode(operations['T02'].reply, b'{\"lives\": 9}').value.lives)\n"
    )
    assert out.strip() == "9"


@pytest.mark.parametrize(
    "schemas",
    [
        {"Loop": {"type": "array", "items": ref("Loop")}},
        {"Loop": {"type": "object", "additionalProperties": ref("Loop")}},
        {"Loop": {"oneOf": [TEXT, {"type": "array", "items": ref("Loop")}]}},
        {"Loop": {"oneOf": [TEXT, thing(inner=ref("Loop"))]}},
        {"Loop": {"oneOf": [ref("Node"), {"type": "null"}]}, "Node": thing(inner=ref("Loop"))},
        {"Loop": thing(it={"oneOf": [TEXT, ref("Nested")]}), "Nested": {"allOf": [ref("Loop"), thing(x=TEXT)]}},
        {
            "Loop": thing(it={"oneOf": [thing(y=TEXT), ref("Nested")]}),
            "Nested": {"allOf": [ref("Loop"), thing(x=TEXT)]},
        },
        {"Loop": thing(inner={"allOf": [ref("Loop")], "nullable": True, "description": "the next"})},
        {"Loop": thing(inner=ref("Loop", properties={"note": TEXT}))},
        {"Loop": {"anyOf": [thing(a=TEXT, b=ref("Loop")), thing(c=TEXT, d=ref("Loop"))]}},
    ],
)
def test_a_recursive_schema_is_read(workshop, schemas):
    content = with_schemas(
        document(responses=answer({"it": ref("Loop"), "at": MOMENT}), parameters=[asked("x")]), **schemas
    )
    workshop.generate(content)
    assert workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        "print(codec.decode(operations['T01'].reply, b'{\"at\": null}').value.it)\n"
    ).split() == ["None"]


def test_a_reference_in_all_of_is_the_referenced_object(workshop):
    pets = {
        "a": ref("Cat"),
        "b": {"allOf": [ref("Cat")], "description": "the same"},
        "c": {"allOf": [ref("Cat")], "nullable": True},
    }
    workshop.generate(with_schemas(document(responses=answer(pets)), Cat=CAT))
    assert (workshop.root / "mirakl_async/models/acme/things.py").read_text().count("class Cat") == 1


def test_a_schema_that_extends_itself_has_to_be_skipped(workshop):
    content = with_schemas(
        document(responses=answer({"it": ref("A")})), A={"allOf": [ref("B"), CAT]}, B={"allOf": [ref("A"), DOG]}
    )
    with pytest.raises(CodegenError, match=r"T01: one of its schemas extends itself: `skip` it"):
        workshop.generate(content)
