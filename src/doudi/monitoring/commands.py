"""The commands about runs. Thin: they open the home, call the room, and say in Chinese what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.monitoring.options import FolderOption, HomeOption, RunOption, WithIdsOption, open_for_reading

BAD_EXPORT = code("export_unknown", "没有这种导出或格式")
EXPORTS = ("alerts", "unknown", "rejects", "links")


def run(
    as_of: Annotated[datetime, typer.Option("--as-of", metavar="日期", formats=["%Y-%m-%d"], help="基准日，如 2026-10-31：只用这一天及以前报送的")],
    again: Annotated[bool, typer.Option("--again", help="已发布过的也重新计算，并逐字节核对")] = False,
    full: Annotated[bool, typer.Option("--full", help="全部重算，不沿用当天已发布的运行；结果相同")] = False,
    memory: Annotated[
        int | None,
        typer.Option("--memory", metavar="MB", min=100, help="计算用的内存，默认为本机的三分之一，至多 8,000；不够的写到磁盘，县按内存分批"),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", metavar="N", min=1, help="计算用的线程")] = 2,
    engine: Annotated[str, typer.Option("--engine", metavar="duckdb|spark", help="在本机计算，或交给 Spark（需装 doudi[spark]）")] = "duckdb",
    master: Annotated[str, typer.Option("--master", metavar="URL", help="Spark 的主节点，如 spark://主机:7077、sc://主机:15002")] = "local[*]",
    share: Annotated[str | None, typer.Option("--share", metavar="URL", help="Spark 各节点都能读写的位置；不写为数据目录")] = None,
    policy: FolderOption = None,
    home: HomeOption = Path("doudi-data"),
) -> None:
    """按基准日计算并发布一次运行：冻结输入，计算变量和规则，与上次比较，发布线索、依据、未知、救助链和数据质量。"""
    from doudi.identity.keys import open_keys
    from doudi.lake.engines import EngineChoice
    from doudi.lake.home import Home
    from doudi.monitoring.freeze import open_books
    from doudi.monitoring.run import Bounds, usual_memory
    from doudi.monitoring.run import run as perform
    from doudi.monitoring.screen import progress, summary

    choice = EngineChoice(engine, master, share)
    opened = Home.open(home, create=False)
    with progress() as watch:
        watch("读取政策和数据契约")
        bounds = Bounds(memory or usual_memory(), threads)
        outcome = perform(opened, open_keys(opened), as_of.date(), open_books(policy), watch, again=again, bounds=bounds, choice=choice, full=full)
    for line in summary(outcome):
        typer.echo(line)


def runs(home: HomeOption = Path("doudi-data")) -> None:
    """列出已发布的运行：编号、基准日、政策、线索数、与上次相比的变化。"""
    from doudi.lake.home import Home
    from doudi.monitoring.screen import list_runs
    from doudi.published.read import PublishedRun

    list_runs(PublishedRun.all(Home.open(home, create=False).root))


def explain(
    alert: Annotated[str, typer.Argument(metavar="线索", help="线索编号，或 规则:户号、规则:公民身份号码，如 K01:43130000001")],
    run: RunOption = None,
    with_ids: WithIdsOption = False,
    every_row: Annotated[bool, typer.Option("--all", help="列出全部来源行")] = False,
    home: HomeOption = Path("doudi-data"),
) -> None:
    """说明一条线索：为什么，每个数值、界线、来源行和日期，怎样会改变结论，数据有什么局限。"""
    from doudi.contracts.read import load_contracts
    from doudi.monitoring.accesslog import note_access
    from doudi.monitoring.asking import Asker
    from doudi.monitoring.explain import Explainer
    from doudi.monitoring.sourcerows import SourceRows

    reading = open_for_reading(home, run)
    found = Asker(reading.run, reading.keys).alert(alert)
    if with_ids:
        note_access(reading.home, "explain", reading.run.id, alerts=1)
    rows = SourceRows(reading.run, load_contracts(reading.run.path / "contracts"), reading.tables)
    told = Explainer(reading.run, reading.identities, rows).explain(found, with_ids=with_ids, every_row=every_row)
    for line in told.lines():
        typer.echo(line)


def household(
    number: Annotated[str, typer.Argument(metavar="户号", help="人口名单上的户号，或成员的公民身份号码")],
    run: RunOption = None,
    with_ids: WithIdsOption = False,
    home: HomeOption = Path("doudi-data"),
) -> None:
    """查看一户：成员和认定、救助链时间线、线索、还不知道什么。"""
    from doudi.monitoring.accesslog import note_access
    from doudi.monitoring.asking import Asker
    from doudi.monitoring.household import show_household, view_household
    from doudi.monitoring.screen import console

    reading = open_for_reading(home, run)
    found = Asker(reading.run, reading.keys, reading.tables).household(number)
    view = view_household(reading.run, found, reading.identities, with_ids=with_ids)
    if with_ids:
        note_access(reading.home, "household", reading.run.id, households=1, persons=len(view.members))
    show_household(view, console())


def export(
    what: Annotated[str, typer.Argument(metavar="内容", help="alerts 线索，unknown 未知，rejects 未用的行，links 每行认定为谁")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="写到哪个文件")],
    form: Annotated[str, typer.Option("--format", metavar="csv|xlsx|parquet", help="格式")] = "csv",
    run: RunOption = None,
    with_ids: WithIdsOption = False,
    home: HomeOption = Path("doudi-data"),
) -> None:
    """导出一次运行的线索、未知、未用的行或关联结果；证号默认遮盖，--with-ids 显示全号并留下记录。"""
    from doudi.monitoring.accesslog import note_access
    from doudi.monitoring.export import open_export
    from doudi.monitoring.tablefiles import FORMATS, write_table_file

    if what not in EXPORTS or form not in FORMATS:
        todo = f"内容可写：{'、'.join(EXPORTS)}；格式可写：{'、'.join(FORMATS)}"
        raise DoudiError(Fault(BAD_EXPORT, f"不能导出 {what}（{form}）", todo=todo))
    reading = open_for_reading(home, run)
    if with_ids:
        note_access(reading.home, f"export {what}", reading.run.id)
    with open_export(reading, what, with_ids=with_ids) as (columns, rows):
        count = write_table_file(output, form, columns, rows)
    if with_ids:
        note_access(reading.home, f"export {what} done", reading.run.id, rows=count)
    typer.echo(f"已导出 {count:,} 行：{output}（运行 {reading.run.id}）")


def show_home(
    tidy: Annotated[bool, typer.Option("--tidy", help="先清理数据湖：删除没有运行用到的旧切面；删掉的随时可由报送重新整理出来")] = False,
    home: HomeOption = Path("doudi-data"),
) -> None:
    """数据目录里有什么：报送、数据湖、运行、密钥是否在手、占多少空间。"""
    from doudi.lake.home import Home
    from doudi.monitoring.screen import describe_home

    opened = Home.open(home, create=False)
    if tidy:
        from doudi.contracts.read import load_contracts
        from doudi.identity.keys import open_keys
        from doudi.monitoring.tidy import tidy_lake

        done = tidy_lake(opened, open_keys(opened), load_contracts())
        typer.echo(f"已清理 {done.removed} 个旧切面（{done.size / 1_048_576:.1f} MB），保留 {done.kept} 个")
    for line in describe_home(opened):
        typer.echo(line)


def verify(run: RunOption = None, home: HomeOption = Path("doudi-data")) -> None:
    """核对已发布的运行：每个文件都在、未被改动；不写 --run 则核对全部。"""
    from doudi.lake.home import Home
    from doudi.published.read import PublishedRun

    root = Home.open(home, create=False).root
    faults = []
    for one in [PublishedRun.open(root, run)] if run else PublishedRun.all(root):
        try:
            one.verify()
            typer.echo(f"{one.id}：{len(one.manifest.files)} 个文件完整")
        except DoudiError as error:
            faults += error.faults
    if faults:
        raise DoudiError(faults)


def docs(check: Annotated[bool, typer.Option("--check", help="只检查，不改动；有不一致则退出码为 1")] = False) -> None:
    """重新生成参考文档（在源代码目录中使用）。"""
    from doudi.monitoring.documents import write_documents

    raise typer.Exit(write_documents(check=check))
