"""A file that is refused whole is a delivery too: with its reason, the number of its rows as far as it can be told, and its sealed source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from doudi.intake.catalogue import Catalogue
from doudi.intake.check import Tally
from doudi.intake.delivery import ABOUT
from doudi.intake.desk import Desk, Written
from doudi.intake.documents import delivery_about, fault_document, figures, write_source
from doudi.intake.furniture import HEADER_WITHIN, Found, Furniture, find_header
from doudi.intake.names import NameHint
from doudi.intake.readers.model import Batch, FileRefused, Opened, Sheet
from doudi.intake.recognise import claimed_dataset, period_of
from doudi.intake.sources import Part
from doudi.lake.parquet import ParquetOut

DELIVERED = "delivered.parquet"
"""Beside a delivery that is refused whole: the numbers of its rows, as far as they can be told."""

DELIVERED_ROWS = pa.schema([("row", pa.int32())])


def refuse_part(part: Part, hint: NameHint, opened: Opened | None, refusal: FileRefused, desk: Desk) -> Written:
    """The delivery of a file that is refused whole."""
    dataset, period = _claim(part, hint, desk.catalogue), period_of(part.entry, hint)
    about = delivery_about(part, dataset, period, part.content)
    identifier = about["delivery"]
    if (desk.home.deliveries / identifier / ABOUT).exists():
        return {"delivery": identifier}, part.name, False
    about |= {"columns": [], "header_rows": [], "remarks": [], "contract": None, "notes": dict(opened.notes) if opened else {}}
    with desk.home.new_folder(desk.home.deliveries, identifier) as folder:
        delivered = _write_rows(folder / DELIVERED, opened, desk.catalogue) if opened else None
        tally = Tally(delivered=delivered or 0)
        tally.reasons[refusal.fault.code] = delivered or 0
        about |= {"verdict": "refused", "refusal": fault_document(refusal.fault), "rows_known": delivered is not None, **figures(tally)}
        write_source(folder, part, about, desk.keys)
    return about, part.name, True


def _claim(part: Part, hint: NameHint, catalogue: Catalogue) -> str:
    """The dataset a refused file was meant to be, as far as anybody said; "" if nobody did."""
    try:
        return claimed_dataset(part.entry, hint, catalogue) or ""
    except FileRefused:
        return ""


def _write_rows(path: Path, opened: Opened, catalogue: Catalogue) -> int | None:
    """Write the numbers of the data rows of a file that is refused whole; returns how many, None (and no file) if they cannot be told."""
    try:
        with ParquetOut(path, DELIVERED_ROWS) as out:
            for rows in _rows_in(opened, catalogue):
                out.write(pa.record_batch([pa.array(rows, pa.int32())], schema=DELIVERED_ROWS))
        return out.rows
    except FileRefused:
        path.unlink(missing_ok=True)
        return None


def _rows_in(opened: Opened, catalogue: Catalogue) -> Iterator[list[int]]:
    """The numbers of the data rows, batch by batch."""

    def score(cells: Sequence[str]) -> int:
        return sum(map(catalogue.is_header, cells))

    for sheet in opened.sheets:
        found = Found(sheet.header, (), ()) if sheet.header is not None else find_header(_top(sheet), score)
        if found is None:
            continue
        kinds = [catalogue.header_type(cell) for cell in found.header]
        ids, names = ([at for at, kind in enumerate(kinds) if kind == wanted] for wanted in ("id18", "name"))
        kind_of = Furniture(found, ids, names, [at for at, kind in enumerate(kinds) if kind]).kind
        last = max(found.rows, default=0)
        for batch in sheet.batches():
            yield [row for row, cells in zip(batch.rows, batch.cells, strict=True) if row > last and not kind_of(cells)]


def _top(sheet: Sheet) -> list[tuple[int, list[str]]]:
    batch = next(sheet.batches(), Batch([], []))
    return list(zip(batch.rows[: 2 * HEADER_WITHIN], batch.cells[: 2 * HEADER_WITHIN], strict=True))
