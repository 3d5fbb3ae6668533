"""`mirakl-async journal`: what a journal holds, what was refused, and letting refused orders go once more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter
from msgspec import Raw

from ..sync.journals import opened
from .results import Exit, print_json, printable_json, usage_error

if TYPE_CHECKING:
    from ..sync.journal import Journal, RefusedRow


async def journal(
    journal: Annotated[str, Parameter(help="a SQLite file that no other process has open, or redis://host/0")],
    /,
    *,
    stats: Annotated[
        bool, Parameter(help="how much waits, is claimed, was refused (the default)", negative=())
    ] = False,
    refused: Annotated[bool, Parameter(help="what was refused, and why, as lines of JSON", negative=())] = False,
    replay: Annotated[bool, Parameter(help="let what was refused wait again", negative=())] = False,
    key: Annotated[list[str] | None, Parameter(help="with --replay: only these keys", negative=())] = None,
    json: Annotated[bool, Parameter(help="print one JSON object and nothing else", negative=())] = False,
) -> int:
    """Look into a journal, or replay what was refused. Refused rows hold orders as they were: personal data."""
    if stats + refused + replay > 1:
        raise usage_error("give one of --stats, --refused and --replay")
    if key and not replay:
        raise usage_error("--key goes with --replay")
    async with opened(journal, create=False) as kept:
        if refused:
            await _tell_refused(kept, as_json=json)
        elif replay:
            count = await kept.replay(key or None)
            await kept.flush()
            if json:
                print_json({"replayed": count})
            else:
                print(f"{count} wait again; run sync or work to send them")
        else:
            await _tell_statistics(kept, as_json=json)
    return Exit.DONE


async def _tell_statistics(kept: Journal, *, as_json: bool) -> None:
    found = await kept.statistics()
    if as_json:
        print_json(found)
        return
    oldest = "" if found.oldest is None else f", the oldest for {found.oldest:.0f} s"
    print(
        f"{found.waiting} orders waiting, {found.claimed} claimed{oldest}; {found.refused} refused; "
        f"{found.outcomes} outcomes of actions waiting, {found.refused_outcomes} refused"
    )
    for feed, position in found.cursors.items():
        print(f"{feed}: {position}")


async def _tell_refused(kept: Journal, *, as_json: bool) -> None:
    if as_json:
        print_json({"refused": [_plain(row) async for row in kept.refused()]})
        return
    async for row in kept.refused():
        sys.stdout.write(printable_json(msgspec.json.encode(_plain(row)).decode()) + "\n")


def _plain(row: RefusedRow) -> dict[str, Any]:
    """A refused row as one object; a body that is no JSON as text."""
    values: dict[str, Any] = {name: getattr(row, name) for name in ("lane", "key", "kind", "reason", "path", "at")}
    values["line"] = row.line or None
    values["origin"] = None if row.origin is None else Raw(row.origin)
    if row.body is not None:
        sound = _is_json(row.body)
        values["order" if row.lane == "orders" else "outcome"] = Raw(row.body) if sound else None
        values["text"] = None if sound else row.body.decode("utf-8", "replace")
    return {name: value for name, value in values.items() if value is not None}


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return False
    return True
