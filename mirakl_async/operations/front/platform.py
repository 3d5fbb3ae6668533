# Written by `python -m codegen` from mirakl-mmp-front-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""How the platform is set up: channels, currencies, reasons, carriers, custom fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...operation import Operation, Param
from ...resource import Resource

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Unpack

    from ...models.front.platform import (
        AdditionalFieldDefinitionEntityOrStr,
        AdditionalFieldDefinitionList,
        CarrierList,
        ChannelList,
        Configuration,
        CurrencyList,
        DocumentTypeEntityOrStr,
        DocumentTypeList,
        LocaleList,
        LogisticClassList,
        OfferStateList,
        ReasonList,
        ReasonTypeFilterOrStr,
        ShippingTypeList,
        ShippingZoneList,
    )
    from ...options import Options

__all__ = [
    "AF01",
    "CH11",
    "CUR01",
    "DO01",
    "L01",
    "OF61",
    "PC01",
    "Platform",
    "RE01",
    "RE02",
    "RE11",
    "RE12",
    "RE14",
    "SH11",
    "SH12",
    "SH21",
    "SH31",
]

AF01: Operation[AdditionalFieldDefinitionList] = Operation(
    code="AF01",
    service="front",
    resource="platform",
    name="list_additional_fields",
    method="GET",
    path="/api/additional_fields",
    summary="list the custom fields of the platform.",
    params=(
        Param(
            name="entities", argument="entities", list_style="comma", values=("OFFER", "SHOP", "ORDER", "ORDER_LINE")
        ),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.platform:AdditionalFieldDefinitionList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/af01",
)

CH11: Operation[ChannelList] = Operation(
    code="CH11",
    service="front",
    resource="platform",
    name="list_channels",
    method="GET",
    path="/api/channels",
    summary="list the enabled channels, by code.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.platform:ChannelList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/ch11",
)

CUR01: Operation[CurrencyList] = Operation(
    code="CUR01",
    service="front",
    resource="platform",
    name="list_currencies",
    method="GET",
    path="/api/currencies",
    summary="list the currencies in use.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.platform:CurrencyList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/cur01",
)

DO01: Operation[DocumentTypeList] = Operation(
    code="DO01",
    service="front",
    resource="platform",
    name="list_document_types",
    method="GET",
    path="/api/documents",
    summary="list the types of documents.",
    params=(
        Param(name="entities", argument="entities", list_style="comma", values=("ORDER", "SHOP")),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.platform:DocumentTypeList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/do01",
)

L01: Operation[LocaleList] = Operation(
    code="L01",
    service="front",
    resource="platform",
    name="list_locales",
    method="GET",
    path="/api/locales",
    summary="list the locales in use.",
    answer="json",
    reply="front.platform:LocaleList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/l01",
)

OF61: Operation[OfferStateList] = Operation(
    code="OF61",
    service="front",
    resource="platform",
    name="list_offer_states",
    method="GET",
    path="/api/offers/states",
    summary="list the conditions an offer can be in, such as new or used.",
    params=(Param(name="active", argument="active", type="boolean"), Param(name="locale", argument="locale")),
    answer="json",
    reply="front.platform:OfferStateList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/of61",
)

PC01: Operation[Configuration] = Operation(
    code="PC01",
    service="front",
    resource="platform",
    name="get_configuration",
    method="GET",
    path="/api/platform/configuration",
    summary="read the platform's modules, features and general settings.",
    answer="json",
    reply="front.platform:Configuration",
    retry="safe",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/pc01",
)

RE01: Operation[ReasonList] = Operation(
    code="RE01",
    service="front",
    resource="platform",
    name="list_reasons",
    method="GET",
    path="/api/reasons",
    summary="list all reasons: of cancelations, refunds, incidents and messages.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.platform:ReasonList",
    retry="safe",
    frequency="when a page shows reasons",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re01",
)

RE02: Operation[ReasonList] = Operation(
    code="RE02",
    service="front",
    resource="platform",
    name="list_reasons_by_type",
    method="GET",
    path="/api/reasons/{reason_type}",
    summary="list the reasons of one type.",
    params=(
        Param(
            name="reason_type",
            argument="reason_type",
            location="path",
            required=True,
            values=(
                "INCIDENT_OPEN",
                "MPS_INCIDENT_OPEN",
                "INCIDENT_CLOSE",
                "MPS_INCIDENT_CLOSE",
                "REFUND",
                "MPS_REFUND",
                "MESSAGING",
                "ORDER_MESSAGING",
                "MPS_ORDER_MESSAGING",
                "MPS_OFFER_MESSAGING",
                "CANCELATION",
            ),
        ),
        Param(name="locale", argument="locale"),
    ),
    answer="json",
    reply="front.platform:ReasonList",
    retry="safe",
    frequency="when a page shows reasons",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re02",
)

RE11: Operation[ReasonList] = Operation(
    code="RE11",
    service="front",
    resource="platform",
    name="list_incident_open_reasons",
    method="GET",
    path="/api/reasons/incident_open",
    summary="list the reasons to open an incident.",
    answer="json",
    reply="front.platform:ReasonList",
    retry="safe",
    frequency="when an incident is being opened",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re11",
)

RE12: Operation[ReasonList] = Operation(
    code="RE12",
    service="front",
    resource="platform",
    name="list_incident_close_reasons",
    method="GET",
    path="/api/reasons/incident_close",
    summary="list the reasons to close an incident.",
    answer="json",
    reply="front.platform:ReasonList",
    retry="safe",
    frequency="when an incident is being closed",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re12",
)

RE14: Operation[ReasonList] = Operation(
    code="RE14",
    service="front",
    resource="platform",
    name="list_message_reasons",
    method="GET",
    path="/api/reasons/messaging",
    summary="list the reasons to write a message.",
    answer="json",
    reply="front.platform:ReasonList",
    retry="safe",
    frequency="when a message is being written",
    deprecated=True,
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re14",
)

SH11: Operation[ShippingZoneList] = Operation(
    code="SH11",
    service="front",
    resource="platform",
    name="list_shipping_zones",
    method="GET",
    path="/api/shipping/zones",
    summary="list the active shipping zones.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.platform:ShippingZoneList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh11",
)

SH12: Operation[ShippingTypeList] = Operation(
    code="SH12",
    service="front",
    resource="platform",
    name="list_shipping_types",
    method="GET",
    path="/api/shipping/types",
    summary="list the active shipping methods.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.platform:ShippingTypeList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh12",
)

SH21: Operation[CarrierList] = Operation(
    code="SH21",
    service="front",
    resource="platform",
    name="list_carriers",
    method="GET",
    path="/api/shipping/carriers",
    summary="list the carriers, by label.",
    answer="json",
    reply="front.platform:CarrierList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh21",
)

SH31: Operation[LogisticClassList] = Operation(
    code="SH31",
    service="front",
    resource="platform",
    name="list_logistic_classes",
    method="GET",
    path="/api/shipping/logistic_classes",
    summary="list the logistic classes.",
    params=(Param(name="locale", argument="locale"),),
    answer="json",
    reply="front.platform:LogisticClassList",
    retry="safe",
    interval=86400.0,
    frequency="at most once a day",
    docs="https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh31",
)


class Platform(Resource):
    """How the platform is set up: channels, currencies, reasons, carriers, custom fields."""

    __slots__ = ()

    async def list_additional_fields(
        self,
        *,
        entities: Collection[AdditionalFieldDefinitionEntityOrStr] | None = None,
        locale: str | None = None,
        **options: Unpack[Options],
    ) -> AdditionalFieldDefinitionList:
        """AF01: list the custom fields of the platform.

        `GET /api/additional_fields`. Documented pace: at most once a day.

        - entities: OFFER, SHOP, ORDER, ORDER_LINE (`AdditionalFieldDefinitionEntity`)
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/af01
        """
        return await self._caller.call(AF01, {"entities": entities, "locale": locale}, options)

    async def list_channels(self, *, locale: str | None = None, **options: Unpack[Options]) -> ChannelList:
        """CH11: list the enabled channels, by code.

        `GET /api/channels`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/ch11
        """
        return await self._caller.call(CH11, {"locale": locale}, options)

    async def list_currencies(self, *, locale: str | None = None, **options: Unpack[Options]) -> CurrencyList:
        """CUR01: list the currencies in use.

        `GET /api/currencies`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/cur01
        """
        return await self._caller.call(CUR01, {"locale": locale}, options)

    async def list_document_types(
        self,
        *,
        entities: Collection[DocumentTypeEntityOrStr] | None = None,
        locale: str | None = None,
        **options: Unpack[Options],
    ) -> DocumentTypeList:
        """DO01: list the types of documents.

        `GET /api/documents`. Documented pace: at most once a day.

        - entities: ORDER, SHOP (`DocumentTypeEntity`)
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/do01
        """
        return await self._caller.call(DO01, {"entities": entities, "locale": locale}, options)

    async def list_locales(self, **options: Unpack[Options]) -> LocaleList:
        """L01: list the locales in use.

        `GET /api/locales`. Documented pace: at most once a day.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/l01
        """
        return await self._caller.call(L01, {}, options)

    async def list_offer_states(
        self, *, active: bool | None = None, locale: str | None = None, **options: Unpack[Options]
    ) -> OfferStateList:
        """OF61: list the conditions an offer can be in, such as new or used.

        `GET /api/offers/states`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/of61
        """
        return await self._caller.call(OF61, {"active": active, "locale": locale}, options)

    async def get_configuration(self, **options: Unpack[Options]) -> Configuration:
        """PC01: read the platform's modules, features and general settings.

        `GET /api/platform/configuration`.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/pc01
        """
        return await self._caller.call(PC01, {}, options)

    async def list_reasons(self, *, locale: str | None = None, **options: Unpack[Options]) -> ReasonList:
        """RE01: list all reasons: of cancelations, refunds, incidents and messages.

        `GET /api/reasons`. Documented pace: when a page shows reasons.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re01
        """
        return await self._caller.call(RE01, {"locale": locale}, options)

    async def list_reasons_by_type(
        self, reason_type: ReasonTypeFilterOrStr, *, locale: str | None = None, **options: Unpack[Options]
    ) -> ReasonList:
        """RE02: list the reasons of one type.

        Deprecated by Mirakl. `GET /api/reasons/{reason_type}`. Documented pace: when a page shows reasons.

        Use RE01 instead.

        - reason_type: INCIDENT_OPEN, MPS_INCIDENT_OPEN, INCIDENT_CLOSE, MPS_INCIDENT_CLOSE, REFUND, MPS_REFUND,
          MESSAGING, ORDER_MESSAGING, MPS_ORDER_MESSAGING, MPS_OFFER_MESSAGING, CANCELATION (`ReasonTypeFilter`)
        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re02
        """
        return await self._caller.call(RE02, {"reason_type": reason_type, "locale": locale}, options)

    async def list_incident_open_reasons(self, **options: Unpack[Options]) -> ReasonList:
        """RE11: list the reasons to open an incident.

        Deprecated by Mirakl. `GET /api/reasons/incident_open`. Documented pace: when an incident is being opened.

        Use RE01 instead.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re11
        """
        return await self._caller.call(RE11, {}, options)

    async def list_incident_close_reasons(self, **options: Unpack[Options]) -> ReasonList:
        """RE12: list the reasons to close an incident.

        Deprecated by Mirakl. `GET /api/reasons/incident_close`. Documented pace: when an incident is being closed.

        Use RE01 instead.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re12
        """
        return await self._caller.call(RE12, {}, options)

    async def list_message_reasons(self, **options: Unpack[Options]) -> ReasonList:
        """RE14: list the reasons to write a message.

        Deprecated by Mirakl. `GET /api/reasons/messaging`. Documented pace: when a message is being written.

        Use RE01 instead.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/re14
        """
        return await self._caller.call(RE14, {}, options)

    async def list_shipping_zones(self, *, locale: str | None = None, **options: Unpack[Options]) -> ShippingZoneList:
        """SH11: list the active shipping zones.

        `GET /api/shipping/zones`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh11
        """
        return await self._caller.call(SH11, {"locale": locale}, options)

    async def list_shipping_types(self, *, locale: str | None = None, **options: Unpack[Options]) -> ShippingTypeList:
        """SH12: list the active shipping methods.

        `GET /api/shipping/types`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh12
        """
        return await self._caller.call(SH12, {"locale": locale}, options)

    async def list_carriers(self, **options: Unpack[Options]) -> CarrierList:
        """SH21: list the carriers, by label.

        `GET /api/shipping/carriers`. Documented pace: at most once a day.

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh21
        """
        return await self._caller.call(SH21, {}, options)

    async def list_logistic_classes(
        self, *, locale: str | None = None, **options: Unpack[Options]
    ) -> LogisticClassList:
        """SH31: list the logistic classes.

        `GET /api/shipping/logistic_classes`. Documented pace: at most once a day.

        - locale: such as fr_FR or fr

        https://developer.mirakl.com/content/product/mmp/rest/front/openapi3/platform-settings/sh31
        """
        return await self._caller.call(SH31, {"locale": locale}, options)
