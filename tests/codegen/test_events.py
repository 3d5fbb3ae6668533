"""Webhooks whose envelope selects the type of its data: a struct for each type, in every notation of a document."""

import json

import pytest

from tests.codegen.test_choices import INTEGER, only, ref, thing, with_schemas
from tests.codegen.test_unusual_document import MOMENT, TEXT

TYPES = ("ACCEPT", "ACCEPT_RETURN", "SHIP_ORDER")
ACCEPT = thing("action_id", action_id=TEXT, lines={"type": "array", "items": thing(sku=TEXT)})
RETURN = thing("action_id", action_id=TEXT)
SHIP = thing("action_id", "carrier", action_id=TEXT, carrier=TEXT)
BODIES = {
    "ACCEPT": {"action_id": "1", "lines": [{"sku": "s"}]},
    "ACCEPT_RETURN": {"action_id": "2"},
    "SHIP_ORDER": {"action_id": "3", "carrier": "c"},
}
MEMBERS = {"ACCEPT": ["action_id", "lines"], "ACCEPT_RETURN": ["action_id"], "SHIP_ORDER": ["action_id", "carrier"]}


def webhooks(**schemas_by_name):
    return {
        "openapi": "3.1.0",
        "info": {},
        "paths": {},
        "webhooks": {
            name: {"post": {"operationId": name, "requestBody": {"content": {"application/json": {"schema": schema}}}}}
            for name, schema in schemas_by_name.items()
        },
    }


def envelope(data, tag="type", values=TYPES, holds="data"):
    kind = (
        {"type": "string", "description": "Enum: " + ", ".join(f'`"{value}"`' for value in values)} if values else TEXT
    )
    return thing("id", tag, **{"id": TEXT, "time": MOMENT, holds: data, tag: kind})


def titled(schema, title):
    return {**schema, "title": title}


def mapped(name, **references):
    return {
        "propertyName": name,
        "mapping": {value: f"#/components/schemas/{name}" for value, name in references.items()},
    }


NAMED = {"Accept": ACCEPT, "AcceptReturnPayload": RETURN, "ShipOrderData": SHIP}
ODD = {"Yes": ACCEPT, "Maybe": RETURN, "Gone": SHIP}
REFS = [ref(name) for name in NAMED]
ODD_REFS = [ref(name) for name in ODD]
ODDLY = {"ACCEPT": "Yes", "ACCEPT_RETURN": "Maybe", "SHIP_ORDER": "Gone"}
OWN = {
    name: thing("id", "type", id=TEXT, type={"const": value}, data=data)
    for name, value, data in zip(("A", "B", "C"), TYPES, (ACCEPT, RETURN, SHIP), strict=True)
}
TAGGED = {
    name: {**schema, "properties": {**schema["properties"], "type": only(value)}, "required": ["type", "action_id"]}
    for (name, schema), value in zip(ODD.items(), TYPES, strict=True)
}
WAYS = {
    "titles": (envelope({"oneOf": [titled(item, value) for item, value in zip((ACCEPT, RETURN, SHIP), TYPES, strict=True)]}), {}),
    "titles of components": (envelope({"oneOf": ODD_REFS}),
                             {name: titled(item, value) for (name, item), value in zip(ODD.items(), TYPES, strict=True)}),
    "names": (envelope({"oneOf": REFS}), NAMED),
    "names, any of": (envelope({"anyOf": REFS}), NAMED),
    "names, through a component": (envelope(ref("Data")), {**NAMED, "Data": {"oneOf": REFS}}),
    "names, below allOf": (envelope({"allOf": [ref("Data")], "description": "d"}), {**NAMED, "Data": {"oneOf": REFS}}),
    "a discriminator of what stands beside": (envelope({"oneOf": ODD_REFS, "discriminator": mapped("type", **ODDLY)}), ODD),
    "the same, and no values": (envelope({"oneOf": ODD_REFS, "discriminator": mapped("type", **ODDLY)}, values=()), ODD),
    "a discriminator of the envelope": ({**envelope({"oneOf": ODD_REFS}, values=()), "discriminator": mapped("type", **ODDLY)}, ODD),
    "another tag, another member": (envelope({"oneOf": REFS}, tag="event", holds="payload"), NAMED),
    "envelopes of their own": ({"oneOf": [ref(name) for name in OWN], "discriminator": {"propertyName": "type"}}, OWN),
    "envelopes of their own, by their constants": ({"oneOf": [ref(name) for name in OWN]}, OWN),
    "the tag in both": (envelope({"oneOf": ODD_REFS}), TAGGED),
}  # fmt: skip


def structs(workshop, holds="data"):
    """The members of the data of each type of event."""
    out = workshop.run(
        "import json, msgspec\n"
        "import mirakl_async.models.acme as models\n"
        "from mirakl_async.codec.type_info import alternatives\n"
        "found = {}\n"
        "for name in dir(models):\n"
        "    kind = getattr(models, name)\n"
        "    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__struct_config__.tag:\n"
        f"        data = next(f.type for f in msgspec.structs.fields(kind) if f.name == {holds!r})\n"
        "        data = alternatives(data)[0]\n"
        "        found[kind.__struct_config__.tag] = [f.encode_name for f in msgspec.structs.fields(data)], data.__name__\n"
        "print(json.dumps(found))\n"
    )
    return json.loads(out)


@pytest.mark.parametrize("way", WAYS)
def test_an_event_has_a_struct_for_each_type(workshop, way):
    schema, schemas = WAYS[way]
    content = with_schemas(webhooks(ActionEvent=ref("ActionEvent")), ActionEvent=schema, **schemas)
    workshop.generate(content)
    again = workshop.project(content)
    assert again.differences(again.files()) == []
    tag, holds = ("event", "payload") if "payload" in schema.get("properties", {}) else ("type", "data")
    found = structs(workshop, holds)
    assert {type_: set(members) - {"type"} for type_, (members, _) in found.items()} == {
        type_: set(members) for type_, members in MEMBERS.items()
    }
    assert len({name for _, name in found.values()}) == 3
    for type_, data in BODIES.items():
        text = json.dumps({"id": "e", holds: data, tag: type_})
        out = workshop.run(
            "from mirakl_async import codec\n"
            "from mirakl_async.models.acme import ActionEvent\n"
            f"event = codec.decode(ActionEvent, {text.encode()!r}).value\n"
            f"print(event.{tag}, type(event).{tag}, event.{holds}.action_id)\n"
        )
        assert out.split() == [type_, type_, data["action_id"]]


def test_inline_data_schemas_are_not_merged_even_if_they_are_equal(workshop):
    data = {"oneOf": [titled(SHIP, "SHIP_ORDER"), titled(RETURN, "ACCEPT"), titled(RETURN, "ACCEPT_RETURN")]}
    files = workshop.generate(webhooks(ActionEvent=envelope(data)))
    found = structs(workshop)
    assert {type_: name for type_, (_, name) in found.items()} == {
        "ACCEPT": "AcceptData", "ACCEPT_RETURN": "AcceptReturnData", "SHIP_ORDER": "ShipOrderData",
    }  # fmt: skip
    text = files["mirakl_async/models/acme/events.py"]
    assert 'class AcceptReturn(ResponseModel, kw_only=True, gc=False, tag_field="type", tag="ACCEPT_RETURN"):' in text
    assert '    type: ClassVar[str] = "ACCEPT_RETURN"\n' in text


def test_an_event_of_one_type_has_its_tag_and_a_row_gives_a_value_that_the_schema_lacks(workshop):
    content = with_schemas(webhooks(One=ref("One"), Other=ref("Other")),
                           One=envelope(SHIP, values=("SHIP_ORDER",)), Other=envelope(RETURN, values=()))  # fmt: skip
    workshop.generate(content)
    assert structs(workshop).keys() == {"SHIP_ORDER"}
    row = "[[acme.members]]\nschema = 'Other'\nmember = 'type'\nvalues = ['GIVEN_BACK']\nwhy = 'its example has it'\n"
    workshop.write_tables(corrections=row)
    workshop.generate(content)
    assert structs(workshop).keys() == {"SHIP_ORDER", "GIVEN_BACK"}


def test_rows_set_the_base_class_and_the_module_of_events(workshop):
    row = "resource = 'commands'\nbase = 'Command'\n"
    workshop.write_tables(operations=f"[operations.acme.ActionEvent]\n{row}")
    data = {"oneOf": ODD_REFS, "discriminator": mapped("type", **ODDLY)}
    files = workshop.generate(with_schemas(webhooks(ActionEvent=envelope(data)), **ODD))
    events = (
        'EVENTS = {\n    "ACCEPT": "Accept",\n    "ACCEPT_RETURN": "AcceptReturn",\n    "SHIP_ORDER": "ShipOrder",\n}'
    )
    assert events in files["mirakl_async/models/acme/__init__.py"]
    assert "(Command, kw_only=True, gc=False, tag_field=" in files["mirakl_async/models/acme/commands.py"]


@pytest.mark.parametrize(
    "data",
    [
        {"oneOf": [titled(SHIP, "SHIP_ORDER"), titled(RETURN, "SOMETHING")]},
        {"oneOf": [SHIP, RETURN]},
        SHIP,
    ],
)
def test_without_a_discriminator_one_struct_has_all_members(workshop, data):
    workshop.generate(webhooks(ActionEvent=envelope(data)))
    out = workshop.run(
        "from mirakl_async import codec\n"
        "import mirakl_async.models.acme as models\n"
        "kind = next(getattr(models, name) for name in dir(models) if 'ActionEvent' in name)\n"
        'event = codec.decode(kind, b\'{"type": "NEW", "data": {"action_id": "1", "carrier": "c"}}\').value\n'
        "print(event.type, event.data.action_id, event.data.carrier)\n"
    )
    assert out.split() == ["NEW", "1", "c"]


def test_a_webhook_with_a_list_is_read(workshop):
    workshop.generate(webhooks(Changes={"type": "array", "items": thing(sku=TEXT, stock=INTEGER)}))
    out = workshop.run(
        "from mirakl_async import codec\n"
        "import mirakl_async.models.acme as models\n"
        "kind = next(getattr(models, name) for name in dir(models) if not isinstance(getattr(models, name), type))\n"
        'print(codec.decode(kind, b\'[{"sku": "a", "stock": 3}]\').value[0].stock)\n'
    )
    assert out.strip() == "3"


def test_a_request_whose_data_type_is_selected_by_another_member_can_be_sent(workshop):
    body = {"content": {"application/json": {"schema": ref("ActionEvent")}}}
    content = with_schemas(
        {"openapi": "3.1.0", "info": {}, "paths": {"/api/x": {"put": {"operationId": "T01", "tags": ["Things"],
         "requestBody": body, "responses": {"204": {}}}}}},
        ActionEvent=envelope({"oneOf": REFS}), **NAMED,
    )  # fmt: skip
    workshop.generate(content)
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.http import request_builder\n"
        "from mirakl_async.operations import operations\n"
        "import mirakl_async.models.acme as models\n"
        "kind = next(f for f in __import__('msgspec').structs.fields(codec.resolve(operations['T01'].body)) if f.name == 'data').type\n"
        "from mirakl_async.codec.type_info import alternatives\n"
        "data = alternatives(kind)[0](action_id='1', carrier='c')\n"
        "print(request_builder.build(operations['T01'], {'id': 'e', 'type': 'SHIP_ORDER', 'data': data}, 'https://h').body.decode())\n"
    )
    assert json.loads(out) == {"id": "e", "type": "SHIP_ORDER", "data": {"action_id": "1", "carrier": "c"}}
