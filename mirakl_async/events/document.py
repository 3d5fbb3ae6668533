"""The document of UPLOAD_DOCUMENT: its address is signed and expires soon, and leads to another service than Mirakl's.

It is asked without Mirakl's token, also where it lies on Mirakl's own host, and no redirect leads to another origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..downloads import Download
from ..operation import Operation, Param

if TYPE_CHECKING:
    from ..http.session import Session

__all__ = ["DOCUMENT", "document_of"]

DOCUMENT: Operation[Download] = Operation(
    code="UPLOAD_DOCUMENT",
    service="connect",
    resource="events",
    name="download",
    method="GET",
    path="/dynamic-url/data.document_download_url",
    summary="download the document of an UPLOAD_DOCUMENT command.",
    params=(Param(name="url", argument="document_download_url", location="url", required=True),),
    answer="stream",
    accept="*/*",
    retry="safe",
)


def document_of(session: Session, url: object) -> Download:
    """The file at the address that a command has; nothing is sent before it is opened, saved or read."""
    return Download(session, session.build(DOCUMENT, {"document_download_url": url}), {}).signed()
