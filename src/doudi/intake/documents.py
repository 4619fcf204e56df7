"""What `delivery.json` says, and the sealed source beside it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from doudi.contracts.periods import Period
from doudi.identity.keys import Keys
from doudi.identity.sealed import seal
from doudi.intake.catalogue import Catalogue
from doudi.intake.check import Tally
from doudi.intake.delivery import ABOUT, delivery_id, delivery_number, json_bytes, period_text
from doudi.intake.readers.model import Opened
from doudi.intake.recognise import Recognised, Table
from doudi.intake.sources import Part
from doudi.kernel.errors import Fault


def delivery_about(part: Part, dataset: str, period: Period | None, content: str) -> dict[str, Any]:
    """What is known of a delivery before its rows are read. `content` is its SHA-256."""
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


def table_about(opened: Opened, known: Recognised, table: Table, catalogue: Catalogue, *, sheet: str | None) -> dict[str, Any]:
    """How a table was read. `sheet` is its name if it is one of several."""
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


def figures(tally: Tally) -> dict[str, Any]:
    """Counts of rows, of faults by code, and of furniture by kind."""
    return {
        "counts": {"delivered": tally.delivered, "accepted": tally.accepted, "refused": tally.refused},
        "reasons": dict(tally.reasons),
        "issues": dict(tally.issues),
        "furniture": dict(tally.furniture),
    }


def fault_document(fault: Fault | None) -> dict[str, str] | None:
    """A fault without its place: the delivery may be sent under several names."""
    return {key: value for key, value in asdict(fault).items() if key != "where"} if fault else None


def write_source(folder: Path, part: Part, about: dict[str, Any], keys: Keys) -> None:
    """Seal the delivered bytes beside the document, which is written last."""
    part.stream.seek(0)
    seal(part.stream, folder / "source.sealed", keys)
    (folder / ABOUT).write_bytes(json_bytes(about))
