"""A contract compiled to what intake runs: a converter for each column, claims about each row.

Semantics (policy section 4): in a required field an empty, unreadable, impossible or unknown value refuses the row; in an optional field
it is emptied and reported. Citizen IDs are never refused here: whose row it is, is for identity to decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from doudi.contracts.cells import DASHES, MACHINE_EMPTY, SPOKEN_EMPTY, as_text
from doudi.contracts.converters import SCIENTIFIC, Unreadable, converter
from doudi.contracts.model import Check, Contract, Field
from doudi.contracts.problems import NUMBER_LOST, PATTERN_UNUSUAL, REGION_PADDED, ROW_CHECK, VALUE_MISSING, Problem, shown
from doudi.contracts.rowchecks import RowCheck, compile_check
from doudi.standards import CodeList

_EXACT = 10**15
_MEMO_LIMIT = 20_000
"""Distinct values remembered per column; more are forgotten at once, so that memory does not grow with the file."""


@dataclass(frozen=True)
class ConvertedColumn:
    """Values by row (None: empty), and the problems of the rows that have one, by row index.

    A value is a str (id18, name, phone, text, code, regions), an int (fen for money, month index for month), a date, a bool, or a Decimal
    (ratio).
    """

    values: list[object]
    problems: dict[int, Problem] = field(default_factory=dict)


class CompiledField:
    """Converts the cells of one column. Repeated values cost one dictionary lookup."""

    def __init__(self, spec: Field, code_list: CodeList | None) -> None:
        self.field = spec
        self._convert = converter(spec, code_list)
        self._pattern = re.compile(spec.pattern) if spec.pattern else None
        self._empty_words = _empty_words(spec)
        self._memo: dict[str, tuple[object, Problem | None]] = {}

    def convert(self, cells: Sequence[object]) -> ConvertedColumn:
        """The values of `cells`: None, str, int, float, Decimal, bool, date or datetime, as the file's reader gives them."""
        texts = cells if all(type(cell) is str for cell in cells) else [self._text(cell) for cell in cells]
        memo = self._memo
        memo.update((text, self._one(text)) for text in set(texts) - memo.keys())
        found = [memo[text] for text in texts]
        if len(memo) > _MEMO_LIMIT:
            memo.clear()
        return ConvertedColumn([value for value, _ in found], {at: problem for at, (_, problem) in enumerate(found) if problem is not None})

    def _text(self, cell: object) -> str:
        if self.field.record_no and isinstance(cell, float) and abs(cell) >= _EXACT:
            return f"{cell:E}"  # a spreadsheet keeps 15 digits: the others are lost, and must not look like zeros
        return as_text(cell)

    def _one(self, delivered: str) -> tuple[object, Problem | None]:
        text = as_text(delivered)
        if not text or text in MACHINE_EMPTY:
            return None, self._missing()
        try:
            value = self._convert(text)
        except Unreadable as error:
            if text in self._empty_words:
                return None, self._missing()
            return None, self._problem(error.code, f"“{self._shown(text)}”{error.reason}", refuses=self.field.required)
        if isinstance(value, str) and text in self._empty_words and self.field.type != "code":
            return None, self._missing()
        return value, self._remark(text, value)

    def _missing(self) -> Problem | None:
        if self.field.required and self.field.type != "id18":
            return self._problem(VALUE_MISSING, "必填，不能为空", refuses=True)
        return None

    def _remark(self, text: str, value: object) -> Problem | None:
        """A problem with a value that is kept."""
        if self.field.type == "region12" and isinstance(value, str) and len(as_text(text)) < len(value):
            return self._problem(REGION_PADDED, f"“{shown(text)}”不足12位，已用0补足", refuses=False)
        if self.field.embeds_id and SCIENTIFIC.fullmatch(text):
            return self._problem(NUMBER_LOST, "被表格软件写成科学计数，末尾数字已丢失，已按原样保留", refuses=False)
        if self._pattern and not self._pattern.fullmatch(str(value)):
            return self._problem(PATTERN_UNUSUAL, f"“{self._shown(text)}”的写法与要求不同，已按原样保留", refuses=False)
        return None

    def _problem(self, code: str, says: str, *, refuses: bool) -> Problem:
        return Problem(code, f"{self.field.header}：{says}", refuses)

    def _shown(self, text: str) -> str:
        return "*" * min(len(text), 18) if self.field.personal else shown(text)


@dataclass(frozen=True)
class CompiledContract:
    """A contract with its converters by field name and its row checks."""

    contract: Contract
    columns: Mapping[str, CompiledField]
    checks: tuple[tuple[Check, RowCheck], ...]

    def check_rows(self, values: Mapping[str, Sequence[object]]) -> dict[int, list[Problem]]:
        """The claims that rows contradict, by row index. `values` are converted columns by field; none of the problems refuses the row."""
        found: dict[int, list[Problem]] = {}
        for check, compiled in self.checks:
            problem = Problem(ROW_CHECK, f"本行不符合“{check.says}”", refuses=False)
            for index in compiled.failing(values):
                found.setdefault(index, []).append(problem)
        return found


def compile_contract(contract: Contract, codelists: Mapping[str, CodeList]) -> CompiledContract:
    """The compiled contract. Keep it as long as deliveries of the dataset are read: it remembers what values mean."""
    columns = {each.name: CompiledField(each, codelists[each.code_list] if each.code_list else None) for each in contract.fields}
    checks = tuple((check, compile_check(check.test, contract.by_name)) for check in contract.checks)
    return CompiledContract(contract, columns, checks)


def _empty_words(spec: Field) -> frozenset[str]:
    """What stands for nothing: 无 may be an answer in free text, a dash never is where something is required."""
    if spec.type not in ("name", "text") or spec.record_no:
        return SPOKEN_EMPTY
    return DASHES if spec.required or spec.key or spec.type == "name" else frozenset()
