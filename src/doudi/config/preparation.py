"""Brings a site to where it can be used: tables migrated, regions and offices filled in, static files gathered, demo accounts as the options say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from doudi.config.databases import where
from doudi.kernel.errors import DoudiError, Fault, code

UNPREPARED = code("site_tables_of_another_version", "数据库的表不是这个版本的")

Say = Callable[[str], None]
NEWEST_STATIC = ".gathered"


def prepare_site(say: Say) -> None:
    """Everything, again and again with the same result. To be called as the loader; tables are made as the owner."""
    migrate(say)
    fill(say)
    gather_static(say)


def check_site(say: Say) -> None:
    """What the site's own role can do before it serves: see that somebody has prepared the tables. Raises DoudiError if not."""
    must_be_prepared()
    gather_static(say)


def must_be_prepared() -> None:
    """Raises DoudiError if the tables are not those of this version."""
    if waiting := pending_migrations():
        raise DoudiError(Fault(UNPREPARED, f"数据库还不是这个版本（{len(waiting)} 步未做）", todo="先运行 doudi site prepare"))


def migrate(say: Say) -> None:
    """Bring the tables to this version, as the owner. Raises DoudiError if that is needed and the owner's connection was not given."""
    if "owner" not in settings.DATABASES and pending_migrations():
        where("owner")
    waiting = pending_migrations()
    if waiting:
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()
    say(f"数据库已升级（{len(waiting)} 步）" if waiting else "数据库已是这个版本")


def pending_migrations(alias: str = "default") -> list[str]:
    """The steps between the tables and this version."""
    executor = MigrationExecutor(connections["owner" if "owner" in settings.DATABASES and alias == "owner" else alias])
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def fill(say: Say) -> None:
    """Regions, offices, and the demo accounts: there on a demo site, switched off on any other."""
    from doudi.casework.organisation.loading import organisation_fill
    from doudi.config import demo

    filled = organisation_fill()
    say(f"行政区划 {filled.regions:,} 个，办理单位 {filled.offices:,} 个")
    if settings.OPTIONS.demo:
        say(f"演示账号 {len(demo.accounts_fill())} 个")
    elif switched_off := demo.accounts_switch_off():
        say(f"不是演示站点：停用了 {switched_off} 个演示账号")


def gather_static(say: Say) -> None:
    """Collect the static files for whitenoise, compressed and named by their content, if a source is newer than what was gathered."""
    target = Path(settings.STATIC_ROOT)
    mark = target / NEWEST_STATIC
    newest = max(path.stat().st_mtime for path in _static_sources())
    if mark.exists() and mark.stat().st_mtime >= newest:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.touch()
    say(f"静态文件已收集到 {target}")


def _static_sources() -> list[Path]:
    import doudi.web

    folder = Path(doudi.web.__file__).parent / "static"
    return [folder, *folder.rglob("*")]
