# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.orders sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import ABSENT, Expected, Received, Reported, Sent, number, zoned

from .common import (
    AdditionalField,
    Address,
    CampaignRef,
    Cancelation,
    Channel,
    Fulfillment,
    ItemError,
    OrderDocument,
    OrderLine,
    OrderPromotion,
    OrderReferences,
    RefusedDocument,
    Warehouse,
    WarehouseInput,
)


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


class OrderLineDecisionInput(Sent, kw_only=True, gc=False):
    """Sent as `order_lines`, to OR21."""

    accepted: bool
    id: str


class AcceptOrdersRequest(Sent, kw_only=True, gc=False):
    """The body of OR21."""

    order_lines: list[OrderLineDecisionInput]


class AdditionalFieldInput(Sent, kw_only=True, gc=False):
    """A custom field to set; None clears it.

    - type: STRING, DATE, NUMERIC, BOOLEAN, LINK, REGEX, TEXTAREA, LIST, MULTIPLE_VALUES_LIST (`AdditionalFieldType`)
    """

    code: str
    value: str | list[str] | None
    type: str | UnsetType = UNSET


class AddressInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.customer.organization.address`, to OR04.

    - country_iso_code: 244 known values (`CountryIsoCode`)
    """

    zip_code: Annotated[str, Meta(max_length=255)]
    city: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    country_iso_code: str | None | UnsetType = UNSET
    state: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    street_1: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    street_2: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET


class Assessment(Received, kw_only=True, gc=False):
    """Read as `assessments`, from OR51."""

    code: Expected[str] = ABSENT
    label: Expected[str] = ABSENT
    response: Expected[str] = ABSENT


class BillingAddressInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.customer.billing_address`, to OR04.

    - country_iso_code: 244 known values (`CountryIsoCode`)
    """

    city: str | None | UnsetType = UNSET
    civility: str | None | UnsetType = UNSET
    company: str | None | UnsetType = UNSET
    company_2: str | None | UnsetType = UNSET
    country: str | None | UnsetType = UNSET
    country_iso_code: str | None | UnsetType = UNSET
    firstname: str | None | UnsetType = UNSET
    lastname: str | None | UnsetType = UNSET
    phone: str | None | UnsetType = UNSET
    phone_secondary: str | None | UnsetType = UNSET
    state: str | None | UnsetType = UNSET
    street_1: str | None | UnsetType = UNSET
    street_2: str | None | UnsetType = UNSET
    zip_code: str | None | UnsetType = UNSET


class CancelationFeeInput(Sent, kw_only=True, gc=False):
    """Sent as `cancelations.fees`, to OR30."""

    amount: Decimal | UnsetType = UNSET
    code: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        number("CancelationFeeInput.amount", self.amount)


class TaxInput(Sent, kw_only=True, gc=False):
    """Sent as `cancelations.shipping_taxes`, to OR30."""

    amount: Decimal | UnsetType = UNSET
    code: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        number("TaxInput.amount", self.amount)


class CancelationInput(Sent, kw_only=True, gc=False):
    """Sent as `cancelations`, to OR30.

    - currency_iso_code: 61 known values (`CurrencyIsoCode`)
    """

    amount: Decimal
    order_line_id: str
    quantity: int
    reason_code: str
    shipping_amount: Decimal
    currency_iso_code: str | UnsetType = UNSET
    fees: list[CancelationFeeInput] | UnsetType = UNSET
    shipping_taxes: list[TaxInput] | UnsetType = UNSET
    taxes: list[TaxInput] | UnsetType = UNSET

    def __post_init__(self) -> None:
        number("CancelationInput.amount", self.amount)
        number("CancelationInput.shipping_amount", self.shipping_amount)


class CancelLinesRequest(Sent, kw_only=True, gc=False):
    """The body of OR30.

    - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
    """

    cancelations: list[CancelationInput]
    order_tax_mode: str | UnsetType = UNSET


class CancelLinesResponse(Received, kw_only=True, gc=False):
    """The answer of OR30.

    - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
    """

    cancelations: Expected[list[Cancelation]] = ABSENT
    order_tax_mode: Expected[str] = ABSENT


class CreateOrderExportRequest(Sent, kw_only=True, gc=False):
    """The body of OR13.

    - order_state_codes: STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING, SHIPPED,
      TO_COLLECT, RECEIVED, CLOSED, REFUSED, CANCELED (`OrderState`); no longer WAITING_REFUND, WAITING_REFUND_PAYMENT
    - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
    - refund_state_codes: WAITING_REFUND_TAX_CONFIRMATION, WAITING_REFUND, WAITING_REFUND_PAYMENT, REFUNDED
      (`RefundState`)
    """

    channel_codes: Annotated[list[str], Meta(max_length=100)] | UnsetType = UNSET
    end_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    end_refund_creation_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    end_update_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    fulfillment_center_codes: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    items_per_chunk: Annotated[int, Meta(ge=10000, le=1000000)] | UnsetType = UNSET
    megabytes_per_chunk: Annotated[int, Meta(ge=10, le=1024)] | UnsetType = UNSET
    only_null_channel: bool | UnsetType = UNSET
    order_state_codes: Annotated[list[str], Meta(max_length=100)] | UnsetType = UNSET
    order_tax_mode: str | UnsetType = UNSET
    refund_state_codes: list[str] | UnsetType = UNSET
    shop_ids: Annotated[list[int], Meta(max_length=100)] | UnsetType = UNSET
    start_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    start_refund_creation_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    start_update_date: Annotated[dt.datetime, Meta(tz=True)] | UnsetType = UNSET
    tax_recalculation_required_only: bool | UnsetType = UNSET
    waiting_funding_confirmation: bool | UnsetType = UNSET
    waiting_tax_confirmation: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        zoned("CreateOrderExportRequest.end_date", self.end_date)
        zoned("CreateOrderExportRequest.end_refund_creation_date", self.end_refund_creation_date)
        zoned("CreateOrderExportRequest.end_update_date", self.end_update_date)
        zoned("CreateOrderExportRequest.start_date", self.start_date)
        zoned("CreateOrderExportRequest.start_refund_creation_date", self.start_refund_creation_date)
        zoned("CreateOrderExportRequest.start_update_date", self.start_update_date)


class CustomerContact(Received, kw_only=True, gc=False):
    """Read as `orders.customer.accounting_contact` and 3 more places, from OR11, OR15 and OR04."""

    customer_id: Expected[str] = ABSENT
    email: Expected[str] = ABSENT
    firstname: Expected[str] = ABSENT
    lastname: Expected[str] = ABSENT
    civility: str | None = None
    locale: str | None = None


class CustomerContactInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.customer.accounting_contact`, to OR04."""

    customer_id: Annotated[str, Meta(max_length=50)] | None | UnsetType = UNSET


class DeliveryDate(Received, kw_only=True, gc=False):
    """Read as `orders.delivery_date`, from OR11, OR15 and OR04."""

    earliest: Annotated[dt.datetime, Meta(tz=True)] | None = None
    latest: Annotated[dt.datetime, Meta(tz=True)] | None = None


class DocumentDetail(Received, kw_only=True, gc=False):
    """Read as `orders.invoice_details.document_details`, from OR11, OR15 and OR04.

    - format: PDF, cXML (`DocumentDetailFormat`)
    """

    format: str | None = None


class DocumentDetailInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.invoice_details.document_details`, to OR04.

    - format: PDF, cXML (`DocumentDetailFormat`)
    """

    format: str | None | UnsetType = UNSET


class EvaluationReply(Received, kw_only=True, gc=False):
    """Read as `reply`, from OR51.

    - type: OPERATOR, SHOP (`UserType`)
    """

    comment: Expected[str] = ABSENT
    date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    type: Expected[str] = ABSENT


class Evaluation(Received, kw_only=True, gc=False):
    """The answer of OR51."""

    assessments: Expected[list[Assessment]] = ABSENT
    customer_id: Expected[str] = ABSENT
    date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    firstname: Expected[str] = ABSENT
    grade: Expected[int] = ABSENT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    lastname: Expected[str] = ABSENT
    visible: Expected[bool] = ABSENT
    comment: str | None = None
    reply: EvaluationReply | None = None


class IbanPaymentDestinationInput(Sent, kw_only=True, gc=False, tag_field="@type", tag="IBAN"):
    """Sent as `orders.payment_destination`, to OR04."""

    payment_reference: str | None | UnsetType = UNSET
    iban: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET


class PaymentTerms(Received, kw_only=True, gc=False):
    """Read as `orders.invoice_details.payment_terms`, from OR11, OR15 and OR04.

    - type: END_OF_MONTH, NET (`PaymentTermsType`)
    """

    days: int | None = None
    type: str | None = None


class InvoiceDetails(Received, kw_only=True, gc=False):
    """Read as `orders.invoice_details`, from OR11, OR15 and OR04."""

    document_details: list[DocumentDetail] | None = None
    payment_terms: PaymentTerms | None = None


class PaymentTermsInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.invoice_details.payment_terms`, to OR04.

    - type: END_OF_MONTH, NET (`PaymentTermsType`)
    """

    days: int | None | UnsetType = UNSET
    type: str | None | UnsetType = UNSET


class InvoiceDetailsInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.invoice_details`, to OR04."""

    document_details: list[DocumentDetailInput] | None | UnsetType = UNSET
    payment_terms: PaymentTermsInput | None | UnsetType = UNSET


class Organization(Received, kw_only=True, gc=False):
    """Read as `orders.customer.organization`, from OR11, OR15 and OR04."""

    organization_id: Expected[str] = ABSENT
    address: Address | None = None
    identification_number: str | None = None
    name: str | None = None
    tax_identification_number: str | None = None


class OrderCustomer(Received, kw_only=True, gc=False):
    """Read as `orders.customer` and 2 more places, from OR11, OR15, OR04 and OR12."""

    billing_address: Expected[Address] = ABSENT
    customer_id: Expected[str] = ABSENT
    email: Expected[str] = ABSENT
    firstname: Expected[str] = ABSENT
    lastname: Expected[str] = ABSENT
    shipping_address: Expected[Address] = ABSENT
    accounting_contact: CustomerContact | None = None
    civility: str | None = None
    delivery_contact: CustomerContact | None = None
    locale: str | None = None
    organization: Organization | None = None


class OrderTax(Received, kw_only=True, gc=False):
    """Read as `orders.order_refunds.taxes`, from OR11 and OR15."""

    code: Expected[str] = ABSENT
    total_amount: Expected[Decimal] = ABSENT
    rate: Decimal | None = None


class OrderRefund(Received, kw_only=True, gc=False):
    """Read as `orders.order_refunds`, from OR11 and OR15."""

    order_refund_id: Expected[str] = ABSENT
    taxes: list[OrderTax] | None = None


class PaymentDestination(Received, kw_only=True, gc=False, rename={"type": "@type"}):
    """Read as `orders.payment_destination`, from OR11, OR15 and OR04.

    - type: IBAN (`PaymentDestinationType`)
    """

    iban: Expected[str] = ABSENT
    type: str | None = None
    payment_reference: str | None = None


class Promotions(Received, kw_only=True, gc=False):
    """Read as `orders.promotions`, from OR11 and OR15."""

    applied_promotions: Expected[list[OrderPromotion]] = ABSENT
    total_deduced_amount: Expected[Decimal] = ABSENT


class Order(Received, kw_only=True, gc=False, rename={"legacy_payment_type": "paymentType"}):
    """An order, as OR11, OR12 and OR15 give it.

    - currency_iso_code: 61 known values (`CurrencyIsoCode`)
    - leadtime_to_ship: deprecated
    - order_state: STAGING, WAITING_ACCEPTANCE, WAITING_DEBIT, WAITING_DEBIT_PAYMENT, SHIPPING, SHIPPED, TO_COLLECT,
      RECEIVED, CLOSED, REFUSED, CANCELED (`OrderState`); no longer WAITING_REFUND, WAITING_REFUND_PAYMENT
    - order_tax_mode: TAX_INCLUDED, TAX_EXCLUDED (`OrderTaxMode`)
    - pay_out_psp_code: NOT_SPECIFIED, MANGOPAY, MIRAKL_PAYOUT, OPERATOR (`PayOutPspCode`)
    - legacy_payment_type: deprecated
    - payment_workflow: PAY_ON_ACCEPTANCE, PAY_ON_DELIVERY, PAY_ON_DUE_DATE, PAY_ON_SHIPMENT,
      NO_CUSTOMER_PAYMENT_CONFIRMATION (`PaymentWorkflow`)
    """

    can_cancel: Expected[bool] = ABSENT
    can_evaluate: Expected[bool] = ABSENT
    can_shop_ship: Expected[bool] = ABSENT
    commercial_id: Expected[str] = ABSENT
    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    currency_iso_code: Expected[str] = ABSENT
    customer: Expected[OrderCustomer] = ABSENT
    fulfillment: Expected[Fulfillment] = ABSENT
    fully_refunded: Expected[bool] = ABSENT
    has_customer_message: Expected[bool] = ABSENT
    has_incident: Expected[bool] = ABSENT
    has_invoice: Expected[bool] = ABSENT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = ABSENT
    leadtime_to_ship: Expected[int] = ABSENT
    order_id: Expected[str] = ABSENT
    order_lines: Expected[list[OrderLine]] = ABSENT
    order_state: Expected[str] = ABSENT
    order_tax_mode: Expected[str] = ABSENT
    pay_out_psp_code: Expected[str] = ABSENT
    legacy_payment_type: Expected[str] = ABSENT
    price: Expected[Decimal] = ABSENT
    shipping_price: Expected[Decimal] = ABSENT
    shipping_type_code: Expected[str] = ABSENT
    shipping_type_label: Expected[str] = ABSENT
    shipping_zone_code: Expected[str] = ABSENT
    shipping_zone_label: Expected[str] = ABSENT
    shop_id: Expected[int] = ABSENT
    shop_name: Expected[str] = ABSENT
    total_commission: Expected[Decimal] = ABSENT
    total_price: Expected[Decimal] = ABSENT
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
    payment_type: str | None = None
    payment_workflow: str | None = None
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


class OrganizationInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.customer.organization`, to OR04."""

    address: AddressInput | None | UnsetType = UNSET
    identification_number: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET
    tax_identification_number: Annotated[str, Meta(max_length=255)] | None | UnsetType = UNSET


class ShippingAddressInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.customer.shipping_address`, to OR04.

    - country_iso_code: 244 known values (`CountryIsoCode`)
    """

    additional_info: Annotated[str, Meta(max_length=1000)] | None | UnsetType = UNSET
    city: str | None | UnsetType = UNSET
    civility: str | None | UnsetType = UNSET
    company: str | None | UnsetType = UNSET
    company_2: str | None | UnsetType = UNSET
    country: str | None | UnsetType = UNSET
    country_iso_code: str | None | UnsetType = UNSET
    firstname: str | None | UnsetType = UNSET
    internal_additional_info: Annotated[str, Meta(max_length=1000)] | None | UnsetType = UNSET
    lastname: str | None | UnsetType = UNSET
    phone: str | None | UnsetType = UNSET
    phone_secondary: str | None | UnsetType = UNSET
    state: str | None | UnsetType = UNSET
    street_1: str | None | UnsetType = UNSET
    street_2: str | None | UnsetType = UNSET
    zip_code: str | None | UnsetType = UNSET


class OrderCustomerInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.customer`, to OR04."""

    accounting_contact: CustomerContactInput | None | UnsetType = UNSET
    billing_address: BillingAddressInput | None | UnsetType = UNSET
    delivery_contact: CustomerContactInput | None | UnsetType = UNSET
    organization: OrganizationInput | None | UnsetType = UNSET
    shipping_address: ShippingAddressInput | None | UnsetType = UNSET


class OrderDocumentEntityInput(Sent, kw_only=True, gc=False):
    """Sent as `order_documents.order_documents.entity`, to OR74.

    - type: RETURN (`OrderDocumentEntityType`)
    """

    id: str
    type: str


class OrderDocumentInput(Sent, kw_only=True, gc=False):
    """Sent as `order_documents.order_documents`, to OR74."""

    file_name: str
    type_code: str
    entity: OrderDocumentEntityInput | UnsetType = UNSET


class OrderDocumentList(Received, kw_only=True, gc=False):
    """The answer of OR72.

    - total_count: deprecated
    """

    order_documents: Expected[list[OrderDocument]] = ABSENT
    total_count: int | None = None


class OrderDocumentsInput(Sent, kw_only=True, gc=False):
    """Sent as `order_documents`, to OR74."""

    order_documents: list[OrderDocumentInput]


class OrderExportFile(Received, kw_only=True, gc=False):
    """The answer of OR15."""

    orders: Expected[list[Order]] = ABSENT


class OrderLineFieldsInput(Sent, kw_only=True, gc=False):
    """Sent as `order_lines`, to OR31."""

    order_line_id: str
    order_line_additional_fields: list[AdditionalFieldInput] | UnsetType = UNSET


class ShippingFromAddressInput(Sent, kw_only=True, gc=False):
    """Sent as `order_lines.shipping_from.address`, to OR07."""

    country_iso_code: str
    city: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    street_1: str | UnsetType = UNSET
    street_2: str | UnsetType = UNSET
    zip_code: str | UnsetType = UNSET


class ShippingFromInput(Sent, kw_only=True, gc=False):
    """Sent as `order_lines.shipping_from`, to OR07."""

    address: ShippingFromAddressInput | UnsetType = UNSET
    warehouse: WarehouseInput | UnsetType = UNSET


class OrderLineOriginInput(Sent, kw_only=True, gc=False):
    """Sent as `order_lines`, to OR07."""

    id: str
    shipping_from: ShippingFromInput


class OrderPage(Received, kw_only=True, gc=False):
    """The answer of OR11."""

    orders: Expected[list[Order]] = ABSENT
    total_count: Expected[int] = ABSENT


class OrderReferencesInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.references`, to OR04."""

    order_reference_for_customer: Annotated[str, Meta(min_length=1, max_length=2000)] | None | UnsetType = UNSET
    order_reference_for_seller: Annotated[str, Meta(min_length=1, max_length=2000)] | None | UnsetType = UNSET


class OrderTaxDefinition(Received, kw_only=True, gc=False):
    """Read as `taxes`, from OR75.

    - tax_calculation_rule: PROPORTIONAL_TO_AMOUNT, NONE (`TaxCalculationRule`)
    """

    active: Expected[bool] = ABSENT
    code: Expected[str] = ABSENT
    included_in_commission: Expected[bool] = ABSENT
    label: Expected[str] = ABSENT
    tax_calculation_rule: Expected[str] = ABSENT
    operator_withheld: bool | None = None


class OrderTaxDefinitionList(Received, kw_only=True, gc=False):
    """The answer of OR75."""

    taxes: Expected[list[OrderTaxDefinition]] = ABSENT


class ShopStatistics(Received, kw_only=True, gc=False):
    """Read as `updated_orders.updated.shop_statistics`, from OR04."""

    excluded: bool | None = None
    reason: str | None = None


class OrderUpdate(Received, kw_only=True, gc=False):
    """Read as `updated_orders.updated`, from OR04.

    - payment_workflow: PAY_ON_ACCEPTANCE, PAY_ON_DELIVERY, PAY_ON_DUE_DATE, PAY_ON_SHIPMENT,
      NO_CUSTOMER_PAYMENT_CONFIRMATION (`PaymentWorkflow`)
    """

    customer: OrderCustomer | None = None
    delivery_date: DeliveryDate | None = None
    invoice_details: InvoiceDetails | None = None
    leadtime_to_ship: int | None = None
    order_lines: list[OrderLine] | None = None
    payment_destination: PaymentDestination | None = None
    payment_workflow: str | None = None
    references: OrderReferences | None = None
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shop_statistics: ShopStatistics | None = None


class OrderUpdateEcho(Received, kw_only=True, gc=False):
    """Read as `order_update_errors.input`, from OR31."""

    order_additional_fields: list[AdditionalField] | None = None
    order_lines: list[OrderLine] | None = None


class OrderUpdateErrors(Received, kw_only=True, gc=False):
    """Read as `order_update_errors`, from OR31."""

    errors: Expected[list[ItemError]] = ABSENT
    input: OrderUpdateEcho | None = None


PaymentDestinationInput: TypeAlias = IbanPaymentDestinationInput
"""Told apart by `@type`."""


class ShopStatisticsInput(Sent, kw_only=True, gc=False):
    """Sent as `orders.shop_statistics`, to OR04."""

    excluded: bool
    reason: str | None | UnsetType = UNSET


class OrderUpdateInput(Sent, kw_only=True, gc=False):
    """Sent as `orders`, to OR04."""

    order_id: str
    customer: OrderCustomerInput | None | UnsetType = UNSET
    invoice_details: InvoiceDetailsInput | None | UnsetType = UNSET
    payment_destination: PaymentDestinationInput | None | UnsetType = UNSET
    payment_workflow: str | None | UnsetType = UNSET
    references: OrderReferencesInput | None | UnsetType = UNSET
    shipping_deadline: Annotated[dt.datetime, Meta(tz=True)] | None | UnsetType = UNSET
    shop_statistics: ShopStatisticsInput | None | UnsetType = UNSET

    def __post_init__(self) -> None:
        zoned("OrderUpdateInput.shipping_deadline", self.shipping_deadline)


class OrderUpdateResult(Received, kw_only=True, gc=False):
    """Read as `order_update_result`, from OR31."""

    order_additional_fields: list[AdditionalField] | None = None
    order_lines: list[OrderLine] | None = None


class ShippingOrigin(Received, kw_only=True, gc=False):
    """Read as `order_lines.updated`, from OR07."""

    address: Address | None = None
    warehouse: Warehouse | None = None


class ShippingOriginUpdate(Received, kw_only=True, gc=False):
    """Read as `order_lines`, from OR07."""

    id: Expected[str] = ABSENT
    errors: list[ItemError] | None = None
    updated: ShippingOrigin | None = None


class ShippingOriginUpdates(Received, Reported[ShippingOriginUpdate], kw_only=True, gc=False):
    """The answer of OR07."""

    order_lines: list[ShippingOriginUpdate] | None = None

    def _failures(self) -> list[ShippingOriginUpdate]:
        return [item for item in self.order_lines or [] if item.errors]


class UpdateAdditionalFieldsRequest(Sent, kw_only=True, gc=False):
    """The body of OR31."""

    order_additional_fields: list[AdditionalFieldInput] | UnsetType = UNSET
    order_lines: list[OrderLineFieldsInput] | UnsetType = UNSET


class UpdateAdditionalFieldsResponse(Received, Reported[OrderUpdateErrors], kw_only=True, gc=False):
    """The answer of OR31."""

    order_update_errors: OrderUpdateErrors | None = None
    order_update_result: OrderUpdateResult | None = None

    def _failures(self) -> list[OrderUpdateErrors]:
        return [self.order_update_errors] if self.order_update_errors else []


class UpdateOrderTrackingRequest(Sent, kw_only=True, gc=False):
    """The body of OR23."""

    carrier_code: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    carrier_standard_code: str | UnsetType = UNSET
    carrier_url: str | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET


class UpdateOrdersRequest(Sent, kw_only=True, gc=False):
    """The body of OR04."""

    orders: Annotated[list[OrderUpdateInput], Meta(min_length=1, max_length=100)]


class UpdatedOrder(Received, kw_only=True, gc=False):
    """Read as `updated_orders`, from OR04."""

    errors: list[ItemError] | None = None
    order_id: str | None = None
    updated: OrderUpdate | None = None


class UpdateOrdersResponse(Received, Reported[UpdatedOrder], kw_only=True, gc=False):
    """The answer of OR04."""

    updated_orders: list[UpdatedOrder] | None = None

    def _failures(self) -> list[UpdatedOrder]:
        return [item for item in self.updated_orders or [] if item.errors]


class UpdateShippingOriginRequest(Sent, kw_only=True, gc=False):
    """The body of OR07."""

    order_lines: Annotated[list[OrderLineOriginInput], Meta(min_length=1, max_length=100)]


class UploadOrderDocumentsResponse(Received, Reported[RefusedDocument], kw_only=True, gc=False):
    """The answer of OR74."""

    order_documents: Expected[list[RefusedDocument]] = ABSENT
    errors_count: int | None = None

    def _failures(self) -> list[RefusedDocument]:
        return [item for item in self.order_documents or [] if item.errors]
