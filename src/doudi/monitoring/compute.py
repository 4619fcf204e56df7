"""Computes a frozen run and writes its tables: its parts, as many at a time as memory holds, and what is told of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from doudi.contracts.model import Contract
from doudi.identity.columns import table_columns
from doudi.identity.keys import Keys
from doudi.kernel.errors import DoudiError
from doudi.lake.engine import DuckEngine, Engine
from doudi.lake.home import Home
from doudi.monitoring import standing
from doudi.monitoring.chain import with_chain_tables
from doudi.monitoring.conflicts import conflicts_query
from doudi.monitoring.crew import compute_side_by_side, room, side_by_side, size_of_batches
from doudi.monitoring.earlier import Earlier
from doudi.monitoring.everybody import compute_whole, whole_view
from doudi.monitoring.findings import KEPT, Findings, published_alerts
from doudi.monitoring.freeze import Frozen
from doudi.monitoring.incremental.affected import Affected
from doudi.monitoring.incremental.base import Base
from doudi.monitoring.incremental.perform import Incremental
from doudi.monitoring.kept import Kept, PartResult
from doudi.monitoring.parts import Batch, Part, batches, find_parts
from doudi.monitoring.population import HOUSEHOLDS, LISTED, Population, add_up, asked_by, place_lines
from doudi.monitoring.quality import quality_lines
from doudi.monitoring.standing import Counts
from doudi.monitoring.statements import file_name, published, read_statements
from doudi.monitoring.steps import WrittenStep, written
from doudi.monitoring.supply import dataset_lines, issue_lines, load_supply
from doudi.policyfiles import PolicyFiles
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter
from doudi.rules.plan import Plan

SMALL = 4
"""Steps are performed side by side for so small a part of the people for whom memory is enough."""


@dataclass
class Computation:
    """One run, writing into one folder. `most`: how many people are computed at a time; `base`: from which run to start, if any.

    `memory` in MB and `threads` bound what is computed side by side; only DuckDB is asked to.
    """

    engine: Engine
    folder: Path
    home: Home
    keys: Keys
    frozen: Frozen
    plan: Plan
    watch: Callable[[str], None]
    most: int
    memory: int
    threads: int
    base: Base | None = None

    def __post_init__(self) -> None:
        self.writer = RunWriter(self.folder)
        self.affected: Affected | None = None
        self.kept = Kept(self.folder)
        self.policy: PolicyFiles = with_chain_tables(self.frozen.books.policy)
        self.contracts = self.frozen.books.contracts
        self.tables = self._name_tables(self.engine)
        self.findings = Findings(self.engine, self.writer, self.frozen, self.plan, self.policy, self._statements())

    def compute(self) -> dict[str, object]:
        """Write every table, policy file and statement; returns the counts for `run.json`."""
        results = self._compute_from_base() or self._compute_parts()
        self.watch("汇总全部")
        self._show(self.engine, "TRUE")
        self.writer.files |= {name: file for result in results.values() for name, file in result.files.items()}
        self._write_standing(results)
        self._write_supply(results)
        self._write_texts()
        self.kept.remove()
        return _counts(results)

    def _statements(self) -> Sequence[WrittenStep]:
        """Those of the base, which ask for the tables that its cut had; nothing if they have to be made."""
        if self.base is None or self.base.cut.tables.keys() != self.frozen.cut.tables.keys():
            return ()
        try:
            return read_statements(self.base.run, [written(published_alerts(self.frozen))], KEPT) or ()
        except DoudiError:  # a damaged base, which will be found out
            return ()

    def _compute_from_base(self) -> dict[str, PartResult]:
        """The results of the parts as differences to those of a base; nothing without one, or if too many are affected."""
        incremental = Incremental(self, self.base) if self.base else None
        self.affected = incremental.find() if incremental else None
        if incremental is None or self.affected is None:
            return {}
        self.kept.stand_on(incremental.base.run.id)
        return incremental.compute()

    def _compute_parts(self) -> dict[str, PartResult]:
        """Every part's result, computed now or kept from before."""
        self.kept.stand_on("")
        self._show(self.engine, "TRUE")
        found, results = find_parts(self.engine), self.kept.finished()
        todo = list(batches(found, self._at_a_time(found), results))
        apart = [batch.codes for batch in todo] != [[part.code for part in found]]
        earlier = Earlier(self.frozen.previous)
        if apart and todo:
            compute_whole(self.engine, self.plan, self.findings.steps, self.kept.folder, self.watch)
            earlier.find_moved(self.engine)
        progress = Progress(self.watch, todo)

        def compute(findings: Findings, batch: Batch) -> None:
            if apart:
                self._show(findings.engine, batch.where)
                self.show_whole(batch.where, findings.engine)
            earlier.load(findings.engine, batch.codes if apart else None)
            self.kept.note(findings.find(batch.codes, apart, partial(progress.says, batch)))
            progress.finish(batch)

        beside = side_by_side(todo, self.threads, self.memory) if isinstance(self.engine, DuckEngine) else []
        for batch in todo:
            if batch not in beside:
                self.findings.hands = self.hands(batch)
                compute(self.findings, batch)
        if beside:
            self._compute_side_by_side(beside, compute)
        return self.kept.finished()

    def hands(self, batch: Batch) -> int:
        """How many steps are performed at a time: where people are few, planning a statement takes longer than what it does."""
        return self.threads if batch.people * SMALL <= self.most else 1

    def _at_a_time(self, found: Sequence[Part]) -> int:
        if not self.plan.separable:
            return sum(part.people for part in found)
        if not isinstance(self.engine, DuckEngine):
            return self.most
        return size_of_batches(found, min(self.most // self.threads, room(self.memory // self.threads)), self.threads)

    def _compute_side_by_side(self, todo: Sequence[Batch], compute: Callable[[Findings, Batch], None]) -> None:
        finding: dict[Engine, Findings] = {}

        def prepare(engine: Engine) -> None:
            self._name_tables(engine)
            self._show(engine, "TRUE")
            compute_whole(engine, self.plan, self.findings.steps, self.kept.folder, self.watch)
            finding[engine] = self.findings.on(engine)

        compute_side_by_side(self.home, todo, self.threads, self.memory, prepare, lambda engine, batch: compute(finding[engine], batch))

    def _name_tables(self, engine: Engine) -> list[str]:
        """Name the tables of the cut `lake_<name>`; a dataset that is younger than the cut is an empty table."""
        tables = self.frozen.cut.tables
        engine.views({f"lake_{name}": path for name, path in tables.items()})
        names = list(tables)
        for name, contract in self.contracts.items():
            for table in (name, f"{name}_history") if contract.mode == "snapshot" else (name,):
                if table not in tables:
                    engine.execute(empty_table(f"lake_{table}", contract))
                    names.append(table)
        engine.views({"conflicts": self.frozen.cut.conflicts})
        return names

    def _show(self, engine: Engine, where: str) -> None:
        """Let each table's own name stand for some of its rows."""
        for name in self.tables:
            engine.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM "lake_{name}" WHERE {where}')

    def show_whole(self, where: str, engine: Engine | None = None) -> None:
        """Let each whole table's own name stand for some of its rows."""
        for table in self.plan.whole:
            chosen = where if table.home else "TRUE"
            (engine or self.engine).execute(f'CREATE OR REPLACE VIEW "{table.name}" AS SELECT * FROM "{whole_view(table.name)}" WHERE {chosen}')

    def _write_standing(self, results: Mapping[str, PartResult]) -> None:
        people = add_up(result.people for result in results.values())
        self.writer.table(TABLES["places"], place_lines(people))
        counts = self._count_rules(results, people)
        for name, lines in (
            ("rules", standing.rule_lines(self.plan, self.policy, counts)),
            ("conditions", standing.condition_lines(self.plan, self.policy)),
            ("variables", standing.variable_lines(self.plan)),
            ("parameters", standing.parameter_lines(self.plan)),
            ("programmes", standing.programme_lines(self.policy)),
            ("terms", standing.term_lines(self.policy)),
        ):
            self.writer.table(TABLES[name], lines)

    def _count_rules(self, results: Mapping[str, PartResult], people: Population) -> dict[str, Counts]:
        """How many subjects each rule asked, hit and left unknown."""
        hits, unknowns = _total(result.alerts.get("rule", {}) for result in results.values()), _total(each.unknowns for each in results.values())
        asked = [sum(numbers) for numbers in zip(*people.values(), strict=True)] or [0, 0, 0, 0]
        return {name: Counts(asked[asked_by(rule)], hits[name], unknowns[name]) for name, rule in self.plan.rules.items()}

    def _write_supply(self, results: Mapping[str, PartResult]) -> None:
        self.watch("给数据质量评分")
        lines = load_supply(self.engine, self.home, self.frozen)
        self.writer.table(TABLES["deliveries"], lines)
        self.writer.table(TABLES["datasets"], dataset_lines(self.frozen))
        self.writer.table(TABLES["quality"], quality_lines(self.engine, self.frozen, [result.filled for result in results.values()]))
        self.writer.table(TABLES["issues"], issue_lines(self.engine, self.contracts.values()))
        self.writer.table(TABLES["conflicts"], self.engine.batches(conflicts_query()))

    def _write_texts(self) -> None:
        for name, content in self.frozen.books.files.items():
            self.writer.bytes(name, content)
        for number, step in enumerate(self.findings.steps, 1):
            self.writer.bytes(file_name(number, step), published(step))


class Progress:
    """Says which batch of how many is computed, and after the first how long the rest will take."""

    def __init__(self, watch: Callable[[str], None], todo: list[Batch]) -> None:
        self._watch, self._todo = watch, todo
        self._began, self._people = perf_counter(), 0

    def says(self, batch: Batch, step: str) -> None:
        """A step of a batch begins."""
        if len(self._todo) == 1:
            self._watch(step)
            return
        self._watch(f"第 {self._todo.index(batch) + 1}/{len(self._todo)} 批（{len(batch.parts)} 个县，{batch.people:,} 人{self._left()}）：{step}")

    def finish(self, batch: Batch) -> None:
        """A batch is done."""
        self._people += batch.people

    def _left(self) -> str:
        left = sum(batch.people for batch in self._todo) - self._people
        if not self._people:
            return ""
        return f"，约剩 {max(1, round((perf_counter() - self._began) / self._people * left / 60))} 分钟"


def _counts(results: Mapping[str, PartResult]) -> dict[str, object]:
    counted: dict[str, object] = {name: sum(result.rows(name) for result in results.values()) for name in ("alerts", "ended", "chain")}
    people = add_up(result.people for result in results.values()).values()
    counted["persons"], counted["households"] = sum(n[LISTED] for n in people), sum(n[HOUSEHOLDS] for n in people)
    counted["unknown"] = _total(result.unknowns for result in results.values()).total()
    for column in ("rule", "grade", "change"):
        total = _total(result.alerts.get(column, {}) for result in results.values())
        counted[f"by_{column}"] = {value: number for value, number in sorted(total.items()) if number}
    return counted


def _total(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def empty_table(name: str, contract: Contract) -> str:
    """The statement that makes a table of a dataset without rows."""
    columns = {"delivery": "BIGINT", "row": "INTEGER", "household": "BIGINT", "bucket": "INTEGER"} | table_columns(contract)
    if name.endswith("_history"):
        columns["list_month"] = "INTEGER"
    return f'CREATE OR REPLACE TABLE "{name}" ({", ".join(f"{column} {kind}" for column, kind in columns.items())})'
