"""`doudi site restore`: where the backup goes, depending on whose server it is, and the check of the audit chain afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doudi.config import databases
from doudi.config.backup import Contents
from doudi.config.databases import DATABASE, cluster_folder
from doudi.config.options import options
from doudi.config.process import act_as
from doudi.config.restore import compare, replace, restore_anchors, restore_into
from doudi.kernel.clock import now


def recover(folder: Path) -> Iterator[str]:
    """Bring a backup back, in words. The database is running, the site is not. Raises DoudiError."""
    at = now()
    if options().database_url:
        contents = restore_into(databases.where("owner"), folder)
        compare(databases.where("loader"), contents)
        kept = ""
    else:
        done = replace(databases.where("superuser"), DATABASE, databases.where("owner"), databases.where("loader"), folder, at)
        contents, kept = done.contents, done.kept
    restore_anchors(folder, at)
    yield f"已恢复到 {contents.made_at} 的备份：{sum(contents.rows.values()):,} 行，{len(contents.rows)} 张表，逐表相符"
    if kept:
        yield f"原来的数据库保留为 {kept}，在 {cluster_folder(options().home)}；确认无误后可删除"
    yield from _audit(folder, contents)


def _audit(folder: Path, contents: Contents) -> Iterator[str]:
    act_as("loader")
    from doudi.casework.audit.verification import verify
    from doudi.config.noted import backup_restored

    backup_restored(folder, contents)
    verdict = verify(at=now())
    yield f"审计日志：{verdict.entries:,} 条，" + ("完整" if verdict.sound else "有问题")
    for problem in verdict.problems[:20]:
        yield f"  {problem.where}：{problem.says}"
