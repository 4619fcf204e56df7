"""The person index: from a number back to a citizen ID and a name."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.factories import County, citizen_id, number

from doudi.identity.index import NUMBER_SHARED, PersonIndex
from doudi.intake.people import SEEN
from doudi.kernel.errors import DoudiError
from doudi.lake.engine import DuckEngine
from doudi.lake.parquet import write_parquet
from doudi.published.seal import Sealer

WANG, LI = citizen_id(11), citizen_id(25)


@pytest.fixture
def county(tmp_path: Path) -> County:
    made = County.at(tmp_path / "home")
    for period in ("202607", "202610"):
        made.deliver("population", [{"person_id": WANG, "name": "王小明", "household_no": "H1", "phone": "139-0000-1234"}], period)
    made.deliver("death", [{"person_id": WANG, "name": "钱多多"}, {"person_id": LI, "name": "李芳"}])
    return made


def folders(county: County) -> list[Path]:
    return [path for path in county.home.deliveries.iterdir() if path.is_dir()]


def test_people_are_found_by_their_number(county: County) -> None:
    with DuckEngine(county.home, memory=200) as engine:
        index = PersonIndex(engine, folders(county), county.keys)
        asked = [number(WANG), number(LI), 12345]
        assert index.ids_of(asked) == {number(WANG): WANG, number(LI): LI}
        assert index.names_of(asked) == {number(WANG): "王小明", number(LI): "李芳"}
        assert index.phones_of(asked).keys() == {number(WANG)}
        assert index.ids_of([]) == {}


def test_an_index_without_deliveries_knows_nobody(county: County) -> None:
    with DuckEngine(county.home, memory=200) as engine:
        assert PersonIndex(engine, [], county.keys).ids_of([number(WANG)]) == {}


def test_two_people_with_one_number_stop_the_settling(county: County) -> None:
    """Nobody can make two IDs collide, so the index of one delivery is rewritten as if LI had WANG's number."""
    (folder,) = [path for path in folders(county) if path.name == county.outcomes[-1].delivery]
    row = {"person": number(WANG), "name_key": 1, "name": "李芳", "id_sealed": Sealer(county.keys.subkey("published")).seal(LI, "id", number(WANG))}
    write_parquet(folder / "seen.parquet", pa.Table.from_pylist([row], SEEN))
    with pytest.raises(DoudiError) as caught:
        county.settle()
    assert [fault.code for fault in caught.value.faults] == [NUMBER_SHARED]
    assert not list(county.home.lake.iterdir())
