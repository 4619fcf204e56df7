"""What `doudi site status` says: whether the site runs, what is in it, what waits."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from doudi.casework.audit.models import Unsealed
from doudi.casework.runs.models import Run
from doudi.config import server, supervisor
from doudi.config.preparation import pending_migrations
from doudi.kernel.clock import CHINA


def lines() -> Iterator[str]:
    """Line by line; to be called as the loader."""
    running = supervisor.running(server.site_folder())
    yield f"工作平台：{'正在运行，' + running.get('address', '') if running else '没有运行'}"
    if pending_migrations():
        yield "表结构：不是这个版本，请运行 doudi site prepare"
        return
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    if current is None:
        yield "数据：还没有装载运行结果"
    else:
        moment = current.loaded_at.astimezone(CHINA) if current.loaded_at else None
        yield f"数据：{current.pk}，截至 {current.as_of}，装载于 {moment:%Y-%m-%d %H:%M}" if moment else f"数据：{current.pk}"
    for failed in Run.objects.filter(state__in=[Run.State.FAILED, Run.State.LOADING]):
        yield f"没有装载成功：{failed.pk}"
    jobs = _jobs()
    yield f"后台任务：等待 {jobs.get('todo', 0)}，进行中 {jobs.get('doing', 0)}，失败 {jobs.get('failed', 0)}"
    yield f"审计：{Unsealed.objects.count()} 条待封存"


def _jobs() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        return dict(cursor.fetchall())
