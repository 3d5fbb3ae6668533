"""How a journal's rows lie in Redis, and what they are when they come back; see journal.lua for the keys."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ..sync.journal import ClaimedOutcome, RefusedRow, Row, Statistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..redis_connection import Value

MICRO = 1_000_000
KEYS = (
    "versions", "heads", "bodies", "attempts", "owners",
    "places", "waiting", "delayed", "claimed", "bell",
    "cursors", "refused", "refused-outcomes", "reasons",
    "outcomes", "lane", "lane-claimed", "lane-bell", "once", "facts",
)  # fmt: skip
"""In the order in which journal.lua takes them."""
_ABOVE = 2**63  # makes versions of before 1970 positive, and all of one length


class Why(Struct, frozen=True, omit_defaults=True):
    """Why something was refused, and when."""

    kind: str
    reason: str
    path: str | None = None
    at: float = 0.0


_encode_why = msgspec.json.Encoder().encode
_decode_why = msgspec.json.Decoder(Why).decode


def why(kind: str, reason: str, path: str | None, at: float) -> bytes:
    """A reason as it is kept."""
    return _encode_why(Why(kind, reason, path, at))


def packed_version(version: int) -> str:
    """Digits of equal number, which compare as text: a Lua number is exact to 2**53 only."""
    return f"{version + _ABOVE:020d}"


def packed(row: Row) -> tuple[str, str, bytes, bytes]:
    """A row as a script takes it."""
    return row.key, packed_version(row.version), _head(row.line, row.origin), row.body


def packed_invalid(row: RefusedRow) -> tuple[str, bytes, bytes, bytes]:
    """What is no order, as a script takes it."""
    return row.key, why(row.kind, row.reason, row.path, row.at), _head(row.line, row.origin or b""), row.body or b""


def claimed(lengths: bytes, text: bytes) -> list[Row]:
    """Rows of a claim."""
    rows: list[Row] = []
    ends = [0, *accumulate(map(int, lengths.split()))]
    parts = [text[start:end] for start, end in pairwise(ends)]
    for key, version, head, body, attempts in _by(5, parts):
        line, _, origin = head.partition(b" ")
        rows.append(Row(key.decode(), origin, int(version) - _ABOVE, body, int(line), int(attempts)))
    return rows


def claimed_outcomes(found: Sequence[Any]) -> list[ClaimedOutcome]:
    """Outcomes of a claim."""
    return [
        ClaimedOutcome(int(number), action.decode(), body, attempts) for number, action, body, attempts in _by(4, found)
    ]


class RefusedField(Struct, frozen=True):
    """One refused thing, where it lies."""

    place: bytes
    field: bytes
    row: RefusedRow


def refused_fields(found: Sequence[Any]) -> list[RefusedField]:
    """A page of what was refused."""
    return [
        RefusedField(place, field, _refused(field, _decode_why(reason), version, head, body))
        for place, field, reason, version, head, body in _by(6, found)
    ]


def _refused(field: bytes, because: Why, version: bytes, head: bytes, body: bytes) -> RefusedRow:
    name, kind, reason, path, at = field[1:].decode(), because.kind, because.reason, because.path, because.at
    if field.startswith(b"!"):
        return RefusedRow("actions", head.decode(), kind, reason, path, int(name), None, body, at=at)
    line, _, origin = head.partition(b" ")
    number = int(version) - _ABOVE if version else None
    return RefusedRow("orders", name, kind, reason, path, number, origin or None, body or None, int(line), at)


def statistics(found: Sequence[Any]) -> Statistics:
    """The figures."""
    waiting, held, refused, outcomes, refused_outcomes, oldest, *cursors = found
    return Statistics(
        waiting=waiting,
        claimed=held,
        refused=refused,
        outcomes=outcomes,
        refused_outcomes=refused_outcomes,
        oldest=None if oldest < 0 else oldest / MICRO,
        cursors=dict(sorted((feed.decode(), position.decode()) for feed, position in _by(2, cursors))),
    )


def flat(parts: Sequence[Sequence[Value]]) -> Iterator[Value]:
    """Arguments one after the other."""
    return (value for part in parts for value in part)


def _head(line: int, origin: bytes) -> bytes:
    return b"%d %b" % (line, origin)


def _by(size: int, flat_values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    return zip(*[iter(flat_values)] * size, strict=True)
