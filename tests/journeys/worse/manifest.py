"""`manifest.csv` as it comes: other headers, encodings, separators, paths, orders, and row counts that are wrong."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from tests.journeys.worse.records import datasets


@dataclass(frozen=True)
class Entry:
    """One line."""

    file: str
    dataset: str
    period: str
    rows: int
    sent_at: datetime


def write_manifest(path: Path, entries: Sequence[Entry], random: Random) -> None:
    """Write the manifest."""
    chinese = random.random() < 0.4
    header = ["文件名", "数据集", "期间", "行数", "报送时间"] if chinese else ["file", "dataset", "period", "rows_claimed", "sent_at"]
    places = list(range(5))
    if random.random() < 0.5:
        random.shuffle(places)
    moment = random.choice(("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y-%m-%dT%H:%M:%S"))
    lines = [[header[at] for at in places]]
    for entry in random.sample(entries, len(entries)):
        folder = random.choice(("", "", "./", ".\\"))
        dataset = datasets()[entry.dataset].title if chinese and random.random() < 0.8 else entry.dataset
        rows = entry.rows + random.choice((0, 0, 0, 1, -3, 100))
        cells = [folder + entry.file, dataset, entry.period, str(rows) if random.random() < 0.9 else "", entry.sent_at.strftime(moment)]
        lines.append([cells[at] for at in places])
    delimiter = random.choice((",", ",", "\t", ";"))
    with path.open("w", newline="", encoding=random.choice(("utf-8", "utf-8-sig", "gb18030"))) as out:
        csv.writer(out, delimiter=delimiter).writerows(lines)
