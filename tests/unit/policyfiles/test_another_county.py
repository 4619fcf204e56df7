"""The page about another county is followed to the letter in a copy: only YAML changes, and the results change as it says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from doudi.contracts import load_contracts
from doudi.kernel.months import month
from doudi.kernel.resources import resource_dir
from doudi.policyfiles import read_policy
from doudi.rules import build_policy, judge
from doudi.rules.judge import Judgement
from doudi.rules.spec import check_rule_spec, check_variable_spec, variable_case

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "another-county.md"
AS_OF = date(2026, 10, 31)
HERE, NEXT_COUNTY, NEXT_PROVINCE = "431382001001", "431302001001", "360102001001"


def _blocks() -> Iterator[tuple[str, str, str]]:
    """(what to do, file, text) of every block that names a file."""
    for _language, head, text in re.findall(r"```(yaml|diff)\n# ([^\n]+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        what, _, name = head.rpartition(" ")
        yield what or "改", name, text


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of policy and contracts with everything done that the page says."""
    for name in ("policy", "contracts"):
        shutil.copytree(resource_dir(name), tmp_path / name)
    for what, name, text in _blocks():
        path = tmp_path / name
        if what == "新文件":
            path.write_text(text, encoding="utf-8")
        elif what == "追加到":
            path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        else:
            _change(path, text)
    return tmp_path


def _change(path: Path, text: str) -> None:
    lines = text.strip("\n").split("\n")
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        before = path.read_text(encoding="utf-8")
        assert old[0] == "-"
        assert new[0] == "+"
        assert before.count(old[1:]) == 1, old
        path.write_text(before.replace(old[1:], new[1:]), encoding="utf-8")


def _judged(folder: Path, rows: dict[str, list[dict[str, Any]]], as_of: date = AS_OF) -> Judgement:
    files, contracts = read_policy(folder / "policy"), load_contracts(folder / "contracts")
    return judge(
        build_policy(files, contracts, as_of),
        {name: [{"delivery": 1, "row": at, **row} for at, row in enumerate(table)] for name, table in rows.items()},
    )


def _person(person: int, region: str = HERE, birth: date = date(1980, 1, 1), kind: str = "1") -> dict[str, Any]:
    listed = {"listed": True, "list_month": month(2026, 10), "hukou_region": region, "hukou_kind": kind, "relation": "02"}
    return {"person": person, "household": person, "birth_date": birth, **listed}


def test_the_page_changes_every_kind_of_file() -> None:
    assert {name.split("/")[1] for _, name, _ in _blocks() if name.startswith("policy/")} >= {"parameters", "rules", "variables", "tables", "specs"}
    assert any(name.startswith("contracts/") for _, name, _ in _blocks())


def test_a_county_has_its_own_figures_from_their_day(copy: Path) -> None:
    rows = {"people": [_person(1), _person(2, kind="2"), _person(3, NEXT_COUNTY)]}
    now, before = _judged(copy, rows), _judged(copy, rows, date(2026, 6, 30))
    assert [now.households[number]["dibao_standard"] for number in (1, 2, 3)] == [56000, 80000, 48500]
    assert [before.households[number]["dibao_standard"] for number in (1, 2, 3)] == [48500, 74000, 48500]
    assert now.households[1]["rigid_share"] * 2 == 1


def test_another_province_needs_figures_and_nothing_else(copy: Path) -> None:
    rows = {"people": [_person(1, NEXT_PROVINCE)]}
    assert _judged(copy, rows).households[1]["dibao_standard"] is None
    for path in (copy / "policy" / "parameters").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        figures = 'urban: "9", rural: "7"' if "urban:" in text else 'value: "9"'
        path.write_text(f'{text}  - {{from: 2020-01-01, region: "36", {figures}, basis: {{document: 某文件}}}}\n', encoding="utf-8")
    facts = _judged(copy, rows).households[1]
    assert {name: facts[name] for name in ("dibao_standard", "edge_factor", "illness_line")} == {
        "dibao_standard": 700,
        "edge_factor": 9,
        "illness_line": 700,
    }


def test_a_new_dataset_is_seen_by_the_rules_that_needed_it(copy: Path) -> None:
    old = _person(1, birth=date(1940, 1, 1))
    pension = {"person": 1, "household": 1, "status": "3", "monthly_pension": 60000, "start_month": month(2020, 1)}
    without, with_it = _judged(copy, {"people": [old]}), _judged(copy, {"people": [old], "pension_resident": [pension]})
    assert (without.households[1]["hit_W15"], without.persons[1]["hit_K05"]) == (True, True)
    assert (with_it.households[1]["hit_W15"], with_it.persons[1]["hit_K05"]) == (False, False)
    assert with_it.households[1]["income_known_12m"] == 720000


def test_a_new_version_holds_from_its_day(copy: Path) -> None:
    rows = {"people": [_person(1, birth=date(1950, 1, 1))]}
    assert _judged(copy, rows, date(2026, 12, 31)).households[1]["hit_W15"] is True
    assert _judged(copy, rows, date(2027, 1, 1)).households[1]["hit_W15"] is False


def test_the_cases_of_the_page_come_out_as_written(copy: Path) -> None:
    files, contracts = read_policy(copy / "policy"), load_contracts(copy / "contracts")
    assert check_variable_spec(variable_case(files, contracts, files.variable_specs["resident_pension"])) == []
    assert check_rule_spec(files, build_policy(files, contracts, date(2027, 1, 31)), files.rule_specs["W15"]) == []
