"""A folder that appears whole or not at all: written beside its place, under a lock, and renamed at the end."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


@contextmanager
def unfinished(parent: Path, prefix: str) -> Generator[Path, None, None]:
    """A folder of the owner's alone to write into and rename; it is gone afterwards, and those whose process was killed are cleared away."""
    with ExitStack() as held:
        with _locked(parent):  # so that nobody takes ours for one that was left
            for found in parent.glob(f"{prefix}*"):
                with suppress(BlockingIOError), _locked(found, fcntl.LOCK_NB):
                    shutil.rmtree(found, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            held.enter_context(_locked(made))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)  # renamed, if all went well


@contextmanager
def _locked(folder: Path, how: int = 0) -> Generator[None, None, None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(handle)
