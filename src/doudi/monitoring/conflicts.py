"""Contradictions between departments, as settling recorded them, with the household they concern."""

from __future__ import annotations

from doudi.intake.settling.conflicts import KINDS
from doudi.monitoring.ended import quoted

QUERY = """
SELECT DISTINCT c.kind, c.person, p.household, c.dataset, c.delivery, c.row, c.other_dataset, c.other_delivery, c.other_row,
    CASE c.kind {says} ELSE c.kind END AS says
FROM conflicts c LEFT JOIN people p ON c.person = p.person
ORDER BY c.kind, c.person NULLS LAST, p.household NULLS LAST, c.dataset, c.delivery NULLS LAST, c.row NULLS LAST, c.other_dataset NULLS LAST,
    c.other_delivery NULLS LAST, c.other_row NULLS LAST, says
"""


def conflicts_query() -> str:
    """The published conflicts."""
    return QUERY.format(says=" ".join(f"WHEN {quoted(kind)} THEN {quoted(says)}" for kind, says in KINDS.items()))
