# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.orders sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import (
    EXPECTED_DEFAULT,
    BulkResult,
    Expected,
    RequestModel,
    ResponseModel,
    check_number,
    check_timezone,
)

from .common import (
    AdditionalField,
    AdditionalFieldTypeOrStr,
    Address,
    CampaignRef,
    Cancelation,
    Channel,
    CountryIsoCodeOrStr,
    CurrencyIsoCodeOrStr,
    Fulfillment,
    ItemError,
    OrderDocument,
    OrderLine,
    OrderPromotion,
    OrderReferences,
    OrderTaxModeOrStr,
    PayOutPspCodeOrStr,
    RefundStateOrStr,
    RefusedDocument,
    TaxCalculationRuleOrStr,
    UserTypeOrStr,
    Warehouse,
    WarehouseInput,
)

__all__ = [
    "AcceptOrdersRequest",
    "AdditionalFieldInput",
    "AddressInput",
    "AnyPaymentDestinationInput",
    "Assessment",
    "BillingAddressInput",
    "CancelLinesRequest",
    "CancelLinesResponse",
    "CancelationFeeInput",
    "CancelationInput",
    "CreateOrderExportRequest",
    "CustomerContact",
    "CustomerContactInput",
    "DeliveryDate",
    "DocumentDetail",
    "DocumentDetailFormat",
    "DocumentDetailFormatOrStr",
    "DocumentDetailInput",
    "Evaluation",
    "EvaluationReply",
    "IbanPaymentDestinationInput",
    "InvoiceDetails",
    "InvoiceDetailsInput",
    "Order",
    "OrderCustomer",
    "OrderCustomerInput",
    "OrderDocumentEntityInput",
    "OrderDocumentEntityType",
    "OrderDocumentEntityTypeOrStr",
    "OrderDocumentInput",
    "OrderDocumentList",
    "OrderDocumentsInput",
    "OrderExportFile",
    "OrderLineDecisionInput",
    "OrderLineFieldsInput",
    "OrderLineOriginInput",
    "OrderPage",
    "OrderReferencesInput",
    "OrderRefund",
    "OrderState",
    "OrderStateOrStr",
    "OrderTax",
    "OrderTaxDefinition",
    "OrderTaxDefinitionList",
    "OrderUpdate",
    "OrderUpdateEcho",
    "OrderUpdateErrors",
    "OrderUpdateInput",
    "OrderUpdateResult",
    "Organization",
    "OrganizationInput",
    "PaymentDestination",
    "PaymentDestinationType",
    "PaymentDestinationTypeOrStr",
    "PaymentTerms",
    "PaymentTermsInput",
    "PaymentTermsType",
    "PaymentTermsTypeOrStr",
    "PaymentWorkflow",
    "PaymentWorkflowOrStr",
    "Promotions",
    "ShippingAddressInput",
    "ShippingFromAddressInput",
    "ShippingFromInput",
    "ShippingOrigin",
    "ShippingOriginUpdate",
    "ShippingOriginUpdates",
    "ShopStatistics",
    "ShopStatisticsInput",
    "TaxInput",
    "UpdateAdditionalFieldsRequest",
    "UpdateAdditionalFieldsResponse",
    "UpdateOrderTrackingRequest",
    "UpdateOrdersRequest",
    "UpdateOrdersResponse",
    "UpdateShippingOriginRequest",
    "UpdatedOrder",
    "UploadOrderDocumentsResponse",
]


class DocumentDetailFormat:
    """Known values of `document_format` and `format`; others may appear at any time."""

    PDF: Final = "PDF"
    C_XML: Final = "cXML"


class OrderDocumentEntityType:
    """Known values of `type`; others may appear at any time."""

    RETURN: Final = "RETURN"


class OrderState:
    """Known values of `order_state_codes` and `order_state`; others may appear at any time."""

    STAGING: Final = "STAGING"
    WAITING_ACCEPTANCE: Final = "WAITING_ACCEPTANCE"
    WAITING_DEBIT: Final = "WAITING_DEBIT"
    WAITING_DEBIT_PAYMENT: Final = "WAITING_DEBIT_PAYMENT"
    SHIPPING: Final = "SHIPPING"
    SHIPPED: Final = "SHIPPED"
    TO_COLLECT: Final = "TO_COLLECT"
    RECEIVED: Final = "RECEIVED"
    CLOSED: Final = "CLOSED"
    REFUSED: Final = "REFUSED"
    CANCELED: Final = "CANCELED"
    WAITING_REFUND: Final = "WAITING_REFUND"
    WAITING_REFUND_PAYMENT: Final = "WAITING_REFUND_PAYMENT"


class PaymentDestinationType:
    """Known values of `@type`; others may appear at any time."""

    IBAN: Final = "IBAN"


class PaymentTermsType:
    """Known values of `type`; others may appear at any time."""

    END_OF_MONTH: Final = "END_OF_MONTH"
    NET: Final = "NET"


class PaymentWorkflow:
    """Known values of `payment_workflow`; others may appear at any time."""

    PAY_ON_ACCEPTANCE: Final = "PAY_ON_ACCEPTANCE"
    PAY_ON_DELIVERY: Final = "PAY_ON_DELIVERY"
    PAY_ON_DUE_DATE: Final = "PAY_ON_DUE_DATE"
    PAY_ON_SHIPMENT: Final = "PAY_ON_SHIPMENT"
    NO_CUSTOMER_PAYMENT_CONFIRMATION: Final = "NO_CUSTOMER_PAYMENT_CONFIRMATION"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    DocumentDetailFormatOrStr: TypeAlias = Literal["PDF", "cXML"] | str
    OrderDocumentEntityTypeOrStr: TypeAlias = Literal["RETURN"] | str
    OrderStateOrStr: TypeAlias = (
        Literal[
            "STAGING",
            "WAITING_ACCEPTANCE",
            "WAITING_DEBIT",
            "WAITING_DEBIT_PAYMENT",
            "SHIPPING",
            "SHIPPED",
            "TO_COLLECT",
            "RECEIVED",
            "CLOSED",
            "REFUSED",
            "CANCELED",
        ]
        | str
    )
    PaymentDestinationTypeOrStr: TypeAlias = Literal["IBAN"] | str
    PaymentTermsTypeOrStr: TypeAlias = Literal["END_OF_MONTH", "NET"] | str
    PaymentWorkflowOrStr: TypeAlias = (
        Literal[
            "PAY_ON_ACCEPTANCE",
            "PAY_ON_DELIVERY",
            "PAY_ON_DUE_DATE",
            "PAY_ON_SHIPMENT",
            "NO_CUSTOMER_PAYMENT_CONFIRMATION",
        ]
        | str
    )
else:
    DocumentDetailFormatOrStr = str
    OrderDocumentEntityTypeOrStr = str
    OrderStateOrStr = str
    PaymentDestinationTypeOrStr = str
    PaymentTermsTypeOrStr = str
    PaymentWorkflowOrStr = str


class OrderLineDecisionInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_lines`, to OR21."""

    accepted: bool
    id: str


class AcceptOrdersRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR21."""

    order_lines: list[OrderLineDecisionInput]


class AdditionalFieldInput(RequestModel, kw_only=True, gc=False):
    """A custom field to set; None clears it."""

    code: str
    value: str | list[str] | None
    type: AdditionalFieldTypeOrStr | UnsetType = UNSET
    """Known values: STRING, DATE, NUMERIC, BOOLEAN, LINK, REGEX, TEXTAREA, LIST, MULTIPLE_VALUES_LIST
    (`AdditionalFieldType`).
    """


class AddressInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.customer.organization.address`, to OR04."""

    zip_code: Annotated[str, Meta(max_length=255)]
    """At most 255 characters."""
    city: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""
    country_iso_code: CountryIsoCodeOrStr | None | UnsetType = UNSET
    """244 known values (`CountryIsoCode`); ISO 3166-1 alpha-3."""
    state: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""
    street_1: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""
    street_2: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""


class IbanPaymentDestinationInput(RequestModel, kw_only=True, gc=False, tag_field="@type", tag="IBAN"):
    """Sent as `orders.payment_destination`, to OR04."""

    payment_reference: str | None | UnsetType = UNSET
    iban: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""


AnyPaymentDestinationInput: TypeAlias = IbanPaymentDestinationInput
"""Any of these structs, by its `@type`."""


class Assessment(ResponseModel, kw_only=True, gc=False):
    """Read as `assessments`, from OR51."""

    code: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    response: Expected[str] = EXPECTED_DEFAULT


class BillingAddressInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.customer.billing_address`, to OR04."""

    city: str | None | UnsetType = UNSET
    civility: str | None | UnsetType = UNSET
    company: str | None | UnsetType = UNSET
    company_2: str | None | UnsetType = UNSET
    country: str | None | UnsetType = UNSET
    country_iso_code: CountryIsoCodeOrStr | None | UnsetType = UNSET
    """244 known values (`CountryIsoCode`); ISO 3166-1 alpha-3."""
    firstname: str | None | UnsetType = UNSET
    lastname: str | None | UnsetType = UNSET
    phone: str | None | UnsetType = UNSET
    phone_secondary: str | None | UnsetType = UNSET
    state: str | None | UnsetType = UNSET
    street_1: str | None | UnsetType = UNSET
    street_2: str | None | UnsetType = UNSET
    zip_code: str | None | UnsetType = UNSET


class CancelationFeeInput(RequestModel, kw_only=True, gc=False):
    """Sent as `cancelations.fees`, to OR30."""

    amount: Decimal | UnsetType = UNSET
    code: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("CancelationFeeInput.amount", self.amount)


class TaxInput(RequestModel, kw_only=True, gc=False):
    """Sent as `cancelations.shipping_taxes`, to OR30."""

    amount: Decimal | UnsetType = UNSET
    code: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("TaxInput.amount", self.amount)


class CancelationInput(RequestModel, kw_only=True, gc=False):
    """Sent as `cancelations`, to OR30."""

    amount: Decimal
    """In `currency_iso_code`."""
    order_line_id: str
    quantity: int
    reason_code: str
    shipping_amount: Decimal
    """In `currency_iso_code`."""
    currency_iso_code: CurrencyIsoCodeOrStr | UnsetType = UNSET
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    fees: list[CancelationFeeInput] | UnsetType = UNSET
    shipping_taxes: list[TaxInput] | UnsetType = UNSET
    taxes: list[TaxInput] | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_number("CancelationInput.amount", self.amount)
        check_number("CancelationInput.shipping_amount", self.shipping_amount)


class CancelLinesRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR30."""

    cancelations: list[CancelationInput]
    order_tax_mode: OrderTaxModeOrStr | UnsetType = UNSET
    """Known values: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)."""


class CancelLinesResponse(ResponseModel, kw_only=True, gc=False):
    """The answer of OR30."""

    cancelations: Expected[list[Cancelation]] = EXPECTED_DEFAULT
    order_tax_mode: Expected[OrderTaxModeOrStr] = EXPECTED_DEFAULT
    """Known values: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)."""


class CreateOrderExportRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR13."""

    channel_codes: Annotated[list[str], Meta(max_length=100)] | UnsetType = UNSET
    """At most 100 items."""
    end_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    end_refund_creation_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    end_update_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    fulfillment_center_codes: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    """At most 100 characters."""
    items_per_chunk: Annotated[int, Meta(ge=10000, le=1000000)] | UnsetType = UNSET
    """10000 to 1000000; by default 1000000."""
    megabytes_per_chunk: Annotated[int, Meta(ge=10, le=1024)] | UnsetType = UNSET
    """10 to 1024; by default 512."""
    only_null_channel: bool | UnsetType = UNSET
    order_state_codes: Annotated[list[OrderStateOrStr], Meta(max_length=100)] | UnsetType = UNSET
    """Known values: STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING, SHIPPED, TO_COLLECT,
    RECEIVED, CLOSED, REFUSED, CANCELED (`OrderState`); no longer WAITING_REFUND, WAITING_REFUND_PAYMENT; at most 100
    items.
    """
    order_tax_mode: OrderTaxModeOrStr | UnsetType = UNSET
    """Known values: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)."""
    refund_state_codes: list[RefundStateOrStr] | UnsetType = UNSET
    """Known values: WAITING_REFUND_TAX_CONFIRMATION, WAITING_REFUND, WAITING_REFUND_PAYMENT, REFUNDED (`RefundState`);
    no item twice.
    """
    shop_ids: Annotated[list[int], Meta(max_length=100)] | UnsetType = UNSET
    """At most 100 items."""
    start_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    start_refund_creation_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    start_update_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    tax_recalculation_required_only: bool | UnsetType = UNSET
    waiting_funding_confirmation: bool | UnsetType = UNSET
    waiting_tax_confirmation: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("CreateOrderExportRequest.end_date", self.end_date)
        check_timezone("CreateOrderExportRequest.end_refund_creation_date", self.end_refund_creation_date)
        check_timezone("CreateOrderExportRequest.end_update_date", self.end_update_date)
        check_timezone("CreateOrderExportRequest.start_date", self.start_date)
        check_timezone("CreateOrderExportRequest.start_refund_creation_date", self.start_refund_creation_date)
        check_timezone("CreateOrderExportRequest.start_update_date", self.start_update_date)


class CustomerContact(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.customer.accounting_contact` and 3 more places, from OR11, OR15 and OR04."""

    customer_id: Expected[str] = EXPECTED_DEFAULT
    """At most 50 characters."""
    email: Expected[str] = EXPECTED_DEFAULT
    """At most 255 characters."""
    firstname: Expected[str] = EXPECTED_DEFAULT
    """At most 255 characters."""
    lastname: Expected[str] = EXPECTED_DEFAULT
    """At most 255 characters."""
    civility: str | None = None
    """At most 20 characters."""
    locale: str | None = None


class CustomerContactInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.customer.accounting_contact`, to OR04."""

    customer_id: Annotated[str, Meta(max_length=50)] | None | UnsetType = UNSET
    """At most 50 characters."""


class DeliveryDate(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.delivery_date`, from OR11, OR15 and OR04."""

    earliest: Annotated[dt.datetime, Meta(tz=True)] | None = None
    latest: Annotated[dt.datetime, Meta(tz=True)] | None = None


class DocumentDetail(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.invoice_details.document_details`, from OR11, OR15 and OR04."""

    format: DocumentDetailFormatOrStr | None = None
    """Known values: PDF, cXML (`DocumentDetailFormat`)."""


class DocumentDetailInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.invoice_details.document_details`, to OR04."""

    format: DocumentDetailFormatOrStr | None | UnsetType = UNSET
    """Known values: PDF, cXML (`DocumentDetailFormat`)."""


class EvaluationReply(ResponseModel, kw_only=True, gc=False):
    """Read as `reply`, from OR51."""

    comment: Expected[str] = EXPECTED_DEFAULT
    """At most 1000 characters."""
    date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    type: Expected[UserTypeOrStr] = EXPECTED_DEFAULT
    """Known values: OPERATOR, SHOP (`UserType`)."""


class Evaluation(ResponseModel, kw_only=True, gc=False):
    """The answer of OR51."""

    assessments: Expected[list[Assessment]] = EXPECTED_DEFAULT
    customer_id: Expected[str] = EXPECTED_DEFAULT
    date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    firstname: Expected[str] = EXPECTED_DEFAULT
    grade: Expected[int] = EXPECTED_DEFAULT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    lastname: Expected[str] = EXPECTED_DEFAULT
    visible: Expected[bool] = EXPECTED_DEFAULT
    comment: str | None = None
    reply: EvaluationReply | None = None


class PaymentTerms(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.invoice_details.payment_terms`, from OR11, OR15 and OR04."""

    days: int | None = None
    type: PaymentTermsTypeOrStr | None = None
    """Known values: END_OF_MONTH, NET (`PaymentTermsType`)."""


class InvoiceDetails(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.invoice_details`, from OR11, OR15 and OR04."""

    document_details: list[DocumentDetail] | None = None
    payment_terms: PaymentTerms | None = None


class PaymentTermsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.invoice_details.payment_terms`, to OR04."""

    days: int | None | UnsetType = UNSET
    type: PaymentTermsTypeOrStr | None | UnsetType = UNSET
    """Known values: END_OF_MONTH, NET (`PaymentTermsType`)."""


class InvoiceDetailsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.invoice_details`, to OR04."""

    document_details: list[DocumentDetailInput] | None | UnsetType = UNSET
    payment_terms: PaymentTermsInput | None | UnsetType = UNSET


class Organization(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.customer.organization`, from OR11, OR15 and OR04."""

    organization_id: Expected[str] = EXPECTED_DEFAULT
    """At most 50 characters."""
    address: Address | None = None
    identification_number: str | None = None
    """At most 255 characters."""
    name: str | None = None
    """At most 255 characters."""
    tax_identification_number: str | None = None
    """At most 255 characters."""


class OrderCustomer(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.customer` and 2 more places, from OR11, OR15, OR04 and OR12."""

    billing_address: Expected[Address] = EXPECTED_DEFAULT
    customer_id: Expected[str] = EXPECTED_DEFAULT
    email: Expected[str] = EXPECTED_DEFAULT
    firstname: Expected[str] = EXPECTED_DEFAULT
    lastname: Expected[str] = EXPECTED_DEFAULT
    shipping_address: Expected[Address] = EXPECTED_DEFAULT
    accounting_contact: CustomerContact | None = None
    civility: str | None = None
    delivery_contact: CustomerContact | None = None
    locale: str | None = None
    organization: Organization | None = None


class OrderTax(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_refunds.taxes`, from OR11 and OR15."""

    code: Expected[str] = EXPECTED_DEFAULT
    total_amount: Expected[Decimal] = EXPECTED_DEFAULT
    rate: Decimal | None = None


class OrderRefund(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_refunds`, from OR11 and OR15."""

    order_refund_id: Expected[str] = EXPECTED_DEFAULT
    taxes: list[OrderTax] | None = None


class PaymentDestination(ResponseModel, kw_only=True, gc=False, rename={"type": "@type"}):
    """Read as `orders.payment_destination`, from OR11, OR15 and OR04."""

    iban: Expected[str] = EXPECTED_DEFAULT
    """At most 255 characters."""
    type: PaymentDestinationTypeOrStr | None = None
    """Known values: IBAN (`PaymentDestinationType`)."""
    payment_reference: str | None = None


class Promotions(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.promotions`, from OR11 and OR15."""

    applied_promotions: Expected[list[OrderPromotion]] = EXPECTED_DEFAULT
    total_deduced_amount: Expected[Decimal] = EXPECTED_DEFAULT


class Order(ResponseModel, kw_only=True, gc=False, rename={"legacy_payment_type": "paymentType"}):
    """An order, as OR11, OR12 and OR15 give it."""

    can_cancel: Expected[bool] = EXPECTED_DEFAULT
    can_evaluate: Expected[bool] = EXPECTED_DEFAULT
    can_shop_ship: Expected[bool] = EXPECTED_DEFAULT
    commercial_id: Expected[str] = EXPECTED_DEFAULT
    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    currency_iso_code: Expected[CurrencyIsoCodeOrStr] = EXPECTED_DEFAULT
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    customer: Expected[OrderCustomer] = EXPECTED_DEFAULT
    fulfillment: Expected[Fulfillment] = EXPECTED_DEFAULT
    fully_refunded: Expected[bool] = EXPECTED_DEFAULT
    has_customer_message: Expected[bool] = EXPECTED_DEFAULT
    has_incident: Expected[bool] = EXPECTED_DEFAULT
    has_invoice: Expected[bool] = EXPECTED_DEFAULT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    leadtime_to_ship: Expected[int] = EXPECTED_DEFAULT
    """Deprecated."""
    order_id: Expected[str] = EXPECTED_DEFAULT
    order_lines: Expected[list[OrderLine]] = EXPECTED_DEFAULT
    order_state: Expected[OrderStateOrStr] = EXPECTED_DEFAULT
    """Known values: STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING, SHIPPED, TO_COLLECT,
    RECEIVED, CLOSED, REFUSED, CANCELED (`OrderState`); no longer WAITING_REFUND, WAITING_REFUND_PAYMENT.
    """
    order_tax_mode: Expected[OrderTaxModeOrStr] = EXPECTED_DEFAULT
    """Known values: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)."""
    pay_out_psp_code: Expected[PayOutPspCodeOrStr] = EXPECTED_DEFAULT
    """Known values: NOT_SPECIFIED, MANGOPAY, MIRAKL_PAYOUT, OPERATOR (`PayOutPspCode`)."""
    legacy_payment_type: Expected[str] = EXPECTED_DEFAULT
    """Deprecated."""
    price: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    shipping_price: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    shipping_type_code: Expected[str] = EXPECTED_DEFAULT
    shipping_type_label: Expected[str] = EXPECTED_DEFAULT
    shipping_zone_code: Expected[str] = EXPECTED_DEFAULT
    shipping_zone_label: Expected[str] = EXPECTED_DEFAULT
    shop_id: Expected[int] = EXPECTED_DEFAULT
    shop_name: Expected[str] = EXPECTED_DEFAULT
    total_commission: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    total_price: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    acceptance_decision_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    channel: Channel | None = None
    commissionable: bool | None = None
    customer_debited_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    customer_directly_pays_seller: bool | None = None
    delivery_date: DeliveryDate | None = None
    discount_campaigns: list[CampaignRef] | None = None
    imprint_number: str | None = None
    invoice_details: InvoiceDetails | None = None
    order_additional_fields: list[AdditionalField] | None = None
    order_refunds: list[OrderRefund] | None = None
    order_state_reason_code: str | None = None
    order_state_reason_label: str | None = None
    order_taxes: list[OrderTax] | None = None
    payment_destination: PaymentDestination | None = None
    payment_duration: int | None = None
    """In days."""
    payment_type: str | None = None
    payment_workflow: PaymentWorkflowOrStr | None = None
    """Known values: PAY_ON_ACCEPTANCE, PAY_ON_DELIVERY, PAY_ON_DUE_DATE, PAY_ON_SHIPMENT,
    NO_CUSTOMER_PAYMENT_CONFIRMATION (`PaymentWorkflow`).
    """
    promotions: Promotions | None = None
    quote_id: str | None = None
    references: OrderReferences | None = None
    shipping_carrier_code: str | None = None
    shipping_carrier_standard_code: str | None = None
    shipping_company: str | None = None
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shipping_pudo_id: str | None = None
    shipping_tracking: str | None = None
    shipping_tracking_url: str | None = None
    shipping_type_standard_code: str | None = None
    transaction_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    transaction_number: str | None = None
    waiting_funding_confirmation: bool | None = None
    waiting_tax_confirmation: bool | None = None


class OrganizationInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.customer.organization`, to OR04."""

    address: AddressInput | None | UnsetType = UNSET
    identification_number: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""
    name: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""
    tax_identification_number: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    """At most 255 characters."""


class ShippingAddressInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.customer.shipping_address`, to OR04."""

    additional_info: Annotated[str, Meta(max_length=1000)] | None | UnsetType = UNSET
    """At most 1000 characters."""
    city: str | None | UnsetType = UNSET
    civility: str | None | UnsetType = UNSET
    company: str | None | UnsetType = UNSET
    company_2: str | None | UnsetType = UNSET
    country: str | None | UnsetType = UNSET
    country_iso_code: CountryIsoCodeOrStr | None | UnsetType = UNSET
    """244 known values (`CountryIsoCode`); ISO 3166-1 alpha-3."""
    firstname: str | None | UnsetType = UNSET
    internal_additional_info: Annotated[str, Meta(max_length=1000)] | None | UnsetType = UNSET
    """At most 1000 characters."""
    lastname: str | None | UnsetType = UNSET
    phone: str | None | UnsetType = UNSET
    phone_secondary: str | None | UnsetType = UNSET
    state: str | None | UnsetType = UNSET
    street_1: str | None | UnsetType = UNSET
    street_2: str | None | UnsetType = UNSET
    zip_code: str | None | UnsetType = UNSET


class OrderCustomerInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.customer`, to OR04."""

    accounting_contact: CustomerContactInput | None | UnsetType = UNSET
    billing_address: BillingAddressInput | None | UnsetType = UNSET
    delivery_contact: CustomerContactInput | None | UnsetType = UNSET
    organization: OrganizationInput | None | UnsetType = UNSET
    shipping_address: ShippingAddressInput | None | UnsetType = UNSET


class OrderDocumentEntityInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_documents.order_documents.entity`, to OR74."""

    id: str
    type: OrderDocumentEntityTypeOrStr
    """Known values: RETURN (`OrderDocumentEntityType`)."""


class OrderDocumentInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_documents.order_documents`, to OR74."""

    file_name: str
    type_code: str
    entity: OrderDocumentEntityInput | UnsetType = UNSET


class OrderDocumentList(ResponseModel, kw_only=True, gc=False):
    """The answer of OR72."""

    order_documents: Expected[list[OrderDocument]] = EXPECTED_DEFAULT
    total_count: int | None = None
    """Deprecated."""


class OrderDocumentsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_documents`, to OR74."""

    order_documents: list[OrderDocumentInput]


class OrderExportFile(ResponseModel, kw_only=True, gc=False):
    """The answer of OR15."""

    orders: Expected[list[Order]] = EXPECTED_DEFAULT


class OrderLineFieldsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_lines`, to OR31."""

    order_line_id: str
    order_line_additional_fields: list[AdditionalFieldInput] | UnsetType = UNSET


class ShippingFromAddressInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_lines.shipping_from.address`, to OR07."""

    country_iso_code: str
    """ISO 3166-1 alpha-3."""
    city: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    street_1: str | UnsetType = UNSET
    street_2: str | UnsetType = UNSET
    zip_code: str | UnsetType = UNSET


class ShippingFromInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_lines.shipping_from`, to OR07."""

    address: ShippingFromAddressInput | UnsetType = UNSET
    warehouse: WarehouseInput | UnsetType = UNSET


class OrderLineOriginInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_lines`, to OR07."""

    id: str
    shipping_from: ShippingFromInput


class OrderPage(ResponseModel, kw_only=True, gc=False):
    """The answer of OR11."""

    orders: Expected[list[Order]] = EXPECTED_DEFAULT
    total_count: Expected[int] = EXPECTED_DEFAULT


class OrderReferencesInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.references`, to OR04."""

    order_reference_for_customer: Annotated[str, Meta(min_length=1, max_length=2000)] | None | UnsetType = UNSET
    """At most 2000 characters."""
    order_reference_for_seller: Annotated[str, Meta(min_length=1, max_length=2000)] | None | UnsetType = UNSET
    """At most 2000 characters."""


class OrderTaxDefinition(ResponseModel, kw_only=True, gc=False):
    """Read as `taxes`, from OR75."""

    active: Expected[bool] = EXPECTED_DEFAULT
    code: Expected[str] = EXPECTED_DEFAULT
    included_in_commission: Expected[bool] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT
    tax_calculation_rule: Expected[TaxCalculationRuleOrStr] = EXPECTED_DEFAULT
    """Known values: PROPORTIONAL_TO_AMOUNT, NONE (`TaxCalculationRule`)."""
    operator_withheld: bool | None = None


class OrderTaxDefinitionList(ResponseModel, kw_only=True, gc=False):
    """The answer of OR75."""

    taxes: Expected[list[OrderTaxDefinition]] = EXPECTED_DEFAULT


class ShopStatistics(ResponseModel, kw_only=True, gc=False):
    """Read as `updated_orders.updated.shop_statistics`, from OR04."""

    excluded: bool | None = None
    reason: str | None = None


class OrderUpdate(ResponseModel, kw_only=True, gc=False):
    """Read as `updated_orders.updated`, from OR04."""

    customer: OrderCustomer | None = None
    delivery_date: DeliveryDate | None = None
    invoice_details: InvoiceDetails | None = None
    leadtime_to_ship: int | None = None
    order_lines: list[OrderLine] | None = None
    payment_destination: PaymentDestination | None = None
    payment_workflow: PaymentWorkflowOrStr | None = None
    """Known values: PAY_ON_ACCEPTANCE, PAY_ON_DELIVERY, PAY_ON_DUE_DATE, PAY_ON_SHIPMENT,
    NO_CUSTOMER_PAYMENT_CONFIRMATION (`PaymentWorkflow`).
    """
    references: OrderReferences | None = None
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shop_statistics: ShopStatistics | None = None


class OrderUpdateEcho(ResponseModel, kw_only=True, gc=False):
    """Read as `order_update_errors.input`, from OR31."""

    order_additional_fields: list[AdditionalField] | None = None
    order_lines: list[OrderLine] | None = None


class OrderUpdateErrors(ResponseModel, kw_only=True, gc=False):
    """Read as `order_update_errors`, from OR31."""

    errors: Expected[list[ItemError]] = EXPECTED_DEFAULT
    """No item twice."""
    input: OrderUpdateEcho | None = None


class ShopStatisticsInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders.shop_statistics`, to OR04."""

    excluded: bool
    reason: str | None | UnsetType = UNSET


class OrderUpdateInput(RequestModel, kw_only=True, gc=False):
    """Sent as `orders`, to OR04."""

    order_id: str
    customer: OrderCustomerInput | None | UnsetType = UNSET
    invoice_details: InvoiceDetailsInput | None | UnsetType = UNSET
    payment_destination: AnyPaymentDestinationInput | None | UnsetType = UNSET
    payment_workflow: str | None | UnsetType = UNSET
    references: OrderReferencesInput | None | UnsetType = UNSET
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None | UnsetType = UNSET
    shop_statistics: ShopStatisticsInput | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_timezone("OrderUpdateInput.shipping_deadline", self.shipping_deadline)


class OrderUpdateResult(ResponseModel, kw_only=True, gc=False):
    """Read as `order_update_result`, from OR31."""

    order_additional_fields: list[AdditionalField] | None = None
    order_lines: list[OrderLine] | None = None


class ShippingOrigin(ResponseModel, kw_only=True, gc=False):
    """Read as `order_lines.updated`, from OR07."""

    address: Address | None = None
    warehouse: Warehouse | None = None


class ShippingOriginUpdate(ResponseModel, kw_only=True, gc=False):
    """Read as `order_lines`, from OR07."""

    id: Expected[str] = EXPECTED_DEFAULT
    errors: list[ItemError] | None = None
    updated: ShippingOrigin | None = None


class ShippingOriginUpdates(ResponseModel, BulkResult[ShippingOriginUpdate], kw_only=True, gc=False):
    """The answer of OR07."""

    order_lines: list[ShippingOriginUpdate] | None = None

    def _failures(self) -> list[ShippingOriginUpdate]:
        return [item for item in self.order_lines or [] if item.errors]


class UpdateAdditionalFieldsRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR31."""

    order_additional_fields: list[AdditionalFieldInput] | UnsetType = UNSET
    order_lines: list[OrderLineFieldsInput] | UnsetType = UNSET


class UpdateAdditionalFieldsResponse(ResponseModel, BulkResult[OrderUpdateErrors], kw_only=True, gc=False):
    """The answer of OR31."""

    order_update_errors: OrderUpdateErrors | None = None
    order_update_result: OrderUpdateResult | None = None

    def _failures(self) -> list[OrderUpdateErrors]:
        return [self.order_update_errors] if self.order_update_errors else []


class UpdateOrderTrackingRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR23."""

    carrier_code: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    carrier_standard_code: str | UnsetType = UNSET
    carrier_url: str | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET


class UpdateOrdersRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR04."""

    orders: Annotated[list[OrderUpdateInput], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""


class UpdatedOrder(ResponseModel, kw_only=True, gc=False):
    """Read as `updated_orders`, from OR04."""

    errors: list[ItemError] | None = None
    order_id: str | None = None
    updated: OrderUpdate | None = None


class UpdateOrdersResponse(ResponseModel, BulkResult[UpdatedOrder], kw_only=True, gc=False):
    """The answer of OR04."""

    updated_orders: list[UpdatedOrder] | None = None

    def _failures(self) -> list[UpdatedOrder]:
        return [item for item in self.updated_orders or [] if item.errors]


class UpdateShippingOriginRequest(RequestModel, kw_only=True, gc=False):
    """The body of OR07."""

    order_lines: Annotated[list[OrderLineOriginInput], Meta(min_length=1, max_length=100)]
    """1 to 100 items."""


class UploadOrderDocumentsResponse(ResponseModel, BulkResult[RefusedDocument], kw_only=True, gc=False):
    """The answer of OR74."""

    order_documents: Expected[list[RefusedDocument]] = EXPECTED_DEFAULT
    errors_count: int | None = None

    def _failures(self) -> list[RefusedDocument]:
        return [item for item in self.order_documents or [] if item.errors]
