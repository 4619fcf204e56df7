"""The chain of aid: lines of the run that are new come, lines that its data no longer have go, the others stay as they are."""

from __future__ import annotations

from doudi.casework.registry.loading.merge import Load
from doudi.casework.registry.loading.staging import AID, COLUMNS, run

NAMES = tuple(COLUMNS[AID])
KEY = ("delivery", "row", "line", "date", "programme")
CONTENT = tuple(name for name in NAMES if name not in KEY)


def aid(load: Load) -> dict[str, int]:
    """Returns how many lines came and went. A line whose person, place or amount is another now is counted as both."""
    same = " AND ".join(f't."{name}" = s."{name}"' for name in KEY)
    equal = " AND ".join(f't."{name}" IS NOT DISTINCT FROM s."{name}"' for name in CONTENT)
    went = run(f"DELETE FROM registry_aid t WHERE NOT EXISTS (SELECT 1 FROM stage_aid s WHERE {same} AND {equal})")  # noqa: S608 - names of our own
    names = ", ".join(f'"{name}"' for name in NAMES)
    came = run(
        f"INSERT INTO registry_aid ({names}, run_id) SELECT {names}, %(run)s FROM stage_aid"  # noqa: S608 - names of our own
        " ON CONFLICT (delivery, row, line, date, programme) DO NOTHING",
        {"run": load.run},
    )
    return {"came": came, "went": went}
