"""`doudi policy`: check the policy files, show the plan, run the tables of cases, write the rule book."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from doudi.kernel.errors import DoudiError
from doudi.monitoring.options import FolderOption

app = typer.Typer(help="政策文件：参数、变量、规则、救助项目、分派。", no_args_is_help=True, add_completion=False)

DayOption = Annotated[datetime | None, typer.Option("--as-of", metavar="日期", formats=["%Y-%m-%d"], help="按哪一天的政策；不写为今天")]
DraftsOption = Annotated[bool, typer.Option("--drafts", help="连同 drafts/ 中尚未执行的草案")]


@app.command()
def check(policy: FolderOption = None, as_of: DayOption = None, drafts: DraftsOption = False) -> None:
    """检查全部政策文件：写法、名称、类型、单位、能否计算；有错一次说完，写明文件、行和条件。"""
    from doudi.kernel.resources import resource_dir
    from doudi.monitoring.chain import chain_query, with_chain_tables
    from doudi.policyfiles.offers import check_offers, read_offers

    books, files = _open(policy, drafts)
    files = with_chain_tables(files)
    compiled = _build(files, books.contracts, _day(as_of))
    chain_query(compiled, files, books.contracts)
    check_offers(read_offers(policy or resource_dir("policy")), files)
    typer.echo(
        f"没有错误：{files.title}（第 {files.version} 版），规则 {len(files.rules)} 条，变量 {len(files.variables)} 个，"
        f"参数 {len(files.parameters)} 个，救助项目 {len(files.programmes)} 个"
    )


@app.command()
def plan(
    policy: FolderOption = None,
    as_of: DayOption = None,
    drafts: DraftsOption = False,
    show_sql: Annotated[bool, typer.Option("--sql", help="连同每一步的 SQL")] = False,
) -> None:
    """显示执行计划：步骤，以及每个数据集和派生表读几遍。"""
    from doudi.lake.engine import sql
    from doudi.rules import compile_policy

    books, files = _open(policy, drafts)
    made = compile_policy(files, books.contracts, _day(as_of))
    for number, step in enumerate(made.steps, 1):
        typer.echo(f"{number:3d}  {step.name}　{step.says}")
        if show_sql:
            typer.echo(f"     {sql(step.query)}")
    typer.echo(f"\n{made.show_scans()}")


@app.command("test")
def try_cases(
    policy: FolderOption = None,
    drafts: DraftsOption = False,
    only: Annotated[list[str] | None, typer.Argument(metavar="规则…", help="只试这些规则或变量；不写为全部")] = None,
) -> None:
    """用 specs/ 中的案例表试算：纯 Python 和数据库引擎各算一遍，结果与表中不符的逐行列出。"""
    from doudi.lake.engine import DuckEngine
    from doudi.lake.home import Home
    from doudi.monitoring.trial import try_specs

    books, files = _open(policy, drafts)
    with tempfile.TemporaryDirectory() as folder, DuckEngine(Home.open(Path(folder) / "home")) as engine:
        tables, cases, faults = try_specs(files, books.contracts, engine, set(only or ()))
    if faults:
        raise DoudiError(faults)
    typer.echo(f"{tables} 张案例表，{cases} 个案例，两种算法的结果都与表中一致")


@app.command()
def book(
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写到哪个文件；不写则显示在屏幕上")] = None,
) -> None:
    """生成规则手册（Markdown）：每条规则的依据、条件、案例，每个参数的数值和来源。"""
    from doudi.policyfiles.rulebook import render

    text = render()
    if output is None:
        typer.echo(text)
        return
    output.write_text(text, encoding="utf-8")
    typer.echo(f"已写：{output}")


def _open(policy: Path | None, drafts: bool):  # type: ignore[no-untyped-def]
    from doudi.kernel.resources import resource_dir
    from doudi.monitoring.freeze import open_books
    from doudi.policyfiles import read_policy

    books = open_books(policy)
    return books, read_policy(policy or resource_dir("policy"), drafts=True) if drafts else books.policy


def _build(files, contracts, as_of: date):  # type: ignore[no-untyped-def]
    from doudi.rules import build_policy

    return build_policy(files, contracts, as_of)


def _day(chosen: datetime | None) -> date:
    from doudi.kernel.clock import today

    return chosen.date() if chosen else today()
