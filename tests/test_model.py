"""The repr of structs, requests and responses: type and identifier, never personal data."""

import pprint
from datetime import UTC, datetime

import msgspec
import pytest
from rich.pretty import pretty_repr

from mirakl_async import codec
from mirakl_async.errors import PartialFailure
from mirakl_async.http.request import Multipart, Part, Request
from mirakl_async.http.response import Response
from mirakl_async.http.wire import WireResponse
from mirakl_async.model import identifiers
from mirakl_async.models.connect import OrderRequest
from mirakl_async.models.front import MessageTo, Order, OrderCustomer
from mirakl_async.operations import operations
from mirakl_async.order_sync.entries import Line
from mirakl_async.order_sync.rejected_order import RejectedOrder
from mirakl_async.queues.protocol import RejectedRow
from tests.codegen.test_published import STRUCTS

JANE = "Jane Doe"
ORDER = b"""{"order_id": "O-1", "customer": {"customer_id": "c-1", "firstname": "Jane", "lastname": "Doe",
    "shipping_address": {"street_1": "Jane Doe", "city": "Janeville"}}, "order_lines": [{"order_line_id": "O-1-1"}]}"""


def test_the_repr_of_an_order_has_its_id():
    order = codec.decode("front.orders:Order", ORDER).value
    assert repr(order) == "<Order order_id='O-1' members=3>"
    assert repr(order.order_lines) == "[<OrderLine order_line_id='O-1-1' members=1>]"
    assert repr(order.customer) == "<OrderCustomer members=4>"
    assert str(order) == f"{order}" == pprint.pformat(order) == repr(order)
    assert pretty_repr(order) == "Order(order_id='O-1', members=3)"


ITEM_ERROR = '{"code": "C", "field": "f", "message": "no"}'
REPORTS = {
    "upsertReturns": '{"return_errors": [{"channel_return_id": "r", "details": [{"code": "C", "message": "no"}]}]}',
    "OR04": f'{{"updated_orders": [{{"order_id": "a"}}, {{"order_id": "b", "errors": [{ITEM_ERROR}]}}]}}',
    "OR07": f'{{"order_lines": [{{"order_line_id": "a", "errors": [{ITEM_ERROR}]}}, {{"order_line_id": "b"}}]}}',
    "OR31": f'{{"order_update_errors": {{"errors": [{ITEM_ERROR}]}}}}',
    "OR74": f'{{"errors_count": 1, "order_documents": [{{"errors": [{ITEM_ERROR}]}}]}}',
    "S32": f'{{"errors_count": 1, "shop_documents": [{{"errors": [{ITEM_ERROR}]}}]}}',
    "RT01": '{"return_errors": [{"order_commercial_id": "o", "message": "no"}], "return_success": []}',
    "RT25": '{"return_errors": [{"id": "r", "message": "no"}]}',
    "RT29": '{"return_errors": [{"id": "r", "message": "no"}]}',
    "RT51": '{"return_label_errors": [{"return_id": "r", "error_message": "no"}]}',
    "RT52": f'{{"data": [{{"return_id": "a"}}, {{"return_id": "b", "errors": [{ITEM_ERROR}]}}]}}',
    "ST01": '{"shipment_errors": [{"order_id": "o", "message": "no"}]}',
    "ST06": '{"shipment_errors": [{"id": "s", "message": "no"}]}',
    "ST23": '{"shipment_errors": [{"id": "s", "message": "no"}]}',
    "ST24": '{"shipment_errors": [{"id": "s", "message": "no"}]}',
    "ST26": '{"shipment_errors": [{"id": "s", "message": "no"}]}',
    "OF53": '{"status": "FAILED", "error": {"code": "C", "detail": "no"}}',
}


@pytest.mark.parametrize("code", [code for code in operations if operations[code].failures])
def test_a_failure_inside_a_success_is_raised_with_its_reason(code):
    answer = codec.decode(operations[code].reply, REPORTS[code].encode()).value
    with pytest.raises(PartialFailure, match=": 1 failure: no$") as raised:
        answer.raise_for_errors()
    assert raised.value.failed == answer.failed
    assert len(answer.failed) == 1
    whole = codec.decode(operations[code].reply, b"{}").value
    assert whole.failed == []
    whole.raise_for_errors()


def test_the_message_of_many_failures_has_the_first_reasons():
    errors = ", ".join(f'{{"id": "r{number}", "message": "no {number % 5}"}}' for number in range(10))
    answer = codec.decode("front.returns:ReturnActions", f'{{"return_errors": [{errors}, {{}}]}}'.encode()).value
    with pytest.raises(PartialFailure, match=r"^ReturnActions: 11 failures: no 0; no 1; no 2; \.\.\.$"):
        answer.raise_for_errors()
    with pytest.raises(PartialFailure, match=r"^ReturnActions: 1 failure$"):
        codec.decode("front.returns:ReturnActions", b'{"return_errors": [{}]}').value.raise_for_errors()


def test_its_values_can_still_be_read_and_encoded():
    order = codec.decode("front.orders:Order", ORDER).value
    assert msgspec.to_builtins(order)["customer"]["firstname"] == "Jane"
    assert b"Janeville" in codec.encode(order)


@pytest.mark.parametrize("model", STRUCTS, ids=lambda model: f"{model.__module__[20:]}.{model.__name__}")
def test_no_struct_shows_a_member_that_identifies_nothing(model):
    unchecked = msgspec.defstruct(model.__name__, [], bases=(model,), namespace={"__post_init__": lambda _: None})
    shown_by = identifiers(model)
    value = unchecked(**{name: "shown-1" if name in shown_by else JANE for name in model.__struct_fields__})
    shown = repr(value) + pretty_repr(value)
    assert JANE not in shown
    assert shown.count("shown-1") == 2 * len(shown_by)


def test_personal_values_are_not_identifiers_in_a_repr():
    for model in (OrderCustomer, MessageTo):
        assert identifiers(model) == ()
    assert repr(Order(order_id="jane@example.com")) == "<Order members=1>"
    assert repr(Order(order_id="x" * 65)) == "<Order members=1>"
    assert identifiers(OrderRequest) == ("channel_order_id",)


def test_the_repr_of_a_request_and_its_response_shows_neither_url_nor_body():
    part = Part(name="files", content=b"Jane", filename="Jane.pdf", size=4)
    request = Request(
        operation=operations["OR12"], url="https://h/api/orders/Jane?a=Jane", body=Multipart(parts=(part,))
    )
    reply = Response(request=request, status=200, headers={"Set-Cookie": "Jane"}, content=b"Jane")
    assert repr(request) == "<Request operation='OR12' route='GET /api/orders/{order_id}'>"
    assert repr(request.body) == "Multipart(parts=(<Part name='files' size=4>,))"
    assert repr(reply) == "<Response operation='OR12' status=200 size=4>"
    assert "Jane" not in pretty_repr(reply) + pretty_repr(request.body)


def test_the_repr_of_an_orders_bytes_shows_their_number():
    line = Line(b'{"a": "Jane"}', 3, "O-1", None, datetime(2026, 1, 1, tzinfo=UTC))
    refused = RejectedOrder(kind="server", reason="no", channel_order_id="O-1", raw=b"Jane")
    row = RejectedRow(id="O-1", kind="server", reason="no", line=b"Jane")
    answer = WireResponse(200, {"Set-Cookie": "Jane"}, b"Jane")
    for carrier in (line, refused, row, answer):
        assert "Jane" not in repr(carrier) + pretty_repr(carrier)
    assert repr(row).startswith(
        "<RejectedRow id='O-1' kind='server' reason='no' path=None order_id=None line='4 bytes'"
    )
    assert repr(answer) == "<WireResponse status=200 size=4>"
