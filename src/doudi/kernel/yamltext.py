"""YAML as people write it by hand: plain data that remembers its lines, and nothing of YAML's traps.

- Every mapping knows the line of each key, every list that of each entry: an error can name the place.
- Keys are text (`on:` is "on", not True). Plain `true`/`false` are bool, whole numbers int, numbers with a point Decimal, `null`, `~` and
  nothing None; everything else is text: `no`, `2026-10-31`, `01` too.
- Anchors, aliases, tags, merge keys and double keys are faults: each file says everything itself, once.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from doudi.kernel.errors import DoudiError, Fault, code

UNREADABLE = code("yaml_unreadable", "YAML 文件读不懂")
NOT_ALLOWED = code("yaml_not_allowed", "YAML 文件用了不允许的写法")

_INT = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Mapping(dict[str, Any]):
    """A mapping with the line of each of its keys (`lines`, from 1) and its own (`line`)."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list[Any]):
    """A list with the line of each of its entries (`lines`, from 1) and its own (`line`)."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def parse_yaml(text: str, name: str) -> Any:
    """The data of one YAML document: Mapping, Sequence, str, int, Decimal, bool or None. `name` is what faults call the file.

    Raises DoudiError with every fault found.
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
        faults = [fault for event in yaml.parse(text, Loader=_LOADER) for fault in _traps(event, name)]
    except yaml.YAMLError as error:
        raise DoudiError(_unreadable(error, name)) from None
    if faults:  # an alias may hold itself: built only when there is none
        raise DoudiError(faults)
    data = _value(root, name, faults)
    if faults:
        raise DoudiError(faults)
    return data


def _traps(event: Any, name: str) -> list[Fault]:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    where = f"{name}:{event.start_mark.line + 1}"
    faults = [Fault(NOT_ALLOWED, f"锚点或引用“{anchor}”", where, todo="把内容写全")] if anchor else []
    if tag:
        faults.append(Fault(NOT_ALLOWED, f"类型标记“{tag}”", where, todo="去掉标记，文字加引号即可"))
    return faults


def _unreadable(error: yaml.YAMLError, name: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}" if mark else name
    return Fault(UNREADABLE, "不是正确的 YAML", where, why=str(getattr(error, "problem", None) or error).replace("\n", " "))


def _value(node: Any, name: str, faults: list[Fault]) -> Any:
    if node is None:
        return None
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name, line, faults)
    if isinstance(node, yaml.SequenceNode):
        entries = Sequence(line)
        for child in node.value:
            entries.append(_value(child, name, faults))
            entries.lines.append(child.start_mark.line + 1)
        return entries
    return node.value if node.style else _plain(node.value)


def _mapping(node: Any, name: str, line: int, faults: list[Fault]) -> Mapping:
    found = Mapping(line)
    for key_node, value_node in node.value:
        at = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or (key_node.value == "<<" and not key_node.style):
            faults.append(Fault(NOT_ALLOWED, "键必须是一个词", f"{name}:{at}"))
            continue
        key = str(key_node.value)
        if key in found:
            faults.append(Fault(NOT_ALLOWED, f"“{key}”写了两次", f"{name}:{at}", why=f"第一次在第 {found.lines[key]} 行", todo="只留一处"))
        found[key] = _value(value_node, name, faults)
        found.lines[key] = at
    return found


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
