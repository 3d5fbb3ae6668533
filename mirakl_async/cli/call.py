"""`mirakl-async call`: any operation by Mirakl's own code, with the names that Mirakl documents."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter

from ..caller import decoded
from ..connect_channel import ConnectChannel
from ..errors import MiraklError
from ..operations import operations as registry
from .arguments import arguments_of, read_file, read_json
from .outputs import path_or_stdout, written
from .results import Exit, print_error, printable_json, unfinished, usage_error

if TYPE_CHECKING:
    from ..client import Client
    from ..downloads import Download
    from ..operation import Operation

__all__ = ["call"]


async def call(
    code: Annotated[str, Parameter(help="Mirakl's code, such as upsertOrders")],
    /,
    *arguments: Annotated[
        str, Parameter(help="name=value, by Mirakl's names; repeat a name for a list, @FILE for a file")
    ],
    body: Annotated[Path | None, Parameter(help="a file with the JSON body, or - for standard input")] = None,
    out: Annotated[
        Path | None,
        Parameter(
            help="write the answer here instead of standard output",
            allow_leading_hyphen=True,
            converter=path_or_stdout,
        ),
    ] = None,
    base_url: Annotated[str | None, Parameter(help="Mirakl Connect's URL, if not by MIRAKL_ENVIRONMENT")] = None,
    account_url: Annotated[str | None, Parameter(help="Mirakl Account's URL, likewise")] = None,
    auth_url: Annotated[str | None, Parameter(help="the authentication host's URL, likewise")] = None,
    front_url: Annotated[str | None, Parameter(help="the marketplace's URL, if not MIRAKL_FRONT_URL")] = None,
) -> int:
    """Run one operation and print what Mirakl answers; credentials come from the environment.

    Lists give one page. The status is 1 when a successful answer reports failed items.
    """
    operation = registry[code]
    params, content = arguments_of(operation, arguments), _body(operation, body)
    if out is not None and not out.parent.is_dir():  # said before anything is done that an answer tells of
        raise usage_error(f"--out: {out.parent} is not a folder")
    client: Client
    if operation.service == "front":
        client = _front(front_url, auth_url)
    else:
        client = ConnectChannel(connect_url=base_url, account_url=account_url, auth_url=auth_url)
    async with client:
        if operation.answer == "stream":
            await _download(await client.call(code, params, body=content), out)
            return Exit.DONE
        reply = await client.call_raw(code, params, body=content)
        failed = getattr(decoded(reply, client.session.transport.instrumentation), "failed", ())
    if reply.content:
        _write_json(reply.content, out)
    else:
        print_error(f"{reply.status}, and nothing more")
    if failed:
        items = "1 item" if len(failed) == 1 else f"{len(failed)} items"
        print_error(f"{operation.code}: {items} failed, as the answer says")
    return Exit.REFUSED if failed else Exit.DONE


def _body(operation: Operation[Any], path: Path | None) -> bytes | None:
    if path is None:
        return None
    if operation.content != "json":
        raise usage_error(f"--body: {operation.code} does not accept a JSON body")
    content = sys.stdin.buffer.read() if path == Path("-") else read_file(path, "--body")
    read_json(content, "--body")
    return content


def _front(url: str | None, auth_url: str | None) -> Client:
    # Its resources take longer to import than a call to Connect should wait.
    from ..marketplace_front import MarketplaceFront  # noqa: PLC0415

    return MarketplaceFront(url, auth_url=auth_url)


async def _download(download: Download, out: Path | None) -> None:
    """A file of any size, as it arrives; into a folder under the name that Mirakl gives it."""
    if out is None:
        async with download as file:
            async for chunk in file.chunks():
                sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    try:
        saved = await download.save(out)
    except MiraklError:  # some of which are a TimeoutError, and so an OSError
        raise
    except OSError as error:
        raise unfinished(f"--out: {out}: {error.strerror}") from error
    print_error(f"{saved.path}: {saved.size} bytes")


def _write_json(body: bytes, out: Path | None) -> None:
    """The answer as it came; indented for a terminal."""
    if out is not None:
        with written(out) as file:
            file.write(body)
        return
    if sys.stdout.isatty():
        with suppress(msgspec.DecodeError):  # what was repaired is shown as it came
            body = msgspec.json.format(body, indent=2)
        body = printable_json(body.decode("utf-8", "replace")).encode()
    sys.stdout.buffer.write(body.rstrip() + b"\n")
    sys.stdout.buffer.flush()
