"""Run as a program of its own: reads workbooks and Parquet files for `apart`, within limits that the operating system keeps.

A request is a JSON text with two open files: what to read, and where the rows go, a JSON line for each batch. The reply is eight bytes of
length and a JSON text: the sheets with their place among the lines, or the fault. It ends when the other side of the socket does.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from doudi.intake.readers.model import MEBI, Batch, FileRefused, Limits, Opened, Opener
from doudi.intake.readers.oldbook import open_oldbook
from doudi.intake.readers.parquet import open_parquet
from doudi.intake.readers.refusals import TOO_LARGE, refused
from doudi.intake.readers.workbook import open_workbook

OPENERS: dict[str, Opener] = {"parquet": open_parquet, "xlsx": open_workbook, "xls": open_oldbook}

_MEMORY = 3072 * MEBI
"""Address space; a good part of it is only reserved by the libraries."""


def main() -> None:
    """Argument: the descriptor of the socket."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        while True:
            message, files, _, _ = socket.recv_fds(connection, 64 * 1024, 2)
            if not message:
                return
            request = orjson.loads(message)
            with os.fdopen(files[0], "rb") as source, os.fdopen(files[1], "wb") as rows:
                reply = orjson.dumps(answer(source, rows, request["form"], Limits(**request["limits"])))
            connection.sendall(len(reply).to_bytes(8, "big") + reply)


def answer(source: BinaryIO, rows: BinaryIO, form: str, limits: Limits) -> dict[str, Any]:
    """Read one file, write its rows, and say where they are."""
    try:
        opened = OPENERS[form](source, limits)
        return {"sheets": _write(opened, rows, limits), "notes": dict(opened.notes)}
    except FileRefused as refusal:
        return {"fault": asdict(refusal.fault)}
    except MemoryError:
        return {"fault": asdict(refused(TOO_LARGE, "文件展开后太大，超过允许的内存", todo="请拆分，或改用 CSV 报送").fault)}


def _write(opened: Opened, rows: BinaryIO, limits: Limits) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    place = 0
    for sheet in opened.sheets:
        start = place
        for batch in sheet.batches():
            place += rows.write(_line(batch))
            if place > limits.unpacked_bytes:
                raise refused(TOO_LARGE, f"文件展开后超过 {limits.unpacked_bytes:,} 字节", todo="请拆分后报送")
        found.append({"name": sheet.name, "header": sheet.header, "hidden": sheet.hidden, "lines": (start, place)})
    rows.flush()
    return found


def _line(batch: Batch) -> bytes:
    marks = [(at, column, mark) for (at, column), mark in batch.marks.items()]
    content = {"rows": batch.rows, "cells": batch.cells, "marks": marks, "wide": sorted(batch.wide)}
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    main()
