"""Files from Mirakl: read downloads as bytes, CSV rows, JSON items or archive members, and saved files the same way.

Everything is streamed. The parsers (`csv_rows`, `json_items`) take bytes, return values and do no I/O; `download` feeds
them from a response, `local` from a saved file.
"""

from .download import Download as Download
from .download import DownloadStream as DownloadStream
from .local import read_csv_rows as read_csv_rows
from .local import read_json_items as read_json_items
from .readers import CsvRows as CsvRows
from .readers import JsonItems as JsonItems
from .saving import SavedFile as SavedFile
from .zip_members import ArchiveLimits as ArchiveLimits
from .zip_members import ArchiveMember as ArchiveMember

__all__ = [
    "ArchiveLimits",
    "ArchiveMember",
    "CsvRows",
    "Download",
    "DownloadStream",
    "JsonItems",
    "SavedFile",
    "read_csv_rows",
    "read_json_items",
]
