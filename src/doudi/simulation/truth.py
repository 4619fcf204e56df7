"""The right answers: who is who, and the alerts and unknowns that plain Python finds, without the engine.

The judge is slow, so that it stays plain: beyond `MOST_JUDGED` people the answers are left out.
"""

from __future__ import annotations

import csv
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from doudi.monitoring.freeze import open_books
from doudi.rules import build_policy
from doudi.rules.judge import judge
from doudi.rules.model import Policy
from doudi.simulation.batch import TABLE, Piece

MOST_JUDGED = 100_000

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Finding = tuple[str, int]
"""Rule, and the person or household it is about."""

_NOT_JUDGED = ("household_stays", "_history")


@dataclass(frozen=True)
class Findings:
    """Alerts and unknowns."""

    hits: frozenset[Finding]
    unknown: frozenset[Finding]


def tables_of(pieces: Iterable[Piece]) -> Tables:
    """The lake's tables of a batch as rows, without those of older lists."""
    found: Tables = {}
    for piece in pieces:
        if piece.kind == TABLE and not piece.name.endswith(_NOT_JUDGED):
            found[piece.name] = piece.content.to_pylist()
    return found


def find(tables: Tables, as_of: date, processes: int = 1) -> Findings:
    """What the judge finds, township by township: nothing that a rule asks of a household lies in another township."""
    parts = list(_by_township(tables))
    if processes < 2 or len(parts) < 2:
        found = [_judge(part, as_of) for part in parts]
    else:
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(_judge, parts, [as_of] * len(parts)))
    return Findings(frozenset().union(*(each.hits for each in found)), frozenset().union(*(each.unknown for each in found)))


@cache
def policy_of(as_of: date) -> Policy:
    """Doudi's own policy on a day."""
    books = open_books()
    return build_policy(books.policy, books.contracts, as_of)


def _judge(tables: Tables, as_of: date) -> Findings:
    policy = policy_of(as_of)
    judged = judge(policy, tables)
    return Findings(frozenset(judged.hits(policy)), frozenset(judged.unknown(policy)))


def _by_township(tables: Tables) -> Iterable[Tables]:
    parts: dict[int, Tables] = defaultdict(lambda: {name: [] for name in tables})
    for name, rows in tables.items():
        for row in rows:
            parts[row["bucket"]][name].append(row)
    return [parts[bucket] for bucket in sorted(parts)]


@dataclass(frozen=True)
class Known:
    """Who the numbers are: person -> (key of the truth, citizen ID, name, household as delivered); household -> its number as delivered."""

    people: Mapping[int, tuple[str, str, str, str]]
    households: Mapping[int, str]


def write_people(path: Path, known: Known, strangers: Iterable[tuple[str, str, str]] = ()) -> None:
    """`people.csv`. `strangers`: key, citizen ID and name of people of other counties."""
    rows = [(*each, "yes") for each in known.people.values()]
    write_csv(path, ("person", "person_id", "name", "household_no", "in_county"), [*rows, *((*each, "", "no") for each in strangers)])


def write_findings(
    folder: Path,
    known: Known,
    found: Findings,
    as_of: date,
    *,
    via_recovery: frozenset[Finding] = frozenset(),
    optional: frozenset[Finding] = frozenset(),
) -> None:
    """`expected_alerts.csv` and `expected_unknown.csv`. `optional` hang on rows that may be used or not."""
    rules = policy_of(as_of).rules
    lines = []
    for rule, subject in sorted(found.hits | optional, key=lambda each: (each[0], _name(rules[each[0]].of, each[1], known))):
        of, name = rules[rule].of, _name(rules[rule].of, subject, known)
        person, household = (name, "") if of == "person" else ("", name)
        flags = ["yes" if (rule, subject) in of_kind else "no" for of_kind in (via_recovery, optional)]
        lines.append((rule, of[0], person, household, rules[rule].grade, *flags))
    write_csv(folder / "expected_alerts.csv", ("rule", "subject", "person_id", "household_no", "grade", "via_recovery", "optional"), lines)
    unknown = Counter(rule for rule, _ in found.unknown)
    write_csv(folder / "expected_unknown.csv", ("rule", "subjects"), sorted(unknown.items()))


def _name(of: str, subject: int, known: Known) -> str:
    return known.people[subject][1] if of == "person" else known.households[subject]


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file as the samples' truth has them."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
