"""What was measured as tables: the same rows for the screen and for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

Results = Mapping[str, Any]
Row = Sequence[str]

GOALS = {"手写 DuckDB SQL": f"≥ {1 / 1.15:.2f}（用时至多 1.15 倍）", "OpenFisca-core": "≥ 10", "Django ORM 循环": "≥ 100"}
"""Contestant -> how many times its speed Doudi's should be."""


def floor_rows(results: Results) -> list[Row]:
    """The multiples of the scan."""
    scan, run, ratios = min(results["scan"]["seconds"]), results["run"], results["ratios"]
    return [
        ("", "秒", "扫描的几倍", "目标"),
        (f"扫描一遍：{results['tables']} 张表 {results['columns']} 列 {results['rows']:,} 行", f"{scan:.2f}", "1.0", ""),
        (
            "完整运行（从数据湖到发布）",
            f"{min(run['seconds']):.1f}",
            f"{ratios['run']:.1f}（按处理器时间 {ratios['run_cpu']:.1f}）",
            "≤ 10（争取 8）",
        ),
        ("　其中计划的各步骤", f"{run['plan']:.1f}", f"{ratios['plan']:.1f}", ""),
        ("　其中其余（发布）", f"{run['publish']:.1f}", f"{ratios['publish']:.1f}", ""),
    ]


def ten_rows(results: Results) -> list[Row]:
    """The contestants of the ten rules."""
    rows: list[Row] = [("", "人/秒", "Doudi 是它的几倍", "按处理器时间", "目标", "内存 MB", "代码行数", "给出什么")]
    for each in results["contestants"]:
        lines = f"{each['lines']}" if each["lines"] else f"{results['policy_lines']}（政策）"
        gives = "线索、依据、未知" if len(each["gives"]) > 1 else "线索"
        speed, ratio, cpu = f"{each['people_per_second']:,}", f"{each['ratio']:.2f}", f"{each['cpu_ratio']:.2f}"
        rows.append((each["name"], speed, ratio, cpu, GOALS.get(each["name"], ""), f"{each['peak_mb']:.0f}", lines, gives))
    return rows


def people_rows(results: Results) -> list[Row]:
    """A whole run at several sizes."""
    factors = {each["to"]: f"{each['factor']:.2f}（{each['cpu_factor']:.2f}）" for each in results["doubling"]}
    rows: list[Row] = [("人数", "行数", "秒", "处理器秒", "秒/百万人", "其中计划", "内存 MB", "每翻一番是线性的几倍（按处理器时间）")]
    for each in results["people"]:
        best, people = each["best"], each["people"]
        time = (f"{best:.1f}", f"{each['cpu']:.1f}", f"{best / people * 1e6:.1f}", f"{each['plan']:.1f}")
        rows.append((f"{people:,}", f"{each['rows']:,}", *time, f"{each['peak_mb']:.0f}", factors.get(people, "")))
    return rows


def rules_rows(results: Results) -> list[Row]:
    """A whole run of some of the rules."""
    first = results["rules"][0]
    rows: list[Row] = [("", "人数", "秒", "处理器秒", "是十条规则的几倍", "按处理器时间", "目标", "线索")]
    for each in results["rules"]:
        goal = "< 2" if each["rules"] > 20 else ""
        times = (f"{each['best']:.1f}", f"{each['cpu']:.1f}", f"{each['best'] / first['best']:.2f}", f"{each['cpu'] / first['cpu']:.2f}")
        rows.append((each["name"], f"{each['people']:,}", *times, goal, f"{each['alerts']:,}"))
    return rows


def changed_rows(results: Results) -> list[Row]:
    """Runs after some households changed."""
    found = results["changed"]
    rows: list[Row] = [("", "秒", "处理器秒", "占全部重算", "按处理器时间", "目标", "重算了")]
    rows.append(("全部重算", f"{found['full']['seconds']:.1f}", f"{found['full']['cpu']:.1f}", "100%", "100%", "", f"{found['people']:,} 人"))
    for each in found["lines"]:
        anew = f"{each['base']['persons']:,} 人" if each["base"] else "全部"
        goal = f"< {each['goal']:.0%}" if each["goal"] else ""
        rows.append((each["name"], f"{each['seconds']:.1f}", f"{each['cpu']:.1f}", f"{each['ratio']:.0%}", f"{each['cpu_ratio']:.0%}", goal, anew))
    return rows


def damaged_rows(results: Results) -> list[Row]:
    """Linkage of damaged rows."""
    rows: list[Row] = [("", "准确率", "召回率", "认错", "看过的行", "其中号码不可用", "秒", "处理器秒", "内存 MB")]
    for each in results["damaged"]:
        shares = (f"{each['precision']:.1%}", f"{each['recall']:.1%}", f"{each['wrong']}")
        counts = (f"{each['rows']:,}", f"{each['damaged']:,}", f"{each['seconds']:.2f}", f"{each['cpu']:.2f}", f"{each['peak_mb']:.0f}")
        rows.append((each["name"], *shares, *counts))
    return rows


def febrl_rows(results: Results) -> list[Row]:
    """Linkage of the FEBRL data sets."""
    rows: list[Row] = [("", "准确率", "召回率", "行/秒")]
    rows += [(each["name"], f"{each['precision']:.1%}", f"{each['recall']:.1%}", f"{each['rows_per_second']:,.0f}") for each in results["febrl"]]
    return rows


def as_text(rows: Sequence[Row]) -> list[str]:
    """Rows in columns for the screen; full-width characters count twice."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_markdown(rows: Sequence[Row]) -> list[str]:
    """Rows as a table of a page; the first row is its head."""
    head, *body = rows
    return [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|", *(f"| {' | '.join(row)} |" for row in body)]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


SHOWN: Mapping[str, Callable[[Results], list[str]]] = {
    "floor": lambda results: as_text(floor_rows(results)),
    "ten": lambda results: as_text(ten_rows(results)),
    "growth": lambda results: [*as_text(people_rows(results)), "", *as_text(rules_rows(results)), "", *as_text(changed_rows(results))],
    "linkage": lambda results: [*as_text(damaged_rows(results)), "", *as_text(febrl_rows(results))],
    "province": lambda results: [*as_text(people_rows(results)), "", *as_text(changed_rows(results))],
    "ten-engine": lambda results: as_text(ten_rows(results)),
}
"""Benchmark -> what the screen shows."""
