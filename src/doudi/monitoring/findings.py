"""What a run finds in some of its parts: the plan's steps, the comparison with the run before, the chain, the sealed identities; written in parts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from doudi.lake.engine import Engine
from doudi.monitoring import concerned, diff, ended, identities, parts, places, sources, standing
from doudi.monitoring.chain import chain_query, chain_ways, complete, told_by
from doudi.monitoring.facts import facts_query, facts_table
from doudi.monitoring.freeze import Frozen
from doudi.monitoring.kept import PartResult
from doudi.monitoring.openlines import OpenLines
from doudi.monitoring.population import count_population
from doudi.monitoring.quality import count_filled
from doudi.monitoring.steps import Performance, Step, StepLike, WrittenStep, dropped, statement, written
from doudi.monitoring.together import perform_together
from doudi.policyfiles import PolicyFiles
from doudi.published.manifest import File
from doudi.published.schema import PARTS
from doudi.published.tables import TABLES
from doudi.published.write import NONE, RunWriter
from doudi.rules.gaps import GAPS, QUESTIONS, UNKNOWNS
from doudi.rules.layers import WANTED
from doudi.rules.plan import WRITTEN_OUT, Plan
from doudi.rules.rowsql import PERSONS

KEPT = frozenset(
    {"person_base", "person_facts", "household_facts", "alerts", "evidence", "sources", QUESTIONS, GAPS, UNKNOWNS}
    | {"person_places", "household_places", "ended_lines", "concerned_households", "concerned_persons"}
)
"""What is read after the plan has run; everything else it made is dropped to give the memory back."""

CHAIN = f"""
SELECT * FROM (
    SELECT t.*, {places.part_of("t")} FROM chain_lines t
    LEFT JOIN household_places h ON t.household = h.household
    LEFT JOIN person_places p ON t.person = p.person
)
ORDER BY (CAST(part AS BIGINT) * 4000000 + DATE_DIFF('day', DATE '0001-01-01', date)) * 1000 + place, delivery, row, way
"""
"""The lines of `chain` with their part, in its order: part, date and place, put into one number because short keys are sorted faster, and so on.

No date is four million days after the first, and there are fewer than a thousand places; the writer refuses lines that are out of order.
"""

EVIDENCE = "SELECT e.*, a.part FROM alert_evidence e JOIN alert_lines a ON e.alert = a.alert"


@dataclass
class Findings:
    """Computes and writes what is found in the rows that the engine's views show. `policy`: the files with their chain tables.

    `steps`: every step in words; empty: they are made.
    """

    engine: Engine
    writer: RunWriter
    frozen: Frozen
    plan: Plan
    policy: PolicyFiles
    steps: Sequence[WrittenStep] = ()

    def __post_init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.hands = 1  # how many steps are performed at a time
        self.fresh = True  # nothing was found yet in this engine
        self.steps = self.steps or [written(step) for step in self._every()]  # put into words once, not for every batch
        self._planned = [step.name for step in self.steps].index(UNKNOWNS) + 1
        self.ways = chain_ways(self.policy, self.frozen.books.contracts)
        self.engine.views({identities.VIEW: self.frozen.cut.identities})

    def on(self, engine: Engine) -> Findings:
        """The same in another engine, which may work at the same time."""
        other = copy(self)
        other.engine, other.fresh = engine, True
        engine.views({identities.VIEW: self.frozen.cut.identities})
        return other

    def find(self, codes: Sequence[str], apart: bool, watch: Callable[[str], None]) -> dict[str, PartResult]:
        """Compute and write the parts `codes`; returns the result of each.

        `apart`: not everybody is in the views, and what needs everybody is there already. Needs `before_alerts` and `before_evidence`.
        """
        performance = Performance(self.engine, watch, self.seconds)
        ready = {table.name for table in self.plan.whole} if apart else set[str]()
        planned, later = self.steps[: self._planned], self.steps[self._planned :]
        planned = [step for step in planned if step.name not in (ready if self.fresh else ready | WRITTEN_OUT)]
        self._perform(performance, planned)
        self.fresh = False
        self._drop(step for step in planned if step.name not in KEPT | WRITTEN_OUT)
        self.engine.table("rule_lines", standing.rule_lines(self.plan, self.policy))
        self.engine.table("condition_lines", standing.condition_lines(self.plan, self.policy))
        self._perform(performance, later)
        open_ = self._write(codes, performance, watch)
        with performance.timed("count"):
            results = self._results(codes, open_)
        self._drop([*(step for step in planned if step.name in KEPT), *later])
        return results

    @property
    def where_everybody_is(self) -> list[WrittenStep]:
        """The steps that make `person_base` and the tables of places."""
        wanted = {PERSONS, *(step.name for step in places.STEPS)}
        return [step for step in self.steps if step.name in wanted]

    def _perform(self, performance: Performance, steps: Sequence[WrittenStep]) -> None:
        def perform(engine: Engine, step: WrittenStep) -> None:
            with performance.timed(step.name):
                engine.execute(statement(step))

        perform_together(self.engine, steps, self.hands, perform, performance.watch)

    def _every(self) -> Iterator[StepLike]:
        names = [step.name for step in self.plan.steps]
        yield from self.plan.steps[: names.index(WANTED)]
        yield from self._choose()
        yield from self.plan.steps[names.index(WANTED) + 1 :]
        yield from self._later()

    def _choose(self) -> list[Step]:
        """The steps that say whose facts are gathered, instead of the plan's."""
        return [*places.STEPS, ended.LINES, *concerned.steps(self.policy, self.plan.policy.variables)]

    def _later(self) -> list[Step]:
        """The steps after the plan's."""
        frozen, contracts = self.frozen, self.frozen.books.contracts
        of = {name: variable.of for name, variable in self.plan.variables.items()}
        routed = {rule: self.policy.routing.routes[rule].region for rule in self.plan.rules}
        return [
            *diff.steps(places.routed_regions(routed, of)),
            *ended.steps(self.plan.rules, ended.results_asked(self.plan.policy)),
            *sources.steps(contracts, frozen.cut.tables, self.plan.policy),
            Step("chain_lines", chain_query(self.plan.policy, self.policy, contracts), "汇集救助链"),
            published_alerts(frozen),
        ]

    def _write(self, codes: Sequence[str], performance: Performance, watch: Callable[[str], None]) -> Counter[tuple[str, str]]:
        """Write every table in parts; returns how many conclusions are unknown, by part and rule."""
        open_ = OpenLines(self.engine, self.plan)
        written = [
            (TABLES["unknown"], open_.batches(), open_.told),
            (TABLES["chain"], complete(self.engine.batches(CHAIN), self.ways), told_by(self.ways)),
            (TABLES["identities"], self.engine.batches(identities.identities_query(codes)), NONE),
        ]
        for table, query in (
            (TABLES["alerts"], "SELECT * FROM published_alerts"),
            (TABLES["ended"], diff.ended_query(self.frozen.previous)),
            (TABLES["evidence"], EVIDENCE),
            (TABLES["sources"], sources.QUERY),
            (facts_table(self.plan, "person"), facts_query(self.plan, "person")),
            (facts_table(self.plan, "household"), facts_query(self.plan, "household")),
        ):
            written.append((table, self.engine.batches(parts.in_parts(query, table)), NONE))
        for table, rows, told in written:
            watch(f"写出{table.title}")
            with performance.timed(f"write_{table.name}"):
                self.writer.parted(table, rows, told)
        with performance.timed("write"):
            self.writer.wait()
        return open_.counted

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

    def _drop(self, steps: Iterable[WrittenStep]) -> None:
        for step in steps:
            self.engine.execute(dropped(step))


def published_alerts(frozen: Frozen) -> Step:
    """The one step that names its run."""
    return Step("published_alerts", diff.alerts_query(frozen.as_of, frozen.run), "整理线索")
