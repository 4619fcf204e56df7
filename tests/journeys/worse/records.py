"""The records of a sample, read with readers of their own: what Doudi's readers get wrong must not be wrong here in the same way."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pyarrow.parquet as pq
import yaml

ROOT = Path(__file__).resolve().parents[3]
_STANDARDS = ROOT / "src" / "doudi" / "standards" / "data"


class Raw(str):
    """A delivered text that is no value of its type; nobody dresses it."""

    __slots__ = ()


class Month(NamedTuple):
    """A month."""

    year: int
    number: int


@dataclass(frozen=True)
class Column:
    """One field of `datasets.yaml`."""

    name: str
    header: str
    type: str
    required: bool
    key: bool


@dataclass(frozen=True)
class Dataset:
    """One dataset of `datasets.yaml`."""

    name: str
    title: str
    mode: str
    department: str
    columns: tuple[Column, ...]

    @property
    def subject(self) -> str:
        """The column of the ID of the person a row is about."""
        return "relative_id" if self.name == "official_relatives" else "person_id"

    def of_type(self, *kinds: str) -> list[Column]:
        """The columns of these types; `code` is any list."""
        return [each for each in self.columns if each.type in kinds or each.type.split(":")[0] in kinds]


@dataclass(frozen=True)
class Row:
    """One delivered row and the truth about it.

    `refused`: why nobody can accept it, "" if it is good; `dress`: whether its values may be written otherwise.
    """

    values: dict[str, Any]
    person: str = ""
    done: str = ""
    recoverable: str = "yes"
    needs_matching: str = "no"
    refused: str = ""
    dress: bool = True


@dataclass(frozen=True)
class Table:
    """What one delivery contains. `period` as in the manifest; `note` is what its name says besides."""

    dataset: str
    period: str
    sent_at: datetime
    correction: bool
    rows: tuple[Row, ...]
    note: str = ""
    file: str = ""
    copies: int = field(default=1)


@cache
def _spec() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "tests" / "data" / "datasets.yaml").read_text("utf-8"))


@cache
def datasets() -> dict[str, Dataset]:
    """All datasets by name."""
    spec = _spec()
    found = {}
    for name, entry in spec.items():
        if name != "code_lists":
            columns = [Column(each, cell[0], cell[1], "req" in cell[2:], "key" in cell[2:]) for each, cell in entry["fields"].items()]
            found[name] = Dataset(name, entry["title"], entry["mode"], entry["department"], tuple(columns))
    return found


@cache
def labels(code_list: str) -> dict[str, str]:
    """Code -> label of a list."""
    known = _spec()["code_lists"][code_list]
    if isinstance(known, dict):
        return {str(code): label for code, label in known.items()}
    with (_STANDARDS / f"{code_list}.csv").open(encoding="utf-8") as lines:
        return {row["code"]: row["label"] for row in csv.DictReader(lines)}


def read_sample(sample: Path) -> tuple[list[Table], dict[str, dict[str, str]]]:
    """The tables of a sample in the order they were sent, and its people by key."""
    people = {row["person"]: row for row in _csv(sample / "truth" / "people.csv")}
    by_id = {row["person_id"]: row["person"] for row in people.values()}
    links = {(row["file"], row["row"]): row for row in _csv(sample / "truth" / "links.csv")}
    rejects = {(row["file"], row["row"]): row for row in _csv(sample / "truth" / "rejects.csv")}
    tables = []
    for entry in sorted(_csv(sample / "manifest.csv"), key=lambda each: each["sent_at"]):
        dataset = datasets()[entry["dataset"]]
        rows: list[Row] = []
        for file, number, cells in _rows(sample / entry["file"], dataset):
            reject = rejects.get((file, str(number)))
            if reject is None or reject["optional"] == "no":
                rows.append(_row(dataset, cells, links.get((file, str(number))), reject["reason"] if reject else "", by_id))
        if not any(row.refused == "wrong_dataset" for row in rows):
            rows = [row for row in rows if row.refused != "truncated"]
            sent = datetime.fromisoformat(entry["sent_at"])
            tables.append(Table(dataset.name, entry["period"], sent, "更正" in entry["file"], tuple(rows), file=entry["file"]))
    return tables, people


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def plain(text: str) -> str:
    """NFKC without white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _header(text: object) -> str:
    return re.sub(r"\((?:单位:)?元\)", "", plain(str(text or "")).replace("*", ""))


def _rows(path: Path, dataset: Dataset) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """(file, row number, cells by field) of every row under the header."""
    names = {column.header: column.name for column in dataset.columns}
    for file, number, header, cells in _lines(path, dataset):
        found = {names[title]: cell for title, cell in zip(map(_header, header), cells, strict=False) if title in names}
        if any(cell not in (None, "") for cell in cells):
            yield file, number, found


def _lines(path: Path, dataset: Dataset) -> Iterator[tuple[str, int, list[Any], list[Any]]]:
    """(file, row number, header, cells)."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                yield from _text(archive.read(member), f"{path.name}!{member}")
    elif path.suffix in (".csv", ".tsv", ".txt"):
        yield from _text(path.read_bytes(), path.name)
    elif path.suffix == ".jsonl":
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            record = json.loads(line)
            yield path.name, number, list(record), list(record.values())
    elif path.suffix == ".parquet":
        for number, record in enumerate(pq.read_table(path).to_pylist(), start=1):
            yield path.name, number, list(record), list(record.values())
    else:
        yield from _book(path, dataset)


def _text(content: bytes, file: str) -> Iterator[tuple[str, int, list[Any], list[Any]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text[:200] else ",")
    header: list[Any] = []
    for cells in lines:
        if header:
            yield file, lines.line_num, header, cells
        header = header or cells


def _book(path: Path, dataset: Dataset) -> Iterator[tuple[str, int, list[Any], list[Any]]]:
    sheet = openpyxl.load_workbook(path, read_only=False).worksheets[0]
    wanted = {column.header for column in dataset.columns if column.required}
    header: list[Any] = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if header:
            yield path.name, number, header, list(cells)
        elif wanted <= set(map(_header, cells)):
            header = list(cells)


def _row(dataset: Dataset, cells: dict[str, Any], link: dict[str, str] | None, refused: str, by_id: dict[str, str]) -> Row:
    values = {column.name: parse(column, cells.get(column.name)) for column in dataset.columns}
    number = values[dataset.subject]
    truth = link or {"person": by_id.get(number or "", ""), "done": "", "recoverable": "yes", "needs_matching": "no"}
    row = Row(values, truth["person"], truth["done"], truth["recoverable"], truth["needs_matching"], refused)
    hurt = refused or row.needs_matching == "yes" or row.recoverable != "yes" or "name_" in row.done
    return replace(row, dress=not hurt)


def parse(column: Column, cell: Any) -> Any:
    """A delivered cell as a value: None, str, Raw, date, Month, Decimal, int or bool."""
    if isinstance(cell, datetime):
        return cell.date()
    if cell is None or cell == "":
        return None
    text = str(cell) if not isinstance(cell, float) else repr(cell)
    try:
        return _PARSERS[column.type.split(":")[0]](plain(text).removesuffix(".0"), text, column)
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        return Raw(text)


def _parse_date(text: str, _given: str, _column: Column) -> date:
    if re.fullmatch(r"\d{5}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))
    parts = (text[:4], text[4:6], text[6:]) if re.fullmatch(r"\d{8}", text) else re.findall(r"\d+", text)[:3]
    year, month, day = map(int, parts)
    return date(year, month, day)


def _parse_month(text: str, _given: str, _column: Column) -> Month:
    year, number = (text[:4], text[4:]) if re.fullmatch(r"\d{6}", text) else re.findall(r"\d+", text)
    return Month(int(year), date(int(year), int(number), 1).month)


def _parse_money(text: str, _given: str, _column: Column) -> Decimal:
    amount = Decimal(text.strip("¥元").replace(",", "")).quantize(Decimal("0.01"))
    if not 0 <= amount < 100_000_000:
        raise ValueError(text)
    return amount


def _parse_code(text: str, _given: str, column: Column) -> str:
    known = labels(column.type.split(":")[1])
    if text in known:
        return text
    by_label = {plain(label): code for code, label in known.items()} | {code.lstrip("0"): code for code in known if code.strip("0")}
    return by_label[text]


def _parse_id(text: str, given: str, _column: Column) -> str:
    text = text.strip("'").upper()
    if re.fullmatch(r"\d{15}", text):
        text = text[:6] + "19" + text[6:]
        text += check_character(text)
    if not is_id(text):
        return Raw(given)
    return text


def check_character(first17: str) -> str:
    """GB 11643."""
    weights = [2**power % 11 for power in range(17, 0, -1)]
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True)) % 11]


def is_id(text: str) -> bool:
    """Whether a text is a citizen ID with the right check character."""
    return bool(re.fullmatch(r"\d{17}[\dX]", text)) and check_character(text[:17]) == text[17]


_PARSERS = {
    "date": _parse_date,
    "month": _parse_month,
    "money": _parse_money,
    "code": _parse_code,
    "id18": _parse_id,
    "int": lambda text, given, column: int(text),
    "bool": lambda text, given, column: {"是": True, "否": False, "1": True, "0": False}[text],
    "name": lambda text, given, column: given.strip(),
    "text": lambda text, given, column: given.strip(),
    "phone": lambda text, given, column: text,
    "region12": lambda text, given, column: text,
    "region6": lambda text, given, column: text,
}
