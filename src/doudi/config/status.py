"""What `doudi site status` says: whether the site runs, what is in it, what waits, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from doudi.casework.audit.models import Unsealed
from doudi.casework.runs.models import Run
from doudi.config import lateness, nightly, server, supervisor
from doudi.config.preparation import pending_migrations
from doudi.kernel.clock import CHINA

UNPREPARED = "表结构：不是这个版本，请运行 doudi site prepare"


@dataclass(frozen=True)
class Status:
    """`says` what there is; `to_do` what whoever runs the site has to see to; `behind` what departments owe."""

    says: list[str]
    to_do: list[str]
    behind: list[str]

    def lines(self) -> Iterator[str]:
        """All of it, as it is shown."""
        yield from self.says
        for heading, found in (("要处理", self.to_do), ("各部门的数据", self.behind)):
            if found:
                yield f"{heading}："
                yield from (f"  {line}" for line in found)
        if not self.to_do:
            yield "没有迟了的事。"


def status(at: datetime) -> Status:
    """How the site does at a moment. To be called as the loader."""
    found = supervisor.running(server.site_folder())
    runs = f"工作平台：{'正在运行，' + found.get('address', '') if found else '没有运行'}"
    if pending_migrations():  # nothing else can be asked before
        return Status([runs], [UNPREPARED], [])
    stopped = [f"夜间作业停在“{step}”没有做完（doudi site nightly 再做一次）" for step in nightly.left_at(server.site_folder())]
    return Status([runs, *_contents()], [*lateness.late(at, bool(found)), *stopped], [*lateness.behind()])


def _contents() -> Iterator[str]:
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
