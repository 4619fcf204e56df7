"""What a run finds in some of its parts: the plan's steps, the comparison with the run before, the chain, the sealed identities; written in parts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import pyarrow as pa

from doudi.lake.engine import Engine, sql
from doudi.monitoring import concerned, diff, ended, identities, parts, places, sources, standing
from doudi.monitoring.chain import chain_query
from doudi.monitoring.facts import facts_query, facts_table
from doudi.monitoring.freeze import Frozen
from doudi.monitoring.kept import PartResult
from doudi.monitoring.population import count_population
from doudi.monitoring.quality import count_filled
from doudi.monitoring.steps import Performance, Step
from doudi.policyfiles import PolicyFiles
from doudi.published.findings import reasons_text
from doudi.published.manifest import File
from doudi.published.schema import PARTS
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter
from doudi.rules.plan import Plan
from doudi.rules.rowsql import PERSONS

KEPT = frozenset({"person_base", "person_facts", "household_facts", "alerts", "evidence", "sources", "unknowns", "positions"})
"""What is read after the plan has run; everything else it made is dropped to give the memory back."""

PLACED = f"""
SELECT t.*, {places.part_of("t")}{{place}} FROM {{table}} t
LEFT JOIN household_places h ON t.household = h.household
LEFT JOIN person_places p ON t.person = p.person
"""

GAPS = """
SELECT rule, conditions, reasons, ROW_NUMBER() OVER (ORDER BY rule, conditions, reasons) - 1 AS gap
FROM (SELECT DISTINCT rule, conditions, reasons FROM unknowns)
"""
"""What is unknown and why, each once: there are some dozens, while millions of conclusions are open for one of them."""

OPEN = """
SELECT u.rule, u.subject, u.person, u.household, g.gap
FROM unknowns u JOIN gaps g ON u.rule = g.rule AND u.conditions = g.conditions AND u.reasons = g.reasons
"""

EVIDENCE = "SELECT e.*, a.part FROM alert_evidence e JOIN alert_lines a ON e.alert = a.alert"


@dataclass
class Findings:
    """Computes and writes what is found in the rows that the engine's views show. `policy`: the files with their chain tables."""

    engine: Engine
    writer: RunWriter
    frozen: Frozen
    plan: Plan
    policy: PolicyFiles

    def __post_init__(self) -> None:
        self.seconds: dict[str, float] = {}
        every = (*self.plan.steps, *self._later())
        self.steps = [Step(step.name, sql(step.query), step.says) for step in every]  # put into words once, not for every batch
        self.engine.views({identities.VIEW: self.frozen.cut.identities})

    def on(self, engine: Engine) -> Findings:
        """The same in another engine, which may work at the same time."""
        other = copy(self)
        other.engine = engine
        engine.views({identities.VIEW: self.frozen.cut.identities})
        return other

    def find(self, codes: Sequence[str], apart: bool, watch: Callable[[str], None]) -> dict[str, PartResult]:
        """Compute and write the parts `codes`; returns the result of each.

        `apart`: not everybody is in the views, and what needs everybody is there already. Needs `before_alerts` and `before_evidence`.
        """
        performance = Performance(self.engine, watch, self.seconds)
        ready = {step.name for step in self.plan.whole} if apart else set[str]()
        planned, later = self.steps[: len(self.plan.steps)], self.steps[len(self.plan.steps) :]
        planned = [step for step in planned if step.name not in ready]
        performance.perform(planned)
        self._drop(step for step in planned if step.name not in KEPT)
        self.engine.table("rule_lines", standing.rule_lines(self.plan, self.policy))
        self.engine.table("condition_lines", standing.condition_lines(self.plan, self.policy))
        performance.perform(later)
        open_ = self._write(codes, performance, watch)
        with performance.timed("count"):
            results = self._results(codes, open_)
        self._drop([*(step for step in planned if step.name in KEPT), *later])
        return results

    @property
    def where_everybody_is(self) -> list[Step]:
        """The steps that make `person_base` and the tables of places."""
        wanted = {PERSONS, *(step.name for step in places.STEPS)}
        return [step for step in self.steps if step.name in wanted]

    def _later(self) -> list[Step]:
        """The steps after the plan's."""
        frozen, contracts = self.frozen, self.frozen.books.contracts
        of = {name: variable.of for name, variable in self.plan.variables.items()}
        routed = {rule: self.policy.routing.routes[rule].region for rule in self.plan.rules}
        return [
            *places.STEPS,
            *diff.steps(places.routed_regions(routed, of)),
            *ended.steps(self.plan.rules, ended.results_asked(self.plan.policy)),
            *sources.steps(contracts, frozen.cut.tables, self.plan.policy),
            Step("chain_lines", chain_query(self.plan.policy, self.policy, contracts), "汇集救助链"),
            *concerned.steps(self.policy, frozenset(self.plan.variables)),
            Step("gaps", GAPS, "归并无法判断的原因"),
            Step("published_alerts", diff.alerts_query(frozen.as_of, frozen.run), "整理线索"),
        ]

    def _write(self, codes: Sequence[str], performance: Performance, watch: Callable[[str], None]) -> Counter[tuple[str, str]]:
        """Write every table in parts; returns how many conclusions are unknown, by part and rule."""
        place = places.parts("COALESCE(h.region, p.region)")
        gaps, open_ = self._gaps(), Counter[tuple[str, str]]()
        for table, query in (
            (TABLES["alerts"], "SELECT * FROM published_alerts"),
            (TABLES["ended"], diff.ended_query(self.frozen.previous)),
            (TABLES["evidence"], EVIDENCE),
            (TABLES["sources"], sources.QUERY),
            (TABLES["unknown"], PLACED.format(table=f"({OPEN})", place=f", {place}")),
            (TABLES["chain"], PLACED.format(table="chain_lines", place="")),
            (facts_table(self.plan, "person"), facts_query(self.plan, "person")),
            (facts_table(self.plan, "household"), facts_query(self.plan, "household")),
        ):
            watch(f"写出{table.title}")
            with performance.timed(f"write_{table.name}"):
                rows = self.engine.batches(parts.in_parts(query, table))
                self.writer.parted(table, _with_reasons(rows, gaps, open_) if table is TABLES["unknown"] else rows)
        watch("写出加密的身份")
        with performance.timed("write_identities"):
            self.writer.parted(TABLES["identities"], self.engine.batches(identities.identities_query(codes)))
        return open_

    def _gaps(self) -> pa.Array:
        """Gap -> the reasons as they are published."""
        texts = []
        for rule, conditions, reasons in self.engine.fetch("SELECT rule, conditions, reasons FROM gaps ORDER BY gap"):
            positions = {each.name: each.position for each in self.plan.rules[rule].conditions}
            texts.append(reasons_text((positions[name], reason) for name, reason in zip(conditions.split(","), reasons.split("\n"), strict=True)))
        return pa.array(texts, pa.string())

    def _results(self, codes: Sequence[str], open_: Mapping[tuple[str, str], int]) -> dict[str, PartResult]:
        files: defaultdict[str, dict[str, File]] = defaultdict(dict)
        for name, file in list(self.writer.files.items()):  # other threads add to it
            if name.startswith(f"{PARTS}/"):
                files[name.split("/")[1]][name] = file
        people = count_population(self.engine)
        filled = count_filled(self.engine, self.frozen.books.contracts)
        alerts: defaultdict[str, dict[str, dict[str, int]]] = defaultdict(lambda: {"rule": {}, "grade": {}, "change": {}})
        for column in ("rule", "grade", "change"):
            query = f"SELECT part, {column}, COUNT(*) FROM published_alerts GROUP BY 1, 2"
            for part, value, number in self.engine.fetch(query):
                alerts[part][column][value] = number
        unknowns: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (part, rule), number in open_.items():
            unknowns[part][rule] = number
        return {code: PartResult(files[code], people.get(code, {}), unknowns[code], filled.get(code, {}), alerts[code]) for code in codes}

    def _drop(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self.engine.execute(f'DROP TABLE "{step.name}"')


def _with_reasons(batches: Iterable[pa.RecordBatch], gaps: pa.Array, count: Counter[tuple[str, str]]) -> Iterator[pa.RecordBatch]:
    """The lines with their reasons; `count` counts them by part and rule."""
    for batch in batches:
        for line in pa.Table.from_batches([batch]).group_by(["part", "rule"]).aggregate([([], "count_all")]).to_pylist():
            count[line["part"], line["rule"]] += line["count_all"]
        yield batch.append_column("reasons", gaps.take(batch["gap"]))
