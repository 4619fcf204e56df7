"""What people are recognised as, from when to when: a line that a run no longer has is closed, never removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doudi.casework.registry.loading.merge import Load
from doudi.casework.registry.loading.staging import run


@dataclass(frozen=True)
class Kind:
    """A category: the words that a person reads, what it is written in, and where that comes from."""

    name: str
    basis: str
    source: str


def categories(load: Load, kinds: Mapping[str, Kind]) -> dict[str, int]:
    """Returns how many lines were opened and closed. The day of closing is the as-of date of the first run without it."""
    closed = run(
        """
        UPDATE registry_category t SET ends_on = GREATEST(%(on)s, t.starts_on), run_id = %(run)s
        WHERE t.ends_on IS NULL AND NOT EXISTS (SELECT 1 FROM stage_category s WHERE s.person = t.person AND s.code = t.code)
        """,
        load.values,
    )
    run(  # who moved, and whose data now say since when
        """
        UPDATE registry_category t SET household = s.household, region = s.region,
            starts_on = CASE WHEN s.starts_exact THEN s.starts_on ELSE t.starts_on END, starts_exact = t.starts_exact OR s.starts_exact
        FROM stage_category s
        WHERE t.ends_on IS NULL AND s.person = t.person AND s.code = t.code
            AND (t.household IS DISTINCT FROM s.household OR t.region <> s.region OR (s.starts_exact AND t.starts_on <> s.starts_on))
        """
    )
    opened = 0
    for code, kind in kinds.items():
        opened += run(
            """
            INSERT INTO registry_category (person, household, code, name, starts_on, starts_exact, basis, source, region, run_id)
            SELECT s.person, s.household, s.code, %(name)s, s.starts_on, s.starts_exact, %(basis)s, %(source)s, s.region, %(run)s
            FROM stage_category s WHERE s.code = %(code)s
            ON CONFLICT (person, code) WHERE ends_on IS NULL DO NOTHING
            """,
            load.values | {"code": code, "name": kind.name, "basis": kind.basis, "source": kind.source},
        )
    return {"opened": opened, "closed": closed}
