# Written by `python -m codegen` from mirakl-account-channel-platform-openapi.yaml. Not edited by hand: see docs/regenerating.md.

"""The models of Mirakl Account, loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .channels import (
        Channel as Channel,
        ChannelInput as ChannelInput,
        ChannelList as ChannelList,
        ChannelStatus as ChannelStatus,
        ChannelStatusOrStr as ChannelStatusOrStr,
        UpsertChannelsRequest as UpsertChannelsRequest,
    )
    from .stores import (
        CreateStoresRequest as CreateStoresRequest,
        StoreInput as StoreInput,
        UpdateStoresRequest as UpdateStoresRequest,
    )

_HOME = {
    "Channel": "channels",
    "ChannelInput": "channels",
    "ChannelList": "channels",
    "ChannelStatus": "channels",
    "ChannelStatusOrStr": "channels",
    "CreateStoresRequest": "stores",
    "StoreInput": "stores",
    "UpdateStoresRequest": "stores",
    "UpsertChannelsRequest": "channels",
}

__all__ = [*_HOME]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    """Load the module that holds a model."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    """All models, loaded or not."""
    return sorted(_HOME)
