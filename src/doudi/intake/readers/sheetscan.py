"""A look at a workbook's XML before the library opens it: how large it would become, and cells that hold no value of their own.

The library lays a sheet out as a full rectangle, so two cells at opposite corners would claim all memory; and it shows an error value,
or a formula that was never calculated, as an empty cell, which is something else.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import BinaryIO
from xml.etree import ElementTree

from doudi.intake.readers.model import CELL_ERROR, CELL_FORMULA, MEBI, Limits
from doudi.intake.readers.refusals import BROKEN, SAVE_AS, TOO_LARGE, refused
from doudi.intake.readers.unzip import check_members, opened, pieces

_CARRY = 16 * MEBI
_FILLED = re.compile(rb"""<(?:\w+:)?c [^<>]*?\br=["']([A-Z]{1,9})(\d{1,9})["'][^<>]*(?<!/)>""")
_ROW = re.compile(rb"""<(?:\w+:)?row [^<>]*?\br=["'](\d{1,12})["']""")
_CELL = re.compile(rb"""<(?:\w+:)?c ([^<>]*)(?<!/)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_REF = re.compile(rb"""\br=["']([A-Z]{1,9})(\d{1,9})["']""")
_ERROR = re.compile(rb"""\bt=["']e["']""")
_TEXT = re.compile(rb"""\bt=["'](?:str|inlineStr)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>[^<]")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Scan:
    """One sheet: its extent (1-based last row and column with a value), and the cells (row, column; both from 1) that hold none."""

    rows: int = 0
    columns: int = 0
    odd: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_workbook(stream: BinaryIO, limits: Limits) -> dict[str, Scan]:
    """A Scan by sheet name. Every part is unpacked once, as a stream, and its checksum checked.

    Raises FileRefused for damaged archives and parts, and for anything beyond the limits.
    """
    with opened(stream) as archive:
        members = {name: entry for entry, name in check_members(archive, limits)}
        sheets = _sheet_parts(archive, members, limits)
        scans: dict[str, Scan] = {}
        for name, entry in members.items():
            is_sheet = name in sheets.values()
            limit = limits.sheet_bytes if is_sheet else limits.part_bytes
            if entry.file_size > limit:
                raise refused(
                    TOO_LARGE, f"工作簿的一个部分声称展开后有 {entry.file_size:,} 字节，最多 {limit:,} 字节", todo="请拆分，或改用 CSV 报送"
                )
            content = pieces(archive, entry, limit)
            if is_sheet:
                scans[name] = _scan_sheet(content, limits)
            else:
                for _ in content:
                    pass
    return {title: scans[part] for title, part in sheets.items() if part in scans}


def _sheet_parts(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], limits: Limits) -> dict[str, str]:
    """Sheet name -> name of its part."""
    book = _xml(archive, members, "xl/workbook.xml", limits)
    relations = _xml(archive, members, "xl/_rels/workbook.xml.rels", limits)
    targets = {element.get("Id"): element.get("Target", "") for element in relations}
    found: dict[str, str] = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet" and (target := targets.get(_relation(element))):
            part = normpath(target.lstrip("/") if target.startswith("/") else join("xl", target))
            found[element.get("name", "")] = part
    if not found:
        raise refused(BROKEN, "工作簿里没有工作表", todo=SAVE_AS)
    return found


def _relation(element: ElementTree.Element) -> str | None:
    return element.get(_RELATION) or next((value for key, value in element.items() if key.endswith("}id")), None)


def _xml(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, limits: Limits) -> ElementTree.Element:
    if name not in members:
        raise refused(BROKEN, "工作簿缺少必要的部分", todo=SAVE_AS)
    text = b"".join(pieces(archive, members[name], min(limits.part_bytes, 16 * MEBI)))
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise refused(BROKEN, "工作簿里有不该有的声明", todo=SAVE_AS)
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - no entities (checked above), bounded size
    except ElementTree.ParseError as error:
        raise refused(BROKEN, "工作簿的目录读不出来", why=str(error)[:80], todo=SAVE_AS) from None


def _scan_sheet(content: Iterator[bytes], limits: Limits) -> Scan:
    scan = Scan()
    carry = b""
    for piece in content:
        text = carry + piece
        cut = text.rfind(b"row>") + 4
        if cut < 4:
            cut = 0
        if len(text) - cut > _CARRY:
            raise refused(TOO_LARGE, "工作表里有一行超长，不像表格", todo=SAVE_AS)
        _scan_rows(text[:cut], scan, limits)
        carry = text[cut:]
    _scan_rows(carry, scan, limits)
    return scan


def _scan_rows(text: bytes, scan: Scan, limits: Limits) -> None:
    refs = _FILLED.findall(text)
    if refs:
        scan.columns = max(scan.columns, *map(_column, {letters for letters, _ in refs}))
        scan.rows = max(scan.rows, *map(int, {number for _, number in refs}))
    numbers = _ROW.findall(text)
    # a row may be numbered and its cells not; rows that only carry a format do not count
    if numbers and b"<v" in text and len(refs) < text.count(b"<v>"):
        scan.rows = max(scan.rows, *map(int, numbers))
        scan.columns = max(scan.columns, 1)
    if scan.columns > limits.columns or scan.rows * scan.columns > limits.sheet_cells:
        size = f"{scan.rows:,} 行 × {scan.columns:,} 列"
        raise refused(TOO_LARGE, f"工作表展开后有 {size}，超过 {limits.sheet_cells:,} 个单元格或 {limits.columns} 列", todo="请拆分，或改用 CSV 报送")
    if _ERROR.search(text) or _FORMULA.search(text):
        _scan_odd(text, scan, limits)


def _scan_odd(text: bytes, scan: Scan, limits: Limits) -> None:
    for cell in _CELL.finditer(text):
        attributes, body = cell[1], cell[2]
        fault = ""
        if _ERROR.search(attributes):
            fault = CELL_ERROR
        elif _FORMULA.search(body) and not _VALUE.search(body) and not _TEXT.search(attributes):
            fault = CELL_FORMULA
        if fault and (ref := _REF.search(attributes)):
            scan.odd[int(ref[2]), _column(ref[1])] = fault
    if len(scan.odd) > limits.odd_cells:
        raise refused(TOO_LARGE, f"工作表里的错误值和没有结果的公式超过 {limits.odd_cells:,} 个", todo="请改正公式，或粘贴为数值后报送")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
