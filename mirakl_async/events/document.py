"""Downloads the document of an UPLOAD_DOCUMENT command from a signed URL that expires soon.

The URL usually belongs to another service than Mirakl's. The request is therefore sent without Mirakl's token, even to
Mirakl's own host, and redirects to another origin are not followed.
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
    """Return the download of the URL of a command; the request is sent when it is opened, saved or read."""
    return Download(session, session.build(DOCUMENT, {"document_download_url": url}), {}).signed()
