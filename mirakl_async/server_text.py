"""What a server wrote, made fit for us: its words for one line of an error, a log or a terminal; its numbers.

A text from outside may hold line breaks, which forge log lines, escape sequences, which a terminal obeys, and marks
that turn the direction of writing, which let a line read as another. Values of models stay as they came; a text goes
through here where it becomes part of a message of ours.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MAX_LENGTH = 2000
MAX_DIGITS = 18
"""As many digits as any 64-bit number may have; int() itself refuses over 4,300 of them."""


def one_line(text: str, max_length: int = MAX_LENGTH) -> str:
    """The text on one line and at most so long: any white space is a space, what cannot be printed is its escape."""
    start = text[:max_length]
    if not start.isprintable():
        start = "".join(map(_printable, start)).strip()
    return start if len(start) <= max_length and len(text) <= max_length else start[: max_length - 1] + "…"


def natural(text: str) -> int | None:
    """The number in decimal digits that is the whole text; None for any other text, and beyond 18 digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def fraction(text: str) -> Decimal:
    """A JSON number with all its digits, such as `12.10`; raises ValueError for an exponent of twenty digits."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("Number out of range") from None


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else ascii(character)[1:-1]
