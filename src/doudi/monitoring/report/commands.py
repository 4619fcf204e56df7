"""`doudi report`: write the page of a run into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.home import Home, write_whole
from doudi.monitoring.report.render import render_report
from doudi.published.read import PublishedRun

UNWRITABLE = code("report_unwritable", "报告文件写不进去")


def report(
    run: Annotated[str | None, typer.Option("--run", metavar="ID", help="运行编号；不写为最近一次")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写到哪个文件；不写为数据目录的 reports 下")] = None,
    home: Annotated[Path, typer.Option("--home", metavar="DIR", envvar="DOUDI_HOME", help="数据目录")] = Path("doudi-data"),
) -> None:
    """把一次运行写成一个网页：线索、未知、数据质量、救助链。只有汇总数，不联网，可打印。"""
    published = PublishedRun.open(Home.open(home, create=False).root, run)
    target = output or home / "reports" / f"{published.id}.html"
    page = render_report(published).encode()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, page)
    except OSError as error:
        fault = Fault(UNWRITABLE, "报告写不进去", str(target), why=error.strerror or type(error).__name__, todo="换一个能写的位置：-o 文件名.html")
        raise DoudiError(fault) from error
    typer.echo(f"报告已写好：{target}（{len(page) // 1024} KB）\n用浏览器打开即可：{target.resolve().as_uri()}")
