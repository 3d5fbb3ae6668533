"""Python text in the format of `ruff format`, so that generated files look like written ones.

What fits stays on one line. The arguments of a call that does not fit are moved to the next line together if they fit
there, or else get one line each. The items of a literal or an import get one line each immediately.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

WIDTH = 120
COMMAND = "python -m codegen"


@dataclass(frozen=True)
class Group:
    """A bracketed expression: `head`, the items, `tail`. `literal` is for a tuple, list, dict or import, not a call."""

    head: str
    items: tuple[str | Group, ...]
    tail: str = ")"
    literal: bool = False

    def flat(self) -> str:
        """Return the group on one line; a tuple of one item keeps its comma."""
        inner = ", ".join(item if isinstance(item, str) else item.flat() for item in self.items)
        alone = "," if self.literal and len(self.items) == 1 and self.tail == ")" else ""
        return f"{self.head}{inner}{alone}{self.tail}"


def render(item: str | Group, indent: int = 0, after: int = 0) -> str:
    """Return the text of a group.

    `indent` is the number of blanks before it, and `after` the length of what follows on its last line.
    """
    pad = " " * indent
    flat = pad + (item if isinstance(item, str) else item.flat())
    if isinstance(item, str) or len(flat) + after <= WIDTH:
        return flat
    inner = f"{pad}    " + ", ".join(part if isinstance(part, str) else part.flat() for part in item.items)
    if not item.literal and len(inner) <= WIDTH:
        return f"{pad}{item.head}\n{inner}\n{pad}{item.tail}"
    lines = "".join(f"{render(part, indent + 4, 1)},\n" for part in item.items)
    return f"{pad}{item.head}\n{lines}{pad}{item.tail}"


def call(head: str, items: list[str] | list[str | Group], tail: str = ")", indent: int = 0) -> str:
    """Return a call, or any other expression that is split like one."""
    return render(Group(head, tuple(items), tail), indent)


def imported(module: str, names: list[str], indent: int = 0) -> str:
    """Return an import on one line, or with one name per line."""
    line = f"{' ' * indent}from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return render(Group(f"from {module} import (", tuple(names), literal=True), indent)


def header(documents: str) -> str:
    """Return the first line of a generated file."""
    return f"# Written by `{COMMAND}` from {documents}. Not edited by hand: see docs/regenerating.md.\n"


def string(text: str) -> str:
    """Return a string literal in double quotes, as the formatter prefers."""
    plain = repr(text)
    if plain[0] == "'" and '"' not in text:
        return '"' + plain[1:-1].replace("\\'", "'") + '"'
    return plain


def strings(name: str, values: tuple[str, ...]) -> Group:
    """Return a keyword argument with a tuple of strings: `name=("A", "B")`."""
    return Group(f"{name}=(", tuple(string(value) for value in values), literal=True)


def exported(names: list[str]) -> str:
    """Return a module's `__all__`."""
    return render(Group("__all__ = [", tuple(map(string, sorted(names))), "]", literal=True)) + "\n"


def alternatives(head: str, options: list[str | Group], indent: int = 0) -> str:
    """Return `head A | B`, in brackets if it is too long, or with one alternative per line."""
    pad = " " * indent
    union = " | ".join(option if isinstance(option, str) else option.flat() for option in options)
    if len(f"{pad}{head} {union}") <= WIDTH:
        return f"{pad}{head} {union}"
    inner = f"{pad}    {union}"
    if len(inner) > WIDTH:
        lines = [render(option, indent + 4).lstrip() for option in options]
        inner = f"{pad}    " + f"\n{pad}    | ".join(lines)
    return f"{pad}{head} (\n{inner}\n{pad})"


def docstring(paragraphs: list[str], indent: int = 0) -> str:
    """Return a docstring: the first paragraph on the first line, the others wrapped below it."""
    pad = " " * indent
    width = WIDTH - indent
    given = [paragraph for paragraph in paragraphs if paragraph]
    blocks = [wrapped(paragraph, width, 3 if number == 0 else 0) for number, paragraph in enumerate(given)]
    lines = "\n\n".join(blocks).replace("\\", "\\\\").replace('"""', "'''").split("\n")
    if len(lines) == 1 and not lines[0].endswith('"'):
        return f'{pad}"""{lines[0]}"""'
    body = "".join(f"{pad}{line}\n" if line else "\n" for line in lines[1:])
    return f'{pad}"""{lines[0]}\n{body}{pad}"""'


def wrapped(paragraph: str, width: int, taken: int) -> str:
    """Wrap a paragraph to `width`, with a first line shorter by `taken`.

    The items of a list with dashes are wrapped separately.
    """
    if paragraph.startswith("- "):
        return "\n".join(_filled(line, width, "  ") for line in paragraph.split("\n"))
    only = paragraph if len(paragraph) + 2 * taken <= width else _filled("x" * taken + paragraph, width, "")[taken:]
    lines = only.split("\n")
    # A single line has both pairs of quotes on it.
    return only if len(lines) > 1 or len(only) + 2 * taken <= width else _filled(only, width - 2 * taken, "")


def _filled(text: str, width: int, hanging: str) -> str:
    return textwrap.fill(text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
