"""What the floor reads is worked out from the plan, and the page is made from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import pytest
from benchmarks import page, tables
from benchmarks.charts import bars, growth
from benchmarks.columns import columns_read
from benchmarks.reduced import reduce_policy
from benchmarks.worlds import AS_OF

from doudi.contracts.read import load_contracts
from doudi.kernel.resources import resource_dir
from doudi.monitoring.compute import empty_table
from doudi.policyfiles import read_policy
from doudi.rules.plan import compile_policy


@pytest.fixture(scope="module")
def read_by_d07() -> Mapping[str, Sequence[str]]:
    import duckdb

    contracts, connection = load_contracts(), duckdb.connect()
    plan = compile_policy(reduce_policy(read_policy(resource_dir("policy")), contracts, AS_OF, ["D07"]), contracts, AS_OF)
    for name, contract in contracts.items():
        connection.execute(empty_table(name, contract))
    columns = {name: [line[0] for line in connection.execute(f"DESCRIBE {name}").fetchall()] for name in contracts}
    people = plan.policy.tables["people"].columns
    return columns_read(plan, columns | {"people": [*people, "bucket"]})


def test_only_the_columns_that_a_rule_stands_on_are_read(read_by_d07: Mapping[str, Sequence[str]]) -> None:
    assert set(read_by_d07["temporary_aid"]) == {"person", "kind", "aid_date", "region", "delivery", "row"}


def test_who_lives_and_where_is_read_for_every_rule_and_nothing_else(read_by_d07: Mapping[str, Sequence[str]]) -> None:
    assert set(read_by_d07["death"]) == {"person", "death_date"}
    assert {"person", "listed", "household"} <= set(read_by_d07["people"])
    assert not {"sex", "ethnicity", "marital", "bucket"} & set(read_by_d07["people"])
    assert set(read_by_d07) == {"temporary_aid", "death", "people"}


def test_charts_are_sound_svg_that_tell_every_name_and_number() -> None:
    drawn = ElementTree.fromstring(bars("人/秒", [("一 & 二", 120_000.0, "120,000"), ("三", 54.0, "54")], "三"))
    said = "".join(drawn.itertext())
    assert all(word in said for word in ("一 & 二", "120,000", "三", "54"))
    widths = [float(box.attrib["width"]) for box in drawn.iter() if box.tag.endswith("rect")][1:]
    assert widths[0] > widths[1]
    line = ElementTree.fromstring(growth("用时", [(100_000, 3.2), (1_000_000, 30.1)], "人数", "秒"))
    assert "30.1" in "".join(line.itertext())


def test_the_page_says_of_everything_where_and_with_what_it_was_measured() -> None:
    text = page.render()
    for name in ("floor", "ten", "growth", "linkage", "site-load", "site-search", "site-pages"):
        kept = page._kept(name)
        assert kept is None or kept["command"].strip() in text
    assert text == page.render()


def test_tables_for_the_screen_line_up_with_chinese_in_them() -> None:
    lines = tables.as_text([("名称", "值"), ("ab", "1"), ("很长的名称", "22")])
    assert [line.split()[-1] for line in lines] == ["值", "1", "22"]
    places = [len(line[: line.index(cell)].encode("gbk")) for line, cell in zip(lines, ("值", "1", "22"), strict=True)]
    assert len(set(places)) == 1


def test_the_site_is_told_with_goals_and_with_what_two_cores_could_serve() -> None:
    one = {
        "name": "待我办理",
        "connections": 16,
        "is_list": True,
        "per_second": 80.0,
        "p50": 90.0,
        "p95": 210.0,
        "web": 6.0,
        "server": 2.0,
        "load": 9.1,
    }
    file = one | {"name": "家庭档案", "connections": 1, "is_list": False}
    rows = tables.page_rows({"goals": {"pages": 150, "p95": 150, "file": 100}, "pages": [one, file]})
    assert rows[1][-3:] == ("250", "≥ 150 页/秒，p95 ≤ 150", "9.1")
    assert rows[2][-2] == "p95 < 100"
    found = [{"kind": kind, "asker": asker, "p50": 3.0, "p95": 9.0} for kind in tables.SEARCHES for asker in tables.ASKERS[:2]]
    assert tables.search_rows({"goal": 100, "searches": found})[1] == ("姓名", "3.0 / 9.0", "3.0 / 9.0", "p95 < 100")
    again = {"name": "再装载", "seconds": 2.0, "cpu": 1.0, "server_cpu": 0.1}
    steps = {"steps": {"alerts": 5.0, "items": 4.0}, "registry": 30.0, "counts": {"staging": {"people": 1_000}}}
    assert [row[-1] for row in tables.load_rows({"goal": 180, "loads": [again | steps, again]})] == ["目标", "< 180", "不变"]
