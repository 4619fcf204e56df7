"""Loads a published run: everything of it in one transaction, or nothing; the same run again changes nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from doudi.casework.access.actor import Actor
from doudi.casework.alerts.services import alerts_merge
from doudi.casework.audit.services import record
from doudi.casework.dispatch.services import items_open_for_run
from doudi.casework.registry.loading.services import registry_merge
from doudi.casework.registry.services import departments_settle
from doudi.casework.runs.actions import RUN_FAILED, RUN_LOADED
from doudi.casework.runs.changes import rules_changed, rules_known
from doudi.casework.runs.context import context_load
from doudi.casework.runs.models import Run
from doudi.casework.statistics.services import figures_refresh
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.published.read import PublishedRun

NOT_LOADER = code("load_needs_loader", "装载须用装载角色的数据库连接")
OLDER = code("run_older_than_current", "要装载的运行比当前的旧")
LOADING = 6_810_001
"""The advisory lock of a load: one at a time."""


@dataclass(frozen=True)
class Loaded:
    """What a load did: table -> what happened -> how many; `rules` what they are otherwise than in the run before.

    `again` is true if the run was current already and nothing was done.
    """

    run: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    again: bool = False


def load_run(run: PublishedRun, key: bytes, *, by: Actor, on: date, again: bool = False) -> Loaded:
    """Make a published run the one that the site shows.

    `key` opens its identities; `on` is the day from which the deadlines of new work count. The default connection must be the loader's.
    `again`: do it even if it is the current run. Raises DoudiError if the connection is not the loader's, the run is older than the current
    one or damaged, or the key is another; nothing of the run is then there.
    """
    _must_be_loader()
    at = now()
    with transaction.atomic():
        _begin(run)
    try:
        with transaction.atomic():
            return _load(run, key, by, on, at, again)
    except Exception as problem:
        with transaction.atomic():
            Run.objects.filter(pk=run.id).exclude(state__in=[Run.State.CURRENT, Run.State.PAST]).update(
                state=Run.State.FAILED, problem=_told(problem)
            )
            record(by, RUN_FAILED, kind="run", object=run.id[:64])
        raise


def published_at(run: PublishedRun) -> datetime | None:
    """When it was finished, if it says so."""
    return datetime.fromisoformat(run.times["finished_at"]) if "finished_at" in run.times else None


def _told(problem: Exception) -> str:
    """A fault of ours in its words; of any other only what it is: a database says which line it did not take, and whose."""
    return str(problem)[:4000] if isinstance(problem, DoudiError) else type(problem).__name__


def _begin(run: PublishedRun) -> None:
    """A line that says a load has begun, so that one that was killed can be seen."""
    manifest = run.manifest
    plain = {
        "as_of": run.as_of,
        "published_at": published_at(run),
        "previous": manifest.previous or "",
        "counts": dict(manifest.counts),
        "policy_hash": manifest.policy.hash,
        "policy_version": manifest.policy.version,
        "schema": manifest.schema_version,
        "state": Run.State.LOADING,
    }
    Run.objects.get_or_create(pk=run.id, defaults=plain)
    Run.objects.filter(pk=run.id, state=Run.State.FAILED).update(**plain, problem="")


def _load(run: PublishedRun, key: bytes, by: Actor, on: date, at: datetime, again: bool) -> Loaded:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '256MB'")
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    if current is not None and current.pk == run.id and not again:
        return Loaded(run.id, again=True)
    if current is not None and run.as_of < current.as_of:
        what = f"运行 {run.id} 的基准日 {run.as_of} 早于当前运行 {current.pk}（{current.as_of}）"
        raise DoudiError(Fault(OLDER, what, todo="只能装载基准日相同或更晚的运行"))
    line = Run.objects.select_for_update().get(pk=run.id)
    done = _steps(line, run, key, by, on, at)
    Run.objects.filter(state=Run.State.CURRENT).exclude(pk=run.id).update(state=Run.State.PAST)
    Run.objects.filter(pk=run.id).update(state=Run.State.CURRENT, loaded_at=at, loaded=asdict(done), problem="")
    record(by, RUN_LOADED, kind="run", object=run.id[:64], detail=done.counts)
    return done


def _steps(line: Run, run: PublishedRun, key: bytes, by: Actor, on: date, at: datetime) -> Loaded:
    """In this order: who is concerned, then what was found about them, then whose work it is."""
    done = Loaded(run.id)
    began, former = now(), rules_known()
    context_load(line, run)
    done.rules.extend(rules_changed(former, rules_known()))
    began = _note(done, "context", {}, began)
    for name, counts, seconds in registry_merge(run, key, at=at):
        done.counts[name], done.seconds[name] = counts, seconds
    began = now()
    began = _note(done, "alerts", alerts_merge(run, by=by, on=on), began)
    began = _note(done, "items", items_open_for_run(run, by=by, on=on), began)
    began = _note(done, "departments", departments_settle(), began)
    _note(done, "figures", {"places": figures_refresh(by, on=on, run=run.id)}, began)
    return done


def _note(done: Loaded, step: str, counts: dict[str, int], began: datetime) -> datetime:
    moment = now()
    done.counts[step], done.seconds[step] = counts, round((moment - began).total_seconds(), 2)
    return moment


def _must_be_loader() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user")
        (bypasses,) = cursor.fetchone()
    if not bypasses:
        raise DoudiError(Fault(NOT_LOADER, "装载运行结果须用 doudi_loader 的连接", todo="用 doudi site load 装载"))
