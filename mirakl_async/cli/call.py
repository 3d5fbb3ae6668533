"""`mirakl-async call`: calls any operation by its code, with the parameters that Mirakl documents."""

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
from .more_pages import has_more, list_command
from .options import AccountUrl, AuthUrl, BaseUrl, Deadline, FrontUrl, MaxWait, call_options
from .outputs import check_output, open_output, path_or_hyphen, path_or_stdout, standard_input
from .results import Exit, print_error, printable_json, unfinished, usage_error

if TYPE_CHECKING:
    from ..client import Client
    from ..downloads import Download
    from ..operation import Operation

__all__ = ["call"]


async def call(
    code: Annotated[str, Parameter(help="code of the operation, such as OR11 or upsertOrders")],
    /,
    *arguments: Annotated[
        str,
        Parameter(
            help="name=value, by Mirakl's names; repeat a name for a list, as in a=1 a=2; @FILE is a file's content"
        ),
    ],
    body: Annotated[
        Path | None,
        Parameter(
            help="file with the JSON body; - for standard input", allow_leading_hyphen=True, converter=path_or_hyphen
        ),
    ] = None,
    out: Annotated[
        Path | None,
        Parameter(
            help="file for the response, gzip if JSON goes into a name with .gz (default: standard output)",
            allow_leading_hyphen=True,
            converter=path_or_stdout,
        ),
    ] = None,
    deadline: Deadline = None,
    max_wait: MaxWait = None,
    base_url: BaseUrl = None,
    account_url: AccountUrl = None,
    auth_url: AuthUrl = None,
    front_url: FrontUrl = None,
) -> int:
    """Call one operation and print Mirakl's response.

    A list gives one page: `mirakl-async list` reads all of them. The exit status is 1 when a successful response
    reports failed items.
    """
    operation = registry[code]
    params, content = arguments_of(operation, arguments, one_page=True), _body(operation, body)
    if out is not None and not (operation.answer == "stream" and out.is_dir()):
        check_output(out)
    client: Client
    if operation.service == "front":
        client = _front(front_url, auth_url)
    else:
        client = ConnectChannel(connect_url=base_url, account_url=account_url, auth_url=auth_url)
    options = call_options(deadline, max_wait)
    async with client:
        if operation.answer == "stream":
            await _download(await client.call(code, params, body=content, **options), out)
            return Exit.DONE
        response = await client.call_raw(code, params, body=content, **options)
        failed = getattr(decoded(response, client.session), "failed", ())
    if response.content:
        _write_json(response.content, out)
    else:
        print_error(f"{operation.code}: {response.status}, without content")
    if has_more(response):
        command = list_command(operation.code, arguments)
        print_error(f"one page of several; for all of them: {command}", logged="one page of several")
    if failed:
        items = "1 item" if len(failed) == 1 else f"{len(failed)} items"
        print_error(f"{operation.code}: {items} failed; the response says why")
    return Exit.REJECTED if failed else Exit.DONE


def _body(operation: Operation[Any], path: Path | None) -> bytes | None:
    if path is None:
        return None
    if operation.content != "json":
        raise usage_error(f"--body: {operation.code} does not accept a JSON body")
    content = standard_input().read() if path == Path("-") else read_file(path, "--body")
    read_json(content, "--body")
    return content


def _front(url: str | None, auth_url: str | None) -> Client:
    # Imported here because the import takes time that a call to Connect does not need.
    from ..marketplace_front import MarketplaceFront  # noqa: PLC0415

    return MarketplaceFront(url, auth_url=auth_url)


async def _download(download: Download, out: Path | None) -> None:
    """Write a file of any size while it is received; in a folder the file gets the name that Mirakl sends."""
    if out is None:
        async with download as file:
            async for chunk in file.chunks():
                sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    try:
        saved = await download.save(out)
    except MiraklError:  # some are also TimeoutErrors, which are OSErrors
        raise
    except OSError as error:
        raise unfinished(f"--out: {out}: {error.strerror}") from error
    print_error(f"{saved.path}: {saved.size} bytes")


def _write_json(body: bytes, out: Path | None) -> None:
    """Write the response unchanged, or indented for a terminal."""
    if out is not None:
        with open_output(out) as file:
            file.write(body)
        return
    if sys.stdout.isatty():
        with suppress(msgspec.DecodeError):  # a response that had to be repaired is shown unchanged
            body = msgspec.json.format(body, indent=2)
        body = printable_json(body.decode("utf-8", "replace")).encode()
    sys.stdout.buffer.write(body.rstrip() + b"\n")
    sys.stdout.buffer.flush()
