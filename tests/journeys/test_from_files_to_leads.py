"""From delivered files to a published run that finds what is true, says why, and can be looked at."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from tests.journeys import homes
from tests.journeys.homes import DAYS, contents, doudi, must, policy_of, settled_home
from tests.score import score

from doudi.kernel.ids import is_id18
from doudi.policyfiles import read_policy
from doudi.published.read import PublishedRun
from doudi.published.tables import TABLES


def export(home: Path, what: str, file: Path, *more: str) -> list[dict[str, str]]:
    must("export", what, "-o", file, "--home", home, *more)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_right_answers_are_found(ran: Path, tmp_path: Path, sample_tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {what: tmp_path / f"{what}.csv" for what in ("alerts", "rejects", "links")}
    for what, file in files.items():
        export(ran, what, file, "--with-ids")
    code = score(sample_tiny / "truth", files["alerts"], 0.99, files["rejects"], files["links"])
    assert code == 0, capsys.readouterr().out


def test_as_many_are_unknown_as_are_unknown(ran: Path, tmp_path: Path, sample_tiny: Path) -> None:
    subjects = {
        tuple(row[name] for name in ("rule", "subject", "person_id", "household_no"))
        for row in export(ran, "unknown", tmp_path / "u.csv", "--with-ids")
    }
    found: dict[str, int] = {}
    for rule, *_ in subjects:
        found[rule] = found.get(rule, 0) + 1
    with (sample_tiny / "truth" / "expected_unknown.csv").open(encoding="utf-8-sig") as stream:
        assert found == {row["rule"]: int(row["subjects"]) for row in csv.DictReader(stream)}


def test_every_table_of_a_real_run_is_as_declared(ran: Path) -> None:
    run = PublishedRun.latest(ran)
    run.verify()
    for name in TABLES:
        declared = run.schema(name)
        for path in run.files(name):
            assert pq.read_schema(path).equals(declared.arrow, check_metadata=True), path
        rows = run.table(name)
        keys = [tuple(row[key] for key in declared.key) for row in rows.select(list(declared.key)).to_pylist()]
        assert len(keys) == len(set(keys)), name
        for column in declared.columns:
            if column.values:
                assert set(rows[column.name].to_pylist()) <= {*column.values, *([None] if column.empty else [])}, (name, column.name)


def test_every_delivered_row_has_one_line_in_links_those_of_refused_files_too(ran: Path, tmp_path: Path) -> None:
    must("export", "links", "--format", "csv", "-o", tmp_path / "l.csv", "--home", ran)
    with (tmp_path / "l.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = [(line["file"], line["row"]) for line in csv.DictReader(stream)]
    assert len(set(lines)) == len(lines)
    delivered = {line["file"]: line["delivered"] for line in PublishedRun.latest(ran).deliveries.values()}
    counted = Counter(file for file, _ in lines)
    assert {file: counted[file] for file in delivered} == delivered
    assert any(line["verdict"] == "refused" and line["delivered"] for line in PublishedRun.latest(ran).deliveries.values())


def test_the_tables_of_a_run_fit_together(ran: Path) -> None:
    run = PublishedRun.latest(ran)
    alerts = {line["alert"]: line for line in run.alerts.to_pylist()}
    evidence = run.evidence.to_pylist()
    for alert, line in alerts.items():
        own = [one for one in evidence if one["alert"] == alert]
        assert [one["position"] for one in own] == sorted(c["position"] for (rule, _), c in run.conditions.items() if rule == line["rule"])
        assert all(one["result"] is not run.conditions[line["rule"], one["condition"]]["negated"] for one in own)
    sources = run.sources.to_pylist()
    assert {one["alert"] for one in sources} <= set(alerts)
    assert {one["delivery"] for one in sources} <= set(run.deliveries)
    assert sum(rule["hits"] for rule in run.rules.values()) == len(alerts) == run.manifest.counts["alerts"]
    open_ = {(one["rule"], one["subject"], one["household"], one["person"]) for one in run.unknown.to_pylist()}
    assert sum(rule["unknowns"] for rule in run.rules.values()) == len(open_) == run.manifest.counts["unknown"]
    assert all(one["delivered"] == one["accepted"] + one["refused"] + one["held"] for one in run.deliveries.values())
    named = set(run.table("identities", ["number"])["number"].to_pylist())
    assert {line["household"] for line in alerts.values() if line["household"] is not None} <= named
    assert {line["person"] for line in alerts.values() if line["person"] is not None} <= named


def test_facts_and_identities_are_of_whole_households_with_an_alert_an_ended_one_or_a_recognised_member(ran: Path) -> None:
    run = PublishedRun.latest(ran)
    people = pq.read_table(ran / "lake" / run.manifest.cut / "tables" / "people.parquet", columns=["person", "household"]).to_pylist()
    home_of, persons = {line["person"]: line["household"] for line in people}, {line["person"]: line for line in run.person_facts.to_pylist()}
    categories = [name for name, file in read_policy(run.path / "policy").variables.items() if file.category]
    recognised = {person for person, line in persons.items() if any(line[name] for name in categories)}
    about = [*run.alerts.to_pylist(), *run.ended.to_pylist()]
    named = recognised | {line["person"] for line in about if line["person"] is not None}
    homes = {line["household"] for line in about} | {home_of.get(person) for person in named}
    assert set(persons) == {person for person, home in home_of.items() if home in homes - {None}} | named
    assert set(run.household_facts["household"].to_pylist()) <= homes
    identities = run.table("identities", ["subject", "number"]).to_pylist()
    assert {line["number"] for line in identities if line["subject"] == "p"} == set(persons)
    assert {line["number"] for line in identities if line["subject"] == "h"} <= homes
    assert len(persons) < run.manifest.counts["persons"]


def test_everybody_is_counted_by_place(ran: Path) -> None:
    run = PublishedRun.latest(ran)
    total = {name: sum(run.table("places")[name].to_pylist()) for name in ("persons", "living", "deceased", "households")}
    assert (total["persons"], total["households"]) == (run.manifest.counts["persons"], run.manifest.counts["households"])
    asked = {(rule["of"], rule["asked"]) for rule in run.rules.values()}
    assert asked <= {("household", total["households"]), ("person", total["living"]), ("person", total["deceased"])}
    assert total["living"] + total["deceased"] <= total["persons"]


def test_who_is_said_to_be_dead_is_shown_the_record(ran: Path) -> None:
    run = PublishedRun.latest(ran)
    of_dead = {line["alert"] for line in run.alerts.to_pylist() if line["rule"] in ("X02", "F01", "W12")}
    assert of_dead
    assert {line["alert"] for line in run.sources.to_pylist() if line["dataset"] == "death"} == of_dead


def test_three_runs_are_a_series(ran: Path) -> None:
    first, second, third = PublishedRun.all(ran)
    assert [run.as_of.isoformat() for run in (first, second, third)] == list(DAYS)
    assert [run.manifest.previous for run in (first, second, third)] == [None, first.id, second.id]
    assert set(first.alerts["change"].to_pylist()) == {"new"}
    before = {line["alert"]: line for line in second.alerts.to_pylist()}
    now = {line["alert"]: line for line in third.alerts.to_pylist()}
    assert {alert for alert, line in now.items() if line["change"] == "new"} == set(now) - set(before)
    assert set(third.ended["alert"].to_pylist()) == set(before) - set(now)
    assert all(line["since"] == before[alert]["since"] for alert, line in now.items() if alert in before)
    assert all(line["since"] == third.as_of for alert, line in now.items() if alert not in before)
    assert {"continuing", "changed"} & {line["change"] for line in now.values()}


def test_the_same_inputs_are_the_same_run_and_computing_again_gives_the_same_bytes(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(PublishedRun.latest(ran).path)
    homes.run(ran, DAYS[-1], "--again")
    assert "逐字节相同" in capsys.readouterr().out
    assert contents(PublishedRun.latest(ran).path) == before
    assert len(PublishedRun.all(ran)) == len(DAYS)


def test_another_home_with_the_same_key_publishes_the_same_bytes(ran: Path, tmp_path: Path, sample_tiny: Path) -> None:
    other = settled_home(tmp_path / "other", sample_tiny)
    homes.run(other, DAYS[0], policy=policy_of(ran))
    one, same = PublishedRun.all(ran)[0], PublishedRun.latest(other)
    assert one.id == same.id
    assert contents(one.path) == contents(same.path)


def test_a_run_holds_no_name_no_citizen_id_and_no_path(ran: Path, sample_tiny: Path) -> None:
    with (sample_tiny / "truth" / "people.csv").open(encoding="utf-8-sig") as stream:
        people = list(csv.DictReader(stream))
    ids, names = {person["person_id"] for person in people}, {person["name"] for person in people if len(person["name"]) > 2}
    run = PublishedRun.latest(ran)
    for name in TABLES:
        for column in run.table(name).columns:
            texts = {str(value) for value in column.to_pylist() if isinstance(value, str)}
            assert not ids & texts, name
            assert not names & texts, name
            assert not any(is_id18(text) for text in texts), name
    for path in [*(run.path / "sql").iterdir(), run.path / "run.json"]:
        text = path.read_text(encoding="utf-8")
        assert str(ran) not in text, path.name
        assert not any(number in text for number in ids), path.name


def test_exports_mask_numbers_unless_asked_and_note_who_asked(ran: Path, tmp_path: Path) -> None:
    masked = export(ran, "alerts", tmp_path / "masked.csv")
    full = export(ran, "alerts", tmp_path / "full.csv", "--with-ids")
    assert list(full[0]) == ["rule", "subject", "person_id", "household_no", "grade", "since", "evidence"]
    people = [row for row in full if row["subject"] == "p"]
    assert people
    assert all(is_id18(row["person_id"]) for row in people)
    assert all("*" in row["person_id"] and not is_id18(row["person_id"]) for row in masked if row["subject"] == "p")
    assert all(not row["person_id"] for row in full if row["subject"] == "h")
    log = [json.loads(line) for line in (ran / "logs" / "access.jsonl").read_text().splitlines()]
    asked = [line for line in log if line["what"] == "export alerts done"]
    assert asked[-1]["rows"] == len(full)
    assert {"at", "who", "run"} <= set(asked[-1])
    assert not any(row["person_id"] in json.dumps(log) for row in people)


def test_exports_are_the_same_in_every_format(ran: Path, tmp_path: Path) -> None:
    rows = export(ran, "rejects", tmp_path / "r.csv")
    must("export", "rejects", "--format", "xlsx", "-o", tmp_path / "r.xlsx", "--home", ran)
    must("export", "rejects", "--format", "parquet", "-o", tmp_path / "r.parquet", "--home", ran)
    sheet = load_workbook(tmp_path / "r.xlsx").active
    head, *body = ([cell or "" for cell in line] for line in sheet.iter_rows(values_only=True))
    assert [dict(zip(head, line, strict=True)) for line in body] == rows
    assert pq.read_table(tmp_path / "r.parquet").to_pylist() == rows
    assert list(rows[0]) == ["file", "row", "reason_code", "reason", "state"]


def test_an_earlier_run_is_exported_by_its_id(ran: Path, tmp_path: Path) -> None:
    first = PublishedRun.all(ran)[0]
    assert len(export(ran, "alerts", tmp_path / "a.csv", "--run", first.id)) == first.alerts.num_rows
    export(ran, "links", tmp_path / "l.csv", "--run", first.id)
    assert doudi("export", "alerts", "--run", "nonsense", "-o", tmp_path / "n.csv", "--home", ran) == 2
    assert not (tmp_path / "n.csv").exists()
