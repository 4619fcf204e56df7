"""Which parts a run has, which are computed together, and where somebody's earlier alerts are looked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.monitoring.earlier import Earlier
from doudi.monitoring.findings import CHAIN
from doudi.monitoring.parts import NOWHERE, Batch, Part, batches, find_parts
from doudi.published.manifest import Manifest, Policy
from doudi.published.read import PublishedRun
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter

PARTS = [Part(NOWHERE, 3), Part("430102", 700), Part("430103", 200), Part("431382", 100), Part("440305", 2)]


def put_people(engine: DuckEngine) -> None:
    buckets = {1: 431382101, 2: 431382102, 3: 430102001, 4: 430102001, 5: -1, 6: 0}
    put(engine, "people", "person household bucket", *((person, 10 * person if bucket >= 0 else None, bucket) for person, bucket in buckets.items()))


def test_a_part_is_a_county_and_people_without_one_are_a_part_of_their_own(engine: DuckEngine) -> None:
    put_people(engine)
    assert find_parts(engine) == [Part(NOWHERE, 2), Part("430102", 2), Part("431382", 2)]
    put(engine, "people", "person household bucket", (1, 10, 431382101))
    assert find_parts(engine) == [Part(NOWHERE, 0), Part("431382", 1)]


@pytest.mark.parametrize(
    ("most", "done", "expected"),
    [
        (10**9, set(), [["000000", "430102", "430103", "431382", "440305"]]),
        (900, set(), [["000000", "430102"], ["430103", "431382", "440305"]]),
        (0, set(), [["000000"], ["430102"], ["430103"], ["431382"], ["440305"]]),
        (300, {"430103"}, [["000000"], ["430102"], ["431382", "440305"]]),
        (10**9, {"430103"}, [["000000", "430102"], ["431382", "440305"]]),
        (10**9, {part.code for part in PARTS}, []),
    ],
)
def test_neighbours_are_computed_together_as_far_as_memory_holds(most: int, done: set[str], expected: list[list[str]]) -> None:
    assert [batch.codes for batch in batches(PARTS, most, done)] == expected


def test_a_batch_chooses_the_buckets_of_its_counties() -> None:
    assert Batch((Part("430102", 1), Part("430103", 2))).where == "bucket BETWEEN 430102000 AND 430103999"
    assert Batch((Part(NOWHERE, 1),)).where == "bucket BETWEEN -1 AND 999"


def test_earlier_alerts_are_looked_for_where_people_are_now(engine: DuckEngine, tmp_path: Path) -> None:
    put_people(engine)
    previous = publish(tmp_path, {"430102": [("stays", 3), ("moved", 1)], "431382": [("here", 2), ("gone", 9)]})
    earlier = Earlier(previous)
    earlier.find_moved(engine)
    assert earlier.moved == {"moved": ("430102", "431382"), "gone": ("431382", NOWHERE)}
    found = {}
    for parts in (["430102"], ["431382"], [NOWHERE], [NOWHERE, "430102", "431382"], None):
        earlier.load(engine, parts)
        found[str(parts)] = {alert for (alert,) in engine.fetch("SELECT alert FROM before_alerts")}
        assert {alert for (alert,) in engine.fetch("SELECT alert FROM before_evidence")} == found[str(parts)]
    everything = {"stays", "moved", "here", "gone"}
    assert list(found.values()) == [{"stays"}, {"moved", "here"}, {"gone"}, everything, everything]


def test_without_an_earlier_run_there_are_no_earlier_alerts(engine: DuckEngine) -> None:
    put_people(engine)
    earlier = Earlier(None)
    earlier.find_moved(engine)
    earlier.load(engine, ["431382"])
    assert engine.fetch("SELECT * FROM before_alerts") == []


def publish(home: Path, alerts: dict[str, list[tuple[str, int]]]) -> PublishedRun:
    """A run with person alerts and one line of evidence each."""
    folder = home / "runs" / "r"
    folder.mkdir(parents=True)
    writer = RunWriter(folder)
    lines = [
        {"alert": alert, "rule": "W07", "version": "1", "kind": "k", "subject": "p", "person": person, "household": 7, "grade": "O", "part": part}
        | {"department": "d", "level": "county", "within_working_days": 5, "since": date(2026, 9, 30), "first_run": "r", "change": "new"}
        for part, found in alerts.items()
        for alert, person in sorted(found, key=lambda each: each[1])
    ]
    wide = TABLES["alerts"].arrow.append(pa.field("part", pa.string()))
    writer.parted(TABLES["alerts"], pa.Table.from_pylist(lines, schema=wide).to_batches())
    proofs = [{"alert": line["alert"], "position": 1, "condition": "c", "part": line["part"]} for line in lines]
    proofs.sort(key=lambda line: (line["part"], line["alert"]))
    wide = TABLES["evidence"].arrow.append(pa.field("part", pa.string()))
    writer.parted(TABLES["evidence"], pa.Table.from_pylist(proofs, schema=wide).to_batches())
    writer.finish(Manifest("r", date(2026, 9, 30), "cut", Policy("p", "1", "h"), "c"), b"{}")
    return PublishedRun(folder)


def test_lines_about_somebody_on_no_list_any_more_are_nowhere_even_if_their_household_is_computed_with_them(engine: DuckEngine) -> None:
    put(engine, "person_places", "person part", (1, "431382"))
    put(engine, "household_places", "household part", (10, "431382"), (20, "430102"))
    of = ((1, 10), (2, 10), (None, 20), (None, 30))
    put(
        engine,
        "chain_lines",
        "person household date place delivery row way",
        *((*who, date(2026, 10, 1), 0, 7, row, 0) for row, who in enumerate(of)),
    )
    found = engine.fetch(f"SELECT person, household, part FROM ({CHAIN})")
    assert {line[:2]: line[2] for line in found} == {(1, 10): "431382", (2, 10): NOWHERE, (None, 20): "430102", (None, 30): NOWHERE}
