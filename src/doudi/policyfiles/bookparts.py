"""Pieces of the rule book that several chapters use: tables, figures, sources, tables of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from doudi.policyfiles.model import Basis, ParameterFile, PolicyFiles, RuleSpec, RuleVersion
from doudi.standards import region_name

REFERENCE = "「参考值，须由本地确认」"
TO_CONFIRM = "【待核】"
RESULTS = {"hit": "命中", "miss": "不命中", "unknown": "未知"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; bars in cells are written out."""
    lines = [list(head), ["---"] * len(head), *map(list, rows)]
    return ["| " + " | ".join(cell.replace("|", "｜").replace("\n", " ") for cell in line) + " |" for line in lines] + [""]


def source(basis: Basis) -> str:
    """Where something comes from, in one line, with the honest mark where it is not confirmed."""
    part = basis.clause if not basis.clause or basis.clause[0] in "第末" else f"第{basis.clause}部分"
    place = f"{basis.document}{part}"
    parts = [place, f"：“{basis.text}”" if basis.text else "", f"（{basis.note}）" if basis.note else ""]
    mark = TO_CONFIRM if basis.to_confirm and TO_CONFIRM not in basis.document else ""
    return "".join(parts) + mark


def figure(value: Fraction | None) -> str:
    """A number without trailing zeros; fractions that are no decimals as they are."""
    if value is None:
        return ""
    scaled = value * 1_000_000
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, part = divmod(abs(int(scaled)), 1_000_000)
    return ("-" if value < 0 else "") + f"{whole:,}" + (f".{part:06d}".rstrip("0") if part else "")


def parameter_rows(parameter: ParameterFile) -> list[list[str]]:
    """A row per dated figure: name, region, from, urban, rural, unit, source."""
    rows: list[list[str]] = []
    for value in parameter.values:
        urban, rural = (value.value, value.value) if value.value is not None else (value.urban, value.rural)
        mark = REFERENCE if value.reference else ""
        place = region_name(value.region) or value.region
        shown = [figure(urban), figure(rural)]
        rows.append([parameter.name + mark, place, str(value.from_), *shown, parameter.unit, source(value.basis)])
    return rows


PARAMETER_HEAD = ["参数", "地区", "起始日期", "城镇", "农村", "单位", "来源"]


def case_table(policy: PolicyFiles, spec: RuleSpec, version: RuleVersion) -> list[str]:
    """The table of cases of a rule; conditions by their number in the rule."""
    terms = policy.glossary.terms
    number = {condition.name: str(at) for at, condition in enumerate(version.conditions, start=1)}
    cells = {column: [row.facts[column] for row in spec.rows] for column in spec.columns}
    same = {column: found[0] for column, found in cells.items() if len(found) > 1 and len(set(found)) == 1}
    columns = [column for column in spec.columns if column not in same]
    lines: list[str] = []
    if spec.parameters:
        lines.append("样例所用参数：" + "，".join(f"{terms.get(name, name)} {text}" for name, text in spec.parameters.items()) + "。")
    if same:
        lines.append("各例相同：" + "，".join(f"{_column(name, terms)} {cell or '未知'}" for name, cell in same.items()) + "。")
    rows = [
        [
            row.label,
            *(row.facts[column] or "未知" for column in columns),
            RESULTS[row.result],
            "、".join(number[name] for name in row.conditions),
            row.why,
        ]
        for row in spec.rows
    ]
    head = ["例", *(_column(name, terms) for name in columns), "结果", "未满足（未知）的条件", "说明"]
    return [*lines, *([""] if lines else []), *table(head, rows)]


def _column(name: str, terms: dict[str, str]) -> str:
    return (
        f"命中{name.removeprefix('hit ')}"
        if name.startswith("hit ")
        else {"as_of": "基准日", "deceased": "已死亡"}.get(name) or terms.get(name, name)
    )
