"""Why a file cannot be opened: stable codes, and the advice that goes with each. The name of the file is added by the caller."""

from __future__ import annotations

from doudi.intake.readers.model import FileRefused
from doudi.kernel.errors import Fault, code

EMPTY = code("file_empty", "文件是空的（0 字节）")
BLANK = code("file_blank", "文件里没有内容，只有空白")
BINARY = code("file_binary", "不是表格文件，或内容已损坏")
ENCODING = code("file_encoding", "文字编码读不出来")
BROKEN = code("file_broken", "文件不完整或已损坏")
TOO_LARGE = code("file_too_large", "文件（或解压、展开后）超过允许的大小")
ENCRYPTED = code("file_encrypted", "文件加了密码")
KIND = code("file_kind", "不接收这种格式的文件")
UNSAFE_NAME = code("file_unsafe_name", "压缩包里的文件名不安全")
NESTED = code("file_nested_archive", "压缩包里还有压缩包")
NO_RECORD = code("file_no_record", "文件里没有一行能读出来")

SAVE_AS = "请另存为 XLSX 或 CSV（UTF-8）后重新报送"
SEND_AGAIN = "请重新导出并报送"


def refused(name: str, what: str, *, why: str = "", todo: str = SEND_AGAIN) -> FileRefused:
    """A refusal with one fault, to be raised."""
    return FileRefused(Fault(name, what, why=why, todo=todo))
