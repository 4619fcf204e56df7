"""A sample's county as careless offices would have sent it: the same records in other clothes, with damage whose outcome is known.

`write_county` writes the files, a manifest (whole, in part, or none) and a `truth` folder in the sample's own form, so that
`score.py` judges both alike.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.journeys.worse import forms
from tests.journeys.worse.damage import Damager, truncated
from tests.journeys.worse.hard import Hard
from tests.journeys.worse.layout import Sheet, Style, lay_out
from tests.journeys.worse.manifest import Entry, write_manifest
from tests.journeys.worse.names import Namer
from tests.journeys.worse.records import Row, Table, datasets, read_sample

_TEXT = ("csv", "csv", "csv", "tsv", "semicolon", "bar")
_SUFFIX = {"csv": (".csv", ".csv", ".CSV", ".txt"), "tsv": (".tsv", ".txt"), "semicolon": (".csv",), "bar": (".txt",)}
_TWINS = (
    {"pension_public", "pension_enterprise"}, {"allowance_edge", "rigid_expenditure"}, {"orphan_aid", "de_facto_unattended_child"},
    {"disabled_living_subsidy", "severe_disabled_nursing_subsidy"},
)  # fmt: skip
"""Datasets that only their names tell apart."""


@dataclass(frozen=True)
class Wishes:
    """What to make worse. `rate` is the share of rows that each kind of damage strikes; `manifest` one of `whole`, `partial`, `none`."""

    seed: int
    rate: float = 0.0
    manifest: str = "whole"
    furniture: int = 2
    hard: int = 0
    forms: tuple[str, ...] = ("text", "xlsx", "xlsx", "xls", "jsonl", "parquet", "zip", "sheets")


@dataclass
class _Truth:
    """What is known of each written row, by file and row number."""

    rows: list[tuple[str, int, str, Row]] = field(default_factory=list)
    whole: list[tuple[str, str]] = field(default_factory=list)
    furniture: list[tuple[str, int]] = field(default_factory=list)


class _County:
    """Writes the files of one county."""

    def __init__(self, out: Path, wishes: Wishes) -> None:
        self.out, self.wishes = out, wishes
        self.random = Random(wishes.seed)
        self.namer = Namer(self.random)
        self.entries: list[Entry] = []
        self.truth = _Truth()

    def write(self, tables: list[Table], people: dict[str, dict[str, str]]) -> None:
        """All files of all tables."""
        if self.wishes.hard:
            tables = Hard(tables, people, self.random).add(self.wishes.hard)
        if self.wishes.rate:
            tables = Damager(people, self.random, self.wishes.rate).damage(tables)
        if self.wishes.manifest != "whole":
            tables = _mark_corrections(tables)
        for table in tables:
            for part in self._parts(table):
                self._write_part(part)
        if self.wishes.rate:
            self._add_nuisances(tables)

    def _parts(self, table: Table) -> list[Table]:
        """The table in one to three deliveries, in order."""
        pieces = self.random.choice((1, 1, 1, 2, 3)) if len(table.rows) > 30 else 1
        towns = self.random.random() < 0.5
        notes = ["" if pieces == 1 else self.namer.part(at, towns=towns) for at in range(pieces)]
        return [replace(table, rows=rows, note=note) for rows, note in zip(_cut(table.rows, pieces), notes, strict=True)]

    def _write_part(self, table: Table) -> None:
        form = self.random.choice(self.wishes.forms)
        if not table.rows and form not in ("text", "xlsx", "xls"):
            form = "text"  # the others cannot say what columns they have without a row
        listed = self.wishes.manifest == "whole" or (self.wishes.manifest == "partial" and self.random.random() < 0.5 and not table.correction)
        base = self.namer.name(table, sloppy=listed and self.random.random() < 0.1)
        if form == "zip":
            file = self._zip(base, table)
        elif form == "sheets" and len(table.rows) > 10:
            file = self._book(base, table, pieces=self.random.choice((2, 3)))
        else:
            file = self._single("xlsx" if form == "sheets" else form, base, table, self.out)
        if listed:
            self.entries.append(Entry(file, table.dataset, table.period, len(table.rows), table.sent_at))
        if self.random.random() < 0.08:
            self._send_again(file, table, listed=listed)

    def _single(self, form: str, base: str, table: Table, folder: Path, prefix: str = "") -> str:
        """One file that is one sheet; returns its name."""
        if form == "xlsx" or (form == "xls" and len(table.rows) < 60_000):
            return self._book(base, table, pieces=1, old=form == "xls", folder=folder, prefix=prefix)
        dataset = datasets()[table.dataset]
        cut = bool(self.wishes.rate) and form in ("text", "jsonl") and self.random.random() < 0.1 and any(row.dress for row in table.rows)
        rows = [*table.rows, truncated(table.rows)] if cut else list(table.rows)
        named = form in ("jsonl", "parquet")
        style = Style(dataset, self.random, typed=form == "parquet" or (named and self.random.random() < 0.6), named=named)
        level = 0 if named or cut or self.random.random() < 0.6 else self.wishes.furniture
        sheet = lay_out(dataset, rows, self.random, style, place=self.namer.place, name="", level=level, book=False)
        if form == "text":
            kind = self.random.choice(_TEXT)
            path = self._free(folder, base, self.random.choice(_SUFFIX[kind]))
            numbers = forms.write_text(path, sheet, kind, self.random, cut=cut)
        elif form == "jsonl":
            path = self._free(folder, base, self.random.choice((".jsonl", ".json")))
            numbers = forms.write_lines(path, sheet, self.random, cut=cut)
        else:
            path = self._free(folder, base, ".parquet")
            numbers = forms.write_parquet(path, sheet, self.random)
        self._note(prefix + path.name, table.dataset, sheet, numbers)
        return path.name

    def _book(self, base: str, table: Table, *, pieces: int, old: bool = False, folder: Path | None = None, prefix: str = "") -> str:
        dataset = datasets()[table.dataset]
        sheets = []
        for at, rows in enumerate(_cut(table.rows, pieces)):
            style = Style(dataset, self.random, typed=self.random.random() < 0.6)
            name = self.random.choice(("Sheet{}", "{}组", "明细{}")).format(at + 1) if pieces > 1 else "Sheet1"
            level = self.random.choice((0, 1, self.wishes.furniture))
            sheets.append(lay_out(dataset, rows, self.random, style, place=self.namer.place, name=name, level=level, book=True))
        path = self._free(folder or self.out, base, self.random.choice((".xls", ".xls", ".xlsx")) if old else ".xlsx")
        beside = self._beside()
        numbers = (forms.write_xls if old else forms.write_xlsx)(path, [*sheets, *beside], self.random)
        for sheet, found in zip(sheets, numbers, strict=False):
            self._note(prefix + path.name + (f"!{sheet.name}" if pieces > 1 else ""), table.dataset, sheet, found)
        return path.name

    def _beside(self) -> list[Sheet]:
        """Sheets that are no table of people."""
        found = []
        if self.random.random() < 0.2:
            texts = [["填表说明"], ["1.身份证号为18位文本；"], ["2.姓名与户口簿一致；"], ["3.金额单位：元。"]]
            found.append(forms.furniture(texts, "填表说明", hidden=self.random.random() < 0.5))
        if self.random.random() < 0.2:
            found.append(forms.furniture([["代码", "名称"], ["1", "城市"], ["2", "农村"]], "代码表", hidden=self.random.random() < 0.5))
        if self.random.random() < 0.2:
            found.append(forms.furniture([], "Sheet9"))
        return found

    def _zip(self, base: str, table: Table) -> str:
        """An archive of one to three files of the table."""
        path = self._free(self.out, base, ".zip")
        pieces = self.random.choice((1, 2, 3)) if len(table.rows) > 5 else 1
        nested = self.random.choice(("", "", f"{self.namer.title(table)}/", "报送/数据/"))
        members: list[tuple[str, bytes]] = []
        scratch = self.out / ".packing"
        for at, rows in enumerate(_cut(table.rows, pieces)):
            scratch.mkdir()
            part = replace(table, rows=rows)
            form = self.random.choice(("text", "text", "xlsx", "jsonl", "parquet", "xls"))
            inner = self._single(form, f"{self.namer.name(part)}_{at + 1}", part, scratch, prefix=f"{path.name}!{nested}")
            members.append((nested + inner, (scratch / inner).read_bytes()))
            shutil.rmtree(scratch)
        if self.random.random() < 0.3:
            members.append((f"{nested}填报说明.txt", "请按要求报送。".encode()))
        forms.zip_gbk(path, members, gbk=self.random.random() < 0.5)
        return path.name

    def _send_again(self, file: str, table: Table, *, listed: bool) -> None:
        """The same bytes under another name, a little later."""
        stem, _, suffix = file.rpartition(".")
        again = self._free(self.out, stem + self.random.choice(("(1)", " - 副本", "（2）", "_副本", "（重报）")), f".{suffix}")
        shutil.copyfile(self.out / file, again)
        found = [each for each in self.truth.rows if each[0] == file or each[0].startswith(f"{file}!")]
        self.truth.rows += [(again.name + name.removeprefix(file), number, dataset, row) for name, number, dataset, row in found]
        if listed:
            sent = table.sent_at + timedelta(minutes=self.random.randint(1, 30))
            self.entries.append(Entry(again.name, table.dataset, table.period, len(table.rows), sent))

    def _add_nuisances(self, tables: Sequence[Table]) -> None:
        """Files beside the good ones: another dataset's rows under a name, lists and events without rows."""
        newest = {table.dataset: table for table in tables}
        names = sorted(newest)
        for _ in range(3):
            mine, other = self.random.sample(names, 2)
            if not any({mine, other} == pair for pair in _TWINS) and newest[other].rows:
                rows = newest[other].rows[: self.random.randint(1, 60)]
                self._refused(replace(newest[mine], note="第二次"), replace(newest[other], rows=rows), "wrong_dataset")
        for name in self.random.sample(names, 4):
            self._empty(newest[name])

    def _refused(self, claimed: Table, content: Table, reason: str) -> None:
        base = self.namer.name(claimed)
        truth, self.truth = self.truth, _Truth()
        file = self._single(self.random.choice(("text", "xlsx", "jsonl", "parquet")), base, content, self.out)
        truth.whole.append((file, reason))
        self.truth = truth
        if self.wishes.manifest == "whole":
            self.entries.append(Entry(file, claimed.dataset, claimed.period, len(content.rows), claimed.sent_at))

    def _empty(self, table: Table) -> None:
        """A file with a header and no row: none for events, to be confirmed for a list."""
        dataset = datasets()[table.dataset]
        base = self.namer.name(replace(table, note="零报送"))
        style = Style(dataset, self.random, typed=False)
        sheet = lay_out(dataset, [], self.random, style, place=self.namer.place, name="Sheet1", level=0, book=True)
        book = self.random.random() < 0.5
        path = self._free(self.out, base, ".xlsx" if book else ".csv")
        forms.write_xlsx(path, [sheet], self.random) if book else forms.write_text(path, sheet, "csv", self.random)
        if dataset.mode == "snapshot":
            self.truth.whole.append((path.name, "empty_list"))
        if self.wishes.manifest == "whole":
            self.entries.append(Entry(path.name, table.dataset, table.period, 0, table.sent_at))

    def _free(self, folder: Path, base: str, suffix: str) -> Path:
        """A path that no file has yet."""
        taken = {path.name.lower() for path in folder.iterdir()}
        name, at = f"{base}{suffix}", 1
        while name.lower() in taken:
            at += 1
            name = f"{base}_{at}{suffix}"
        return folder / name

    def _note(self, file: str, dataset: str, sheet: Sheet, numbers: Sequence[int | None]) -> None:
        for line, number in zip(sheet.lines, numbers, strict=True):
            if line.row and number:
                self.truth.rows.append((file, number, dataset, line.row))
            elif number:
                self.truth.furniture.append((file, number))


def _cut(rows: Sequence[Row], pieces: int) -> list[tuple[Row, ...]]:
    """The rows in pieces; neighbours of one person stay together, since which of two files is later is not always known."""
    bounds = [0]
    for at in range(1, pieces):
        bound = max(bounds[-1], len(rows) * at // pieces)
        while 0 < bound < len(rows) and rows[bound].person == rows[bound - 1].person:
            bound += 1
        bounds.append(bound)
    return [tuple(rows[start:end]) for start, end in pairwise([*bounds, len(rows)])]


def _mark_corrections(tables: Iterable[Table]) -> list[Table]:
    """Without a manifest only 更正 tells which of two files of a period is later: a file that says something else of a record is marked so."""
    seen: dict[tuple[str, str], set[tuple]] = defaultdict(set)
    found = []
    for table in tables:
        dataset = datasets()[table.dataset]
        key = [column.name for column in dataset.columns if column.key and column.type != "id18"]
        keys = {(row.person, *(row.values[name] for name in key)) for row in table.rows}
        group = seen[table.dataset, table.period]
        found.append(replace(table, correction=table.correction or bool(group & keys)))
        group |= keys
    return found


def write_county(sample: Path, out: Path, wishes: Wishes) -> list[tuple[str, int]]:
    """Write the worse county into `out`, its truth into `out/truth`. Returns (file, row) of everything that is no row."""
    out.mkdir(parents=True)
    county = _County(out, wishes)
    tables, people = read_sample(sample)
    county.write(tables, people)
    if county.entries:
        write_manifest(out / "manifest.csv", county.entries, county.random)
    truth = out / "truth"
    truth.mkdir()
    shutil.copyfile(sample / "truth" / "expected_alerts.csv", truth / "expected_alerts.csv")
    _write(truth / "people.csv", "person person_id name household_no in_county", [tuple(row.values()) for row in people.values()])
    links = [(file, at, dataset, row.person, row.done, row.recoverable, row.needs_matching) for file, at, dataset, row in county.truth.rows]
    _write(truth / "links.csv", "file row dataset person done recoverable needs_matching", links)
    rejects = [(file, at, row.refused, "no") for file, at, _, row in county.truth.rows if row.refused]
    _write(truth / "rejects.csv", "file row reason optional", [*rejects, *((file, "*", reason, "no") for file, reason in county.truth.whole)])
    return county.truth.furniture


def _write(path: Path, header: str, rows: Iterable[tuple]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out)
        lines.writerow(header.split())
        lines.writerows(rows)
