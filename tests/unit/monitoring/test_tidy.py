"""Tidying removes what nothing stands on, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.factories import County, citizen_id

from doudi.contracts.read import load_contracts
from doudi.kernel.errors import DoudiError
from doudi.monitoring.tidy import tidy_lake


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County.at(tmp_path / "home")


def made(county: County, number: int) -> str:
    """Deliver one more list; the name of the cut of everything."""
    county.deliver("population", [{"person_id": citizen_id(number), "name": "王小明", "household_no": "H1"}], f"2026{number:02d}")
    cut = county.settle()
    os.utime(cut.folder, (number, number))
    return cut.id


def publish(county: County, run: str, content: str) -> None:
    (county.home.runs / run).mkdir()
    (county.home.runs / run / "run.json").write_text(content, "utf-8")


def cuts(county: County) -> set[str]:
    return {path.name for path in county.home.lake.iterdir()}


def test_cuts_of_runs_and_the_standing_one_stay(county: County) -> None:
    first, second, third, fourth = (made(county, number) for number in (7, 8, 9, 10))
    publish(county, "2026-08-31-abc", json.dumps({"cut": second, "schema_version": "0.1"}))
    found = tidy_lake(county.home, county.keys, load_contracts())
    assert cuts(county) == {second, fourth}
    assert (found.removed, found.kept) == (2, 2)
    assert found.size > 0
    assert not {first, third} & cuts(county)
    assert tidy_lake(county.home, county.keys, load_contracts()).removed == 0


def test_the_cut_made_last_stays_though_no_run_stands_on_it_yet(county: County) -> None:
    first, second = (made(county, number) for number in (7, 8))
    os.utime(county.home.lake / first, (99, 99))
    tidy_lake(county.home, county.keys, load_contracts())
    assert cuts(county) == {first, second}


def test_a_removed_cut_is_made_again_the_same(county: County) -> None:
    made(county, 7)
    before = {path.name: path.read_bytes() for path in (county.settle().folder / "tables").iterdir()}
    sendings = {path.name: path.read_bytes() for path in county.home.sendings.iterdir()}
    made(county, 8)
    tidy_lake(county.home, county.keys, load_contracts())
    assert len(cuts(county)) == 1
    for path in list(county.home.sendings.iterdir()):
        if path.name not in sendings:
            path.unlink()
    assert {path.name: path.read_bytes() for path in (county.settle().folder / "tables").iterdir()} == before


def test_nothing_is_removed_while_a_run_cannot_be_read(county: County) -> None:
    for number in (7, 8):
        made(county, number)
    publish(county, "2026-08-31-abc", "{")
    before = cuts(county)
    with pytest.raises(DoudiError, match="run_unreadable"):
        tidy_lake(county.home, county.keys, load_contracts())
    assert cuts(county) == before
