"""The id under which a job is followed, out of the answer that started it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InvalidArgument, MiraklError
from ..http.response import Response

if TYPE_CHECKING:
    from ..models.front.common import Export
    from ..models.front.products import ProductImportCreated

__all__ = ["import_id_of", "tracking_id_of"]


def import_id_of(created: ProductImportCreated) -> int:
    """The id of an import that was just handed in."""
    return int(_present("P41", created, "import_id"))


def tracking_id_of(code: str, created: Export) -> str:
    """The tracking id of an export that was just started."""
    return str(_present(code, created, "tracking_id"))


def _present(code: str, created: object, member: str) -> Any:
    if isinstance(created, Response):
        raise InvalidArgument(
            "raw_response",
            "method",
            f"{code}: a job is more than one answer; take the operation's own method, create_...",
        )
    found = getattr(created, member)
    if found is None:
        raise MiraklError(f"{code}: it was started, but the answer holds no {member} to follow it by")
    return found
