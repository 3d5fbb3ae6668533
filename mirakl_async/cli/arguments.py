"""From `name=value` on the command line to the values that an operation takes, each read as its parameter's type. Pure.

Text is taken as it is. Numbers, booleans and dates are checked here, so that a typing error is reported before anything
is sent. Structured values are JSON; `@FILE` stands for a file's content, or for the file itself where one is uploaded.
A name that is given several times is a list.
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
    """The arguments by their Python names; `one_page` also takes the parameters of paging, which a whole list sets.

    Raises CommandError for names that the operation does not have.
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
    """A file's content; raises CommandError that begins with `name`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise usage_error(f"{name}: {path}: {error.strerror}") from error


def read_json(content: bytes, name: str) -> Any:
    """JSON as plain values."""
    try:
        return codec.decode_plain(content)
    except codec.CodecError as error:
        raise usage_error(f"{name}: not valid JSON: {error}") from error
