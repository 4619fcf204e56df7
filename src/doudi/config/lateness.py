"""What is late at a site, or wants to be looked at: each in a sentence, with what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from doudi.casework.audit.models import Entry, Unsealed
from doudi.casework.runs.models import Dataset, Run
from doudi.config.noted import BACKED_UP
from doudi.config.options import options
from doudi.kernel.clock import CHINA
from doudi.published.read import PublishedRun

UNSEALED = timedelta(minutes=5)
WAITED = timedelta(minutes=30)
"""How long an entry may wait for its seal, a job for a worker."""
FREE = 0.1
"""The share of the disk that should be free."""


def late(at: datetime, running: bool) -> Iterator[str]:
    """Line by line; nothing if all is as it should be. To be called as the loader."""
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    yield from _runs(current, at)
    yield from _datasets()
    yield from _jobs(at)
    yield from _sealing(at)
    yield from _backups(at)
    yield from _disk()
    if not running:
        yield "工作平台没有运行：后台任务和审计封链也停着（doudi site up）"


def _runs(current: Run | None, at: datetime) -> Iterator[str]:
    for failed in Run.objects.filter(state__in=[Run.State.FAILED, Run.State.LOADING]):
        yield f"没有装载成功：{failed.pk}（doudi site load --run {failed.pk} 可以重来）"
    published = PublishedRun.all(options().home)
    if published and (current is None or (published[-1].as_of, published[-1].id) > (current.as_of, current.pk)):
        yield f"有新的运行没有装载：{published[-1].id}（doudi site load）"
    if current is not None:
        days = (at.astimezone(CHINA).date() - current.as_of).days
        if days > options().run_late_days:
            yield f"当前数据截至 {current.as_of}，已过 {days} 天（doudi site nightly，或先 doudi run 再 doudi site load）"


def _datasets() -> Iterator[str]:
    found = list(Dataset.objects.exclude(late_days=0).order_by("-late_days", "title"))
    never = [one.title for one in found if one.late_days is None]
    behind = [f"{one.title} {one.late_days} 天" for one in found if one.late_days is not None]
    if behind:
        yield f"迟报 {len(behind)} 项：{_some(behind)}"
    if never:
        yield f"从未报送 {len(never)} 项：{_some(never)}"


def _some(words: list[str], most: int = 5) -> str:
    return "、".join(words[:most]) + (f" 等 {len(words)} 项" if len(words) > most else "")


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
        yield f"后台任务失败 {failed} 个：原因在 site/logs/worker.log"
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
    space = shutil.disk_usage(options().home)
    if space.free < FREE * space.total:
        yield f"数据目录所在的磁盘只剩 {space.free / 1024**3:.0f} GB（{space.free * 100 // space.total}%）"
