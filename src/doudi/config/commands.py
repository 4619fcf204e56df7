"""The commands `doudi site …`. Thin: each opens the site as who it must be, calls a module, and says in Chinese what came of it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[Path, typer.Option("--home", metavar="DIR", envvar="DOUDI_HOME", help="数据目录")]
HOME = Path("doudi-data")

app = typer.Typer(
    name="site",
    help="工作平台：网站、后台任务和数据库",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def up(
    home: HomeOption = HOME,
    bind: Annotated[str | None, typer.Option("--bind", metavar="地址:端口", help="在哪里监听，不写则取 DOUDI_BIND，再不然是 127.0.0.1:8000")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="演示站点：有演示账号，页面写明数据虚构")] = False,
) -> None:
    """启动工作平台：数据库、网站、后台任务。Ctrl-C 全部停下。"""
    _set(bind, demo)
    from doudi.config.process import choose_home, opened

    choose_home(home)
    from doudi.config import server, supervisor

    with supervisor.only_one(server.site_folder(), server.address()):
        with opened(home, "loader"):
            from doudi.config.preparation import prepare_site

            prepare_site(typer.echo)
            _disconnect()
            server.serve(lambda: _say_served(server.address()))
        typer.echo("已全部停止。")


def _say_served(address: str) -> None:
    """Where it is and, on a demo site, who can log in."""
    from doudi.config.options import options

    typer.echo(f"\n工作平台已启动：{address}   Ctrl-C 停止")
    if options().demo:
        from doudi.config import demo

        typer.echo(f"\n演示账号（密码都是 {demo.PASSWORD}；动态验证码显示在登录页上）：")
        for username, role, says in demo.table():
            typer.echo(f"  {username:<14}{role}：{says}")


@app.command()
def stop(home: HomeOption = HOME) -> None:
    """停下工作平台和自带的数据库。"""
    from doudi.config.process import choose_home

    choose_home(home)
    from doudi.config import server, supervisor
    from doudi.config.options import options

    ended = supervisor.end(server.site_folder())
    if not options().database_url:
        from doudi.config import embedded
        from doudi.config.databases import cluster_folder

        embedded.stop(cluster_folder(options().home))
    typer.echo("已停止。" if ended else "工作平台没有在运行。")


@app.command()
def prepare(home: HomeOption = HOME, demo: Annotated[bool, typer.Option("--demo", help="同时准备演示账号")] = False) -> None:
    """准备数据库：升级表结构，写入行政区划和办理单位。可反复运行，结果一样。"""
    _set(None, demo)
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.preparation import prepare_site

        prepare_site(typer.echo)


@app.command()
def load(
    run: Annotated[str | None, typer.Option("--run", metavar="ID", help="运行编号；不写为最近一次")] = None,
    everything: Annotated[bool, typer.Option("--all", help="依次装载所有不早于当前的运行")] = False,
    on: Annotated[datetime | None, typer.Option("--on", metavar="日期", formats=["%Y-%m-%d"], help="从哪一天起算新任务的期限，不写为今天")] = None,
    home: HomeOption = HOME,
) -> None:
    """装载一次已发布的运行：更新低收入人口数据库，产生和关闭线索、任务。同一次运行重复装载没有变化。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config import loads
        from doudi.kernel.clock import today

        for loaded in loads.load(home, loads.chosen(home, run, everything), on.date() if on else today()):
            for line in loads.words(loaded):
                typer.echo(line)


@app.command()
def status(home: HomeOption = HOME) -> None:
    """工作平台是否在运行，装载了哪次运行，有什么在等待。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.status import lines

        for line in lines():
            typer.echo(line)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="目录", help="写到哪里：一个新的目录")],
    home: HomeOption = HOME,
) -> None:
    """备份：某一时刻的整个数据库，加密，连同审计锚点。网站不必停。密钥不在其中，请另行保管。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config import databases
        from doudi.config.backup import backup as write
        from doudi.kernel.clock import now

        made = write(databases.where("loader"), folder, now())
    typer.echo(f"{folder}：{sum(made.rows.values()):,} 行，{len(made.rows)} 张表。密钥文件请另行备份，没有它打不开这份备份。")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="目录", help="备份的目录", exists=True, file_okay=False)],
    home: HomeOption = HOME,
) -> None:
    """恢复：先恢复到旁边并逐表核对，相符才替换；原来的数据库改名保留。网站须先停下。"""
    from doudi.config.process import choose_home, database

    choose_home(home)
    from doudi.config import server, supervisor

    with supervisor.only_one(server.site_folder(), ""), database():
        from doudi.config.recovery import recover

        for line in recover(folder):
            typer.echo(line)


@app.command("export-decisions")
def export_decisions(
    out: Annotated[Path, typer.Option("--out", metavar="目录", help="写到哪里：一个新的目录")],
    home: HomeOption = HOME,
) -> None:
    """导出走访、办理、不属实和更正的结果，供 doudi intake 接收、下一次运行使用。可反复导出，同一结果不会重复。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.decisions import decisions_export
        from doudi.kernel.clock import now

        made = decisions_export(out, now())
    typer.echo(f"{made.file}：{made.rows:,} 条结果。含姓名和身份证号，请妥善保管；接收：doudi intake {out}")
    if made.nameless:
        typer.echo(f"另有 {made.nameless:,} 条没有导出：这些家庭没有一名成员有证件号码。")


@app.command()
def worker(home: HomeOption = HOME) -> None:
    """只运行后台任务和审计封链（`up` 已包含；分开部署时使用）。"""
    from doudi.config.process import opened

    with opened(home):
        from doudi.config import logs
        from doudi.config.options import options
        from doudi.config.worker import work

        logs.set_up(options().log_level)
        work()


def _set(bind: str | None, demo: bool) -> None:
    """Options of the command stand for the environment variables that every process of the site reads."""
    if bind:
        os.environ["DOUDI_BIND"] = bind
    if demo:
        os.environ["DOUDI_DEMO"] = "1"


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()
