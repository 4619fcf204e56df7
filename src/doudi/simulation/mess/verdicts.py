"""What is true of the rows that were sent, and which alerts follow: all that can be known, and what hangs on rows that may be read either way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doudi.simulation.mess.records import Origin, Record
from doudi.simulation.truth import Findings, Known, Tables, find, write_csv, write_findings


@dataclass(frozen=True)
class Sent:
    """A row as it was sent: file and number as answers name them."""

    file: str
    row: int
    dataset: str
    record: Record


def judge_sent(
    truth: Path, tables: Tables, known: Known, sent: Sequence[Sent], furniture: Iterable[tuple[str, int, str]], as_of: date, processes: int
) -> None:
    """Write `links.csv`, `rejects.csv`, `expected_alerts.csv` and `expected_unknown.csv`."""
    _write_links(truth / "links.csv", sent, known)
    refused = [(each.file, each.row, each.record.reason, "no") for each in sent if each.record.reason]
    aside = [(file, row, kind, "yes") for file, row, kind in furniture]
    write_csv(truth / "rejects.csv", ("file", "row", "reason", "optional"), [*refused, *aside])
    arrived = _arrived(sent)
    there = arrived["yes"] | arrived["either"]
    gone = {each.record.origin for each in sent if each.record.origin and each.record.origin not in there}
    usable = _without(tables, gone)
    found = find(usable, as_of, processes)
    held = _compare(usable, found, arrived["either"] - arrived["yes"], as_of, processes)
    plain = _compare(usable, found, arrived["matching"], as_of, processes)
    write_findings(
        truth, known, Findings(found.hits - (found.hits - held.hits), found.unknown), as_of,
        via_recovery=frozenset(found.hits - plain.hits), optional=frozenset(found.hits ^ held.hits),
    )  # fmt: skip


def _arrived(sent: Sequence[Sent]) -> dict[str, set[Origin]]:
    """Clean records by how they arrived: surely, perhaps, or only for who matches numbers."""
    found: dict[str, set[Origin]] = defaultdict(set)
    for each in sent:
        if each.record.origin:
            found[each.record.recoverable].add(each.record.origin)
            if each.record.matching:
                found["matching"].add(each.record.origin)
    return defaultdict(set, found)


def _without(tables: Tables, gone: Collection[Origin]) -> Tables:
    return {name: rows if name == "people" else [row for row in rows if (row["delivery"], row["row"]) not in gone] for name, rows in tables.items()}


def _compare(tables: Tables, found: Findings, without: Collection[Origin], as_of: date, processes: int) -> Findings:
    """What would be found without some rows. Only the households concerned are judged anew, and those that share an account with them."""
    touched = {row["household"] for name, rows in tables.items() if name != "people" for row in rows if (row["delivery"], row["row"]) in without}
    sharing: dict[str, set[int]] = defaultdict(set)
    for row in tables.get("payment", []):
        sharing[row["account_hash"]].add(row["household"])
    for households in sharing.values():
        if households & touched:
            touched = touched | households
    part = {name: [row for row in rows if row["household"] in touched] for name, rows in tables.items()}
    people = {row["person"] for row in part["people"]}
    before = frozenset(each for each in found.hits if not (each[1] in people or each[1] in touched))
    again = find(_without(part, without), as_of, processes)
    return Findings(before | again.hits, found.unknown)


def _write_links(path: Path, sent: Sequence[Sent], known: Known) -> None:
    lines = []
    strangers = 0
    for each in sent:
        record = each.record
        if record.person is None and "other_county" in record.done:
            strangers += 1
            key = f"X{strangers:07d}"
        else:
            key = known.people[record.person][0] if record.person is not None else ""
        if record.done:
            lines.append((each.file, each.row, each.dataset, key, "+".join(record.done), record.recoverable, "yes" if record.matching else "no"))
    write_csv(path, ("file", "row", "dataset", "person", "done", "recoverable", "needs_matching"), lines)
