"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from cyclopts import Parameter

from ..checks import SECONDS, SECONDS_OR_ZERO, reason_against, whole
from .outputs import path_or_stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cyclopts import Token

    from ..checks import Rule
    from ..options import Options

__all__ = [
    "AT_LEAST_ONE",
    "AT_LEAST_ZERO",
    "SECONDS_ABOVE_ZERO",
    "SECONDS_AT_LEAST_ZERO",
    "AccountUrl",
    "AuthUrl",
    "BaseUrl",
    "Concurrency",
    "Deadline",
    "Filters",
    "FrontUrl",
    "Json",
    "MaxWait",
    "Out",
    "Poison",
    "PollInterval",
    "Rate",
    "Timeout",
    "Updates",
    "call_options",
    "whole_number",
]


def _validator(rule: Rule) -> Callable[[object, object], None]:
    """Return a validator for an option; it is called with the option's type and its value."""

    def validate(_: object, value: object) -> None:
        if value is not None and reason_against(rule, value) is not None:
            raise ValueError(f"It must be {rule.what}.")

    return validate


def whole_number(_: type[int], tokens: Sequence[Token]) -> int:
    """Convert a text to a whole number in decimal digits; "10.5" and "0x10" are invalid."""
    if re.fullmatch(r"[+-]?\d{1,99}", tokens[0].value, re.ASCII) is None:
        raise ValueError(f'"{tokens[0].value}" is not a whole number.')
    return int(tokens[0].value)


AT_LEAST_ONE = _validator(whole(1))
AT_LEAST_ZERO = _validator(whole(0))
CALLS = _validator(whole(1, 10_000))
SECONDS_ABOVE_ZERO = _validator(SECONDS)
SECONDS_AT_LEAST_ZERO = _validator(SECONDS_OR_ZERO)

BaseUrl: TypeAlias = Annotated[
    str | None,
    Parameter(help="URL of Mirakl Connect (default: MIRAKL_CONNECT_URL, or the host of MIRAKL_ENVIRONMENT)"),
]
AccountUrl: TypeAlias = Annotated[
    str | None,
    Parameter(help="URL of Mirakl Account (default: MIRAKL_ACCOUNT_URL, or the host of MIRAKL_ENVIRONMENT)"),
]
AuthUrl: TypeAlias = Annotated[
    str | None, Parameter(help="URL of the authentication host (default: MIRAKL_AUTH_URL, or Mirakl's own)")
]
FrontUrl: TypeAlias = Annotated[str | None, Parameter(help="URL of the marketplace (default: MIRAKL_FRONT_URL)")]
Poison: TypeAlias = Annotated[
    int, Parameter(help="number of them that are invalid", validator=AT_LEAST_ZERO, converter=whole_number)
]
Updates: TypeAlias = Annotated[
    int,
    Parameter(
        help="number of the others that come a second time, in another version",
        validator=AT_LEAST_ZERO,
        converter=whole_number,
    ),
]
Json: TypeAlias = Annotated[
    bool, Parameter(help="print one JSON object and nothing else", negative=(), show_default=False)
]
Rate: TypeAlias = Annotated[
    Literal["maximum", "recommended", "none"] | None,
    Parameter(help="documented rate to keep (default: MIRAKL_RATE, or recommended)"),
]
Concurrency: TypeAlias = Annotated[
    int | None,
    Parameter(
        help="calls in flight (default: as many as the rate and the latency need)",
        validator=CALLS,
        converter=whole_number,
    ),
]
Deadline: TypeAlias = Annotated[
    float | None,
    Parameter(help="seconds that a call may take, with its retries (default: 120)", validator=SECONDS_ABOVE_ZERO),
]
MaxWait: TypeAlias = Annotated[
    float | None,
    Parameter(
        help="seconds to wait at most where a rate limit asks for it (default: 60)", validator=SECONDS_AT_LEAST_ZERO
    ),
]
Timeout: TypeAlias = Annotated[
    float | None,
    Parameter(help="seconds to wait for the end at most (default: no limit)", validator=SECONDS_AT_LEAST_ZERO),
]
PollInterval: TypeAlias = Annotated[
    float | None,
    Parameter(help="seconds between two status requests (default: the documented rate)", validator=SECONDS_ABOVE_ZERO),
]
Filters: TypeAlias = Annotated[
    str, Parameter(help="name=value, by Mirakl's names; repeat a name for a list, as in a=1 a=2")
]
Out: TypeAlias = Annotated[
    Path,
    Parameter(
        help="file to write, .ndjson, .csv (both also with .gz) or .parquet; - for NDJSON on standard output",
        allow_leading_hyphen=True,
        converter=path_or_stdout,
        show_default=False,
    ),
]


def call_options(deadline: float | None, max_wait: float | None) -> Options:
    """Return the call options that were given on the command line."""
    options: Options = {}
    if deadline is not None:
        options["deadline"] = deadline
    if max_wait is not None:
        options["max_wait"] = max_wait
    return options
