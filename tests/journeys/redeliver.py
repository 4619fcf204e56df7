"""Deliveries made from those of a simulated home: some of their rows come again, changed. What settling makes of them is Doudi's affair."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doudi.contracts.periods import Period
from doudi.intake.delivery import ABOUT, Sending, delivery_id, delivery_number, json_bytes, period_text, read_about
from doudi.intake.settle import Cut, open_cut
from doudi.lake.home import Home

Row = dict[str, Any]
_NTH = count(1)


@dataclass(frozen=True)
class Delivered:
    """One accepted delivery of a home: its rows can come again."""

    home: Home
    id: str
    dataset: str

    @property
    def folder(self) -> Path:
        return self.home.deliveries / self.id

    @property
    def rows(self) -> list[Row]:
        return pq.read_table(self.folder / "rows.parquet").to_pylist()

    @property
    def seen(self) -> list[Row]:
        path = self.folder / "seen.parquet"
        return pq.read_table(path).to_pylist() if path.exists() else []


def newest(home: Home, cut: Cut, dataset: str) -> Delivered:
    """The last delivery of a dataset in a cut that has rows."""
    for one in reversed(cut.deliveries):
        found = Delivered(home, one["id"], dataset)
        if one["dataset"] == dataset and one["verdict"] == "accepted" and found.rows:
            return found
    raise LookupError(dataset)


def send(
    old: Delivered, rows: Sequence[Row], day: date, *, seen: Sequence[Row] = (), verdict: str = "accepted", period: Period | None = None
) -> str:  # fmt: skip
    """Send rows as a correction of a delivery; returns the new one's identifier. Rows are numbered anew."""
    about = read_about(old.home, old.id)
    own = period or Period(date.fromisoformat(about["period_first"]), date.fromisoformat(about["period_last"]))
    numbered = [row | {"row": at} for at, row in enumerate(rows, 2)]
    content = hashlib.sha256(json.dumps([numbered, next(_NTH)], default=str).encode()).hexdigest()
    identifier = delivery_id(old.dataset, period_text(own), content)
    span: Mapping[str, str] = {"period": period_text(own), "period_first": own.first.isoformat(), "period_last": own.last.isoformat()}
    counts = {"delivered": len(rows), "accepted": len(rows), "refused": 0}
    about |= {"delivery": identifier, "number": delivery_number(identifier), "content": content, "verdict": verdict, "counts": counts} | span
    folder = old.home.deliveries / identifier
    folder.mkdir()
    _write(folder / "rows.parquet", numbered, old.folder / "rows.parquet")
    if seen:
        _write(folder / "seen.parquet", seen, old.folder / "seen.parquet")
    for name in ("refused", "issues"):
        _write(folder / f"{name}.parquet", [], old.folder / f"{name}.parquet")
    (folder / ABOUT).write_bytes(json_bytes(about))
    Sending(identifier, f"更正_{old.dataset}_{content[:8]}.csv", own, datetime.combine(day, time(21)), True, None).write(old.home)
    return identifier


def _write(path: Path, rows: Sequence[Row], like: Path) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=pq.read_schema(like)), path)


def cut_of(home: Home, run: Any) -> Cut:
    """The cut that a run stands on."""
    return open_cut(home.lake / run.manifest.cut)
