"""What the commands about runs show: progress on a terminal, a summary at the end, lists."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from doudi.identity.keys import open_keys
from doudi.kernel.errors import DoudiError
from doudi.lake.home import Home
from doudi.monitoring.run import Outcome
from doudi.policyfiles.model import GRADES
from doudi.published.read import PublishedRun
from doudi.published.wording import show_day

PLAIN_WIDTH = 160
"""Width of tables that do not go to a terminal."""

CHANGES = {"new": "新增", "continuing": "延续", "changed": "有变化"}


def console() -> Console:
    """The console for results: as wide as the terminal, else PLAIN_WIDTH; no colours into files."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, on standard error and only on a terminal."""
    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda says: None
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=screen, transient=True) as bar:
        task = bar.add_task("开始", total=None)
        yield lambda says: bar.update(task, description=says)


def summary(outcome: Outcome) -> Iterator[str]:
    """What a run found, in a few lines."""
    run, counts = outcome.run, outcome.run.manifest.counts
    if not outcome.fresh:
        yield f"输入没有变化，这次运行已经发布过：{run.id}" + ("；重新计算，逐字节相同" if outcome.repeated else "")
    if outcome.fresh and (base := run.times.get("base")):
        yield f"只重算 {base['households']:,} 户、{base['persons']:,} 人（{base['parts']} 个县），其余沿用 {base['run']}"
    yield f"基准日 {show_day(run.as_of)}　{run.manifest.policy.title}　运行 {run.id}"
    yield f"{counts['households']:,} 户、{counts['persons']:,} 人：线索 {counts['alerts']:,} 条（{_grades(run)}）"
    if run.manifest.previous:
        changes = "，".join(f"{label} {counts['by_change'].get(name, 0):,}" for name, label in CHANGES.items())
        yield f"与上次（{run.manifest.previous}）相比：{changes}，消失 {counts['ended']:,}"
    yield f"无法判断 {counts['unknown']:,} 项（缺数据不当作零）　救助链 {counts['chain']:,} 次"
    late = [one["title"] for one in run.datasets.values() if one["late_days"] or one["delivered_to"] is None]
    if late:
        yield f"迟交或从未报送的数据集 {len(late)} 个：{'、'.join(late)}"
    yield f"结果：{run.path}　用时 {run.times.get('seconds', 0):.1f} 秒"
    yield "接着可以：doudi report 生成网页；doudi explain 规则:户号 看一条线索的依据；doudi export alerts -o 线索.xlsx --format xlsx"


def _grades(run: PublishedRun) -> str:
    by_grade = run.manifest.counts["by_grade"]
    return "，".join(f"{label} {by_grade.get(grade, 0):,}" for grade, label in GRADES.items())


def list_runs(runs: Sequence[PublishedRun]) -> None:
    """A table of the published runs, the newest last."""
    if not runs:
        console().print("还没有发布过运行结果；先用 doudi intake 接收数据，再用 doudi run --as-of 日期 运行")
        return
    table = Table(show_edge=False, pad_edge=False)
    for column in ("运行", "基准日", "政策", "线索", "新增", "有变化", "延续", "消失", "未知"):
        table.add_column(column, justify="right" if column not in ("运行", "基准日", "政策") else "left")
    for run in runs:
        counts, policy = run.manifest.counts, run.manifest.policy
        changes = [f"{counts['by_change'].get(name, 0):,}" for name in ("new", "changed", "continuing")]
        numbers = [f"{counts['alerts']:,}", *changes, f"{counts['ended']:,}", f"{counts['unknown']:,}"]
        table.add_row(run.id, run.as_of.isoformat(), policy.title or policy.name, *numbers)
    console().print(table)


def describe_home(home: Home) -> Iterator[str]:
    """What lies in a home, in a few lines."""
    runs = PublishedRun.all(home.root)
    yield f"数据目录：{home.root.resolve()}"
    yield f"密钥：{_key(home)}"
    yield f"报送：{_folders(home.deliveries)} 份（{_size(home.deliveries)}）"
    yield f"数据湖：{_folders(home.lake)} 个切面（{_size(home.lake)}）"
    yield f"运行：{len(runs)} 次（{_size(home.runs)}）" + (f"，最近 {PublishedRun.latest(home.root).id}" if runs else "")


def _key(home: Home) -> str:
    if home.key_fingerprint is None:
        return "还没有用过"
    try:
        return f"在手，指纹 {open_keys(home).fingerprint}"
    except DoudiError as error:
        return f"缺失（{error.faults[0].what}）"


def _folders(place: Path) -> int:
    return sum(path.is_dir() and not path.name.startswith(".") for path in place.iterdir())


def _size(place: Path) -> str:
    total = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    return f"{total / 1_048_576:.1f} MB"
