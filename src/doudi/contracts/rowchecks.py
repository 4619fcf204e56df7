"""Claims about a row: `self_paid == total_cost - basic_paid`, `end_date >= start_date`.

One comparison of sums of fields of one type (money, int, month), or of two dates. A row in which a field is empty says nothing.
Checks report; they never refuse a row.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doudi.contracts.model import Field

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.LtE: operator.le,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.Gt: operator.gt,
}
_SUMS = ("money", "int", "month")
_Sum = dict[str, int]
"""How often each field counts in a sum."""


@dataclass(frozen=True)
class RowCheck:
    """A compiled claim: the fields it reads and whether it holds for their values (in that order, none of them None)."""

    fields: tuple[str, ...]
    holds: Callable[[Sequence[Any]], bool]

    def failing(self, columns: Mapping[str, Sequence[Any]]) -> list[int]:
        """The indexes of the rows that contradict the claim. `columns` are converted values by field; a missing column contradicts nothing."""
        if not all(name in columns for name in self.fields):
            return []
        rows = zip(*(columns[name] for name in self.fields), strict=True)
        return [index for index, row in enumerate(rows) if None not in row and not self.holds(row)]


def compile_check(test: str, fields: Mapping[str, Field]) -> RowCheck:
    """The check that `test` says. Raises ValueError, in Chinese, if it is none."""
    try:
        tree = ast.parse(test, mode="eval").body
    except SyntaxError:
        raise ValueError(f"“{test}”不是比较式") from None
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARE:
        raise ValueError(f"“{test}”应是一个比较，用 ==、<、<=、>、>=")
    left, right = _sum(tree.left, fields), _sum(tree.comparators[0], fields)
    names = tuple(dict.fromkeys((*left, *right)))
    types = {fields[name].type for name in names}
    compare = _COMPARE[type(tree.ops[0])]
    if types == {"date"} and list(left.values()) == list(right.values()) == [1]:
        return RowCheck(names, lambda row: compare(row[0], row[-1]))
    if len(types) != 1 or not types & set(_SUMS):
        raise ValueError(f"“{test}”只能比较同一类字段：金额、整数、年月的和差，或两个日期")
    weights = tuple(left.get(name, 0) - right.get(name, 0) for name in names)
    return RowCheck(names, lambda row: compare(sum(map(operator.mul, weights, row)), 0))


def _sum(node: ast.expr, fields: Mapping[str, Field], sign: int = 1) -> _Sum:
    if isinstance(node, ast.Name):
        if node.id not in fields:
            raise ValueError(f"没有字段“{node.id}”")
        return {node.id: sign}
    if isinstance(node, ast.Constant) and node.value == 0:
        return {}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        total = _sum(node.left, fields, sign)
        for name, times in _sum(node.right, fields, sign if isinstance(node.op, ast.Add) else -sign).items():
            total[name] = total.get(name, 0) + times
        return total
    raise ValueError(f"不认识“{ast.unparse(node)}”，只能用字段、0、加号和减号")
