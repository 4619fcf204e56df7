"""The commands that bring data in: intake, deliveries, receipt, refused, confirm. Mounted by `doudi.cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from doudi.contracts.read import load_contracts
from doudi.identity.keys import open_keys
from doudi.intake import pipeline
from doudi.intake.confirm import confirm_delivery
from doudi.intake.delivery import find_delivery
from doudi.intake.receipts import Receipts, receipt_text
from doudi.intake.refusedbook import refused_workbook
from doudi.intake.show import deliveries_table, summary_lines, summary_table, wide_console
from doudi.intake.sources import FILE_UNREADABLE
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.home import Home

OUTPUT_TAKEN = code("output_taken", "输出文件已存在")

HomeOption = Annotated[Path, typer.Option("--home", envvar="DOUDI_HOME", metavar="DIR", help="数据目录")]
DEFAULT_HOME = Path("doudi-data")
_Delivery = Annotated[str, typer.Argument(metavar="报送", help="报送的编号（或其开头），或文件名")]


def intake(
    place: Annotated[Path, typer.Argument(metavar="目录或文件", help="部门报送的文件所在目录，或单个文件")],
    home: HomeOption = DEFAULT_HOME,
) -> int:
    """接收一个文件夹或文件：逐行检查，认定每行是谁的记录，给出回执。

    目录里有 manifest.csv 时以它为准，否则按文件名和表头识别。同样的文件再接收一次，什么都不会变。
    """
    opened = Home.open(home)
    keys, contracts = open_keys(opened), load_contracts()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("接收文件", total=None)

        def advance(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=f"接收 {name[-40:]}")

        def settling(step: str) -> None:
            bar.update(task, description=step, total=None)

        summary = pipeline.intake(opened, keys, contracts, place, advance, settling)
    console = wide_console()
    console.print(summary_table(summary, contracts, console.width))
    for line in summary_lines(summary):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return int(any(fault.code in (pipeline.PROGRAM_FAULT, FILE_UNREADABLE) for fault in summary.faults))


def deliveries(home: HomeOption = DEFAULT_HOME) -> int:
    """列出已接收的全部报送：编号、文件、数据集、期间、行数和结论。"""
    opened = Home.open(home, create=False)
    contracts = load_contracts()
    console = wide_console()
    console.print(deliveries_table(opened, Receipts(opened, open_keys(opened), contracts), contracts, console.width))
    return 0


def receipt(
    delivery: _Delivery,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="另存到这个文件")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> int:
    """查看一份报送的回执（JSON，个人信息已遮盖），并存到数据目录的 receipts 下。"""
    opened = Home.open(home, create=False)
    receipts = Receipts(opened, open_keys(opened), load_contracts())
    identifier = find_delivery(opened, delivery)
    text = receipt_text(receipts.receipt(identifier))
    receipts.write(identifier)
    if output:
        output.write_text(text, "utf-8")
    typer.echo(text, nl=False)
    return 0


def refused(
    delivery: _Delivery,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="写到这个 XLSX 文件；不写则在当前目录按数据集和期间取名")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> int:
    """导出一份报送中被退回和待核的行（XLSX，完整内容和原因），供部门修改后重新报送。

    文件里有完整的姓名和身份证号，导出会记入日志；改好后把整个文件交回来接收即可。
    """
    opened = Home.open(home, create=False)
    book = refused_workbook(opened, open_keys(opened), load_contracts(), find_delivery(opened, delivery))
    path = output or Path(book.name)
    try:
        with path.open("xb") as out:
            path.chmod(0o600)
            out.write(book.content)
    except FileExistsError:
        raise DoudiError(Fault(OUTPUT_TAKEN, "文件已存在，没有覆盖", str(path), todo="请用 -o 另取文件名")) from None
    typer.echo(f"已写入 {path}：{book.rows} 行。含完整个人信息，请妥善保管；本次导出已记入日志。")
    return 0


def confirm(
    delivery: _Delivery,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> int:
    """确认一份没有任何可用行的全量名单：确认后它就是最新的名单（一个人也没有）。"""
    opened = Home.open(home, create=False)
    identifier = find_delivery(opened, delivery)
    keys, contracts = open_keys(opened), load_contracts()
    if not yes:
        about = Receipts(opened, keys, contracts).receipt(identifier)
        typer.confirm(f"{about['title']} {about['period']}：确认这份名单确实没有人？", abort=True)
    confirm_delivery(opened, identifier)
    pipeline.settle_again(opened, keys, contracts)
    typer.echo("已确认，并已重新整理数据湖。")
    return 0
