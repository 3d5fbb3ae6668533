"""What one page proves, and what is done without proof."""

import pytest

from mirakl_async.pages.cursor import digest
from mirakl_async.pages.drift import Sight, Trail, Verdict, judge


def trail_of(keys, **settings):
    trail = Trail(**settings)
    trail.follow(keys)
    return trail


DELIVERED = trail_of("abcdefghij")


def seen(keys, *, offset=10, reached=10, before=20, total=20, steps=0):
    return judge(DELIVERED, Sight(offset, reached, 10, list(keys), before, total, steps))


def test_a_page_that_gives_no_reason_to_doubt_is_delivered():
    assert seen("klm") == Verdict(range(3))
    assert seen("fghijklm", offset=5) == Verdict([5, 6, 7])
    assert judge(Trail(), Sight(0, 0, 10, "abc")) == Verdict(range(3))


@pytest.mark.parametrize(("total", "back"), [(19, 2), (17, 4), (21, 1), (5, 10)])
def test_another_total_without_proof_steps_back_by_what_is_missing_and_one(total, back):
    assert seen("klm", total=total) == Verdict(back=back, moved=True)


def test_a_page_that_starts_with_a_delivered_row_proves_that_none_was_skipped():
    assert seen("ijklm", total=22) == Verdict([2, 3, 4], moved=True)
    assert seen("ijXklm", total=23) == Verdict([2, 3, 4, 5], moved=True)


def test_a_delivered_row_further_down_proves_nothing():
    assert seen("klaXm") == Verdict(back=1, moved=True)
    assert seen("klaXm", offset=8) == Verdict(back=1, moved=True)


def test_an_overlap_of_other_rows_is_noticed_although_the_total_is_the_same():
    assert seen("klmnop", offset=5) == Verdict(back=1, moved=True)
    assert seen("ghijkl", offset=5) == Verdict([4, 5], moved=True)


def test_a_delivered_row_that_comes_back_behind_the_overlap_is_dropped_and_reported():
    assert seen("fghijkbl", offset=5) == Verdict([5, 7], moved=True)


def test_a_total_that_changes_elsewhere_costs_nothing_where_pages_overlap():
    assert seen("fghijkl", offset=5, total=21) == Verdict([5, 6], moved=True)


def test_steps_back_are_a_page_at_a_time_to_the_beginning():
    assert seen("klm", offset=9, total=21, steps=1) == Verdict(back=9, moved=True)
    assert seen("kla", offset=9, total=21, steps=99) == Verdict(back=9, moved=True)
    assert seen("kla", offset=0, total=21, steps=3) == Verdict([0, 1], moved=True)


def test_rows_without_keys_follow_the_total_alone():
    rows = [None] * 4
    assert seen(rows) == Verdict(range(4))
    assert seen(rows, offset=8) == Verdict(range(2, 4))
    assert seen(rows, total=17) == Verdict(back=3, moved=True)
    assert seen(rows, offset=7, total=17, before=17, steps=1) == Verdict(range(4))
    assert seen(rows, total=22) == Verdict(range(4), moved=True)


def test_after_a_resumption_what_is_older_than_the_marks_is_left_out():
    trail = Trail(marks=[digest(key) for key in "fghij"])
    resumed = Sight(5, 10, 10, list("XYcdefghijkl"), 20, 26)
    assert judge(trail, resumed) == Verdict([10, 11], moved=True)
    assert judge(trail, Sight(5, 10, 10, list("fghijkl"), 20, 20)) == Verdict([5, 6])
    far_away = Sight(5, 10, 10, list("klmnopqrstuvfgh"), 20, 20)
    assert judge(trail, far_away) == Verdict(back=1, moved=True)


def test_only_so_much_is_remembered():
    trail = trail_of("abcdef", memory=4)
    assert [key for key in "abcdef" if trail.knows(key)] == list("cdef")
    assert trail.forgot
    assert not trail_of("abcdef").forgot
    assert not trail.knows(None)


def test_the_marks_are_those_before_the_place_whatever_overlapped():
    trail = trail_of("abc")
    trail.follow("bcd", overlap=2)
    assert list(trail.marks) == [digest(key) for key in "abcd"]
    trail.follow("xyz", overlap=2)
    assert list(trail.marks) == [digest(key) for key in "xyz"]
