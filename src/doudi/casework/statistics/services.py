"""Figures are added up once a day and after each load, so that a page only reads.

Keys: `households`, `persons` (judged by the run), `covered` (households with a recognised member), `category:<code>` (people), `leads`,
`leads:<grade>`, `leads:<kind>` (open), `waiting`, `open`, `unaccepted`, `overdue`, `returned` (work items now), `answered`, `in_time`, `reopened`,
`reviewed`, `sent_back`, `visited` (in the last 30 days), `visits`, `visits_overdue` (planned).
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction

from doudi.casework.access.actor import Actor
from doudi.casework.runs.models import Run
from doudi.casework.statistics.counting import COUNT
from doudi.casework.statistics.models import PlaceDay

LATELY = timedelta(days=30)
PROVINCE = "43"
VILLAGE_DIGITS = 12


def figures_refresh(by: Actor, *, on: date, run: str = "") -> int:
    """Add up the day's figures anew; returns the number of places. `by` is a job whose scope is the whole province, or the loader.

    `run` is the one just being loaded; without it, the current one. Running it again on the same day replaces that day's figures;
    without a loaded run there is nothing to add up.
    """
    by.must("supervise")
    run = run or Run.objects.filter(state=Run.State.CURRENT).values_list("id", flat=True).first() or ""
    if not run:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        PlaceDay.objects.filter(day=on).delete()
        cursor.execute(COUNT, {"run": run, "day": on, "since": on - LATELY, "province": PROVINCE})
        counted = cursor.rowcount
        cursor.execute("DELETE FROM statistics_placeday WHERE day < %s AND length(place) = %s", [on, VILLAGE_DIGITS])
    return counted
