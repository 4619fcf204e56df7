"""Damaged rows of a simulated county, with the right answers: written by `doudi simulate --mess`, taken in by Doudi, given to Splink too."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness import StopWatch
from benchmarks.worlds import AS_OF, program
from doudi.contracts.read import load_contracts
from doudi.identity.columns import role_of
from doudi.identity.doubtful import Doubtful, read_doubtful
from doudi.identity.keys import Keys, open_keys
from doudi.identity.link import link
from doudi.identity.policy import read_link_policy
from doudi.identity.stamp import Stamper
from doudi.intake.settle import plan_cut
from doudi.intake.settling.plan import Plan
from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home

HOUSEHOLDS = 1_000


@dataclass(frozen=True)
class County:
    """`mess`: the files with `truth/` beside them; `root`: the home that took them in."""

    folder: Path

    @property
    def mess(self) -> Path:
        return self.folder / "mess"

    @property
    def root(self) -> Path:
        return self.folder / "home"

    def opened(self) -> tuple[Home, Keys, Plan]:
        """The home, its keys and the plan of its cut."""
        os.environ["DOUDI_KEYS"] = str(self.folder / "keys")
        home = Home.open(self.root, create=False)
        keys = open_keys(home)
        return home, keys, plan_cut(home, keys, load_contracts(), AS_OF, read_link_policy())


def damaged_county(data: Path, says: Callable[[str], None], households: int = HOUSEHOLDS) -> County:
    """The county below `data`, made now unless it is there, made by the same program."""
    folder = data / f"county-{households}-{program()}"
    if not (folder / "made").exists():
        for older in data.glob(f"county-{households}-*"):
            shutil.rmtree(older)
        folder.mkdir(parents=True)
        says(f"生成 {households:,} 户的报送文件，带错漏")
        env = os.environ | {"DOUDI_KEYS": str(folder / "keys")}
        doudi = [sys.executable, "-m", "doudi.cli"]
        place = ["--households", str(households), "--seed", "2", "--region", "431382", "--as-of", AS_OF.isoformat()]
        for command in (
            ["simulate", *place, "--mess", "--out", str(folder / "mess")],
            ["--home", str(folder / "home"), "intake", str(folder / "mess")],
        ):
            subprocess.run([*doudi, *command], check=True, capture_output=True, env=env)  # noqa: S603 - our own program
        (folder / "made").touch()
    return County(folder)


def by_doudi(county: str, out: str) -> dict[str, object]:
    """Contestant: decide every number of every row; writes `links.parquet` (delivery, row, person_id) of the rows whose number is not sound."""
    place, watch = County(Path(county)), StopWatch()
    home, keys, plan = place.opened()
    contracts, policy, sources = load_contracts(), read_link_policy(), plan.sources(home.deliveries)
    with DuckEngine(home, memory=1_000) as engine:
        with watch.running():
            link(engine, sources, contracts, policy, keys)
        rows = engine.fetch("SELECT COUNT(*) FROM identities")[0][0]
        decided = {(delivery, row): person for delivery, row, person in engine.fetch(
            "SELECT delivery, row, person FROM links WHERE outcome = 'linked' AND role <> 'second'")}  # fmt: skip
    truth, stamper = Truth(place), Stamper(keys)
    known = {stamper.person_number(number): number for number in truth.numbers.values()}
    items = doubtful_rows(place)
    lines = [(each.delivery, each.row, known.get(decided.get((each.delivery, each.row)), "?" if (each.delivery, each.row) in decided else None))
             for each in items]  # fmt: skip
    write_links(lines, Path(out))
    return watch.told(rows=rows, damaged=len(items))


def doubtful_rows(county: County) -> list[Doubtful]:
    """The rows whose number is not sound, as they were delivered; those about a second person left out."""
    home, keys, plan = county.opened()
    contracts = load_contracts()
    roles = {(name, field.name): role_of(field) for name, contract in contracts.items() for field in contract.of_type("id18")}
    return [each for each in read_doubtful(plan.sources(home.deliveries), roles, keys) if each.role != "second"]


class Truth:
    """The right answers: of each damaged row whose it is, and whether anybody could know."""

    def __init__(self, county: County) -> None:
        folder = county.mess / "truth"
        with (folder / "people.csv").open(encoding="utf-8-sig", newline="") as text:
            self.people = list(csv.DictReader(text))
        self.numbers: Mapping[str, str] = {line["person"]: line["person_id"] for line in self.people}
        _, _, plan = county.opened()
        deliveries = {each.id: each.number for each in plan.deliveries}
        files = {each.file: deliveries[each.delivery] for each in plan.sendings if each.delivery in deliveries}
        self.rows: dict[tuple[int, int], tuple[str, bool]] = {}
        with (folder / "links.csv").open(encoding="utf-8-sig", newline="") as text:
            for line in csv.DictReader(text):
                if line["file"] in files and line["row"].isdigit():
                    self.rows[files[line["file"]], int(line["row"])] = self.numbers.get(line["person"], ""), line["recoverable"] == "yes"


def write_links(lines: list[tuple[int, int, str | None]], folder: Path) -> None:
    """What a contestant decided; None: nobody."""
    folder.mkdir(parents=True, exist_ok=True)
    delivery, row, person = zip(*lines, strict=True) if lines else ((), (), ())
    table = {"delivery": pa.array(delivery, pa.int64()), "row": pa.array(row, pa.int32()), "person_id": pa.array(person, pa.string())}
    pq.write_table(pa.table(table), folder / "links.parquet")


def judge(county: County, folder: Path) -> dict[str, object]:
    """Right, wrong and missed among the rows whose number is not sound: precision of what was linked, recall of what could be known."""
    truth, right, wrong, linked, could = Truth(county), 0, 0, 0, 0
    for line in pq.read_table(folder / "links.parquet").to_pylist():
        known = truth.rows.get((line["delivery"], line["row"]))
        if known is None:
            continue
        person, recoverable = known
        could += recoverable
        if line["person_id"] is not None:
            linked += 1
            right += line["person_id"] == person and recoverable
            wrong += line["person_id"] != person
    return {
        "could": could,
        "linked": linked,
        "right": right,
        "wrong": wrong,
        "precision": 1 - wrong / max(1, linked),
        "recall": right / max(1, could),
    }
