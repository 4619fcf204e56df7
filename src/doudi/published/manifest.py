"""`run.json`: what a published run is, what it stands on, what it found, and the checksum of every file in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.published.schema import SCHEMA_VERSION

MANIFEST = "run.json"
TIMES = "times.json"
"""When the run ran and how long it took: the one file that equal inputs do not make equal, outside the checksums."""

UNREADABLE = code("run_unreadable", "发布的运行结果缺失或无法读取")
OTHER_VERSION = code("run_schema_version", "发布的运行结果是本程序不认识的格式版本")


@dataclass(frozen=True)
class Policy:
    """The policy of a run: `version` and `title` as its officers write them, `hash` over its files."""

    name: str
    version: str
    hash: str
    title: str = ""


@dataclass(frozen=True)
class Input:
    """A delivery the run stands on; the rest about it is in `deliveries.parquet`."""

    delivery: str
    dataset: str
    period: str


@dataclass(frozen=True)
class File:
    """A file of the run: SHA-256 in hex, bytes, and rows where it is a table."""

    sha256: str
    bytes: int
    rows: int | None = None


@dataclass(frozen=True)
class Manifest:
    """The content of `run.json`. `counts` is {"alerts": n, "by_rule": {…}, "by_grade": {…}, "by_change": {…}, …}."""

    run: str
    as_of: date
    cut: str
    policy: Policy
    contracts: str
    inputs: tuple[Input, ...] = ()
    previous: str | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    schema_version: str = SCHEMA_VERSION

    def dump(self) -> bytes:
        """The bytes of `run.json`: keys sorted, UTF-8, one newline at the end."""
        content = {**asdict(self), "as_of": self.as_of.isoformat()}
        return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def is_readable(folder: Path) -> bool:
    """Whether a run is of a schema version that can be read; a damaged `run.json` is not said to be of another version."""
    try:
        found = str(json.loads((folder / MANIFEST).read_bytes())["schema_version"])
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return found.split(".")[0] == SCHEMA_VERSION.split(".")[0]


def load_manifest(folder: Path) -> Manifest:
    """Read `folder/run.json`. Raises DoudiError if it is not there, is damaged, or has another major schema version."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_bytes())
        version = str(content["schema_version"])
        if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
            what = f"格式版本 {version}，本程序能读 {SCHEMA_VERSION}"
            raise DoudiError(Fault(OTHER_VERSION, what, str(path), todo="请用相应版本的程序打开，或重新运行 doudi run"))
        content["as_of"] = date.fromisoformat(content["as_of"])
        content["policy"] = Policy(**content["policy"])
        content["inputs"] = tuple(Input(**one) for one in content["inputs"])
        content["files"] = {name: File(**one) for name, one in content["files"].items()}
        return Manifest(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DoudiError(Fault(UNREADABLE, "读不到运行结果", str(path), why=type(error).__name__, todo="请用 doudi runs 查看已发布的运行")) from error
