"""Whether a 2xx answer is the success that its operation documents: status, emptiness, media type. Pure.

A firewall, a portal or a gateway can answer 200 for a request that Mirakl never saw. Such an answer is not a success:
the transport treats it as no answer at all.

| documented | taken for a success                                                                                |
| ---------- | -------------------------------------------------------------------------------------------------- |
| no body    | the documented status, or 204, with an empty body: a bare 200 may be of anything on the way        |
| JSON       | the documented status, 200 or 201, with a body that begins an object or a list, and is called JSON |
|            | or nothing at all                                                                                  |
| a file     | 200, or an empty 204, of the documented type or of a generic one; never HTML, by type or content   |

A 206 is never one: no operation asks for a range. Of an endpoint that no operation describes (`Client.send`), any other
2xx is one unless it is HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from ..redaction import RedactedRepr
from ..server_text import excerpt, one_line

if TYPE_CHECKING:
    from ..operation import Operation

SNIFF_BYTES, MAX_MARK_BYTES = 1024, 4
MAX_EXCERPT, MAX_MEDIA_TYPE = 120, 80
PARTIAL = 206
NO_CONTENT = 204
USUAL_JSON = frozenset(
    {
        "application/json",
        "application/json;charset=UTF-8",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
    }
)
GENERIC = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
HTML = frozenset({"text/html", "application/xhtml+xml"})
ERROR_DOCUMENT = frozenset({"application/problem+json", "application/problem+xml"})
CSV = frozenset({"application/csv", "application/vnd.ms-excel", "text/plain", "text/tab-separated-values"})
_JSON_TYPE = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?json")
# Comments may come before the page; one that does not end within what was read is taken for a page's.
_HTML_START = re.compile(
    rb"(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!--(?!.*-->)|(?:!doctype\s+html|html|head|body|title|script|style|meta|iframe|center|div|h[1-6]|p|br|font)\b)",
    re.DOTALL | re.IGNORECASE,
)


class ReceivedResponse(RedactedRepr, Struct, frozen=True, kw_only=True):
    """A 2xx answer that is not the documented success of its `operation` (Mirakl's code).

    `media_type` is in lower case and without parameters. `body` is the whole body, of a file the first KiB at least.
    """

    operation: str
    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes

    def _shown(self) -> list[tuple[str, Any]]:
        return [("operation", self.operation), ("status", self.status), ("media_type", self.media_type)]


AcceptResponse: TypeAlias = Callable[[ReceivedResponse], bool]
"""Whether a client takes an answer for a success although its operation does not document it."""


class UnexpectedOutcome(Struct, frozen=True, kw_only=True):
    """How an attempt ended that was answered 2xx, but not with the documented success."""

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
    """What is wrong with a 2xx answer; None if it is the documented success, or `accept` takes it for one.

    Of a file, `body` is what `may_be_judged`.
    """
    # The two answers that nearly every call gets.
    if status in operation.success:
        if operation.answer == "none" and not body and (status == NO_CONTENT or "Content-Type" not in headers):
            return None
        if operation.answer == "json" and body.startswith(b"{") and headers.get("Content-Type") in USUAL_JSON:
            return None
    media_type = one_line(headers.get("Content-Type", "").partition(";")[0].strip().lower(), MAX_MEDIA_TYPE)
    start = without_mark(body[:SNIFF_BYTES]).lstrip()
    reason = _JUDGES[operation.answer](operation, status, media_type, start or body[:1])
    if reason is None:
        return None
    if accept is not None:
        code = operation.code
        received = ReceivedResponse(operation=code, status=status, media_type=media_type, headers=headers, body=body)
        if accept(received):
            return None
    # The words of a page may be shown; JSON and files hold people's data.
    readable = media_type in HTML or start.startswith(b"<") or (operation.answer != "stream" and not is_json(start))
    return UnexpectedOutcome(
        status=status,
        media_type=media_type,
        reason=reason,
        documented=documented(operation),
        body_excerpt=excerpt(start)[:MAX_EXCERPT] if readable else "",
    )


def is_enough_to_judge(start: bytes) -> bool:
    """Whether so much of a file is enough to tell HTML from anything else."""
    if len(start) >= SNIFF_BYTES:
        return True
    if len(start) < MAX_MARK_BYTES:
        return False
    text = without_mark(start).lstrip()
    return bool(text) and not text.startswith(b"<")


def is_json(start: bytes) -> bool:
    """Whether a text begins as every JSON answer of Mirakl does: as an object or a list."""
    return start.startswith((b"{", b"["))


def without_mark(start: bytes) -> bytes:
    """A text without its byte order mark; one in UTF-16 as its ASCII characters."""
    if start.startswith(b"\xef\xbb\xbf"):
        return start[3:]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start[2:].replace(b"\0", b"")
    return start


def documented(operation: Operation[Any]) -> str:
    """The documented success in words."""
    body = {"none": "without a body", "json": "with JSON", "stream": f"with {operation.accept}"}.get(operation.answer)
    return f"{' or '.join(map(str, operation.success))} {body or 'that is not HTML'}"


def _judge_empty(operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status not in {*operation.success, NO_CONTENT}:
        return "another status"
    if start:
        return "a body where none is documented"
    return "an empty page" if media_type in HTML and status != NO_CONTENT else None


def _judge_json(operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status not in {*operation.success, 200, 201}:
        return "another status"
    if not start.strip():
        return "an empty body where JSON is documented"
    if media_type in ERROR_DOCUMENT or (media_type not in GENERIC and _JSON_TYPE.fullmatch(media_type) is None):
        return f"{media_type} where JSON is documented"
    return None if is_json(start) else "a body that is not JSON"


def _judge_file(operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status == NO_CONTENT and not start:
        return None
    if status not in {*operation.success, 200}:
        return "another status"
    if media_type in HTML or _HTML_START.match(start):
        return "HTML where a file is documented"
    promised = operation.accept
    called_json = _JSON_TYPE.fullmatch(media_type) is not None and media_type not in ERROR_DOCUMENT
    if promised == "application/json":
        known = called_json or media_type in GENERIC
    elif promised == "text/csv":
        known = media_type in GENERIC or media_type in CSV or "csv" in media_type
    else:
        known = media_type not in ERROR_DOCUMENT
    if not known:
        return f"{media_type} where {promised} is documented"
    return "a body that is not JSON" if called_json and not is_json(start) else None


def _judge_any(_operation: Operation[Any], status: int, media_type: str, start: bytes) -> str | None:
    if status == PARTIAL:
        return "a part, which was not asked for"
    return "HTML" if media_type in HTML or _HTML_START.match(start) else None


_JUDGES: dict[str, Callable[[Operation[Any], int, str, bytes], str | None]] = {
    "none": _judge_empty,
    "json": _judge_json,
    "stream": _judge_file,
    "any": _judge_any,
}
