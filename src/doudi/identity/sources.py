"""What identity reads: the deliveries of a cut, given to the engine as tables.

rows_<dataset>  the accepted rows of all its deliveries, with delivery, place and list_month
identities      one line for each id18 field of each row: person (if the number is sound), state, name_key
seen            the person index of all deliveries
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from doudi.contracts.model import Contract, Field
from doudi.lake.engine import Engine

POPULATION = "population"
"""The dataset that is the list of everybody: its household numbers are the households, its names the reference."""

Role = Literal["main", "optional", "second"]


@dataclass(frozen=True)
class Source:
    """One accepted delivery of a cut. `place` is its rank in the cut's order (later sent, higher); `period` the last month it is for."""

    delivery: int
    dataset: str
    place: int
    period: int
    folder: Path


def role_of(field: Field) -> Role:
    """What an id18 field is to its row: the person it is about (without whom the row cannot be used, or can), or somebody else."""
    if field.key or (field.name == "person_id" and field.required):
        return "main"
    return "optional" if field.name == "person_id" else "second"


def subject_of(contract: Contract) -> str | None:
    """The column of the person a row is about; where two people make the key, the last; None if a dataset has no person."""
    fields = contract.of_type("id18")
    main = [field for field in fields if role_of(field) != "second"]
    return main[-1].column if main else None


def load(engine: Engine, sources: Sequence[Source], contracts: Mapping[str, Contract]) -> list[str]:
    """Make the tables above; returns the datasets that have rows. Raises DoudiError if a file cannot be read."""
    engine.table("sources", _source_table(sources))
    by_dataset: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        if (source.folder / "rows.parquet").exists():
            by_dataset[source.dataset].append(source)
    engine.execute(
        "CREATE OR REPLACE TABLE identities (dataset VARCHAR, delivery BIGINT, place INTEGER, list_month INTEGER, row INTEGER,"
        " field VARCHAR, role VARCHAR, person BIGINT, state VARCHAR, name_key BIGINT)"
    )
    for dataset, group in sorted(by_dataset.items()):
        _load_dataset(engine, contracts[dataset], [source.folder / "rows.parquet" for source in group])
    _load_seen(engine, [source.folder / "seen.parquet" for source in sources if (source.folder / "seen.parquet").exists()])
    return sorted(by_dataset)


def name_column(field: Field) -> str | None:
    """The column of the name key that belongs to an id18 field."""
    return f"{field.name_of}_key" if field.name_of else None


def _source_table(sources: Iterable[Source]) -> pa.Table:
    lines = [(s.delivery, s.dataset, s.place, s.period, str(s.folder / "rows.parquet"), str(s.folder / "seen.parquet")) for s in sources]
    names = ["delivery", "dataset", "place", "list_month", "rows_file", "seen_file"]
    types = [pa.int64(), pa.string(), pa.int32(), pa.int32(), pa.string(), pa.string()]
    columns = list(zip(*lines, strict=True)) or [()] * len(names)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names)


def _load_dataset(engine: Engine, contract: Contract, paths: list[Path]) -> None:
    dataset = contract.dataset
    engine.views({f"files_{dataset}": paths}, file_column=True)
    engine.execute(
        f"CREATE OR REPLACE VIEW rows_{dataset} AS SELECT s.delivery, s.place, s.list_month, f.* EXCLUDE (filename)"
        f" FROM files_{dataset} AS f JOIN sources AS s ON f.filename = s.rows_file"
    )
    for field in contract.of_type("id18"):
        column, name = field.column, name_column(field) or "NULL"
        engine.execute(
            f"INSERT INTO identities SELECT '{dataset}', delivery, place, list_month, row, '{field.name}', '{role_of(field)}',"
            f" {column}, {column}_state, {name} FROM rows_{dataset}"
        )


def _load_seen(engine: Engine, paths: list[Path]) -> None:
    if not paths:
        columns = "0::BIGINT AS delivery, '' AS dataset, 0::BIGINT AS person, 0::BIGINT AS name_key, '' AS name, ''::BLOB AS id_sealed"
        engine.execute(f"CREATE OR REPLACE VIEW seen AS SELECT {columns} WHERE false")
        return
    engine.views({"files_seen": paths}, file_column=True)
    engine.execute(
        "CREATE OR REPLACE VIEW seen AS SELECT s.delivery, s.dataset, f.* EXCLUDE (filename) FROM files_seen AS f"
        " JOIN sources AS s ON f.filename = s.seen_file"
    )
