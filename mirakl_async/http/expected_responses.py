"""Check whether a 2xx response is the success that its operation documents: status, media type, body. Pure.

A firewall, a captive portal or a gateway may answer 200 to a request that Mirakl never received. Such a response is not
a success: the transport treats it like a lost response.

| documented | accepted as a success                                                                              |
| ---------- | -------------------------------------------------------------------------------------------------- |
| no body    | the documented status, or 204, with an empty body: any intermediary may send an empty 200          |
| JSON       | the documented status, 200 or 201; the body starts a list, or an object, which has no members or a |
|            | documented one; the media type is JSON, a generic one or missing                                   |
| a file     | 200, or an empty 204, of the documented type or of a generic one; never HTML, by type or content   |

A 206 is never a success: no operation requests a range. For an endpoint that no operation describes (`Client.request`),
any other 2xx is a success unless it is HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import Struct

from ..codec import DECODE_ERRORS, resolve
from ..redaction import RedactedRepr
from ..server_text import excerpt, one_line

if TYPE_CHECKING:
    from ..operation import Operation

__all__ = [
    "MAX_BOM_BYTES",
    "NO_CONTENT",
    "SNIFF_BYTES",
    "AcceptResponse",
    "ReceivedResponse",
    "UnexpectedOutcome",
    "can_detect_html",
    "documented",
    "find_unexpected",
    "is_json",
    "without_bom",
]

SNIFF_BYTES, MAX_BOM_BYTES = 1024, 4
MAX_EXCERPT, MAX_MEDIA_TYPE = 120, 80
PARTIAL = 206
NO_CONTENT = 204
COMMON_JSON_TYPES = frozenset(
    {
        "application/json",
        "application/json;charset=UTF-8",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
    }
)
GENERIC_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
ERROR_DOCUMENT_TYPES = frozenset({"application/problem+json", "application/problem+xml"})
CSV_TYPES = frozenset({"application/csv", "application/vnd.ms-excel", "text/plain", "text/tab-separated-values"})
_OBJECT_WITH_MEMBERS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BOM = b"\xef\xbb\xbf"
_JSON_TYPE = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?json")
# Comments may precede the page; one that does not end within the bytes read counts as part of a page.
_HTML_START = re.compile(
    rb"(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!--(?!.*-->)|(?:!doctype\s+html|html|head|body|title|script|style|meta|iframe|center|div|h[1-6]|p|br|font)\b)",
    re.DOTALL | re.IGNORECASE,
)


class ReceivedResponse(RedactedRepr, Struct, frozen=True, kw_only=True):
    """A 2xx response that is not the documented success of its `operation` (Mirakl's code).

    `media_type` is in lower case and without parameters. `body` is the whole body; for a file, at least its first KiB.
    """

    operation: str
    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes

    def _shown(self) -> list[tuple[str, Any]]:
        return [("operation", self.operation), ("status", self.status), ("media_type", self.media_type)]


AcceptResponse: TypeAlias = Callable[[ReceivedResponse], bool]
"""The user's function that decides whether to accept an undocumented 2xx response as a success."""


class UnexpectedOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of an attempt whose response is a 2xx, but not the documented success."""

    status: int
    media_type: str
    reason: str
    documented: str
    body_excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.media_type}".rstrip()


def find_unexpected(
    operation: Operation[Any],
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    accept: AcceptResponse | None = None,
) -> UnexpectedOutcome | None:
    """What is wrong with a 2xx response; None if it is the documented success, or `accept` accepts it.

    For a file, `body` is its start, as much as `can_detect_html` needs.
    """
    # A fast path for the two responses that nearly every call gets.
    if status in operation.success:
        if operation.answer == "json":
            if _documented_start(operation.reply)(body) and headers.get("Content-Type") in COMMON_JSON_TYPES:
                return None
        elif operation.answer == "none" and not body and (status == NO_CONTENT or "Content-Type" not in headers):
            return None
    media_type = one_line(headers.get("Content-Type", "").partition(";")[0].strip().lower(), MAX_MEDIA_TYPE)
    start = without_bom(body[:SNIFF_BYTES]).lstrip()
    reason = _CHECKS[operation.answer](operation, status, media_type, start or body[:1])
    if reason is None and operation.answer == "json" and _is_another_object(operation, body):
        reason = "a JSON object without any documented member"
    if reason is None:
        return None
    if accept is not None:
        code = operation.code
        received = ReceivedResponse(operation=code, status=status, media_type=media_type, headers=headers, body=body)
        if accept(received):
            return None
    # The text of a web page may be shown; JSON and files may contain personal data.
    is_readable = (
        media_type in HTML_TYPES or start.startswith(b"<") or (operation.answer != "stream" and not is_json(start))
    )
    return UnexpectedOutcome(
        status=status,
        media_type=media_type,
        reason=reason,
        documented=documented(operation),
        body_excerpt=excerpt(start)[:MAX_EXCERPT] if is_readable else "",
    )


def can_detect_html(start: bytes) -> bool:
    """Whether the start of a file is long enough to distinguish HTML from other formats."""
    if len(start) >= SNIFF_BYTES:
        return True
    if len(start) < MAX_BOM_BYTES:
        return False
    text = without_bom(start).lstrip()
    return bool(text) and not text.startswith(b"<")


def is_json(start: bytes) -> bool:
    """Whether a text starts as every JSON response of Mirakl does: with an object or a list."""
    return start.startswith((b"{", b"["))


def without_bom(start: bytes) -> bytes:
    """The text without its byte order mark; of UTF-16, only the ASCII characters."""
    if start.startswith(_BOM):
        return start[3:]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start[2:].replace(b"\0", b"")
    return start


def documented(operation: Operation[Any]) -> str:
    """The documented success, described for an error message."""
    body = {"none": "without a body", "json": "with JSON", "stream": f"with {operation.accept}"}.get(operation.answer)
    return f"{' or '.join(map(str, operation.success))} {body or 'that is not HTML'}"


def _check_empty(operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status not in {*operation.success, NO_CONTENT}:
        return "undocumented status"
    if start:
        return "unexpected body; none is documented"
    return "an empty web page" if media_type in HTML_TYPES and status != NO_CONTENT else None


def _check_json(operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status not in {*operation.success, 200, 201}:
        return "undocumented status"
    if not start.strip():
        return "empty body; JSON is documented"
    if media_type in ERROR_DOCUMENT_TYPES or (
        media_type not in GENERIC_TYPES and _JSON_TYPE.fullmatch(media_type) is None
    ):
        return f"{media_type}; JSON is documented"
    return None if is_json(start) else "the body is not JSON"


def _is_another_object(operation: Operation[Any], body: bytes) -> bool:
    """Whether a JSON object has members, but none that is documented, such as an error that was sent as a success."""
    names = _member_names(operation.reply)
    if not names or _OBJECT_WITH_MEMBERS.match(body) is None:
        return False
    try:
        return names.isdisjoint(_MEMBERS.decode(body.removeprefix(_BOM)))
    except DECODE_ERRORS:  # invalid JSON, which may be repaired later
        return not any(f'"{name}"'.encode() in body for name in names)


@cache
def _documented_start(reply: str) -> Callable[[bytes], object]:
    """Matches the start of an object whose first member is documented, as it is in nearly every response."""
    names = "|".join(map(re.escape, _member_names(reply)))
    return re.compile(rb"\s*\{\s*%b" % (f'"(?:{names})"'.encode() if names else b"")).match


@cache
def _member_names(reply: str) -> frozenset[str]:
    if not reply:
        return frozenset()
    return frozenset(field.encode_name for field in msgspec.structs.fields(resolve(reply)))


def _check_file(operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status == NO_CONTENT and not start:
        return None
    if status not in operation.success:
        return "undocumented status"
    if media_type in HTML_TYPES or _HTML_START.match(start):
        return "HTML; a file is documented"
    documented_type = operation.accept
    is_json_type = _JSON_TYPE.fullmatch(media_type) is not None and media_type not in ERROR_DOCUMENT_TYPES
    if documented_type == "application/json":
        is_documented = is_json_type or media_type in GENERIC_TYPES
    elif documented_type == "text/csv":
        is_documented = media_type in GENERIC_TYPES or media_type in CSV_TYPES or "csv" in media_type
    else:
        is_documented = media_type not in ERROR_DOCUMENT_TYPES
    if not is_documented:
        return f"{media_type}; {documented_type} is documented"
    return "the body is not JSON" if is_json_type and not is_json(start) else None


def _check_any(_operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status == PARTIAL:
        return "partial content, which was not requested"
    return "HTML" if media_type in HTML_TYPES or _HTML_START.match(start) else None


_CHECKS: dict[str, Callable[[Operation[Any], int, str, bytes], str | None]] = {
    "none": _check_empty,
    "json": _check_json,
    "stream": _check_file,
    "any": _check_any,
}
