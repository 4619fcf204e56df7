"""A prefecture, some counties at a time: the same as in one go, and an interrupted run goes on where it was."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.journeys.homes import fixed_keys

from doudi.identity.keys import open_keys
from doudi.lake.home import TEMPORARY, UNFINISHED, Home
from doudi.monitoring import run as running
from doudi.monitoring.findings import Findings
from doudi.monitoring.freeze import Books, open_books
from doudi.monitoring.kept import Kept, PartResult
from doudi.published.read import PublishedRun
from doudi.simulation.home import Wish, write_home
from doudi.simulation.places import places_of

DAYS = (date(2026, 9, 30), date(2026, 10, 31))
COUNTIES = {"431302", "431321", "431322", "431381", "431382"}


@pytest.fixture(scope="module")
def books() -> Books:
    return open_books()


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, books: Books) -> Path:
    """A prefecture of a few hundred households, run on two days in one go."""
    root = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOUDI_KEYS", str(fixed_keys(root / "keys")))
        made = write_home(Wish(300, 5, "4313", DAYS[-1], 2, False), places_of("4313", 300), root / "home", 1)
        for day in DAYS:
            run(made.home, day, books)
    return root


@pytest.fixture
def home(province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it with the first day's run only, where no more than 450 people are computed at a time."""
    monkeypatch.setenv("DOUDI_KEYS", str(province / "keys"))
    monkeypatch.setattr(running, "PEOPLE_PER_MB", 450 / running.DEFAULT_BOUNDS.memory)
    last = in_one_go(province)[-1].id
    shutil.copytree(province / "home", tmp_path / "home", ignore=shutil.ignore_patterns(last, f"{TEMPORARY}*"))
    return Home.open(tmp_path / "home", create=False)


def run(home: Home, day: date, books: Books) -> PublishedRun:
    return running.run(home, open_keys(home), day, books).run


def in_one_go(province: Path) -> list[PublishedRun]:
    return PublishedRun.all(province / "home")


def test_every_county_is_a_part(province: Path) -> None:
    last = in_one_go(province)[-1]
    assert COUNTIES <= set(last.parts("person_facts")) <= COUNTIES | {"000000"}
    assert set(last.parts("household_facts")) == COUNTIES
    assert last.manifest.counts["persons"] == sum(last.table("places")["persons"].to_pylist()) > last.person_facts.num_rows > 0
    assert last.manifest.counts["alerts"] == last.alerts.num_rows > 0


def test_some_counties_at_a_time_give_the_same_bytes_as_all_at_once(home: Home, province: Path, books: Books) -> None:
    found, whole = run(home, DAYS[-1], books), in_one_go(province)[-1]
    found.verify()
    assert found.manifest == whole.manifest
    assert found.manifest.counts["by_change"].keys() == {"continuing", "changed", "new"}, "there was something to compare with"


def test_an_interrupted_run_goes_on_with_the_next_counties(home: Home, province: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    kept: list[str] = []
    find, note = Findings.find, Kept.note

    def counting(self: Findings, codes: list[str], *rest: object) -> dict[str, PartResult]:
        computed.extend(codes)
        return find(self, codes, *rest)  # type: ignore[arg-type]

    def failing(self: Kept, results: Mapping[str, PartResult]) -> None:
        note(self, results)
        kept.extend(results)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Kept, "note", failing)
        with pytest.raises(KeyboardInterrupt):
            run(home, DAYS[-1], books)
    assert len(PublishedRun.all(home.root)) == 1
    assert [path.name for path in home.runs.iterdir() if path.name.startswith(UNFINISHED)]
    monkeypatch.setattr(Findings, "find", counting)
    assert run(home, DAYS[-1], books).manifest == in_one_go(province)[-1].manifest
    assert kept, "something was finished before"
    assert computed, "something was left to do"
    assert sorted(kept + computed) == ["000000", *sorted(COUNTIES)], "what was finished is not computed again"
    assert [path.name for path in home.runs.iterdir() if path.name.startswith(".")] == []
