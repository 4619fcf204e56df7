"""Alerts come from runs only; people decide on them through their work item (`dispatch`)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.merging import merge
from doudi.casework.dispatch.figures import figures, figures_load
from doudi.casework.runs.analysis import tables_analyze
from doudi.published.read import PublishedRun


@transaction.atomic
def alerts_merge(run: PublishedRun, *, by: Actor, on: date) -> dict[str, int]:
    """Bring a run's alerts in; the same run again changes nothing. To be called by the loader, in its transaction.

    What a run no longer has ends with its reason and the run's number; `dispatch.services.items_open_for_run` then settles what that means for the
    work. Returns how many came, came back, changed, ended, could not be judged, and left their quiet time.
    """
    by.must("work.see")
    figures_load(run.path / "policy")
    done = merge(run, figures(), on)
    tables_analyze("alerts_alert")
    return done
