"""Damaged and hostile files, as many as wanted, the same for the same seed.

Each is a name, bytes, and whether it must be refused whole (a flipped bit in a text file may still be a good file).
"""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt
from tests.unit.intake.cast import AID_HEADER, aid_file, aid_row

ROWS = [aid_row(number) for number in range(60)]


@dataclass(frozen=True)
class Mutant:
    """`must_refuse`: nothing in it can be used."""

    name: str
    content: bytes
    must_refuse: bool


def good_files() -> dict[str, bytes]:
    """One good file of each form, by suffix."""
    book = openpyxl.Workbook()
    for row in (["某市临时救助情况表"], list(AID_HEADER), *ROWS, ["合计", "共60条"]):
        book.active.append(row)
    old = xlwt.Workbook()
    sheet = old.add_sheet("表一")
    for at, row in enumerate([list(AID_HEADER), *ROWS]):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    records = [dict(zip(AID_HEADER, row, strict=True)) for row in ROWS]
    return {
        "csv": aid_file(range(60)).encode(),
        "gbk.csv": aid_file(range(60)).encode("gb18030"),
        "tsv": aid_file(range(60)).replace(",", "\t").encode("utf-8-sig"),
        "xlsx": _saved(book.save),
        "xls": _saved(old.save),
        "parquet": _saved(lambda out: pq.write_table(pa.Table.from_pylist(records), out)),
        "jsonl": b"\n".join(orjson.dumps(record) for record in records) + b"\n",
        "zip": zip_of({"a.csv": aid_file(range(30)).encode(), "b.csv": aid_file(range(30, 60)).encode("gb18030")}),
    }


def mutants(count: int, seed: int) -> list[Mutant]:
    """`count` files, every kind of damage in turn."""
    chance = random.Random(seed)
    good = good_files()
    found = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        suffix, content, must = kind(chance, good)
        found.append(Mutant(f"临时救助_202610_{number:04d}_{kind.__name__.strip('_')}.{suffix}", content, must))
    return found


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


Made = tuple[str, bytes, bool]
Good = dict[str, bytes]
BINARY = ("xlsx", "xls", "parquet", "zip")


def _pick(chance: random.Random, good: Good) -> tuple[str, bytearray]:
    suffix = chance.choice(sorted(good))
    return suffix, bytearray(good[suffix])


def _truncated(chance: random.Random, good: Good) -> Made:
    suffix, content = _pick(chance, good)
    cut = chance.randrange(len(content) - 4)
    return suffix, bytes(content[:cut]), suffix in ("xlsx", "parquet", "zip") or cut == 0


def _flipped(chance: random.Random, good: Good) -> Made:
    suffix, content = _pick(chance, good)
    for _ in range(chance.choice((1, 1, 3, 30))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return suffix, bytes(content), False


def _overwritten(chance: random.Random, good: Good) -> Made:
    suffix, content = _pick(chance, good)
    at = chance.randrange(len(content))
    content[at : at + chance.randrange(1, 200)] = chance.randbytes(chance.randrange(200))
    return suffix, bytes(content), False


def _claims(chance: random.Random, good: Good) -> Made:
    """Numbers in a header blown up to the largest there are."""
    suffix = chance.choice(BINARY)
    content = bytearray(good[suffix])
    at = chance.choice((chance.randrange(len(content)), max(0, len(content) - chance.randrange(1, 800))))
    content[at : at + 4] = chance.choice((b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\x00\xca\x9a\x3b"))
    return suffix, bytes(content), False


def _wrong_encoding(chance: random.Random, good: Good) -> Made:
    codec = chance.choice(("utf-16-le", "utf-16-be", "utf-32", "big5", "shift_jis", "euc_kr", "cp1252", "utf-7"))
    return "csv", aid_file(range(5)).encode(codec, "replace"), codec not in ("utf-7",)


def _zip_bomb(chance: random.Random, good: Good) -> Made:
    return "zip", zip_of({"临时救助.csv": b"0," * (chance.randrange(10, 20) << 20)}), True


def _nested_bomb(chance: random.Random, good: Good) -> Made:
    return "zip", zip_of({f"{n}.zip": zip_of({"x.csv": bytes(1 << 20)}) for n in range(chance.randrange(1, 4))}), True


def _ten_gigabytes(chance: random.Random, good: Good) -> Made:
    """An archive or workbook whose directory claims far more than there is."""
    suffix = chance.choice(("zip", "xlsx"))
    content = bytearray(good[suffix])
    places = [match.start() for match in re.finditer(b"PK\x01\x02", bytes(content))]
    at = chance.choice(places) + 24
    content[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
    return suffix, bytes(content), True


def _huge_sheet(chance: random.Random, good: Good) -> Made:
    source = zipfile.ZipFile(io.BytesIO(good["xlsx"]))
    parts = {name: source.read(name) for name in source.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    return "xlsx", zip_of(parts), True


def _claimed_dimension(chance: random.Random, good: Good) -> Made:
    source = zipfile.ZipFile(io.BytesIO(good["xlsx"]))
    parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet)
    return "xlsx", zip_of(parts), False


def _formulas(chance: random.Random, good: Good) -> Made:
    book = openpyxl.Workbook()
    book.active.append(AID_HEADER)
    for row in range(2, 12):
        book.active.append([f"=A{row}&1", "#REF!", f'=HYPERLINK("http://x/{row}")', "1", "431382104201", "=TODAY()", "#DIV/0!"])
    return "xlsx", _saved(book.save), False


def _empty(chance: random.Random, good: Good) -> Made:
    return chance.choice(("csv", "xlsx", "zip", "parquet")), chance.choice((b"", b"\n\n", b"  \r\n", b"\xef\xbb\xbf")), True


def _headless(chance: random.Random, good: Good) -> Made:
    return "csv", "".join(",".join(row) + "\n" for row in ROWS[: chance.randrange(1, 20)]).encode(), True


def _random_bytes(chance: random.Random, good: Good) -> Made:
    return chance.choice(("csv", "xlsx", "xls", "parquet", "zip", "dat")), chance.randbytes(chance.randrange(1, 5000)), True


def _right_magic(chance: random.Random, good: Good) -> Made:
    magic = chance.choice((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF", b"{", b"\xff\xfe"))
    return "xlsx", magic + chance.randbytes(chance.randrange(1, 3000)) + magic, True


def _lone_quotes(chance: random.Random, good: Good) -> Made:
    lines = good["csv"].decode().splitlines(keepends=True)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(1, len(lines))
        place = chance.randrange(len(lines[at]))
        lines[at] = lines[at][:place] + '"' + lines[at][place:]
    return "csv", "".join(lines).encode(), False


def _other_extension(chance: random.Random, good: Good) -> Made:
    _, content = _pick(chance, good)
    return chance.choice(("xls", "csv", "txt", "xlsx", "json")), bytes(content), False


def _long_line(chance: random.Random, good: Good) -> Made:
    return "csv", good["csv"] + b"x" * (3 << 20), True


KINDS: tuple[Callable[[random.Random, Good], Made], ...] = (
    _truncated, _flipped, _overwritten, _claims, _wrong_encoding, _flipped, _zip_bomb, _nested_bomb, _ten_gigabytes, _truncated, _huge_sheet,
    _claimed_dimension, _formulas, _claims, _empty, _headless, _random_bytes, _overwritten, _right_magic, _lone_quotes, _other_extension, _long_line,
)  # fmt: skip
