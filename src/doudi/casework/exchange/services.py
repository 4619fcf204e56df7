"""Writes what people decided and found as a delivery, which `doudi intake` takes like any department's: a Parquet file and its manifest.

People are named as in every delivery, by number and name, so the file is as confidential as those; only the loader writes it.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.access.sealing import unseal
from doudi.casework.audit.actions import EXPORTED
from doudi.casework.audit.services import record
from doudi.casework.exchange.models import Export, Told
from doudi.casework.exchange.results import Line, result_lines
from doudi.casework.registry.loading.identity import PERSON_ID
from doudi.casework.registry.models import Household, Person
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.folders import unfinished

FOLDER_TAKEN = code("results_folder_exists", "导出目录已存在")

BATCH = 2_000
PRIVATE_FILE = 0o600
UNFINISHED = ".tmp-results-"


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
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder / f"{form.title}_{at:%Y%m%d}.parquet"
    with unfinished(folder.parent, UNFINISHED) as made:
        with transaction.atomic():
            table, nameless, until = _table(form, at)
            pq.write_table(table, made / file.name, compression="zstd")
            _manifest(made, [file.name, form.dataset, until, table.num_rows, f"{at:%Y-%m-%d %H:%M:%S}"])
            for each in made.iterdir():
                each.chmod(PRIVATE_FILE)
            digest = hashlib.sha256((made / file.name).read_bytes()).hexdigest()
            Export.objects.create(dataset=form.dataset, period=until, at=at, rows=table.num_rows, file=file.name, sha256=digest)
            record(by, EXPORTED, kind="results", object=digest[:16], region=by.region, detail={"rows": table.num_rows, "nameless": nameless})
        os.rename(made, folder)  # after the commit: no file without its entry in the log
    return Exported(file, table.num_rows, nameless)


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
            told = people.get(line.number)
            nameless += told is None
            if told is not None:
                rows.append(_row(line, told.of))
                rows += [_row(replace(line, stands=False), whom) for whom in told.former]
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


@dataclass(frozen=True)
class Telling:
    """Of whom a result is told; `former`: of whom it was told before, where it does not stand any more."""

    of: Named
    former: list[Named]


def _people(lines: Sequence[Line]) -> dict[str, Telling]:
    """Number of the line -> who stands for it: the person it is about, else the household's head or a member, the living first."""
    of_homes = [line for line in lines if line.person is None]
    told: dict[str, list[int]] = {}
    for number, person in Told.objects.filter(number__in=[line.number for line in of_homes]).order_by("id").values_list("number", "person"):
        told.setdefault(number, []).append(person)
    for_home = _of_homes({line.household for line in of_homes})
    chosen = {line.number: for_home.get(line.household, next(iter(told.get(line.number, ())), None)) for line in of_homes}
    new = [Told(number=number, person=person) for number, person in chosen.items() if person is not None and person not in told.get(number, ())]
    Told.objects.bulk_create(new)
    chosen |= {line.number: line.person for line in lines if line.person is not None}
    named = _named({one for one in chosen.values() if one is not None} | {one for former in told.values() for one in former})
    return {
        number: Telling(named[person], [named[one] for one in told.get(number, ()) if one != person and one in named])
        for number, person in chosen.items()
        if person in named
    }


def _of_homes(homes: set[int | None]) -> dict[int | None, int]:
    """Household -> its head, else the first member, of those who have a number; nobody who has died as long as somebody lives there."""
    heads = dict(Household.objects.filter(number__in=[home for home in homes if home is not None]).values_list("number", "head"))
    members: dict[int | None, list[tuple[bool, bool, int]]] = {}
    known = Person.objects.filter(household__in=list(heads), listed=True, id_sealed__isnull=False).exclude(name="")
    for number, home, living in known.values_list("number", "household_id", "living"):
        members.setdefault(home, []).append((living is False, number != heads[home], number))  # type: ignore[index]
    return {home: min(found)[-1] for home, found in members.items()}


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
