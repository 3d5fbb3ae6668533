"""What one page proves about changes of the list, and what is done without a proof."""

import pytest

from mirakl_async.pages.cursor import digest
from mirakl_async.pages.list_changes import DeliveredKeys, PageDecision, decide


def delivered_keys(keys, **settings):
    delivered = DeliveredKeys(**settings)
    delivered.add_page(keys)
    return delivered


DELIVERED = delivered_keys("abcdefghij")


def seen(keys, *, delivered=DELIVERED, offset=10, reached=10, before=20, total=20, steps=0):
    return decide(
        delivered, list(keys), offset=offset, reached=reached, size=10, before=before, total=total, steps=steps
    )


def test_a_page_that_continues_the_list_is_delivered():
    assert seen("klm") == PageDecision(range(3))
    assert seen("fghijklm", offset=5) == PageDecision([5, 6, 7])
    assert decide(DeliveredKeys(), "abc", offset=0, reached=0, size=10) == PageDecision(range(3))


@pytest.mark.parametrize(("total", "back"), [(19, 2), (17, 4), (21, 1), (5, 10)])
def test_a_changed_total_without_proof_goes_back_by_the_difference_and_one(total, back):
    assert seen("klm", total=total) == PageDecision(rewind=back, moved=True)


def test_a_page_that_starts_with_a_delivered_row_proves_that_no_row_was_skipped():
    assert seen("ijklm", total=22) == PageDecision([2, 3, 4], moved=True)
    assert seen("ijXklm", total=23) == PageDecision([2, 3, 4, 5], moved=True)


def test_a_delivered_row_further_down_proves_nothing():
    assert seen("klaXm") == PageDecision(rewind=1, moved=True)
    assert seen("klaXm", offset=8) == PageDecision(rewind=1, moved=True)


def test_a_changed_overlap_is_noticed_although_the_total_is_the_same():
    assert seen("klmnop", offset=5) == PageDecision(rewind=1, moved=True)
    assert seen("ghijkl", offset=5) == PageDecision([4, 5], moved=True)


def test_a_delivered_row_after_the_overlap_is_dropped_and_reported():
    assert seen("fghijkbl", offset=5) == PageDecision([5, 7], moved=True)


def test_a_changed_total_needs_no_step_back_if_the_overlap_is_unchanged():
    assert seen("fghijkl", offset=5, total=21) == PageDecision([5, 6], moved=True)


def test_steps_back_are_one_page_each_until_the_start():
    assert seen("klm", offset=9, total=21, steps=1) == PageDecision(rewind=9, moved=True)
    assert seen("kla", offset=9, total=21, steps=99) == PageDecision(rewind=9, moved=True)
    assert seen("kla", offset=0, total=21, steps=3) == PageDecision([0, 1], moved=True)


def test_without_keys_only_the_total_is_compared():
    rows = [None] * 4
    assert seen(rows) == PageDecision(range(4))
    assert seen(rows, offset=8) == PageDecision(range(2, 4))
    assert seen(rows, total=17) == PageDecision(rewind=3, moved=True)
    assert seen(rows, offset=7, total=17, before=17, steps=1) == PageDecision(range(4))
    assert seen(rows, total=22) == PageDecision(range(4), moved=True)


def test_after_resuming_rows_before_the_marks_are_left_out():
    delivered = DeliveredKeys(marks=[digest(key) for key in "fghij"])
    assert seen("XYcdefghijkl", delivered=delivered, offset=5, total=26) == PageDecision([10, 11], moved=True)
    assert seen("fghijkl", delivered=delivered, offset=5) == PageDecision([5, 6])
    assert seen("klmnopqrstuvfgh", delivered=delivered, offset=5) == PageDecision(rewind=1, moved=True)


def test_only_the_last_keys_are_remembered():
    delivered = delivered_keys("abcdef", max_keys=4)
    assert [key for key in "abcdef" if key in delivered] == list("cdef")
    assert delivered.incomplete
    assert not delivered_keys("abcdef").incomplete
    assert None not in delivered


def test_the_marks_are_the_keys_before_the_position_despite_an_overlap():
    delivered = delivered_keys("abc")
    delivered.add_page("bcd", overlap=2)
    assert list(delivered.marks) == [digest(key) for key in "abcd"]
    delivered.add_page("xyz", overlap=2)
    assert list(delivered.marks) == [digest(key) for key in "cdxyz"], "what was delivered stays so when the list moves"
