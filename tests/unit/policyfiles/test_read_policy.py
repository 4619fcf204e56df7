"""Reading a policy folder: what is read, and that every fault is told with its line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from doudi.kernel.errors import DoudiError
from doudi.policyfiles import read_policy

FILES = {
    "policy.yaml": "policy: small\nversion: '1'\ntitle: 小政策\n",
    "glossary.yaml": """
departments: {civil_affairs: 民政部门}
kinds: {may_qualify: 可能符合条件}
tables: {open_dibao: 正在享受的低保记录}
variables: {income_12m: 近12个月收入, members: 家庭人数}
parameters: {income_line: 收入线, share: 比例线, quiet_days: 静默天数}
programmes: {cash: 现金救助}
""",
    "parameters/income_line.yaml": """
parameter: income_line
name: 收入线
type: money
unit: 元/年
values:
  - {from: 2025-01-01, region: "43", urban: "740.5", rural: "485", basis: {document: 某文件}}
  - {from: 2026-01-01, region: "431382", value: "600", reference: true, basis: {document: 假定, to_confirm: true}}
""",
    "parameters/share.yaml": """
parameter: share
name: 比例线
type: ratio
unit: 倍
values: [{from: 2025-01-01, region: "43", value: 0.6, basis: {document: 某文件}}]
""",
    "tables/open_dibao.yaml": """
table: open_dibao
says: 正在享受
from: subsistence_allowance
steps:
  - where: start_month <= this_month
  - exists: {in: people, on: {person: person}, where: other.living}
""",
    "variables/income.yaml": """
about: 收入
variables:
  - variable: income_12m
    name: 近12个月收入
    of: household
    from: economic_check
    where: last_months(check_date, 12)
    value: only(income_12m)
    window: {on: check_date}
    unknown: [{says: 没有核对报告}]
  - {variable: members, name: 家庭人数, of: household, members: count(true)}
""",
    "rules/may_qualify/K01.yaml": """
rule: K01
name: 可能符合低保
kind: may_qualify
of: household
grade: O
owner: 社会救助处
versions:
  - in_force_from: 2025-01-01
    basis: {document: 某文件, clause: 一}
    all_of:
      - {name: income_below, says: 收入低于线, test: income_12m < income_line * members}
""",
    "routing/reference.yaml": """
routes:
  - {rule: K01, to: civil_affairs, level: county, working_days: 20}
loop:
  - {parameter: quiet_days, name: 静默天数, type: int, unit: 天, values: [{from: 2025-01-01, region: "43", value: 90, basis: {document: 假定}}]}
""",
    "programmes/cash.yaml": """
programme: cash
name: 现金救助
department: civil_affairs
basis: {document: 某文件}
lines:
  - {dataset: payment, day: paid_date, amount: paid_amount, kind: money, title: "发放（{program}）"}
""",
    "specs/rules/K01.yaml": """
spec: K01
parameters: {income_line: 5000}
fixed: {members: 2}
table: |
  户 | income_12m | result | failed or unknown | why
  甲 | 9999.99    | hit    |                   | 典型
  乙 | 10000      | miss   | income_below      | 恰在线上
""",
    "specs/variables/income.yaml": """
as_of: 2026-10-31
cases:
  - spec: income_12m
    rows:
      economic_check: |
        person | check_date | income_12m
        1      | 2026-01-01 | 100
    expect_households: |
      household | income_12m
      1         | 100
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "policy"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return root


def _faults(folder: Path, name: str, text: str) -> str:
    """What is told when one file has this text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    with pytest.raises(DoudiError) as error:
        read_policy(folder)
    return str(error.value)


def test_a_policy_is_read_with_places_and_exact_figures(folder: Path) -> None:
    policy = read_policy(folder)
    urban, alone = policy.parameters["income_line"].values
    assert (urban.urban, urban.rural, urban.value, urban.from_) == (Fraction(1481, 2), Fraction(485), None, date(2025, 1, 1))
    assert (alone.value, alone.reference, alone.basis.to_confirm) == (Fraction(600), True, True)
    assert policy.parameters["share"].values[0].value == Fraction(3, 5)
    test = policy.rules["K01"].versions[0].all_of[0].test
    assert (test.value, test.file, test.line, test.key) == (
        "income_12m < income_line * members",
        "policy/rules/may_qualify/K01.yaml",
        11,
        "versions[0].all_of[0].test",
    )


def test_tables_variables_and_chain_lines_keep_their_expressions_as_texts(folder: Path) -> None:
    policy = read_policy(folder)
    where, exists = policy.tables["open_dibao"].steps
    assert (where.kind, str(where.body)) == ("where", "start_month <= this_month")
    assert {key: str(value) for key, value in exists.body["on"].items()} == {"person": "person"}  # type: ignore[index, union-attr]
    income = policy.variables["income_12m"]
    assert (income.source, str(income.value), str(income.window["on"]), income.topic) == (  # type: ignore[index]
        "economic_check",
        "only(income_12m)",
        "check_date",
        "income",
    )
    assert policy.programmes["cash"].lines[0].title.value == "发放（{program}）"
    assert policy.routing.routes["K01"].working_days == 20
    assert policy.routing.loop["quiet_days"].values[0].value == 90


def test_spec_tables_are_read_with_their_lines_and_fixed_columns(folder: Path) -> None:
    policy = read_policy(folder)
    first, second = policy.rule_specs["K01"].rows
    assert (first.facts, first.result, first.conditions) == ({"members": "2", "income_12m": "9999.99"}, "hit", ())
    assert (second.conditions, second.place.line) == (("income_below",), 7)
    spec = policy.variable_specs["income_12m"]
    assert spec.rows["economic_check"].records() == [{"person": "1", "check_date": "2026-01-01", "income_12m": "100"}]
    assert spec.as_of == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("rules/may_qualify/K01.yaml", "grade: O", "grade: P", "K01.yaml:5：grade 不能是 P"),
        ("rules/may_qualify/K01.yaml", "grade: O", "grade: O\nwho: me", "K01.yaml:6：不认识的键 who"),
        ("rules/may_qualify/K01.yaml", "owner: 社会救助处\n", "", "缺少 owner"),
        ("rules/may_qualify/K01.yaml", "rule: K01", "rule: W01", "规则编号 W01 与类别 may_qualify 不符"),
        ("rules/may_qualify/K01.yaml", "rule: K01", "rule: K02", "文件名 K01 与其中的 K02 不一致"),
        ("rules/may_qualify/K01.yaml", "kind: may_qualify", "kind: funds", "放在了文件夹 may_qualify"),
        ("rules/may_qualify/K01.yaml", "in_force_from: 2025-01-01", "in_force_from: 2025-02-30", "in_force_from 应为日期"),
        ("parameters/share.yaml", "value: 0.6", "value: about", "share.yaml:5：value 应为数字"),
        ("parameters/share.yaml", "value: 0.6", "urban: 0.6", "应给出 value，或同时给出 urban 和 rural"),
        ("parameters/share.yaml", "name: 比例线", "name: 比例", "术语表中是比例线"),
        ("parameters/share.yaml", "unit: 倍", "unit: 倍\nunit: 元", "“unit”写了两次"),
        ("parameters/share.yaml", "unit: 倍", "unit: [倍", "不是正确的 YAML"),
        ("tables/open_dibao.yaml", "exists", "maybe", "没有 maybe 这种步骤"),
        ("tables/open_dibao.yaml", "on: {person: person}, ", "", "open_dibao.yaml:6：缺少 on"),
        ("variables/income.yaml", "from: economic_check", "note: x", "from 与 value 应一起给出"),
        ("variables/income.yaml", "members: count(true)", "members: count(true), formula: '1'", "应恰有一个"),
        ("variables/income.yaml", "variable: members", "variable: income_12m", "income_12m 已在别处定义"),
        ("routing/reference.yaml", "to: civil_affairs", "to: treasury", "没有部门 treasury"),
        ("routing/reference.yaml", "rule: K01", "rule: K09", "规则 K01 没有办理部门"),
        ("specs/rules/K01.yaml", "乙 | 10000      | miss   | income_below", "乙 | 10000      | miss   | ", "未满足的条件"),
        ("specs/rules/K01.yaml", "| 恰在线上", "", "这一行有 4 格，表头有 5 格"),
        ("glossary.yaml", "members: 家庭人数", "members: 近12个月收入", "有两个标识：income_12m、members"),
        ("glossary.yaml", "income_line: 收入线, ", "", "income_line 不在术语表的 parameters 中"),
    ],
)
def test_a_fault_is_told_in_chinese_with_file_and_line(folder: Path, name: str, old: str, new: str, told: str) -> None:
    assert old in FILES[name]
    assert told in _faults(folder, name, FILES[name].replace(old, new, 1))


def test_two_versions_that_begin_on_one_day_are_refused(folder: Path) -> None:
    version = FILES["rules/may_qualify/K01.yaml"].split("versions:\n")[1]
    assert "由早到晚，且不重复" in _faults(folder, "rules/may_qualify/K01.yaml", FILES["rules/may_qualify/K01.yaml"] + version)


def test_the_faults_of_all_files_are_told_together(folder: Path) -> None:
    (folder / "parameters/share.yaml").write_text("parameter: share\n", encoding="utf-8")
    told = _faults(folder, "rules/may_qualify/K01.yaml", FILES["rules/may_qualify/K01.yaml"].replace("grade: O", "grade: P"))
    assert "share.yaml" in told
    assert "grade 不能是 P" in told


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DoudiError, match="找不到政策文件夹"):
        read_policy(tmp_path / "nothing")


def test_drafts_are_read_only_when_asked_for_and_replace_rules_in_force(folder: Path) -> None:
    draft = folder / "drafts/rules/may_qualify/K01.yaml"
    draft.parent.mkdir(parents=True)
    draft.write_text(FILES["rules/may_qualify/K01.yaml"].lstrip("\n").replace("income_below", "income_far_below"), encoding="utf-8")
    now, then = read_policy(folder), read_policy(folder, drafts=True)
    assert [rule.versions[0].all_of[0].name for rule in (now.rules["K01"], then.rules["K01"])] == ["income_below", "income_far_below"]
    assert (now.drafts, then.drafts) == (frozenset(), {"K01"})
