"""`mirakl-async operations`: what there is to call."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from ..operation import Operation
from ..operations import operations as registry
from .results import Exit, print_json

__all__ = ["CLIENTS", "operations"]

WIDE = 200
CLIENTS = {"account": "connect.account"}
"""Where a client has the resources of a service, if not under its name."""


def operations(
    *, json: Annotated[bool, Parameter(help="print one JSON object and nothing else", negative=())] = False
) -> int:
    """List every operation: its code, its route, the method that stands for it, its paging and its documented pace."""
    rows = [_row(operation) for operation in registry.values()]
    if json:
        print_json({"operations": rows})
        return Exit.DONE
    table = Table("code", "route", "method", "paging", "pace", box=None, pad_edge=False)
    for row in rows:
        code = f"{row['code']} (deprecated)" if row["deprecated"] else row["code"]
        table.add_row(code, row["route"], row["python"], row["paging"] or "", row["pace"])
    Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, markup=False).print(table)
    return Exit.DONE


def _row(operation: Operation[Any]) -> dict[str, Any]:
    return {
        "code": operation.code,
        "service": operation.service,
        "route": f"{operation.method} {operation.path}",
        "python": f"{CLIENTS.get(operation.service, operation.service)}.{operation.resource}.{operation.name}",
        "summary": operation.summary,
        "parameters": [
            {"name": param.name, "in": param.location, "type": param.type, "required": param.required}
            for param in operation.wire_params
        ],
        "paging": operation.paging.kind if operation.paging else None,
        "pace": operation.frequency,
        "retry": operation.retry,
        "deprecated": operation.deprecated,
    }
