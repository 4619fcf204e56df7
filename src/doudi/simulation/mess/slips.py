"""What goes wrong with single rows: numbers that lose or swap digits, strangers' numbers, impossible values; and what merely looks odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import opencc

from doudi.contracts.model import Contract
from doudi.identity.names import compare_names
from doudi.kernel import ids
from doudi.simulation.mess.records import Record
from doudi.simulation.truth import Known

_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_TRADITIONAL = opencc.OpenCC("s2t")

_HARMLESS = 0.06
"""Share of rows with something odd that means nothing."""
_WRONG_NUMBER, _LOST, _STRANGER, _IMPOSSIBLE, _TWICE = 0.008, 0.0008, 0.0006, 0.0012, 0.004

_ONLY_NAMES = frozenset(
    ("employment", "unemployment", "pension_public", "pension_enterprise", "insurance_enrolment", "school_enrolment", "education_aid", "work_injury",
     "charity_aid", "service_aid", "employment_aid")
)  # fmt: skip
"""Datasets whose rows tell of a person nothing but number and name: without the number nobody can say who it is."""


class Slips:
    """Spoils records of one region. The same seed, the same slips."""

    def __init__(self, random: Random, known: Known) -> None:
        self._random, self._known = random, known
        self._by_id = {id18: name for _, id18, name, _ in known.people.values()}
        self._all = list(known.people.values())

    def spoil(self, contract: Contract, record: Record) -> list[Record]:
        """A record as it is sent: the same, spoilt, or twice. Population lists keep their numbers: everybody is told by them."""
        if record.superseded or record.person is None:
            return [record]
        lot = self._random.random()
        edges = (_WRONG_NUMBER, _LOST, _STRANGER, _IMPOSSIBLE, _TWICE, _HARMLESS)
        steps = (self._wrong_number, self._lost, self._stranger, self._impossible, self._twice, self._odd)
        if contract.dataset == "population":
            lot += sum(edges[:4])
        for share, step in zip(edges, steps, strict=True):
            if lot < share:
                return step(contract, record)
            lot -= share
        return [record]

    def _wrong_number(self, contract: Contract, record: Record) -> list[Record]:
        """One digit wrong or two swapped, so that only this person of the name can be meant."""
        field, own, name = self._subject(contract, record)
        swap = self._random.random() < 0.3
        at = self._random.randrange(6, 17)
        if swap:
            wrong = own[:at] + own[at + 1] + own[at] + own[at + 2 :]
        else:
            wrong = own[:at] + str((int(own[at]) + self._random.randrange(1, 10)) % 10) + own[at + 1 :]
        near = [number for number in ids.near_ids(wrong) if compare_names(self._by_id.get(number, "无此人"), name) != "different"]
        if wrong == own or ids.is_id18(wrong) or "X" in wrong[:17] or wrong.endswith("000") or near != [own]:
            return [record]
        return [record.slipped("id_two_swapped" if swap else "id_one_digit", raw={field: wrong}, matching=True)]

    def _lost(self, contract: Contract, record: Record) -> list[Record]:
        """A spreadsheet or somebody lost the number; where a row tells more than a name, it may be found again."""
        field, own, _ = self._subject(contract, record)
        found = "no" if contract.dataset in _ONLY_NAMES else "either"
        reason = "" if found == "either" else "id_lost"
        if self._random.random() < 0.5 or own.endswith("X"):
            return [record.slipped("id_empty", raw={field: ""}, recoverable=found, reason=reason and "id_empty")]
        return [record.slipped("id_scientific", raw={field: f"{own[0]}.{own[1:6]}E+17"}, recoverable=found, reason=reason)]

    def _stranger(self, contract: Contract, record: Record) -> list[Record]:
        """The sound number of somebody of quite another name."""
        field, own, name = self._subject(contract, record)
        _, other, stranger, _ = self._random.choice(self._all)
        if other == own or compare_names(name, stranger) != "different" or name[0] == stranger[0]:
            return [record]
        return [record.slipped("id_of_stranger", raw={field: other}, recoverable="no", reason="id_name_conflict")]

    def _impossible(self, contract: Contract, record: Record) -> list[Record]:
        """A required value that cannot be."""
        wrong = {"money": ("money_impossible", "-88.00"), "date": ("date_impossible", "2026-02-31"), "code": ("code_unknown", "ZZ99")}
        fields = [each for each in contract.fields if each.required and each.type in wrong]
        if not fields:
            return [record]
        each = self._random.choice(fields)
        done, text = wrong[each.type]
        return [record.slipped(f"{each.name}:{done}", raw={each.name: text}, recoverable="no", reason=done)]

    def _twice(self, contract: Contract, record: Record) -> list[Record]:
        return [record, record.slipped("exact_duplicate")]

    def _odd(self, contract: Contract, record: Record) -> list[Record]:
        """Written otherwise, meaning the same."""
        field, own, name = self._subject(contract, record)
        named = next(each.name_of for each in contract.of_type("id18") if each.name == field)
        ways: dict[str, Mapping[str, str]] = {
            "id_spaces": {field: f"{own[:6]} {own[6:14]} {own[14:]}"},
            "id_outer_space": {field: f" {own} "},
            "id_full_width": {field: own.translate(_WIDE)},
            "id_apostrophe": {field: f"'{own}"},
        }
        if own.endswith("X"):
            ways["id_lower_x"] = {field: own.lower()}
        if own[6:8] == "19" and ids.from_id15(own[:6] + own[8:17]) == own:
            ways["id_15"] = {field: own[:6] + own[8:17]}
        if named and name:
            ways["name_spaces"] = {named: f"{name[0]} {name[1:]}"}
            other = _TRADITIONAL.convert(name)
            if other != name and compare_names(other, name) == "same":
                ways["name_traditional"] = {named: other}
        done = self._random.choice(sorted(ways))
        return [record.slipped(done, raw=ways[done])]

    def _subject(self, contract: Contract, record: Record) -> tuple[str, str, str]:
        """Field, number and name of the person the row is about."""
        field = next(each for each in contract.of_type("id18") if each.column == contract.subject)
        return field.name, record.values[field.name], record.values.get(field.name_of or "", "") or ""


def superseded(contract: Contract, record: Record) -> Record | None:
    """The record with a wrong amount, as it was sent before somebody corrected it; None where there is no amount to be wrong."""
    money = next((each for each in contract.of_type("money") if each.required and record.values[each.name]), None)
    if money is None:
        return None
    values = {**record.values, money.name: record.values[money.name] * 3 // 2 + 100}
    return replace(record, values=values, done=("superseded_by_resend",), superseded=True, origin=None)
