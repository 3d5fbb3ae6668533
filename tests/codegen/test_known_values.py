"""Known values in types: an alias for each set, so that editors complete them; any other text is still accepted."""

import subprocess
import sys

import pytest

from tests.codegen.test_choices import only
from tests.codegen.test_unusual_document import TEXT, answer, asked, body, document

STATES = ["WAITING_FOR_APPROVAL", "APPROVED", "REJECTED", "ABANDONED", "WAITING_FOR_PAYMENT", "PAID", "REFUNDED"]


def things(files):
    return files.get("mirakl_async/models/acme/things.py", ""), files["mirakl_async/operations/acme/things.py"]


def test_members_and_arguments_have_the_alias_of_their_values(workshop):
    content = document(
        "put",
        parameters=[asked("state", **only("ON", "OFF")), asked("states", type="array", items=only("ON", "OFF"))],
        requestBody=body(
            {"kind": {**only("A", "B"), "maxLength": 9}, "kinds": {"type": "array", "items": only("A", "B")}}
        ),
        responses=answer({"state": only("ON", "OFF"), "note": TEXT}),
    )
    models, operations = things(workshop.generate(content))
    assert '    T01KindOrStr: TypeAlias = Literal["A", "B"] | str\n' in models
    assert "    state: T01ResponseStateOrStr | None = None\n" in models
    assert "Annotated[T01KindOrStr, Meta(max_length=9)] | UnsetType" in models
    assert "kinds: list[T01KindOrStr] | UnsetType" in models
    assert (
        "        state: T01ResponseStateOrStr | None = None,\n        states: Collection[T01ResponseStateOrStr] | None"
        in operations
    )
    assert "    from ...models.acme.things import T01KindOrStr, T01Response, T01ResponseStateOrStr" in operations


def test_a_value_that_no_document_knows_is_read(workshop):
    workshop.generate(
        document(responses=answer({"state": only("ON", "OFF"), "states": {"type": "array", "items": only("ON")}}))
    )
    out = workshop.run(
        "from mirakl_async.codec import decode\n"
        "from mirakl_async.operations import operations\n"
        "import mirakl_async.models.acme as acme\n"
        "kind = getattr(acme, operations['T01'].reply.split(':')[1])\n"
        'read = decode(kind, b\'{"state": "NEW", "states": ["ON", "NEWER"]}\')\n'
        "print(read.value.state, *read.value.states, len(read.repaired))\n"
    )
    assert out == "NEW ON NEWER 0\n"


@pytest.mark.parametrize(
    "values", [["asc"], STATES[:2], STATES[:4], STATES, [f"{value}_{n}" for value in STATES for n in range(30)]]
)
def test_values_of_any_length_are_formatted_as_by_hand(workshop, values):
    pytest.importorskip("ruff", reason="the formatter comes with the extra dev")
    workshop.write_tables(
        operations="[operations.acme.T01]\n"
        f"extra = [{{ name = 'step', values = {values} }}, {{ name = 'a_name_of_some_length', values = {values} }}]\n"
    )
    content = document(
        parameters=[asked("many", type="array", items=only(*values))], responses=answer({"state": only(*values)})
    )
    workshop.generate(content)
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff",
         "mirakl_async/models/acme", "mirakl_async/operations/acme"],
        cwd=workshop.root, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_few_values_without_a_class_stand_in_the_signature(workshop):
    rows = (
        "[operations.acme.T01]\nsort = ['name', 'date']\norder = true\nknown = { ids = ['A', 'B'] }\ncomma = ['ids']\n"
    )
    workshop.write_tables(operations=rows + f"extra = [{{ name = 'step', values = {STATES * 3} }}]\n")
    _, text = things(workshop.generate(document(parameters=[asked("ids")])))
    assert 'sort: Literal["name", "date"] | str | None = None' in text
    assert 'order: Literal["asc", "desc"] | str | None = None' in text
    assert 'ids: Collection[Literal["A", "B"] | str] | None = None' in text
    assert "step: str | None = None" in text


@pytest.mark.parametrize("first", [True, False])
def test_an_alias_takes_no_name_that_a_struct_has(workshop, first):
    """Whichever of the two is published first keeps its name, and the other one finds another."""
    struct = {"type": "object", "properties": {"a": TEXT}}
    values, both = {"order_state": only("ON", "OFF")}, {"order_state": only("ON", "OFF"), "order_state_or_str": struct}
    workshop.generate(document(responses=answer(values if first else {"order_state_or_str": struct})))
    models, _ = things(workshop.generate(document(responses=answer(both))))
    taken = [line for line in models.splitlines() if line.split("(")[0] == "class OrderStateOrStr"]
    assert len(taken) == (0 if first else 1)
    assert ("order_state: OrderStateOrStr | None" in models) is first
