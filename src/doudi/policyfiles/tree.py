"""A policy file as a tree of `Text`, `Seq` and `Map`, each with its place; what a text means is decided by who reads it."""

from __future__ import annotations

import collections.abc as abc
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.yamltext import Mapping, Sequence, parse_yaml

UNREADABLE = code("policy_unreadable", "政策文件无法读取")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a policy file; `str()` is what a fault's `where` shows."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar exactly as written, with the path of keys that leads to it (`versions[0].all_of[1].test`)."""

    value: str
    file: str
    line: int
    key: str

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Seq(abc.Sequence["Tree"]):
    """A YAML list."""

    items: tuple[Tree, ...]
    place: Place
    key: str

    def __getitem__(self, at):  # type: ignore[no-untyped-def, override]
        return self.items[at]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Map(abc.Mapping[str, "Tree"]):
    """A YAML mapping, in the order of the file."""

    entries: dict[str, Tree]
    place: Place
    key: str

    def __getitem__(self, key: str) -> Tree:
        return self.entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


Tree: TypeAlias = Text | Seq | Map


def read_tree(path: Path, shown_as: str, faults: list[Fault]) -> Tree | None:
    """The tree of one file, or None when it is no YAML or empty; faults are added to `faults`."""
    try:
        data = parse_yaml(path.read_text(encoding="utf-8"), shown_as)
    except DoudiError as error:
        faults.extend(error.faults)
        return None
    except UnicodeDecodeError:
        faults.append(Fault(UNREADABLE, "不是 UTF-8 编码的文字", shown_as, todo="另存为 UTF-8"))
        return None
    if data is None:
        faults.append(Fault(UNREADABLE, "文件是空的", shown_as, todo="填写内容或删除文件"))
        return None
    return _grow(data, Place(shown_as, 1), "")


def _grow(data: Any, place: Place, key: str) -> Tree:
    if isinstance(data, Mapping):
        entries = {name: _grow(item, Place(place.file, data.lines[name]), f"{key}.{name}" if key else name) for name, item in data.items()}
        return Map(entries, Place(place.file, data.line), key)
    if isinstance(data, Sequence):
        items = tuple(_grow(item, Place(place.file, data.lines[at]), f"{key}[{at}]") for at, item in enumerate(data))
        return Seq(items, Place(place.file, data.line), key)
    return Text(_written(data), place.file, place.line, key)


def _written(value: str | bool | int | Decimal | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).strip()
