"""What a server answered, for tests that talk to the simulator without the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec


class HttpReply(NamedTuple):
    """Status, body and headers."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body as plain values."""
        return msgspec.json.decode(self.body)

    @property
    def fields(self) -> list[str]:
        """The fields that the errors of a Mirakl problem name."""
        return [error.get("field", "") for error in self.json["errors"]]
