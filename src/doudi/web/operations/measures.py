"""What is measured: pages as they are served, and, when asked, the state of jobs, audit chain, work and data in the database."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from doudi.casework.access.actor import Scope
from doudi.casework.access.scope import apply

PROVINCE = "43"
STEPS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter("doudi_requests", "Pages served", ["page", "method", "status"])
SECONDS = Histogram("doudi_request_seconds", "How long a page took", ["page"], buckets=STEPS)

FIGURES: dict[str, tuple[str, str, str]] = {
    "doudi_jobs": ("Background jobs by state", "state", "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"),
    "doudi_audit_unsealed": ("Audit entries that are not in the chain yet", "", "SELECT count(*) FROM audit_unsealed"),
    "doudi_work_items": ("Work items by state", "state", "SELECT state, count(*) FROM dispatch_workitem GROUP BY 1"),
    "doudi_run_loaded_timestamp_seconds": (
        "When the current run was loaded",
        "",
        "SELECT coalesce(extract(epoch FROM max(loaded_at)), 0) FROM runs_run WHERE state = 'current'",
    ),
    "doudi_database_bytes": ("Size of the database", "", "SELECT pg_database_size(current_database())"),
}
"""Name -> help, label (empty: none), query that gives label and value, or the value."""


class Database(Collector):
    """Asks the database when somebody asks for measurements; a figure it cannot give is left out, not nought."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("doudi_database_up", "Whether the database answers")
        try:
            with transaction.atomic():
                apply(Scope.of(PROVINCE))
                yield from (_family(name) for name in FIGURES)
            up.add_metric([], 1)
        except DatabaseError:
            connection.close()
            up.add_metric([], 0)
        yield up


def _family(name: str) -> Metric:
    says, label, query = FIGURES[name]
    family = GaugeMetricFamily(name, says, labels=[label] if label else [])
    with connection.cursor() as cursor:
        cursor.execute(query)
        for *labels, value in cursor.fetchall():
            family.add_metric([str(one) for one in labels], float(value))
    return family


def exposition() -> tuple[bytes, str]:
    """Everything in Prometheus' text form, and its content type; with several processes, their counts together."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        own = registry.collect()
    else:
        own = REGISTRY.collect()
    gathered = CollectorRegistry()
    gathered.register(_Kept([*own, *Database().collect()]))
    return generate_latest(gathered), CONTENT_TYPE_LATEST


class _Kept(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics
