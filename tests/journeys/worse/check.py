"""What must hold of a worse county: the lake of the clean one, nobody taken for somebody else, every bad row told, no good row lost."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from tests.unit.intake.cast import KEYS, catalogue, open_home

from doudi.identity.stamp import Stamper
from doudi.intake.pipeline import intake
from doudi.intake.settle import Cut, settle
from doudi.intake.unused import links, rejects
from doudi.kernel.errors import Fault
from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home

_CONTRACTS = catalogue().contracts
_ORIGIN = {"delivery", "row"}
_SHOWN = 8


@dataclass(frozen=True)
class Taken:
    """A county taken into a home of its own: the cut of it, what intake had to say, and the rejects and links as exported with full numbers."""

    cut: Cut
    faults: list[Fault]
    bad: list[dict[str, Any]]
    linked: list[dict[str, Any]]


def take_county(files: Path, root: Path) -> Taken:
    """Take the files into a new home at `root`."""
    home = open_home(root)
    faults = intake(home, KEYS, _CONTRACTS, files).faults
    cut = settle(home, KEYS, _CONTRACTS)
    return Taken(cut, faults, *_told(home, cut))


def _told(home: Home, cut: Cut) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with DuckEngine(home) as engine:
        bad = [line for batch in rejects(engine, cut) for line in batch.to_pylist()]
        linked = [line for batch in links(engine, home, KEYS, _CONTRACTS, cut, with_ids=True) for line in batch.to_pylist()]
    return bad, linked


def lake_differences(clean: Cut, worse: Cut, added: Collection[int] = ()) -> list[str]:
    """Where the tables of two cuts differ in anything but where the rows come from, and the rows of people who were `added`."""
    found = []
    for name, path in clean.tables.items():
        left, right = _rows(path), _rows(worse.tables[name], added)
        if left != right:
            found.append(f"{name}: missing {_few(left - right)}, extra {_few(right - left)}")
    if clean.delivered_to != worse.delivered_to:
        found.append(f"delivered to: {set(clean.delivered_to.items()) ^ set(worse.delivered_to.items())}")
    return found


def _rows(path: Path, without: Collection[int] = ()) -> Counter[tuple]:
    table: pa.Table = duckdb.sql(f"SELECT * FROM '{path}'").arrow().read_all()
    kept = table.drop_columns([name for name in table.column_names if name in _ORIGIN])
    return Counter(tuple(zip(row, row.values(), strict=True)) for row in kept.to_pylist() if row.get("person") not in without)


def _few(rows: Counter[tuple]) -> str:
    return f"{sum(rows.values())} {[dict(row) for row in list(rows)[:2]]}" if rows else "0"


def added_people(truth: Path) -> set[int]:
    """The person numbers of those who are in no sample."""
    stamper = Stamper(KEYS)
    rows = [row for row in _read(truth / "people.csv") if row["person"].lstrip("X").startswith("H") and row["person_id"]]
    return {stamper.person_number(row["person_id"]) for row in rows}


def row_faults(truth: Path, taken: Taken, furniture: Iterable[tuple[str, int]]) -> list[str]:
    """Rows whose outcome is not the right one; `tests/score.py` judges the same more kindly."""
    people = {row["person"]: row["person_id"] for row in _read(truth / "people.csv")}
    rows = {(row["file"], row["row"]): row for row in _read(truth / "links.csv")}
    must = {(row["file"], row["row"]): row["reason"] for row in _read(truth / "rejects.csv")}
    lines = [((line["file"], str(line["row"])), line["person_id"] or "") for line in taken.linked]
    said = dict(lines)
    refused = {(line["file"], line["row"]): line for line in taken.bad}
    faults = _some("told twice", [at for at, count in Counter(at for at, _ in lines).items() if count > 1])
    faults += _some("furniture taken for a row", [at for file, row in furniture if (at := (file, str(row))) in said or at in refused])
    faults += _some("not refused", [(*at, reason) for at, reason in must.items() if at not in refused])
    whole = {file for file, row in refused if row == "*"} - {file for file, row in must if row == "*"}
    faults += _some("whole file refused", [(file, refused[file, "*"]["reason_code"], refused[file, "*"]["reason"]) for file in sorted(whole)])
    faults += _some("not told at all", [at for at, row in rows.items() if at not in said and at not in refused and at[0] not in whole])
    faults += _some("good row refused", [(*at, rows[at]["done"], refused[at]["reason"]) for at in _good_refused(rows, refused)])
    wrong = [(*at, row["done"], said[at]) for at, row in rows.items() if said.get(at) and said[at] != people.get(row["person"])]
    faults += _some("wrong person", wrong)
    hard = [at for at, row in rows.items() if row["needs_matching"] == "yes" and row["recoverable"] == "yes" and at[0] not in whole]
    missed = [(*at, rows[at]["done"], refused.get(at, {}).get("reason")) for at in hard if not said.get(at)]
    if len(missed) > 0.05 * len(hard):
        faults += _some(f"not linked, of {len(hard)}", missed)
    return faults


def _good_refused(rows: Mapping[tuple[str, str], Mapping[str, str]], refused: Mapping[tuple[str, str], Any]) -> list[tuple[str, str]]:
    return [at for at in refused if at in rows and rows[at]["recoverable"] == "yes" and rows[at]["needs_matching"] == "no"]


def _some(what: str, found: list[Any]) -> list[str]:
    return [f"{what}: {len(found)}: {found[:_SHOWN]}"] if found else []


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))
