"""What the run could not say, and why. Unknown is a result of its own: it is neither a lead nor an all-clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doudi.monitoring.report.counting import count_by, how_many, total
from doudi.published.findings import read_reasons
from doudi.published.read import PublishedRun

REASONS = 12
"""So many reasons are shown; the rest are one line."""


@dataclass(frozen=True)
class Reason:
    """Why something is unknown: how many conclusions (a rule for a subject) it leaves open, and in which rules."""

    says: str
    conclusions: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Gaps:
    """Open conclusions in sum; one of them may have several reasons.

    `asked`: all conclusions, open or not. `households`: different ones concerned. `rules`: those with open ones, the most first.
    """

    total: int
    asked: int
    households: int
    reasons: tuple[Reason, ...]
    more_reasons: int
    rules: tuple[Mapping[str, Any], ...]


def gather_gaps(run: PublishedRun) -> Gaps:
    """Count what is unknown in a run."""
    unknown = run.table("unknown", ["rule", "household", "reasons"])
    rules_of: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for (reasons, rule), count in count_by(unknown, "reasons", "rule").items():
        for _, reason in read_reasons(reasons):
            rules_of.setdefault(reason, set()).add(rule)
            counts[reason] = counts.get(reason, 0) + count
    reasons = [Reason(says, count, tuple(sorted(rules_of[says]))) for says, count in counts.items()]
    reasons.sort(key=lambda one: (-one.conclusions, one.says))
    lines = run.rules.values()
    return Gaps(
        total=total({line["rule"]: line["unknowns"] for line in lines}),
        asked=total({line["rule"]: line["asked"] for line in lines}),
        households=how_many(unknown["household"]),
        reasons=tuple(reasons[:REASONS]),
        more_reasons=max(0, len(reasons) - REASONS),
        rules=tuple(sorted((line for line in lines if line["unknowns"]), key=lambda line: (-line["unknowns"], line["rule"]))),
    )
