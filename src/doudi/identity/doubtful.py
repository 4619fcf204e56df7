"""Rows whose number is not sound: reading them, and whose numbers they could be."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.identity.columns import Role
from doudi.identity.keys import Keys
from doudi.identity.sealed import unseal_bytes
from doudi.identity.sources import Source
from doudi.identity.stamp import Stamper, State
from doudi.kernel import ids
from doudi.lake.engine import Engine

_AT_ONCE = 2_000


@dataclass(frozen=True)
class Doubtful:
    """One id18 field of one row that is not a sound number, with what the row says of that person. `at` numbers them within a cut."""

    at: int
    delivery: int
    dataset: str
    list_month: int
    row: int
    field: str
    role: Role
    state: State
    cleaned: str
    name: str
    certificate: str


def read_doubtful(sources: Sequence[Source], roles: dict[tuple[str, str], Role], keys: Keys) -> list[Doubtful]:
    """All doubtful rows of a cut, in the order of delivery number and row. `roles`: (dataset, field) -> role. Memory: these rows only."""
    found: list[Doubtful] = []
    for source in sorted(sources, key=lambda s: s.delivery):
        path = source.folder / "doubtful.sealed"
        if not path.exists():
            continue
        table = pq.read_table(io.BytesIO(unseal_bytes(path.read_bytes(), keys, str(path))))
        for line in sorted(table.to_pylist(), key=lambda each: (each["row"], each["field"])):
            role = roles[source.dataset, line["field"]]
            texts = (line["cleaned"] or "", line["name"] or "", line["certificate"] or "")
            place = (source.delivery, source.dataset, source.period, line["row"], line["field"])
            found.append(Doubtful(len(found), *place, role, line["state"], *texts))
    return found


def find_near(engine: Engine, doubtful: Sequence[Doubtful], stamper: Stamper) -> None:
    """Make `near (item, person, way)`: whose sound numbers each doubtful number could be, among `known_people`.

    Ways: `character` and `swap` for the valid numbers one wrong character or one swap away, `kept15` for the hundred that begin with the fifteen
    digits left. A number that ends in 000 is looked for in both ways: it may have lost its end, or end so of its own and be damaged elsewhere.
    Memory: a few thousand rows at a time, for a whole column can have lost its ends.
    """
    engine.execute("CREATE OR REPLACE TABLE near (item INTEGER, person BIGINT, way VARCHAR)")
    for start in range(0, len(doubtful), _AT_ONCE):
        lines = [line for each in doubtful[start : start + _AT_ONCE] for line in _numbers_near(each, stamper)]
        if lines:
            item, person, way = zip(*lines, strict=True)
            columns = [pa.array(item, pa.int32()), pa.array(person, pa.int64()), pa.array(way, pa.string())]
            engine.table("arriving_near", pa.table(columns, ["item", "person", "way"]))
            engine.execute("INSERT INTO near SELECT * FROM arriving_near SEMI JOIN known_people USING (person)")


def put(engine: Engine, doubtful: Sequence[Doubtful], stamper: Stamper) -> None:
    """Make the engine's table `doubtful`, without numbers and names."""
    columns = {
        "item": pa.array([each.at for each in doubtful], pa.int32()),
        "delivery": pa.array([each.delivery for each in doubtful], pa.int64()),
        "dataset": pa.array([each.dataset for each in doubtful], pa.string()),
        "list_month": pa.array([each.list_month for each in doubtful], pa.int32()),
        "row": pa.array([each.row for each in doubtful], pa.int32()),
        "field": pa.array([each.field for each in doubtful], pa.string()),
        "role": pa.array([each.role for each in doubtful], pa.string()),
        "state": pa.array([each.state for each in doubtful], pa.string()),
        "name_key": pa.array([stamper.name_key(each.name) for each in doubtful], pa.int64()),
    }
    engine.table("doubtful", pa.table(columns))


def _numbers_near(each: Doubtful, stamper: Stamper) -> Iterator[tuple[int, int, str]]:
    if each.state in ("damaged", "kept15") and not ids.is_id18(each.cleaned):
        for number in ids.near_ids(each.cleaned):
            yield each.at, stamper.person_number(number), "swap" if _swapped(each.cleaned, number) else "character"
    if each.state == "kept15":
        for number in ids.numbers_from(each.cleaned[:15]):
            yield each.at, stamper.person_number(number), "kept15"


def _swapped(delivered: str, number: str) -> bool:
    return sum(a != b for a, b in zip(delivered, number, strict=True)) > 1
