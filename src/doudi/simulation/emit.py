"""Rows as Parquet columns: of deliveries as intake leaves them, and of the lake's tables as settling leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from doudi.contracts.model import Contract, Field
from doudi.identity.columns import POPULATION, row_columns, table_columns
from doudi.identity.stamp import Stamper
from doudi.simulation.days import NEVER, NO_MONTH
from doudi.simulation.identities import Identities
from doudi.simulation.rows import Codes, Rows, Who, same
from doudi.simulation.texts import digits, texts

_ARROW = {"BIGINT": pa.int64(), "INTEGER": pa.int32(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()}
_REGION = {"region12": 12, "region6": 6}


class Emitter:
    """Makes columns of the rows of one world."""

    def __init__(self, identities: Identities, contracts: Mapping[str, Contract]) -> None:
        self.identities, self.contracts = identities, contracts

    def values(self, dataset: str, rows: Rows) -> dict[str, pa.Array]:
        """Lake column -> values, in the contract's order."""
        contract, found = self.contracts[dataset], {}
        for field in contract.fields:
            if field.embeds_id:
                found |= self._certificates(field, rows)
            elif field.column:
                found[field.column] = self._value(dataset, field, rows)
        assert list(found) == list(table_columns(contract))
        return found

    def delivered(self, dataset: str, rows: Rows, values: Mapping[str, pa.Array]) -> pa.Table:
        """`rows.parquet` of these rows; `row` counts from 1 in this part."""
        contract, count = self.contracts[dataset], len(rows)
        found: dict[str, Any] = {"row": pa.array(np.arange(1, count + 1, dtype=np.int32)), **values}
        for field in contract.of_type("id18"):
            found[f"{field.column}_state"] = same("sound", count).arrow()
        for field in contract.of_type("name", "phone"):
            found[f"{field.name}_key"] = self._key(contract, field, rows)
        if dataset == POPULATION:
            found["person_birth"] = found["birth_date"]
            found["person_sex"] = found["sex"]
            found["household"] = pa.array(self.identities.households[rows.columns["household_no"]])
        return pa.table({name: found[name] for name in row_columns(contract)})

    def seen(self, rows: Rows) -> pa.Table:
        """`seen.parquet` of a population list: who they are, sealed."""
        identities, who = self.identities, rows.person
        at = pa.array(who)
        return pa.table(
            {
                "person": identities.persons[who],
                "name_key": identities.person_names[who],
                "name": identities.names.take(at),
                "id_sealed": identities.sealed.take(at),
                "name_sealed": identities.sealed_names.take(at),
                "phone_sealed": identities.sealed_phones.take(at),
            }
        )

    def houses(self, homes: NDArray[Any]) -> pa.Table:
        """`households.parquet` of a population list with these households."""
        identities, at = self.identities, pa.array(homes)
        return pa.table(
            {
                "household": identities.households[homes],
                "household_no": identities.household_texts.take(at),
                "sealed": identities.sealed_households.take(at),
            }
        )

    def identified(self, who: NDArray[Any]) -> pa.Table:
        """`identities.parquet` of the cut: these people, and the households where they are now; `intake.settling.identities` says its order."""
        identities, home = self.identities, np.unique(self.identities.world.last_home[who])
        people, houses = pa.array(who), pa.array(home)
        nothing = {True: pa.nulls(len(who), pa.binary()), False: pa.nulls(len(home), pa.binary())}
        parts = {
            "bucket": np.concatenate([self.buckets(home), self.buckets(identities.world.last_home[who])]),
            "subject": pa.concat_arrays([pa.array(["h"] * len(home)), pa.array(["p"] * len(who))]),
            "number": np.concatenate([identities.households[home], identities.persons[who]]),
        }
        sealed = {"id": identities.sealed, "name": identities.sealed_names, "phone": identities.sealed_phones}
        parts |= {column: pa.concat_arrays([nothing[False], values.take(people)]) for column, values in sealed.items()}
        parts["household_no"] = pa.concat_arrays([identities.sealed_households.take(houses), nothing[True]])
        order = np.lexsort((parts["number"], np.repeat([0, 1], [len(home), len(who)]), parts["bucket"]))
        return pa.table(parts).take(pa.array(order))

    def stamped(self, person: NDArray[np.int32], count: int) -> tuple[pa.Array, pa.Array]:
        """Household and bucket of the people of rows."""
        home = self.identities.world.last_home[person]
        return pa.array(self.identities.households[home]), pa.array(self.buckets(home))

    def buckets(self, home: NDArray[Any]) -> NDArray[np.int32]:
        """The township where households are registered: the lake's order begins with it."""
        world = self.identities.world
        return np.array([each.code for each in world.townships], dtype=np.int32)[world.households.township[home]]

    def lake_order(self, dataset: str, rows: Rows, months: NDArray[Any] | None = None) -> NDArray[np.int64]:
        """The rows in the lake's order: by household and person, then by the record key, then by month of the list."""
        contract = self.contracts[dataset]
        place = self.identities.place_in_lake[rows.person]
        keys = [self._order_of(rows.columns[name]) for name in inner_key(contract) if not isinstance(rows.columns[name], pa.Array)]
        if months is not None:
            keys.append(months)
        return np.lexsort((*reversed(keys), place)) if keys else np.argsort(place, kind="stable")

    def _order_of(self, column: Any) -> NDArray[Any]:
        if isinstance(column, Codes):
            rank = np.argsort(np.argsort(np.array(column.words)))
            return np.where(column.at < 0, len(rank), rank[column.at])
        return self.identities.persons[column.at] if isinstance(column, Who) else column

    def _value(self, dataset: str, field: Field, rows: Rows) -> pa.Array:
        name = field.column
        assert name
        if field.type == "id18":
            given = rows.columns.get(name)
            who = given.at if isinstance(given, Who) else rows.person
            return pa.array(self.identities.persons[who])
        column = rows.columns.get(name)
        if column is None:  # a field that the story knows nothing of
            return pa.nulls(len(rows), _ARROW[table_columns(self.contracts[dataset])[name]])
        if dataset == POPULATION and name == "household_no":
            return self.identities.household_texts.take(pa.array(column))
        return _plain(field, column)

    def _key(self, contract: Contract, field: Field, rows: Rows) -> pa.Array:
        if field.type == "phone":
            return self._phone_keys(rows.person)
        own = next((each for each in contract.of_type("id18") if each.name_of == field.name), None)
        given = rows.columns.get(own.column if own and own.column else field.name.removesuffix("_name"))
        return pa.array(self.identities.person_names[given.at if isinstance(given, Who) else rows.person])

    def _phone_keys(self, who: NDArray[np.int32]) -> pa.Array:
        keys = self.identities.phone_keys
        return pa.array([keys[at] for at in who.tolist()], pa.int64())

    def _certificates(self, field: Field, rows: Rows) -> dict[str, pa.Array]:
        stamp, ids = Stamper(self.identities.keys).certificate, self.identities.id_texts
        kind, grade = rows.columns["kind"], np.asarray(rows.columns["grade"])
        assert isinstance(kind, Codes)
        made = [stamp(f"{ids[who]}{kind.words[a]}{b}")[:2] for who, a, b in zip(rows.person.tolist(), kind.at.tolist(), grade.tolist(), strict=True)]
        return {
            f"{field.name}_tail": pa.array([tail for tail, _ in made], pa.string()),
            f"{field.name}_hash": pa.array([number for _, number in made], pa.int64()),
        }


def inner_key(contract: Contract) -> list[str]:
    """The columns of the record key but for the subject."""
    found = [column for name in contract.key for column in contract.field(name).columns]
    subjects = {"person", "relative"}
    return [column for column in found if column not in subjects]


def _plain(field: Field, column: Any) -> pa.Array:
    """Values of a field that is no number of a person."""
    if isinstance(column, Codes):
        return column.arrow()
    if isinstance(column, pa.Array):
        return column
    if field.type in _REGION:
        return texts(digits(column, _REGION[field.type]))
    if field.type == "date":
        return pa.array(column.astype(np.int32), pa.int32(), mask=column == NEVER).cast(pa.date32())
    if field.type == "month":
        return pa.array(column.astype(np.int32), pa.int32(), mask=column == NO_MONTH)
    if field.type == "bool":
        return pa.array(column == 1, pa.bool_(), mask=column < 0)
    return pa.array(column.astype(np.int64), pa.int64(), mask=column < 0)
