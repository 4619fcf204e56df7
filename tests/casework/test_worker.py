"""What a task of the worker queues is queued if and only if what it did is committed."""

from __future__ import annotations

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from doudi.casework.dispatch.outbox import NOTICE
from doudi.config.worker import own_app

pytestmark = pytest.mark.django_db


def queue() -> None:
    app.configure_task(NOTICE).defer(event=1, item=1, region="43", department="")


def test_the_worker_has_a_connection_of_its_own_and_its_tasks_keep_djangos() -> None:
    worker = own_app()
    assert not isinstance(worker.connector, DjangoConnector)
    assert worker.tasks[NOTICE] is app.tasks[NOTICE]
    assert isinstance(worker.tasks[NOTICE].blueprint.connector, DjangoConnector)  # type: ignore[attr-defined]


def test_what_a_task_queues_is_undone_with_what_it_did() -> None:
    own_app()
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.filter(task_name=NOTICE).exists()
    queue()
    assert ProcrastinateJob.objects.filter(task_name=NOTICE).count() == 1
