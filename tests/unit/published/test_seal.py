"""Identities are sealed: equal for equal, useless without the key, not to be exchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.errors import DoudiError
from doudi.published.seal import Sealer

ONE, OTHER = Sealer(b"1" * 64), Sealer(b"2" * 64)


def test_a_sealed_value_opens_under_its_key_and_is_the_same_each_time() -> None:
    sealed = ONE.seal("欧阳·娜", "name", 7)
    assert sealed == ONE.seal("欧阳·娜", "name", 7)
    assert ONE.open(sealed, "name", 7) == "欧阳·娜"
    assert ONE.seal(None, "name", 7) is None
    assert ONE.open(None, "name", 7) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_values_of_one_person_seal_alike_only_if_they_are_equal(one: str, other: str) -> None:
    assert ONE.open(ONE.seal(one, "id", 7), "id", 7) == one
    assert (ONE.seal(one, "id", 7) == ONE.seal(other, "id", 7)) == (one == other)


@pytest.mark.parametrize(("sealer", "column", "number"), [(OTHER, "name", 7), (ONE, "id", 7), (ONE, "name", 8)])
def test_another_key_column_or_number_does_not_open_it(sealer: Sealer, column: str, number: int) -> None:
    with pytest.raises(DoudiError, match="identities_wrong_key"):
        sealer.open(ONE.seal("张三", "name", 7), column, number)
