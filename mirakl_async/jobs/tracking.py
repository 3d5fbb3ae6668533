"""The id under which an export is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import MiraklError

if TYPE_CHECKING:
    from ..models.front.common import Export


def tracking_id_of(code: str, created: Export) -> str:
    """The tracking id of an export that was just started; an answer without one cannot be followed."""
    if not created.tracking_id:
        raise MiraklError(f"{code}: the export was started, but the answer holds no tracking id to follow it by")
    return created.tracking_id
