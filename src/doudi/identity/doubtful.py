"""Rows whose number is not sound: reading them, and whose numbers they could be."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
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


def near_numbers(doubtful: Iterable[Doubtful], stamper: Stamper) -> pa.Table:
    """`item, person, way`: the valid numbers one wrong character (way `character`) or one swap (`swap`) away from each damaged one.

    A number that ends in 000 may have lost its end, or end so of its own and be damaged elsewhere: it is looked for in both ways.
    """
    lines = [
        (each.at, stamper.person_number(number), "swap" if _swapped(each.cleaned, number) else "character")
        for each in doubtful
        if each.state in ("damaged", "kept15") and not ids.is_id18(each.cleaned)
        for number in ids.near_ids(each.cleaned)
    ]
    return _candidates(lines)


def kept_numbers(doubtful: Iterable[Doubtful], stamper: Stamper) -> pa.Table:
    """`item, person, way` (always `kept15`): the hundred valid numbers that begin with the fifteen digits left of each `kept15` one."""
    lines = []
    for each in doubtful:
        if each.state == "kept15":
            firsts = [f"{each.cleaned[:15]}{end:02d}" for end in range(100)]
            numbers = [first + ids.check_character(first) for first in firsts]
            lines += [(each.at, stamper.person_number(number), "kept15") for number in numbers]
    return _candidates(lines)


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


def _swapped(delivered: str, number: str) -> bool:
    return sum(a != b for a, b in zip(delivered, number, strict=True)) > 1


def _candidates(lines: list[tuple]) -> pa.Table:
    item, person, way = zip(*lines, strict=True) if lines else ((), (), ())
    return pa.table([pa.array(item, pa.int32()), pa.array(person, pa.int64()), pa.array(way, pa.string())], ["item", "person", "way"])
