"""Loads published runs from the data folder into the site, as the loader; then adds up the figures of the day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from doudi.casework.access.actor import Actor, Scope, job
from doudi.casework.runs.models import Run
from doudi.casework.runs.services import Loaded, load_run, published_at
from doudi.casework.statistics.services import figures_refresh
from doudi.identity.keys import open_keys
from doudi.lake.home import Home
from doudi.published.read import PublishedRun

PURPOSE = "published"
"""Under which subkey of the data folder's key a run's identities are sealed."""
PROVINCE = "43"
STEPS = {
    "context": "规则和数据情况", "staging": "读入", "corrections": "更正", "households": "家庭", "people": "人员", "categories": "认定类别",
    "aid": "救助记录", "alerts": "线索", "items": "任务", "departments": "部门所见范围", "figures": "统计",
}  # fmt: skip
COUNTS = {
    "households": "家庭", "people": "人员", "categories": "认定类别", "aid": "救助记录", "places": "地方",
    "came": "新增", "changed": "有变化", "left": "移出", "went": "撤下", "kept": "保留", "confirmed": "数据已一致",
    "opened": "产生", "pushed": "派发", "closed": "办结", "reopened": "重新打开", "ended": "消失", "gone": "待确认消失", "back": "又出现",
    "unsure": "数据不足，未结束", "no_longer_quiet": "加重，不再静默", "no_office": "没有办理单位",
}  # fmt: skip
"""What a load did, in words."""


def loader() -> Actor:
    """The platform itself, loading."""
    return job("装载运行结果", Scope.of(PROVINCE))


def chosen(home: Path, run: str | None, everything: bool) -> list[PublishedRun]:
    """The runs to load, the oldest first: one by its number, all from the current one on, or just the latest.

    A run of the current one's day that was published before it is behind it: loaded again, it would end and bring back the leads of a day.
    """
    if not everything:
        return [PublishedRun.open(home, run)]
    current = Run.objects.filter(state=Run.State.CURRENT).first()
    here = (current.as_of, _order(current.published_at)) if current else None
    runs = sorted(((found.as_of, _order(published_at(found))), found.id, found) for found in PublishedRun.all(home))
    return [found for place, _, found in runs if here is None or place >= here]


def _order(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0


def load(home: Path, runs: list[PublishedRun], on: date, watch: Callable[[str], None] = lambda words: None) -> Iterator[Loaded]:
    """Load one after the other; gives what each did. Raises DoudiError; what was loaded before stays."""
    key = open_keys(Home.open(home, create=False)).subkey(PURPOSE)
    for run in runs:
        watch(f"装载 {run.id}")
        loaded = load_run(run, key, by=loader(), on=on)
        if not loaded.again:
            analyze()
            figures_refresh(loader(), on=on)
        yield loaded


def analyze() -> None:
    """Let the planner know what has come in. Tables are the owner's, so only the owner can; without, autovacuum does it in a minute."""
    if "owner" in settings.DATABASES:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        connections["owner"].close()


def words(loaded: Loaded) -> Iterator[str]:
    """A line for each step of a load."""
    if loaded.again:
        yield f"{loaded.run}：已是当前运行，没有变化"
        return
    yield f"{loaded.run}：已装载，用时 {sum(loaded.seconds.values()):.1f} 秒"
    for step, counts in loaded.counts.items():
        told = "，".join(f"{COUNTS.get(name, name)} {count:,}" for name, count in counts.items() if count)
        yield f"  {STEPS.get(step, step)} {loaded.seconds.get(step, 0):.1f} 秒" + (f"：{told}" if told else "")
