"""Writes a part anew from the base's lines of all who are not affected and the new lines of those who are: the bytes that a full run writes."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.monitoring.incremental.affected import Subjects
from doudi.published.manifest import File
from doudi.published.read import PublishedRun
from doudi.published.schema import PARTS, Table
from doudi.published.tables import TABLES
from doudi.published.write import NONE, RunWriter, Told, comparable, in_words, runs_of_parts, write_table

ALERTS, FIRST_RUN = "alerts", "first_run"

MANY = 200_000
"""Lines of one table; with more of them the next table's are not computed before they are written and out of memory."""


@dataclass
class Dropped:
    """What is counted of the lines of one part that the base had and that were not taken over."""

    alerts: dict[str, Counter[str]] = field(default_factory=lambda: {column: Counter() for column in ("rule", "grade", "change")})
    unknown: Counter[str] = field(default_factory=Counter)


class MergingWriter(RunWriter):
    """Writes parts by merging, in the threads of `pool`, while the next lines are computed; see `wait`.

    `dropped`: part -> whose lines of the base are dropped; `codes`: the parts that are being written.
    """

    def __init__(self, folder: Path, base: PublishedRun, run: str, dropped: Callable[[str], Subjects], pool: Executor) -> None:
        super().__init__(folder)
        self.base, self.run, self._dropped, self._pool = base, run, dropped, pool
        self._merging: list[Future[None]] = []
        self.codes: Sequence[str] = ()
        self.counted: dict[str, Dropped] = {}
        self._gone: dict[str, pa.Array] = {}
        self._lock = Lock()

    def begin(self, codes: Sequence[str]) -> None:
        """The parts `codes` are written next."""
        self.codes, self.counted, self._gone = codes, {code: Dropped() for code in codes}, {}

    def parted(self, table: Table, batches: Iterable[pa.RecordBatch], told: Told = NONE) -> None:
        """Begin to write a table of the parts that were begun. `batches`: the lines of the affected; see `RunWriter.parted`.

        Raises ValueError for lines of another part.
        """
        arriving: dict[str, list[pa.RecordBatch]] = {code: [] for code in self.codes}
        for part, batch in runs_of_parts(batches):
            if part not in arriving:
                raise ValueError(f"{table.name}: lines of part {part}, which is not being written")
            arriving[part].append(in_words(batch, told))
        for part, found in arriving.items():
            self._merging.append(self._pool.submit(self._merge, table, part, pa.Table.from_batches(found) if found else None))
        if sum(batch.num_rows for found in arriving.values() for batch in found) > MANY:
            self.wait()

    def wait(self) -> None:
        """Until every part that was given is written. Raises what writing one of them raised."""
        merging, self._merging = self._merging, []
        for one in merging:
            one.result()

    def carry(self, part: str) -> dict[str, File]:
        """Take over a part in which nobody is affected; returns its files by name."""
        own = {name: file for name, file in self.base.manifest.files.items() if name.startswith(f"{PARTS}/{part}/")}
        for name, file in own.items():
            table = TABLES[Path(name).stem]
            if table.name == ALERTS and not self._all_older(name):
                self._write(name, table, self._renamed(pq.read_table(self.base.path / name)))
            else:
                self._link(name, file)
        return {name: self.files[name] for name in own}

    def _merge(self, table: Table, part: str, arriving: pa.Table | None) -> None:
        name = table.part_file(part)
        file = self.base.manifest.files.get(name)
        if file is None:
            if arriving is not None:
                self._write(name, table, _conform(arriving, table))
            return
        by_number = _texts(table)  # cheaper to move about and to sort by
        stored = pq.ParquetFile(self.base.path / name, read_dictionary=by_number).read(use_threads=False)
        leaving = self._leaving(table, part, stored)
        gone = _conform(stored.filter(leaving), table)
        self._count(table, part, gone)
        coming = table.arrow.empty_table() if arriving is None else _conform(arriving, table)
        older = table.name != ALERTS or self._all_older(name)
        if older and gone.equals(coming):  # computed anew, and as before
            self._link(name, file)
        elif stored.num_rows - gone.num_rows + coming.num_rows:
            lines = stored.select(table.arrow.names)
            self._write(name, table, _merged(lines if older else self._renamed(_conform(lines, table)), leaving, coming, table.key))

    def _leaving(self, table: Table, part: str, stored: pa.Table) -> pa.ChunkedArray:
        """Which lines are about somebody affected; those about nobody known are always written anew."""
        subjects, columns = self._dropped(part), set(stored.column_names)
        if table.name == "identities":
            person = pc.equal(stored["subject"], "p")
            return pc.if_else(person, _among(stored["number"], subjects.persons), _among(stored["number"], subjects.households))
        if "person" not in columns and "household" not in columns:
            return _among(stored["alert"], self._alerts_gone(part))
        if "person" not in columns:
            return _among(stored["household"], subjects.households)
        of_household = _among(stored["household"], subjects.households)
        nobodys = pc.and_(pc.is_null(stored["person"]), pc.is_null(stored["household"]))
        return pc.if_else(pc.is_valid(stored["person"]), _among(stored["person"], subjects.persons), pc.or_(of_household, nobodys))

    def _alerts_gone(self, part: str) -> pa.Array:
        """The alerts of the base in a part that are dropped, to drop their evidence and sources with them."""
        with self._lock:
            if part not in self._gone:
                name = TABLES[ALERTS].part_file(part)
                if name in self.base.manifest.files:
                    alerts = pq.read_table(self.base.path / name, columns=["alert", "person", "household"])
                    self._gone[part] = alerts.filter(self._leaving(TABLES[ALERTS], part, alerts))["alert"].combine_chunks()
                else:
                    self._gone[part] = pa.array([], pa.string())
            return self._gone[part]

    def _count(self, table: Table, part: str, gone: pa.Table) -> None:
        counted = self.counted[part]
        match table.name:
            case "alerts":
                for column, numbers in counted.alerts.items():
                    numbers.update(_counts(gone[column]))
            case "unknown":
                counted.unknown.update(_counts(gone["rule"]))

    def _renamed(self, alerts: pa.Table) -> pa.Table:
        """Alerts that are new in the base are new in this run; the same table if there are none."""
        fresh = pc.equal(alerts[FIRST_RUN], self.base.id)
        if not pc.any(fresh).as_py():
            return alerts
        column = pc.if_else(fresh, self.run, alerts[FIRST_RUN])
        return alerts.set_column(alerts.schema.get_field_index(FIRST_RUN), alerts.schema.field(FIRST_RUN), column)

    def _all_older(self, name: str) -> bool:
        found = pq.read_table(self.base.path / name, columns=[FIRST_RUN])
        return not pc.any(pc.equal(found[FIRST_RUN], self.base.id)).as_py()

    def _write(self, name: str, table: Table, rows: pa.Table) -> None:
        path = self._fresh(name)
        number = write_table(path, table, rows.to_batches())
        self._note(path, number)

    def _link(self, name: str, file: File) -> None:
        """The base's file itself under its name in this run; a copy where the disk has no links."""
        path = self._fresh(name)
        try:
            os.link(self.base.path / name, path)
        except OSError:
            shutil.copyfile(self.base.path / name, path)
        self.files[name] = file

    def _fresh(self, name: str) -> Path:
        """A path with nothing there: what an interruption left may be the base's own file, which must not be written to."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        return path


def _texts(table: Table) -> list[str]:
    """The columns of texts, but for those by which lines are found."""
    return [field.name for field in table.arrow if field.type == pa.string() and field.name not in ("alert", "subject")]


def _merged(lines: pa.Table, leaving: pa.ChunkedArray, coming: pa.Table, key: Sequence[str]) -> pa.Table:
    """The lines that do not leave and those that come, in order of the key: each line is copied once."""
    together = pa.concat_tables([lines, coming.cast(lines.schema)]).combine_chunks()
    stays = pa.chunked_array([*pc.invert(leaving).chunks, pa.repeat(True, coming.num_rows)])
    places = pc.indices_nonzero(stays)
    keys = pa.table([comparable(together[name].combine_chunks()).take(places) for name in key], list(key))
    order = pc.sort_indices(keys, [(column, "ascending", "at_end") for column in key])
    return together.take(places.take(order))


def _among(numbers: pa.ChunkedArray, values: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(numbers, value_set=values)


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    return {line["values"]: line["counts"] for line in pc.value_counts(values).to_pylist()}


def _conform(rows: pa.Table, table: Table) -> pa.Table:
    """The declared columns in their order and types."""
    return rows.select(table.arrow.names).cast(table.arrow)
