"""Binary forms are read in a program apart (`child`): a hostile or damaged file may crash it or claim all its memory, never ours.

The libraries that read workbooks and Parquet are written in Rust and C++ and were found to abort the whole process on damaged files.
The child lives on from file to file; when a file kills it, that file is refused and the next one gets a new child. Rows come back
through an unnamed temporary file, so that memory stays flat on both sides and nothing is left on disk.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache
from typing import Any, BinaryIO

import orjson

from doudi.intake.readers.model import MEBI, Batch, FileRefused, Limits, Opened, Sheet
from doudi.intake.readers.refusals import BROKEN, SAVE_AS, refused
from doudi.kernel.errors import Fault

_SECONDS = 600.0
"""Longest for one file; the largest that the limits let through takes a small part of it."""


def open_apart(stream: BinaryIO, form: str, limits: Limits) -> Opened:
    """The sheets of a file whose form a child reads (`child.OPENERS`).

    Raises FileRefused with the child's reason, or because the child did not survive the file.
    """
    rows = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as what was opened
    try:
        with _with_descriptor(stream) as source:
            reply = _converter().convert(source, rows.fileno(), form, limits)
        if fault := reply.get("fault"):
            raise FileRefused(Fault(**fault))
        sheets = tuple(Sheet(about["name"], _batches(rows, *about["lines"]), _header(about), about["hidden"]) for about in reply["sheets"])
    except BaseException:
        rows.close()
        raise
    opened = Opened(form, sheets, reply["notes"])
    weakref.finalize(opened, rows.close)
    return opened


def _header(about: dict[str, Any]) -> tuple[str, ...] | None:
    return None if about["header"] is None else tuple(about["header"])


@contextmanager
def _with_descriptor(stream: BinaryIO) -> Iterator[int]:
    """A descriptor of the stream's bytes, at their start: its own if it is a file, else that of a copy."""
    stream.seek(0)
    try:
        own = stream.fileno()
    except OSError:
        with tempfile.TemporaryFile() as copy:
            while piece := stream.read(MEBI):
                copy.write(piece)
            copy.flush()
            copy.seek(0)
            yield copy.fileno()
    else:
        os.lseek(own, 0, os.SEEK_SET)
        yield own
        stream.seek(0)


def _batches(rows: BinaryIO, start: int, end: int) -> Callable[[], Iterator[Batch]]:
    def batches() -> Iterator[Batch]:
        place = start
        while place < end:
            rows.seek(place)
            line = rows.readline()
            place += len(line)
            found = orjson.loads(line)
            marks = {(at, column): mark for at, column, mark in found["marks"]}
            yield Batch(found["rows"], found["cells"], marks, wide=frozenset(found["wide"]))

    return batches


class Converter:
    """Holds the child: started when first needed, started anew when it died. `command` gets the socket's descriptor as its last argument."""

    def __init__(self, command: Sequence[str], seconds: float = _SECONDS) -> None:
        self._command, self._seconds = command, seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def convert(self, source: int, rows: int, form: str, limits: Limits) -> dict[str, Any]:
        """The child's reply; a refusal if it died or took too long."""
        if self._child is None or self._child.poll() is not None:
            self._start()
        assert self._socket is not None
        try:
            socket.send_fds(self._socket, [orjson.dumps({"form": form, "limits": asdict(limits)})], [source, rows])
            size = self._exactly(8)
            return orjson.loads(self._exactly(int.from_bytes(size, "big")))
        except (OSError, EOFError) as error:
            self.stop()
            why = "读取超时" if isinstance(error, TimeoutError) else "读取程序因内容异常而中止"
            raise refused(BROKEN, "文件已损坏，或内容大得读不出来", why=why, todo=SAVE_AS) from None
        except BaseException:
            self.stop()  # half a reply may be on its way: the next file must not get it
            raise

    def stop(self) -> None:
        """End the child, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._child is not None:
            with suppress(ProcessLookupError):
                self._child.send_signal(signal.SIGKILL)
            self._child.wait()
            self._child = None

    def _start(self) -> None:
        self.stop()
        ours, theirs = socket.socketpair()
        ours.settimeout(self._seconds)
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                [*self._command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._socket = ours

    def _exactly(self, count: int) -> bytes:
        assert self._socket is not None
        found = bytearray()
        while len(found) < count:
            piece = self._socket.recv(min(MEBI, count - len(found)))
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)


def _converter() -> Converter:
    return _converter_of(os.getpid())


@cache
def _converter_of(process: int) -> Converter:
    """One child for each process: a forked copy must not share its parent's."""
    converter = Converter([sys.executable, "-m", "doudi.intake.readers.child"])
    atexit.register(converter.stop)
    return converter
