"""The code generated from Mirakl's documents keeps the generator's rules; no document is needed for this test."""

import importlib
import inspect
import pkgutil
from typing import get_args, get_type_hints

import msgspec
import pytest

import mirakl_async.models
from mirakl_async import codec
from mirakl_async.errors import UnknownOperation
from mirakl_async.model import BulkResult, RequestModel, ResponseModel
from mirakl_async.operation import ParamLocation, ParamType
from mirakl_async.operations import RESOURCES, operations

ALL = [operations[code] for code in operations]
IDS = list(operations)
MODELS = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(mirakl_async.models.__path__, "mirakl_async.models.")
    if not found.ispkg
]
STRUCTS = [
    item
    for module in MODELS
    for name, item in vars(module).items()
    if inspect.isclass(item) and issubclass(item, msgspec.Struct)
    if (item.__module__, item.__name__) == (module.__name__, name)
]


def struct(reference):
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(f"mirakl_async.models.{module}"), name)


def method(operation):
    module, _, name = RESOURCES[operation.service][operation.resource].partition(":")
    return getattr(getattr(importlib.import_module(f"mirakl_async.operations.{module}"), name), operation.name)


def test_all_operations_are_published():
    assert len(operations) == 100
    assert {service: sum(item.service == service for item in ALL) for service in RESOURCES} == {
        "connect": 12, "account": 3, "front": 85,
    }  # fmt: skip


@pytest.mark.parametrize("code", ["OR11", "or11", "Or-11", "upsertOrders", "upsert_orders", "UPSERT_ORDERS"])
def test_a_code_is_found_in_all_common_notations(code):
    assert operations[code].code in {"OR11", "upsertOrders"}
    assert code in operations


def test_the_error_for_an_unknown_code_suggests_similar_ones():
    with pytest.raises(UnknownOperation, match=r"'OR111'.*did you mean.*OR11"):
        operations["OR111"]
    assert "OR111" not in operations


@pytest.mark.parametrize("operation", ALL, ids=IDS)
def test_an_operation_is_complete(operation):
    for reference in (operation.body, operation.reply):
        assert not reference or struct(reference)
    assert {param.location for param in operation.params} <= set(get_args(ParamLocation))
    assert {param.type for param in operation.params} <= set(get_args(ParamType))
    assert len({param.argument for param in operation.params}) == len(operation.params)
    assert operation.retry == "safe" if operation.method == "GET" else operation.retry in {"idempotent", "unsafe"}
    in_path = {param.name for param in operation.params if param.location == "path"}
    assert all(f"{{{name}}}" in operation.path for name in in_path)
    assert operation.path.count("{") == len(in_path)
    assert operation.docs.startswith("https://developer.mirakl.com/content/product/")
    assert not {"max", "offset", "limit", "page_token"} & {param.argument for param in operation.params}


@pytest.mark.parametrize("operation", ALL, ids=IDS)
def test_a_method_has_the_arguments_of_its_operation(operation):
    function = method(operation)
    parameters = [item for item in inspect.signature(function).parameters.values() if item.name != "self"]
    taken = {item.name for item in parameters if item.kind is not item.VAR_KEYWORD}
    paged = {"page_size"} if operation.paging else set()
    assert taken == {param.argument for param in operation.params} | paged
    required = {item.name for item in parameters if item.default is item.empty and item.kind is not item.VAR_KEYWORD}
    assert required == {param.argument for param in operation.params if param.required}
    assert inspect.getdoc(function).startswith(f"{operation.code}: ")


@pytest.mark.parametrize("operation", [item for item in ALL if item.body], ids=lambda item: item.code)
def test_the_body_has_the_arguments_names(operation):
    fields = {field.name: field.encode_name for field in msgspec.structs.fields(struct(operation.body))}
    assert fields == {param.argument: param.name for param in operation.params if param.location == "body"}


@pytest.mark.parametrize("operation", [item for item in ALL if item.paging], ids=lambda item: item.code)
def test_the_members_of_a_page_exist(operation):
    page = {field.encode_name for field in msgspec.structs.fields(struct(operation.reply))}
    item = {field.encode_name for field in msgspec.structs.fields(struct(operation.paging.item))}
    assert operation.paging.items in page
    assert set(operation.paging.key) <= item
    assert operation.paging.key or operation.code == "ST12"  # the contract gives its items no identity
    assert not operation.paging.total or operation.paging.total in page
    assert not operation.paging.nested or operation.paging.nested in item
    assert operation.paging.kind == "offset" or "next_page_token" in page


def test_seventeen_operations_report_failures_inside_a_success():
    reporting = {item.code for item in ALL if item.failures}
    assert reporting == {
        "upsertReturns", "OR04", "OR07", "OR31", "OR74", "S32", "RT01", "RT25", "RT29", "RT51", "RT52",
        "ST01", "ST06", "ST23", "ST24", "ST26", "OF53",
    }  # fmt: skip
    for code in reporting:
        assert issubclass(struct(operations[code].reply), BulkResult)


@pytest.mark.parametrize("operation", [item for item in ALL if item.failures], ids=lambda item: item.code)
def test_a_docstring_says_how_failures_inside_a_success_are_reported(operation):
    assert ("errors" if operation.paging else "raise_for_errors()") in inspect.getdoc(method(operation))


@pytest.mark.parametrize("operation", [item for item in ALL if item.paging], ids=lambda item: item.code)
def test_a_docstring_says_how_the_direction_of_a_sorted_list_is_set(operation):
    if any(param.name == "sort" for param in operation.params):
        direction = ",DESC" if operation.paging.kind == "seek" else "order: asc, desc"
        assert direction in inspect.getdoc(method(operation))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("IV01", "- states: DRAFT, GENERATED, COMPLETE (`InvoiceState`); by default GENERATED, COMPLETE"),
        ("IV01", "by default AUTO_INVOICE"),
        ("OR41", "newest first"),
        ("OR13", "- items_per_chunk: 10000 to 1000000; by default 1000000"),
        ("OF52", "- models: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)"),
        ("SBC11", "- id: each 36 characters; at most 100 values, longer lists are cut into several calls"),
        ("OR11", "Pages by offset, of 100 items unless `page_size` asks for fewer."),
        ("M11", "Pages by token, of 50 items unless `page_size` asks for another number, at most 100;"),
        ("RT52", "- return_id: at most 100 values, longer lists are cut"),
        ("RT11", "(`ReturnState`)"),
        ("P51", "- status: WAITING, RUNNING, SENT, COMPLETE, CANCELLED, FAILED"),
    ],
)
def test_a_docstring_says_what_the_signature_cannot(code, words):
    assert words in " ".join(inspect.getdoc(method(operations[code])).split())


@pytest.mark.parametrize("model", STRUCTS, ids=lambda model: f"{model.__module__[20:]}.{model.__name__}")
def test_a_struct_is_received_or_sent_and_can_be_decoded(model):
    assert issubclass(model, ResponseModel) != issubclass(model, RequestModel)
    assert model.__struct_config__.gc is False
    assert not model.__struct_config__.frozen
    msgspec.json.Decoder(model, strict=issubclass(model, RequestModel))
    assert (model.__doc__ or "").strip()
    if issubclass(model, ResponseModel):
        empty = model()
        assert msgspec.json.decode(msgspec.json.encode(empty), type=model) == empty


EXPECTED = {
    "OR11": """
        OrderPage Order Channel Tax Fulfillment AdditionalField CampaignRef OrderCustomer DeliveryDate InvoiceDetails
        OrderLine OrderRefund OrderTax PaymentDestination Promotions OrderReferences Cancelation ShippingFrom Address
        FulfillmentCenter Warehouse CustomerContact Organization DocumentDetail PaymentTerms EcoContribution OrderLineFee
        Funding OrderLineMeasurement AmountBreakdown ProductMedia OrderPromotion PurchaseInformation Refund FundingCustomer
        FundingOperator AmountBreakdownPart PromotionConfiguration PurchaseCommissionOnFees PurchaseFeeAmount PurchaseTax
        FundingFees FundingOffer FundingShipping FundingBreakdown
    """,
    "P31": "ProductPage Product",
    "P51": "ProductImportPage ProductImport ConversionOptions IntegrationDetails AiEnrichment AiRewrite AiTranslation",
    "IV01": """
        InvoicePage Invoice PaymentInfo BillingCycleSummary InvoiceDetail IssuingUser InvoicePayment ShopAddress Tax
        PurchaseTax AmountBreakdown AmountBreakdownPart
    """,
    "RT11": "ReturnPage Return ReturnDocument ReturnAddress ReturnLine ReturnTracking ReturnLineCompliance",
}


def reached(kind, found):
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in found:
        found.add(kind)
        for hint in get_type_hints(kind).values():
            reached(hint, found)
    for argument in get_args(kind):
        reached(argument, found)
    return found


@pytest.mark.parametrize("code", EXPECTED)
def test_the_structs_of_a_response_have_natural_names(code):
    assert {kind.__name__ for kind in reached(struct(operations[code].reply), set())} == set(EXPECTED[code].split())


def test_three_operations_share_one_order_struct():
    assert operations["OR12"].reply == operations["OR11"].paging.item == "front.orders:Order"
    assert len(msgspec.structs.fields(struct("front.orders:Order"))) == 63
    assert operations["P42"].reply == operations["P51"].paging.item


def test_names_are_short_and_distinct():
    names = [model.__name__ for model in STRUCTS]
    front = [model.__name__ for model in STRUCTS if ".front." in model.__module__]
    assert len(set(front)) == len(front)
    assert sorted(len(name) for name in names)[len(names) // 2] <= 16
    assert max(len(name) for name in names) <= 41


def test_generated_texts_contain_no_markup_of_the_documents():
    for module in [
        *MODELS,
        *(importlib.import_module(f"mirakl_async.operations.front.{name}") for name in RESOURCES["front"]),
    ]:
        text = inspect.getsource(module)
        assert "<code>" not in text
        assert "<br" not in text


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("ST06", b'{"shipment_errors": [{"id": "a", "message": "no"}], "shipment_success": []}'),
        ("ST06", b'{"deletion_errors": [{"id": "a", "message": "no"}], "deletion_success": []}'),
        ("S32", b'{"documents": [{"errors": [{"code": "no"}]}, {"errors": []}], "errors_count": 1}'),
        ("S32", b'{"shop_documents": [{"errors": [{"code": "no"}]}, {"errors": []}], "errors_count": 1}'),
    ],
)
def test_a_failure_is_found_by_the_schemas_name_and_the_examples_name(code, answer):
    assert len(codec.decode(operations[code].reply, answer).value.failed) == 1
