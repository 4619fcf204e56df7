"""What was measured as tables: the same rows for the screen and for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

Results = Mapping[str, Any]
Row = Sequence[str]

GOALS = {"手写 DuckDB SQL": f"≥ {1 / 1.15:.2f}（用时至多 1.15 倍）", "OpenFisca-core": "≥ 10", "Django ORM 循环": "≥ 100"}
"""Contestant -> how many times its speed Doudi's should be."""
SEARCHES = ("姓名", "姓", "拼音首字母", "拼音", "证件号码", "村")
ASKERS = ("乡镇经办", "县经办", "省级（医保部门）", "省级（全部）")
"""Rows and columns of the searches, in the order of the page."""


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
    rows: list[Row] = [("人数", "行数", "秒", "处理器秒", "秒/百万人", "是扫描的几倍", "其中计划", "内存 MB", "每翻一番是线性的几倍（按处理器时间）")]
    for each in results["people"]:
        best, people = each["best"], each["people"]
        scans = f"{best / each['scan']:.1f}" if "scan" in each else ""
        time = (f"{best:.1f}", f"{each['cpu']:.1f}", f"{best / people * 1e6:.1f}", scans, f"{each['plan']:.1f}")
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


def load_rows(results: Results) -> list[Row]:
    """Loads of published runs into the site."""
    rows: list[Row] = [("", "秒", "处理器秒（程序＋数据库）", "其中登记库（秒）", "登记库人数", "其中线索和任务（秒）", "目标")]
    for each in results["loads"]:
        steps, counts = each.get("steps", {}), each.get("counts", {})
        people = f"{counts['staging']['people']:,}" if counts else ""
        work = f"{steps['alerts'] + steps['items']:.1f}" if steps else ""
        registry, cpu = f"{each['registry']:.1f}" if steps else "", f"{each['cpu']:.1f}＋{each['server_cpu']:.1f}"
        rows.append((each["name"], f"{each['seconds']:.1f}", cpu, registry, people, work, f"< {results['goal']}" if steps else "不变"))
    return rows


def search_rows(results: Results) -> list[Row]:
    """First pages of searches: milliseconds by kind and viewer, at the middle and at the 95th of a hundred."""
    askers = list(dict.fromkeys(each["asker"] for each in results["searches"]))
    rows: list[Row] = [("毫秒：p50 / p95", *sorted(askers, key=ASKERS.index), "目标")]
    for kind in SEARCHES:
        found = {each["asker"]: each for each in results["searches"] if each["kind"] == kind}
        rows.append((kind, *(f"{found[asker]['p50']:.1f} / {found[asker]['p95']:.1f}" for asker in rows[0][1:-1]), f"p95 < {results['goal']}"))
    return rows


def page_rows(results: Results) -> list[Row]:
    """Pages under load."""
    goals = results["goals"]
    rows: list[Row] = [("", "同时", "页/秒", "p50 毫秒", "p95 毫秒", "每页处理器毫秒（网站＋数据库）", "两核每秒可达", "目标", "负载")]
    for each in results["pages"]:
        goal = f"≥ {goals['pages']} 页/秒，p95 ≤ {goals['p95']}" if each["is_list"] else f"p95 < {goals['file']}" if each["connections"] == 1 else ""
        times = (f"{each['per_second']:.0f}", f"{each['p50']:.0f}", f"{each['p95']:.0f}", f"{each['web']:.1f}＋{each['server']:.1f}")
        reach = f"{2_000 / (each['web'] + each['server']):.0f}"
        rows.append((each["name"], f"{each['connections']}", *times, reach, goal, f"{each['load']:g}"))
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
    "province": lambda results: [*as_text(people_rows(results)), "", *as_text(ten_rows(results["ten"])), "", *as_text(changed_rows(results))],
    "ten-engine": lambda results: as_text(ten_rows(results)),
    "site-load": lambda results: as_text(load_rows(results)),
    "site-search": lambda results: as_text(search_rows(results)),
    "site-pages": lambda results: as_text(page_rows(results)),
}
"""Benchmark -> what the screen shows."""
