"""Build the request of an operation from its arguments. Pure, no I/O.

Arguments that Mirakl would reject are rejected here, before anything is sent: a missing argument, a list that is too
long, a naive datetime, a path segment with a slash, a value outside its documented bounds.
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
from ..checks import Rule, Rules, check_arguments, did_you_mean, instance, one_of
from ..errors import InvalidArgument
from ..operation import Operation, Param
from ..redaction import RedactedBytes, RedactedDict, RedactedStr
from . import upload_limits
from .params import format_param, omit_hint
from .request import Multipart, Part, Request
from .upload import Content, RestartableChunks, Upload, is_file_name
from .urls import is_allowed_url, origin, parse_address

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from ..operation import RetryClass, Service

__all__ = [
    "JSON",
    "MAX_NAME_LENGTH",
    "as_json",
    "build",
    "build_by_wire_names",
    "build_undocumented",
    "by_argument_name",
    "encode_body",
    "members_of",
    "values_of",
]

JSON = "application/json"
QUERY_SAFE = ",:"
REFERENCE = re.compile(r"[^|,]+\|[^|,]+")
MAX_NAME_LENGTH = 255
_TEXT = re.compile("[^\0-\x1f\x7f\ud800-\udfff]+")
REQUEST_RULES: Rules = {
    "method": Rule(
        "a method such as GET", lambda value: isinstance(value, str) and re.fullmatch("[A-Za-z]+", value) is not None
    ),
    "path": Rule(
        "a path without control characters", lambda value: isinstance(value, str) and _TEXT.fullmatch(value) is not None
    ),
    "query": instance(Mapping, "a mapping of names to values").or_none(),
    "retry": one_of("safe", "idempotent", "unsafe").or_none(),
}
"""The rules for the arguments of `Client.request`."""
QUERY_NAME = Rule(
    "names without control characters", lambda value: isinstance(value, str) and _TEXT.fullmatch(value) is not None
)


def build(
    operation: Operation[Any], arguments: Mapping[str, object], base_url: str, body: bytes | memoryview | None = None
) -> Request:
    """Build the request from arguments by their Python names; raises InvalidArgument.

    `body` is a JSON body that is already encoded; the arguments of the body are then neither required nor used.
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
    """Build the request from arguments by Mirakl's documented names; `body` is JSON text, or a value to encode."""
    arguments = by_argument_name(operation, params)
    if body is None:
        wire_operation = replace(operation, params=operation.wire_params)
        return replace(build(wire_operation, arguments, base_url), operation=operation)
    if operation.content != "json":
        raise InvalidArgument(operation.code, "body", "this operation does not accept a JSON body")
    for param in operation.params:
        if param.location == "body" and param.argument in arguments:
            raise InvalidArgument(
                operation.code,
                param.name,
                "is a member of the body; pass it in the body only",
            )
    return build(operation, arguments, base_url, _checked_json(operation, as_json(operation.code, body)))


def by_argument_name(operation: Operation[Any], params: Mapping[str, object]) -> dict[str, object]:
    """Rename arguments from Mirakl's documented names to the Python ones; raises InvalidArgument for unknown names."""
    arguments = RedactedDict(params)
    wire_params = operation.wire_params
    for param in wire_params:
        if param.name != param.argument and param.name in arguments:
            arguments[param.argument] = arguments.pop(param.name)
    known = {param.argument for param in wire_params}
    for name in arguments:
        if name not in known:
            names = ", ".join(sorted(param.name for param in wire_params)) or "none"
            hint = did_you_mean(name, [*known, *(param.name for param in wire_params)])
            raise InvalidArgument(operation.code, name, f"unknown parameter; valid parameters: {names}{hint}")
    return arguments


def build_undocumented(  # noqa: PLR0917 - one caller, Client.request, whose arguments these are
    method: str,
    path: str,
    service: Service,
    base_url: str,
    query: Mapping[str, object] | None,
    body: object,
    retry: RetryClass | None,
) -> Request:
    """Build the request for an endpoint that no operation describes; a list in `query` repeats its name."""
    check_arguments("request", REQUEST_RULES, {"method": method, "path": path, "query": query, "retry": retry})
    method = method.upper()
    if not path.startswith("/") or "?" in path or "#" in path or {".", ".."} & {*path.split("/")}:
        raise InvalidArgument(
            "request", "path", f"{path!r} must start with a slash and contain no query or fragment; use query="
        )
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
        list_style: Literal["repeat", "one"] = "repeat" if isinstance(value, list | tuple) else "one"
        param = Param(name=name, argument=name, list_style=list_style, min_length=0)
        pairs += [] if value is None else _query(operation, param, cast("Any", value))
    url = RedactedStr(base_url + quote(path, safe="/%:@,~") + ("?" + "&".join(pairs) if pairs else ""))
    if body is None:
        return Request(operation=operation, url=url)
    return Request(operation=operation, url=url, body=as_json("request", body), content_type=JSON)


def as_json(code: str, body: object) -> bytes:
    """Encode a body as JSON; bytes and str are used as they are."""
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
        upload_limits.check(operation, parts)
        return Request(operation=operation, url=url, body=Multipart(parts=tuple(parts)))
    return Request(operation=operation, url=url, body=b"" if operation.content == "empty" else None)


def encode_body(operation: Operation[Any], members: dict[str, object]) -> bytes:
    """Encode the members of a body as JSON, validated against every documented constraint."""
    struct = codec.resolve(operation.body)
    names = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
    try:
        return codec.exact(struct).read(codec.encode({names[name]: value for name, value in members.items()}))[1]
    except (*codec.DECODE_ERRORS, TypeError, ValueError):
        return _encoded(
            operation, "", _body(operation, struct, members), struct
        )  # raises InvalidArgument with the reason


def _body(operation: Operation[Any], struct: type[Struct], members: dict[str, object]) -> Struct:
    """Make the struct of a body; its own checks name the invalid member."""
    try:
        return struct(**members)
    except (TypeError, ValueError) as error:
        argument, _, reason = str(error).removeprefix(f"{struct.__name__}.").partition(": ")
        if argument not in struct.__struct_fields__:
            argument, reason = "body", str(error)
        raise InvalidArgument(operation.code, argument, reason) from error


def _encoded(operation: Operation[Any], argument: str, value: object, struct_type: type[Struct]) -> bytes:
    """Encode a value as JSON, validated against its type; the error names the path within `argument` or the body."""
    try:
        return codec.exact(struct_type).read(codec.encode(value))[1]
    except (*codec.DECODE_ERRORS, TypeError, ValueError) as error:
        for problem in codec.find_violations(value, struct_type):
            path = f"{argument}.{problem.path}".strip(".") if argument else problem.path
            raise InvalidArgument(operation.code, path or "body", problem.message) from error
        raise


def _checked_json(operation: Operation[Any], body: bytes) -> bytes:
    """Validate a whole JSON body against the operation's schema; raises InvalidArgument with the violated path."""
    try:
        return codec.exact(codec.resolve(operation.body)).read(body.removeprefix(b"\xef\xbb\xbf"))[1]
    except codec.DECODE_ERRORS as error:
        failure = codec.decode_failure(error)
        raise InvalidArgument(
            operation.code, failure.path.removeprefix("$").strip(".") or "body", failure.message
        ) from None


def _path_segment(operation: Operation[Any], param: Param, value: object) -> str:
    text = "" if isinstance(value, str) and not value else format_param(operation, param, value)
    if text.isalnum() and text.isascii():
        return text
    if not text or "/" in text or text in {".", ".."}:
        raise InvalidArgument(
            operation.code,
            param.argument,
            f"{text!r} cannot be part of a path; it must not be empty or contain a slash",
        )
    return quote(text, safe="")


def _query(operation: Operation[Any], param: Param, value: object) -> list[str]:
    name = quote(param.name, safe="")
    if param.list_style == "one":
        return [f"{name}={quote(format_param(operation, param, value), safe=QUERY_SAFE)}"]
    texts = _list_texts(operation, param, value)
    if param.list_style == "repeat":
        return [f"{name}={quote(text, safe=QUERY_SAFE)}" for text in texts]
    return [f"{name}={quote(','.join(texts), safe=QUERY_SAFE)}"]


def _list_texts(operation: Operation[Any], param: Param, value: object) -> list[str]:
    """Format the members of a list; an empty list is rejected, since it would be omitted and so select everything."""
    format_item = _reference if param.type == "references" else format_param
    listed = (
        [text.strip() for text in value.split(",")] if isinstance(value, str) and param.list_style == "comma" else value
    )
    values = values_of(operation, param, listed)
    if not values:
        raise InvalidArgument(operation.code, param.argument, f"is an empty list{omit_hint(param)}")
    texts = [format_item(operation, param, item) for item in values]
    for text in texts:
        if "," in text and param.list_style == "comma":
            raise InvalidArgument(operation.code, param.argument, f"{text!r} contains a comma, which separates values")
    return texts


def values_of(operation: Operation[Any], param: Param, value: object) -> list[object]:
    """The members of a list argument; raises InvalidArgument if there are more than documented."""
    members = members_of(value)
    values = [value] if members is None else members
    if param.max_items is not None and len(values) > param.max_items:
        raise InvalidArgument(
            operation.code, param.argument, f"has {len(values)} values; one call takes at most {param.max_items}"
        )
    return values


def members_of(value: object) -> list[object] | None:
    """The members of a collection, those of a set in an order that is the same in every process; None for other values.

    An iterator is not accepted: it can be read once, but the arguments of a list serve every page and every retry.
    """
    if not isinstance(value, Collection) or isinstance(value, str | bytes | Mapping):
        return None
    members = cast("Collection[object]", value)
    return sorted(members, key=str) if isinstance(members, AbstractSet) else list(members)


def _reference(operation: Operation[Any], param: Param, value: object) -> str:
    """Format a product reference, `TYPE|ID`, from a pair or from text."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, Sequence) and _is_pair(pair := cast("Sequence[object]", value)):
        text = f"{pair[0]}|{pair[1]}"
    else:
        raise InvalidArgument(operation.code, param.argument, 'must be pairs such as ("EAN", "9312432012041")')
    if REFERENCE.fullmatch(text) is None:
        raise InvalidArgument(operation.code, param.argument, f"{text!r} is not a reference of the form TYPE|ID")
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
        content = _existing_file(operation, param, content)
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
            f"must be a path, bytes, or Upload(content=...), not {type(content).__name__}; to stream, pass a function "
            "that returns a new async iterator for every attempt",
        )
    if not is_file_name(filename):
        reason = "the file name is not valid Unicode text; pass Upload(content=..., filename=...)"
        raise InvalidArgument(operation.code, param.argument, reason)
    return Part(
        name=param.name,
        content=cast("Content", content),
        content_type=upload.content_type if upload else None,
        filename=filename,
        size=size,
        progress=upload.progress if upload else None,
    )


def _existing_file(operation: Operation[Any], param: Param, path_or_text: str | Path) -> Path:
    try:
        if (path := Path(path_or_text)).is_file():
            return path
    except (OSError, ValueError):  # too long, or not a valid file name
        pass
    # The text may be the content of a file, passed by mistake, with personal data: a long one is not shown.
    description = (
        str(path_or_text)
        if len(str(path_or_text)) <= MAX_NAME_LENGTH and str(path_or_text).isprintable()
        else "this text"
    )
    raise InvalidArgument(operation.code, param.argument, f"{description} is not a file; pass content as bytes")


def _absolute_url(operation: Operation[Any], param: Param, arguments: Mapping[str, object], base_url: str) -> Request:
    """Build the request for a URL that an earlier response contains; without credentials on another origin."""
    address = _address(operation, param, arguments.get(param.argument), base_url)
    return Request(operation=operation, url=address, without_credentials=origin(address) != origin(base_url))


def _address(operation: Operation[Any], param: Param, value: object, base_url: str) -> str:
    """The absolute URL; it must be https, except on the loopback interface."""
    text = RedactedStr(value) if isinstance(value, str) else ""
    parts = parse_address(text)
    if parts is None:
        raise InvalidArgument(operation.code, param.argument, "is not an absolute http(s) URL")
    if is_allowed_url(parts, base_url):
        return text
    base = urlsplit(base_url)
    if parts.hostname == base.hostname and parts.port in {None, 80, base.port}:
        return RedactedStr(parts._replace(scheme=base.scheme, netloc=base.netloc).geturl())
    raise InvalidArgument(operation.code, param.argument, f"must be https, not http://{parts.netloc}")
