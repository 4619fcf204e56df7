"""Regular visits without any alert: every so many months by category, from the figures of the policy (notice 2.3-f).

Whoever is due longest and by the shortest interval comes first; a village is given so many in a month and no more, the rest wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.dispatch.figures import Figures, figures
from doudi.casework.organisation.models import Department, Office
from doudi.casework.visits.actions import VISITS_PLANNED
from doudi.casework.visits.models import Visit
from doudi.casework.visits.numbers import VISIT, next_numbers
from doudi.kernel.regions import county_of

CATEGORIES = {
    "tekun": "特困人员",
    "orphan": "孤儿",
    "unattended": "事实无人抚养儿童",
    "dibao": "低保家庭",
    "edge": "低保边缘家庭",
    "rigid": "刚性支出困难家庭",
    "monitored": "防止返贫监测对象",
}
"""Category -> who they are; each has a figure `visit_months_<category>`."""

DUE = """
WITH recognised AS (
    SELECT c.household, (array_agg(c.code ORDER BY term.months, term.place))[1] AS code, min(term.months) AS months
    FROM registry_category c JOIN unnest(%(codes)s::text[], %(months)s::int[]) WITH ORDINALITY AS term (code, months, place) ON term.code = c.code
    WHERE c.ends_on IS NULL AND c.household IS NOT NULL AND c.region >= %(lo)s AND c.region < %(hi)s
    GROUP BY c.household
), seen AS (
    SELECT household, max(done_at)::date AS last FROM visits_visit
    WHERE state = 'done' AND region >= %(lo)s AND region < %(hi)s AND result <> 'unmet' GROUP BY household
), planned AS (
    SELECT region, count(*) AS n FROM visits_visit
    WHERE purpose = 'regular' AND state <> 'cancelled' AND planned_on >= date_trunc('month', %(on)s::date) AND region >= %(lo)s AND region < %(hi)s
    GROUP BY region
), due AS (
    SELECT h.number, h.region, h.head, r.code, r.months, s.last,
           row_number() OVER (PARTITION BY h.region ORDER BY r.months, s.last NULLS FIRST, h.number) + COALESCE(p.n, 0) AS place
    FROM recognised r JOIN registry_household h ON h.number = r.household
    LEFT JOIN seen s ON s.household = h.number LEFT JOIN planned p ON p.region = h.region
    WHERE h.in_registry AND (s.last IS NULL OR s.last + make_interval(months => r.months) <= %(on)s)
      AND NOT EXISTS (SELECT 1 FROM visits_visit v WHERE v.household = h.number AND v.purpose = 'regular' AND v.state IN ('planned', 'started'))
)
SELECT d.number, d.region, COALESCE(p.name, ''), d.code, d.months, d.last
FROM due d LEFT JOIN registry_person p ON p.number = d.head
WHERE d.place <= %(most)s ORDER BY d.region, d.place
"""


@dataclass(frozen=True)
class Planned:
    """How many visits were planned, and for which county."""

    county: str
    visits: int


@transaction.atomic
def visits_plan_due(by: Actor, *, county: str, on: date, within: str = "") -> Planned:
    """Plan what is due in a county, or in the part `within` of it, on a day. Run again, it plans nothing twice.

    Raises DoudiError: not permitted, a figure is missing.
    """
    by.must("visit.plan")
    lines, area = figures(), within or county
    rows = _due(area, county, on, lines)
    offices = _offices(county)
    last_day = on + timedelta(days=int(lines.of("visit_within_days", county, on)))
    placed = [(row, office) for row in rows if (office := offices.get(row[1][:9]) or offices.get(county))]
    numbers = next_numbers(VISIT, county, on, len(placed)) if placed else []
    made = Visit.objects.bulk_create(
        [
            Visit(
                number=number,
                household=household,
                head_name=head[:60],
                region=region,
                department=Department.CIVIL_AFFAIRS,
                purpose=Visit.Purpose.REGULAR,
                because=_because(code, months, last),
                planned_on=on,
                due_on=last_day,
                office_id=office,
                planned_by_id=by.user,
            )
            for number, ((household, region, head, code, months, last), office) in zip(numbers, placed, strict=True)
        ],
        batch_size=2_000,
        ignore_conflicts=True,
    )
    record(by, VISITS_PLANNED, kind="visits", object=area, region=area, detail={"visits": len(made)})
    return Planned(county, len(made))


def _due(area: str, county: str, on: date, lines: Figures) -> list[tuple[int, str, str, str, int, date | None]]:
    values = {
        "codes": list(CATEGORIES),
        "months": [int(lines.of(f"visit_months_{code}", county, on)) for code in CATEGORIES],
        "lo": area,
        "hi": area[:-1] + chr(ord(area[-1]) + 1),
        "on": on,
        "most": int(lines.of("visits_per_village_month", county, on)),
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, values)
        return cursor.fetchall()


def _because(code: str, months: int, last: date | None) -> str:
    since = f"上次走访 {last.year}年{last.month}月{last.day}日" if last else "还没有走访记录"
    return f"{CATEGORIES[code]}每 {months} 个月走访一次，{since}"


def _offices(county: str) -> dict[str, int]:
    """Region of a township, or the county -> the office whose people visit there."""
    found = Office.objects.filter(region__gte=county_of(county), region__lt=county + ":", closed_on=None)
    wanted = {9: Department.TOWNSHIP, 6: Department.CIVIL_AFFAIRS}
    return {office.region_id: office.pk for office in found if wanted.get(len(office.region_id)) == office.department}
