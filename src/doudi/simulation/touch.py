"""Plays a day's corrections in a home: some households' rows come again with other figures, and the lake is as settling would leave it.

For measuring what a run costs when little has changed, at sizes at which settling everything again takes too long.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

from doudi.contracts.model import Contract
from doudi.contracts.periods import Period
from doudi.contracts.read import load_contracts
from doudi.identity.columns import key_columns
from doudi.identity.keys import Keys
from doudi.identity.policy import read_link_policy
from doudi.intake.delivery import ABOUT, Sending, delivery_id, delivery_number, json_bytes, period_text, read_about
from doudi.intake.settle import Cut, describe_cut, open_cut, plan_cut, print_cut
from doudi.intake.typed import remark_schema
from doudi.lake.engine import DuckEngine, Engine
from doudi.lake.home import Home
from doudi.lake.parquet import write_parquet

CORRECTED = ("payment", "medical_expense", "insurance_reimbursement", "employment", "economic_check")
"""Datasets whose rows come again: events and lists, large and small."""

Way = Literal["scattered", "townships"]

SCATTERED = (
    "SELECT household FROM (SELECT DISTINCT household FROM people WHERE household IS NOT NULL) WHERE HASH(household, {seed}) % 1000000 < {share}"
)
TOWNSHIPS = """
SELECT DISTINCT household FROM people WHERE household IS NOT NULL AND bucket IN (
    SELECT bucket FROM (
        SELECT bucket, SUM(people) OVER (ORDER BY bucket < start, bucket) - people AS before, SUM(people) OVER () AS all_people
        FROM (SELECT bucket, COUNT(*) AS people FROM people WHERE household IS NOT NULL GROUP BY bucket),
            (SELECT MIN_BY(bucket, HASH(bucket, {seed})) AS start FROM people WHERE household IS NOT NULL)
    ) WHERE before * 1000000 < all_people * {share}
)
"""
"""Neighbours, as a county sends them, from somewhere on."""

ROWS = """
SELECT * EXCLUDE (place) REPLACE (
    CASE WHEN household IN (SELECT household FROM chosen) THEN {delivery} ELSE delivery END AS delivery,
    CASE WHEN household IN (SELECT household FROM chosen) THEN CAST(place AS INTEGER) ELSE row END AS row{values})
FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY delivery, row) + 1 AS place FROM "{name}")
"""


def touch(home: Home, keys: Keys, as_of: date, share: float, way: Way = "scattered", seed: int = 1) -> Cut:
    """Let the rows of a share of the households come again in new deliveries, their sums one yuan higher; returns the new cut.

    `townships`: all households of neighbouring townships. The home's newest cut must be there. Raises DoudiError if the home is being written.
    """
    contracts = load_contracts()
    with home.writing("修改模拟数据"), DuckEngine(home, memory=1_500) as engine:
        before = open_cut(home.lake / plan_cut(home, keys, contracts, None, read_link_policy()).cut)
        engine.views(before.tables)
        text = SCATTERED if way == "scattered" else TOWNSHIPS
        engine.execute(f"CREATE TABLE chosen AS {text.format(seed=seed, share=round(share * 1_000_000))}")
        numbers = {name: _send(engine, home, before, contracts[name], as_of, f"{share} {way} {seed}") for name in CORRECTED}
        plan = plan_cut(home, keys, contracts, None, read_link_policy())
        with home.new_folder(home.lake, plan.cut) as made:
            (made / "tables").mkdir()
            for name, path in before.tables.items():
                if name in numbers:
                    _write(engine, contracts[name], numbers[name], made / "tables" / path.name)
                else:
                    os.link(path, made / "tables" / path.name)
            for path in (before.identities, before.links, before.unused, before.conflicts):
                os.link(path, made / path.name)
            same = before.bucketed.keys() - numbers.keys() if before.fingerprints.is_file() else set[str]()
            print_cut(engine, made, before.fingerprints, sorted(same))
            about = before.about
            describe_cut(made, plan, contracts, about["links"], about["rows"], unused=about["unused"], conflicts=about["conflicts"])
    return open_cut(home.lake / plan.cut)


def _send(engine: Engine, home: Home, before: Cut, contract: Contract, as_of: date, wish: str) -> int:
    """Make the delivery of the corrected rows of a dataset, without rows, and its sending; returns its number."""
    last = next(one for one in reversed(before.deliveries) if one["dataset"] == contract.dataset and one["verdict"] == "accepted")
    period = Period(*map(date.fromisoformat, last["period"]))
    content = hashlib.sha256(f"doudi touch {before.id} {wish} {contract.dataset}".encode()).hexdigest()
    identifier = delivery_id(contract.dataset, period_text(period), content)
    rows = engine.fetch(f'SELECT COUNT(*) FROM "{contract.dataset}" WHERE household IN (SELECT household FROM chosen)')[0][0]
    about = read_about(home, last["id"]) | {"delivery": identifier, "number": delivery_number(identifier), "content": content}
    about["counts"] = {"delivered": rows, "accepted": rows, "refused": 0}
    with home.new_folder(home.deliveries, identifier) as folder:
        for name in ("refused", "issues"):
            write_parquet(folder / f"{name}.parquet", remark_schema().empty_table())
        _write_seen(engine, home, before, folder / "seen.parquet")
        (folder / ABOUT).write_bytes(json_bytes(about))
    Sending(identifier, f"更正_{contract.title}_{content[:8]}.csv", period, datetime.combine(as_of, time(21)), True, None).write(home)
    return delivery_number(identifier)


def _write_seen(engine: Engine, home: Home, before: Cut, path: Path) -> None:
    """What the person index knows of the chosen people already: the correction names them once more."""
    seen = [found for one in before.deliveries if (found := home.deliveries / one["id"] / "seen.parquet").exists()]
    if seen:
        engine.views({"seen_before": seen})
        chosen = "SELECT person FROM people WHERE household IN (SELECT household FROM chosen)"
        engine.to_parquet(f"SELECT DISTINCT * FROM seen_before WHERE person IN ({chosen})", path, ["person", "name"])


def _write(engine: Engine, contract: Contract, number: int, path: Path) -> None:
    """Write a table as settling does, the chosen households' rows with other figures, from the new delivery."""
    key = set(key_columns(contract))
    money = next((each.column for each in contract.of_type("money") if each.column not in key), None)
    values = f", CASE WHEN household IN (SELECT household FROM chosen) THEN {money} + 100 ELSE {money} END AS {money}" if money else ""
    order = ["bucket", "household", *([contract.subject] if contract.subject else []), *key_columns(contract), "delivery", "row"]
    query = ROWS.format(name=contract.dataset, delivery=number, values=values)
    engine.to_parquet(query, path, [f"{column} NULLS LAST" for column in dict.fromkeys(order)])
