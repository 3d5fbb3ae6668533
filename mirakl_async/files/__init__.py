"""Files on their way to and from Mirakl: uploads in parts, downloads as bytes, rows, items or members of an archive.

Everything is streamed. The parsers (`csv_rows`, `json_items`) are fed bytes and give values, and do no I/O; `download`
feeds them from an answer, `local` from a saved file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .download import Download as Download
    from .download import OpenDownload as OpenDownload
    from .local import read_items as read_items
    from .local import read_rows as read_rows
    from .readers import Items as Items
    from .readers import Rows as Rows
    from .saving import Saved as Saved
    from .upload import FileSource as FileSource
    from .upload import Upload as Upload
    from .zip_members import ArchiveLimits as ArchiveLimits
    from .zip_members import Member as Member

# Resolved on first use: `calls` needs `upload` and `caps`, which must not load what in turn needs `calls`.
_HOMES = {
    "ArchiveLimits": "zip_members",
    "Download": "download",
    "FileSource": "upload",
    "Items": "readers",
    "Member": "zip_members",
    "OpenDownload": "download",
    "Rows": "readers",
    "Saved": "saving",
    "Upload": "upload",
    "read_items": "local",
    "read_rows": "local",
}

__all__ = [*_HOMES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
