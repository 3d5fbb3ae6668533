# Written by `python -m codegen` from mirakl-connect-channel-webhooks-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The models of Mirakl Connect's events, loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .commands import (
        Accept as Accept,
        AcceptData as AcceptData,
        AcceptReturn as AcceptReturn,
        AcceptReturnData as AcceptReturnData,
        AcknowledgeReturnReception as AcknowledgeReturnReception,
        AcknowledgeReturnReceptionData as AcknowledgeReturnReceptionData,
        Amount as Amount,
        Cancel as Cancel,
        CanceledLine as CanceledLine,
        CancelData as CancelData,
        CloseReturn as CloseReturn,
        CloseReturnData as CloseReturnData,
        CreateShipment as CreateShipment,
        CreateShipmentData as CreateShipmentData,
        DocumentEntity as DocumentEntity,
        DocumentEntityType as DocumentEntityType,
        DocumentType as DocumentType,
        LineDecision as LineDecision,
        LineReason as LineReason,
        OrderActionEvent as OrderActionEvent,
        Refund as Refund,
        RefundedLine as RefundedLine,
        RefundData as RefundData,
        RejectionReason as RejectionReason,
        ShippedItem as ShippedItem,
        TaxAmount as TaxAmount,
        Tracking as Tracking,
        UpdateReturnTrackingInformation as UpdateReturnTrackingInformation,
        UpdateReturnTrackingInformationData as UpdateReturnTrackingInformationData,
        UploadDocument as UploadDocument,
        UploadDocumentData as UploadDocumentData,
    )
    from .facts import (
        ActionType as ActionType,
        DeliveryPartner as DeliveryPartner,
        DiscountPrice as DiscountPrice,
        Feature as Feature,
        FeatureConfiguration as FeatureConfiguration,
        FeatureStatus as FeatureStatus,
        Inventory as Inventory,
        ListValue as ListValue,
        OfferAttribute as OfferAttribute,
        OfferAttributeType as OfferAttributeType,
        OfferUpsert as OfferUpsert,
        OfferUpsertData as OfferUpsertData,
        Partner as Partner,
        Price as Price,
        PriceStockUpsert as PriceStockUpsert,
        PriceStockUpsertData as PriceStockUpsertData,
        ProductAttribute as ProductAttribute,
        ProductIdentifier as ProductIdentifier,
        ProductUpsert as ProductUpsert,
        ProductUpsertData as ProductUpsertData,
        StandardPrice as StandardPrice,
        Stock as Stock,
        StockDetail as StockDetail,
        StockDetailType as StockDetailType,
        StoreFeature as StoreFeature,
        StoreFeatureData as StoreFeatureData,
        SubChannelData as SubChannelData,
        SubChannelPrice as SubChannelPrice,
        Warehouse as Warehouse,
    )

EVENTS = {
    "ACCEPT": "Accept",
    "ACCEPT_RETURN": "AcceptReturn",
    "ACKNOWLEDGE_RETURN_RECEPTION": "AcknowledgeReturnReception",
    "CANCEL": "Cancel",
    "CLOSE_RETURN": "CloseReturn",
    "CREATE_SHIPMENT": "CreateShipment",
    "OFFER_UPSERT": "OfferUpsert",
    "PRICE_STOCK_UPSERT": "PriceStockUpsert",
    "PRODUCT_UPSERT": "ProductUpsert",
    "REFUND": "Refund",
    "STORE_FEATURE": "StoreFeature",
    "UPDATE_RETURN_TRACKING_INFORMATION": "UpdateReturnTrackingInformation",
    "UPLOAD_DOCUMENT": "UploadDocument",
}
"""The name of the struct of each type of event."""

_HOME = {
    "Accept": "commands",
    "AcceptData": "commands",
    "AcceptReturn": "commands",
    "AcceptReturnData": "commands",
    "AcknowledgeReturnReception": "commands",
    "AcknowledgeReturnReceptionData": "commands",
    "ActionType": "facts",
    "Amount": "commands",
    "Cancel": "commands",
    "CancelData": "commands",
    "CanceledLine": "commands",
    "CloseReturn": "commands",
    "CloseReturnData": "commands",
    "CreateShipment": "commands",
    "CreateShipmentData": "commands",
    "DeliveryPartner": "facts",
    "DiscountPrice": "facts",
    "DocumentEntity": "commands",
    "DocumentEntityType": "commands",
    "DocumentType": "commands",
    "Feature": "facts",
    "FeatureConfiguration": "facts",
    "FeatureStatus": "facts",
    "Inventory": "facts",
    "LineDecision": "commands",
    "LineReason": "commands",
    "ListValue": "facts",
    "OfferAttribute": "facts",
    "OfferAttributeType": "facts",
    "OfferUpsert": "facts",
    "OfferUpsertData": "facts",
    "OrderActionEvent": "commands",
    "Partner": "facts",
    "Price": "facts",
    "PriceStockUpsert": "facts",
    "PriceStockUpsertData": "facts",
    "ProductAttribute": "facts",
    "ProductIdentifier": "facts",
    "ProductUpsert": "facts",
    "ProductUpsertData": "facts",
    "Refund": "commands",
    "RefundData": "commands",
    "RefundedLine": "commands",
    "RejectionReason": "commands",
    "ShippedItem": "commands",
    "StandardPrice": "facts",
    "Stock": "facts",
    "StockDetail": "facts",
    "StockDetailType": "facts",
    "StoreFeature": "facts",
    "StoreFeatureData": "facts",
    "SubChannelData": "facts",
    "SubChannelPrice": "facts",
    "TaxAmount": "commands",
    "Tracking": "commands",
    "UpdateReturnTrackingInformation": "commands",
    "UpdateReturnTrackingInformationData": "commands",
    "UploadDocument": "commands",
    "UploadDocumentData": "commands",
    "Warehouse": "facts",
}


def __getattr__(name: str) -> object:
    """Load the module that holds a model."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    """All models, loaded or not."""
    return sorted(_HOME)
