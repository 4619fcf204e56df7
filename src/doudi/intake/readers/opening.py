"""The reader for each form that `sniff` finds: text here, everything binary in a program apart."""

from __future__ import annotations

from typing import BinaryIO

from doudi.intake.readers.apart import open_apart
from doudi.intake.readers.delimited import open_delimited
from doudi.intake.readers.jsonlines import open_jsonlines
from doudi.intake.readers.model import LIMITS, Limits, Opened


def open_table(stream: BinaryIO, form: str, limits: Limits = LIMITS) -> Opened:
    """The sheets of a file of a form that `sniff` found (not `zip`). Raises FileRefused with the reason if it cannot be read."""
    if form == "text":
        return open_delimited(stream, limits)
    if form == "jsonl":
        return open_jsonlines(stream, limits)
    return open_apart(stream, form, limits)
