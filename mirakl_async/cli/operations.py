"""`mirakl-async operations`: lists all operations that can be called."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from ..operation import Operation
from ..operations import operations as registry
from .options import Json
from .results import Exit, print_json

__all__ = ["CLIENTS", "operations"]

WIDE = 200
CLIENTS = {"account": "connect.account"}
"""The client's attribute for the resources of a service, where its name differs from the service's."""


def operations(*, json: Json = False) -> int:
    """List every operation with its route, method, paging and documented rate."""
    rows = [_row(operation) for operation in registry.values()]
    if json:
        print_json({"operations": rows})
        return Exit.DONE
    table = Table("code", "route", "method", "paging", "rate", box=None, pad_edge=False)
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
