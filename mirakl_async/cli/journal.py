"""`mirakl-async journal`: shows the messages and the rejected orders of a queue, and puts rejected orders back."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter
from msgspec import Raw

from ..order_sync.rejected_file import is_json, is_rejected_file, read_records
from ..queues.opening import make_queue, open_queue, require
from ..queues.protocol import KeepsRejected, KnowsAge, offers
from .job_status import as_duration
from .options import Json
from .results import Exit, print_json, usage_error

if TYPE_CHECKING:
    from ..queues.protocol import RejectedRow

__all__ = ["journal"]

PAGE_SIZE = 100


async def journal(
    queue: Annotated[
        str,
        Parameter(
            help="SQLite file that no other process has open, file of rejected orders, or address of a queue such as redis://host/0/name"
        ),
    ],
    /,
    *,
    stats: Annotated[
        bool, Parameter(help="count what waits and what was rejected (the default)", negative=(), show_default=False)
    ] = False,
    show_rejected: Annotated[
        bool, Parameter(help="print what was rejected, and why, as NDJSON", negative=(), show_default=False)
    ] = False,
    replay: Annotated[
        bool, Parameter(help="put rejected orders back, to be sent again", negative=(), show_default=False)
    ] = False,
    purge: Annotated[bool, Parameter(help="delete rejected orders", negative=(), show_default=False)] = False,
    id: Annotated[  # noqa: A002 - the option's name
        list[str] | None,
        # Ids are JSON arrays, which cyclopts before 5 would read as lists of texts.
        Parameter(help="only these ids, with --replay or --purge; repeat it for several", negative=(), json_list=False),
    ] = None,
    json: Json = False,
) -> int:
    """Show what a queue holds, or put rejected orders back.

    Rejected rows hold the orders as they were, with their personal data.
    """
    if stats + show_rejected + replay + purge > 1:
        raise usage_error("give one of --stats, --show-rejected, --replay and --purge")
    if id and not (replay or purge):
        raise usage_error("--id goes with --replay or --purge")
    if "://" not in queue and not await asyncio.to_thread(Path(queue).exists):
        raise usage_error(f"{queue} does not exist")
    if "://" not in queue and await asyncio.to_thread(Path(queue).is_dir):
        raise usage_error(f"{queue} is a folder")
    if "://" not in queue and await asyncio.to_thread(is_rejected_file, Path(queue)):
        if replay or purge:
            raise usage_error(
                f"{queue} is a file of rejected orders: `mirakl-async sync {queue}` sends its orders again; to purge "
                "it, delete the file"
            )
        _show_records(await asyncio.to_thread(read_records, Path(queue)), every=show_rejected, as_json=json)
        return Exit.DONE
    require(make_queue(queue), KeepsRejected, "mirakl-async journal cannot show it")
    async with open_queue(queue) as kept:
        if show_rejected:
            await _show_rejected(kept, as_json=json)
        elif replay or purge:
            count = await _replay(kept, set(id or ()), put_back=replay)
            if json:
                print_json({"replayed" if replay else "purged": count})
            else:
                print(f"{count} put back; run sync or worker to send them" if replay else f"{count} deleted")
        else:
            await _show_statistics(kept, as_json=json)
    return Exit.DONE


async def _replay(kept: Any, ids: set[str], *, put_back: bool) -> int:
    """Put rejected rows back, or delete them, and return their number. Rows that are not JSON are never put back."""
    rows = [row async for row in kept.rejected() if not ids or row.id in ids]
    if put_back:
        rows = [row for row in rows if row.line is not None and is_json(row.line)]
    for start in range(0, len(rows), PAGE_SIZE):
        page = rows[start : start + PAGE_SIZE]
        await kept.replay(page, [(row.line or b"") + b"\n" for row in page] if put_back else [])
    return len(rows)


async def _show_statistics(kept: Any, *, as_json: bool) -> None:
    waiting, rejected = await kept.waiting(), 0
    oldest: float | None = await kept.oldest() if offers(kept, KnowsAge) else None
    async for _ in kept.rejected():
        rejected += 1
    if as_json:
        print_json({"waiting": waiting, "oldest": None if oldest is None else round(oldest, 3), "rejected": rejected})
    else:
        messages = "message (a block of up to 100 orders)" if waiting == 1 else "messages (blocks of up to 100 orders)"
        age = f", the oldest for {as_duration(oldest)}" if waiting and oldest is not None else ""
        print(f"{waiting} {messages} waiting{age}, {rejected} order{'' if rejected == 1 else 's'} rejected")


def _show_records(records: list[dict[str, Any]], *, every: bool, as_json: bool) -> None:
    """Print the rejected orders in a file, each version of an order once."""
    if as_json:
        print_json({"rejected": records if every else len(records)})
    elif every:
        sys.stdout.writelines(msgspec.json.encode(one).decode() + "\n" for one in records)
    else:
        print(f"{len(records)} orders rejected")


async def _show_rejected(kept: Any, *, as_json: bool) -> None:
    if as_json:
        print_json({"rejected": [_plain(row) async for row in kept.rejected()]})
        return
    async for row in kept.rejected():
        sys.stdout.write(msgspec.json.encode(_plain(row)).decode() + "\n")


def _plain(row: RejectedRow) -> dict[str, Any]:
    """Return a rejected row as one object, in which a line that is not JSON is a text."""
    values: dict[str, Any] = {name: getattr(row, name) for name in ("id", "kind", "reason", "path", "order_id", "at")}
    if row.line is not None:
        valid = is_json(row.line)
        values["line"] = Raw(row.line) if valid else None
        values["text"] = None if valid else row.line.decode("utf-8", "replace")
    return {name: value for name, value in values.items() if value is not None}
