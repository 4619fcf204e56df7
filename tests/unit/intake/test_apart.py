"""The program that reads binary forms: what happens when a file kills it, or never ends."""

from __future__ import annotations

import io
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.intake.files import open_bytes, rows_of

from doudi.intake.readers.apart import Converter
from doudi.intake.readers.model import LIMITS, FileRefused

PROGRAM = "import socket, sys, time; s = socket.socket(fileno=int(sys.argv[1])); s.recv(10); {}"


def convert(converter: Converter) -> FileRefused:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as rows, pytest.raises(FileRefused) as caught:
        converter.convert(source.fileno(), rows.fileno(), "xlsx", LIMITS)
    return caught.value


@pytest.mark.parametrize(
    ("does", "why"),
    [("sys.exit(134)", "读取程序因内容异常而中止"), ("s.sendall(b'123'); sys.exit(1)", "读取程序因内容异常而中止"), ("time.sleep(60)", "读取超时")],
    ids=["dies", "dies in its reply", "never answers"],
)
def test_a_file_that_kills_its_reader_is_refused_and_nothing_else(does: str, why: str) -> None:
    converter = Converter([sys.executable, "-c", PROGRAM.format(does)], seconds=2)
    for _ in range(2):
        refusal = convert(converter)
        assert refusal.fault.code == "file_broken"
        assert refusal.fault.why == why
    converter.stop()


def test_the_next_file_is_read_by_a_new_reader() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": ["1"]}), out)
    for _ in range(2):
        assert rows_of(open_bytes(out.getvalue())) == [(1, ["1"])]
        with pytest.raises(FileRefused):
            open_bytes(out.getvalue()[:-3] + b"xyz")
