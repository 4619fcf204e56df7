"""`manifest.csv`: which files a sender meant to send, as what, for when, how many rows, and when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from doudi.contracts.periods import Period, parse_period
from doudi.intake.readers.model import LIMITS, FileRefused
from doudi.intake.readers.opening import open_table
from doudi.intake.readers.sniff import sniff
from doudi.kernel.errors import Fault, code

MANIFEST_UNREADABLE = code("manifest_unreadable", "清单 manifest.csv 读不出来")
MANIFEST_ENTRY = code("manifest_entry", "清单 manifest.csv 里有一行说不清")
MANIFEST_MISSING_FILE = code("manifest_missing_file", "清单里有、目录里没有的文件")

_COLUMNS = {
    "file": ("file", "filename", "文件", "文件名", "文件名称"),
    "dataset": ("dataset", "数据集", "数据集名称", "数据名称", "数据项"),
    "period": ("period", "期间", "报送期", "报送期间", "所属期", "数据期", "所属月份"),
    "rows_claimed": ("rowsclaimed", "rows", "行数", "记录数", "条数", "数据条数"),
    "sent_at": ("sentat", "sent", "报送时间", "发送时间", "提交时间"),
}
_PLAIN = re.compile(r"[\s_*]+")
_MOMENT = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})日?(?:[T\s]*(\d{1,2})[::时](\d{1,2})(?:[::分](\d{1,2}))?)?")
_MOST = 100_000


@dataclass(frozen=True)
class Entry:
    """One line of a manifest. None where it says nothing; `dataset` is the sender's word, resolved where it is used."""

    file: str
    line: int
    dataset: str | None = None
    period: Period | None = None
    rows_claimed: int | None = None
    sent_at: datetime | None = None


@dataclass
class Manifest:
    """The entries by file (see `file_key`), and what was wrong with single lines."""

    entries: dict[str, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def entry_for(self, name: str) -> Entry | None:
        """The entry of a file, named relative to the manifest's folder."""
        return self.entries.get(file_key(name))


def file_key(name: str) -> str:
    """A file's name as manifests and disks write it, made comparable: composed characters, `/` between folders."""
    return unicodedata.normalize("NFC", name.strip()).replace("\\", "/").removeprefix("./")


def read_manifest(stream: BinaryIO, size: int, where: str) -> Manifest:
    """The manifest in a CSV or TSV file of any encoding. `where` names it in faults.

    Raises FileRefused if it cannot be read as one: its order decides which row is later, so nothing may be taken without it.
    """
    try:
        rows = _rows(stream, size)
    except FileRefused as refusal:
        fault = refusal.fault
        raise FileRefused(
            Fault(MANIFEST_UNREADABLE, fault.what, where, fault.why, "请修正 manifest.csv 后重新接收；不要删掉它，报送先后以它为准")
        ) from None
    places = _places(rows[0][1]) if rows else {}
    if "file" not in places:
        raise FileRefused(Fault(MANIFEST_UNREADABLE, "没有“file”（文件名）一列", where, todo="首行应为 file,dataset,period,rows_claimed,sent_at"))
    manifest = Manifest()
    for line, cells in rows[1:]:
        _add(manifest, line, {column: cells[at].strip() for column, at in places.items() if at < len(cells)}, where)
    return manifest


def _rows(stream: BinaryIO, size: int) -> list[tuple[int, list[str]]]:
    form = sniff(stream, size)
    if form != "text":
        raise FileRefused(Fault(MANIFEST_UNREADABLE, "不是 CSV 文件"))
    found: list[tuple[int, list[str]]] = []
    for batch in open_table(stream, form).sheets[0].batches():
        if batch.broken:
            line = batch.rows[min(batch.broken)]
            raise FileRefused(Fault(MANIFEST_UNREADABLE, f"第 {line} 行不完整，或引号不成对"))
        found += [(row, cells) for row, cells in zip(batch.rows, batch.cells, strict=True) if any(cell.strip() for cell in cells)]
        if len(found) > _MOST:
            raise FileRefused(Fault(MANIFEST_UNREADABLE, f"超过 {_MOST:,} 行"))
    if size > LIMITS.part_bytes:
        raise FileRefused(Fault(MANIFEST_UNREADABLE, "文件过大"))
    return found


def _places(header: Sequence[str]) -> dict[str, int]:
    plain = [_PLAIN.sub("", unicodedata.normalize("NFKC", cell)).lower() for cell in header]
    return {column: plain.index(word) for column, words in _COLUMNS.items() for word in words if word in plain}


def _add(manifest: Manifest, line: int, cells: Mapping[str, str], where: str) -> None:
    place = f"{where} 第 {line} 行"
    name = cells.get("file", "")
    if not name:
        manifest.faults.append(Fault(MANIFEST_ENTRY, "没有文件名", place))
        return
    entry = Entry(
        name, line, cells.get("dataset") or None, parse_period(cells.get("period", "")), _number(cells.get("rows_claimed", "")),
        parse_moment(cells.get("sent_at", "")),
    )  # fmt: skip
    for column, value in (("period", entry.period), ("rows_claimed", entry.rows_claimed), ("sent_at", entry.sent_at)):
        if cells.get(column) and value is None:
            manifest.faults.append(Fault(MANIFEST_ENTRY, f"{column} 的值“{cells[column][:40]}”读不懂，按没有填写处理", place))
    key = file_key(name)
    if key in manifest.entries:
        manifest.faults.append(Fault(MANIFEST_ENTRY, f"文件“{name}”已在第 {manifest.entries[key].line} 行列出，本行不用", place))
        return
    manifest.entries[key] = entry


def _number(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("条").removesuffix("行").strip()
    return int(plain) if plain.isdecimal() and len(plain) <= 12 else None


def parse_moment(text: str) -> datetime | None:
    """A moment in local time from `2026-10-31 21:03:01`, `2026/10/31 21:03`, `2026年10月31日`; None if it is none."""
    found = _MOMENT.match(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    try:
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - local time throughout
    except ValueError:
        return None
