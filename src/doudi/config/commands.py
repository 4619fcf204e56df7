"""The commands `doudi site …`. Thin: each opens the site as who it must be, calls a module, and says in Chinese what came of it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

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
        with opened(home, acting := server.acting()):
            from doudi.config.preparation import check_site, prepare_site

            (prepare_site if acting == "loader" else check_site)(typer.echo)
            _disconnect()
            server.serve(lambda: _say_served(server.address()))
        server.stop_database()  # also one that a supervisor left that was killed
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

    ended = supervisor.end(server.site_folder())
    server.stop_database()
    typer.echo("已停止。" if ended else "工作平台没有在运行。")


@app.command()
def prepare(home: HomeOption = HOME, demo: Annotated[bool, typer.Option("--demo", help="同时准备演示账号")] = False) -> None:
    """准备数据库：升级表结构，写入行政区划和办理单位。可反复运行，结果一样。"""
    _set(None, demo)
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.preparation import prepare_site

        prepare_site(typer.echo)


@app.command("database-sql")
def database_sql(home: HomeOption = HOME) -> None:
    """写出建库和三个角色的 SQL，密码和库名取自三条连接；由超级用户用 psql 执行，可反复执行。"""
    from doudi.config.process import choose_home

    choose_home(home)
    from doudi.config import databases
    from doudi.config.databasesql import script

    typer.echo(script({alias: databases.where(alias) for alias in ("default", "owner", "loader")}), nl=False)


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
    """工作平台是否在运行，装载了哪次运行，什么迟了。有要处理的事时退出码为 1，供监控使用；各部门迟报的数据只列出。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.status import status as look
        from doudi.kernel.clock import now

        found = look(now())
    for line in found.lines():
        typer.echo(line)
    raise typer.Exit(1 if found.to_do else 0)


@app.command()
def nightly(
    inbox: Annotated[Path | None, typer.Option("--inbox", metavar="目录", help="各部门报送的文件放在哪里；不写则不接收", exists=True)] = None,
    backups: Annotated[Path | None, typer.Option("--backups", metavar="目录", help="备份放在哪里，每晚一个；不写则不备份")] = None,
    keep: Annotated[int, typer.Option("--keep", metavar="N", min=1, help="留几个备份，更早的删除")] = 14,
    as_of: Annotated[datetime | None, typer.Option("--as-of", metavar="日期", formats=["%Y-%m-%d"], help="基准日，不写为今天")] = None,
    home: HomeOption = HOME,
) -> None:
    """夜间作业：回传办理结果、接收报送、计算、装载、备份。一步不成，其余不做；整个可以再运行，已做的不会重复。网站不必停。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config import server
        from doudi.config.nightly import Night, night
        from doudi.kernel.clock import now

        at = now()
        plan = Night(home, server.site_folder(), inbox, backups, keep, as_of.date() if as_of else at.date(), at)
        look = night(plan, lambda line: typer.echo(line))
    typer.echo("夜间作业完成。" + ("有文件没能接收，见上。" if look else ""))
    raise typer.Exit(1 if look else 0)


@app.command()
def administrator(
    username: Annotated[str, typer.Argument(metavar="账号", help="登录用的账号")],
    name: Annotated[str, typer.Option("--name", metavar="姓名", help="这个人的姓名")],
    region: Annotated[str, typer.Option("--region", metavar="代码", help="在哪一级：43 省，4313 市州，431382 县")],
    role: Annotated[
        Literal["security", "system", "audit"], typer.Option("--role", help="security 安全管理员，system 系统管理员，audit 审计管理员")
    ] = "security",
    home: HomeOption = HOME,
) -> None:
    """开通一名管理员，显示初始密码：首次登录时绑定动态验证码并改密码。其他账号由安全管理员在网页上开通。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.administrators import administrator_make
        from doudi.kernel.clock import now

        password = administrator_make(username=username, name=name, role=role, region=region, at=now())
    typer.echo(f"已开通 {username}。初始密码（只显示这一次，请当面交给本人）：{password}")


@app.command()
def retry(home: HomeOption = HOME) -> None:
    """把失败的后台任务重新排队：先在 worker.log 里看原因并改正。每个任务都可以做两次。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.jobs import failed_retry
        from doudi.kernel.clock import now

        typer.echo(f"重新排队 {failed_retry(now())} 个。")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="目录", help="写到哪里：一个新的目录")],
    home: HomeOption = HOME,
) -> None:
    """备份：某一时刻的整个数据库，加密，连同审计锚点。网站不必停。密钥不在其中，请另行保管。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.noted import backup_made
        from doudi.kernel.clock import now

        made = backup_made(folder, now())
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


@app.command("demo-work")
def demo_work(home: HomeOption = HOME) -> None:
    """演示站点：替演示账号先办几件事，人人打开都有事可做。只做一次。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.demowork import work_begun
        from doudi.kernel.clock import now

        typer.echo(f"安排了到期的走访，办了 {work_begun(now())} 步。")


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
