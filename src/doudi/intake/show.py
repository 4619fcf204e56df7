"""What the terminal shows of an intake, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from doudi.contracts.model import Contract
from doudi.intake.delivery import all_deliveries, all_sendings
from doudi.intake.pipeline import IntakeSummary
from doudi.intake.receipts import Receipts
from doudi.kernel.words import OUTCOMES
from doudi.lake.home import Home

_COUNTS = ("delivered", "accepted", "refused", "held")
_WIDTH = 180
_NARROW = 130
_STYLES = {"refused": "red", "held": "yellow"}


def wide_console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for whole lines where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


class Lines:
    """A table with a line for each delivery; on a narrow screen dataset and period are left to the file's name."""

    def __init__(self, title: str, contracts: Mapping[str, Contract], width: int, *, first: str = "") -> None:
        self._contracts, self._wide, self._first = contracts, width >= _NARROW, bool(first)
        self.table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE, pad_edge=False)
        if first:
            self.table.add_column(first, no_wrap=True, min_width=16)
        self.table.add_column("文件", overflow="fold")
        if self._wide:
            self.table.add_column("数据集", overflow="fold")
            self.table.add_column("期间", no_wrap=True, min_width=13)
        for name in ("报送", *OUTCOMES.values()):
            self.table.add_column(name, justify="right", no_wrap=True, min_width=6)
        self.table.add_column("结论", no_wrap=True, min_width=8)

    def add(self, file: str, receipt: Mapping[str, Any], *, first: str = "", again: bool = False) -> None:
        """A line for one receipt; `again`: it was there before."""
        contract, rows = self._contracts.get(receipt["dataset"]), receipt["rows"]
        counts = [
            f"{rows[name]:,}" if rows[name] or name in ("delivered", "accepted") else "" for name in ("delivered", "accepted", "refused", "held")
        ]
        what = [contract.title if contract else "认不出", receipt["period"] or "—"] if self._wide else []
        verdict = OUTCOMES[receipt["verdict"]] + ("·已有" if again else "")
        cells = [*([first] if self._first else []), escape(file), *what, *counts, verdict]
        self.table.add_row(*cells, style=_STYLES.get(receipt["verdict"], ""))


def summary_table(summary: IntakeSummary, contracts: Mapping[str, Contract], width: int) -> Table:
    """A line for each part that was taken: dataset, period, rows by outcome, verdict."""
    lines = Lines("接收结果", contracts, width)
    for outcome in summary.outcomes:
        lines.add(outcome.file, summary.receipts[outcome.delivery], again=not outcome.is_new)
    return lines.table


def deliveries_table(home: Home, receipts: Receipts, contracts: Mapping[str, Contract], width: int) -> Table:
    """A line for each delivery under the name of its first sending, in the order in which they count."""
    lines = Lines("已接收的报送", contracts, width, first="编号")
    known = {about["delivery"] for about in all_deliveries(home)}
    for sending in all_sendings(home):
        if (delivery := sending["delivery"]) in known:
            known.remove(delivery)
            lines.add(sending["file"], receipts.receipt(delivery), first=delivery)
    return lines.table


def summary_lines(summary: IntakeSummary) -> Iterator[str]:
    """What else is to be said, a line each."""
    new = sum(outcome.is_new for outcome in summary.outcomes)
    rows = sum(outcome.delivered for outcome in summary.outcomes)
    yield f"共 {len(summary.outcomes)} 份，新接收 {new} 份，其余以前已接收，没有变化；{rows:,} 行。"
    for outcome in summary.outcomes:
        if outcome.verdict != "accepted":
            yield f"整份{OUTCOMES[outcome.verdict]}：{outcome.file}：{outcome.reason}（详见 doudi receipt {outcome.delivery}）"
    for fault in summary.faults:
        yield f"注意：{fault}"
    for name, why in summary.left_out:
        yield f"未接收：{name}（{why}）"
