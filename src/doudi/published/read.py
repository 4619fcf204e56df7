"""Reads published runs: validates version and checksums, and gives the tables as Arrow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.published.manifest import MANIFEST, TIMES, UNREADABLE, Manifest, is_readable, load_manifest
from doudi.published.schema import FACT_TYPES, PARTS, Column, Table
from doudi.published.tables import TABLES

RUNS = "runs"
LATEST = "latest"
CHECKERS = 2
"""Threads that compute checksums."""

NO_RUN = code("run_not_found", "没有这次运行")
DAMAGED = code("run_damaged", "发布的运行结果与其校验值不符")


class PublishedRun:
    """One published run. A file's checksum is verified when it is first read; `verify` checks them all.

    Raises DoudiError if the folder is no run, has another schema version, or a file is missing or altered.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.manifest: Manifest = load_manifest(self.path)
        self._sound: set[str] = set()

    @classmethod
    def latest(cls, home: Path | str) -> PublishedRun:
        """The run that `runs/latest` names. Raises DoudiError if nothing was published yet."""
        pointer = Path(home) / RUNS / LATEST
        try:
            return cls(pointer.parent / pointer.read_text(encoding="utf-8").strip())
        except FileNotFoundError as error:
            raise DoudiError(
                Fault(NO_RUN, "还没有发布过运行结果", str(home), todo="先用 doudi intake 接收数据，再用 doudi run --as-of 日期 运行")
            ) from error

    @classmethod
    def open(cls, home: Path | str, run: str | None = None) -> PublishedRun:
        """The run with this id, or the latest. Raises DoudiError if there is none."""
        if run is None:
            return cls.latest(home)
        path = Path(home) / RUNS / run
        if not _is_run(path):
            raise DoudiError(Fault(NO_RUN, f"没有编号为 {run} 的运行", str(home), todo="用 doudi runs 查看已发布的运行"))
        return cls(path)

    @classmethod
    def all(cls, home: Path | str) -> list[PublishedRun]:
        """Every published run that this version can read, by as-of date and id. Raises DoudiError if one is damaged."""
        folder = Path(home) / RUNS
        paths = [path for path in sorted(folder.iterdir()) if _is_run(path)] if folder.is_dir() else []
        return sorted((cls(path) for path in paths if is_readable(path)), key=lambda run: (run.as_of, run.id))

    @property
    def id(self) -> str:
        return self.manifest.run

    @property
    def as_of(self) -> Any:
        """The day the run looks at the world (datetime.date)."""
        return self.manifest.as_of

    @property
    def alerts(self) -> pa.Table:
        return self.table("alerts")

    @property
    def ended(self) -> pa.Table:
        return self.table("ended")

    @property
    def evidence(self) -> pa.Table:
        return self.table("evidence")

    @property
    def sources(self) -> pa.Table:
        return self.table("sources")

    @property
    def unknown(self) -> pa.Table:
        return self.table("unknown")

    @property
    def person_facts(self) -> pa.Table:
        return self.table("person_facts")

    @property
    def household_facts(self) -> pa.Table:
        return self.table("household_facts")

    @property
    def chain(self) -> pa.Table:
        return self.table("chain")

    @cached_property
    def rules(self) -> dict[str, dict[str, Any]]:
        """Rule id to its line of `rules`."""
        return {row["rule"]: row for row in self.table("rules").to_pylist()}

    @cached_property
    def conditions(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(rule, condition) to its line of `conditions`."""
        return {(row["rule"], row["condition"]): row for row in self.table("conditions").to_pylist()}

    @cached_property
    def variables(self) -> dict[str, dict[str, Any]]:
        """Variable to its line of `variables`."""
        return {row["variable"]: row for row in self.table("variables").to_pylist()}

    @cached_property
    def deliveries(self) -> dict[int, dict[str, Any]]:
        """Delivery number to its line of `deliveries`."""
        return {row["delivery"]: row for row in self.table("deliveries").to_pylist()}

    @cached_property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """Dataset to its line of `datasets`."""
        return {row["dataset"]: row for row in self.table("datasets").to_pylist()}

    def terms(self, section: str) -> dict[str, str]:
        """Identifier -> Chinese of a section of the policy's glossary."""
        return {row["identifier"]: row["term"] for row in self.table("terms", where=pc.field("section") == section).to_pylist()}

    @cached_property
    def times(self) -> dict[str, Any]:
        """The run's own times (not part of its content)."""
        return json.loads((self.path / TIMES).read_bytes())

    def schema(self, name: str) -> Table:
        """The declaration of a table; for the facts with the columns of this run's policy."""
        table = TABLES[name]
        return table.with_facts(fact_columns(self.variables.values(), table.open)) if table.open else table

    def table(self, name: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        """A table in the order of its parts and key; only some `columns`, only the rows for which `where` holds.

        Columns that a later schema version brought are empty in a run of an earlier one.
        """
        found = [self._read(path, name, columns, where) for path in self.files(name)]
        return pa.concat_tables(found) if found else self._nothing(name, columns)

    def _nothing(self, name: str, columns: Sequence[str] | None) -> pa.Table:
        nothing = self.schema(name).arrow.empty_table()
        return nothing if columns is None else nothing.select(list(columns))

    def _read(self, path: Path, name: str, columns: Sequence[str] | None, where: pc.Expression | None) -> pa.Table:
        later = [column for column in TABLES[name].columns if column.since and (columns is None or column.name in columns)]
        lacking = [column for column in later if column.name not in pq.read_schema(path).names] if later else []
        wanted = None if columns is None else [each for each in columns if each not in {column.name for column in lacking}]
        found = pq.read_table(path, columns=wanted, filters=where)
        for column in lacking:
            found = found.append_column(column.field.with_nullable(True), pa.nulls(found.num_rows, column.field.type))
        return found

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """A table in batches, in order, without holding it in memory."""
        for path in self.files(name):
            with pq.ParquetFile(path) as stored:
                yield from stored.iter_batches(columns=list(columns) if columns is not None else None)

    def parts(self, name: str) -> dict[str, Path]:
        """Part -> the file with its rows of a table, in order; a part without rows is absent."""
        file = TABLES[name].file
        found = [declared for declared in sorted(self.manifest.files) if declared.startswith(f"{PARTS}/") and declared.endswith(f"/{file}")]
        return {declared.split("/")[1]: self.file(declared) for declared in found}

    def files(self, name: str) -> list[Path]:
        """The files of a table, in order; none if it is in parts and has no rows."""
        whole = TABLES[name].file
        return [self.file(whole)] if whole in self.manifest.files else list(self.parts(name).values())

    def file(self, name: str) -> Path:
        """The path of a file of the run (relative name), its checksum verified once."""
        path = self.path / name
        if name not in self._sound:
            declared = self.manifest.files.get(name)
            if declared is None:
                raise DoudiError(Fault(UNREADABLE, f"运行结果中没有文件 {name}", str(self.path)))
            if not path.is_file() or sha256_of(path) != declared.sha256:
                raise DoudiError(Fault(DAMAGED, f"文件 {name} 缺失或被改动", str(self.path), todo="请从备份恢复，或用 doudi run --again 重新计算"))
            self._sound.add(name)
        return path

    def verify(self) -> None:
        """Check every file against its checksum. Raises DoudiError naming all that are missing, altered or not declared."""
        with ThreadPoolExecutor(CHECKERS) as pool:
            faults = [fault for found in pool.map(self._faults, self.manifest.files) for fault in found]
        present = {path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file()}
        faults += [
            Fault(DAMAGED, f"多出未登记的文件 {name}", str(self.path)) for name in sorted(present - set(self.manifest.files) - {MANIFEST, TIMES})
        ]
        if faults:
            raise DoudiError(faults)

    def _faults(self, name: str) -> Sequence[Fault]:
        try:
            self.file(name)
        except DoudiError as error:
            return error.faults
        return ()


def fact_columns(variables: Any, of: str) -> list[Column]:
    """The columns that a policy's variables (lines of `variables`) add to the facts of persons or households."""
    return [
        Column(one["variable"], FACT_TYPES[one["type"]], one["label"], one["variable"], one["unit"] or "", empty=True)
        for one in variables
        if one["of"] == of
    ]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_run(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".") and (path / MANIFEST).is_file()
