"""Numbers near a damaged one: found by arithmetic, held against trying everything."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.factories import citizen_id

from doudi.kernel.ids import is_id18, near_ids, numbers_from

NUMBERS = st.builds(citizen_id, st.integers(0, 999), st.dates(date(1800, 1, 1), date(2150, 1, 1)), st.sampled_from(["432503", "110101", "659004"]))


def by_trying(text: str) -> list[str]:
    """Every change and every swap, kept if it is valid."""
    found = {text[:at] + other + text[at + 1 :] for at in range(18) for other in "0123456789X" if other != text[at]}
    found |= {text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] for at in range(1, 18) if text[at] != text[at - 1]}
    return sorted(number for number in found if is_id18(number))


@given(NUMBERS, st.lists(st.tuples(st.integers(0, 17), st.sampled_from("0123456789XO?")), max_size=3))
def test_near_numbers_are_those_that_trying_everything_finds(number: str, changes: list[tuple[int, str]]) -> None:
    for at, character in changes:
        number = number[:at] + character + number[at + 1 :]
    assert near_ids(number) == by_trying(number)


@given(NUMBERS, st.integers(0, 16))
def test_a_number_is_near_each_of_its_damaged_forms(number: str, at: int) -> None:
    changed = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    for damaged in (changed, swapped):
        assert damaged == number or not is_id18(damaged)
        assert damaged == number or not is_id18(number) or number in near_ids(damaged)


def test_texts_of_another_length_are_near_nothing() -> None:
    assert near_ids("43250319800517011") == near_ids("") == near_ids("4325031980051701133") == []


@given(NUMBERS)
def test_a_hundred_numbers_begin_with_fifteen_digits(number: str) -> None:
    numbers = numbers_from(number[:15])
    assert len(set(numbers)) == 100
    assert number in numbers
    assert all(each.startswith(number[:15]) and is_id18(each) == is_id18(number) for each in numbers)
