"""The command `simulate`. Thin: it calls the room and says in Chinese what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from doudi.simulation.home import Made, Wish
    from doudi.simulation.places import Places

_DAY = ["%Y-%m-%d"]
_LAST = date(2026, 10, 31)


def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪里：一个新的数据目录；加 --mess 时是放文件的新文件夹")],
    households: Annotated[int, typer.Option("--households", metavar="N", min=1, help="户数；全省约 2400 万户")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="种子：同样的参数得到同样的数据")] = 1,
    region: Annotated[str, typer.Option("--region", metavar="代码", help="地区：43 全省，4313 市州，431382 县")] = "431382",
    months: Annotated[int, typer.Option("--months", metavar="M", min=1, max=36, help="按月名单的期数")] = 1,
    as_of: Annotated[datetime | None, typer.Option("--as-of", metavar="日期", formats=_DAY, help="故事的最后一天，不写为 2026-10-31")] = None,
    lake_only: Annotated[bool, typer.Option("--lake-only", help="不写各报送的行（rows.parquet），只写数据湖；此后只能按这一天运行")] = False,
    mess: Annotated[bool, typer.Option("--mess", help="改写成各部门报送的文件（各种格式、错漏、重复、更正）和标准答案 truth/")] = False,
    truth: Annotated[bool, typer.Option("--truth", help="在数据目录里另写标准答案 truth/，由纯 Python 另行判断，较慢；限十万人")] = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="文件", help="把分布和公布数字的对照写成一页 Markdown")] = None,
    processes: Annotated[int | None, typer.Option("--processes", metavar="P", min=1, help="进程数；结果与它无关")] = None,
) -> None:
    """生成一个虚构的地区：住户、收入、疾病、救助，36 个数据集，可直接运行。其中没有真实的人。"""
    from doudi.simulation.home import Wish, write_home
    from doudi.simulation.places import places_of

    started = perf_counter()
    wish, places = Wish(households, seed, region, as_of.date() if as_of else _LAST, months, lake_only), places_of(region, households)
    processes = processes or os.cpu_count() or 1
    if mess:
        return _mess(wish, places, out, processes)
    made = write_home(wish, places, out, processes, _progress(started))
    seconds = perf_counter() - started
    people = made.rows["people"]
    typer.echo(f"{made.home.root}：{households:,} 户，名单上先后 {people:,} 人，{sum(made.rows.values()):,} 行，数据湖 {made.cut}")
    typer.echo(f"用时 {seconds:.1f} 秒，每分钟 {people / seconds * 60:,.0f} 人")
    if truth:
        _truth(wish, places, made, processes)
    if report is not None:
        _report(report, made, wish)
    typer.echo(f"接着：doudi --home {out} run --as-of {wish.as_of.isoformat()}")


def _mess(wish: Wish, places: Places, out: Path, processes: int) -> None:
    from doudi.simulation.mess.write import write_mess

    done = write_mess(wish, places, out, processes)
    typer.echo(f"{out}：{len(list(out.iterdir())) - 2} 个文件，{sum(done.values()):,} 处错漏，标准答案在 {out / 'truth'}")
    typer.echo(f"接着：doudi intake {out}")


def _truth(wish: Wish, places: Places, made: Made, processes: int) -> None:
    from doudi.simulation.answers import write_answers
    from doudi.simulation.truth import MOST_JUDGED

    if made.rows["people"] > MOST_JUDGED:
        typer.echo(f"超过 {MOST_JUDGED:,} 人，不写标准答案：纯 Python 判断太慢", err=True)
        return
    typer.echo(f"标准答案：{write_answers(wish, places, made.home, processes)}")


def _report(path: Path, made: Made, wish: Wish) -> None:
    from doudi.simulation.realism import write_report

    lines = write_report(made.home, made.cut, wish.as_of, wish.months, path)
    typer.echo(f"对照 {len(lines)} 项公布数字，{sum(line.fits for line in lines)} 项相符：{path}")


def _progress(started: float) -> Callable[[int, int], None]:
    """Says every few seconds how far it is."""
    last = started

    def watch(done: int, of: int) -> None:
        nonlocal last
        now = perf_counter()
        if now - last > 5 and done < of:
            last = now
            left = round((now - started) / done * (of - done))
            typer.echo(f"{done / of:6.1%}，约还需 {left // 60} 分 {left % 60:02d} 秒", err=True)

    return watch
