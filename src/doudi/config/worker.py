"""The worker process: background jobs, the periodic ones among them, and the sealer of the audit log in a thread beside them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from doudi.casework.audit import sealing

CONCURRENCY = 2
log = structlog.get_logger("doudi.worker")


def work() -> None:
    """Until SIGTERM or SIGINT; jobs under way are finished, and what they wrote is sealed.

    If the database goes, the process ends; the supervisor starts it anew.
    """
    with _sealing():
        worker = own_app()
        log.info("worker_started", jobs=len(worker.tasks))
        asyncio.run(_run(worker))
    log.info("worker_ended")


def own_app() -> App:
    """The worker's app: the same tasks, another connection.

    What a task queues goes through Django's all the same, into the task's own transaction. With the connection of the tasks' app replaced it did not:
    a notice was looked for before the step that it tells of was committed.
    """
    assert isinstance(app.connector, DjangoConnector)
    made = App(connector=app.connector.get_worker_connector(), import_paths=app.import_paths, worker_defaults=app.worker_defaults)
    made.tasks, made.periodic_registry = app.tasks, app.periodic_registry
    return made


async def _run(worker: App) -> None:
    async with worker.open_async():
        await worker.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=True, delete_jobs="successful")


@contextmanager
def _sealing() -> Iterator[None]:
    stop = threading.Event()
    sealer = threading.Thread(target=sealing.run, args=(stop,), name="sealer")
    sealer.start()
    try:
        yield
    finally:
        stop.set()
        sealer.join()
