"""What `doudi site status` says: whether the site runs, what is in it, what waits, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from doudi.casework.audit.models import Unsealed
from doudi.casework.runs.models import Run
from doudi.config import server, supervisor
from doudi.config.preparation import pending_migrations
from doudi.kernel.clock import CHINA


def is_prepared() -> bool:
    """Whether the tables are those of this version; nothing else can be asked before."""
    return not pending_migrations()


def running() -> dict[str, str]:
    """What the site's supervisor says of itself; empty if it does not run."""
    return supervisor.running(server.site_folder())


def lines() -> Iterator[str]:
    """What there is, line by line; to be called as the loader."""
    found = running()
    yield f"工作平台：{'正在运行，' + found.get('address', '') if found else '没有运行'}"
    if not is_prepared():
        yield "表结构：不是这个版本，请运行 doudi site prepare"
        return
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    yield f"数据：{current.pk}，截至 {current.as_of}{_when(current.loaded_at)}" if current else "数据：还没有装载运行结果"
    jobs = _jobs()
    yield f"后台任务：等待 {jobs.get('todo', 0)}，进行中 {jobs.get('doing', 0)}，失败 {jobs.get('failed', 0)}"
    yield f"审计：{Unsealed.objects.count()} 条待封存"


def _when(loaded: datetime | None) -> str:
    return f"，装载于 {loaded.astimezone(CHINA):%Y-%m-%d %H:%M}" if loaded else ""


def _jobs() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        return dict(cursor.fetchall())
