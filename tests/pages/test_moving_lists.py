"""Every row that stays in the list is delivered exactly once, or the change is reported: on random lists."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support.moving_list import MovingList, front_of, names

STILL = settings(suppress_health_check=[HealthCheck.too_slow])


class Change(NamedTuple):
    """What happens to the list before a call; positions are taken modulo its length."""

    call: int
    kind: str
    at: int
    to: int = 0


class Reading(NamedTuple):
    """A list, how it is read, how its calls overtake each other, and what happens to it."""

    rows: int
    size: int
    prefetch: int
    turns: list[int]
    changes: list[Change]


def readings(kinds: tuple[str, ...], *, most_rows: int = 60, most_changes: int = 12) -> st.SearchStrategy[Reading]:
    changes = st.builds(
        Change, st.integers(1, 15), st.sampled_from(kinds), st.integers(0, most_rows), st.integers(0, most_rows)
    )
    return st.builds(
        Reading,
        st.integers(0, most_rows),
        st.integers(2, 12),
        st.integers(1, 4),
        st.lists(st.integers(0, 4), min_size=1, max_size=6),
        st.lists(changes, max_size=most_changes),
    )


class Outcome(NamedTuple):
    """What a reading gave: the names in order, those it had to give, and whether it reported that the list moved."""

    got: list[str]
    stayed: set[str]
    reported: int
    queries: list[dict[str, str]]


def apply(change: Change, rows: list[str], fresh: list[int], gone: set[str]) -> None:
    at, to = change.at % max(1, len(rows)), change.to % max(1, len(rows))
    if rows and change.kind in {"delete", "replace"}:
        gone.add(rows.pop(at))
    if change.kind == "insert" or (rows and change.kind == "replace"):
        fresh[0] += 1
        rows.insert(to, f"9{fresh[0]:04}")
    elif rows and change.kind == "move":
        rows.insert(to, rows.pop(at))
    elif rows and change.kind == "swap":
        rows[at], rows[to] = rows[to], rows[at]


async def read(reading: Reading, code: str = "OR11", *, totals: bool = True, **options: Any) -> Outcome:
    served = MovingList([f"1{n:04}" for n in range(reading.rows)], code, totals=totals)
    present, fresh, gone = set(served.rows), [0], set()

    def move(call: int) -> None:
        for change in reading.changes:
            if change.call == call:
                apply(change, served.rows, fresh, gone)

    served.before = move
    front, wire = front_of(served, lambda call: reading.turns[call % len(reading.turns)])
    async with front:
        resource = front.orders if code == "OR11" else front.returns
        paginator = resource.list(page_size=reading.size).configure(**options)
        items = await paginator.all()
        reported = front.counters.list_changes
    assert wire.most_under_way <= max(1, reading.prefetch)
    return Outcome(names(items, served), present - gone, reported, served.queries)


async def read_in_turns(reading: Reading, kills: list[int]) -> Outcome:
    """Read with one process after another; each starts at the cursor and ends after `kills[n]` items."""
    served = MovingList([f"1{n:04}" for n in range(reading.rows)])
    present, fresh, gone, got, after, reported = set(served.rows), [0], set[str](), [], None, 0

    def move(call: int) -> None:
        for change in reading.changes:
            if change.call == call:
                apply(change, served.rows, fresh, gone)

    served.before = move
    for life in [*kills, 10**6]:
        front, _ = front_of(served, lambda call: reading.turns[call % len(reading.turns)])
        async with front:
            paginator = front.orders.list(page_size=reading.size).configure(prefetch=reading.prefetch)
            items = paginator.items(after=after)
            async for item in items:
                got.append(item)
                if len(got) % life == 0:
                    break
            after = items.cursor
            reported += front.counters.list_changes
    return Outcome(names(got, served), present - gone, reported, served.queries)


def missed(outcome: Outcome) -> set[str]:
    return outcome.stayed - set(outcome.got)


def twice(outcome: Outcome) -> set[str]:
    return {name for name in outcome.got if outcome.got.count(name) > 1}


def check_exactly_once(reading: Reading, **options: Any) -> None:
    outcome = asyncio.run(read(reading, prefetch=reading.prefetch, **options))
    event(f"reported: {bool(outcome.reported)}")
    assert not missed(outcome)
    assert not twice(outcome)


def check_exactly_once_or_reported(reading: Reading, **options: Any) -> None:
    outcome = asyncio.run(read(reading, prefetch=reading.prefetch, **options))
    event(f"reported: {bool(outcome.reported)}")
    assert outcome.reported or not (missed(outcome) or twice(outcome))


# Where rows only come, or only go, the total tells of every change: nothing is lost and nothing comes twice.
@STILL
@given(readings(("insert",)))
def test_inserted_rows(reading):
    check_exactly_once(reading)


@STILL
@given(readings(("delete",)))
def test_deleted_rows(reading):
    check_exactly_once(reading)


# Without a total pages overlap, so that deleted rows are noticed all the same.
@STILL
@given(readings(("insert", "delete", "replace")))
def test_inserted_and_deleted_rows_are_reported_without_a_total(reading):
    check_exactly_once_or_reported(reading, totals=False)


@STILL
@given(readings(("insert",)) | readings(("delete",)), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_inserted_or_deleted_rows_while_several_processes_resume(reading, kills):
    outcome = asyncio.run(read_in_turns(reading, kills))
    assert not missed(outcome)
    assert outcome.reported or not twice(outcome)  # a cursor marks only a few of the rows that were delivered


def test_one_remaining_marked_row_is_enough_to_resume():
    """Two rows of a moved list were read from it, and left: the marks of before tell that all up to them was read."""
    changes = [Change(11, "delete", 0), Change(13, "delete", 7), Change(13, "delete", 7)]
    outcome = asyncio.run(read_in_turns(Reading(12, 5, 2, [0], changes), [2, 1, 3, 3, 1]))
    assert outcome.reported
    assert not missed(outcome)
    assert not twice(outcome)


# Rows that change places leave no trace in the total: what was missed shows by what comes twice.
@STILL
@given(readings(("move", "swap")))
def test_moved_rows(reading):
    check_exactly_once_or_reported(reading)


@STILL
@given(readings(("move", "swap")))
def test_moved_rows_with_overlap(reading):
    check_exactly_once_or_reported(reading, overlap=True)


# Where rows come and go the total may stay the same; the overlap shows it.
@STILL
@given(readings(("insert", "delete", "replace")))
def test_inserted_and_deleted_rows_with_overlap(reading):
    check_exactly_once(reading, overlap=True)


@STILL
@given(readings(("insert", "delete")))
def test_a_seek_list_misses_nothing(reading):
    outcome = asyncio.run(read(reading, "RT11", prefetch=int(reading.prefetch > 1)))
    assert not missed(outcome)
    assert not twice(outcome)


@STILL
@given(st.integers(0, 60), st.integers(1, 12), st.integers(1, 4), st.booleans())
def test_an_unchanged_list_is_read_once_without_reports(rows, size, prefetch, overlap):
    outcome = asyncio.run(read(Reading(rows, size, prefetch, [0], []), prefetch=prefetch, overlap=overlap and size > 1))
    assert outcome.got == [f"1{n:04}" for n in range(rows)]
    assert not outcome.reported
    if not overlap:
        assert len(outcome.queries) == max(1, -(-rows // size))


MANY = {"most_rows": 150, "most_changes": 25}


@pytest.mark.fuzz
@given(readings(("insert",), **MANY))
def test_fuzz_inserted_rows(reading):
    check_exactly_once(reading)


@pytest.mark.fuzz
@given(readings(("move", "swap"), **MANY))
def test_fuzz_moved_rows(reading):
    check_exactly_once_or_reported(reading, overlap=True)


@pytest.mark.fuzz
@given(readings(("insert", "delete", "replace"), **MANY))
def test_fuzz_inserted_and_deleted_rows(reading):
    check_exactly_once_or_reported(reading, overlap=True)
