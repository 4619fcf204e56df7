"""One part of a sending taken: read, judged, written whole as a delivery; or refused whole, which is a delivery too.

A delivery is written into a temporary folder and appears by one renaming. Its sending is written after it, so that a sending always names a
delivery that is there. What is there already is left as it is: the same content, dataset and period give the same delivery.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.contracts.periods import Period
from doudi.identity.keys import Keys
from doudi.identity.sealed import seal
from doudi.identity.stamp import Stamper
from doudi.intake.catalogue import Catalogue
from doudi.intake.check import Checker, Remark, Tally
from doudi.intake.delivery import ABOUT, Sending, delivery_id, delivery_number, json_bytes, period_text, read_about
from doudi.intake.furniture import HEADER_WITHIN, Found, Furniture, find_header
from doudi.intake.names import MEMBER, NameHint, read_name
from doudi.intake.people import People, Seals
from doudi.intake.readers.model import LIMITS, Batch, FileRefused, Limits, Opened, Sheet
from doudi.intake.readers.opening import open_table
from doudi.intake.recognise import Recognised, Table, claimed_dataset, period_of, recognise
from doudi.intake.sources import Part
from doudi.intake.typed import remark_schema, row_schema
from doudi.kernel.errors import Fault, code
from doudi.lake.home import Home
from doudi.lake.parquet import ParquetOut

EMPTY_LIST = code("delivery_empty_list", "全量名单里没有一行可用，需要有人确认")
_BATCHES = 24
"""Batches of rows after which what the stamper remembers is forgotten: memory does not grow with what is taken."""


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


class Desk:
    """What taking needs: the home (being written), its keys, the contracts; and what is worth remembering between files."""

    def __init__(self, home: Home, keys: Keys, catalogue: Catalogue, limits: Limits = LIMITS) -> None:
        self.home, self.keys, self.catalogue, self.limits = home, keys, catalogue, limits
        self.seals = Seals(keys)
        self._stamper, self._stamped = Stamper(keys), 0

    def stamper(self) -> Stamper:
        """The stamper for the next batch of rows."""
        self._stamped += 1
        if self._stamped % _BATCHES == 0:
            self._stamper = Stamper(self.keys)
        return self._stamper


def take_part(part: Part, desk: Desk) -> list[Outcome]:
    """Take one part; more than one outcome only for a workbook with several sheets that count. All of them, or one refusal."""
    hint = read_name(part.name, desk.catalogue.titles)
    opened: Opened | None = None
    try:
        if part.refusal:
            raise part.refusal
        opened = open_table(part.stream, part.form, desk.limits)
        known = recognise(opened, part.entry, hint, desk.catalogue)
        documents = _take_tables(part, hint, opened, known, desk)
    except FileRefused as refusal:
        documents = [_refuse(part, hint, opened, refusal, desk)]
    return [_send(part, hint, document, desk, name=name, is_new=is_new) for document, name, is_new in documents]


_Written = tuple[dict[str, Any], str, bool]
"""A delivery's document, the name it is sent under, whether it is new."""


def _take_tables(part: Part, hint: NameHint, opened: Opened, known: Recognised, desk: Desk) -> list[_Written]:
    several = len(known.tables) > 1
    written: list[_Written] = []
    with ExitStack() as folders:  # nothing appears before all of it could be read
        for table in known.tables:
            name = f"{part.name}{MEMBER}{table.sheet.name}" if several else part.name
            content = hashlib.sha256(f"{part.content}{MEMBER}{table.sheet.name}".encode()).hexdigest() if several else part.content
            about = _about(part, known.contract.dataset, known.period, content)
            identifier = about["delivery"]
            if (desk.home.deliveries / identifier / ABOUT).exists():
                written.append(({"delivery": identifier}, name, False))
                continue
            folder = folders.enter_context(desk.home.new_folder(desk.home.deliveries, identifier))
            about |= _table_about(opened, known, table, desk.catalogue, sheet=table.sheet.name if several else None)
            about |= _write_table(folder, table, known.contract, desk)
            _write_source(folder, part, about, desk)
            written.append((about, name, True))
    return written


def _about(part: Part, dataset: str, period: Period | None, content: str) -> dict[str, Any]:
    identifier = delivery_id(dataset, period_text(period), content)
    return {
        "delivery": identifier,
        "number": delivery_number(identifier),
        "dataset": dataset,
        "period": period_text(period),
        "period_first": period.first.isoformat() if period else None,
        "period_last": period.last.isoformat() if period else None,
        "content": content,
        "bytes": part.size,
        "form": part.form,
        "sheet": None,
    }


def _table_about(opened: Opened, known: Recognised, table: Table, catalogue: Catalogue, *, sheet: str | None) -> dict[str, Any]:
    field_at = {at: name for name, at in table.match.columns.items()}
    columns = [{"at": at + 1, "header": text.strip(), "field": field_at.get(at)} for at, text in enumerate(table.found.header) if text.strip()]
    contract = known.contract
    return {
        "form": opened.form,
        "sheet": sheet,
        "notes": dict(opened.notes),
        "columns": columns,
        "header_rows": list(table.found.rows),
        "remarks": list(known.remarks),
        "contract": {"version": contract.version, "fingerprint": catalogue.fingerprint(contract.dataset)},
    }


def _write_table(folder: Path, table: Table, contract: Contract, desk: Desk) -> dict[str, Any]:
    """Judge all rows of a table into `folder`; returns verdict, counts and reasons."""
    compiled = desk.catalogue.compiled(contract.dataset)
    with (
        People(folder, desk.keys, desk.seals) as people,
        ParquetOut(folder / "rows.parquet", row_schema(contract)) as rows,
        ParquetOut(folder / "refused.parquet", remark_schema()) as refused,
        ParquetOut(folder / "issues.parquet", remark_schema()) as issues,
    ):
        checker = Checker(table, compiled, desk.stamper, people)
        for judged in checker.judge(table.sheet.batches()):
            rows.write(judged.accepted)
            refused.write(_remarks(judged.refused))
            issues.write(_remarks(judged.issues))
    tally = checker.tally
    empty = contract.mode == "snapshot" and tally.accepted == 0
    fault = Fault(EMPTY_LIST, "全量名单里没有一行可用", todo="如果确实没有人，请用 doudi confirm 确认；否则请重新报送") if empty else None
    return {"verdict": "held" if empty else "accepted", "refusal": _fault(fault)} | _figures(tally)


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "counts": {"delivered": tally.delivered, "accepted": tally.accepted, "refused": tally.refused},
        "reasons": dict(tally.reasons),
        "issues": dict(tally.issues),
        "furniture": dict(tally.furniture),
    }


def _remarks(remarks: Sequence[Remark]) -> pa.RecordBatch:
    nth, last = [], None
    for remark in remarks:
        nth.append(nth[-1] + 1 if remark.row == last else 1)
        last = remark.row
    columns = [[remark.row for remark in remarks], nth, *([remark[at] for remark in remarks] for at in (1, 2, 3))]
    schema = remark_schema()
    return pa.RecordBatch.from_arrays([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)


def _fault(fault: Fault | None) -> dict[str, str] | None:
    return {key: value for key, value in asdict(fault).items() if key != "where"} if fault else None


def _write_source(folder: Path, part: Part, about: dict[str, Any], desk: Desk) -> None:
    part.stream.seek(0)
    seal(part.stream, folder / "source.sealed", desk.keys)
    (folder / ABOUT).write_bytes(json_bytes(about))


def _refuse(part: Part, hint: NameHint, opened: Opened | None, refusal: FileRefused, desk: Desk) -> _Written:
    """The delivery of a file that is refused whole."""
    dataset, period = _claim(part, hint, desk.catalogue), period_of(part.entry, hint)
    about = _about(part, dataset, period, part.content)
    identifier = about["delivery"]
    if (desk.home.deliveries / identifier / ABOUT).exists():
        return {"delivery": identifier}, part.name, False
    delivered = _rows_in(opened, desk.catalogue) if opened else None
    tally = Tally(delivered=delivered or 0)
    tally.reasons[refusal.fault.code] = delivered or 0
    about |= {"verdict": "refused", "refusal": _fault(replace(refusal.fault, where="")), "rows_known": delivered is not None, **_figures(tally)}
    about |= {"columns": [], "header_rows": [], "remarks": [], "contract": None, "notes": dict(opened.notes) if opened else {}}
    with desk.home.new_folder(desk.home.deliveries, identifier) as folder:
        _write_source(folder, part, about, desk)
    return about, part.name, True


def _claim(part: Part, hint: NameHint, catalogue: Catalogue) -> str:
    """The dataset a refused file was meant to be, as far as anybody said; "" if nobody did."""
    try:
        return claimed_dataset(part.entry, hint, catalogue) or ""
    except FileRefused:
        return ""


def _rows_in(opened: Opened, catalogue: Catalogue) -> int | None:
    """The data rows of a file that is refused whole; None if they cannot be told."""
    total = 0

    def score(cells: Sequence[str]) -> int:
        return sum(map(catalogue.is_header, cells))

    try:
        for sheet in opened.sheets:
            found = (
                Found(sheet.header, (), ())
                if sheet.header is not None
                else find_header(_top(sheet), lambda cells: sum(map(catalogue.is_header, cells)))
            )
            if found is None:
                continue
            kinds = [catalogue.header_type(cell) for cell in found.header]
            ids, names = ([at for at, kind in enumerate(kinds) if kind == wanted] for wanted in ("id18", "name"))
            kind_of = Furniture(found, ids, names, [at for at, kind in enumerate(kinds) if kind]).kind
            last = max(found.rows, default=0)
            for batch in sheet.batches():
                total += sum(row > last and not kind_of(cells) for row, cells in zip(batch.rows, batch.cells, strict=True))
    except FileRefused:
        return None
    return total


def _top(sheet: Sheet) -> list[tuple[int, list[str]]]:
    batch = next(sheet.batches(), Batch([], []))
    return list(zip(batch.rows[: 2 * HEADER_WITHIN], batch.cells[: 2 * HEADER_WITHIN], strict=True))


def _send(part: Part, hint: NameHint, document: dict[str, Any], desk: Desk, *, name: str, is_new: bool) -> Outcome:
    """Write the sending, and say what became of the part."""
    about = document if is_new else read_about(desk.home, document["delivery"])
    entry = part.entry
    period = period_of(entry, hint)
    Sending(about["delivery"], name, period, entry.sent_at if entry else None, hint.correction, entry.rows_claimed if entry else None).write(
        desk.home
    )
    counts = about["counts"]
    refusal = about["refusal"]
    return Outcome(
        name, about["delivery"], about["dataset"], about["period"], about["verdict"], counts["delivered"], counts["accepted"], counts["refused"],
        refusal["what"] if refusal else "", is_new,
    )  # fmt: skip
