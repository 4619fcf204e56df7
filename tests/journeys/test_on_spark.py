"""A whole run on Spark: every published file is byte for byte what DuckDB published, comparison with the run before included."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.engines.sparks import sail_url
from tests.journeys.homes import DAYS, fixed_keys, policy_of, settled_home

from doudi.identity.keys import open_keys
from doudi.lake.engines import EngineChoice
from doudi.lake.home import Home
from doudi.monitoring.freeze import open_books
from doudi.monitoring.run import run


def test_sail_publishes_the_bytes_that_duckdb_published(ran: Path) -> None:
    home = Home.open(ran, create=False)
    outcome = run(
        home, open_keys(home), date.fromisoformat(DAYS[-1]), open_books(policy_of(ran)), again=True, choice=EngineChoice("spark", sail_url())
    )
    assert outcome.repeated


@pytest.mark.sample
def test_a_county_on_sail_is_byte_for_byte_that_on_duckdb(county_a: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_KEYS", str(fixed_keys(tmp_path / "keys")))
    home = Home.open(settled_home(tmp_path / "home", county_a), create=False)
    books, day = open_books(), date.fromisoformat(DAYS[-1])
    run(home, open_keys(home), day, books)
    assert run(home, open_keys(home), day, books, again=True, choice=EngineChoice("spark", sail_url())).repeated
