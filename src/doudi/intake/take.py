"""One part of a sending taken: read, judged, written whole as a delivery; or refused whole, which is a delivery too.

A delivery is written into a temporary folder and appears by one renaming. Its sending is written after it, so that a sending always names a
delivery that is there. What is there already is left as it is: the same content, dataset and period give the same delivery.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.intake.check import Checker, Remark
from doudi.intake.delivery import ABOUT, Sending, read_about
from doudi.intake.desk import Desk, Written
from doudi.intake.documents import delivery_about, fault_document, figures, table_about, write_source
from doudi.intake.names import MEMBER, NameHint, read_name
from doudi.intake.people import People
from doudi.intake.readers.model import FileRefused, Opened, Sheet
from doudi.intake.readers.opening import open_table
from doudi.intake.readers.refusals import BLANK, EMPTY
from doudi.intake.recognise import Recognised, Table, claimed_dataset, period_of, recognise
from doudi.intake.refuse import refuse_part
from doudi.intake.sources import Part
from doudi.intake.typed import remark_schema, row_schema
from doudi.kernel.errors import Fault, code
from doudi.lake.parquet import ParquetOut

EMPTY_LIST = code("delivery_empty_list", "全量名单里没有一行可用，需要有人确认")


@dataclass(frozen=True)
class Outcome:
    """What became of one part: the names and figures that the summary shows. `is_new`: whether this made the delivery."""

    file: str
    delivery: str
    dataset: str
    period: str
    verdict: str
    delivered: int
    accepted: int
    refused: int
    reason: str
    is_new: bool


def take_part(part: Part, desk: Desk) -> list[Outcome]:
    """Take one part; more than one outcome only for a workbook with several sheets that count. All of them, or one refusal."""
    hint = read_name(part.name, desk.catalogue.titles)
    opened: Opened | None = None
    try:
        opened = _open(part, hint, desk)
        known = recognise(opened, part.entry, hint, desk.catalogue)
        documents = _take_tables(part, hint, opened, known, desk)
    except FileRefused as refusal:
        documents = [refuse_part(part, hint, opened, refusal, desk)]
    return [_send(part, hint, document, desk, name=name, is_new=is_new) for document, name, is_new in documents]


def _open(part: Part, hint: NameHint, desk: Desk) -> Opened:
    """The sheets of a part. JSON lines have no header: an empty file that the manifest lists with no rows is a delivery of none."""
    if part.refusal is None:
        return open_table(part.stream, part.form, desk.limits)
    nothing = part.refusal.fault.code in (EMPTY, BLANK) and part.entry is not None and part.entry.rows_claimed == 0
    dataset = claimed_dataset(part.entry, hint, desk.catalogue)
    if not (nothing and dataset and part.name.lower().endswith((".jsonl", ".ndjson"))):
        raise part.refusal
    header = tuple(each.header for each in desk.catalogue.contracts[dataset].fields)
    return Opened("jsonl", (Sheet("", lambda: iter(()), header),))


def _take_tables(part: Part, hint: NameHint, opened: Opened, known: Recognised, desk: Desk) -> list[Written]:
    several = len(known.tables) > 1
    written: list[Written] = []
    with ExitStack() as folders:  # nothing appears before all of it could be read
        for table in known.tables:
            name = f"{part.name}{MEMBER}{table.sheet.name}" if several else part.name
            content = hashlib.sha256(f"{part.content}{MEMBER}{table.sheet.name}".encode()).hexdigest() if several else part.content
            about = delivery_about(part, known.contract.dataset, known.period, content)
            identifier = about["delivery"]
            if (desk.home.deliveries / identifier / ABOUT).exists():
                written.append(({"delivery": identifier}, name, False))
                continue
            folder = folders.enter_context(desk.home.new_folder(desk.home.deliveries, identifier))
            about |= table_about(opened, known, table, desk.catalogue, sheet=table.sheet.name if several else None)
            about |= _write_table(folder, table, known.contract, desk)
            write_source(folder, part, about, desk.keys)
            written.append((about, name, True))
    return written


def _write_table(folder: Path, table: Table, contract: Contract, desk: Desk) -> dict[str, Any]:
    """Judge all rows of a table into `folder`; returns verdict, counts and reasons."""
    compiled = desk.catalogue.compiled(contract.dataset)
    with (
        People(folder, desk.keys, desk.seals) as people,
        ParquetOut(folder / "rows.parquet", row_schema(contract)) as rows,
        ParquetOut(folder / "refused.parquet", remark_schema()) as refused,
        ParquetOut(folder / "issues.parquet", remark_schema()) as issues,
    ):
        checker = Checker(table, compiled, desk.stamper, people, desk.catalogue.is_header)
        for judged in checker.judge(table.sheet.batches()):
            rows.write(judged.accepted)
            refused.write(_remarks(judged.refused))
            issues.write(_remarks(judged.issues))
    tally = checker.tally
    empty = contract.mode == "snapshot" and tally.accepted == 0
    fault = Fault(EMPTY_LIST, "全量名单里没有一行可用", todo="如果确实没有人，请用 doudi confirm 确认；否则请重新报送") if empty else None
    return {"verdict": "held" if empty else "accepted", "refusal": fault_document(fault)} | figures(tally)


def _remarks(remarks: Sequence[Remark]) -> pa.RecordBatch:
    nth, last = [], None
    for remark in remarks:
        nth.append(nth[-1] + 1 if remark.row == last else 1)
        last = remark.row
    columns = [[remark.row for remark in remarks], nth, *([remark[at] for remark in remarks] for at in (1, 2, 3))]
    schema = remark_schema()
    return pa.RecordBatch.from_arrays([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)


def _send(part: Part, hint: NameHint, document: dict[str, Any], desk: Desk, *, name: str, is_new: bool) -> Outcome:
    """Write the sending, and say what became of the part."""
    about = document if is_new else read_about(desk.home, document["delivery"])
    sent_at, rows_claimed = (part.entry.sent_at, part.entry.rows_claimed) if part.entry else (None, None)
    Sending(about["delivery"], name, period_of(part.entry, hint), sent_at, hint.correction, rows_claimed).write(desk.home)
    counts = about["counts"]
    refusal = about["refusal"]
    return Outcome(
        name, about["delivery"], about["dataset"], about["period"], about["verdict"], counts["delivered"], counts["accepted"], counts["refused"],
        refusal["what"] if refusal else "", is_new,
    )  # fmt: skip
