"""Which run the site shows."""

from __future__ import annotations

from django.db.models import Subquery

from doudi.casework.runs.models import Run


def current_as_of() -> Subquery:
    """The day up to which the data are, to be asked for in a query that is made anyway; None before the first load."""
    return Subquery(Run.objects.filter(state=Run.State.CURRENT).values("as_of")[:1])


def current_run() -> Run | None:
    """The run that the site shows; None before the first load. One query."""
    return Run.objects.filter(state=Run.State.CURRENT).first()
