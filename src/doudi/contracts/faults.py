"""Gathers what is wrong with one contract file, with its line, so that its owner mends everything in one go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from doudi.kernel.errors import Fault, code
from doudi.kernel.yamltext import Mapping, Sequence

KEY_UNKNOWN = code("contract_key_unknown", "数据契约中有不认识的项目")
VALUE_MISSING = code("contract_value_missing", "数据契约缺少必需的项目")
VALUE_WRONG = code("contract_value_wrong", "数据契约中的内容不对")
CONFLICT = code("contract_conflict", "数据契约前后矛盾")


class Faults(list[Fault]):
    """The faults of one file; `name` is what the file is called in them. The `get` methods add a fault and give a harmless value."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def at(self, line: int) -> str:
        """`contracts/death.yaml:12`."""
        return f"{self.name}:{line}"

    def add(self, kind: str, what: str, line: int, todo: str = "") -> None:
        """Note one fault."""
        self.append(Fault(kind, what, self.at(line), todo=todo))

    def known_keys(self, node: Mapping, allowed: Collection[str], place: str) -> None:
        """Note every key of `node` that is not allowed there: mostly a slip of the pen that would otherwise be ignored in silence."""
        for key in node:
            if key not in allowed:
                self.add(KEY_UNKNOWN, f"{place}没有“{key}”这一项", node.lines[key], todo=f"可用：{'、'.join(sorted(allowed))}")

    def get_text(self, node: Mapping, key: str, *, required: bool = True) -> str:
        """A text, empty if it is missing."""
        value = node.get(key)
        if value is None:
            if required:
                self.add(VALUE_MISSING, f"缺少“{key}”", node.lines.get(key, node.line))
            return ""
        if not isinstance(value, str):
            self.add(VALUE_WRONG, f"“{key}”应是文字", node.lines[key], todo="数字和 true、false 作文字用时加引号")
            return ""
        return value.strip()

    def get_word(self, node: Mapping, key: str, words: Collection[str], *, required: bool = True) -> str:
        """A word of a closed list, empty if it is missing or another."""
        value = self.get_text(node, key, required=required)
        if value and value not in words:
            self.add(VALUE_WRONG, f"“{key}”不能是“{value}”", node.lines[key], todo=f"可用：{'、'.join(words)}")
            return ""
        return value

    def get_flag(self, node: Mapping, key: str) -> bool:
        """true or false; false if it is missing."""
        value = node.get(key, False)
        if not isinstance(value, bool):
            self.add(VALUE_WRONG, f"“{key}”只能是 true 或 false", node.lines[key])
        return value is True

    def get_mapping(self, node: Mapping, key: str, *, required: bool = True) -> Mapping:
        """A mapping, empty if it is missing."""
        value = node.get(key)
        if isinstance(value, Mapping):
            return value
        if required or value is not None:
            self.add(VALUE_MISSING if value is None else VALUE_WRONG, f"“{key}”应是一组键值", node.lines.get(key, node.line))
        return Mapping(node.lines.get(key, node.line))

    def get_mappings(self, node: Mapping, key: str, *, required: bool = True) -> list[Mapping]:
        """A list of mappings, empty if it is missing."""
        value: Any = node.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, Sequence) or (required and not value):
            self.add(VALUE_MISSING if value is None else VALUE_WRONG, f"“{key}”应是一个列表", node.lines.get(key, node.line))
            return []
        for entry, line in zip(value, value.lines, strict=True):
            if not isinstance(entry, Mapping):
                self.add(VALUE_WRONG, f"“{key}”的每一项应是一组键值", line)
        return [entry for entry in value if isinstance(entry, Mapping)]
