"""The home of one installation: where everything lies, one writer at a time, and folders that appear whole or not at all.

Layout: `docs/explanation/how-it-works.md`. Whatever was interrupted leaves only folders named `.tmp-*`; the next writer removes them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from doudi.kernel.errors import DoudiError, Fault, code

FORMAT = 2
"""Version of the layout below the home; a home of another version is not opened."""

TEMPORARY, UNFINISHED = ".tmp-", ".unfinished-"
OF_THE_SITE = frozenset({"postgres", "site"})
"""Folders of the casework site, which may be prepared before the first delivery comes."""

HOME_MISSING = code("home_missing", "数据目录不存在")
HOME_FOREIGN = code("home_foreign", "目录不是兜底数据目录")
HOME_VERSION = code("home_version", "数据目录版本不符")
HOME_BUSY = code("home_busy", "数据目录正被另一个程序写入")
HOME_TAKEN = code("home_taken", "目标目录已存在")


_WRITING: set[tuple[int, int, Path]] = set()
"""Process, thread and root of the homes held for writing here."""


@dataclass(frozen=True)
class Home:
    """All data of one installation below `root`. Keys are elsewhere (`identity.keys`)."""

    root: Path

    @property
    def sendings(self) -> Path:
        """Who sent which file when: one JSON file per sending."""
        return self.root / "sendings"

    @property
    def deliveries(self) -> Path:
        """What files contained, checked: one folder per delivery."""
        return self.root / "deliveries"

    @property
    def lake(self) -> Path:
        """What sets of deliveries mean together: one folder per cut."""
        return self.root / "lake"

    @property
    def runs(self) -> Path:
        """Published runs: one folder each."""
        return self.root / "runs"

    @property
    def logs(self) -> Path:
        """Who exported full numbers, and when."""
        return self.root / "logs"

    @classmethod
    def open(cls, root: Path, *, create: bool = True) -> Home:
        """The home at `root`, made if it is not there and `create`.

        Raises DoudiError if there is none and `create` is false, if the folder holds something else, or if its version is another one.
        """
        home = cls(root)
        if not home._about.exists():
            home._found(create)
        found = home._read_about().get("format")
        if found != FORMAT:
            todo = "请用匹配版本的兜底打开，或另建数据目录后重新接收文件"
            raise DoudiError(Fault(HOME_VERSION, f"数据目录版本为 {found}，本程序需要版本 {FORMAT}", str(root), todo=todo))
        return home

    @property
    def key_fingerprint(self) -> str | None:
        """Fingerprint of the key that this home is written with; None before the first use."""
        return self._read_about().get("key")

    def bind_key(self, fingerprint: str) -> None:
        """Note the fingerprint of the key, once; a home keeps its key."""
        about = self._read_about()
        if about.setdefault("key", fingerprint) != fingerprint:
            raise ValueError("the home is bound to another key")
        write_whole(self._about, _json_bytes(about))

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Hold the home for writing; `what` (Chinese) tells others who has it. The lock dies with the process; it may be taken again inside.

        Left-overs of interrupted work are removed on entry. Raises DoudiError if another process is writing.
        """
        own = (os.getpid(), threading.get_ident(), self.root.resolve())
        if own in _WRITING:
            yield
            return
        handle = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
                fault = Fault(HOME_BUSY, "数据目录正在被写入", str(self.root), why=holder or "另一个程序正在工作", todo="等它结束后再试")
                raise DoudiError(fault) from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{what}（进程 {os.getpid()}）".encode(), 0)
            self.sweep()
            _WRITING.add(own)
            yield
            os.ftruncate(handle, 0)
        finally:
            _WRITING.discard(own)
            os.close(handle)

    def sweep(self) -> int:
        """Remove temporary folders and files that nobody holds any more; returns how many. Call only while writing."""
        left = [path for pattern in (f"{TEMPORARY}*", f"*/{TEMPORARY}*") for path in self.root.glob(pattern)]
        return sum(_remove_unheld(path) for path in left)

    @contextmanager
    def new_folder(self, parent: Path, name: str) -> Iterator[Path]:
        """A temporary folder that becomes `parent/name` when the block ends well: flushed to disk, then renamed in one step.

        If the block fails, nothing is left. Raises DoudiError if the target is already there.
        """
        target = parent / name
        with self._held_folder(parent) as made:
            yield made
            if target.exists():
                raise _taken(target)
            _flush_tree(made)
            made.rename(target)
            _flush(parent)

    @contextmanager
    def unfinished_folder(self, parent: Path, name: str) -> Iterator[Path]:
        """A folder that becomes `parent/name` when the block ends well. If it fails or is killed, what is in it stays for the next time.

        Only one is kept: beginning another one removes it. Call only while writing. Raises DoudiError if the target is already there.
        """
        target, made = parent / name, parent / f"{UNFINISHED}{name}"
        if target.exists():
            raise _taken(target)
        parent.mkdir(parents=True, exist_ok=True)
        for other in parent.glob(f"{UNFINISHED}*"):
            if other != made:
                shutil.rmtree(other, ignore_errors=True)
        made.mkdir(exist_ok=True)
        yield made
        _flush_tree(made)
        made.rename(target)
        _flush(parent)

    @contextmanager
    def temp_folder(self, what: str) -> Iterator[Path]:
        """A folder for working files of an engine inside the home, removed at the end (or, after a crash, by the next writer)."""
        with self._held_folder(self.root, what) as made:
            yield made

    @contextmanager
    def _held_folder(self, parent: Path, what: str = "") -> Iterator[Path]:
        parent.mkdir(parents=True, exist_ok=True)  # somebody may have tidied up old runs or cuts, folder and all
        made = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{what}", dir=parent))
        handle = os.open(made, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)  # tells `sweep` that somebody is at work here
            yield made
        finally:
            os.close(handle)
            shutil.rmtree(made, ignore_errors=True)

    @property
    def _about(self) -> Path:
        return self.root / "home.json"

    def _read_about(self) -> dict:
        try:
            return dict(json.loads(self._about.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as problem:
            raise DoudiError(
                Fault(HOME_FOREIGN, "home.json 无法读取", str(self._about), why=str(problem), todo="请恢复该文件，或另选数据目录")
            ) from problem

    def _found(self, create: bool) -> None:
        if not create:
            raise DoudiError(Fault(HOME_MISSING, "没有数据目录", str(self.root), todo="先运行 doudi intake，或用 --home 指定已有的数据目录"))
        if self._holds_something():
            raise DoudiError(Fault(HOME_FOREIGN, "目录不为空，且没有 home.json", str(self.root), todo="请用 --home 指定空目录或已有的数据目录"))
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in self._places:
            place.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._about, _json_bytes({"format": FORMAT}))

    def _holds_something(self) -> bool:
        """Whether there is more than the empty folders that an interrupted first start leaves."""
        if not self.root.exists():
            return False
        if not self.root.is_dir():
            return True
        inside = [path for path in self.root.iterdir() if not path.name.startswith(".") and path.name not in OF_THE_SITE]
        return any(path not in self._places or any(path.iterdir()) for path in inside)

    @property
    def _places(self) -> tuple[Path, ...]:
        return (self.sendings, self.deliveries, self.lake, self.runs, self.logs)


def _taken(target: Path) -> DoudiError:
    return DoudiError(Fault(HOME_TAKEN, f"{target.name} 已存在", str(target.parent), todo="已发布的内容不可覆盖；请核对是否重复执行"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it, even after a power cut."""
    handle, made = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(made).rename(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    _flush(path.parent)


def _json_bytes(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_tree(folder: Path) -> None:
    """All files at once: the disk writes them together, several times faster than one after the other."""
    paths = list(folder.rglob("*"))
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(_flush, (path for path in paths if not path.is_dir())))
        list(pool.map(_flush, (path for path in paths if path.is_dir())))
    _flush(folder)


def _remove_unheld(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return True
