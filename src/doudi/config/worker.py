"""The worker process: background jobs, the periodic ones among them, and the sealer of the audit log beside them."""

from __future__ import annotations

import asyncio
import signal

import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

CONCURRENCY = 2
log = structlog.get_logger("doudi.worker")


def work() -> None:
    """Until SIGTERM or SIGINT; jobs under way are finished."""
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        asyncio.run(worker.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=True, delete_jobs="successful"))
    log.info("worker_ended", signals=[signal.SIGTERM.name])
