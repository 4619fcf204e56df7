"""What the terminal shows of an intake, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from doudi.contracts.model import Contract
from doudi.intake.delivery import all_deliveries, all_sendings
from doudi.intake.pipeline import IntakeSummary
from doudi.intake.receipts import Receipts
from doudi.lake.home import Home

VERDICTS = {"accepted": "接收", "refused": "整份退回", "held": "待确认"}
_WIDTH = 150
_STYLES = {"refused": "red", "held": "yellow"}


def wide_console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for whole lines where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def summary_table(summary: IntakeSummary, contracts: Mapping[str, Contract]) -> Table:
    """A line for each part that was taken: dataset, period, rows by outcome, verdict."""
    table = _table("接收结果")
    for outcome in summary.outcomes:
        _line(table, outcome.file, summary.receipts[outcome.delivery], contracts, again=not outcome.is_new)
    return table


def deliveries_table(home: Home, receipts: Receipts, contracts: Mapping[str, Contract]) -> Table:
    """A line for each delivery under the name of its first sending, in the order in which they count."""
    table = _table("已接收的报送", first="编号")
    known = {about["delivery"] for about in all_deliveries(home)}
    shown: set[str] = set()
    for sending in all_sendings(home):
        delivery = sending["delivery"]
        if delivery in known and delivery not in shown:
            shown.add(delivery)
            _line(table, sending["file"], receipts.receipt(delivery), contracts, first=delivery)
    return table


def summary_lines(summary: IntakeSummary) -> Iterator[str]:
    """What else is to be said, a line each."""
    new = sum(outcome.is_new for outcome in summary.outcomes)
    rows = sum(outcome.delivered for outcome in summary.outcomes)
    yield f"共 {len(summary.outcomes)} 份，新接收 {new} 份，其余以前已接收，没有变化；{rows:,} 行。"
    for outcome in summary.outcomes:
        if outcome.verdict != "accepted":
            yield f"{VERDICTS[outcome.verdict]}：{outcome.file}：{outcome.reason}（详见 doudi receipt {outcome.delivery}）"
    for fault in summary.faults:
        yield f"注意：{fault}"
    for name, why in summary.left_out:
        yield f"未接收：{name}（{why}）"


def _table(title: str, first: str = "") -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE, pad_edge=False)
    if first:
        table.add_column(first, no_wrap=True)
    table.add_column("文件", no_wrap=True, overflow="ellipsis", min_width=12)
    table.add_column("数据集", no_wrap=True, overflow="ellipsis", min_width=8)
    table.add_column("期间", no_wrap=True, min_width=13)
    for name in ("报送", "接收", "退回", "暂缓"):
        table.add_column(name, justify="right", no_wrap=True, min_width=6)
    table.add_column("结论", no_wrap=True, min_width=8)
    return table


def _line(table: Table, file: str, receipt: Mapping[str, Any], contracts: Mapping[str, Contract], *, first: str = "", again: bool = False) -> None:
    contract = contracts.get(receipt["dataset"])
    rows = receipt["rows"]
    verdict = VERDICTS[receipt["verdict"]] + ("（已有）" if again else "")
    counts = [f"{rows[name]:,}" if rows[name] or name in ("delivered", "accepted") else "" for name in ("delivered", "accepted", "refused", "held")]
    cells = [file, contract.title if contract else "认不出", receipt["period"] or "—", *counts, verdict]
    table.add_row(*([first] if first else []), *cells, style=_STYLES.get(receipt["verdict"], ""))
