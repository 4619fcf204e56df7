"""The rows a department must mend, in full, as a workbook: made on demand from the sealed source, and accepted back as it is.

Nothing of it is kept. Who made it, and how many rows it holds, is noted before it is handed out.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import xlsxwriter

from doudi.contracts.model import Contract
from doudi.identity.keys import Keys
from doudi.identity.sealed import open_sealed
from doudi.intake.delivery import read_about
from doudi.intake.readers.model import MEBI, Opened
from doudi.intake.readers.opening import open_table
from doudi.intake.readers.sniff import sniff
from doudi.intake.receipts import Receipts
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.words import OUTCOMES
from doudi.lake.accesslog import note_access
from doudi.lake.home import Home

NOTHING_TO_MEND = code("refused_nothing", "这份报送没有可导出的退回行")

ROW, STATE, REASON = "原行号", "处理结果", "退回原因"
"""The columns added in front of the delivered ones; intake passes over them."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_CELL_MOST = 32_767


@dataclass(frozen=True)
class RefusedBook:
    """A workbook: its bytes, the file name under which intake recognises it when it comes back, the number of rows."""

    content: bytes
    name: str
    rows: int


def refused_workbook(home: Home, keys: Keys, contracts: Mapping[str, Contract], delivery: str) -> RefusedBook:
    """The refused and held rows of a delivery (its identifier) as delivered, with row numbers and reasons.

    Raises DoudiError if there are none, or if the file was refused whole: then the file itself must be mended.
    """
    about = read_about(home, delivery)
    if about["verdict"] == "refused":
        raise DoudiError(
            Fault(NOTHING_TO_MEND, "整份文件被退回，没有逐行的退回表", delivery, about["refusal"]["what"], "请按回执里的原因修改原文件后重新报送")
        )
    reasons: dict[int, list[str]] = {}
    states: dict[int, str] = {}
    for each in Receipts(home, keys, contracts).unused(delivery):
        if each.row is not None:
            reasons.setdefault(each.row, []).append(each.reason)
            states[each.row] = "refused" if "refused" in (each.state, states.get(each.row)) else "held"
    if not reasons:
        raise DoudiError(Fault(NOTHING_TO_MEND, "没有被退回或待核的行", delivery))
    note_access(home, "refused_workbook", delivery, rows=len(reasons))
    header = _header(about)
    with _source(home, keys, delivery) as stream:
        opened = open_table(stream, sniff(stream, about["bytes"]))
        lines = ((row, states[row], "；".join(dict.fromkeys(reasons[row])), cells) for row, cells in _rows(opened, about, reasons))
        content = _write(header, lines)
    title = contracts[about["dataset"]].title
    return RefusedBook(content, f"{title}_{about['period']}（更正）_退回待改_{delivery[:6]}.xlsx", len(reasons))


def _source(home: Home, keys: Keys, delivery: str) -> BinaryIO:
    """The delivered bytes in an unnamed temporary file."""
    copy = tempfile.TemporaryFile(dir=home.root)  # noqa: SIM115 - closed by the caller
    with open_sealed(home.deliveries / delivery / "source.sealed", keys) as sealed:
        while piece := sealed.read(MEBI):
            copy.write(piece)
    copy.seek(0)
    return copy


def _header(about: Mapping[str, Any]) -> list[str]:
    columns = about["columns"]
    header = [""] * max((column["at"] for column in columns), default=0)
    for column in columns:
        header[column["at"] - 1] = column["header"]
    return header


def _rows(opened: Opened, about: Mapping[str, Any], wanted: Mapping[int, Any]) -> Iterator[tuple[int, list[str]]]:
    for sheet in opened.sheets:
        if about["sheet"] not in (None, sheet.name):
            continue
        for batch in sheet.batches():
            yield from ((row, cells) for row, cells in zip(batch.rows, batch.cells, strict=True) if row in wanted)


def _write(header: Sequence[str], lines: Iterator[tuple[int, str, str, list[str]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("退回待改")
        text = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#F2F2F2", "text_wrap": True})
        for column, name in enumerate((ROW, STATE, REASON, *header)):
            sheet.write_string(0, column, name, head)
        for at, (row, state, reason, cells) in enumerate(lines, start=1):
            for column, cell in enumerate((str(row), OUTCOMES[state], reason, *cells)):
                if cell:
                    sheet.write_string(at, column, cell[:_CELL_MOST], quoted if cell.startswith(_DANGEROUS) else text)
        sheet.set_column(0, 1, 9)
        sheet.set_column(2, 2, 48)
        sheet.set_column(3, 3 + len(header), 18)
        sheet.freeze_panes(1, 3)
    return out.getvalue()
