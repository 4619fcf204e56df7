"""What the benchmarks ask of a simulated home is there, also where nobody delivered a dataset that nobody owes."""

from __future__ import annotations

import pytest
from benchmarks import floor
from benchmarks.ten.rules import TEN, choice
from benchmarks.worlds import AS_OF, World

from doudi.simulation.home import Wish, write_home
from doudi.simulation.places import places_of


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(tmp_path_factory.mktemp("bench"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOUDI_KEYS", str(made.folder / "keys"))
        write_home(Wish(60, 1, "431382", AS_OF, 1, lake_only=True), places_of("431382", 60), made.root, 1)
    return made


def test_the_floor_reads_tables_that_there_are(world: World) -> None:
    columns = floor.rule_columns(world)
    assert {"people", "payment", "subsistence_allowance"} <= columns.keys() <= world.cut.tables.keys()
    told = floor.scan(str(world.folder), {name: list(found) for name, found in columns.items()})
    assert told["people"] == world.people > 60


def test_what_is_owed_by_nobody_is_absent_and_counted_nowhere(world: World) -> None:
    assert world.absent
    assert not world.absent.keys() & world.rows.keys()
    assert choice(world, TEN).rows <= sum(world.rows.values())
