"""The document of UPLOAD_DOCUMENT: its address is signed and expires soon, and leads to another service than Mirakl's.

It is asked without Mirakl's token, also where it lies on Mirakl's own host, and no redirect leads to another origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..downloads import Download
from ..operation import Operation, Param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..client import Client
    from ..http.request import Request
    from ..http.transport import Transport
    from ..options import Options

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


class _WithoutToken:
    """The client, but for its credential."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def transport(self) -> Transport:
        return self._client.transport

    def build_request(self, operation: Operation[Any], arguments: Mapping[str, object]) -> Request:
        return replace(self._client.build_request(operation, arguments), without_credentials=True)

    def options_for(self, options: Options) -> Options:
        return self._client.options_for(options)

    def run(self, operation: Operation[Any], arguments: Mapping[str, object], options: Options) -> Any:
        return self._client.run(operation, arguments, options)


def document_of(client: Client, url: object) -> Download:
    """The file at the address that a command has; nothing is sent before it is opened, saved or read."""
    return Download(_WithoutToken(client), DOCUMENT, {"document_download_url": url}, {}).within_origin()
