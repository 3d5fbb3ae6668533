"""`mirakl-async sample`: writes sample orders for experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from .. import codec
from .demo.sample_orders import sample_orders
from .options import AT_LEAST_ZERO, Poison, Updates, whole_number
from .outputs import STANDARD_OUTPUT, check_output, open_output, path_or_stdout
from .results import Exit, usage_error

__all__ = ["sample"]


def sample(
    _kind: Annotated[Literal["orders"], Parameter(name="kind", help="kind of records")],
    count: Annotated[int, Parameter(help="number of orders", validator=AT_LEAST_ZERO, converter=whole_number)] = 10,
    /,
    *,
    poison: Poison = 0,
    updates: Updates = 0,
    seed: Annotated[
        int, Parameter(help="seed of what is random; the same seed gives the same orders", converter=whole_number)
    ] = 0,
    out: Annotated[
        Path,
        Parameter(
            help="NDJSON file to write, gzip if it ends in .gz; - for standard output",
            allow_leading_hyphen=True,
            converter=path_or_stdout,
            show_default=False,
        ),
    ] = STANDARD_OUTPUT,
) -> int:
    """Write made-up orders as NDJSON, one a line, as `mirakl-async sync` reads them."""
    if poison + updates > count:
        raise usage_error("--poison and --updates together must not be more than COUNT")
    check_output(out)
    with open_output(out) as file:
        for order, _ in sample_orders(count, poison=poison, updates=updates, seed=seed):
            file.write(codec.encode(order) + b"\n")
    return Exit.DONE
