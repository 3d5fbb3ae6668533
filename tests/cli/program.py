"""Runs the program as a user does: in its own process, with its output and exit status."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any, NamedTuple

from mirakl_async import codec
from mirakl_async.cli.demo.sample_orders import sample_orders

NO_MIRAKL = {name: value for name, value in os.environ.items() if not name.startswith("MIRAKL_")}


class Ended(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def shown(self) -> Any:
        """The one object that standard output holds, and nothing else."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)


def environment(addresses=None):
    if addresses is None:
        return NO_MIRAKL
    return NO_MIRAKL | {"MIRAKL_CLIENT_ID": addresses.client_id, "MIRAKL_CLIENT_SECRET": addresses.client_secret}


async def start(*arguments, addresses=None, given=False, variables=None, script=None):
    """Start it; `given` says that it has a standard input to write to, `script` is what starts it."""
    program = ["-m", "mirakl_async"] if script is None else ["-c", script]
    return await asyncio.create_subprocess_exec(
        sys.executable, *program, *map(str, arguments), env=environment(addresses) | (variables or {}),
        stdin=asyncio.subprocess.PIPE if given else None, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def ended(child):
    out, err = await child.communicate()
    return Ended(child.returncode, out.decode(), err.decode())


async def program(*arguments, addresses=None, variables=None):
    return await ended(await start(*arguments, addresses=addresses, variables=variables))


def lines(count, **options):
    """Orders as lines of a file, in the order in which they are made."""
    return [codec.encode(order) for order, _ in sample_orders(count, **options)]


def write(path, encoded):
    path.write_bytes(b"".join(line + b"\n" for line in encoded))
    return path


def hosts(addresses):
    return ("--base-url", addresses.connect_url, "--auth-url", addresses.auth_url)
