"""What a contract says of a member beyond its name and type stands below it, where editors look for it."""

import ast

import pytest

from tests.codegen.test_choices import INTEGER, NUMBER, only, thing
from tests.codegen.test_unusual_document import MOMENT, TEXT, answer, body, document


def facts_of(files, kind=None):
    """The line below each member, by its name; of all structs, or of one."""
    tree = ast.parse(files["mirakl_async/models/acme/things.py"])
    found = {}
    for item in (node for node in tree.body if isinstance(node, ast.ClassDef) and kind in {None, node.name}):
        for member, below in zip(item.body, [*item.body[1:], None], strict=True):
            if isinstance(member, ast.AnnAssign) and ast.unparse(member.annotation) != "Final":
                said = isinstance(below, ast.Expr) and ast.get_docstring(ast.Module([below], []))
                found[member.target.id] = " ".join(said.split()) if said else ""
    return found


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (TEXT, ""),
        (MOMENT, ""),
        ({**TEXT, "maxLength": 255}, "At most 255 characters."),
        ({**TEXT, "minLength": 1}, "Not empty."),
        ({**TEXT, "minLength": 1, "maxLength": 2147483647}, "Not empty."),
        ({**TEXT, "minLength": 3, "maxLength": 3, "pattern": "^[A-Z]+$"}, "3 characters; matching `^[A-Z]+$`."),
        ({**TEXT, "minLength": 2, "maxLength": 8}, "2 to 8 characters."),
        ({**TEXT, "maxLength": 1}, "At most 1 character."),
        ({**INTEGER, "minimum": 1, "maximum": 5}, "1 to 5."),
        ({**NUMBER, "minimum": 0}, "At least 0."),
        ({"type": "array", "items": TEXT, "minItems": 1, "maxItems": 100}, "1 to 100 items."),
        ({"type": "array", "items": {**TEXT, "maxLength": 9}, "maxItems": 1}, "At most 1 item; each at most 9 characters."),
        ({"type": "array", "items": TEXT, "uniqueItems": True}, "No item twice."),
        ({**INTEGER, "default": 25}, "By default 25."),
        ({**TEXT, "readOnly": True}, "Read-only."),
        ({**TEXT, "deprecated": True}, "Deprecated."),
        ({**TEXT, "format": "email"}, "An e-mail address."),
        ({**TEXT, "description": "<p>The currency (ISO-4217) of everything.</p>"}, "ISO 4217."),
        ({**TEXT, "description": "Country, ISO 3166-1 alpha-3"}, "ISO 3166-1 alpha-3."),
        ({**INTEGER, "description": "How long it took on average (in seconds)."}, "In seconds."),
        ({"type": ["number", "null"], "description": "Tax excluded, in percent"}, "Tax excluded."),
        ({**TEXT, "description": "A colour as people call it."}, ""),
        (only("ON", "OFF"), "Known values: ON, OFF (`T01ResponseIt`)."),
        ({"type": "array", "items": only(*map(str, range(20)))}, "20 known values (`T01ResponseIt`)."),
    ],
)  # fmt: skip
def test_a_fact_stands_below_its_member(workshop, schema, said):
    assert facts_of(workshop.generate(document(responses=answer({"it": schema})))) == {"it": said}


def test_the_standard_of_a_code_is_known_by_its_name(workshop):
    members = {
        "shop_currency_iso_code": TEXT,
        "country_iso_code": only("FRA", "DEU"),
        "iso_code": TEXT,
    }
    said = facts_of(workshop.generate(document(responses=answer(members))), "T01Response")
    assert said["shop_currency_iso_code"] == "ISO 4217."
    assert said["country_iso_code"].endswith("; ISO 3166-1 alpha-3.")
    assert said["iso_code"] == ""


@pytest.mark.parametrize(
    ("currencies", "said"), [(("currency",), "In `currency`."), ((), ""), (("currency", "currency_iso_code"), "")]
)
def test_an_amount_names_the_member_with_its_currency(workshop, currencies, said):
    members = {"unit_price": NUMBER, "grade": NUMBER, "total": TEXT, **dict.fromkeys(currencies, TEXT)}
    found = facts_of(workshop.generate(document(responses=answer(members))))
    assert (found["unit_price"], found["grade"], found["total"]) == (said, "", "")


def test_what_other_members_require_is_said(workshop):
    workshop.write_tables(
        corrections="[[acme.needs]]\nmodel = 'T01Request'\nwhen = 'state'\nequals = 'OFF'\nneeds = 'reason'\nwhy = 'w'\n"
    )
    choice = {"oneOf": [thing(a=TEXT), thing(b=INTEGER)]}
    files = workshop.generate(document("put", requestBody=body({"state": TEXT, "reason": TEXT, "choice": choice})))
    said = facts_of(files)
    assert said["reason"] == "Required where `state` is OFF."
    assert (said["a"], said["b"]) == ("Excludes `b`.", "Excludes `a`.")


def test_a_struct_of_several_objects_has_the_facts_that_all_share(workshop):
    one = thing("id", "at", id={**TEXT, "maxLength": 9}, at={**INTEGER, "minimum": 0, "maximum": 9})
    other = thing("id", "at", id={**TEXT, "maxLength": 9}, at={**INTEGER, "minimum": 0})
    lists = {name: {"type": "array", "items": item} for name, item in (("order", one), ("orders", other))}
    said = facts_of(workshop.generate(document(responses=answer(lists))), "Order")
    assert said == {"id": "At most 9 characters.", "at": ""}


def test_no_sentence_of_a_document_is_copied(workshop):
    text = "The \"colour\" of it, e.g. `red`; in days, ISO 4217, \\d {0} '''"
    files = workshop.generate(document(responses=answer({"it": {**INTEGER, "description": text}})))
    assert facts_of(files) == {"it": "ISO 4217; in days."}
    assert "colour" not in "".join(files.values())
