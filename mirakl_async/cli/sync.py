"""`mirakl-async sync`: sends a file of orders to Mirakl Connect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, Token

from ..connect_channel import ConnectChannel
from ..errors import UnreadableFile
from ..models.connect.common import OriginRequest
from ..order_sync.line_file import open_lines
from ..order_sync.ndjson import NdjsonFile
from .health import Health
from .job import RejectedFile, check_rejected_file, report_end, run, shared_rate
from .options import AuthUrl, BaseUrl, Concurrency, Json, Rate
from .outputs import path_or_hyphen, standard_input
from .progress import settled_orders
from .results import usage_error
from .supervision import Heartbeat, supervised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..order_sync.report import SyncReport

__all__ = ["OrderFile", "sync"]

STANDARD_INPUT = Path("/dev/stdin")


class OrderFile(NdjsonFile):
    """An NDJSON file that a sync or its journal reads: how much of it was read, and whether its end was reached."""

    def share(self, report: SyncReport) -> float:
        """Return the settled share of the file, from 0 to 1: accepted, rejected and superseded orders."""
        size = self.path.stat().st_size or 1
        return min(1.0, settled_orders(report) / max(1, report.read) * self.offset / size)


def _file(kind: type[Path], tokens: Sequence[Token]) -> Path:
    path = path_or_hyphen(kind, tokens)
    return STANDARD_INPUT if path == kind("-") else path


async def sync(
    file: Annotated[
        Path,
        Parameter(
            help="NDJSON file, one order a line, may be gzip; - for standard input",
            allow_leading_hyphen=True,
            converter=_file,
        ),
    ],
    /,
    *,
    channel_id: Annotated[str | None, Parameter(help="id of the channel (default: every line has its origin)")] = None,
    channel_store_id: Annotated[
        str | None, Parameter(help="id of the store on that channel (default: every line has its origin)")
    ] = None,
    base_url: BaseUrl = None,
    auth_url: AuthUrl = None,
    rate: Rate = None,
    concurrency: Concurrency = None,
    rejected_file: RejectedFile = None,
    journal: Annotated[
        str | None,
        Parameter(help="SQLite file, or address of a queue such as redis://host/0/name, that keeps unfinished orders"),
    ] = None,
    resume: Annotated[
        bool,
        Parameter(
            help="continue FILE where the journal ends, instead of at its start", negative=(), show_default=False
        ),
    ] = False,
    heartbeat: Heartbeat = None,
    health: Health = None,
    json: Json = False,
) -> int:
    """Push the orders of an NDJSON file into Mirakl Connect.

    Ctrl-C or SIGTERM finishes the requests in flight and stops; a second one stops at once. Orders that a journal holds
    from an earlier run are sent as well, with or without --resume.
    """
    if resume and journal is None:
        raise usage_error("--resume needs --journal, which records how far the file was read")
    origin = _origin(channel_id, channel_store_id)
    _check_source(file)
    check_rejected_file(rejected_file, json=json)
    orders = OrderFile(file, origin)
    async with (
        shared_rate(journal) as limiter,
        ConnectChannel(connect_url=base_url, auth_url=auth_url, rate_limit=rate, rate_limiter=limiter) as connect,
        supervised(connect, file.name, orders.share, quiet=json, heartbeat=heartbeat, health=health) as supervisor,
    ):
        job = connect.orders.sync(
            orders,
            origin=origin,
            concurrency=concurrency,
            rejected_file=rejected_file,
            progress=supervisor.progress,
            journal=journal,
            resume=resume,
        )
        outcome = await run(supervisor.watch(job), lambda: orders.ended, quiet=json)
    return report_end(outcome, rejected_file, json=json)


def _origin(channel_id: str | None, channel_store_id: str | None) -> OriginRequest | None:
    if channel_id and channel_store_id:
        return OriginRequest(channel_id=channel_id, channel_store_id=channel_store_id)
    if channel_id is not None or channel_store_id is not None:
        raise usage_error("--channel-id and --channel-store-id go together, and neither may be empty")
    return None


def _check_source(source: Path) -> None:
    """Check before the job starts whether the file can be read as orders; raises CommandError."""
    if source == STANDARD_INPUT:
        standard_input()
    try:
        if source.is_file():
            with open_lines(source):
                pass
        else:  # a pipe is not checked further, because its content can be read only once
            source.open("rb").close()
    except UnreadableFile as error:
        raise usage_error(str(error)) from error
    except OSError as error:
        raise usage_error(f"{source}: {error.strerror}") from error
