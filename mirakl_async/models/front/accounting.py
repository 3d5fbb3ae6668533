# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What front.accounting sends and reads."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from msgspec import Meta

from mirakl_async.model import EXPECTED_DEFAULT, Expected, ResponseModel

from .common import CurrencyIsoCodeOrStr, PayOutPspCodeOrStr, ShopModelOrStr, Tax

__all__ = [
    "BankAccountType",
    "BankAccountTypeOrStr",
    "BillingCycleSummary",
    "EntityType",
    "EntityTypeOrStr",
    "FailureReason",
    "FailureReasonOrStr",
    "Invoice",
    "InvoiceDetail",
    "InvoicePage",
    "InvoicePayment",
    "InvoicePaymentState",
    "InvoicePaymentStateOrStr",
    "InvoiceState",
    "InvoiceStateOrStr",
    "InvoiceType",
    "InvoiceTypeOrStr",
    "IssuingUser",
    "IssuingUserType",
    "IssuingUserTypeOrStr",
    "PayOut",
    "PayOutState",
    "PayOutStateOrStr",
    "PaymentInfo",
    "PaymentInfoType",
    "PaymentInfoTypeOrStr",
    "PayoutFormat",
    "PayoutFormatOrStr",
    "SellerBillingCycle",
    "SellerBillingCyclePage",
    "Shop",
    "ShopAddress",
]


class BankAccountType:
    """Known values of `bank_account_type`; others may appear at any time."""

    C: Final = "C"
    P: Final = "P"


class EntityType:
    """Known values of `entity_type`; others may appear at any time."""

    PRODUCT_LOGISTIC_ORDER: Final = "PRODUCT_LOGISTIC_ORDER"
    SHOP_BILLING_CYCLE_PURCHASE_ORDER: Final = "SHOP_BILLING_CYCLE_PURCHASE_ORDER"
    LOGISTIC_PURCHASE_ORDER: Final = "LOGISTIC_PURCHASE_ORDER"
    FEES: Final = "FEES"
    ONE_OFF_FEES: Final = "ONE_OFF_FEES"


class FailureReason:
    """Known values of `failure_reason`; others may appear at any time."""

    INCOMPLETE_KYC: Final = "INCOMPLETE_KYC"
    AWAITING_INVOICE_CHECK: Final = "AWAITING_INVOICE_CHECK"


class InvoicePaymentState:
    """Known values of `payment_status` and `state`; others may appear at any time."""

    PENDING: Final = "PENDING"
    PAID: Final = "PAID"
    FAILED: Final = "FAILED"


class InvoiceState:
    """Known values of `states`; others may appear at any time."""

    DRAFT: Final = "DRAFT"
    GENERATED: Final = "GENERATED"
    COMPLETE: Final = "COMPLETE"


class InvoiceType:
    """Known values of `type`; others may appear at any time."""

    ALL: Final = "ALL"
    AUTO_INVOICE: Final = "AUTO_INVOICE"
    MANUAL_INVOICE: Final = "MANUAL_INVOICE"
    MANUAL_CREDIT: Final = "MANUAL_CREDIT"


class IssuingUserType:
    """Known values of `issuing_user_types` and `type`; others may appear at any time."""

    OPERATOR: Final = "OPERATOR"
    BATCH: Final = "BATCH"
    PARTNER: Final = "PARTNER"


class PayOutState:
    """Known values of `pay_out_state` and `state`; others may appear at any time."""

    TO_PAY: Final = "TO_PAY"
    PAID: Final = "PAID"
    FAILED: Final = "FAILED"


class PaymentInfoType:
    """Known values of `@type`; others may appear at any time."""

    IBAN: Final = "IBAN"
    NUBAN: Final = "NUBAN"
    AUBSB: Final = "AUBSB"
    NZBSB: Final = "NZBSB"
    ABA: Final = "ABA"
    HK: Final = "HK"
    CANADIAN: Final = "CANADIAN"
    MEXICAN: Final = "MEXICAN"
    JAPANESE: Final = "JAPANESE"
    BRAZILIAN: Final = "BRAZILIAN"
    TAIWANESE: Final = "TAIWANESE"
    THAI: Final = "THAI"
    INDIAN: Final = "INDIAN"
    UK: Final = "UK"
    URUGUAYAN: Final = "URUGUAYAN"
    COLOMBIAN: Final = "COLOMBIAN"
    SG: Final = "SG"
    PHILIPPINES: Final = "PHILIPPINES"
    PAYOUT: Final = "PAYOUT"
    ISRAELI: Final = "ISRAELI"
    VIETNAMESE: Final = "VIETNAMESE"
    GUATEMALAN: Final = "GUATEMALAN"
    SERBIAN: Final = "SERBIAN"


class PayoutFormat:
    """Known values of `payout_format`; others may appear at any time."""

    LOCAL_IBAN: Final = "LOCAL_IBAN"
    LOCAL_UK: Final = "LOCAL_UK"
    INTERNATIONAL: Final = "INTERNATIONAL"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    BankAccountTypeOrStr: TypeAlias = Literal["C", "P"] | str
    EntityTypeOrStr: TypeAlias = (
        Literal[
            "PRODUCT_LOGISTIC_ORDER",
            "SHOP_BILLING_CYCLE_PURCHASE_ORDER",
            "LOGISTIC_PURCHASE_ORDER",
            "FEES",
            "ONE_OFF_FEES",
        ]
        | str
    )
    FailureReasonOrStr: TypeAlias = Literal["INCOMPLETE_KYC", "AWAITING_INVOICE_CHECK"] | str
    InvoicePaymentStateOrStr: TypeAlias = Literal["PENDING", "PAID", "FAILED"] | str
    InvoiceStateOrStr: TypeAlias = Literal["DRAFT", "GENERATED", "COMPLETE"] | str
    InvoiceTypeOrStr: TypeAlias = Literal["ALL", "AUTO_INVOICE", "MANUAL_INVOICE", "MANUAL_CREDIT"] | str
    IssuingUserTypeOrStr: TypeAlias = Literal["OPERATOR", "BATCH", "PARTNER"] | str
    PayOutStateOrStr: TypeAlias = Literal["TO_PAY", "PAID", "FAILED"] | str
    PaymentInfoTypeOrStr: TypeAlias = (
        Literal[
            "IBAN",
            "NUBAN",
            "AUBSB",
            "NZBSB",
            "ABA",
            "HK",
            "CANADIAN",
            "MEXICAN",
            "JAPANESE",
            "BRAZILIAN",
            "TAIWANESE",
            "THAI",
            "INDIAN",
            "UK",
            "URUGUAYAN",
            "COLOMBIAN",
            "SG",
            "PHILIPPINES",
            "PAYOUT",
            "ISRAELI",
            "VIETNAMESE",
            "GUATEMALAN",
            "SERBIAN",
        ]
        | str
    )
    PayoutFormatOrStr: TypeAlias = Literal["LOCAL_IBAN", "LOCAL_UK", "INTERNATIONAL"] | str
else:
    BankAccountTypeOrStr = str
    EntityTypeOrStr = str
    FailureReasonOrStr = str
    InvoicePaymentStateOrStr = str
    InvoiceStateOrStr = str
    InvoiceTypeOrStr = str
    IssuingUserTypeOrStr = str
    PayOutStateOrStr = str
    PaymentInfoTypeOrStr = str
    PayoutFormatOrStr = str


class BillingCycleSummary(ResponseModel, kw_only=True, gc=False):
    """Read as `invoices.summary`, from IV01 and SBC11."""

    amount_transferred: Decimal | None = None
    amount_transferred_to_operator: Decimal | None = None
    reserve_funding: Decimal | None = None
    reserve_settlement: Decimal | None = None
    total_commissions_excl_tax: Decimal | None = None
    total_commissions_incl_tax: Decimal | None = None
    total_fee_excl_tax: Decimal | None = None
    total_fee_incl_tax: Decimal | None = None
    total_fee_operator_remitted_excl_tax: Decimal | None = None
    total_fee_operator_remitted_incl_tax: Decimal | None = None
    total_mirakl_ads_credit_excl_tax: Decimal | None = None
    total_mirakl_ads_credit_incl_tax: Decimal | None = None
    total_mirakl_ads_debit_excl_tax: Decimal | None = None
    total_mirakl_ads_debit_incl_tax: Decimal | None = None
    total_non_payable_orders_excl_tax: Decimal | None = None
    total_non_payable_orders_incl_tax: Decimal | None = None
    total_operator_paid_shipping_charges_excl_tax: Decimal | None = None
    total_operator_paid_shipping_charges_incl_tax: Decimal | None = None
    total_operator_remitted_taxes: Decimal | None = None
    total_other_credits_excl_tax: Decimal | None = None
    total_other_credits_incl_tax: Decimal | None = None
    total_other_invoices_excl_tax: Decimal | None = None
    total_other_invoices_incl_tax: Decimal | None = None
    total_payable_orders_excl_tax: Decimal | None = None
    total_payable_orders_incl_tax: Decimal | None = None
    total_purchase_taxes: Decimal | None = None
    total_refund_commissions_excl_tax: Decimal | None = None
    total_refund_commissions_incl_tax: Decimal | None = None
    total_refund_fee_excl_tax: Decimal | None = None
    total_refund_fee_incl_tax: Decimal | None = None
    total_refund_fee_operator_remitted_excl_tax: Decimal | None = None
    total_refund_fee_operator_remitted_incl_tax: Decimal | None = None
    total_refund_non_payable_orders_excl_tax: Decimal | None = None
    total_refund_non_payable_orders_incl_tax: Decimal | None = None
    total_refund_operator_paid_shipping_charges_excl_tax: Decimal | None = None
    total_refund_operator_paid_shipping_charges_incl_tax: Decimal | None = None
    total_refund_operator_remitted_taxes: Decimal | None = None
    total_refund_orders_excl_tax: Decimal | None = None
    total_refund_orders_incl_tax: Decimal | None = None
    total_refund_payable_orders_excl_tax: Decimal | None = None
    total_refund_payable_orders_incl_tax: Decimal | None = None
    total_refund_purchase_taxes: Decimal | None = None
    total_seller_fees_on_orders_excl_tax: Decimal | None = None
    total_seller_fees_on_orders_incl_tax: Decimal | None = None
    total_seller_penalty_fees_excl_tax: Decimal | None = None
    total_seller_penalty_fees_incl_tax: Decimal | None = None
    total_subscription_excl_tax: Decimal | None = None
    total_subscription_incl_tax: Decimal | None = None


class InvoiceDetail(ResponseModel, kw_only=True, gc=False):
    """Read as `invoices.details`, from IV01."""

    amount_excl_taxes: Decimal | None = None
    description: str | None = None
    operation_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    order_id: str | None = None
    quantity: int | None = None
    taxes: list[Tax] | None = None


class InvoicePayment(ResponseModel, kw_only=True, gc=False):
    """Read as `invoices.payment`, from IV01."""

    failure_reason: FailureReasonOrStr | None = None
    """Known values: INCOMPLETE_KYC, AWAITING_INVOICE_CHECK (`FailureReason`)."""
    reference: str | None = None
    state: InvoicePaymentStateOrStr | None = None
    """Known values: PENDING, PAID, FAILED (`InvoicePaymentState`)."""
    transaction_date: Annotated[dt.datetime, Meta(tz=True)] | None = None


class IssuingUser(ResponseModel, kw_only=True, gc=False):
    """Read as `invoices.issuing_user`, from IV01."""

    information: str | None = None
    type: IssuingUserTypeOrStr | None = None
    """Known values: OPERATOR, BATCH, PARTNER (`IssuingUserType`)."""


class PaymentInfo(ResponseModel, kw_only=True, gc=False, rename={"type": "@type"}):
    """A bank account; `type` says which members are filled."""

    type: PaymentInfoTypeOrStr | None = None
    """23 known values (`PaymentInfoType`)."""
    account_number: str | None = None
    auban: str | None = None
    aubsb: str | None = None
    bank_account_number: str | None = None
    bank_account_type: BankAccountTypeOrStr | None = None
    """Known values: C, P (`BankAccountType`)."""
    bank_branch_number: str | None = None
    bank_city: str | None = None
    bank_code: str | None = None
    bank_key: str | None = None
    bank_name: str | None = None
    bank_street: str | None = None
    bank_zip: str | None = None
    bic: str | None = None
    branch_code: str | None = None
    branch_name: str | None = None
    clabe: str | None = None
    iban: str | None = None
    indian_financial_system_code: str | None = None
    institution_number: str | None = None
    nuban: str | None = None
    nzban: str | None = None
    nzbsb: str | None = None
    owner: str | None = None
    payout_format: PayoutFormatOrStr | None = None
    """Known values: LOCAL_IBAN, LOCAL_UK, INTERNATIONAL (`PayoutFormat`)."""
    pix_key: str | None = None
    routing_number: str | None = None
    sort_code: str | None = None
    swift_code: str | None = None
    transit_number: str | None = None


class ShopAddress(ResponseModel, kw_only=True, gc=False):
    """Read as `invoices.shop_address`, from IV01."""

    city: str | None = None
    civility: str | None = None
    company: str | None = None
    """Deprecated."""
    complementary: str | None = None
    """Deprecated."""
    country: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    phone: str | None = None
    phone_secondary: str | None = None
    state: str | None = None
    street1: str | None = None
    street2: str | None = None
    zip_code: str | None = None


class Invoice(ResponseModel, kw_only=True, gc=False):
    """An invoice or a credit; `type` says which members are filled."""

    currency_iso_code: CurrencyIsoCodeOrStr | None = None
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    date_created: Annotated[dt.datetime, Meta(tz=True)] | None = None
    details: list[InvoiceDetail] | None = None
    due_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    emission_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    """Deprecated."""
    end_time: Annotated[dt.datetime, Meta(tz=True)] | None = None
    id: str | None = None
    invoice_id: int | None = None
    issue_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    issuing_user: IssuingUser | None = None
    pay_out_psp_code: PayOutPspCodeOrStr | None = None
    """Known values: NOT_SPECIFIED, MANGOPAY, MIRAKL_PAYOUT, OPERATOR (`PayOutPspCode`)."""
    payment: InvoicePayment | None = None
    payment_info: PaymentInfo | None = None
    payment_voucher_number: str | None = None
    seller_billing_cycle_id: str | None = None
    shop_address: ShopAddress | None = None
    shop_corporate_name: str | None = None
    shop_id: int | None = None
    shop_model: ShopModelOrStr | None = None
    """Known values: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)."""
    shop_name: str | None = None
    shop_operator_internal_id: str | None = None
    shop_tax_number: str | None = None
    start_time: Annotated[dt.datetime, Meta(tz=True)] | None = None
    state: str | None = None
    summary: BillingCycleSummary | None = None
    total_amount_excl_taxes: Decimal | None = None
    """In `currency_iso_code`."""
    total_amount_incl_taxes: Decimal | None = None
    """In `currency_iso_code`."""
    total_charged_amount: Decimal | None = None
    """In `currency_iso_code`; deprecated."""
    total_taxes: list[Tax] | None = None
    type: InvoiceTypeOrStr | None = None
    """Known values: ALL, AUTO_INVOICE, MANUAL_INVOICE, MANUAL_CREDIT (`InvoiceType`)."""


class InvoicePage(ResponseModel, kw_only=True, gc=False):
    """The answer of IV01."""

    invoices: list[Invoice] | None = None
    total_count: int | None = None


class PayOut(ResponseModel, kw_only=True, gc=False):
    """Read as `data.pay_out`, from SBC11."""

    failure_reason: FailureReasonOrStr | None = None
    """Known values: INCOMPLETE_KYC, AWAITING_INVOICE_CHECK (`FailureReason`)."""
    reference: str | None = None
    state: PayOutStateOrStr | None = None
    """Known values: TO_PAY, PAID, FAILED (`PayOutState`)."""
    transaction_date: Annotated[dt.datetime, Meta(tz=True)] | None = None


class Shop(ResponseModel, kw_only=True, gc=False):
    """Read as `data.shop`, from SBC11."""

    shop_corporate_name: str | None = None
    shop_id: int | None = None
    shop_model: ShopModelOrStr | None = None
    """Known values: MARKETPLACE, DROPSHIP, ONE_CREDITOR (`ShopModel`)."""
    shop_name: str | None = None
    shop_operator_internal_id: str | None = None


class SellerBillingCycle(ResponseModel, kw_only=True, gc=False):
    """Read as `data`, from SBC11."""

    amount_transferred_to_operator: Decimal | None = None
    """In `currency_iso_code`."""
    amount_transferred_to_seller: Decimal | None = None
    """In `currency_iso_code`."""
    currency_iso_code: CurrencyIsoCodeOrStr | None = None
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    date_created: Annotated[dt.datetime, Meta(tz=True)] | None = None
    id: str | None = None
    pay_out: PayOut | None = None
    pay_out_psp_code: PayOutPspCodeOrStr | None = None
    """Known values: NOT_SPECIFIED, MANGOPAY, MIRAKL_PAYOUT, OPERATOR (`PayOutPspCode`)."""
    payment_voucher_number: str | None = None
    shop: Shop | None = None
    summary: BillingCycleSummary | None = None


class SellerBillingCyclePage(ResponseModel, kw_only=True, gc=False):
    """The answer of SBC11."""

    data: Expected[list[SellerBillingCycle]] = EXPECTED_DEFAULT
    next_page_token: str | None = None
    previous_page_token: str | None = None
