"""Why a lead is there, as the page of an item says it."""

from __future__ import annotations

from datetime import date
from typing import Any

from doudi.casework.alerts.models import Alert
from doudi.casework.registry.models import Person
from doudi.web.work.words import told, told_together


def condition(says: str, **more: Any) -> dict[str, Any]:
    plain = {"says": says, "type": "bool", "unit": "", "value": "true", "result": True, "threshold": None, "operator": None, "negated": False}
    return plain | {"measures": [says], "figures": [], "sources": [], "more_sources": 0} | more


MINOR = condition("本人不满18周岁", type="int", unit="周岁", value="5", threshold="18", operator="<", measures=["年龄"])
NO_CARER = condition("家里有能照护的成年人", value="false", result=False, negated=True)
NO_PAYMENT = condition("结算中有医疗救助", type="money", value="0", result=False, threshold="0", operator=">", negated=True, measures=["医疗救助"])


def alert(person: int | None = 7, since: date = date(2026, 10, 10), evidence: list[dict[str, Any]] | None = None) -> Alert:
    return Alert(id=f"a{person}{since}", rule="K06", name="没有照护", grade="R", person=person, since=since, evidence=evidence or [MINOR, NO_CARER])


def test_the_sentence_says_what_was_found_and_what_was_not() -> None:
    one = told(alert())
    assert one.because == "本人不满18周岁（5 周岁，界线 18 周岁）"
    assert one.missing == "家里有能照护的成年人"


def test_each_condition_says_what_its_figure_is_held_against() -> None:
    assert [(reason.value, reason.line) for reason in told(alert(evidence=[MINOR, NO_CARER, NO_PAYMENT])).reasons] == [
        ("5 周岁", "低于 18 周岁"),
        ("否", "须为“否”"),
        ("0.00 元", "不高于 0.00 元"),
    ]


def test_what_would_change_it_is_said_for_conditions_without_figures_too() -> None:
    assert told(alert(evidence=[MINOR, NO_CARER, condition("仍在保")])).changes == [
        "年龄不低于 18 周岁（现在相差 13 周岁）",
        "查到“家里有能照护的成年人”",
        "“仍在保”不再成立",
    ]


def test_several_people_for_the_same_reasons_are_told_once_with_everybody() -> None:
    people = {number: Person(number=number, name=name) for number, name in ((7, "刘小明"), (8, "刘小红"))}
    one, other = told_together([alert(7), alert(8), alert(7, since=date(2026, 10, 31))], people)
    assert [person.name for person in one.whom] == ["刘小明", "刘小红"]
    assert [person.name for person in other.whom] == ["刘小明"]


def test_leads_of_a_household_are_each_told() -> None:
    assert len(told_together([alert(None), alert(None, since=date(2026, 10, 31))], {})) == 2


def test_source_rows_of_a_day_are_told_once_and_one_without_a_day_keeps_its_text() -> None:
    sources = [{"date": "2026-02-01"}, {"date": "2026年度"}, {"date": None}, {"date": "2026-02-01"}]
    (reason,) = told(alert(evidence=[condition("仍在保", sources=sources)])).reasons
    assert [(source["date"], source["rows"]) for source in reason.sources] == [(date(2026, 2, 1), 2), ("2026年度", 1), ("", 1)]
