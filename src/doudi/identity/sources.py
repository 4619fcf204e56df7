"""What identity reads: the deliveries of a cut, given to the engine as tables.

rows_<dataset>  the accepted rows of all its deliveries, with delivery, place and list_month; empty where nothing was delivered
identities      one line for each id18 field of each row: person (if the number is sound), state, name_key
known_people    everybody with a sound number anywhere
seen            the person index of all deliveries
seen_houses     the households of all population lists: household, household_no as the lake shows it, and sealed as delivered
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.contracts.model import Contract
from doudi.identity.columns import name_column, role_of, row_columns
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import Engine

ROWS_MISSING = code("delivery_rows_missing", "已接收的报送缺少行文件")

_SEEN = {"person": "BIGINT", "name_key": "BIGINT", "name": "VARCHAR", "id_sealed": "BLOB", "name_sealed": "BLOB", "phone_sealed": "BLOB"}
_HOUSES = {"household": "BIGINT", "household_no": "VARCHAR", "sealed": "BLOB"}
_ORIGIN = {"delivery": "BIGINT", "place": "INTEGER", "list_month": "INTEGER"}


@dataclass(frozen=True)
class Source:
    """One accepted delivery of a cut. `place` is its rank in the cut's order (later sent, higher); `period` the last month it is for."""

    delivery: int
    dataset: str
    place: int
    period: int
    folder: Path

    @property
    def rows(self) -> Path:
        """Its accepted rows."""
        return self.folder / "rows.parquet"

    @property
    def seen(self) -> Path:
        """Its part of the person index."""
        return self.folder / "seen.parquet"

    @property
    def houses(self) -> Path:
        """The households of a population list."""
        return self.folder / "households.parquet"


def load(engine: Engine, sources: Sequence[Source], contracts: Mapping[str, Contract]) -> None:
    """Make the tables above. Raises DoudiError if a file cannot be read, or an accepted delivery has no rows any more."""
    engine.table("sources", _source_table(sources))
    missing = [source.folder.name for source in sources if not source.rows.exists()]
    if missing:
        why = "可能已被删除；用 doudi simulate --lake-only 生成的数据目录不存各报送的行，只能按生成时的基准日运行"
        raise DoudiError([Fault(ROWS_MISSING, f"报送 {name} 的行不在数据目录中", why=why, todo="从备份恢复，或重新接收文件") for name in missing])
    by_dataset: dict[str, list[Path]] = defaultdict(list)
    for source in sources:
        by_dataset[source.dataset].append(source.rows)
    engine.execute(
        "CREATE OR REPLACE TABLE identities (dataset VARCHAR, delivery BIGINT, place INTEGER, list_month INTEGER, row INTEGER,"
        " field VARCHAR, role VARCHAR, person BIGINT, state VARCHAR, name_key BIGINT)"
    )
    for dataset, contract in contracts.items():
        _view(engine, f"rows_{dataset}", by_dataset[dataset], row_columns(contract), _ORIGIN)
        if by_dataset[dataset]:
            _add_identities(engine, contract)
    engine.execute("CREATE OR REPLACE TABLE known_people AS SELECT DISTINCT person FROM identities WHERE state = 'sound'")
    _view(engine, "seen", [source.seen for source in sources if source.seen.exists()], _SEEN)
    _view(engine, "seen_houses", [source.houses for source in sources if source.houses.exists()], _HOUSES)


def _source_table(sources: Iterable[Source]) -> pa.Table:
    lines = [(each.delivery, each.place, each.period, str(each.rows)) for each in sources]
    columns = list(zip(*lines, strict=True)) or [()] * 4
    types = [pa.int64(), pa.int32(), pa.int32(), pa.string()]
    return pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], ["delivery", "place", "list_month", "rows_file"])


def _view(engine: Engine, name: str, paths: Sequence[Path], columns: Mapping[str, str], origin: Mapping[str, str] | None = None) -> None:
    """A view of exactly these columns: a column that no file has, because its contract is younger, is null. `origin`: columns of `sources`."""
    origin = origin or {}
    there = {column for path in paths for column in pq.read_schema(path).names}
    values = [f"f.{column}::{kind}" if column in there else f"NULL::{kind}" for column, kind in columns.items()]
    places, source = [f"NULL::{kind}" for kind in origin.values()], "WHERE false"
    if paths:
        engine.views({f"files_{name}": paths}, file_column=bool(origin))
        places = [f"s.{column}" for column in origin]
        source = f"FROM files_{name} AS f" + (" JOIN sources AS s ON f.filename = s.rows_file" if origin else "")
    chosen = ", ".join(f'{value} AS "{column}"' for value, column in zip([*places, *values], [*origin, *columns], strict=True))
    engine.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {chosen} {source}")


def _add_identities(engine: Engine, contract: Contract) -> None:
    for field in contract.of_type("id18"):
        column, name = field.column, name_column(field) or "NULL"
        engine.execute(
            f"INSERT INTO identities SELECT '{contract.dataset}', delivery, place, list_month, row, '{field.name}', '{role_of(field)}',"
            f" {column}, {column}_state, {name} FROM rows_{contract.dataset}"
        )
