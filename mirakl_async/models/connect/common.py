# Written by `python -m codegen` from mirakl-connect-channel-openapi.json. Not edited by hand: see docs/regenerating.md.

"""What several parts of connect share."""

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mirakl_async.model import RequestModel

__all__ = ["Localized", "OriginRequest", "RequirementLevel", "RequirementLevelOrStr"]


class RequirementLevel:
    """Known values of `requirementLevel` and `requirement_level`; others may appear at any time."""

    OPTIONAL: Final = "OPTIONAL"
    RECOMMENDED: Final = "RECOMMENDED"
    REQUIRED: Final = "REQUIRED"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    RequirementLevelOrStr: TypeAlias = Literal["OPTIONAL", "RECOMMENDED", "REQUIRED"] | str
else:
    RequirementLevelOrStr = str


class Localized(RequestModel, kw_only=True, gc=False):
    """Sent as `offer_configuration.custom_attributes.descriptions` and 8 more places, to configureChannelCatalog and
    upsertProductType.
    """

    locale: str
    value: str


class OriginRequest(RequestModel, kw_only=True, gc=False):
    """The channel and the store that everything in one call belongs to."""

    channel_id: str
    channel_store_id: str
