"""Computes a frozen run and writes its tables: the plan's steps, the comparison, the chain, the quality, the sealed identities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doudi.contracts.model import Contract
from doudi.identity.columns import table_columns
from doudi.identity.index import PersonIndex
from doudi.identity.keys import Keys
from doudi.lake.engine import Engine
from doudi.lake.home import Home
from doudi.monitoring import diff, ended, identities, places, sources, standing
from doudi.monitoring.chain import chain_query, with_chain_tables
from doudi.monitoring.conflicts import conflicts_query
from doudi.monitoring.facts import count_subjects, facts_query, facts_table
from doudi.monitoring.freeze import Frozen
from doudi.monitoring.quality import quality_lines
from doudi.monitoring.steps import Performance, Step
from doudi.monitoring.supply import dataset_lines, issue_lines, load_supply
from doudi.policyfiles import PolicyFiles
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter
from doudi.rules.plan import Plan

KEPT = frozenset({"person_base", "person_facts", "household_facts", "alerts", "evidence", "sources", "unknowns"})
"""What is read after the plan has run; everything else it made is dropped to give the memory back."""


@dataclass
class Computation:
    """One run in one engine, writing into one folder."""

    engine: Engine
    writer: RunWriter
    home: Home
    keys: Keys
    frozen: Frozen
    plan: Plan
    watch: Callable[[str], None]

    def __post_init__(self) -> None:
        self.performance = Performance(self.engine, self.watch)
        self.policy: PolicyFiles = with_chain_tables(self.frozen.books.policy)
        self.contracts = self.frozen.books.contracts

    def compute(self) -> dict[str, object]:
        """Write every table, policy file and statement; returns the counts for `run.json`."""
        self._load()
        self.performance.perform(self.plan.steps)
        for step in self.plan.steps:
            if step.name not in KEPT:
                self.engine.execute(f'DROP TABLE "{step.name}"')
        self._compare()
        self._write_findings()
        self._write_standing()
        self._write_supply()
        self._write_texts()
        return self._counts()

    def _load(self) -> None:
        """Name the tables of the cut; a dataset that is younger than the cut is an empty table."""
        tables = self.frozen.cut.tables
        self.engine.views(tables)
        for name, contract in self.contracts.items():
            for table in (name, f"{name}_history") if contract.mode == "snapshot" else (name,):
                if table not in tables:
                    self.engine.execute(empty_table(table, contract))
        self.engine.views({"conflicts": self.frozen.cut.conflicts})

    def _compare(self) -> None:
        diff.load_before(self.engine, self.frozen.previous)
        self.engine.table("rule_lines", standing.rule_lines(self.plan, self.policy))
        self.engine.table("condition_lines", standing.condition_lines(self.plan, self.policy))
        of = {name: variable.of for name, variable in self.plan.variables.items()}
        routed = {rule: self.policy.routing.routes[rule].region for rule in self.plan.rules}
        chain = Step("chain_lines", chain_query(self.plan.policy, self.policy, self.contracts), "汇集救助链")
        days = sources.steps(self.contracts, self.frozen.cut.tables, self.plan.policy)
        steps = [*places.STEPS, *diff.steps(places.routed_regions(routed, of)), *ended.steps(self.plan.rules), *days, chain, *identities.STEPS]
        self.performance.perform(steps)

    def _write_findings(self) -> None:
        frozen = self.frozen
        for name, query in (
            ("alerts", diff.alerts_query(frozen.as_of, frozen.run)),
            ("ended", diff.ended_query(frozen.previous)),
            ("evidence", "SELECT * FROM alert_evidence ORDER BY alert, position"),
            ("sources", sources.QUERY),
            ("unknown", UNKNOWN.format(place=places.parts("COALESCE(h.region, p.region)"))),
            ("chain", "SELECT * FROM chain_lines ORDER BY date, programme, dataset, delivery, row, line"),
            ("conflicts", conflicts_query()),
        ):
            self.watch(f"写出{TABLES[name].title}")
            self.writer.table(TABLES[name], self.engine.batches(query))
        for of in ("person", "household"):
            self.watch(f"写出{TABLES[f'{of}_facts'].title}")
            self.writer.table(facts_table(self.plan, of), self.engine.batches(facts_query(self.plan, of)))
        self.watch("加密写出身份")
        folders = [self.home.deliveries / one["id"] for one in frozen.cut.deliveries]
        index = PersonIndex(self.engine, folders, self.keys)
        self.writer.table(TABLES["identities"], identities.identity_batches(self.engine, index, self.keys.subkey("published")))

    def _write_standing(self) -> None:
        self.watch("写出政策和参数")
        counts = count_subjects(self.engine, self.plan)
        for name, lines in (
            ("rules", standing.rule_lines(self.plan, self.policy, counts)),
            ("conditions", standing.condition_lines(self.plan, self.policy)),
            ("variables", standing.variable_lines(self.plan)),
            ("parameters", standing.parameter_lines(self.plan)),
            ("programmes", standing.programme_lines(self.policy)),
            ("terms", standing.term_lines(self.policy)),
        ):
            self.writer.table(TABLES[name], lines)

    def _write_supply(self) -> None:
        self.watch("给数据质量评分")
        lines = load_supply(self.engine, self.home, self.frozen)
        self.writer.table(TABLES["deliveries"], lines)
        self.writer.table(TABLES["datasets"], dataset_lines(self.frozen))
        self.writer.table(TABLES["quality"], quality_lines(self.engine, self.frozen))
        self.writer.table(TABLES["issues"], issue_lines(self.engine, self.contracts.values()))

    def _write_texts(self) -> None:
        for name, content in self.frozen.books.files.items():
            self.writer.bytes(name, content)
        for number, (name, text) in enumerate(self.performance.statements, 1):
            self.writer.bytes(f"sql/{number:02d}_{name}.sql", f"{text};\n".encode())

    def _counts(self) -> dict[str, object]:
        counted: dict[str, object] = {name: self.engine.fetch(f"SELECT COUNT(*) FROM {table}")[0][0] for name, table in COUNTED.items()}
        alerts = f"({diff.alerts_query(self.frozen.as_of, self.frozen.run)})"
        for column in ("rule", "grade", "change"):
            counted[f"by_{column}"] = dict(self.engine.fetch(f"SELECT {column}, COUNT(*) FROM {alerts} GROUP BY 1 ORDER BY 1"))
        return counted


COUNTED = {
    "alerts": "alert_lines",
    "ended": "ended_lines",
    "unknown": "(SELECT DISTINCT rule, subject, person, household FROM unknowns)",
    "persons": "person_facts",
    "households": "household_facts",
    "chain": "(SELECT 1 FROM chain_lines WHERE counts_in_sum OR amount IS NULL)",
}
"""Count in `run.json` -> what is counted."""

UNKNOWN = """
SELECT u.rule, u.subject, u.person, u.household, u.condition, u.reason, {place}
FROM unknowns u
LEFT JOIN household_places h ON u.household = h.household
LEFT JOIN person_places p ON u.person = p.person
ORDER BY u.rule, u.subject, u.household NULLS LAST, u.person NULLS LAST, u.condition
"""


def empty_table(name: str, contract: Contract) -> str:
    """The statement that makes a table of a dataset without rows."""
    columns = {"delivery": "BIGINT", "row": "INTEGER", "household": "BIGINT", "bucket": "INTEGER"} | table_columns(contract)
    if name != contract.dataset:
        columns["list_month"] = "INTEGER"
    return f'CREATE OR REPLACE TABLE "{name}" ({", ".join(f"{column} {kind}" for column, kind in columns.items())})'
