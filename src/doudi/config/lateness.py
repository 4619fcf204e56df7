"""What is late at a site, or wants to be looked at: each in a sentence, with what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection

from doudi.casework.audit.actions import BACKED_UP
from doudi.casework.audit.models import Entry, Unsealed
from doudi.casework.runs.models import Dataset, Run
from doudi.casework.runs.services import LOADING
from doudi.config.options import options
from doudi.kernel.clock import CHINA
from doudi.kernel.errors import DoudiError
from doudi.published.read import PublishedRun

UNSEALED = timedelta(minutes=5)
WAITED = timedelta(minutes=30)
"""How long an entry may wait for its seal, a job for a worker."""
FREE = 0.1
"""The share of the disk that should be free."""


def late(at: datetime, running: bool) -> Iterator[str]:
    """What whoever runs the site has to do, line by line; nothing if all is as it should be. To be called as the loader."""
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    if not running:
        yield "工作平台没有运行，后台任务和审计封存也停着（doudi site up）"
    yield from _runs(current, at)
    yield from _jobs(at)
    yield from _sealing(at)
    yield from _backups(at)
    yield from _disk()


def behind() -> Iterator[str]:
    """What departments owe: theirs to bring, so it is told apart from what is late at the site itself."""
    found = list(Dataset.objects.filter(run__state=Run.State.CURRENT).order_by("-late_days", "title"))
    behind = [f"{one.title} {one.late_days} 天" for one in found if one.late_days]
    never = [one.title for one in found if one.delivered_to is None]
    if behind:
        yield f"迟报 {len(behind)} 项：{_some(behind)}"
    if never:
        yield f"从未报送 {len(never)} 项：{_some(never)}"


def _some(words: list[str], most: int = 5) -> str:
    return "、".join(words[:most]) + (" 等" if len(words) > most else "")


def _runs(current: Run | None, at: datetime) -> Iterator[str]:
    if not _being_loaded():
        for failed in Run.objects.filter(state__in=[Run.State.FAILED, Run.State.LOADING]):
            if current is None or _age(failed) > _age(current):
                yield f"没有装载成功：{failed.pk}（原因见命令输出，改正后 doudi site load --run {failed.pk}）"
    newest = _newest()
    if newest is not None and (current is None or (newest.id != current.pk and newest.as_of >= current.as_of)):
        yield f"有新的运行没有装载：{newest.id}（doudi site load）"
    if current is not None:
        days = (at.astimezone(CHINA).date() - current.as_of).days
        if days > options().run_late_days:
            yield f"当前数据截至 {current.as_of}，已过 {days} 天（doudi site nightly，或先 doudi run 再 doudi site load）"


def _age(run: Run) -> tuple[object, ...]:
    return run.as_of, run.published_at or datetime.min.replace(tzinfo=UTC)


def _newest() -> PublishedRun | None:
    try:
        return PublishedRun.latest(options().home)
    except DoudiError:
        return None


def _being_loaded() -> bool:
    """Whether somebody holds the lock of a load at this moment."""
    query = """
        SELECT EXISTS (
            SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.locktype = 'advisory' AND l.objid = %s AND l.granted AND d.datname = current_database()
        )
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [LOADING])
        return bool(cursor.fetchone()[0])


def _jobs(at: datetime) -> Iterator[str]:
    query = """
        SELECT count(*) FILTER (WHERE j.status = 'failed'),
            count(*) FILTER (WHERE j.status = 'todo' AND coalesce(j.scheduled_at, e.at) < %s)
        FROM procrastinate_jobs j LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [at - WAITED])
        failed, waiting = cursor.fetchone()
    if failed:
        yield f"后台任务失败 {failed} 个（原因在 worker.log；改正后 doudi site retry）"
    if waiting:
        yield f"后台任务有 {waiting} 个等了半小时以上：后台进程停了，或做不过来"


def _sealing(at: datetime) -> Iterator[str]:
    waiting = Entry.objects.filter(pk__in=Unsealed.objects.values("entry"), at__lt=at - UNSEALED).count()
    if waiting:
        yield f"审计记录有 {waiting} 条早该封存而没有封存：后台进程停了"


def _backups(at: datetime) -> Iterator[str]:
    last = Entry.objects.filter(action=BACKED_UP).order_by("-at").values_list("at", flat=True).first()
    if last is None:
        yield "从未备份（doudi site backup 目录）"
    elif at - last > timedelta(days=options().backup_late_days):
        yield f"上次备份是 {last.astimezone(CHINA):%Y-%m-%d}，已过 {(at - last).days} 天（doudi site backup 目录）"


def _disk() -> Iterator[str]:
    """The disk of the data folder, or of what it is to be made in."""
    home = options().home.resolve()
    space = shutil.disk_usage(next(place for place in (home, *home.parents) if place.exists()))
    if space.free < FREE * space.total:
        yield f"数据目录所在的磁盘只剩 {space.free / 1024**3:.0f} GB（{space.free * 100 // space.total}%）"
