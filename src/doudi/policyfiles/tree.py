"""YAML with places: every text knows its file and line, numbers stay as they were written, a key given twice is a fault.

The usual loaders turn `on` into true, `0.6` into a float and forget the lines. Here a file is a tree of `Text`, `Seq` and `Map`;
what a text means is decided by who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from doudi.kernel.errors import Fault, code

UNREADABLE = code("policy_unreadable", "政策文件无法读取：不是合法的 YAML")
REPEATED_KEY = code("policy_repeated_key", "政策文件中同一处的键重复")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a policy file; `str()` is what a fault's `where` shows."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行"


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar exactly as written, with the path of keys that leads to it (`versions[0].all_of[1].test`)."""

    value: str
    file: str
    line: int
    key: str
    quoted: bool = False

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Seq(Sequence["Tree"]):
    """A YAML list."""

    items: tuple[Tree, ...]
    place: Place
    key: str

    def __getitem__(self, at):  # type: ignore[no-untyped-def, override]
        return self.items[at]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Map(Mapping[str, "Tree"]):
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
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        faults.append(
            Fault(
                UNREADABLE,
                "不是合法的 YAML",
                str(Place(shown_as, line)),
                str(error.problem),
                "检查缩进、冒号后的空格和引号；含逗号的表达式在花括号内须加引号",
            )
        )
        return None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(Fault(UNREADABLE, "无法读取", shown_as, str(error), "文件须为 UTF-8 编码的 YAML"))
        return None
    if node is None:
        faults.append(Fault(UNREADABLE, "文件是空的", shown_as, todo="填写内容或删除文件"))
        return None
    return _grow(node, shown_as, "", faults)


def _grow(node: yaml.Node, file: str, key: str, faults: list[Fault]) -> Tree:
    place = Place(file, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return Text(node.value.strip(), file, place.line, key, quoted=node.style in ("'", '"'))
    if isinstance(node, yaml.SequenceNode):
        return Seq(tuple(_grow(item, file, f"{key}[{at}]", faults) for at, item in enumerate(node.value)), place, key)
    entries: dict[str, Tree] = {}
    for name, child in node.value:
        word = str(name.value)
        if word in entries:
            faults.append(Fault(REPEATED_KEY, f"键 {word} 出现了两次", str(Place(file, name.start_mark.line + 1)), todo="只保留一个"))
            continue
        entries[word] = _grow(child, file, f"{key}.{word}" if key else word, faults)
    return Map(entries, place, key)
