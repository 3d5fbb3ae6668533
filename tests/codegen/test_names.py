"""Names: by rule, by table, by lock; a collision that no row resolves is an error."""

import pytest

from codegen.documents import CodegenError
from codegen.words import camel, common_tail, constant, joined, member_name, singular


def document(properties, *, extra=None):
    schema = {"type": "object", "properties": properties}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": ""},
        "components": {"schemas": extra or {}},
        "paths": {
            "/api/things": {
                "get": {
                    "operationId": "T01",
                    "tags": ["Things"],
                    "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
                }
            }
        },
    }


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("isSet", "is_set"),
        ("from", "from_"),
        ("@type", "type"),
        ("price[channel=<code>]", "price_channel_code"),
        ("2nd-line", "n2nd_line"),
        ("requirementLevel", "requirement_level"),
    ],
)
def test_the_name_of_a_member_is_an_identifier(wire, name):
    assert member_name(wire) == name


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("OrderLines", "OrderLine"), ("Taxes", "Tax"), ("Addresses", "Address"), ("Currencies", "Currency"),
        ("Status", "Status"), ("LogisticClasses", "LogisticClass"), ("ValuesLists", "ValuesList"),
    ],
)  # fmt: skip
def test_the_name_of_an_item_is_the_singular_of_its_list(many, one):
    assert singular(many) == one


def test_names_are_combined_without_repeated_words():
    assert joined("Order", "OrderLine") == "OrderLine"
    assert joined("AmountBreakdown", "Part") == "AmountBreakdownPart"
    assert common_tail(["ShippingAmountBreakdown", "PriceAmountBreakdown"]) == "AmountBreakdown"
    assert camel("SELLER_ACCOUNT") == "SellerAccount"


@pytest.mark.parametrize(
    ("value", "name"), [("FR-ASL", "FR_ASL"), ("cXML", "C_XML"), ("1ST", "N1ST"), ("TooLate", "TOO_LATE")]
)
def test_a_value_has_a_constant(value, name):
    assert constant(value) == name


def test_two_members_with_one_name_need_a_row(workshop):
    content = document({"paymentType": TEXT, "payment_type": TEXT})
    with pytest.raises(
        CodegenError, match=r"payment_type and paymentType would both be payment_type.*corrections.toml"
    ):
        workshop.generate(content)
    workshop.write_tables(
        corrections="[[acme.members]]\nschema = 'T01_Response_200'\nmember = 'paymentType'\npython = 'old'\nwhy = 'w'\n"
    )
    files = workshop.generate(content)
    assert 'rename={"old": "paymentType"}' in files["mirakl_async/models/acme/things.py"]


def test_two_methods_with_one_name_are_an_error(workshop):
    content = document({"a": TEXT})
    content["paths"]["/api/more"] = {"get": {"operationId": "T02", "tags": ["Things"], "responses": {"204": {}}}}
    rows = "".join(f"[operations.acme.{code}]\nresource = 'things'\nmethod = 'get'\n" for code in ("T01", "T02"))
    workshop.write_tables(operations=rows)
    with pytest.raises(CodegenError, match=r"two methods get"):
        workshop.generate(content)


def test_two_values_with_one_constant_are_an_error(workshop):
    with pytest.raises(CodegenError, match=r"a-b and a_b would both be A_B|a_b and a-b would both be A_B"):
        workshop.generate(document({"kind": {"type": "string", "enum": ["a-b", "a_b"]}}))


def test_a_published_name_never_changes(workshop):
    content = document({"lines": {"type": "array", "items": {"type": "object", "properties": {"sku": TEXT}}}})
    workshop.generate(content)
    workshop.write_tables(operations="[operations.acme.T01]\nresource = 'things'\nmethod = 'list'\n")
    with pytest.raises(
        CodegenError, match=r"published names may not change:\n  acme operation T01: things.t01 would become"
    ):
        workshop.generate(content)


def test_two_published_classes_that_become_equal_stay_separate(workshop):
    line, other = ({"type": "object", "properties": {"sku": {"type": kind}}} for kind in ("string", "integer"))
    workshop.generate(document({"a": {"type": "object", "properties": {"line": line}}, "line": other}))
    published = (workshop.tables / "names.lock").read_text()
    assert "= ThingLine\n" in published
    assert "= ALine\n" in published
    files = workshop.generate(document({"a": {"type": "object", "properties": {"line": line}}, "line": line}))
    assert (workshop.tables / "names.lock").read_text() == published
    text = files["mirakl_async/models/acme/things.py"]
    assert "class ThingLine(" in text
    assert "class ALine(" in text


def test_a_new_value_of_one_member_is_added_to_the_published_class(workshop):
    def switches(*values):
        return document({"state": {"type": "string", "enum": ["ON", "OFF"]},
                         "a": {"type": "object", "properties": {"state": {"type": "string", "enum": list(values)}}}})  # fmt: skip

    workshop.generate(switches("ON", "OFF"))
    published = (workshop.tables / "names.lock").read_text()
    text = workshop.generate(switches("ON", "OFF", "BLINKING"))["mirakl_async/models/acme/things.py"]
    assert (workshop.tables / "names.lock").read_text() == published
    assert text.count("class AState:") == 1
    assert 'OFF: Final = "OFF"\n    BLINKING: Final = "BLINKING"\n' in text
    assert "Known values: ON, OFF, BLINKING (`AState`)" in text
    assert "Known values: ON, OFF (`AState`)" in text


def test_a_class_stays_published_when_its_schema_is_removed(workshop):
    line = {"type": "object", "properties": {"sku": TEXT}}
    both = document({"line": line, "lines": {"type": "array", "items": line}})
    workshop.generate(both)
    assert (workshop.tables / "names.lock").read_text().count(" = ThingLine\n") == 2
    workshop.generate(document({"line": line}))
    assert (workshop.tables / "names.lock").read_text().count(" = ThingLine\n") == 1
    with pytest.raises(CodegenError, match=r"acme read T01_Response_200/line: ThingLine would become nothing"):
        workshop.generate(document({"sku": TEXT}))


def test_a_published_name_stays_although_the_rule_gives_another(workshop):
    item = {"type": "object", "properties": {"sku": TEXT}}
    workshop.generate(document({"parcel": item}))
    grown = document({"parcel": item, "parcels": {"type": "array", "items": {"$ref": "#/components/schemas/T01_Response_200_Parcels"}}},
                     extra={"T01_Response_200_Parcels": {"type": "object", "properties": {"weight": TEXT}}})  # fmt: skip
    files = workshop.generate(grown)
    lock = (workshop.tables / "names.lock").read_text()
    assert "acme read T01_Response_200/parcel = Parcel\n" in lock
    assert "acme read T01_Response_200_Parcels = ThingParcel\n" in lock
    assert "parcels: list[ThingParcel] | None" in files["mirakl_async/models/acme/things.py"]


def test_a_misspelt_row_is_an_error_that_names_its_place(workshop):
    workshop.write_tables(operations="[operations.acme.T01]\nretri = 'safe'\n")
    with pytest.raises(CodegenError, match=r"operations.toml.*retri"):
        workshop.generate(document({"a": TEXT}))


def test_rows_for_missing_schemas_are_an_error(workshop):
    workshop.write_tables(operations="[operations.acme.T99]\nretry = 'safe'\n")
    with pytest.raises(CodegenError, match=r"T99"):
        workshop.generate(document({"a": TEXT}))
    workshop.write_tables(
        corrections="[[acme.members]]\nschema = 'T01_Response_200'\nmember = 'b'\nwhy = 'w'\nnullable = true\n"
    )
    with pytest.raises(CodegenError, match=r"no member b"):
        workshop.generate(document({"a": TEXT}))


@pytest.mark.parametrize(
    "row", ["split = ['ids']", "rename = { ids = 'keys' }", "known = { ids = ['A'] }", "omit = ['ids']"]
)
def test_a_row_for_an_unknown_parameter_is_an_error(workshop, row):
    workshop.write_tables(operations=f"[operations.acme.T01]\n{row}\n")
    with pytest.raises(CodegenError, match=r"operations.toml: T01 takes no ids"):
        workshop.generate(document({"a": TEXT}))


@pytest.mark.parametrize(
    "row",
    [
        "[[acme.names]]\nschema = 'Gone'\nname = 'New'\n",
        "[[acme.keep_separate]]\nschema = 'Gone'\nwhy = 'w'\n",
        "[acme.summaries]\nGone = 'What it is.'\n",
    ],
)
def test_a_correction_without_effect_is_an_error(workshop, row):
    workshop.write_tables(corrections=row)
    with pytest.raises(CodegenError, match=r"corrections.toml: nothing of acme is called Gone"):
        workshop.generate(document({"a": TEXT}))


ADDED = "[[acme.added]]\nschema = 'T01_Response_200'\nwhy = 'an example has it'\n"


def test_a_member_that_only_an_example_has_is_added(workshop):
    workshop.write_tables(
        corrections=ADDED + "member = 'aka'\nlike = 'a'\n" + ADDED + "member = 'flag'\ntype = 'bool'\n"
    )
    things = workshop.generate(document({"a": TEXT}))["mirakl_async/models/acme/things.py"]
    assert "    a: str | None = None\n    aka: str | None = None\n    flag: bool | None = None\n" in things


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("member = 'a'\ntype = 'bool'\n", "has a already"),
        ("member = 'b'\n", "needs a `type`, or a sibling"),
        ("member = 'b'\nlike = 'c'\n", "needs a `type`, or a sibling"),
        ("member = 'b'\nlike = 'a'\ntype = 'bool'\n", "needs a `type`, or a sibling"),
    ],
)
def test_an_added_member_that_already_exists_is_an_error(workshop, rest, words):
    workshop.write_tables(corrections=ADDED + rest)
    with pytest.raises(CodegenError, match=words):
        workshop.generate(document({"a": TEXT}))
