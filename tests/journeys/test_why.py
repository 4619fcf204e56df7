"""What a run tells people: why an alert stands, what a household has received, and what is not known."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.journeys.homes import doudi, must

from doudi.contracts.read import load_contracts
from doudi.monitoring.explain import Explainer
from doudi.monitoring.options import open_for_reading
from doudi.monitoring.sourcerows import SourceRows
from doudi.published.read import PublishedRun

GOLDEN = Path(__file__).parent / "golden"
ASKED = {"K03": "K03:43130000370", "X03": "X03:43130000249", "F03": "F03:43130000322"}


@pytest.mark.parametrize("rule", ASKED)
def test_an_explanation_says_all_there_is_to_say(ran: Path, rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Golden texts; after a change of wording: UPDATE_GOLDEN=1 pytest tests/journeys/test_why.py"""
    capsys.readouterr()
    must("explain", ASKED[rule], "--home", ran)
    text, file = capsys.readouterr().out, GOLDEN / f"explain_{rule}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_an_alert_of_every_rule_can_be_explained(ran: Path) -> None:
    reading = open_for_reading(ran, None)
    explainer = Explainer(reading.run, reading.identities, SourceRows(reading.run, load_contracts(), reading.tables))
    seen: set[str] = set()
    for alert in reading.run.alerts.to_pylist():
        if alert["rule"] in seen:
            continue
        seen.add(alert["rule"])
        told = explainer.explain(alert)
        text = "\n".join(told.lines())
        assert len(told.reasons) == sum(rule == alert["rule"] for rule, _ in reading.run.conditions), alert["rule"]
        assert all(part in text for part in ("为什么", "怎样会改变结论", "局限")), alert["rule"]
        assert "姓名不明" not in text, alert["rule"]
        assert "证号不明" not in text, alert["rule"]
        assert "None" not in text, alert["rule"]
    assert seen == {name for name, rule in reading.run.rules.items() if rule["hits"]}


def test_without_the_lake_an_explanation_still_says_where_its_rows_stand(ran: Path) -> None:
    reading = open_for_reading(ran, None)
    alert = next(line for line in reading.run.alerts.to_pylist() if line["rule"] == "F03")
    told = Explainer(reading.run, reading.identities, SourceRows(reading.run, load_contracts(), None)).explain(alert)
    (source,) = told.reasons[0].sources
    assert source.startswith("社会化发放明细《社会化发放明细_涟源市_202609.xlsx》第 ")
    assert "实发金额" not in source


def test_names_and_numbers_are_masked_unless_asked(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    must("explain", ASKED["F03"], "--home", ran)
    masked = capsys.readouterr().out
    must("explain", ASKED["F03"], "--with-ids", "--home", ran)
    full = capsys.readouterr().out
    assert "**" in masked
    assert "**" not in full
    assert '"what": "explain"' in (ran / "logs" / "access.jsonl").read_text()


def test_a_household_that_nothing_concerns_is_shown_from_the_lists_that_the_run_stands_on(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = PublishedRun.latest(ran)
    people = pq.read_table(ran / "lake" / run.manifest.cut / "tables" / "people.parquet").to_pylist()
    concerned = set(run.household_facts["household"].to_pylist())
    open_ = set(run.unknown["household"].to_pylist()) - concerned
    one = next(line for line in people if line["household"] in open_ and line["listed"])
    mates = [line for line in people if line["household"] == one["household"]]
    must("household", one["household_no"], "--with-ids", "--home", ran)
    shown = capsys.readouterr().out
    assert f"户号 {one['household_no']}" in shown
    assert "本次运行不发布其情况" in shown
    assert "线索：没有" in shown
    assert "未知（缺数据不当作零）" in shown
    assert "姓名不明" not in shown
    assert "证号不明" not in shown
    assert len(re.findall(r"\d{17}[\dX]", shown)) == len(mates)


def test_a_household_is_shown_by_its_number_or_by_a_member(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    must("household", "43130000439", "--home", ran)
    text = capsys.readouterr().out
    assert "户号 43130000439" in text
    assert "W16 多种致困原因叠加" in text
    assert "近12个月没有经济状况核对报告" in text
    must("household", "43130000439", "--with-ids", "--home", ran)
    number = next(word for word in capsys.readouterr().out.split() if len(word) == 18 and word[:17].isdigit())
    must("household", number, "--home", ran)
    assert capsys.readouterr().out == text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("explain", "X03:1"), "alert_not_found"),
        (("explain", "was ist das"), "看不懂"),
        (("explain", "0123456789abcdef"), "alert_not_found"),
        (("household", "1"), "household_not_found"),
        (("household", "43138219900101123X"), "431382**********3X"),
        (("export", "nothing", "-o", "x.csv"), "export_unknown"),
        (("export", "alerts", "--format", "pdf", "-o", "x.csv"), "export_unknown"),
    ],
)
def test_what_cannot_be_shown_is_said_in_chinese(ran: Path, asked: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert doudi(*asked, "--home", ran) == 2
    assert says in capsys.readouterr().err


def test_runs_home_and_verify_say_what_is_there(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    must("runs", "--home", ran)
    must("home", "--home", ran)
    must("verify", "--home", ran)
    text = capsys.readouterr().out
    assert text.count("2026-10-31-") >= 3
    assert "密钥：在手" in text
