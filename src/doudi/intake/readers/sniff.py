"""What a file is, by its content: extensions lie (an XLSX named .xls, a web page named .xls)."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

from doudi.intake.readers.refusals import BINARY, BLANK, BROKEN, EMPTY, ENCRYPTED, KIND, SAVE_AS, refused

_HEAD = 64 * 1024
_SPACE = b" \t\r\n\x00\x0b\x0c\xef\xbb\xbf\xff\xfe"

_KNOWN = (
    (b"%PDF", "PDF 文件"),
    (b"\x1f\x8b", "GZIP 压缩文件"),
    (b"Rar!", "RAR 压缩文件"),
    (b"7z\xbc\xaf", "7z 压缩文件"),
    (b"BZh", "BZIP2 压缩文件"),
    (b"\xfd7zXZ", "XZ 压缩文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"II*\x00", "图片"),
    (b"MM\x00*", "图片"),
    (b"{\\rtf", "RTF 文档"),
    (b"SQLite format 3", "SQLite 数据库"),
    (b"MZ", "可执行程序"),
    (b"\x7fELF", "可执行程序"),
    (b"PARE", "加密的 Parquet 文件"),
    (b"ORC", "ORC 文件"),
    (b"Obj\x01", "Avro 文件"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style|script|div)\b", re.I)
_ENCODED_TEXT = (b"\xff\xfe", b"\xfe\xff")


def sniff(stream: BinaryIO, size: int) -> str:
    """`zip`, `xlsx`, `xls`, `parquet`, `jsonl` or `text`, and the stream back at its start.

    Raises FileRefused for everything that is no table: empty, blank, PDF, pictures, web pages, other archives, binary.
    """
    if size == 0:
        raise refused(EMPTY, "文件是空的（0 字节）")
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"PK"):
        return _zip_kind(stream)
    if head.startswith(_OLE):
        return _ole_kind(stream)
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, name in _KNOWN:
        if head.startswith(magic):
            raise refused(KIND, f"这是{name}，不是表格", todo=SAVE_AS)
    return _text_kind(head, size)


def _zip_kind(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError, MemoryError, OverflowError) as error:
        raise refused(BROKEN, "压缩包或 XLSX 文件不完整，打不开", why=str(error)[:80]) from None
    finally:
        stream.seek(0)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise refused(KIND, "这是 XLSB 文件", todo=SAVE_AS)
    if "word/document.xml" in names:
        raise refused(KIND, "这是 Word 文档", todo="请把表格复制到 XLSX 后报送")
    if "ppt/presentation.xml" in names:
        raise refused(KIND, "这是演示文稿", todo=SAVE_AS)
    if "mimetype" in names and "content.xml" in names:
        raise refused(KIND, "这是 ODS（OpenDocument）文件", todo=SAVE_AS)
    if "[Content_Types].xml" in names:
        raise refused(BROKEN, "XLSX 文件缺少工作簿部分", todo=SAVE_AS)
    return "zip"


def _ole_kind(stream: BinaryIO) -> str:
    """Old Office files are small file systems; their streams' names (UTF-16) tell the kind."""
    found: set[str] = set()
    names = {"EncryptedPackage": "encrypted", "WordDocument": "word", "PowerPoint Document": "slides", "Workbook": "book", "Book": "book"}
    needles = {name.encode("utf-16-le"): kind for name, kind in names.items()}
    carry = b""
    while chunk := stream.read(1 << 20):
        text = carry + chunk
        found.update(kind for needle, kind in needles.items() if needle in text)
        carry = text[-64:]
    stream.seek(0)
    if "encrypted" in found:
        raise refused(ENCRYPTED, "这个工作簿加了打开密码", todo="请去掉密码后重新报送")
    if "book" in found:
        return "xls"
    if "word" in found or "slides" in found:
        raise refused(KIND, "这是 Word 文档或演示文稿，不是表格", todo="请把表格复制到 XLSX 后报送")
    raise refused(BROKEN, "这个旧版 Office 文件里找不到工作簿", todo=SAVE_AS)


def _text_kind(head: bytes, size: int) -> str:
    bare = head.lstrip(_SPACE)
    if not bare and size <= len(head):
        raise refused(BLANK, "文件里只有空白")
    if head.startswith(_ENCODED_TEXT):
        return "text"
    if b"\x00" in head:
        raise refused(BINARY, "文件里有空字符，不是文本表格", why="可能是二进制文件，或传输中损坏", todo=SAVE_AS)
    controls = sum(byte < 32 and byte not in (9, 10, 11, 12, 13, 26) for byte in bare[:4096])
    if controls * 50 > len(bare[:4096]):
        raise refused(BINARY, "内容是二进制，不是表格", todo=SAVE_AS)
    if bare.startswith((b"<", b"MIME-Version")) and (_HTML.search(head[:8192]) or bare.startswith(b"MIME")):
        raise refused(KIND, "这是网页（HTML）格式的表格", why="有的系统导出的“.xls”其实是网页", todo="请用 Excel 或 WPS 打开后另存为 XLSX 再报送")
    if bare.startswith(b"<?xml"):
        raise refused(KIND, "这是 XML 文件", todo=SAVE_AS)
    if bare.startswith(b"{"):
        return "jsonl"
    if re.match(rb"\[\s*[{\]]", bare):
        raise refused(KIND, "这是 JSON 数组，不是 JSON Lines", todo="请每行写一个 JSON 对象后重新报送")
    return "text"
