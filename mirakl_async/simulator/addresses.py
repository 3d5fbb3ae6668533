"""Where a simulator listens and whom it lets in."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Addresses"]


class Addresses(Struct, frozen=True):
    """Where a simulator listens and whom it lets in; client paths are appended to the URLs as they are.

    `connect_url` and `account_url` end in the base path that the two services share with different meanings, hence
    a port each. The secret opens nothing but this simulator. `rate_limited` says whether it has rate limits.
    """

    connect_url: str
    account_url: str
    auth_url: str
    front_url: str
    control_url: str
    client_id: str
    client_secret: str
    channels: dict[str, list[str]]
    pid: int
    api_key: str = ""
    storage_url: str = ""
    rate_limited: bool = False
