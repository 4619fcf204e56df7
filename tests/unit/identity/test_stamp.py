"""Stamping: every form of a number that deliveries hold, and no number in what goes into the lake."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import citizen_id

from doudi.identity.keys import keys_of
from doudi.identity.stamp import Stamper, mask_ids, read_id
from doudi.kernel.ids import birth_of, is_id18

ID = citizen_id(123)
WITH_X = next(number for n in range(100) if (number := citizen_id(n)).endswith("X"))
STAMPER = Stamper(keys_of(b"k" * 32))


@pytest.mark.parametrize(
    "cell",
    [ID, f" {ID} ", f"'{ID}", f"’{ID}", f"{ID[:6]} {ID[6:14]} {ID[14:]}", f"{ID[:6]}-{ID[6:]}", f"{ID}.0", f"\ufeff{ID}\u200b",
     ID.translate(str.maketrans("0123456789", "０１２３４５６７８９"))],
)  # fmt: skip
def test_forms_of_a_sound_number(cell: str) -> None:
    assert read_id(cell) == (ID, "sound")


@pytest.mark.parametrize("cell", [WITH_X, WITH_X.lower(), WITH_X[:17] + "Ｘ", WITH_X[:17] + "х", WITH_X[:17] + "×", WITH_X[:17] + "*"])
def test_forms_of_the_check_character_x(cell: str) -> None:
    assert read_id(cell) == (WITH_X, "sound")


@pytest.mark.parametrize("cell", ["432503800517123", "'432503800517123", "432503800517123.0"])
def test_fifteen_digits_become_the_eighteen_they_stand_for(cell: str) -> None:
    assert read_id(cell) == (citizen_id(123), "sound")


KEPT = f"{ID[:15]}000"


@pytest.mark.parametrize(
    "cell", [KEPT, f"{KEPT}.0", f"{ID[0]}.{ID[1:15]}E+17", f"{ID[0]}.{ID[1:15]}e17", repr(float(KEPT)), f"{ID[0]}.{ID[1:17]}E+17"]
)
def test_fifteen_digits_left_by_a_workbook(cell: str) -> None:
    assert read_id(cell) == (KEPT, "kept15")


@pytest.mark.parametrize("cell", ["4.32503E+17", "4.3250319800517E+15", "无", "不详", "0", "1", "432503********1234", "4.3E+17", "-"])
def test_numbers_of_which_too_little_is_left(cell: str) -> None:
    assert read_id(cell)[1] in ("lost", "empty")


@pytest.mark.parametrize("cell", ["", "   ", "'", "\u3000"])
def test_empty_cells(cell: str) -> None:
    assert read_id(cell) == ("", "empty")


@pytest.mark.parametrize(
    "cell", [ID[:15] + str((int(ID[15]) + 1) % 10) + ID[16:], ID[:17], ID + "1", ID[:9] + "O" + ID[10:], "432503199013451234", "432503801345123"]
)
def test_damaged_numbers(cell: str) -> None:
    assert read_id(cell)[1] == "damaged"


def test_a_number_that_ends_in_000_is_doubtful_though_its_check_is_right() -> None:
    own = next(number for serial in range(0, 1000, 100) for day in range(1, 29) if (number := citizen_id(serial, date(1980, 5, day))).endswith("000"))
    stamped = STAMPER.stamp_ids([own, KEPT])
    assert stamped.states == ["kept15", "kept15"]
    assert stamped.numbers == [STAMPER.person_number(own), None if not is_id18(KEPT) else STAMPER.person_number(KEPT)]


def test_a_column_is_stamped_cell_by_cell() -> None:
    stamped = STAMPER.stamp_ids([ID, None, "", ID.lower(), "无", f" {ID}", None])
    number = STAMPER.person_number(ID)
    assert stamped.numbers == [number, None, None, number, None, number, None]
    assert stamped.states == ["sound", "empty", "empty", "sound", "lost", "sound", "empty"]
    assert stamped.cleaned == [ID, None, None, ID, "无", ID, None]


@given(st.lists(st.one_of(st.none(), st.text(max_size=25), st.from_regex(r"\A\d{15,19}\Z"))))
def test_anything_can_be_stamped_and_only_valid_numbers_are_sound(cells: list[str | None]) -> None:
    stamped = STAMPER.stamp_ids(cells)
    assert len(stamped.numbers) == len(stamped.states) == len(stamped.cleaned) == len(cells)
    for number, state, cleaned in zip(stamped.numbers, stamped.states, stamped.cleaned, strict=True):
        assert (state == "empty") == (cleaned is None)
        if state == "sound":
            assert cleaned
            assert is_id18(cleaned)
            assert number == STAMPER.person_number(cleaned)
        elif state != "kept15":
            assert number is None


def test_person_numbers_hang_on_the_key_and_fit_into_63_bits() -> None:
    other = Stamper(keys_of(b"o" * 32))
    numbers = {STAMPER.person_number(citizen_id(n)) for n in range(500)} | {other.person_number(citizen_id(n)) for n in range(500)}
    assert len(numbers) == 1000
    assert all(0 <= number < 2**63 for number in numbers)


def test_names_households_and_phones_are_compared_without_their_trimmings() -> None:
    assert STAMPER.name_key("張 三·丰") == STAMPER.name_key("张三丰") != STAMPER.name_key("张三")
    assert STAMPER.name_keys(["张三", None, " "]) == [STAMPER.name_key("张三"), None, None]
    assert STAMPER.household_number("Ａ 0012") == STAMPER.household_number("a0012") != STAMPER.household_number("a012")
    assert STAMPER.household_number(" ") is None
    assert STAMPER.phone_key("+86 139-0000-1234") == STAMPER.phone_key("13900001234") == STAMPER.phone_key("008613900001234")
    assert STAMPER.phone_key("1234") is None
    assert STAMPER.household_number("13900001234") != STAMPER.phone_key("13900001234")


def test_a_certificate_gives_its_tail_a_hash_and_the_number_in_it() -> None:
    tail, number, id18 = STAMPER.certificate(f"{ID}44")
    assert (tail, id18) == ("44", ID)
    assert number == STAMPER.certificate(f" {ID[:6]} {ID[6:]}44")[1] != STAMPER.certificate(f"{ID}43")[1]
    assert STAMPER.certificate(f"{ID}44B1")[0] == "44B1"
    assert STAMPER.certificate(f"{WITH_X.lower()}44")[2] == WITH_X
    broken = ID[:17] + str((int(ID[17]) + 1) % 10 if ID[17] != "X" else 0)
    assert STAMPER.certificate(f"{broken}44") == ("44", STAMPER.certificate(f"{broken}44")[1], None)
    assert STAMPER.certificate(None) == STAMPER.certificate(" ") == (None, None, None)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [(f"身份证{ID}号", True), (f"{ID}44", True), (f"A{WITH_X.lower()}B", True), (ID[:17], True), ("432503800517123", True), (f"1{ID}", True),
     ("20260308123456789", False), ("4313000000112345", False), ("V2026030812345678", False), ("123456789012345678901234", False), ("", False),
     ("431382001001", False), ("990000800517123", False)],
)  # fmt: skip
def test_citizen_ids_in_other_texts_are_replaced(text: str, hidden: bool) -> None:
    assert (STAMPER.scrub_text(text) != text) == hidden


def test_what_would_be_replaced_is_masked_on_a_page_and_nothing_else() -> None:
    assert mask_ids(f"前{ID}后") == f"前{ID[:6]}{'*' * 10}{ID[-2:]}后"
    assert mask_ids("431382001001 V2026030812345678") == "431382001001 V2026030812345678"


def test_replaced_numbers_still_join() -> None:
    assert STAMPER.scrub_text(f"{ID}") == STAMPER.scrub_text(ID.translate(str.maketrans("0123456789", "０１２３４５６７８９")))
    assert STAMPER.scrub_text(f"前{ID}后") == f"前{STAMPER.text_token(ID)}后"
    assert STAMPER.scrub_text(ID) != STAMPER.scrub_text(WITH_X)


@given(st.lists(st.one_of(st.from_regex(r"\A\d{1,20}[Xx]?\Z"), st.just(ID), st.just(WITH_X), st.text(max_size=3)), max_size=6))
def test_no_scrubbed_text_holds_a_number_with_a_birth_date(parts: list[str]) -> None:
    scrubbed = STAMPER.scrub_text("".join(parts))
    for run in re.findall(r"(?<!\d)\d{17,18}(?!\d)", scrubbed):
        assert birth_of(run) is None
    assert not any(is_id18(scrubbed[at : at + 18].upper()) for at in range(len(scrubbed)) if scrubbed[at : at + 18].isascii())
