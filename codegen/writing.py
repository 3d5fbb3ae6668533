"""Python text the way `ruff format` would leave it: what fits stays on one line, what does not stands one a line."""

from __future__ import annotations

import textwrap

WIDTH = 120
COMMAND = "python -m codegen"


def header(documents: str) -> str:
    """The first line of a generated file."""
    return f"# Written by `{COMMAND}` from {documents}. Not edited by hand: see docs/regenerating.md.\n"


def call(head: str, items: list[str], tail: str = ")", indent: int = 0) -> str:
    """`head(item, item)` on one line, or an item a line with a trailing comma."""
    pad = " " * indent
    line = f"{pad}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    inner = "".join(textwrap.indent(f"{item},\n", pad + "    ") for item in items)
    return f"{pad}{head}\n{inner}{pad}{tail}"


def signature(head: str, items: list[str], tail: str, indent: int = 0) -> str:
    """A function's head: on one line, or its parameters on one, or a parameter a line."""
    pad = " " * indent
    line = f"{pad}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH:
        return line
    middle = f"{pad}    {', '.join(items)}"
    unpacked = items and items[-1].startswith("**")
    if len(middle) <= WIDTH:
        return f"{pad}{head}\n{middle}\n{pad}{tail}"
    inner = "".join(f"{pad}    {item},\n" for item in items)
    if unpacked:
        inner = inner.removesuffix(",\n") + ",\n"
    return f"{pad}{head}\n{inner}{pad}{tail}"


def string(text: str) -> str:
    """A string literal in double quotes, as the formatter prefers."""
    plain = repr(text)
    if plain[0] == "'" and '"' not in text:
        return '"' + plain[1:-1].replace("\\'", "'") + '"'
    return plain


def strings(values: tuple[str, ...] | list[str]) -> str:
    """A tuple literal of strings."""
    inner = ", ".join(string(value) for value in values)
    return f"({inner},)" if len(values) == 1 else f"({inner})"


def listing(head: str, values: list[str], indent: int = 0) -> str:
    """A tuple of strings that may run over several lines."""
    return call(
        f"{head}(", [string(value) for value in values] if len(values) != 1 else [string(values[0]) + ","], ")", indent
    )


def docstring(paragraphs: list[str], indent: int = 0) -> str:
    """A docstring: the first paragraph on the first line, the others wrapped below it."""
    pad = " " * indent
    width = WIDTH - indent
    blocks = [
        wrapped(paragraph, width, 3 if number == 0 else 0) for number, paragraph in enumerate(paragraphs) if paragraph
    ]
    text = "\n\n".join(blocks).replace("\\", "\\\\").replace('"""', "'''")
    lines = text.split("\n")
    if len(lines) == 1 and len(lines[0]) + 6 <= width and not lines[0].endswith('"'):
        return f'{pad}"""{lines[0]}"""'
    body = "\n".join(f"{pad}{line}" if line else "" for line in lines[1:])
    return f'{pad}"""{lines[0]}\n{body}\n{pad}"""' if body else f'{pad}"""{lines[0]}\n{pad}"""'


def wrapped(paragraph: str, width: int, taken: int) -> str:
    """A paragraph filled to `width`; one whose lines start with two blanks is a list, filled line by line."""
    if paragraph.startswith("  "):
        filled = [
            textwrap.fill(
                line.strip(),
                width,
                initial_indent="  ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            for line in paragraph.split("\n")
        ]
        return "\n".join(filled)
    lines = textwrap.wrap(
        " " * taken + paragraph, width, drop_whitespace=True, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines).removeprefix(" " * taken)
