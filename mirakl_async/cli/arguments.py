"""Converts `name=value` arguments of the command line to the values of an operation's parameters. Pure.

- Each value is read as the type of its parameter. A text is used unchanged.
- Numbers, booleans and dates are checked here, so that a typing error is reported before anything is sent.
- Structured values are JSON.
- `@FILE` means the content of a file, or the file itself where the operation uploads one.
- A name that is given several times is a list.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import codec
from ..checks import did_you_mean
from ..http.params import EXAMPLES, read_text
from .results import usage_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..operation import Operation, Param

__all__ = ["arguments_of", "read_file", "read_json"]


def arguments_of(operation: Operation[Any], texts: Sequence[str], *, one_page: bool = False) -> dict[str, object]:
    """Return the arguments by their Python names; with `one_page`, paging parameters are accepted too.

    Without `one_page`, the command `list` sets the paging parameters itself. Raises CommandError for unknown names.
    """
    given: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise usage_error(f"{text!r} is not name=value")
        given.setdefault(name, []).append(value)
    params = {param.name: param for param in (operation.wire_params if one_page else operation.params)}
    arguments: dict[str, object] = {}
    for name, values in given.items():
        label = f"{operation.code}: {name}"
        if name not in params:
            names = ", ".join(sorted(params)) or "none"
            raise usage_error(f"{label}: unknown parameter; valid parameters: {names}{did_you_mean(name, params)}")
        arguments[params[name].argument] = _argument(params[name], values, label)
    return arguments


def _argument(param: Param, texts: list[str], label: str) -> object:
    if len(texts) > 1 and param.list_style == "one" and param.type != "references":
        raise usage_error(f"{label}: takes one value, not {len(texts)}")
    values = [_value(param, text, label) for text in texts]
    whole = any(isinstance(value, list) for value in values)  # one text that is a JSON array
    one_of_many = param.location == "body" and param.list_style != "one" and not whole
    return values if one_of_many or len(values) > 1 else values[0]


def _value(param: Param, text: str, label: str) -> object:
    if param.type == "file":
        return Path(text.removeprefix("@"))
    if param.type == "json":
        return read_json(_content(text, label), label)
    try:
        return read_text(param.type, text)
    except (ValueError, ArithmeticError):
        example = EXAMPLES.get(param.type, f"a valid {param.type}")
        raise usage_error(f"{label}: {text!r} is not {example}") from None


def _content(text: str, label: str) -> bytes:
    return read_file(Path(text[1:]), label) if text.startswith("@") else text.encode()


def read_file(path: Path, name: str) -> bytes:
    """Return the content of a file; raises CommandError whose message begins with `name`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise usage_error(f"{name}: {path}: {error.strerror}") from error


def read_json(content: bytes, name: str) -> Any:
    """Parse JSON and return plain values."""
    try:
        return codec.decode_plain(content)
    except codec.CodecError as error:
        raise usage_error(f"{name}: not valid JSON: {error}") from error
