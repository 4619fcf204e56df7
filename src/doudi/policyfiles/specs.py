"""Reading spec tables: rows of cells between bars, as a policy officer writes them."""

from __future__ import annotations

from datetime import date

from doudi.kernel.errors import Fault
from doudi.policyfiles.form import WRONG_TYPE, Form
from doudi.policyfiles.model import RuleSpec, SpecRow, TextTable, VariableSpec
from doudi.policyfiles.tree import Map, Place, Text

RESULTS = ("hit", "miss", "unknown")
_OUTCOME = ("result", "failed or unknown", "why")


def read_text_table(text: Text, faults: list[Fault]) -> TextTable:
    """A block of lines with bars; the first line names the columns. Blank lines and lines that begin with # are skipped."""
    first = text.line + 1  # the block begins on the line after its key
    lines = [(first + at, line.split("|")) for at, line in enumerate(text.value.split("\n")) if line.strip() and not line.strip().startswith("#")]
    if not lines:
        faults.append(Fault(WRONG_TYPE, "表是空的", str(text.place)))
        return TextTable((), (), (), text.file)
    columns = tuple(cell.strip() for cell in lines[0][1])
    rows: list[tuple[str, ...]] = []
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            faults.append(
                Fault(WRONG_TYPE, f"这一行有 {len(cells)} 格，表头有 {len(columns)} 格", str(Place(text.file, line)), todo="补齐或删去竖线")
            )
        rows.append(tuple(cell.strip() for cell in (*cells, *[""] * len(columns))[: len(columns)]))
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        faults.append(Fault(WRONG_TYPE, f"表头 {column} 重复", str(Place(text.file, lines[0][0]))))
    return TextTable(columns, tuple(rows), tuple(line for line, _ in lines[1:]), text.file)


def read_rule_spec(tree: Map, faults: list[Fault]) -> RuleSpec:
    """A file under `specs/rules/`. Columns given once under `fixed:` hold for every row."""
    with Form(tree, faults) as form:
        text = form.text("table") or Text("", tree.place.file, tree.place.line, "table")
        table = read_text_table(text, faults)
        missing = [column for column in _OUTCOME if column not in table.columns]
        if missing:
            form.fault(WRONG_TYPE, f"表缺少列：{'、'.join(missing)}", text.place)
        fixed = {key: value.value for key, value in form.texts("fixed", False).items()}
        facts = table.columns[1 : len(table.columns) - len(_OUTCOME)] if not missing else ()
        for column in facts:
            if column in fixed:
                form.fault(WRONG_TYPE, f"{column} 既在表中又在 fixed 中", text.place)
        rows = tuple(
            _spec_row(record, table.columns[0], facts, fixed, Place(table.file, line), faults)
            for record, line in zip(table.records(), table.lines, strict=True)
        )
        parameters = {key: value.value for key, value in form.texts("parameters", False).items()}
        return RuleSpec(form.word("spec"), form.day("as_of", False), parameters, (*fixed, *facts), rows, tree.place)


def _spec_row(record: dict[str, str], label: str, facts: tuple[str, ...], fixed: dict[str, str], place: Place, faults: list[Fault]) -> SpecRow:
    result = record.get("result", "")
    if result not in RESULTS:
        faults.append(Fault(WRONG_TYPE, f"result 不能是 {result}", str(place), todo="可用：" + "、".join(RESULTS)))
    named = tuple(name.strip() for name in record.get("failed or unknown", "").split(",") if name.strip())
    if (result == "hit") == bool(named):
        faults.append(Fault(WRONG_TYPE, "命中的行不写未满足的条件，其他行必须写", str(place)))
    return SpecRow(record[label], {**fixed, **{column: record[column] for column in facts}}, result, named, record.get("why", ""), place)


def read_variable_specs(tree: Map, faults: list[Fault]) -> list[VariableSpec]:
    """A file under `specs/variables/`: one case, or a list of them under `cases:` with a shared `as_of`."""
    if "cases" not in tree:
        return [_variable_spec(tree, None, faults)]
    with Form(tree, faults) as form:
        as_of = form.day("as_of", False)
        return [_variable_spec(item, as_of, faults) for item in form.maps("cases")]


def _variable_spec(tree: Map, as_of: date | None, faults: list[Fault]) -> VariableSpec:
    with Form(tree, faults) as form:
        expect, households = form.text("expect", False), form.text("expect_households", False)
        if not (expect or households):
            form.fault(WRONG_TYPE, "缺少 expect 或 expect_households")
        people = form.text("people", False)
        return VariableSpec(
            form.word("spec"),
            form.word("says", False),
            form.day("as_of", as_of is None) or as_of or date.min,
            {key: value.value for key, value in form.texts("parameters", False).items()},
            {dataset: read_text_table(text, faults) for dataset, text in form.texts("rows", False).items()},
            read_text_table(people, faults) if people else None,
            read_text_table(expect, faults) if expect else None,
            read_text_table(households, faults) if households else None,
            tree.place,
        )
