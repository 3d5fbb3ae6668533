"""`mirakl-async operations` and `mirakl-async call`: every operation by Mirakl's own code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from .. import codec
from ..connect_channel import ConnectChannel
from ..errors import MiraklError
from ..operation import Operation
from ..operations import operations as registry
from .results import Exit, complain, print_json

if TYPE_CHECKING:
    from ..calls import Reply
    from ..client import Client


def operations(*, json: Annotated[bool, Parameter(help="print one JSON object and nothing else")] = False) -> int:
    """List every operation: its code, its route, and the method that stands for it."""
    rows = [_row(operation) for operation in registry.values()]
    if json:
        print_json({"operations": rows})
        return Exit.DONE
    table = Table("code", "route", "method", "paging", "pace")
    for row in rows:
        table.add_row(row["code"], row["route"], f"{row['service']}.{row['python']}", row["paging"] or "", row["pace"])
    Console().print(table)
    return Exit.DONE


def _row(operation: Operation[Any]) -> dict[str, Any]:
    return {
        "code": operation.code,
        "service": operation.service,
        "route": f"{operation.method} {operation.path}",
        "python": f"{operation.resource}.{operation.name}",
        "summary": operation.summary,
        "paging": operation.paging.kind if operation.paging else None,
        "pace": operation.frequency,
        "retry": operation.retry,
        "deprecated": operation.deprecated,
    }


async def call(
    code: Annotated[str, Parameter(help="Mirakl's code, such as upsertOrders")],
    *arguments: Annotated[
        str, Parameter(help="name=value, by Mirakl's names; repeat a name for a list, @FILE for a file")
    ],
    body: Annotated[Path | None, Parameter(help="a file with the JSON body")] = None,
    out: Annotated[Path | None, Parameter(help="write the answer here instead of standard output")] = None,
    base_url: Annotated[str | None, Parameter(help="URL of the service")] = None,
    auth_url: Annotated[str | None, Parameter(help="URL of the authentication host")] = None,
) -> int:
    """Run one operation; credentials come from the environment. Prints the answer's body."""
    try:
        operation = registry[code]
        params = _params(arguments)
        content = None if body is None else body.read_bytes()
        async with _client(operation, base_url, auth_url) as client:
            reply = await client.call_raw(code, params, body=content)
    except (MiraklError, OSError, ValueError) as error:
        complain(error)
        return Exit.USAGE if not getattr(error, "attempts", ()) else Exit.UNFINISHED
    _write(reply, out)
    return Exit.DONE


def _client(operation: Operation[Any], base_url: str | None, auth_url: str | None) -> Client:
    if operation.service == "account":
        return ConnectChannel(account_url=base_url, auth_url=auth_url)
    return ConnectChannel(connect_url=base_url, auth_url=auth_url)


def _params(arguments: tuple[str, ...]) -> dict[str, object]:
    params: dict[str, object] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals:
            raise ValueError(f"{argument!r} is not name=value")
        value: object = Path(text[1:]) if text.startswith("@") else text
        if name not in params:
            params[name] = value
        elif isinstance(params[name], list):
            params[name].append(value)  # type: ignore[attr-defined]
        else:
            params[name] = [params[name], value]
    return params


def _write(reply: Reply, out: Path | None) -> None:
    if out is not None:
        out.write_bytes(reply.body)
    elif not reply.body:
        print(f"{reply.status}, no body", file=sys.stderr)
    else:
        try:
            codec.decode_plain(reply.body)
            sys.stdout.buffer.write(reply.body.rstrip() + b"\n")
        except codec.CodecError:
            sys.stdout.buffer.write(reply.body)
        sys.stdout.flush()
