"""Background jobs of the site itself: what a worker that was killed left half done is done again; what has run out is thrown away."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from doudi.kernel.clock import now

log = structlog.get_logger("doudi.jobs")


@app.periodic(cron="* * * * *")
@app.task(name="site.retry_stalled", queueing_lock="site.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int = 0) -> None:
    """Every minute: jobs of workers that have given no sign for half a minute start again. Every job can be run twice."""
    for stalled in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(stalled)
        log.warning("job_started_again", job=stalled.id, task=stalled.task_name)


@transaction.atomic
def failed_retry(at: datetime) -> int:
    """Jobs that failed for good start again; returns how many. To be called as the loader."""
    from doudi.casework.audit.actions import JOBS_RETRIED
    from doudi.casework.audit.services import record
    from doudi.config.noted import COMMAND_LINE

    failed = app.job_manager.list_jobs(status="failed")
    for job in failed:
        app.job_manager.retry_job_by_id(job.id, at)
    if failed:
        record(COMMAND_LINE, JOBS_RETRIED, kind="jobs", detail={"jobs": len(failed)})
    return len(failed)


@app.periodic(cron="15 18 * * *")
@app.task(name="site.tidy", queueing_lock="site.tidy", retry=3)
def tidy(timestamp: int = 0) -> None:
    """Each night (02:15 in China): sessions and login failures that have run out."""
    from doudi.casework.access.models import Session

    ended, _ = Session.objects.filter(expire_date__lt=now()).delete()
    log.info("tidied", sessions=ended)
