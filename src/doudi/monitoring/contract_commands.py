"""`doudi contracts`: check the data contracts, write the data requirement list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="数据契约：各部门应报什么、什么样、多久一次。", no_args_is_help=True, add_completion=False)

Folder = Annotated[Path | None, typer.Option("--contracts", metavar="DIR", help="契约文件夹；不写用随程序提供的", exists=True, file_okay=False)]


@app.command()
def check(contracts: Folder = None) -> None:
    """检查全部数据契约；有错一次说完，写明文件和行。"""
    from doudi.contracts.read import load_contracts

    found = load_contracts(contracts)
    departments = {contract.department for contract in found.values()}
    fields = sum(len(contract.fields) for contract in found.values())
    typer.echo(f"没有错误：{len(found)} 个数据集，{len(departments)} 个部门，{fields} 项数据")


@app.command()
def docs(
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写到哪个文件；不写则显示在屏幕上")] = None,
) -> None:
    """生成数据需求清单（Markdown）：每个数据集的项目、类型、格式、代码、报送频率和迟交的算法。"""
    from doudi.contracts.document import render

    text = render()
    if output is None:
        typer.echo(text)
        return
    output.write_text(text, encoding="utf-8")
    typer.echo(f"已写：{output}")
