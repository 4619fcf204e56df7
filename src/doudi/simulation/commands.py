"""The command `simulate`."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer


def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪里：一个新的数据目录")],
    households: Annotated[int, typer.Option("--households", metavar="N", min=1, help="户数；全省约 2400 万户")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="种子：同样的参数得到同样的数据")] = 1,
    region: Annotated[str, typer.Option("--region", metavar="代码", help="地区：43 全省，4313 市州，431382 县")] = "431382",
    months: Annotated[int, typer.Option("--months", metavar="M", min=1, max=36, help="按月名单的期数")] = 1,
    as_of: Annotated[datetime, typer.Option("--as-of", metavar="日期", formats=["%Y-%m-%d"], help="故事的最后一天")] = datetime(2026, 10, 31),  # noqa: DTZ001
    lake_only: Annotated[bool, typer.Option("--lake-only", help="不写各报送的行（rows.parquet），只写数据湖；此后只能按这一天运行")] = False,
    processes: Annotated[int | None, typer.Option("--processes", metavar="P", min=1, help="进程数；结果与它无关")] = None,
) -> None:
    """生成一个虚构的地区：住户、收入、疾病、救助，36 个数据集，可直接运行。其中没有真实的人。"""
    from doudi.simulation.home import Wish, write_home
    from doudi.simulation.places import places_of

    started = perf_counter()
    wish = Wish(households, seed, region, as_of.date(), months, lake_only)
    made = write_home(wish, places_of(region, households), out, processes or os.cpu_count() or 1, _progress(started))
    seconds = perf_counter() - started
    people = made.rows["people"]
    typer.echo(f"{made.home.root}：{households:,} 户，名单上先后 {people:,} 人，{sum(made.rows.values()):,} 行，数据湖 {made.cut}")
    typer.echo(f"用时 {seconds:.1f} 秒，每分钟 {people / seconds * 60:,.0f} 人")
    typer.echo(f"接着：doudi --home {out} run --as-of {_iso(wish.as_of)}")


def _iso(day: date) -> str:
    return day.isoformat()


def _progress(started: float):  # type: ignore[no-untyped-def]
    """Says now and then how far it is, where somebody is watching."""
    last = [started]

    def watch(done: int, of: int) -> None:
        now = perf_counter()
        if now - last[0] > 5:
            last[0] = now
            left = (now - started) / done * (of - done)
            typer.echo(f"{done / of:6.1%}，约还需 {left / 60:.0f} 分 {left % 60:02.0f} 秒", err=True)

    return watch
