"""Operations are added to a document and the published names do not change, without any row."""

import itertools

import pytest

from codegen.documents import CodegenError
from tests.codegen.test_choices import INTEGER, only, thing
from tests.codegen.test_unusual_document import TEXT, answer, body


def operation(code, properties, *, sent=None):
    given = {"requestBody": body(sent)} if sent else {}
    return {"operationId": code, "tags": ["Things"], "responses": answer(properties), **given}


def document(**operations):
    """Each operation by its code: what its answer holds."""
    found = {f"/api/{code}": {"get": operation(code, properties)} for code, properties in operations.items()}
    return {"openapi": "3.1.0", "info": {}, "paths": found}


def grow(workshop, before, *added):
    """Generate, then with operations added one after the other; each time nothing published may change."""
    for number in range(len(added) + 1):
        content = dict(itertools.chain(before.items(), *(more.items() for more in added[:number])))
        files = workshop.generate(document(**content))
        again = workshop.project(document(**content))
        assert again.differences(again.files()) == []
    return files


SMALL, LARGE, OTHER = (
    thing(id=TEXT, state=TEXT),
    thing(id=TEXT, state=TEXT, total=INTEGER),
    thing(id=TEXT, state=TEXT, weight=INTEGER),
)


def lists(item):
    return {"orders": {"type": "array", "items": item}}


@pytest.mark.parametrize(
    ("before", "added"),
    [
        pytest.param({"T01": lists(LARGE), "T02": {"order": SMALL}}, [{"T03": lists(OTHER)}], id="a view of two wholes"),
        pytest.param({"T01": lists(LARGE), "T02": {"order": SMALL}},
                     [{"T03": lists(thing(id=TEXT, state=TEXT, total=INTEGER, weight=INTEGER, note=TEXT))}], id="a wider whole"),
        pytest.param({"T01": {"order": SMALL}, "T02": {"a": thing(order=OTHER)}}, [{"T03": lists(LARGE)}], id="a whole for a view"),
        pytest.param({"T01": lists(SMALL), "T02": {"a": thing(order=thing(id=INTEGER))}},
                     [{"T03": {"order": thing(id=INTEGER, x=TEXT)}}], id="two nouns of one word"),
        pytest.param(
            {"T01": lists(thing(id=TEXT, refund=thing(amount=INTEGER))), "T02": {"a": thing(refund=thing(amount=INTEGER, reason=TEXT, x=TEXT))}},
            [{"T03": {"order": thing(id=TEXT, refund=thing(amount=INTEGER, reason=TEXT))}},
             {"T04": {"order": thing(id=TEXT, refund=thing(amount=INTEGER, reason=TEXT, x=TEXT))}}],
            id="a member that joins two published structs",
        ),
        pytest.param({"T01": {"state": only("ON", "OFF"), "a": thing(state=only("ON", "OFF", "OUT"))}},
                     [{"T02": {"state": only("ON", "OFF", "OUT")}}], id="values that another set has by now"),
        pytest.param({"T01": {"state": only("ON", "OFF")}}, [{"T02": {"thing_state": thing(a=TEXT)}}], id="a struct called as values are"),
        pytest.param({"T01": {"thing_state": thing(a=TEXT)}}, [{"T02": {"state": only("ON", "OFF")}}], id="values called as a struct is"),
    ],
)  # fmt: skip
def test_an_added_operation_never_changes_published_names(workshop, before, added):
    grow(workshop, before, *added)


SHAPES = {
    "A1": lists(SMALL),
    "A2": {"order": LARGE},
    "A3": lists(OTHER),
    "A4": {"order": thing(id=TEXT, state=only("NEW", "OLD"), total=INTEGER, weight=INTEGER)},
    "A5": {"box": thing(order=thing(id=TEXT, refund=thing(amount=INTEGER))), "state": only("NEW", "OLD")},
    "A6": {"box": thing(order=thing(id=TEXT, refund=thing(amount=INTEGER, reason=TEXT), state=TEXT))},
}


@pytest.mark.parametrize("order", [*itertools.permutations(SHAPES)][::29], ids="".join)
def test_published_names_do_not_depend_on_the_order_of_additions(workshop, order):
    grow(workshop, {order[0]: SHAPES[order[0]]}, *({code: SHAPES[code]} for code in order[1:]))


def test_two_published_structs_stay_separate_although_a_member_would_merge_them(workshop):
    one, other = thing(amount=INTEGER), thing(amount=INTEGER, reason=TEXT)
    before = {
        "T01": lists(thing(id=TEXT, total=INTEGER, refund=one)),
        "T02": {"order": thing(id=TEXT, mass=INTEGER, refund=other)},
    }
    both = {"T03": {"order": thing(id=TEXT, total=INTEGER, mass=INTEGER, refund=other)}}
    workshop.generate(document(**before))
    lock = (workshop.tables / "names.lock").read_text()
    grow(workshop, before, both)
    assert set(lock.splitlines()) <= set((workshop.tables / "names.lock").read_text().splitlines())
    out = workshop.run(
        "from mirakl_async import codec\n"
        "from mirakl_async.operations import operations\n"
        "for code, text in (('T01', '{\"orders\": [IT]}'), ('T02', '{\"order\": IT}'), ('T03', '{\"order\": IT}')):\n"
        '    body = text.replace(\'IT\', \'{"refund": {"amount": 1, "reason": "r"}}\').encode()\n'
        "    value = codec.decode(operations[code].reply, body).value\n"
        "    order = value.orders[0] if code == 'T01' else value.order\n"
        "    print(order.refund.amount, getattr(order.refund, 'reason', None))\n"
    )
    assert out.splitlines()[1:] == ["1 r", "1 r"]


def test_removals_from_the_document_are_still_rejected(workshop):
    workshop.generate(document(T01={"order": SMALL}))
    with pytest.raises(CodegenError, match="published names may not change"):
        workshop.generate(document(T01={"parcel": SMALL}))


def named(schema, name):
    return f"[[acme.names]]\nschema = {schema!r}\nname = {name!r}\nwhy = 'shorter'\n"


def test_a_new_struct_named_by_a_row_does_not_rename_a_published_one(workshop):
    before = {"T01": lists(SMALL)}
    workshop.generate(document(**before))
    lock = (workshop.tables / "names.lock").read_text()
    workshop.write_tables(corrections=named("T02_Response_200/order", "Purchase"))
    workshop.generate(document(**before, T02={"order": SMALL}))
    grown = (workshop.tables / "names.lock").read_text()
    assert set(lock.splitlines()) < set(grown.splitlines())
    assert "acme read T02_Response_200/order = Purchase\n" in grown


def test_a_row_cannot_give_a_published_name_to_another_struct(workshop):
    workshop.generate(document(T01=lists(SMALL)))
    grown = document(T01=lists(SMALL), T02={"parcel": thing(weight=INTEGER)})
    workshop.write_tables(corrections=named("T02_Response_200/parcel", "Order"))
    with pytest.raises(
        CodegenError, match=r"`names` calls T02_Response_200/parcel Order, which is published for T01_.*another name"
    ):
        workshop.generate(grown)
    workshop.write_tables(corrections=named("T02_Response_200/parcel", "Box"))
    workshop.generate(grown)
