"""What names mean where: the columns of source tables, the facts of a person, and names resolved only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from doudi.contracts.model import Contract
from doudi.rules.model import Table
from doudi.rules.types import Kind, Type

FIELD_TYPES = {
    "id18": Type.NUMBER,
    "date": Type.DATE,
    "month": Type.MONTH,
    "money": Type.MONEY,
    "int": Type.INT,
    "bool": Type.BOOL,
}

SURE = Kind(Type.BOOL, unknown=False)
NUMBER = Kind(Type.NUMBER)

ROW = {"delivery": Kind(Type.NUMBER, unknown=False), "row": Kind(Type.NUMBER, unknown=False)}
"""Where a row was delivered; every source table has them but `people`."""

PERSON = {"living": SURE, "listed": SURE, "deceased": SURE, "death_date": Kind(Type.DATE)}
"""What is known of the person of a row without asking a table."""


def dataset_columns(contract: Contract) -> dict[str, Kind]:
    """Column -> kind of a dataset's table in the lake, `delivery`, `row` and `household` included."""
    columns = {column: Kind(FIELD_TYPES.get(field.type, Type.TEXT), not field.required) for field in contract.fields for column in field.columns}
    if "household" not in columns:
        columns["household"] = NUMBER
    return columns | ROW


def source_tables(contracts: Mapping[str, Contract]) -> dict[str, Table]:
    """Every dataset, the older lists of snapshots, and everybody on any population list (`people`)."""
    tables: dict[str, Table] = {}
    for name, contract in contracts.items():
        columns = dataset_columns(contract)
        key = frozenset(column for field in contract.fields if field.key for column in field.columns)
        home = frozenset(each for each in ("household", contract.subject) if each)
        tables[name] = Table(name, contract.title, name, (), columns, key, name, home=home, many=contract.covers_many)
        if contract.mode == "snapshot":
            history = f"{name}_history"
            months = columns | {"list_month": Kind(Type.MONTH, unknown=False)}
            title, own = f"{contract.title}（历史名单）", key | {"list_month"}
            tables[history] = Table(history, title, history, (), months, own, name, home=home, many=contract.covers_many)
    own, person = people_columns(contracts["population"]), frozenset({"person"})
    tables["people"] = Table("people", "全员人口（各期名单合并）", "people", (), own, person, "population", home=person | {"household"}, many=True)
    return tables


def people_columns(population: Contract) -> dict[str, Kind]:
    """Columns of `people`: the population's own (except who and where the row is), `listed` and `list_month`."""
    own = {name: kind for name, kind in dataset_columns(population).items() if name not in ROW and name != "household_no"}
    return own | {
        "person": Kind(Type.NUMBER, unknown=False),
        "household": NUMBER,
        "listed": SURE,
        "list_month": Kind(Type.MONTH, unknown=False),
    }


def person_columns(population: Contract) -> dict[str, Kind]:
    """Columns of every person, on a list or only in the death register: those of `people`, all possibly unknown, and `PERSON`."""
    listed = {name: Kind(kind.type) for name, kind in people_columns(population).items()}
    return listed | PERSON | {"person": Kind(Type.NUMBER, unknown=False)}


class Names(Mapping[str, Kind]):
    """A mapping whose values are worked out when they are first asked for, so that variables may stand in any order in the files."""

    def __init__(self, known: Callable[[], Iterator[str]], resolve: Callable[[str], Kind | None]) -> None:
        self._known, self._resolve = known, resolve

    def __getitem__(self, name: str) -> Kind:
        kind = self._resolve(name)
        if kind is None:
            raise KeyError(name)
        return kind

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._resolve(name) is not None

    def __iter__(self) -> Iterator[str]:
        return self._known()

    def __len__(self) -> int:
        return sum(1 for _ in self)
