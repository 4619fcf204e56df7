"""Playing a day's corrections: only the chosen households' rows differ, from new deliveries, in a cut that a run finds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from doudi.contracts.read import load_contracts
from doudi.identity.keys import open_keys
from doudi.identity.policy import read_link_policy
from doudi.intake.settle import Cut, open_cut, plan_cut
from doudi.lake.home import Home
from doudi.simulation.home import Made, Wish, write_home
from doudi.simulation.places import places_of
from doudi.simulation.touch import CORRECTED, Way, touch

DAY = date(2026, 10, 31)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))
    return write_home(Wish(60, 3, "4313", DAY, 1, True), places_of("4313", 60), tmp_path / "home", 1)


def rows(cut: Cut, table: str) -> list[dict]:
    return pq.read_table(cut.tables[table]).to_pylist()


def newest(home: Home) -> str:
    return plan_cut(home, open_keys(home), load_contracts(), DAY, read_link_policy()).cut


@pytest.mark.parametrize("way", ["scattered", "townships"])
def test_the_rows_of_some_households_come_again(made: Made, way: Way) -> None:
    before = open_cut(made.home.lake / made.cut)
    after = touch(made.home, open_keys(made.home), DAY, 0.2, way)
    assert after.id == newest(made.home) != before.id
    assert rows(after, "people") == rows(before, "people")
    assert len(after.deliveries) == len(before.deliveries) + len(CORRECTED)
    old, new = ({(row["person"], row["visit_no"]): row for row in rows(cut, "medical_expense")} for cut in (before, after))
    assert old.keys() == new.keys()
    touched = {row["household"] for key, row in new.items() if row["delivery"] != old[key]["delivery"]}
    assert 0 < len(touched) < len({row["household"] for row in old.values()}) / 2
    for key, row in new.items():
        assert row["total_cost"] - old[key]["total_cost"] == (100 if row["household"] in touched else 0)
    if way == "townships":
        kept = {row["bucket"] for row in new.values() if row["household"] not in touched}
        assert kept.isdisjoint(row["bucket"] for row in new.values() if row["household"] in touched)
