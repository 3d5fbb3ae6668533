# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What several parts of front share."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from mirakl_async.model import EXPECTED_DEFAULT, BulkResult, Expected, RequestModel, ResponseModel

__all__ = [
    "ActionError",
    "ActionSuccess",
    "AdditionalField",
    "AdditionalFieldType",
    "AdditionalFieldTypeOrStr",
    "Address",
    "AmountBreakdown",
    "AmountBreakdownPart",
    "CampaignRef",
    "Cancelation",
    "Channel",
    "CountryIsoCode",
    "CountryIsoCodeOrStr",
    "CurrencyIsoCode",
    "CurrencyIsoCodeOrStr",
    "EcoContribution",
    "Export",
    "ExportError",
    "ExportStatus",
    "Fulfillment",
    "FulfillmentCenter",
    "Funding",
    "FundingBreakdown",
    "FundingCustomer",
    "FundingFees",
    "FundingOffer",
    "FundingOperator",
    "FundingShipping",
    "ItemError",
    "LogisticClass",
    "MeasurementUnit",
    "MeasurementUnitOrStr",
    "OrderDocument",
    "OrderLine",
    "OrderLineFee",
    "OrderLineMeasurement",
    "OrderLineState",
    "OrderLineStateOrStr",
    "OrderPromotion",
    "OrderReferences",
    "OrderTaxMode",
    "OrderTaxModeOrStr",
    "PayOutPspCode",
    "PayOutPspCodeOrStr",
    "ProductMedia",
    "PromotionConfiguration",
    "PromotionType",
    "PromotionTypeOrStr",
    "PurchaseCommissionOnFees",
    "PurchaseFeeAmount",
    "PurchaseInformation",
    "PurchaseTax",
    "Refund",
    "RefundState",
    "RefundStateOrStr",
    "RefundStateValue",
    "RefundStateValueOrStr",
    "RefusedDocument",
    "RefusedDocumentEcho",
    "ShippingFrom",
    "ShopModel",
    "ShopModelOrStr",
    "Tax",
    "TaxCalculationRule",
    "TaxCalculationRuleOrStr",
    "UserType",
    "UserTypeOrStr",
    "Warehouse",
    "WarehouseInput",
    "YesNoOrAll",
    "YesNoOrAllOrStr",
]


class AdditionalFieldType:
    """Known values of `type`; others may appear at any time."""

    STRING: Final = "STRING"
    DATE: Final = "DATE"
    NUMERIC: Final = "NUMERIC"
    BOOLEAN: Final = "BOOLEAN"
    LINK: Final = "LINK"
    REGEX: Final = "REGEX"
    TEXTAREA: Final = "TEXTAREA"
    LIST: Final = "LIST"
    MULTIPLE_VALUES_LIST: Final = "MULTIPLE_VALUES_LIST"


class CountryIsoCode:
    """Known values of `country_iso_code` and `restricted_countries`; others may appear at any time."""

    AFG: Final = "AFG"
    ALA: Final = "ALA"
    ALB: Final = "ALB"
    DZA: Final = "DZA"
    ASM: Final = "ASM"
    AND: Final = "AND"
    AGO: Final = "AGO"
    AIA: Final = "AIA"
    ATA: Final = "ATA"
    ATG: Final = "ATG"
    ARG: Final = "ARG"
    ARM: Final = "ARM"
    ABW: Final = "ABW"
    AUS: Final = "AUS"
    AUT: Final = "AUT"
    AZE: Final = "AZE"
    BHS: Final = "BHS"
    BHR: Final = "BHR"
    BGD: Final = "BGD"
    BRB: Final = "BRB"
    BLR: Final = "BLR"
    BEL: Final = "BEL"
    BLZ: Final = "BLZ"
    BEN: Final = "BEN"
    BMU: Final = "BMU"
    BTN: Final = "BTN"
    BOL: Final = "BOL"
    BES: Final = "BES"
    BIH: Final = "BIH"
    BWA: Final = "BWA"
    BVT: Final = "BVT"
    BRA: Final = "BRA"
    IOT: Final = "IOT"
    BRN: Final = "BRN"
    BGR: Final = "BGR"
    BFA: Final = "BFA"
    BDI: Final = "BDI"
    KHM: Final = "KHM"
    CMR: Final = "CMR"
    CAN: Final = "CAN"
    CPV: Final = "CPV"
    CYM: Final = "CYM"
    CAF: Final = "CAF"
    TCD: Final = "TCD"
    CHL: Final = "CHL"
    CHN: Final = "CHN"
    CXR: Final = "CXR"
    CCK: Final = "CCK"
    COL: Final = "COL"
    COM: Final = "COM"
    COG: Final = "COG"
    COD: Final = "COD"
    COK: Final = "COK"
    CRI: Final = "CRI"
    CIV: Final = "CIV"
    HRV: Final = "HRV"
    CUB: Final = "CUB"
    CUW: Final = "CUW"
    CYP: Final = "CYP"
    CZE: Final = "CZE"
    DNK: Final = "DNK"
    DJI: Final = "DJI"
    DMA: Final = "DMA"
    DOM: Final = "DOM"
    ECU: Final = "ECU"
    EGY: Final = "EGY"
    SLV: Final = "SLV"
    GNQ: Final = "GNQ"
    ERI: Final = "ERI"
    EST: Final = "EST"
    ETH: Final = "ETH"
    FLK: Final = "FLK"
    FRO: Final = "FRO"
    FJI: Final = "FJI"
    FIN: Final = "FIN"
    FRA: Final = "FRA"
    GUF: Final = "GUF"
    PYF: Final = "PYF"
    ATF: Final = "ATF"
    GAB: Final = "GAB"
    GMB: Final = "GMB"
    GEO: Final = "GEO"
    DEU: Final = "DEU"
    GHA: Final = "GHA"
    GIB: Final = "GIB"
    GRC: Final = "GRC"
    GRL: Final = "GRL"
    GRD: Final = "GRD"
    GLP: Final = "GLP"
    GUM: Final = "GUM"
    GTM: Final = "GTM"
    GGY: Final = "GGY"
    GIN: Final = "GIN"
    GNB: Final = "GNB"
    GUY: Final = "GUY"
    HTI: Final = "HTI"
    HMD: Final = "HMD"
    VAT: Final = "VAT"
    HND: Final = "HND"
    HKG: Final = "HKG"
    HUN: Final = "HUN"
    ISL: Final = "ISL"
    IND: Final = "IND"
    IDN: Final = "IDN"
    IRQ: Final = "IRQ"
    IRL: Final = "IRL"
    IMN: Final = "IMN"
    ISR: Final = "ISR"
    ITA: Final = "ITA"
    JAM: Final = "JAM"
    JPN: Final = "JPN"
    JEY: Final = "JEY"
    JOR: Final = "JOR"
    KAZ: Final = "KAZ"
    KEN: Final = "KEN"
    KIR: Final = "KIR"
    KOR: Final = "KOR"
    KWT: Final = "KWT"
    KGZ: Final = "KGZ"
    LAO: Final = "LAO"
    LVA: Final = "LVA"
    LBN: Final = "LBN"
    LSO: Final = "LSO"
    LBR: Final = "LBR"
    LBY: Final = "LBY"
    LIE: Final = "LIE"
    LTU: Final = "LTU"
    LUX: Final = "LUX"
    MAC: Final = "MAC"
    MKD: Final = "MKD"
    MDG: Final = "MDG"
    MWI: Final = "MWI"
    MYS: Final = "MYS"
    MDV: Final = "MDV"
    MLI: Final = "MLI"
    MLT: Final = "MLT"
    MHL: Final = "MHL"
    MTQ: Final = "MTQ"
    MRT: Final = "MRT"
    MUS: Final = "MUS"
    MYT: Final = "MYT"
    MEX: Final = "MEX"
    FSM: Final = "FSM"
    MDA: Final = "MDA"
    MCO: Final = "MCO"
    MNG: Final = "MNG"
    MNE: Final = "MNE"
    MSR: Final = "MSR"
    MAR: Final = "MAR"
    MOZ: Final = "MOZ"
    MMR: Final = "MMR"
    NAM: Final = "NAM"
    NRU: Final = "NRU"
    NPL: Final = "NPL"
    NLD: Final = "NLD"
    NCL: Final = "NCL"
    NZL: Final = "NZL"
    NIC: Final = "NIC"
    NER: Final = "NER"
    NGA: Final = "NGA"
    NIU: Final = "NIU"
    NFK: Final = "NFK"
    MNP: Final = "MNP"
    NOR: Final = "NOR"
    OMN: Final = "OMN"
    PAK: Final = "PAK"
    PLW: Final = "PLW"
    PSE: Final = "PSE"
    PAN: Final = "PAN"
    PNG: Final = "PNG"
    PRY: Final = "PRY"
    PER: Final = "PER"
    PHL: Final = "PHL"
    PCN: Final = "PCN"
    POL: Final = "POL"
    PRT: Final = "PRT"
    PRI: Final = "PRI"
    QAT: Final = "QAT"
    REU: Final = "REU"
    ROU: Final = "ROU"
    RUS: Final = "RUS"
    RWA: Final = "RWA"
    BLM: Final = "BLM"
    SHN: Final = "SHN"
    KNA: Final = "KNA"
    LCA: Final = "LCA"
    MAF: Final = "MAF"
    SPM: Final = "SPM"
    VCT: Final = "VCT"
    WSM: Final = "WSM"
    SMR: Final = "SMR"
    STP: Final = "STP"
    SAU: Final = "SAU"
    SEN: Final = "SEN"
    SRB: Final = "SRB"
    SYC: Final = "SYC"
    SLE: Final = "SLE"
    SGP: Final = "SGP"
    SXM: Final = "SXM"
    SVK: Final = "SVK"
    SVN: Final = "SVN"
    SLB: Final = "SLB"
    SOM: Final = "SOM"
    ZAF: Final = "ZAF"
    SGS: Final = "SGS"
    SSD: Final = "SSD"
    ESP: Final = "ESP"
    LKA: Final = "LKA"
    SUR: Final = "SUR"
    SJM: Final = "SJM"
    SWZ: Final = "SWZ"
    SWE: Final = "SWE"
    CHE: Final = "CHE"
    TWN: Final = "TWN"
    TJK: Final = "TJK"
    TZA: Final = "TZA"
    THA: Final = "THA"
    TLS: Final = "TLS"
    TGO: Final = "TGO"
    TKL: Final = "TKL"
    TON: Final = "TON"
    TTO: Final = "TTO"
    TUN: Final = "TUN"
    TUR: Final = "TUR"
    TKM: Final = "TKM"
    TCA: Final = "TCA"
    TUV: Final = "TUV"
    UGA: Final = "UGA"
    UKR: Final = "UKR"
    ARE: Final = "ARE"
    GBR: Final = "GBR"
    USA: Final = "USA"
    UMI: Final = "UMI"
    URY: Final = "URY"
    UZB: Final = "UZB"
    VUT: Final = "VUT"
    VEN: Final = "VEN"
    VNM: Final = "VNM"
    VGB: Final = "VGB"
    VIR: Final = "VIR"
    WLF: Final = "WLF"
    YEM: Final = "YEM"
    ZMB: Final = "ZMB"
    ZWE: Final = "ZWE"


class CurrencyIsoCode:
    """Known values of `currency_iso_code` and `currency`; others may appear at any time."""

    AED: Final = "AED"
    ARS: Final = "ARS"
    AUD: Final = "AUD"
    BAM: Final = "BAM"
    BGN: Final = "BGN"
    BHD: Final = "BHD"
    BRL: Final = "BRL"
    CAD: Final = "CAD"
    CHF: Final = "CHF"
    CLP: Final = "CLP"
    CNY: Final = "CNY"
    COP: Final = "COP"
    CZK: Final = "CZK"
    DKK: Final = "DKK"
    EGP: Final = "EGP"
    EUR: Final = "EUR"
    GBP: Final = "GBP"
    GEL: Final = "GEL"
    GTQ: Final = "GTQ"
    HKD: Final = "HKD"
    HRK: Final = "HRK"
    HUF: Final = "HUF"
    IDR: Final = "IDR"
    ILS: Final = "ILS"
    INR: Final = "INR"
    IQD: Final = "IQD"
    JOD: Final = "JOD"
    JPY: Final = "JPY"
    KES: Final = "KES"
    KRW: Final = "KRW"
    KWD: Final = "KWD"
    LKR: Final = "LKR"
    MAD: Final = "MAD"
    MGA: Final = "MGA"
    MXN: Final = "MXN"
    MYR: Final = "MYR"
    NGN: Final = "NGN"
    NOK: Final = "NOK"
    NZD: Final = "NZD"
    OMR: Final = "OMR"
    PEN: Final = "PEN"
    PHP: Final = "PHP"
    PKR: Final = "PKR"
    PLN: Final = "PLN"
    QAR: Final = "QAR"
    RON: Final = "RON"
    RSD: Final = "RSD"
    RUB: Final = "RUB"
    SAR: Final = "SAR"
    SEK: Final = "SEK"
    SGD: Final = "SGD"
    TND: Final = "TND"
    TRY: Final = "TRY"
    THB: Final = "THB"
    TWD: Final = "TWD"
    UAH: Final = "UAH"
    USD: Final = "USD"
    UYU: Final = "UYU"
    UZS: Final = "UZS"
    VND: Final = "VND"
    ZAR: Final = "ZAR"


class MeasurementUnit:
    """Known values of `measurement_unit`; others may appear at any time."""

    GRAM: Final = "GRAM"
    KILOGRAM: Final = "KILOGRAM"
    TON: Final = "TON"
    POUND: Final = "POUND"
    OUNCE: Final = "OUNCE"
    MILLILITER: Final = "MILLILITER"
    CENTILITER: Final = "CENTILITER"
    CUBIC_METER: Final = "CUBIC_METER"
    LITER: Final = "LITER"
    GALLON: Final = "GALLON"
    FLUID_OUNCE: Final = "FLUID_OUNCE"
    PINT: Final = "PINT"
    BARREL: Final = "BARREL"
    CENTIMETER: Final = "CENTIMETER"
    METER: Final = "METER"
    INCH: Final = "INCH"
    FEET: Final = "FEET"
    SQUARE_CENTIMETER: Final = "SQUARE_CENTIMETER"
    SQUARE_METER: Final = "SQUARE_METER"
    SQUARE_INCH: Final = "SQUARE_INCH"
    SQUARE_FOOT: Final = "SQUARE_FOOT"
    PIECE: Final = "PIECE"
    USGAL: Final = "USgal"
    BBL: Final = "bbl"
    CL: Final = "cl"
    CM: Final = "cm"
    CM2: Final = "cm2"
    FLOZ: Final = "floz"
    FT: Final = "ft"
    FT2: Final = "ft2"
    G: Final = "g"
    IN: Final = "in"
    IN2: Final = "in2"
    KG: Final = "kg"
    L: Final = "l"
    LB: Final = "lb"
    M: Final = "m"
    M2: Final = "m2"
    M3: Final = "m3"
    ML: Final = "ml"
    OZ: Final = "oz"
    PT: Final = "pt"
    T: Final = "t"


class OrderLineState:
    """Known values of `order_line_state`; others may appear at any time."""

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
    INCIDENT_OPEN: Final = "INCIDENT_OPEN"
    REFUNDED: Final = "REFUNDED"
    WAITING_REFUND: Final = "WAITING_REFUND"
    WAITING_REFUND_PAYMENT: Final = "WAITING_REFUND_PAYMENT"


class OrderTaxMode:
    """Known values of `order_tax_mode`; others may appear at any time."""

    TAX_INCLUDED: Final = "TAX_INCLUDED"
    TAX_EXCLUDED: Final = "TAX_EXCLUDED"


class PayOutPspCode:
    """Known values of `pay_out_psp_code` and `pay_out_psp_codes`; others may appear at any time."""

    NOT_SPECIFIED: Final = "NOT_SPECIFIED"
    MANGOPAY: Final = "MANGOPAY"
    MIRAKL_PAYOUT: Final = "MIRAKL_PAYOUT"
    OPERATOR: Final = "OPERATOR"


class PromotionType:
    """Known values of `type`; others may appear at any time."""

    AMOUNT_OFF: Final = "AMOUNT_OFF"
    FREE_ITEMS: Final = "FREE_ITEMS"
    PERCENTAGE_OFF: Final = "PERCENTAGE_OFF"
    REDUCED_UNIT_PRICE: Final = "REDUCED_UNIT_PRICE"
    ALL: Final = "ALL"


class RefundState:
    """Known values of `refund_state_codes` and `refund_state`; others may appear at any time."""

    WAITING_REFUND_TAX_CONFIRMATION: Final = "WAITING_REFUND_TAX_CONFIRMATION"
    WAITING_REFUND: Final = "WAITING_REFUND"
    WAITING_REFUND_PAYMENT: Final = "WAITING_REFUND_PAYMENT"
    REFUNDED: Final = "REFUNDED"


class RefundStateValue:
    """Known values of `state`; others may appear at any time."""

    WAITING_REFUND: Final = "WAITING_REFUND"
    WAITING_REFUND_PAYMENT: Final = "WAITING_REFUND_PAYMENT"
    REFUNDED: Final = "REFUNDED"


class ShopModel:
    """Known values of `model` and `models` and `shop_model`; others may appear at any time."""

    MARKETPLACE: Final = "MARKETPLACE"
    DROPSHIP: Final = "DROPSHIP"
    ONE_CREDITOR: Final = "ONE_CREDITOR"


class TaxCalculationRule:
    """Known values of `tax_calculation_rule`; others may appear at any time."""

    PROPORTIONAL_TO_AMOUNT: Final = "PROPORTIONAL_TO_AMOUNT"
    NONE: Final = "NONE"


class UserType:
    """Known values of `type` and `user_type`; others may appear at any time."""

    OPERATOR: Final = "OPERATOR"
    SHOP: Final = "SHOP"


class YesNoOrAll:
    """Known values of `premium` and `received`; others may appear at any time."""

    TRUE: Final = "TRUE"
    FALSE: Final = "FALSE"
    ALL: Final = "ALL"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    AdditionalFieldTypeOrStr: TypeAlias = (
        Literal["STRING", "DATE", "NUMERIC", "BOOLEAN", "LINK", "REGEX", "TEXTAREA", "LIST", "MULTIPLE_VALUES_LIST"]
        | str
    )
    CountryIsoCodeOrStr: TypeAlias = (
        Literal[
            "AFG",
            "ALA",
            "ALB",
            "DZA",
            "ASM",
            "AND",
            "AGO",
            "AIA",
            "ATA",
            "ATG",
            "ARG",
            "ARM",
            "ABW",
            "AUS",
            "AUT",
            "AZE",
            "BHS",
            "BHR",
            "BGD",
            "BRB",
            "BLR",
            "BEL",
            "BLZ",
            "BEN",
            "BMU",
            "BTN",
            "BOL",
            "BES",
            "BIH",
            "BWA",
            "BVT",
            "BRA",
            "IOT",
            "BRN",
            "BGR",
            "BFA",
            "BDI",
            "KHM",
            "CMR",
            "CAN",
            "CPV",
            "CYM",
            "CAF",
            "TCD",
            "CHL",
            "CHN",
            "CXR",
            "CCK",
            "COL",
            "COM",
            "COG",
            "COD",
            "COK",
            "CRI",
            "CIV",
            "HRV",
            "CUB",
            "CUW",
            "CYP",
            "CZE",
            "DNK",
            "DJI",
            "DMA",
            "DOM",
            "ECU",
            "EGY",
            "SLV",
            "GNQ",
            "ERI",
            "EST",
            "ETH",
            "FLK",
            "FRO",
            "FJI",
            "FIN",
            "FRA",
            "GUF",
            "PYF",
            "ATF",
            "GAB",
            "GMB",
            "GEO",
            "DEU",
            "GHA",
            "GIB",
            "GRC",
            "GRL",
            "GRD",
            "GLP",
            "GUM",
            "GTM",
            "GGY",
            "GIN",
            "GNB",
            "GUY",
            "HTI",
            "HMD",
            "VAT",
            "HND",
            "HKG",
            "HUN",
            "ISL",
            "IND",
            "IDN",
            "IRQ",
            "IRL",
            "IMN",
            "ISR",
            "ITA",
            "JAM",
            "JPN",
            "JEY",
            "JOR",
            "KAZ",
            "KEN",
            "KIR",
            "KOR",
            "KWT",
            "KGZ",
            "LAO",
            "LVA",
            "LBN",
            "LSO",
            "LBR",
            "LBY",
            "LIE",
            "LTU",
            "LUX",
            "MAC",
            "MKD",
            "MDG",
            "MWI",
            "MYS",
            "MDV",
            "MLI",
            "MLT",
            "MHL",
            "MTQ",
            "MRT",
            "MUS",
            "MYT",
            "MEX",
            "FSM",
            "MDA",
            "MCO",
            "MNG",
            "MNE",
            "MSR",
            "MAR",
            "MOZ",
            "MMR",
            "NAM",
            "NRU",
            "NPL",
            "NLD",
            "NCL",
            "NZL",
            "NIC",
            "NER",
            "NGA",
            "NIU",
            "NFK",
            "MNP",
            "NOR",
            "OMN",
            "PAK",
            "PLW",
            "PSE",
            "PAN",
            "PNG",
            "PRY",
            "PER",
            "PHL",
            "PCN",
            "POL",
            "PRT",
            "PRI",
            "QAT",
            "REU",
            "ROU",
            "RUS",
            "RWA",
            "BLM",
            "SHN",
            "KNA",
            "LCA",
            "MAF",
            "SPM",
            "VCT",
            "WSM",
            "SMR",
            "STP",
            "SAU",
            "SEN",
            "SRB",
            "SYC",
            "SLE",
            "SGP",
            "SXM",
            "SVK",
            "SVN",
            "SLB",
            "SOM",
            "ZAF",
            "SGS",
            "SSD",
            "ESP",
            "LKA",
            "SUR",
            "SJM",
            "SWZ",
            "SWE",
            "CHE",
            "TWN",
            "TJK",
            "TZA",
            "THA",
            "TLS",
            "TGO",
            "TKL",
            "TON",
            "TTO",
            "TUN",
            "TUR",
            "TKM",
            "TCA",
            "TUV",
            "UGA",
            "UKR",
            "ARE",
            "GBR",
            "USA",
            "UMI",
            "URY",
            "UZB",
            "VUT",
            "VEN",
            "VNM",
            "VGB",
            "VIR",
            "WLF",
            "YEM",
            "ZMB",
            "ZWE",
        ]
        | str
    )
    CurrencyIsoCodeOrStr: TypeAlias = (
        Literal[
            "AED",
            "ARS",
            "AUD",
            "BAM",
            "BGN",
            "BHD",
            "BRL",
            "CAD",
            "CHF",
            "CLP",
            "CNY",
            "COP",
            "CZK",
            "DKK",
            "EGP",
            "EUR",
            "GBP",
            "GEL",
            "GTQ",
            "HKD",
            "HRK",
            "HUF",
            "IDR",
            "ILS",
            "INR",
            "IQD",
            "JOD",
            "JPY",
            "KES",
            "KRW",
            "KWD",
            "LKR",
            "MAD",
            "MGA",
            "MXN",
            "MYR",
            "NGN",
            "NOK",
            "NZD",
            "OMR",
            "PEN",
            "PHP",
            "PKR",
            "PLN",
            "QAR",
            "RON",
            "RSD",
            "RUB",
            "SAR",
            "SEK",
            "SGD",
            "TND",
            "TRY",
            "THB",
            "TWD",
            "UAH",
            "USD",
            "UYU",
            "UZS",
            "VND",
            "ZAR",
        ]
        | str
    )
    MeasurementUnitOrStr: TypeAlias = (
        Literal[
            "GRAM",
            "KILOGRAM",
            "TON",
            "POUND",
            "OUNCE",
            "MILLILITER",
            "CENTILITER",
            "CUBIC_METER",
            "LITER",
            "GALLON",
            "FLUID_OUNCE",
            "PINT",
            "BARREL",
            "CENTIMETER",
            "METER",
            "INCH",
            "FEET",
            "SQUARE_CENTIMETER",
            "SQUARE_METER",
            "SQUARE_INCH",
            "SQUARE_FOOT",
            "PIECE",
        ]
        | str
    )
    OrderLineStateOrStr: TypeAlias = (
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
            "INCIDENT_OPEN",
            "REFUNDED",
        ]
        | str
    )
    OrderTaxModeOrStr: TypeAlias = Literal["TAX_INCLUDED", "TAX_EXCLUDED"] | str
    PayOutPspCodeOrStr: TypeAlias = Literal["NOT_SPECIFIED", "MANGOPAY", "MIRAKL_PAYOUT", "OPERATOR"] | str
    PromotionTypeOrStr: TypeAlias = Literal["AMOUNT_OFF", "FREE_ITEMS", "PERCENTAGE_OFF", "REDUCED_UNIT_PRICE"] | str
    RefundStateOrStr: TypeAlias = (
        Literal["WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED"] | str
    )
    RefundStateValueOrStr: TypeAlias = Literal["WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED"] | str
    ShopModelOrStr: TypeAlias = Literal["MARKETPLACE", "DROPSHIP", "ONE_CREDITOR"] | str
    TaxCalculationRuleOrStr: TypeAlias = Literal["PROPORTIONAL_TO_AMOUNT", "NONE"] | str
    UserTypeOrStr: TypeAlias = Literal["OPERATOR", "SHOP"] | str
    YesNoOrAllOrStr: TypeAlias = Literal["TRUE", "FALSE", "ALL"] | str
else:
    AdditionalFieldTypeOrStr = str
    CountryIsoCodeOrStr = str
    CurrencyIsoCodeOrStr = str
    MeasurementUnitOrStr = str
    OrderLineStateOrStr = str
    OrderTaxModeOrStr = str
    PayOutPspCodeOrStr = str
    PromotionTypeOrStr = str
    RefundStateOrStr = str
    RefundStateValueOrStr = str
    ShopModelOrStr = str
    TaxCalculationRuleOrStr = str
    UserTypeOrStr = str
    YesNoOrAllOrStr = str


class ActionError(ResponseModel, kw_only=True, gc=False):
    """An item that was refused, and why."""

    id: str | None = None
    message: str | None = None


class ActionSuccess(ResponseModel, kw_only=True, gc=False):
    """An item that was taken."""

    id: Expected[str] = EXPECTED_DEFAULT


class AdditionalField(ResponseModel, kw_only=True, gc=False):
    """A custom field and its value: text, or texts where several may be chosen."""

    code: Expected[str] = EXPECTED_DEFAULT
    value: Expected[str | list[str]] = EXPECTED_DEFAULT
    type: AdditionalFieldTypeOrStr | None = None
    """Known values: STRING, DATE, NUMERIC, BOOLEAN, LINK, REGEX, TEXTAREA, LIST, MULTIPLE_VALUES_LIST
    (`AdditionalFieldType`).
    """


class Address(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.customer.billing_address` and 12 more places, from OR11, OR15, OR04, OR07, OR12 and 3 more
    operations.
    """

    additional_info: str | None = None
    city: str | None = None
    civility: str | None = None
    company: str | None = None
    company_2: str | None = None
    country: str | None = None
    country_iso_code: CountryIsoCodeOrStr | None = None
    """244 known values (`CountryIsoCode`)."""
    firstname: str | None = None
    internal_additional_info: str | None = None
    lastname: str | None = None
    phone: str | None = None
    phone_secondary: str | None = None
    state: str | None = None
    street_1: str | None = None
    street_2: str | None = None
    zip_code: str | None = None


class AmountBreakdownPart(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.amount_breakdown.parts` and 15 more places, from OR11, OR15 and OR30."""

    amount: Expected[Decimal] = EXPECTED_DEFAULT
    """At least 0."""
    commissionable: bool | None = None
    debitable_from_customer: bool | None = None
    payable_to_shop: bool | None = None


class AmountBreakdown(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.amount_breakdown` and 15 more places, from OR11, OR15 and OR30."""

    parts: Expected[list[AmountBreakdownPart]] = EXPECTED_DEFAULT
    """Not empty."""


class CampaignRef(ResponseModel, kw_only=True, gc=False):
    """A discount campaign, by its identifier."""

    identifier: str | None = None


class EcoContribution(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.eco_contributions` and 6 more places, from OR11, OR15, OR04 and OR30."""

    epr_category_code: str | None = None
    producer_id: str | None = None
    producer_id_owner: str | None = None
    total_amount: Decimal | None = None
    unit_amount: Decimal | None = None


class FundingBreakdown(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding.customer.fees.breakdown` and 17 more places, from OR11 and
    OR15.
    """

    amount: Expected[Decimal] = EXPECTED_DEFAULT
    method: Expected[str] = EXPECTED_DEFAULT


class FundingFees(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding.customer.fees` and 5 more places, from OR11 and OR15."""

    breakdown: Expected[list[FundingBreakdown]] = EXPECTED_DEFAULT


class FundingOffer(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding.customer.offer` and 5 more places, from OR11 and OR15."""

    breakdown: Expected[list[FundingBreakdown]] = EXPECTED_DEFAULT


class FundingShipping(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding.customer.shipping` and 5 more places, from OR11 and OR15."""

    breakdown: Expected[list[FundingBreakdown]] = EXPECTED_DEFAULT


class FundingCustomer(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding.customer` and 2 more places, from OR11 and OR15."""

    fees: Expected[FundingFees] = EXPECTED_DEFAULT
    offer: Expected[FundingOffer] = EXPECTED_DEFAULT
    shipping: Expected[FundingShipping] = EXPECTED_DEFAULT
    total_amount: Expected[Decimal] = EXPECTED_DEFAULT
    total_tax_amount: Expected[Decimal] = EXPECTED_DEFAULT


class FundingOperator(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding.operator` and 2 more places, from OR11 and OR15."""

    fees: Expected[FundingFees] = EXPECTED_DEFAULT
    offer: Expected[FundingOffer] = EXPECTED_DEFAULT
    shipping: Expected[FundingShipping] = EXPECTED_DEFAULT
    total_amount: Expected[Decimal] = EXPECTED_DEFAULT
    total_tax_amount: Expected[Decimal] = EXPECTED_DEFAULT


class Funding(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.funding` and 2 more places, from OR11 and OR15."""

    customer: Expected[FundingCustomer] = EXPECTED_DEFAULT
    operator: Expected[FundingOperator] = EXPECTED_DEFAULT


class OrderLineFee(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.fees` and 3 more places, from OR11, OR15 and OR30."""

    amount: Decimal | None = None
    code: str | None = None


class PurchaseCommissionOnFees(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.purchase_information.purchase_commission_on_fees` and 3 more places,
    from OR11, OR15 and OR30.
    """

    total_amount: Expected[Decimal] = EXPECTED_DEFAULT


class PurchaseFeeAmount(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.purchase_information.purchase_fee_amount` and 3 more places, from OR11,
    OR15 and OR30.
    """

    total_amount: Expected[Decimal] = EXPECTED_DEFAULT


class PurchaseInformation(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.purchase_information` and 3 more places, from OR11, OR15 and OR30."""

    purchase_commission_on_price: Expected[Decimal] = EXPECTED_DEFAULT
    purchase_commission_on_shipping: Expected[Decimal] = EXPECTED_DEFAULT
    purchase_price: Expected[Decimal] = EXPECTED_DEFAULT
    purchase_shipping_price: Expected[Decimal] = EXPECTED_DEFAULT
    purchase_unit_price: Expected[Decimal] = EXPECTED_DEFAULT
    purchase_commission_on_fees: PurchaseCommissionOnFees | None = None
    purchase_fee_amount: PurchaseFeeAmount | None = None


class PurchaseTax(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations.shipping_taxes.purchase_tax` and 7 more places, from OR11, OR15 and
    OR30.
    """

    purchase_amount: Expected[Decimal] = EXPECTED_DEFAULT
    purchase_rate: Decimal | None = None


class Tax(ResponseModel, kw_only=True, gc=False):
    """A tax, with the parts its amount is made of."""

    amount: Expected[Decimal] = EXPECTED_DEFAULT
    code: Expected[str] = EXPECTED_DEFAULT
    tax_calculation_rule: Expected[TaxCalculationRuleOrStr] = EXPECTED_DEFAULT
    """Known values: PROPORTIONAL_TO_AMOUNT, NONE (`TaxCalculationRule`)."""
    amount_breakdown: AmountBreakdown | None = None
    origin_unit_amount: Decimal | None = None
    purchase_tax: PurchaseTax | None = None
    rate: Decimal | None = None


class Cancelation(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.cancelations` and 2 more places, from OR11, OR15, OR04 and OR30."""

    commission_amount: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    commission_taxes: Expected[list[Tax]] = EXPECTED_DEFAULT
    commission_total_amount: Expected[Decimal] = EXPECTED_DEFAULT
    """In `currency_iso_code`."""
    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    amount: Decimal | None = None
    """In `currency_iso_code`."""
    amount_breakdown: AmountBreakdown | None = None
    cancelation_id: str | None = None
    currency_iso_code: CurrencyIsoCodeOrStr | None = None
    """61 known values (`CurrencyIsoCode`); ISO 4217."""
    eco_contributions: list[EcoContribution] | None = None
    fees: list[OrderLineFee] | None = None
    funding: Funding | None = None
    order_line_id: str | None = None
    purchase_information: PurchaseInformation | None = None
    quantity: int | None = None
    reason_code: str | None = None
    shipping_amount: Decimal | None = None
    """In `currency_iso_code`."""
    shipping_amount_breakdown: AmountBreakdown | None = None
    shipping_taxes: list[Tax] | None = None
    taxes: list[Tax] | None = None


class Channel(ResponseModel, kw_only=True, gc=False):
    """Read as `channels` and 3 more places, from CH11, OR11, OR15, PM11 and PR01."""

    code: Expected[str] = EXPECTED_DEFAULT
    description: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT


class Export(ResponseModel, kw_only=True, gc=False):
    """The answer of OF52 and OR13."""

    tracking_id: str | None = None


class ExportError(ResponseModel, kw_only=True, gc=False):
    """Read as `error`, from OF53."""

    code: str | None = None
    detail: str | None = None


class ExportStatus(ResponseModel, BulkResult[ExportError], kw_only=True, gc=False):
    """The status of an export, and the addresses of its files."""

    error: ExportError | None = None
    last_updated: Annotated[dt.datetime, Meta(tz=True)] | None = None
    status: str | None = None
    urls: list[str] | None = None

    def _failures(self) -> list[ExportError]:
        return [self.error] if self.error else []


class FulfillmentCenter(ResponseModel, kw_only=True, gc=False):
    """Read as `fulfillment.center` and 3 more places, from OF22, OF54, OR11, OR15, P11 and ST12."""

    code: str | None = None


class Fulfillment(ResponseModel, kw_only=True, gc=False):
    """Read as `fulfillment` and 3 more places, from OF22, OF54, OR11, OR15, P11 and ST12."""

    center: FulfillmentCenter | None = None


class ItemError(ResponseModel, kw_only=True, gc=False):
    """Why an item was refused: the member, a code and a message."""

    code: Expected[str] = EXPECTED_DEFAULT
    field: Expected[str] = EXPECTED_DEFAULT
    message: Expected[str] = EXPECTED_DEFAULT


class LogisticClass(ResponseModel, kw_only=True, gc=False):
    """Read as `logistic_class` and 2 more places, from OF22, OF54, P11 and SH31."""

    code: Expected[str] = EXPECTED_DEFAULT
    description: Expected[str] = EXPECTED_DEFAULT
    label: Expected[str] = EXPECTED_DEFAULT


class OrderDocument(ResponseModel, kw_only=True, gc=False):
    """Read as `messages.documents`, from M01, OR41 and OR72."""

    file_name: Expected[str] = EXPECTED_DEFAULT
    id: Expected[int] = EXPECTED_DEFAULT
    order_id: Expected[str] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT
    date_uploaded: Annotated[dt.datetime, Meta(tz=True)] | None = None
    file_size: int | None = None


class OrderLineMeasurement(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.measurement`, from OR11 and OR15."""

    actual_measurement: Decimal | None = None
    adjustment_limit: Decimal | None = None
    measurement_unit: MeasurementUnitOrStr | None = None
    """22 known values (`MeasurementUnit`); no longer 21 others."""
    ordered_measurement: Decimal | None = None


class PromotionConfiguration(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.promotions.configuration`, from OR11 and OR15."""

    internal_description: Expected[str] = EXPECTED_DEFAULT
    type: Expected[PromotionTypeOrStr] = EXPECTED_DEFAULT
    """Known values: AMOUNT_OFF, FREE_ITEMS, PERCENTAGE_OFF, REDUCED_UNIT_PRICE (`PromotionType`); no longer ALL."""
    amount_off: Decimal | None = None
    free_items_quantity: int | None = None
    percentage_off: Decimal | None = None
    reduced_unit_price: Decimal | None = None


class OrderPromotion(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.promotions`, from OR11 and OR15."""

    apportioned: Expected[bool] = EXPECTED_DEFAULT
    configuration: Expected[PromotionConfiguration] = EXPECTED_DEFAULT
    deduced_amount: Expected[Decimal] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    campaign: CampaignRef | None = None
    offered_quantity: int | None = None
    promo_code: str | None = None


class ProductMedia(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.product_medias`, from OR11 and OR15."""

    media_url: Expected[str] = EXPECTED_DEFAULT
    mime_type: Expected[str] = EXPECTED_DEFAULT
    type: Expected[str] = EXPECTED_DEFAULT


class Refund(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.refunds`, from OR11, OR15 and OR04."""

    commission_amount: Expected[Decimal] = EXPECTED_DEFAULT
    commission_tax_amount: Expected[Decimal] = EXPECTED_DEFAULT
    """Deprecated."""
    commission_taxes: Expected[list[Tax]] = EXPECTED_DEFAULT
    commission_total_amount: Expected[Decimal] = EXPECTED_DEFAULT
    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    id: Expected[str] = EXPECTED_DEFAULT
    order_refund_id: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    reason_code: Expected[str] = EXPECTED_DEFAULT
    refund_state: Expected[RefundStateOrStr] = EXPECTED_DEFAULT
    """Known values: WAITING_REFUND_TAX_CONFIRMATION, WAITING_REFUND, WAITING_REFUND_PAYMENT, REFUNDED
    (`RefundState`).
    """
    state: Expected[RefundStateValueOrStr] = EXPECTED_DEFAULT
    """Known values: WAITING_REFUND, WAITING_REFUND_PAYMENT, REFUNDED (`RefundStateValue`); deprecated."""
    amount: Decimal | None = None
    amount_breakdown: AmountBreakdown | None = None
    eco_contributions: list[EcoContribution] | None = None
    fees: list[OrderLineFee] | None = None
    funding: Funding | None = None
    purchase_information: PurchaseInformation | None = None
    refund_id: str | None = None
    shipping_amount: Decimal | None = None
    shipping_amount_breakdown: AmountBreakdown | None = None
    shipping_taxes: list[Tax] | None = None
    tax_legal_notice: str | None = None
    taxes: list[Tax] | None = None
    transaction_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    transaction_number: str | None = None


class Warehouse(ResponseModel, kw_only=True, gc=False):
    """Read as `warehouses` and 5 more places, from OF22, OF54, OR11, OR15, OR07 and 3 more operations."""

    code: str | None = None
    quantity: int | None = None


class ShippingFrom(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.order_lines.shipping_from` and 2 more places, from OR11, OR15, ST11 and ST01."""

    address: Address | None = None
    warehouse: Warehouse | None = None


class OrderLine(ResponseModel, kw_only=True, gc=False):
    """A line of an order, with its cancelations and refunds."""

    can_open_incident: Expected[bool] = EXPECTED_DEFAULT
    can_refund: Expected[bool] = EXPECTED_DEFAULT
    cancelations: Expected[list[Cancelation]] = EXPECTED_DEFAULT
    category_code: Expected[str] = EXPECTED_DEFAULT
    category_label: Expected[str] = EXPECTED_DEFAULT
    commission_fee: Expected[Decimal] = EXPECTED_DEFAULT
    commission_rate_vat: Expected[Decimal] = EXPECTED_DEFAULT
    commission_vat: Expected[Decimal] = EXPECTED_DEFAULT
    created_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    description: Expected[str] = EXPECTED_DEFAULT
    last_updated_date: Expected[Annotated[dt.datetime, Meta(tz=True)]] = EXPECTED_DEFAULT
    offer_id: Expected[int] = EXPECTED_DEFAULT
    offer_sku: Expected[str] = EXPECTED_DEFAULT
    offer_state_code: Expected[str] = EXPECTED_DEFAULT
    order_line_additional_fields: Expected[list[AdditionalField]] = EXPECTED_DEFAULT
    order_line_id: Expected[str] = EXPECTED_DEFAULT
    order_line_index: Expected[int] = EXPECTED_DEFAULT
    order_line_state: Expected[OrderLineStateOrStr] = EXPECTED_DEFAULT
    """13 known values (`OrderLineState`); no longer WAITING_REFUND, WAITING_REFUND_PAYMENT."""
    price: Expected[Decimal] = EXPECTED_DEFAULT
    price_unit: Expected[Decimal] = EXPECTED_DEFAULT
    product_medias: Expected[list[ProductMedia]] = EXPECTED_DEFAULT
    product_sku: Expected[str] = EXPECTED_DEFAULT
    product_title: Expected[str] = EXPECTED_DEFAULT
    quantity: Expected[int] = EXPECTED_DEFAULT
    refunds: Expected[list[Refund]] = EXPECTED_DEFAULT
    shipping_price: Expected[Decimal] = EXPECTED_DEFAULT
    tax_recalculation_required: Expected[bool] = EXPECTED_DEFAULT
    total_commission: Expected[Decimal] = EXPECTED_DEFAULT
    total_price: Expected[Decimal] = EXPECTED_DEFAULT
    commission_taxes: list[Tax] | None = None
    debited_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    discount_campaign: CampaignRef | None = None
    eco_contributions: list[EcoContribution] | None = None
    fees: list[OrderLineFee] | None = None
    funding: Funding | None = None
    measurement: OrderLineMeasurement | None = None
    order_line_state_reason_code: str | None = None
    order_line_state_reason_label: str | None = None
    origin_unit_price: Decimal | None = None
    price_additional_info: str | None = None
    price_amount_breakdown: AmountBreakdown | None = None
    product_shop_sku: str | None = None
    promotions: list[OrderPromotion] | None = None
    purchase_information: PurchaseInformation | None = None
    received_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shipped_date: Annotated[dt.datetime, Meta(tz=True)] | None = None
    shipping_from: ShippingFrom | None = None
    shipping_price_additional_unit: Decimal | None = None
    """Deprecated."""
    shipping_price_amount_breakdown: AmountBreakdown | None = None
    shipping_price_unit: Decimal | None = None
    """Deprecated."""
    shipping_taxes: list[Tax] | None = None
    tax_legal_notice: str | None = None
    taxes: list[Tax] | None = None


class OrderReferences(ResponseModel, kw_only=True, gc=False):
    """Read as `orders.references` and 2 more places, from OR11, OR15, OR04 and ST12."""

    order_reference_for_customer: str | None = None
    order_reference_for_seller: str | None = None


class RefusedDocumentEcho(ResponseModel, kw_only=True, gc=False):
    """Read as `order_documents.input`, from OR74."""

    file_name: str | None = None
    type_code: str | None = None
    entity: Any = None


class RefusedDocument(ResponseModel, kw_only=True, gc=False):
    """Read as `order_documents`, from OR74 and S32."""

    errors: Expected[list[ItemError]] = EXPECTED_DEFAULT
    """No item twice."""
    input: RefusedDocumentEcho | None = None


class WarehouseInput(RequestModel, kw_only=True, gc=False):
    """Sent as `order_lines.shipping_from.warehouse`, to OR07 and ST01."""

    code: str | UnsetType = UNSET
