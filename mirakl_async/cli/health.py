"""`--health`: serves the liveness, the readiness and the metrics of a job over HTTP."""

from __future__ import annotations

import os
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from .job_metrics import metrics_of
from .prometheus import CONTENT_TYPE, as_text
from .results import print_error, unfinished

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiohttp.web import Request, Response

    from .job_status import JobStatus

__all__ = ["Health", "HealthPages", "parse_address", "serving_health"]

LOOPBACK = "127.0.0.1"
CLOSE_TIMEOUT = 1.0
_ADDRESS = re.compile(r"(?:(?P<host>[^\s:\[\]]+|\[[0-9A-Fa-f:.]+\]):)?(?P<port>\d{1,5})")


def parse_address(text: str) -> tuple[str, int]:
    """Return the host and the port of `PORT`, `HOST:PORT` or `[IPv6]:PORT`; raises ValueError."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise ValueError("It must be PORT or HOST:PORT, such as 9100 or 0.0.0.0:9100.")
    return (found["host"] or LOOPBACK).strip("[]"), int(found["port"])


def _check_address(_: object, text: str | None) -> None:
    if text is not None:
        parse_address(text)


Health: TypeAlias = Annotated[
    str | None,
    Parameter(
        help="serve /live, /ready and /metrics (Prometheus) at this port of 127.0.0.1, or at HOST:PORT; 0 for any port",
        validator=_check_address,
    ),
]


@asynccontextmanager
async def serving_health(address: str | None, status: JobStatus, *, quiet: bool) -> AsyncGenerator[str | None]:
    """Serve the health pages while the block runs, and return their URL, or None if no address is given.

    Raises CommandError if the port is in use.
    """
    if address is None:
        yield None
        return
    from aiohttp import web  # noqa: PLC0415 - a server is needed for this only

    host, port = parse_address(address)
    app = web.Application()
    pages = HealthPages(status)
    app.router.add_get("/live", pages.live)
    app.router.add_get("/ready", pages.ready)
    app.router.add_get("/metrics", pages.metrics)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_TIMEOUT)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
            raise unfinished(f"--health: cannot listen at {host}:{port}: {reason}") from error
        url = f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
        if not quiet:
            print_error(f"serving /live, /ready and /metrics at {url}")
        yield url
    finally:
        await runner.cleanup()


class HealthPages:
    """The pages about one job: liveness, readiness and metrics."""

    def __init__(self, status: JobStatus) -> None:
        self._status = status

    async def live(self, _: Request) -> Response:
        """Answer 200; a blocked event loop would not answer at all."""
        return _page(200, "live\n")

    async def ready(self, _: Request) -> Response:
        """Answer 200 if the job is working or could work, else 503 with the reason."""
        reason = self._status.unready
        return _page(200, "ready\n") if reason is None else _page(503, f"not ready: {reason}\n")

    async def metrics(self, _: Request) -> Response:
        """Answer with the metrics as text."""
        return _page(200, as_text(metrics_of(self._status)), CONTENT_TYPE)


def _page(status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> Response:
    from aiohttp.web import Response  # noqa: PLC0415 - as above

    return Response(status=status, text=text, headers={"Content-Type": content_type, "Cache-Control": "no-store"})
