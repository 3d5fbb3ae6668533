"""Read the id of a job from the response that started it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InvalidArgument, MiraklError
from ..http.response import Response

if TYPE_CHECKING:
    from ..models.front.common import Export
    from ..models.front.products import ProductImportCreated

__all__ = ["import_id_of", "tracking_id_of"]


def import_id_of(created: ProductImportCreated) -> int:
    """The id of a new import; raises MiraklError if the response has none."""
    return int(_require("P41", created, "import_id"))


def tracking_id_of(code: str, created: Export) -> str:
    """The tracking id of a new export; raises MiraklError if the response has none."""
    return str(_require(code, created, "tracking_id"))


def _require(code: str, created: object, member: str) -> Any:
    if isinstance(created, Response):
        raise InvalidArgument(
            "raw_response",
            "method",
            f"{code}: a job consists of several responses; call the operation's own method, create_...",
        )
    value = getattr(created, member)
    if value is None:
        raise MiraklError(f"{code}: the job was started, but the response has no {member}; it cannot be polled")
    return value
