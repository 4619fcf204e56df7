"""What the page of benchmarks says of the casework site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.tables import Row, load_rows, page_rows, search_rows

Kept = Mapping[str, Any] | None
Measured = Callable[[Mapping[str, Any], Sequence[Row]], Iterator[str]]

HEAD = """## The casework site

Everything - `wrk`, gunicorn with two workers, the background worker, the embedded PostgreSQL with its own settings - runs on the same two cores. The
goals are for a quiet machine. Where the load says that it was not, the milliseconds of processor for a page compare, and what two cores could serve
by them; they too are worse than on a quiet machine, because programs that take turns empty each other's caches.
"""

LOAD = """### Loading a run

`doudi site load` of a published run of {people:,} simulated people into an empty site, the run of the day after, and the same run once more; one
transaction each: the registry by COPY into staging and one MERGE for each table, then alerts, work items, the figures of the map. The registry is of
people with an alert or recognised as low-income, and those they live with: {registered:,} of the {people:,}, {million:,.0f} s a million for the
registry's steps, a good part of it for reading 122 small counties. Of a run of four million people (`--people 4000000`, 2026-11-27, quiet) the
first load brought 692,703 into the registry: 107 s for these steps, 154 s a million; 201 s for the whole load.
"""

SEARCH = """### Searching

{people:,} people in {households:,} households: the loaded run's, multiplied inside PostgreSQL (`benchmarks/site/filling.py`) under other numbers, ID
indexes and names, drawn from 110 surnames and 10,100 given names; places, categories, work and departments as in the run. Timed is the query
of a first page as the page makes it, in a transaction of its own, as the role that row-level security binds; 60 different searches of each kind by
each viewer, in mixed order. Of the province's roles only those of departments may search, here the medical one; "全部" is the widest scope there is.
"""

PAGES = """### Pages under load

{items:,} work items about {with_work:,} households, in all states, in the registry above. People are logged in at the township with most work, in
its county and in its busiest village. Sessions are in the database, the scope is set in each page's transaction, row-level security is forced, and
looking at an item or a file is kept in the audit log. That no list asks more than five SQL queries, who asks and in which scope included, is held
by `tests/casework/test_queries.py`.
"""

TRIED = """### What was found, and what did not help

- **Writing SQL.** A page of the work list took 30 ms of processor. Half of it Django spent on writing three queries whose text is the same for
  everybody in a role. Each is written once for each shape now (`casework/prepared.py`): 15 ms.
- **Thirty lines of a template** cost more than all queries: two includes and a dozen look-ups for each. They are put together in Python, and the
  form above the list is kept by what is chosen in it: 7 ms.
- **Planning.** PostgreSQL planned 0.7 ms for what it found in 0.2. The queries are prepared and keep a generic plan: counting 2.9 to 1.4 ms, the
  list 1.5 to 0.9 ms. Telling the driver to prepare did nothing by itself, because Django switches that off.
- **Who asks** took three queries: session, person, membership. The membership chosen is a column of the session now, and one join finds all. Sessions
  in a local cache would be faster still, but a logout would not reach the other process.
- **A join before the sort.** The name of who has an item in hand was joined to all 3,008 items of a county before the thirty were chosen: 12.9 ms;
  asked for afterwards, 2.7 ms.
- **LIKE and row-level security.** A policy lets no LIKE reach an index, because LIKE is not leak-proof: a search by name read everybody in scope
  (272 ms for the province with 173,503 people, under load). Comparisons are leak-proof, so a beginning is a range of the index, in collation C.
- **What a setting lets through** the planner cannot know, and takes for half a per cent. For a county it read all 72,000 people to find thirty of a
  common surname: 40 to 150 ms under load. With the viewer's own region in the query too it walks the index of names and stops.
- **Initials or pinyin** with OR, as ranges too, collected and sorted all who were found (76 ms of the same people). Two branches, each from its own
  index in its order, stop at thirty.
- **Handing out** 45,651 new items with Django's `bulk_update`: the step of the work items took 203 s of a first load of 435 s (load average 9 to 13);
  with two statements 18 s of 182 s (load average about 8, which alone made the other steps a third faster).
- **A term computed for the sort.** Lists come by the day on which the next step is due, which depends on the state. Where offices had 25 times as
  many open items (the same work in 5 counties, not kept here), a first page sorted all of them: 44 pages a second, 11 of a county's whole list. The
  term is a generated column now, with an index for offices and one for counties; that case has not been measured again.
- **Aid line by line** through Python, 610,000 lines of it, was a fifth of the registry's part of a load. Arrow writes them as CSV for COPY itself.
- Asking the connection whether it lives before each page takes 0.05 ms: left as it is.
"""


def sections(kept: Mapping[str, Kept], measured: Measured) -> Iterator[str]:
    """The sections of what was measured."""
    if not any(kept.values()):
        return
    yield HEAD
    if found := kept["site-load"]:
        yield LOAD.format(people=found["results"]["people"], **_million(found["results"]["loads"][0]))
        yield from _noted(found, measured, load_rows(found["results"]))
    if found := kept["site-search"]:
        yield SEARCH.format(people=found["results"]["people"], households=found["results"]["households"])
        yield from _noted(found, measured, search_rows(found["results"]))
    if found := kept["site-pages"]:
        yield PAGES.format(items=found["results"]["items"], with_work=found["results"]["with_work"])
        yield from _noted(found, measured, page_rows(found["results"]))
    yield TRIED


def _noted(found: Mapping[str, Any], measured: Measured, rows: Sequence[Row]) -> Iterator[str]:
    """The table, with what whoever measured wrote beside the results (`note`); measuring again takes that away."""
    yield from measured(found, rows)
    if note := found.get("note"):
        yield f"{note}\n"


def _million(first: Mapping[str, Any]) -> dict[str, float]:
    registered = first["counts"]["staging"]["people"]
    return {"registered": registered, "million": first["registry"] / registered * 1e6}
