"""From an operation and its arguments to a request, and from a reply to a value: pure, no I/O.

Everything Mirakl would refuse for its form is refused here, before anything is sent: a missing argument, a list that
is too long, a naive datetime, a path segment with a slash, a value outside its documented bounds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import quote, urlsplit

from msgspec import UNSET, Struct
from msgspec.structs import replace

from .. import codec
from ..checks import Rule, Rules, check_arguments, instance, one_of
from ..errors import InvalidArgument
from ..operation import Operation, Param
from ..redaction import RedactedBytes, RedactedDict, RedactedStr
from . import upload_limits as caps
from .params import format_param, omit_hint
from .request import Multipart, Part, Request
from .upload import Content, RestartableChunks, Upload, is_file_name
from .urls import address_parts, is_allowed_url, origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from ..operation import RetryClass, Service

JSON = "application/json"
QUERY_SAFE = ",:"
REFERENCE = re.compile(r"[^|,]+\|[^|,]+")
MAX_NAME_LENGTH = 255
_TEXT = re.compile("[^\0-\x1f\x7f\ud800-\udfff]+")
SEND: Rules = {
    "method": Rule(
        "a method such as GET", lambda value: isinstance(value, str) and re.fullmatch("[A-Za-z]+", value) is not None
    ),
    "path": Rule(
        "a path without control characters", lambda value: isinstance(value, str) and _TEXT.fullmatch(value) is not None
    ),
    "query": instance(Mapping, "a mapping of names to values").or_none(),
    "retry": one_of("safe", "idempotent", "unsafe").or_none(),
}
"""What `Client.send` takes."""
QUERY_NAME = Rule("names that are texts", lambda value: isinstance(value, str) and _TEXT.fullmatch(value) is not None)


def build(
    operation: Operation[Any], arguments: Mapping[str, object], base_url: str, body: bytes | memoryview | None = None
) -> Request:
    """Turn arguments, keyed by their Python names, into the operation's request; raises InvalidArgument.

    `body` is a JSON body that is already encoded; body arguments are then neither needed nor read.
    """
    if operation.answer == "stream" and operation.params and operation.params[0].location == "url":
        return _absolute_url(operation, operation.params[0], arguments, base_url)
    path = operation.path
    query: list[str] = []
    members: dict[str, object] = RedactedDict() if operation.content == "json" else {}
    parts: list[Part] = []
    for param in operation.params:
        if body is not None and param.location == "body":
            continue
        value = arguments.get(param.argument, UNSET)
        if value is UNSET or (value is None and not param.nullable):
            if param.required:
                raise InvalidArgument(operation.code, param.argument, "is required")
        elif param.location == "query":
            query += _query(operation, param, value)
        elif param.location == "path":
            path = path.replace(f"{{{param.name}}}", _path_segment(operation, param, value))
        elif param.location == "body":
            members[param.argument] = value
        else:
            parts += _parts(operation, param, value)
    url = RedactedStr(f"{base_url}{path}?{'&'.join(query)}" if query else base_url + path)
    if operation.content == "none":
        return Request(operation=operation, url=url)
    return _with_body(operation, url, members, parts, body)


def build_by_wire_names(
    operation: Operation[Any], params: Mapping[str, object], body: object, base_url: str
) -> Request:
    """Like `build`, for arguments under the names that Mirakl documents; `body` is JSON text, or what encodes to it."""
    arguments = by_argument(operation, params)
    if body is None:
        told = replace(operation, params=operation.wire_params)
        return replace(build(told, arguments, base_url), operation=operation)
    if operation.content != "json":
        raise InvalidArgument(operation.code, "body", "this operation takes no JSON body")
    for param in operation.params:
        if param.location == "body" and param.argument in arguments:
            raise InvalidArgument(operation.code, param.name, "is a member of the body, which is given as a whole")
    return build(operation, arguments, base_url, _held(operation, as_json(operation.code, body)))


def by_argument(operation: Operation[Any], params: Mapping[str, object]) -> dict[str, object]:
    """Arguments under their Python names, from those that Mirakl documents; raises InvalidArgument for others."""
    arguments = RedactedDict(params)
    takes = operation.wire_params
    for param in takes:
        if param.name != param.argument and param.name in arguments:
            arguments[param.argument] = arguments.pop(param.name)
    known = {param.argument for param in takes}
    for name in arguments:
        if name not in known:
            names = ", ".join(sorted(param.name for param in takes)) or "none"
            raise InvalidArgument(operation.code, name, f"unknown parameter; valid parameters: {names}")
    return arguments


def build_unknown(  # noqa: PLR0917 - one caller, Client.send, whose arguments these are
    method: str,
    path: str,
    service: Service,
    base_url: str,
    query: Mapping[str, object] | None,
    body: object,
    retry: RetryClass | None,
) -> Request:
    """A request to an endpoint that no operation describes; a list in `query` repeats its name."""
    check_arguments("request", SEND, {"method": method, "path": path, "query": query, "retry": retry})
    method = method.upper()
    if not path.startswith("/") or "?" in path or "#" in path or {".", ".."} & {*path.split("/")}:
        raise InvalidArgument("request", "path", f"{path!r} must start with a slash and hold no query; use query=")
    operation: Operation[Any] = Operation(
        code=f"{method} {path}",
        service=service,
        resource="",
        name="request",
        method=method,
        path=path,
        retry=retry or ("safe" if method in {"GET", "HEAD"} else "unsafe"),
        content="none" if body is None else "json",
        answer="any",
    )
    pairs: list[str] = []
    for name, value in (query or {}).items():
        check_arguments("request", {"query": QUERY_NAME}, {"query": name})
        many: Literal["repeat", "one"] = "repeat" if isinstance(value, list | tuple) else "one"
        param = Param(name=name, argument=name, list_style=many, min_length=0)
        pairs += [] if value is None else _query(operation, param, cast("Any", value))
    url = RedactedStr(base_url + quote(path, safe="/%:@,~") + ("?" + "&".join(pairs) if pairs else ""))
    if body is None:
        return Request(operation=operation, url=url)
    return Request(operation=operation, url=url, body=as_json("request", body), content_type=JSON)


def as_json(code: str, body: object) -> bytes:
    """A JSON body from bytes or text that is JSON already, or from anything that encodes to it."""
    try:
        if isinstance(body, bytes | bytearray):
            return RedactedBytes(body)
        return RedactedBytes(body.encode()) if isinstance(body, str) else codec.encode(body)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(code, "body", f"cannot be encoded as JSON: {error}") from error


def _with_body(
    operation: Operation[Any],
    url: str,
    members: dict[str, object],
    parts: list[Part],
    encoded: bytes | memoryview | None,
) -> Request:
    if encoded is not None:
        return Request(operation=operation, url=url, body=encoded, content_type=JSON)
    if operation.content == "json":
        return Request(operation=operation, url=url, body=encode_body(operation, members), content_type=JSON)
    if operation.content == "multipart":
        caps.check(operation, parts)
        return Request(operation=operation, url=url, body=Multipart(parts=tuple(parts)))
    return Request(operation=operation, url=url, body=b"" if operation.content == "empty" else None)


def encode_body(operation: Operation[Any], members: dict[str, object]) -> bytes:
    """The members of a body as JSON, held against every documented constraint."""
    struct = codec.resolve(operation.body)
    names = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
    try:
        return codec.exact(struct).read(codec.encode({names[name]: value for name, value in members.items()}))[1]
    except (*codec.DECODE_ERRORS, TypeError, ValueError):
        return _encoded(operation, "", _body(operation, struct, members), struct)  # which says what is wrong


def _body(operation: Operation[Any], struct: type[Struct], members: dict[str, object]) -> Struct:
    """The struct of a body, whose own checks name the member that is wrong."""
    try:
        return struct(**members)
    except (TypeError, ValueError) as error:
        argument, _, reason = str(error).removeprefix(f"{struct.__name__}.").partition(": ")
        if argument not in struct.__struct_fields__:
            argument, reason = "body", str(error)
        raise InvalidArgument(operation.code, argument, reason) from error


def _encoded(operation: Operation[Any], argument: str, value: object, kind: type[Struct]) -> bytes:
    """A value as JSON that its type allows; the error names where in `argument`, or in the body, the fault is."""
    try:
        return codec.exact(kind).read(codec.encode(value))[1]
    except (*codec.DECODE_ERRORS, TypeError, ValueError) as error:
        for problem in codec.find_violations(value, kind):
            path = f"{argument}.{problem.path}".strip(".") if argument else problem.path
            raise InvalidArgument(operation.code, path or "body", problem.message) from error
        raise


def _held(operation: Operation[Any], body: bytes) -> bytes:
    """JSON given as a whole, held against the operation's contract; raises InvalidArgument with the path of a fault."""
    try:
        return codec.exact(codec.resolve(operation.body)).read(body.removeprefix(b"\xef\xbb\xbf"))[1]
    except codec.DECODE_ERRORS as error:
        fault = codec.decode_failure(error)
        raise InvalidArgument(operation.code, fault.path.removeprefix("$").strip(".") or "body", fault.words) from None


def _path_segment(operation: Operation[Any], param: Param, value: object) -> str:
    text = "" if isinstance(value, str) and not value else format_param(operation, param, value)
    if text.isalnum() and text.isascii():
        return text
    if not text or "/" in text or text in {".", ".."}:
        raise InvalidArgument(
            operation.code, param.argument, f"{text!r} cannot be part of a path: it must not be empty or hold a slash"
        )
    return quote(text, safe="")


def _query(operation: Operation[Any], param: Param, value: object) -> list[str]:
    name = quote(param.name, safe="")
    if param.list_style == "one":
        return [f"{name}={quote(format_param(operation, param, value), safe=QUERY_SAFE)}"]
    texts = _texts(operation, param, value)
    if param.list_style == "repeat":
        return [f"{name}={quote(text, safe=QUERY_SAFE)}" for text in texts]
    return [f"{name}={quote(','.join(texts), safe=QUERY_SAFE)}"]


def _texts(operation: Operation[Any], param: Param, value: object) -> list[str]:
    """The members of a list as they travel; an empty list would be left out, and so ask for everything."""
    spell = _reference if param.type == "references" else format_param
    listed = (
        [text.strip() for text in value.split(",")] if isinstance(value, str) and param.list_style == "comma" else value
    )
    values = values_of(operation, param, listed)
    if not values:
        raise InvalidArgument(operation.code, param.argument, f"is an empty list{omit_hint(param)}")
    texts = [spell(operation, param, item) for item in values]
    for text in texts:
        if "," in text and param.list_style == "comma":
            raise InvalidArgument(operation.code, param.argument, f"{text!r} holds a comma, which separates values")
    return texts


def values_of(operation: Operation[Any], param: Param, value: object) -> list[object]:
    """The members of a list argument, its documented cap enforced."""
    several = members_of(value)
    values = [value] if several is None else several
    if param.max_items is not None and len(values) > param.max_items:
        raise InvalidArgument(
            operation.code, param.argument, f"has {len(values)} values; one call takes {param.max_items}"
        )
    return values


def members_of(value: object) -> list[object] | None:
    """The members of a list, those of a set in an order that is the same in every process; None for all else.

    An iterator is none: it serves once, and a list is asked for page by page, and perhaps again.
    """
    if not isinstance(value, Collection) or isinstance(value, str | bytes | Mapping):
        return None
    members = cast("Collection[object]", value)
    return sorted(members, key=str) if isinstance(members, AbstractSet) else list(members)


def _reference(operation: Operation[Any], param: Param, value: object) -> str:
    """A product reference, `TYPE|ID`, from a pair or from ready text."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, Sequence) and _is_pair(pair := cast("Sequence[object]", value)):
        text = f"{pair[0]}|{pair[1]}"
    else:
        raise InvalidArgument(operation.code, param.argument, 'takes pairs such as ("EAN", "9312432012041")')
    if REFERENCE.fullmatch(text) is None:
        raise InvalidArgument(operation.code, param.argument, f"{text!r} is not one TYPE|ID")
    return format_param(operation, replace(param, type="string"), text)


def _is_pair(value: Sequence[object]) -> bool:
    return len(value) == 2 and all(isinstance(part, str | int) and not isinstance(part, bool) for part in value)


def _parts(operation: Operation[Any], param: Param, value: object) -> list[Part]:
    if param.type == "json":
        content = _encoded(operation, param.argument, value, codec.resolve(param.body))
        return [Part(name=param.name, content=content, content_type=JSON)]
    if param.type != "file":
        return [Part(name=param.name, content=format_param(operation, param, value).encode())]
    values = [value] if param.list_style == "one" else values_of(operation, param, value)
    if param.required and not values:
        raise InvalidArgument(operation.code, param.argument, "is an empty list")
    return [_file_part(operation, param, item) for item in values]


def _file_part(operation: Operation[Any], param: Param, value: object) -> Part:
    upload = value if isinstance(value, Upload) else None
    content: object = upload.content if upload else value
    size: int | None = upload.size if upload else None
    filename = (upload.filename if upload else None) or param.name
    if isinstance(content, str | Path):
        content = _existing(operation, param, content)
        size = content.stat().st_size
        filename = (upload.filename if upload else None) or content.name
    elif isinstance(content, bytes):
        size = len(content)
    elif callable(content):
        content = RestartableChunks(cast("Callable[[], AsyncIterable[bytes]]", content))
    else:
        raise InvalidArgument(
            operation.code,
            param.argument,
            f"takes a path, bytes, or Upload(content=...), not {type(content).__name__}; chunks are given as a "
            "function that makes fresh ones, since an attempt consumes them",
        )
    if not is_file_name(filename):
        words = "its name cannot be written in a form; send it as Upload(content=..., filename=...)"
        raise InvalidArgument(operation.code, param.argument, words)
    return Part(
        name=param.name,
        content=cast("Content", content),
        content_type=upload.content_type if upload else None,
        filename=filename,
        size=size,
        progress=upload.progress if upload else None,
    )


def _existing(operation: Operation[Any], param: Param, given: str | Path) -> Path:
    try:
        if (path := Path(given)).is_file():
            return path
    except (OSError, ValueError):  # longer than a name may be, or no name at all
        pass
    # Text may be a file's content that was meant to be sent, and anybody's data: that much of it is not repeated.
    shown = str(given) if len(str(given)) <= MAX_NAME_LENGTH and str(given).isprintable() else "this text"
    raise InvalidArgument(operation.code, param.argument, f"{shown} is not a file; content is sent as bytes")


def _absolute_url(operation: Operation[Any], param: Param, arguments: Mapping[str, object], base_url: str) -> Request:
    """A request to an address that an earlier answer gave; without the credential where that is another origin."""
    address = _address(operation, param, arguments.get(param.argument), base_url)
    return Request(operation=operation, url=address, without_credentials=origin(address) != origin(base_url))


def _address(operation: Operation[Any], param: Param, value: object, base_url: str) -> str:
    """The absolute address, which is https like everything, except on this machine."""
    text = RedactedStr(value) if isinstance(value, str) else ""
    parts = address_parts(text)
    if parts is None:
        raise InvalidArgument(operation.code, param.argument, "is not an absolute http(s) address")
    if is_allowed_url(parts, base_url):
        return text
    base = urlsplit(base_url)
    if parts.hostname == base.hostname and parts.port in {None, 80, base.port}:
        return RedactedStr(parts._replace(scheme=base.scheme, netloc=base.netloc).geturl())
    raise InvalidArgument(operation.code, param.argument, f"is not https: http://{parts.netloc}")
