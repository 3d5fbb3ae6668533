"""Placeholder of the downloads' module while it is being written."""

from __future__ import annotations

from typing import Any


class Download:
    """See module."""

    def __init__(self, client: Any, operation: Any, arguments: Any, options: Any) -> None:
        raise NotImplementedError
