"""A simulated home is what intake and settling would have made of the same deliveries."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from doudi.identity.keys import open_keys
from doudi.intake.catalogue import shipped_catalogue
from doudi.intake.settle import settle
from doudi.kernel.errors import DoudiError
from doudi.lake.home import Home
from doudi.simulation import pool
from doudi.simulation.home import Made, Wish, write_home
from doudi.simulation.places import places_of

REGION, AS_OF = "431382", date(2026, 10, 31)


def made(root: Path, months: int = 1, processes: int = 1, households: int = 500, *, lake_only: bool = False) -> Made:
    wish = Wish(households, 7, REGION, AS_OF, months, lake_only)
    return write_home(wish, places_of(REGION, households), root, processes)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name[0] != "."}


@pytest.mark.parametrize("months", [1, 3])
def test_settling_the_deliveries_gives_the_tables_that_were_written(tmp_path: Path, months: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_HOUSEHOLDS", 150)  # several batches
    home = made(tmp_path / "home", months).home
    written = next(home.lake.iterdir())
    kept = tmp_path / "kept"
    shutil.move(written, kept)
    cut = settle(home, open_keys(home), shipped_catalogue().contracts, AS_OF)
    assert cut.id == written.name
    assert set(cut.tables) == {path.stem for path in (kept / "tables").iterdir()}
    for name, path in cut.tables.items():
        settled, own = pq.read_table(path), pq.read_table(kept / "tables" / f"{name}.parquet")
        assert own.schema == settled.schema, name
        assert own.equals(settled), name
    for name in ("identities", "links", "unused", "conflicts", "fingerprints"):
        assert pq.read_table(cut.folder / f"{name}.parquet").equals(pq.read_table(kept / f"{name}.parquet")), name
    assert (cut.folder / "cut.json").read_bytes() == (kept / "cut.json").read_bytes()


def test_a_part_of_the_months_settles_to_the_state_of_then(tmp_path: Path) -> None:
    home = made(tmp_path / "home", months=3).home
    cut = settle(home, open_keys(home), shipped_catalogue().contracts, date(2026, 9, 30))
    listed = pq.read_table(cut.tables["population"])
    assert cut.about["list_months"]["population"] == 2026 * 12 + 8
    assert listed.num_rows > 1000
    paid = pq.read_table(cut.tables["payment"])["month"].to_pylist()
    assert max(paid) == 2026 * 12 + 8
    whole = pq.read_table(next(path for path in home.lake.iterdir() if path.name != cut.id) / "tables" / "population_history.parquet").to_pylist()
    then = {line["person"]: line["household_no"] for line in whole if line["list_month"] == 2026 * 12 + 8}
    assert then == {line["person"]: line["household_no"] for line in listed.to_pylist()}


def test_people_are_born_die_come_go_and_move_between_the_lists(tmp_path: Path) -> None:
    home = made(tmp_path / "home", months=6, households=1500).home
    tables = next(home.lake.iterdir()) / "tables"
    stays = pq.read_table(tables / "household_stays.parquet").to_pylist()
    first, last = 2025 * 12 + 4, 2026 * 12 + 9
    homes: dict[int, set[int]] = {}
    for stay in stays:
        homes.setdefault(stay["person"], set()).add(stay["household"])
    assert any(len(each) > 1 for each in homes.values()), "nobody moved"
    people = {line["person"]: line for line in pq.read_table(tables / "people.parquet").to_pylist()}
    dead = {line["person"]: line["death_date"] for line in pq.read_table(tables / "death.parquet").to_pylist()}
    came = [stay["person"] for stay in stays if stay["from_month"] > first and len(homes[stay["person"]]) == 1]
    assert any(people[person]["birth_date"].year == 2026 for person in came), "nobody was born"
    assert any(people[person]["birth_date"].year < 2000 for person in came), "nobody came"
    ended = [stay["person"] for stay in stays if stay["to_month"] < last and not people[stay["person"]]["listed"]]
    assert any(person in dead for person in ended), "nobody died"
    assert any(person not in dead for person in ended), "nobody left"
    for person, day in dead.items():
        assert people[person]["list_month"] <= day.year * 12 + day.month - 1, "the dead of an earlier month stand on a list"


def test_the_same_wish_gives_the_same_bytes_whatever_the_number_of_processes_and_the_cut_of_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(tmp_path / "one").home.root
    monkeypatch.setattr(pool, "_HOUSEHOLDS", 60)
    parts = made(tmp_path / "two", processes=2).home.root
    one, two = content(whole), content(parts)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_a_lake_without_the_rows_of_deliveries_is_the_same_lake_but_for_its_name(tmp_path: Path) -> None:
    full, bare = made(tmp_path / "full").home, made(tmp_path / "bare", lake_only=True).home
    assert not list(bare.deliveries.glob("*/rows.parquet"))
    tables = [content(next(home.lake.iterdir()) / "tables") for home in (full, bare)]
    assert tables[0] == tables[1]


def test_a_lake_without_the_rows_of_deliveries_is_never_settled_to_nothing(tmp_path: Path) -> None:
    home = made(tmp_path / "home", households=50, lake_only=True).home
    shutil.rmtree(next(home.lake.iterdir()))
    with pytest.raises(DoudiError, match="的行不在数据目录中"):
        settle(home, open_keys(home), shipped_catalogue().contracts, AS_OF)


def test_a_home_that_has_deliveries_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "home", households=50)
    with pytest.raises(DoudiError, match="已有报送"):
        made(tmp_path / "home", households=50)
    assert Home.open(tmp_path / "home").root.exists()
