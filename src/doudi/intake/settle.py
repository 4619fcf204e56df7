"""Settling: what a set of deliveries means together becomes a cut of the lake (docs/explanation/how-it-works.md).

A cut is a function of its set of deliveries: the same set gives the same files, byte for byte, in whatever order they arrived.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from doudi.contracts.model import Contract
from doudi.identity.keys import Keys
from doudi.identity.link import link
from doudi.identity.policy import LinkPolicy, read_link_policy
from doudi.intake.settling.conflicts import write_conflicts
from doudi.intake.settling.fingerprints import FINGERPRINTS, write_fingerprints
from doudi.intake.settling.identities import IDENTITIES, write_identities
from doudi.intake.settling.people import settle_people, write_people, write_stays
from doudi.intake.settling.plan import Plan, counting, make_plan
from doudi.intake.settling.records import read_deliveries, read_sendings
from doudi.intake.settling.tables import effective_rows, prepare, write_tables
from doudi.intake.settling.unused import write_unused
from doudi.lake.engine import DuckEngine, Engine
from doudi.lake.home import Home

Progress = Callable[[str], None]
"""Called with a Chinese word for the step that begins."""

_DEATH = "death"


@dataclass(frozen=True)
class Cut:
    """A settled cut: its folder and what its `cut.json` says."""

    id: str
    folder: Path
    about: Mapping[str, Any]

    @property
    def tables(self) -> dict[str, Path]:
        """Table -> Parquet file: each dataset, `<dataset>_history` of snapshots, `people`. A dataset never delivered is an empty table."""
        return {path.stem: path for path in sorted((self.folder / "tables").glob("*.parquet"))}

    @cached_property
    def delivered_to(self) -> dict[str, date]:
        """Dataset -> last day of the latest accepted period; datasets never delivered are absent."""
        return {dataset: date.fromisoformat(day) for dataset, day in self.about["delivered_to"].items()}

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """The deliveries in the order in which later ones count: id, number, dataset, period, verdict."""
        return list(self.about["deliveries"])

    @property
    def identities(self) -> Path:
        """Who everybody is, sealed: people and households, sorted by bucket (`settling.identities`)."""
        return self.folder / IDENTITIES

    @property
    def bucketed(self) -> dict[str, Path]:
        """Every file whose rows lie by bucket: the tables, and `identities`."""
        return self.tables | {self.identities.stem: self.identities}

    @property
    def fingerprints(self) -> Path:
        """A number for each table and bucket (`settling.fingerprints`); cuts made by earlier versions lack the file."""
        return self.folder / FINGERPRINTS

    @property
    def links(self) -> Path:
        """Every number whose identity was not plain."""
        return self.folder / "links.parquet"

    @property
    def unused(self) -> Path:
        """Rows and whole files that are not used."""
        return self.folder / "unused.parquet"

    @property
    def conflicts(self) -> Path:
        """Where departments contradict each other."""
        return self.folder / "conflicts.parquet"


def settle(
    home: Home, keys: Keys, contracts: Mapping[str, Contract], as_of: date | None = None, progress: Progress = lambda step: None,
    policy: LinkPolicy | None = None, *, memory: int = 600, threads: int = 2,
) -> Cut:  # fmt: skip
    """The cut of what was sent up to the end of `as_of` (None: everything); made if it is not there yet, whole or not at all.

    `memory` in MB and `threads` bound the engine. Raises DoudiError if the home is being written by another process or a delivery is damaged.
    """
    policy = policy or read_link_policy()
    plan = plan_cut(home, keys, contracts, as_of, policy)
    folder = home.lake / plan.cut
    if not folder.exists():
        with home.writing("整理数据湖"), ExitStack() as held:
            if not folder.exists():  # nobody made it meanwhile
                made = held.enter_context(home.new_folder(home.lake, plan.cut))
                engine = held.enter_context(DuckEngine(home, memory=memory, threads=threads))
                _make(engine, home, plan, contracts, policy, keys, made, progress)
    return open_cut(folder)


def open_cut(folder: Path) -> Cut:
    """A cut that is there."""
    return Cut(folder.name, folder, json.loads((folder / "cut.json").read_text("utf-8")))


def plan_cut(home: Home, keys: Keys, contracts: Mapping[str, Contract], as_of: date | None, policy: LinkPolicy) -> Plan:
    """The plan of the cut of a day, without making it."""
    return make_plan(read_sendings(home), read_deliveries(home), contracts, policy, keys.fingerprint, as_of)


def _make(
    engine: Engine, home: Home, plan: Plan, contracts: Mapping[str, Contract], policy: LinkPolicy, keys: Keys, folder: Path, progress: Progress
) -> None:
    contracts = counting(contracts, plan.deliveries)
    progress("认定每行是谁的记录")
    links = link(engine, plan.sources(home.deliveries), contracts, policy, keys)
    prepare(engine)
    progress("整理人口与家庭")
    months = plan.list_months(contracts)
    settle_people(engine, contracts, months)
    tables = folder / "tables"
    tables.mkdir()
    rows = {"people": write_people(engine, tables / "people.parquet"), "household_stays": write_stays(engine, tables / "household_stays.parquet")}
    progress("整理各数据集")
    rows |= write_tables(engine, contracts, months, tables)
    progress("汇集加密的身份")
    write_identities(engine, folder / IDENTITIES)
    progress("记录各乡镇数据的指纹")
    print_cut(engine, folder)
    progress("记录未用的行和矛盾")
    engine.to_parquet("SELECT * FROM links", folder / "links.parquet", ["delivery", "row", "field"])
    unused = write_unused(engine, plan, home.deliveries, folder / "unused.parquet")
    deaths = effective_rows(contracts[_DEATH]) if _DEATH in contracts else None
    conflicts = write_conflicts(engine, folder / "conflicts.parquet", deaths)
    describe_cut(folder, plan, contracts, links.outcomes, rows, unused=unused, conflicts=conflicts)


def print_cut(engine: Engine, folder: Path, earlier: Path | None = None, same: Collection[str] = ()) -> None:
    """Write the fingerprints of a cut whose tables and identities are written; see `write_fingerprints`."""
    cut = Cut(folder.name, folder, {})
    write_fingerprints(engine, cut.bucketed, cut.fingerprints, earlier, same)


def describe_cut(
    folder: Path, plan: Plan, contracts: Mapping[str, Contract], links: Mapping[str, int], rows: Mapping[str, int], *, unused: int, conflicts: int
) -> None:
    """Write `cut.json`. `links`: numbers that were not plain, by outcome; `rows` by table; lines of `unused` and `conflicts`."""
    counts = {"links": dict(links), "rows": dict(rows), "unused": unused, "conflicts": conflicts}
    about = _about(plan, contracts) | counts | {"list_months": plan.list_months(contracts)}
    (folder / "cut.json").write_text(json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _about(plan: Plan, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    deliveries = [
        {
            "id": each.id,
            "number": each.number,
            "dataset": each.dataset,
            "period": [each.period.first.isoformat(), each.period.last.isoformat()] if each.period else None,
            "verdict": each.verdict,
        }
        for each in plan.deliveries
    ]
    return {
        "cut": plan.cut,
        "deliveries": deliveries,
        "sendings": [{"file": each.file, "delivery": each.delivery} for each in plan.sendings],
        "delivered_to": {dataset: day.isoformat() for dataset, day in plan.delivered_to().items()},
        "contracts": {name: contract.version for name, contract in counting(contracts, plan.deliveries).items()},
    }
