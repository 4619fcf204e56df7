"""What people corrected and somebody approved stands over what a run says; what the run says is kept beside it.

Data that have come to say the same confirm a correction: from then on the data count again.
"""

from __future__ import annotations

from doudi.casework.registry.correctable import FACTS, FIELDS, fact_set, fact_value
from doudi.casework.registry.loading.merge import Load
from doudi.casework.registry.loading.staging import rows, run

STAGE = {"h": "stage_household", "p": "stage_person"}


def keep_corrections(load: Load) -> dict[str, int]:
    """Put corrections in force into staging; returns how many were kept, and how many the data now confirm."""
    counts = {"kept": 0, "confirmed": 0}
    for subject, field in rows("SELECT DISTINCT subject, field FROM registry_correction WHERE state = 'in_force'"):
        _keep(load, subject, field, counts)
        if (subject, field) == ("h", "region"):
            _follow_home()
    return counts


def _keep(load: Load, subject: str, field: str, counts: dict[str, int]) -> None:
    loaded, sets, beside, fresh = _words(field, subject)
    of = "c.subject = %(subject)s AND c.field = %(field)s AND c.state = 'in_force' AND s.number = c.number" + fresh
    values = load.values | {"subject": subject, "field": field}
    stage = STAGE[subject]
    run(f"UPDATE registry_correction c SET load_value = {loaded}, load_run_id = %(run)s{beside} FROM {stage} s WHERE {of}", values)  # noqa: S608
    counts["confirmed"] += run(
        "UPDATE registry_correction c SET state = 'confirmed', disagrees = false, version = version + 1"  # noqa: S608 - names of our own
        f" FROM {stage} s WHERE {of} AND {loaded} = c.value",
        values,
    )
    counts["kept"] += run(f"UPDATE {stage} s SET {sets} FROM registry_correction c WHERE {of}", values)  # noqa: S608 - names of our own


def _words(field: str, subject: str) -> tuple[str, str, str, str]:
    """What the load says as JSON, how staging is made to say what people do, what else is kept, and a further test: identity is staged when new."""
    own = {"value": "c.value", "sealed": "c.value_sealed", "derived": "c.derived"}
    if field.startswith(FACTS):
        name = field.removeprefix(FACTS)
        return fact_value(name), fact_set(name).format(**own), "", ""
    known = FIELDS[subject, field]
    beside = {"phone": ", load_sealed = s.phone_sealed", "name": ", load_derived = jsonb_build_object('pinyin', s.pinyin, 'initials', s.initials)"}
    sets = ", ".join(known.sets).format(**own)
    return f"to_jsonb(s.{known.shown})", sets, beside.get(field, ""), " AND s.fresh" if known.identity else ""


def _follow_home() -> None:
    """Who lives in a household lives where it does."""
    for table in ("stage_person", "stage_category", "stage_aid"):
        run(f"UPDATE {table} s SET region = h.region FROM stage_household h WHERE h.number = s.household AND s.region <> h.region")  # noqa: S608
