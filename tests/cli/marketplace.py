"""Runs the program against a marketplace whose imports and exports are scripted by a test."""

from __future__ import annotations

import asyncio
import sys

from tests.cli.program import NO_MIRAKL, Ended, ended
from tests.imports_exports.marketplace import SECRET


async def started(marketplace, *arguments):
    """The program, with its marketplace and credential in the environment."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mirakl_async", *map(str, arguments),
        env=NO_MIRAKL | {"MIRAKL_FRONT_URL": marketplace.url, "MIRAKL_TOKEN": SECRET},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def program(marketplace, *arguments) -> Ended:
    done = await ended(await started(marketplace, *arguments))
    assert SECRET not in done.out + done.err
    assert "s3cr3t" not in done.out + done.err
    return done
