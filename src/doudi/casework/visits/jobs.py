"""Background jobs of visits: run twice, they plan nothing twice."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from doudi.casework.access.actor import Scope, job
from doudi.casework.access.scope import scoped
from doudi.kernel.clock import today


@app.periodic(cron="30 19 1-7 * *")
@app.task(name="visits.plan", queueing_lock="visits.plan", retry=3)
def visits_plan(timestamp: int = 0) -> None:
    """In the first nights of a month: queue the planning of each county, so that one that fails holds up no other."""
    from doudi.casework.organisation.models import Region

    for county in Region.objects.filter(kind=Region.Kind.COUNTY).values_list("code", flat=True):
        with suppress(AlreadyEnqueued):
            visits_plan_county.configure(queueing_lock=f"visits.plan.{county}").defer(county=county)


@app.task(name="visits.plan_county", retry=3)
def visits_plan_county(*, county: str) -> None:
    """Plan what is due in one county, in its scope and no more."""
    from doudi.casework.visits.regular import visits_plan_due

    scope = Scope.of(county)
    with scoped(scope):
        visits_plan_due(job("定期安排走访", scope), county=county, on=today())
