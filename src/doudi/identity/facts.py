"""What the population lists say of people: the facts that a candidate is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from doudi.identity.columns import POPULATION
from doudi.identity.policy import LinkPolicy
from doudi.lake.engine import Engine


@dataclass(frozen=True)
class ListLine:
    """One line of a population list: its month, its columns (the policy's attributes, `household` and `birth_date` at least), and for a sound
    number the birth date in it."""

    list_month: int
    values: dict[str, object]
    id_birth: date | None = None


def gather_facts(engine: Engine, policy: LinkPolicy) -> None:
    """Make `list_facts` (lines of the lists whose number and name are good) and `doubtful_facts` (those of doubtful rows)."""
    columns = [attribute.column for attribute in policy.attributes if attribute.column not in ("household", "birth_date")]
    chosen = ", ".join(["p.list_month", "p.household", "p.birth_date", *(f"p.{column}" for column in columns)])
    rows = f"FROM rows_{POPULATION} AS p"
    engine.execute(
        f"CREATE OR REPLACE TABLE list_facts AS SELECT p.person, p.person_birth, {chosen} {rows} SEMI JOIN identities AS i"
        f" ON i.delivery = p.delivery AND i.row = p.row AND i.dataset = '{POPULATION}' AND i.state = 'sound'"
        " SEMI JOIN references_ AS r ON r.person = p.person AND r.name_key = p.name_key"
    )
    engine.execute(
        f"CREATE OR REPLACE TABLE doubtful_facts AS SELECT d.item, {chosen} {rows}"
        f" JOIN doubtful AS d ON d.delivery = p.delivery AND d.row = p.row AND d.dataset = '{POPULATION}'"
    )


def lines_of_people(engine: Engine, people: Iterable[int]) -> dict[int, list[ListLine]]:
    """Person -> lines in the population lists, for a few people."""
    engine.table("asked", pa.table({"person": pa.array(sorted(set(people)), pa.int64())}))
    found: dict[int, list[ListLine]] = defaultdict(list)
    for values in engine.arrow("SELECT * FROM list_facts SEMI JOIN asked USING (person) ORDER BY ALL").to_pylist():
        found[values.pop("person")].append(ListLine(values.pop("list_month"), values, values.pop("person_birth")))
    return dict(found)


def lines_of_doubtful(engine: Engine) -> dict[int, ListLine]:
    """Number of the doubtful row -> its own line, for rows of population lists."""
    rows = engine.arrow("SELECT * FROM doubtful_facts ORDER BY item").to_pylist()
    return {values.pop("item"): ListLine(values.pop("list_month"), values) for values in rows}


def births_of(lines: Iterable[ListLine]) -> set[object]:
    """Every birth date known of a person: of the number and of the lists."""
    return {day for line in lines for day in (line.id_birth, line.values.get("birth_date")) if day is not None}


def stands_elsewhere(own: ListLine, lines: Iterable[ListLine]) -> bool:
    """Whether the person stands in the same list under the own number, in another household: then this row is somebody else's."""
    return any(line.list_month == own.list_month and line.values["household"] != own.values["household"] for line in lines)
