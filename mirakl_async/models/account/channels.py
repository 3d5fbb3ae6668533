# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""What account.channels sends and reads."""

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mirakl_async.model import EXPECTED_DEFAULT, Expected, RequestModel, ResponseModel

__all__ = ["Channel", "ChannelInput", "ChannelList", "ChannelStatus", "ChannelStatusOrStr", "UpsertChannelsRequest"]


class ChannelStatus:
    """Known values of `status`; others may appear at any time."""

    AVAILABLE: Final = "AVAILABLE"


if TYPE_CHECKING:
    # One of the known values, which editors complete, or any other text.
    ChannelStatusOrStr: TypeAlias = Literal["AVAILABLE"] | str
else:
    ChannelStatusOrStr = str


class Channel(ResponseModel, kw_only=True, gc=False):
    """Read as `channels`, from SELLER_ACCOUNT_CHANNEL_UPSERT."""

    external_id: str | None = None
    id: str | None = None
    name: str | None = None
    status: ChannelStatusOrStr | None = None
    """Known values: AVAILABLE (`ChannelStatus`)."""
    url: str | None = None
    vendor: str | None = None


class ChannelInput(RequestModel, kw_only=True, gc=False):
    """Sent as `channels`, to SELLER_ACCOUNT_CHANNEL_UPSERT."""

    external_id: str
    name: str
    status: str
    url: str


class ChannelList(ResponseModel, kw_only=True, gc=False):
    """The answer of SELLER_ACCOUNT_CHANNEL_UPSERT."""

    channels: Expected[list[Channel]] = EXPECTED_DEFAULT


class UpsertChannelsRequest(RequestModel, kw_only=True, gc=False):
    """The body of SELLER_ACCOUNT_CHANNEL_UPSERT."""

    channels: list[ChannelInput]
