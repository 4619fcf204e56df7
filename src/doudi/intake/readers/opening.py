"""The reader for each form that `sniff` finds."""

from __future__ import annotations

from typing import BinaryIO

from doudi.intake.readers.delimited import open_delimited
from doudi.intake.readers.jsonlines import open_jsonlines
from doudi.intake.readers.model import LIMITS, Limits, Opened, Opener
from doudi.intake.readers.oldbook import open_oldbook
from doudi.intake.readers.parquet import open_parquet
from doudi.intake.readers.workbook import open_workbook

_OPENERS: dict[str, Opener] = {
    "text": open_delimited,
    "jsonl": open_jsonlines,
    "parquet": open_parquet,
    "xlsx": open_workbook,
    "xls": open_oldbook,
}


def open_table(stream: BinaryIO, form: str, limits: Limits = LIMITS) -> Opened:
    """The sheets of a file of a form that `sniff` found (not `zip`). Raises FileRefused with the reason if it cannot be read."""
    return _OPENERS[form](stream, limits)
