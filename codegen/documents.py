"""The list of documents and their files.

A new document is a new row: a service, its file, and its title. A document with webhooks only has models and no
operations.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

PORTAL = "https://developer.mirakl.com/content"


class CodegenError(Exception):
    """An error that a person has to decide or correct; the message states the place."""


class Source(Struct, frozen=True):
    """A service and the file of its document."""

    service: str
    file: str
    title: str


SOURCES = (
    Source("connect", "mirakl-connect-channel-openapi.json", "Mirakl Connect Channel Platform"),
    Source("connect_events", "mirakl-connect-channel-webhooks-openapi.yaml", "Mirakl Connect's events"),
    Source("account", "mirakl-account-channel-platform-openapi.yaml", "Mirakl Account"),
    Source("front", "mirakl-mmp-front-openapi.yaml", "Mirakl Marketplace Front"),
)


class Document(Struct, frozen=True):
    """One parsed document, with the URL of its pages on Mirakl's portal ("" if it is unknown)."""

    source: Source
    content: dict[str, Any]
    pages: str


def folder() -> Path:
    """Return the folder of the documents, from MIRAKL_OPENAPI_DIR."""
    name = os.environ.get("MIRAKL_OPENAPI_DIR", "")
    if not name:
        raise CodegenError("MIRAKL_OPENAPI_DIR is not set: name the folder that holds Mirakl's OpenAPI documents")
    path = Path(name)
    missing = [source.file for source in SOURCES if not (path / source.file).is_file()]
    if missing:
        raise CodegenError(f"MIRAKL_OPENAPI_DIR={name} lacks {', '.join(missing)}")
    return path


def load(source: Source, path: Path) -> Document:
    """Parse one document, as JSON or YAML depending on its file name."""
    text = path.read_text(encoding="utf-8")
    content = json.loads(text) if path.suffix == ".json" else plain(yaml.load(text, Loader=yaml.CSafeLoader))
    if not isinstance(content, dict) or "openapi" not in content:
        raise CodegenError(f"{path} is not an OpenAPI document")
    return Document(source, content, pages(content))


def plain(value: Any) -> Any:
    """Convert YAML's dates and non-text keys to their form in JSON."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value


def pages(content: dict[str, Any]) -> str:
    """Return the URL of a document's pages on the portal, derived from the partial that its description names."""
    found = re.search(
        r"/partial-content(/product/\S+)/openapi-description", content.get("info", {}).get("description") or ""
    )
    return f"{PORTAL}{found[1]}/openapi3" if found else ""
