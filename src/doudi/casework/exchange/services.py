"""Writes what people decided and found as a delivery, which `doudi intake` takes like any department's: a Parquet file and its manifest.

People are named as in every delivery, by number and name, so the file is as confidential as those; only the loader writes it.
"""

from __future__ import annotations

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import F

from doudi.casework.access.actor import Actor
from doudi.casework.access.sealing import unseal
from doudi.casework.audit.actions import EXPORTED
from doudi.casework.audit.services import record
from doudi.casework.exchange.models import Export
from doudi.casework.exchange.results import Line, result_lines
from doudi.casework.registry.loading.identity import PERSON_ID
from doudi.casework.registry.models import Household, Person
from doudi.kernel.errors import DoudiError, Fault, code

FOLDER_TAKEN = code("results_folder_exists", "导出目录已存在")

BATCH = 2_000
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True)
class Form:
    """What a delivery of results looks like: its dataset, the title, and the header of each field."""

    dataset: str
    title: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Exported:
    """The file, how many lines it has, and how many could not be told because nobody of the household has a number."""

    file: Path
    rows: int
    nameless: int


@dataclass(frozen=True)
class Named:
    """Somebody as deliveries name people."""

    id: str
    name: str


def results_export(by: Actor, *, folder: Path, form: Form, at: datetime) -> Exported:
    """Write everything that was decided and found until now into a new folder, which appears whole or not at all.

    Written again, the lines have the same keys: taken twice, nothing is there twice. The default connection must be the loader's.
    Raises DoudiError if the folder is there.
    """
    if folder.exists():
        raise DoudiError(Fault(FOLDER_TAKEN, "导出目录已存在，没有覆盖", str(folder), todo="换一个目录"))
    file = folder / f"{form.title}_{at:%Y%m%d}.parquet"
    with transaction.atomic(), _appearing(folder) as unfinished:
        table, nameless, until = _table(form, at)
        path = unfinished / file.name
        pq.write_table(table, path, compression="zstd")
        _manifest(unfinished, [file.name, form.dataset, until, table.num_rows, f"{at:%Y-%m-%d %H:%M:%S}"])
        for each in unfinished.iterdir():
            each.chmod(PRIVATE_FILE)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        Export.objects.create(dataset=form.dataset, period=until, at=at, rows=table.num_rows, file=file.name, sha256=digest)
        record(by, EXPORTED, kind="results", object=digest[:16], region=by.region, detail={"rows": table.num_rows, "nameless": nameless})
    return Exported(file, table.num_rows, nameless)


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder beside, which takes its name when all is written."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-results-", dir=folder.parent) as made:
        unfinished = Path(made) / "whole"
        unfinished.mkdir(PRIVATE_FOLDER)
        yield unfinished
        os.rename(unfinished, folder)


def _table(form: Form, at: datetime) -> tuple[pa.Table, int, str]:
    """The lines under the form's headers, everything as text; how many are about nobody with a number; the last day of which something is told.

    That day is the delivery's period: as long as nothing is added, the same delivery is sent again, which changes nothing.
    """
    rows: list[dict[str, str]] = []
    nameless = 0
    found = result_lines()
    while lines := list(islice(found, BATCH)):
        people = _people(lines)
        for line in lines:
            whom = people.get((line.household, line.person))
            nameless += whom is None
            if whom is not None:
                rows.append(_row(line, whom))
    rows.sort(key=lambda row: (row["result_no"], row["person_id"]))
    columns = {header: pa.array([row[name] for row in rows], pa.string()) for name, header in form.headers.items()}
    return pa.table(columns), nameless, max((row["result_date"] for row in rows), default=f"{at:%Y-%m-%d}")


def _row(line: Line, whom: Named) -> dict[str, str]:
    return {
        "person_id": whom.id,
        "name": whom.name,
        "result_no": line.number,
        "result_kind": line.kind,
        "result_date": line.on.isoformat(),
        "finding": line.finding,
        "stands": "是" if line.stands else "否",
        "finding_until": line.until.isoformat() if line.until else "",
        "rule_id": line.rule,
        "corrected_item": line.item,
        "corrected_value": line.value,
    }


def _people(lines: Iterable[Line]) -> dict[tuple[int | None, int | None], Named]:
    """(household, person) -> who stands for it: the person, else the household's head, else a member who has a number."""
    wanted = {(line.household, line.person) for line in lines}
    heads = dict(Household.objects.filter(number__in=[home for home, person in wanted if person is None]).values_list("number", "head"))
    members: dict[int, list[int]] = {}
    living = Person.objects.filter(household__in=list(heads), listed=True, id_sealed__isnull=False).order_by(
        F("living").desc(nulls_last=True), "number"
    )
    for number, home in living.values_list("number", "household_id"):
        members.setdefault(home, []).append(number)
    for_home = {home: next((one for one in found if one == heads[home]), found[0]) for home, found in members.items()}
    chosen = {key: key[1] if key[1] is not None else for_home.get(key[0] or 0) for key in wanted}
    named = _named({number for number in chosen.values() if number is not None})
    return {key: named[number] for key, number in chosen.items() if number in named}


def _named(numbers: set[int]) -> dict[int, Named]:
    found = Person.objects.filter(number__in=numbers, id_sealed__isnull=False).exclude(name="")
    return {
        number: Named(own, name)
        for number, name, sealed in found.values_list("number", "name", "id_sealed")
        if (own := unseal(sealed, f"{PERSON_ID}.{number}"))
    }


def _manifest(folder: Path, line: list[object]) -> None:
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as out:
        told = csv.writer(out)
        told.writerow(["file", "dataset", "period", "rows_claimed", "sent_at"])
        told.writerow(line)
