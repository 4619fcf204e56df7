"""What the language refuses, and how: file, line, condition, why, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engines.invented import files, made

from doudi.kernel.errors import DoudiError

AGE = {"variable": "age", "name": "年龄", "of": "person", "formula": "years(birth_date, as_of)"}
COST = {"variable": "cost", "name": "费用", "of": "person", "from": "visit", "value": "sum(cost)"}
OLD = {"variable": "any_old", "name": "有老人", "of": "household", "members": "any(age >= 60)"}


def refused(test: str = "age > 1", of: str = "person", **more: Any) -> str:
    with pytest.raises(DoudiError) as error:
        made(
            files(
                variables=[AGE, COST, OLD, *more.get("variables", [])],
                tables=more.get("tables", []),
                rules=[{"rule": "W01", "of": of, "all_of": [test]}],
            )
        )
    return str(error.value)


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("age / 2 > 1", "比例不用除法"),
        ("age > 0.6", "请放到参数里"),
        ("__import__('os')", "没有这个函数"),
        ("age.real > 1", "没有这种写法"),
        ("[x for x in (1, 2)]", "没有这种写法"),
        ("age > 1 if age else age", "没有这种写法"),
        ("lambda: 1", "没有这种写法"),
        ("age > 1 and", "表达式写错"),
        ("age in cost", "没有这种比较"),
        ("agee > 1", "是否想写 age"),
        ("cost > 100", "金额界线写成参数"),
        ("cost * cost > 0", "不能计算金额 * 金额"),
        ("age + cost > 0", "不能计算整数 + 金额"),
        ("birth_date + 3 > as_of", "日期加减用 add_months"),
        ("age", "这里需要是/否"),
        ("sex == 1", "不能用 == 比较文本与整数"),
        ("sex in (1, 2)", "代码要写成带引号的文本"),
        ("years(age, as_of) > 1", "用法不对"),
        ("add_months(as_of, age) > as_of", "个数须直接写明"),
        ("year_off(birth_date) > 1", "是否想写 year_of"),
        ("hit(W09)", "另一条规则的编号"),
        ("hit(W01)", "互相依赖成环"),
        ("not age", "and/or/not 只接条件"),
    ],
)
def test_an_expression_outside_the_language_is_refused_with_its_place_and_advice(test: str, says: str) -> None:
    message = refused(test)
    assert says in message
    assert "invented.yaml:1" in message
    assert "W01" in message


def test_all_faults_of_all_files_are_reported_at_once() -> None:
    broken = [{"variable": f"broken_{at}", "name": "坏", "of": "person", "formula": f"nothing_{at} > 1"} for at in range(3)]
    message = refused("nobody > 1", variables=broken)
    assert all(f"nothing_{at}" in message for at in range(3))
    assert "nobody" in message


def test_what_stands_on_a_broken_variable_is_not_reported_again() -> None:
    broken = {"variable": "broken", "name": "坏", "of": "person", "formula": "nothing > 1"}
    assert refused("broken", variables=[broken]).splitlines() == [line for line in refused(variables=[broken]).splitlines() if "nothing" in line]


def test_a_household_rule_cannot_name_a_persons_fact() -> None:
    assert "没有这个名称：age" in refused("age > 1", of="household")


def test_circles_are_named() -> None:
    circle = [{"variable": name, "name": "环", "of": "person", "formula": f"{other} + 1"} for name, other in (("a", "b"), ("b", "a"))]
    assert "a → b → a" in refused("age > 1", variables=circle)


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"lookup": {"in": "visit", "on": {"person": "person"}, "take": {"x": "day"}}}, "不能 lookup"),
        ({"exists": {"in": "visits", "on": {"person": "person"}}}, "没有这个数据集或派生表"),
        ({"exists": {"in": "visit", "on": {"person": "no"}}}, "没有列 no"),
        ({"exists": {"in": "visit", "on": {"person": "kind"}}}, "类型不同"),
        ({"latest": {"per": ["nobody"], "by": ["day"]}}, "没有列 nobody"),
        ({"add": {"cost": "cost"}}, "列 cost 已经有了"),
        ({"where": "other.day == day"}, "没有这个名称：other.day"),
        ({"pair": {"same": ["person"], "on": "day"}}, "on 与 within_days 须同时给出"),
        ({"group": {"by": ["person"], "take": {"x": "sum(kind)"}}}, "不能用于"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(step: dict[str, Any], says: str) -> None:
    message = refused(tables=[{"table": "odd", "says": "表", "from": "visit", "steps": [step]}])
    assert says in message


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ({"of": "person", "from": "visit", "value": "average(cost)"}, "没有这种汇总"),
        ({"of": "person", "from": "visit", "value": "sum(kind)"}, "不能用于"),
        ({"of": "person", "from": "visit", "value": "exists", "by": "day"}, "没有可用来归到"),
        ({"of": "person", "from": "visit", "value": "exists", "window": {"on": "no"}}, "window 的列"),
        ({"of": "household", "members": "any(members > 1)"}, "没有这个名称：members"),
    ],
)
def test_a_variable_that_cannot_be_computed_is_refused(variable: dict[str, Any], says: str) -> None:
    assert says in refused(variables=[{"variable": "odd", "name": "怪", **variable}])
