"""The bundled sample through intake and settling: every damaged row where it belongs, and nobody's number or name in the lake."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.factories import MASTER, County
from tests.score import read, score_links, score_rejects

from doudi.identity.keys import keys_of
from doudi.intake.catalogue import shipped_catalogue
from doudi.intake.pipeline import take_all
from doudi.intake.settle import Cut
from doudi.intake.unused import LINKS, REJECTS, links, rejects
from doudi.kernel.ids import birth_of
from doudi.lake.engine import DuckEngine

_RUN = re.compile(r"(?<!\d)\d{17}(?:\d|[Xx])?(?!\d)")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, sample_tiny: Path) -> County:
    made = County.at(tmp_path_factory.mktemp("sample") / "home")
    summary = take_all(made.home, keys_of(MASTER), shipped_catalogue().contracts, sample_tiny)
    assert not summary.faults
    return made


@pytest.fixture(scope="module")
def cut(county: County) -> Cut:
    return county.settle()


def texts_in(folder: Path) -> Iterator[tuple[str, str]]:
    """(place, text) for every text in the files below a folder: cells of Parquet, lines of everything else; sealed files left out."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            for name, column in zip(table.column_names, table.columns, strict=True):
                if pa.types.is_string(column.type):
                    yield from ((f"{path.name}:{name}", text) for text in column.unique().to_pylist() if text)
        elif path.is_file() and path.suffix != ".sealed":
            yield from ((path.name, line) for line in path.read_text("utf-8").splitlines())


def may_be_citizen_id(text: str) -> bool:
    return any(birth_of(run) for run in _RUN.findall(text))


def test_the_search_itself_finds_numbers() -> None:
    assert may_be_citizen_id("身份证432503198005170113号")
    assert may_be_citizen_id("43250319800517011x")
    assert may_be_citizen_id("43250319800517011")
    assert not may_be_citizen_id("1234567890123456789 20260308 6222020012345678901")


def test_no_citizen_id_lies_in_any_file_that_is_not_sealed(county: County, cut: Cut) -> None:
    searched = 0
    for folder in (cut.folder, county.home.deliveries, county.home.runs):
        for place, text in texts_in(folder):
            searched += 1
            assert not may_be_citizen_id(text), place
    assert searched > 5_000


def test_nobodys_name_lies_in_the_lake(cut: Cut, sample_tiny: Path) -> None:
    names = {line["name"] for line in read(sample_tiny / "truth" / "people.csv")}
    assert len(names) > 500
    assert [place for place, text in texts_in(cut.folder) if text in names] == []


def test_every_damaged_row_is_linked_rightly_or_held_and_no_good_row_is(county: County, cut: Cut, sample_tiny: Path, tmp_path: Path) -> None:
    said: list[str] = []
    with DuckEngine(county.home, memory=300) as engine:
        write_csv(tmp_path / "rejects.csv", REJECTS, rejects(engine, cut))
    with DuckEngine(county.home, memory=300) as engine:
        write_csv(tmp_path / "links.csv", LINKS, links(engine, county.home, county.keys, shipped_catalogue().contracts, cut, with_ids=True))
    faults = score_rejects(sample_tiny / "truth", tmp_path / "rejects.csv", said.append)
    faults += score_links(sample_tiny / "truth", tmp_path / "links.csv", said.append)
    assert faults == [], "\n".join(said)


def write_csv(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(schema.names)
        for batch in batches:
            writer.writerows(line.values() for line in batch.to_pylist())
