"""Where the rows of two cuts are compared: in stretches of townships, few enough rows at a time, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doudi.monitoring.incremental.lakes import MOST_ROWS, Stretch, stretches

HALF = MOST_ROWS // 2


def test_neighbours_are_compared_together_as_long_as_they_are_few() -> None:
    assert stretches([(1, HALF, True), (2, HALF, True), (3, 1, True)]) == [Stretch(1, 2, 2 * HALF), Stretch(3, 3, 1)]


def test_what_is_the_same_is_left_out_where_a_stretch_begins_or_ends() -> None:
    assert stretches([(1, 5, False), (2, 5, True), (3, 5, False), (4, 5, True), (5, 5, False)]) == [Stretch(2, 4, 15)]
    assert stretches([(1, 5, True), (2, MOST_ROWS, False), (3, 5, True)]) == [Stretch(1, 1, 5), Stretch(3, 3, 5)]


def test_a_township_with_too_many_rows_stands_alone() -> None:
    assert stretches([(1, 2, True), (2, 2 * MOST_ROWS, True), (3, 2, True)]) == [Stretch(1, 1, 2), Stretch(2, 2, 2 * MOST_ROWS), Stretch(3, 3, 2)]


def test_where_nothing_differs_nothing_is_compared() -> None:
    assert stretches([(1, 5, False)]) == []
    assert stretches([]) == []


@given(st.lists(st.tuples(st.integers(1, MOST_ROWS), st.booleans())))
def test_every_bucket_that_differs_is_in_one_stretch(lines: list[tuple[int, bool]]) -> None:
    found = stretches([(bucket, rows, differs) for bucket, (rows, differs) in enumerate(lines)])
    for bucket, (_, differs) in enumerate(lines):
        within = sum(stretch.first <= bucket <= stretch.last for stretch in found)
        assert within == 1 if differs else within <= 1
    assert all(stretch.rows == sum(rows for rows, _ in lines[stretch.first : stretch.last + 1]) for stretch in found)
    assert all(stretch.rows <= MOST_ROWS or stretch.first == stretch.last for stretch in found)
