"""Reading one mapping of a policy file: ask for its keys, gather what is wrong, report keys that nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from fractions import Fraction
from types import TracebackType
from typing import TypeVar

from doudi.kernel.errors import Fault, code
from doudi.policyfiles.model import Basis
from doudi.policyfiles.tree import Map, Place, Seq, Text, Tree

UNKNOWN_KEY = code("policy_unknown_key", "政策文件中有不认识的键")
MISSING_KEY = code("policy_missing_key", "政策文件中缺少必填的键")
WRONG_TYPE = code("policy_wrong_type", "政策文件中的内容形式不对")

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KIND_NAMES = {Text: "文字", Seq: "列表", Map: "键值"}
_T = TypeVar("_T")
_N = TypeVar("_N", Text, Seq, Map)


class Form:
    """Used as `with Form(tree, faults) as form:`; on leaving it, keys that were not asked for are faults."""

    def __init__(self, tree: Map, faults: list[Fault]) -> None:
        self.tree, self.faults, self._asked = tree, faults, set[str]()

    def __enter__(self) -> Form:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            for key in self.tree:
                if key not in self._asked:
                    known = "、".join(sorted(self._asked))
                    self.fault(UNKNOWN_KEY, f"不认识的键 {key}", self.tree[key].place, todo=f"可用的键：{known}")

    def fault(self, kind: str, what: str, place: Place | None = None, why: str = "", todo: str = "") -> None:
        """Note something wrong at `place`, or at the mapping itself."""
        self.faults.append(Fault(kind, what, str(place or self.tree.place), why, todo))

    def _node(self, key: str, kind: type[_N], required: bool) -> _N | None:
        self._asked.add(key)
        node = self.tree.get(key)
        if node is None or (isinstance(node, Text) and not node.value):
            if required:
                self.fault(MISSING_KEY, f"缺少 {key}", todo=f"补上 {key}")
            return None
        if not isinstance(node, kind):
            self.fault(WRONG_TYPE, f"{key} 应为{_KIND_NAMES[kind]}", node.place)
            return None
        return node

    def text(self, key: str, required: bool = True) -> Text | None:
        """A text with its place."""
        return self._node(key, Text, required)

    def word(self, key: str, required: bool = True, default: str = "") -> str:
        """A text without its place."""
        found = self._node(key, Text, required)
        return found.value if found else default

    def identifier(self, key: str, required: bool = True) -> str:
        """A text of small letters, digits and underscores."""
        found = self._node(key, Text, required)
        if found and not _IDENTIFIER.fullmatch(found.value):
            self.fault(WRONG_TYPE, f"{key} 不是合法的标识：{found.value}", found.place, todo="用小写字母、数字和下划线，以字母开头")
        return found.value if found else ""

    def choice(self, key: str, options: Collection[str], default: str | None = None) -> str:
        """One of a few words; required unless there is a default."""
        found = self._node(key, Text, default is None)
        if found and found.value not in options:
            self.fault(WRONG_TYPE, f"{key} 不能是 {found.value}", found.place, todo="可用：" + "、".join(options))
        return found.value if found else (default or "")

    def flag(self, key: str) -> bool:
        """true or false; false when it is not there."""
        return self.choice(key, ("true", "false"), "false") == "true"

    def day(self, key: str, required: bool = True) -> date | None:
        """A day as 2026-10-31."""
        return self._parsed(key, required, "日期，如 2026-10-31", lambda text: date.fromisoformat(text) if _DAY.fullmatch(text) else None)

    def integer(self, key: str, required: bool = True) -> int | None:
        """A whole number."""
        return self._parsed(key, required, "整数", int)

    def exact(self, key: str, required: bool = False) -> Fraction | None:
        """A decimal number, exact: never through a float."""
        return self._parsed(key, required, "数字，如 0.6 或 485", lambda text: Fraction(text) if _NUMBER.fullmatch(text) else None)

    def _parsed(self, key: str, required: bool, form: str, parse: Callable[[str], _T | None]) -> _T | None:
        found = self._node(key, Text, required)
        if not found:
            return None
        try:
            value = parse(found.value)
        except ValueError:
            value = None
        if value is None:
            self.fault(WRONG_TYPE, f"{key} 应为{form}，现为 {found.value}", found.place)
        return value

    def map(self, key: str, required: bool = True) -> Map | None:
        """A mapping."""
        return self._node(key, Map, required)

    def seq(self, key: str, required: bool = True) -> Seq | None:
        """A list."""
        return self._node(key, Seq, required)

    def maps(self, key: str, required: bool = True) -> list[Map]:
        """A list of mappings; items of another kind are faults."""
        return self._only(Map, key, self.seq(key, required) or ())

    def words(self, key: str, required: bool = True) -> tuple[str, ...]:
        """A list of texts, or one text."""
        node = self.tree.get(key)
        if isinstance(node, Text) and node.value:
            self._asked.add(key)
            return (node.value,)
        return self.listed(key, required)

    def listed(self, key: str, required: bool = True) -> tuple[str, ...]:
        """A list of texts; a single text is a fault."""
        return tuple(item.value for item in self._only(Text, key, self.seq(key, required) or ()))

    def texts(self, key: str, required: bool = True) -> dict[str, Text]:
        """A mapping whose values are texts."""
        found = self.map(key, required)
        return {name: text for name, item in found.items() for text in self._only(Text, name, (item,))} if found else {}

    def _only(self, kind: type[_N], key: str, items: Iterable[Tree]) -> list[_N]:
        fitting: list[_N] = []
        for item in items:
            if isinstance(item, kind):
                fitting.append(item)
            else:
                self.fault(WRONG_TYPE, f"{key} 中应为{_KIND_NAMES[kind]}", item.place)
        return fitting

    def basis(self, key: str = "basis", required: bool = True) -> tuple[Basis, ...]:
        """One basis or a list of them."""
        self._asked.add(key)
        node = self.tree.get(key)
        if isinstance(node, Map):
            return (read_basis(node, self.faults),)
        return tuple(read_basis(item, self.faults) for item in self.maps(key, required))


def read_basis(tree: Map, faults: list[Fault]) -> Basis:
    """`{document, clause, text, note, to_confirm}`; only the document is required."""
    with Form(tree, faults) as form:
        return Basis(form.word("document"), form.word("clause", False), form.word("text", False), form.word("note", False), form.flag("to_confirm"))
