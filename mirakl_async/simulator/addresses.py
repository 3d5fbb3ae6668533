"""The URLs of a simulator and the credentials that it accepts."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Addresses"]


class Addresses(Struct, frozen=True):
    """The URLs of a simulator and the credentials that it accepts; clients append paths to the URLs.

    `connect_url` and `account_url` end in the base path that both services have; it has a different meaning in each, so
    each has its own port. The secret is valid only for this simulator. `rate_limited` states whether the simulator has
    rate limits.
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
