"""How the site does, in figures and days: no names, nothing of anybody."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version

from django.conf import settings
from django.db import connection, transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from doudi.casework.audit.actions import BACKED_UP
from doudi.casework.audit.models import Entry, Seal, Unsealed
from doudi.casework.audit.reading import reading_everything
from doudi.casework.runs.selectors import current_run

JOBS = {"todo": "等待", "doing": "进行中", "failed": "失败", "succeeded": "已完成", "cancelled": "已取消", "aborted": "已中止"}
NOTHING = "还没有"


def chapters() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Heading -> what and how."""
    run = current_run()
    yield "版本", _versions()
    yield (
        "数据",
        [
            ("当前运行", run.pk if run else NOTHING),
            ("装载于", _moment(run.loaded_at if run else None)),
            ("数据库大小", filesizeformat(_one("SELECT pg_database_size(current_database())"))),
            ("数据所在磁盘剩余", _disk()),
        ],
    )
    counted = _jobs()
    yield "后台任务", [(JOBS.get(state, state), f"{count:,}") for state, count in sorted(counted.items())] or [("后台任务", "没有")]
    yield "备份和日志链", _kept()


def _versions() -> list[tuple[str, str]]:
    server = str(_one("SHOW server_version"))
    return [("兜底", version("doudi")), ("Django", version("django")), ("Python", platform.python_version()), ("PostgreSQL", server)]


def _kept() -> list[tuple[str, str]]:
    """The audit log says when a backup was made; of its entries only the time is taken."""
    with reading_everything():
        backup = Entry.objects.filter(action=BACKED_UP).order_by("-pk").values_list("at", flat=True).first()
    seal = Seal.objects.order_by("-number").first()
    return [
        ("上次备份", _moment(backup)),
        ("上次封存", f"{_moment(seal.sealed_at)}，第 {seal.number:,} 环" if seal else NOTHING),
        ("待封存", f"{Unsealed.objects.count():,} 条"),
    ]


def _jobs() -> dict[str, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        return dict(cursor.fetchall())


def _one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _disk() -> str:
    home = os.fspath(settings.OPTIONS.home)
    with suppress(OSError):
        free = shutil.disk_usage(home)
        return f"{filesizeformat(free.free)}（共 {filesizeformat(free.total)}）"
    return "不明：数据目录读不到"


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else NOTHING
