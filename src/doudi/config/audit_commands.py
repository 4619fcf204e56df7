"""The commands `doudi audit …`: whether the log is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="audit", help="审计日志：核验", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def audit() -> None:
    """审计日志。"""


@app.command()
def verify(home: Annotated[Path, typer.Option("--home", metavar="DIR", envvar="DOUDI_HOME", help="数据目录")] = Path("doudi-data")) -> None:
    """核验审计日志：改动、删除、插入、缺号、锚点不符，逐处指出；有问题时退出码为 1。网站不必停。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from django.db import transaction

        from doudi.casework.audit.selectors import LOG_VERIFIED
        from doudi.casework.audit.services import record
        from doudi.casework.audit.verification import verify as check
        from doudi.config.noted import COMMAND_LINE
        from doudi.kernel.clock import now

        verdict = check(at=now())
        with transaction.atomic():
            done = {"problems": len(verdict.problems), "entries": verdict.entries, "seals": verdict.seals}
            record(COMMAND_LINE, LOG_VERIFIED, kind="audit", detail=done)
    for problem in verdict.problems:
        typer.echo(f"{problem.where}：{problem.says}")
    typer.echo(f"核对 {verdict.entries:,} 条记录、{verdict.seals:,} 环，{verdict.unsealed:,} 条待封存；链尾 {verdict.head.hex()}")
    typer.echo("没有发现问题。" if verdict.sound else f"发现 {len(verdict.problems):,} 处问题。")
    raise typer.Exit(0 if verdict.sound else 1)
