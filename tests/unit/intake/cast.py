"""Invented people, and files that departments might send about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from doudi.identity.keys import Keys, keys_of
from doudi.intake.catalogue import Catalogue, shipped_catalogue
from doudi.intake.pipeline import IntakeSummary, take_all
from doudi.kernel.ids import check_character
from doudi.lake.home import Home

KEYS: Keys = keys_of(b"k" * 32)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋"

AID_HEADER = ("身份证号", "姓名", "救助编号", "救助类型", "急难发生地行政区划", "救助日期", "救助金额")
PEOPLE_HEADER = ("公民身份号码", "姓名", "户号", "户籍地行政区划")


def catalogue() -> Catalogue:
    return shipped_catalogue()


def citizen(number: int) -> tuple[str, str]:
    """A valid citizen ID and a name, the same for the same number; the address code is real, the people are not."""
    first = f"432503{1950 + number % 50}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    return first + check_character(first), SURNAMES[number % 10] + GIVEN[number // 10 % 10] + GIVEN[number // 100 % 10]


def aid_row(number: int, **changed: str) -> list[str]:
    """A row of temporary aid; `changed` by header."""
    identity, name = citizen(number)
    row = dict(zip(AID_HEADER, (identity, name, f"LS{number:08d}", "1", "431382104201", "2026-10-08", "1200.00"), strict=True))
    return list((row | changed).values())


def people_row(number: int, **changed: str) -> list[str]:
    """A row of the population list."""
    identity, name = citizen(number)
    row = dict(zip(PEOPLE_HEADER, (identity, name, f"4313{number // 3:07d}", "431382104201"), strict=True))
    return list((row | changed).values())


def csv_text(rows: Iterable[Sequence[str]], header: Sequence[str] = AID_HEADER) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def aid_file(numbers: Iterable[int]) -> str:
    return csv_text([aid_row(number) for number in numbers])


def people_file(numbers: Iterable[int]) -> str:
    return csv_text([people_row(number) for number in numbers], PEOPLE_HEADER)


def put(folder: Path, name: str, content: bytes | str) -> Path:
    """Write a file, and the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def open_home(tmp_path: Path, name: str = "home") -> Home:
    return Home.open(tmp_path / name)


def take(home: Home, place: Path) -> IntakeSummary:
    """Take without settling."""
    return take_all(home, KEYS, catalogue().contracts, place)
