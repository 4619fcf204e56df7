"""Writes docs/reference/benchmarks.md and its charts from what was measured last: the same results, the same bytes.

`make docs` writes them anew, `make lint` checks that they are what the results say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.charts import bars, growth
from benchmarks.harness import RESULTS
from benchmarks.sitepage import sections as site_sections
from benchmarks.tables import Row, as_markdown, changed_rows, damaged_rows, febrl_rows, floor_rows, people_rows, rules_rows, ten_rows

Kept = Mapping[str, Any]

HEAD = """# Benchmarks

<!-- Made by `make docs` from benchmarks/results/; do not edit. -->

**中文摘要。** 所有数字都是同一台机器、同一次运行中量得的，要看的是倍数而不是秒数。
`make bench` 重做一遍（2 核、十分钟以内）；`make bench-sql` 只量扫描下限和手写 SQL，不用另装软件包；
`make bench-province` 量全省；`make bench-site` 量工作平台（装载、查询、网页，需装 `wrk`）。
十条规则的各种做法必须得出完全相同的线索，否则基准测试报错退出。
每一节写明命令、机器、开始时的负载和软件版本；负载高于 0.5 时，以“按处理器时间”一栏为准。

Everything is a ratio within one run on one machine. Each contestant runs in a process of its own, taking turns, and its best round counts; its
time is from the Parquet files of the lake to the findings, without starting Python. Peak memory is what the process had resident at
most (`VmHWM`) until the end of the timed work. Where other programs used the machine (see the load), seconds of processor compare better than
seconds of the clock, so both ratios are given.

At the nightly size the people live in the five counties of a prefecture, in the growth of the province and on the site in all its 122 counties: a
run writes a folder for each county, and a county's office has its share of the work.

| command | what it measures |
|---|---|
| `make bench` | all below, nightly size; installs the dependency group `bench` into `.venv-bench` |
| `make bench-sql` | the scan floor, and Doudi beside the SQL written by hand; needs nothing but Doudi's own packages |
| `python -m benchmarks ten-engine --people 250000 --rounds 5` | any one alone, at any size (`--help`) |
| `make bench-province` | a whole run of 1, 4, 16 and 66 million people |
| `make bench-site` | the casework site: loading a run, searching five million people, pages under load; needs `wrk` (Debian: `apt-get install wrk`) |
"""

FLOOR = """## The floor

All columns that the 57 rules stand on, read once with DuckDB and summed ({tables} tables, {columns} columns, {rows:,} rows of {people:,} people).
The columns are worked out from the compiled plan: what is published of its results, traced back through every step to the lake's tables
(`benchmarks/columns.py`). A run computes facts, alerts, evidence with source rows and unknowns, compares with the run before, and publishes it
all, identities sealed.
"""

TEN = """## Ten rules, several ways

The rules are {rules}. No ten rules touch all {tables} tables that the 57 read, because several tables are read by one rule only; of all sets of
ten that pull in no other rule, these touch the most ({touched}), and of those the most rows ({share:.2%} of all). Left out: {missed}.

All contestants read the same Parquet files, and each must find exactly Doudi's {alerts:,} alerts, or the benchmark fails.

- **Doudi**: the policy reduced to these rules, compiled, and its steps performed as a run performs them (two at a time, where neither waits for the
  other); facts of everybody, alerts, evidence of each condition, unknowns
  with their reasons. With the delivered rows behind the evidence it is a line of its own, because no other contestant finds those.
- **SQL by hand** (`benchmarks/ten/wide.sql`): one pass per dataset, facts of everybody in one wide table, the same alerts, the same evidence with
  values and lines, the same unknowns with the same words; all compared line by line.
- **pandas**: alerts only; what is unknown counts as no hit, so it does less.
- **OpenFisca-core**: alerts only. It knows numbers of persons and households, not rows: the rows are gathered with pandas first ({gathered}).
- **Django ORM**: alerts only; a loop over households and their people with a query for each question, on a sample in an SQLite database in memory
  (the time of loading is not counted, its memory is). A rule stops asking as soon as it is decided.

Lines of code are not blank, not comments, not docstrings. Doudi's are those of its policy files, legal basis and Chinese wording included.
"""

GROWTH = """## Growth

A whole run, from the lake to the published run, with the settings of `doudi run`. 1.00 in the last column is linear growth; the goal is at most
1.10 per doubling beyond 4 million people. Beside it stands how many times one scan of the columns that the rules read a run takes (see the
floor): at a million people a scan is mostly its start, so the multiple is larger where people are many.
"""

CHANGED = """### Changed households

A run is published, then the payments, medical costs, reimbursements, jobs and economic checks of a share of the households come again with other
figures (`doudi.simulation.touch`), in whole townships or scattered, and `doudi run` computes the same day again from what is published. The day
after, everybody is computed (ADR 8). What a start costs - reading the policy, comparing, planning some 230 statements - is the same for every
size, so the shares fall as people grow: see the table for sixteen million below.
"""

AMONG_MANY = """### Ten rules among many

The ten rules of above among {people:,} people, where reading the policy, compiling and planning it weigh less.
"""

WHOLE = 60_000_000
TRIAL = """This is a trial (`DOUDI_BENCH_MOST={most} make bench-province`): more people than that were not measured with this version.
"""

LINKAGE = """## Linkage

The damaged rows are those of a simulated county whose number is not sound (a digit wrong, two swapped, cut to fifteen digits and zeros, lost), as
`doudi simulate --mess` wrote them, with its truth. Doudi's time is for deciding every number of every row, sound ones included, from the
delivered lists. Splink gets the damaged rows only, with number and name, and the county's people as they truly are, which is cleaner than any
list; comparisons, blocking and training are those of its documentation, threshold 0.95. Precision is of what was linked, recall of the rows that
can be known. The sample is small: what the table can show is whether somebody is taken for another.

On FEBRL only Doudi's scoring carries over, not its linkage: numbers without a check digit cannot be repaired, and it wants names to be the same
and fields to agree exactly, while every field of FEBRL may have slips. The thin adapter (`benchmarks/linkage/febrl.py`) gives it a policy for
FEBRL's fields with Doudi's own weights. It shows what Doudi is by design: it would rather leave half of the rows to a clerk than take one person
for another.
"""


def render() -> str:
    """The page."""
    return "\n".join([*_sections()]).rstrip() + "\n"


def _sections() -> Iterator[str]:
    yield HEAD
    if kept := _kept("floor"):
        found = kept["results"]
        yield FLOOR.format(**{name: found[name] for name in ("tables", "columns", "rows", "people")})
        yield from _measured(kept, floor_rows(found))
    if kept := _kept("ten") or _kept("ten-engine"):
        yield from _ten(kept)
    if kept := _kept("growth"):
        yield GROWTH
        yield from _measured(kept, people_rows(kept["results"]))
        if len(kept["results"]["people"]) > 1:
            yield "![growth](benchmarks/growth.svg)\n"
        yield "### Ten, twenty, all rules\n"
        yield "\n".join(as_markdown(rules_rows(kept["results"]))) + "\n"
        if "changed" in kept["results"]:
            yield CHANGED
            yield "\n".join(as_markdown(changed_rows(kept["results"]))) + "\n"
    if kept := _kept("province"):
        yield "## The whole province\n"
        if kept["results"]["people"][-1]["people"] < WHOLE:
            yield TRIAL.format(most=kept["results"]["people"][-1]["asked"])
        yield from _measured(kept, people_rows(kept["results"]))
        if "ten" in kept["results"]:
            yield AMONG_MANY.format(people=kept["results"]["ten"]["people"])
            yield "\n".join(as_markdown(ten_rows(kept["results"]["ten"]))) + "\n"
        if "changed" in kept["results"]:
            yield "### Changed households among many\n"
            yield "\n".join(as_markdown(changed_rows(kept["results"]))) + "\n"
    if kept := _kept("linkage"):
        yield LINKAGE
        yield from _measured(kept, damaged_rows(kept["results"]))
        yield "\n".join(as_markdown(febrl_rows(kept["results"]))) + "\n"
    yield from site_sections({name: _kept(name) for name in ("site-load", "site-search", "site-pages")}, _measured)


def _ten(kept: Kept) -> Iterator[str]:
    found = kept["results"]
    missed, slow = found["choice"]["missed"], next((each for each in found["contestants"] if each.get("gathered")), None)
    yield TEN.format(
        rules=", ".join(found["rules"]),
        tables=found["choice"]["tables"],
        touched=found["choice"]["tables"] - len(missed),
        share=1 - sum(missed.values()) / found["choice"]["rows"],
        missed=", ".join(f"`{name}` ({rows:,} rows)" for name, rows in missed.items()) or "nothing",
        alerts=found["alerts"],
        gathered=f"{slow['gathered']:.1f} of its {min(slow['seconds']):.1f} s" if slow else "most of its time",
    )
    yield from _measured(kept, ten_rows(found))
    yield "![people per second](benchmarks/ten.svg)\n"


def _measured(kept: Kept, rows: Sequence[Row]) -> Iterator[str]:
    yield "\n".join(as_markdown(rows)) + "\n"
    about, versions = kept["machine"], ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
    load = " / ".join(f"{each:g}" for each in about["load"])
    yield (
        f"<sub>`{kept['command'].strip()}` · {about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}, "
        f"Python {about['python']} · load {load} before, {kept['load_after'][0]:g} after · {versions}</sub>\n"
    )


def ten_chart() -> str:
    """People per second of the contestants."""
    kept = _kept("ten") or _kept("ten-engine")
    values = [(each["name"], each["people_per_second"], f"{each['people_per_second']:,}") for each in kept["results"]["contestants"]] if kept else []
    return bars("同样十条规则：每秒人数（对数刻度）", values or [("", 1, "")], "Doudi")


def growth_chart() -> str:
    """Seconds of a whole run by people."""
    kept = max((_kept("province"), _kept("growth")), key=lambda each: len(each["results"]["people"]) if each else 0)
    points = [(each["people"], each["best"]) for each in kept["results"]["people"]] if kept else [(1.0, 1.0)]
    return growth("完整运行的用时（虚线：线性）", points, "人数", "秒")


def _kept(name: str) -> Kept | None:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None
