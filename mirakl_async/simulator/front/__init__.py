"""Marketplace Front: the API of an operator's instance that a storefront uses."""

from __future__ import annotations

from .control import FrontControl, FrontState
from .exports import ExportPlan
from .imports import ImportPlan
from .list_changes import ListChange
from .multipart import Upload
from .own_rows import InvalidRow
from .routes import front_service, storage_service
from .world import FrontWorld

__all__ = [
    "ExportPlan",
    "FrontControl",
    "FrontState",
    "FrontWorld",
    "ImportPlan",
    "InvalidRow",
    "ListChange",
    "Upload",
    "front_service",
    "storage_service",
]
