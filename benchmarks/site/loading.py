"""How long a published run takes to load: the first time, the run of the day after, and the same run again."""

from __future__ import annotations

import json
import resource
from time import perf_counter
from typing import Any

from benchmarks.site.place import Place, Says, begin_anew, database, place_of, server_seconds
from benchmarks.worlds import World

GOAL = 180
"""Seconds for a million people in the registry."""
REGISTRY = ("staging", "corrections", "households", "people", "categories", "aid")
"""The steps of a load that bring the registry up to date; the others are the run's context, alerts, work and figures."""
NAMES = ("第一次装载", "次日的运行", "同一次运行再装载")


def measure(world: World, rounds: int, says: Says) -> dict[str, Any]:
    """An empty site of its own, then three loads, each by `doudi site load` as an operator runs it."""
    place = place_of(world, says)
    begin_anew(place)
    with database(place):
        place.doudi("site", "prepare", "--demo")
        loads = [_load(place, name, run, says) for name, run in zip(NAMES, [*place.runs, place.runs[-1]], strict=True)]
    return {"people": world.people, "goal": GOAL, "loads": loads}


def _load(place: Place, name: str, run: str, says: Says) -> dict[str, Any]:
    mine, server, began = _children(), server_seconds(place), perf_counter()
    place.doudi("site", "load", "--run", run)
    seconds, cpu = perf_counter() - began, _children() - mine
    told = {"name": name, "run": run, "seconds": round(seconds, 2), "cpu": round(cpu, 2), "server_cpu": round(server_seconds(place) - server, 2)}
    says(f"{name}：{seconds:.1f} 秒（处理器：程序 {told['cpu']}，数据库 {told['server_cpu']}）")
    return told | ({} if name == NAMES[-1] else _noted(place, run))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _noted(place: Place, run: str) -> dict[str, Any]:
    """What the load itself wrote down: seconds and counts of its steps."""
    from doudi.config import embedded
    from doudi.config.databases import DATABASE, cluster_folder

    with embedded.admin(cluster_folder(place.home), DATABASE) as server:
        (loaded,) = server.execute("SELECT loaded FROM runs_run WHERE id = %s", [run]).fetchone() or ({},)
    done: Any = loaded if isinstance(loaded, dict) else json.loads(str(loaded))
    registry = sum(done["seconds"].get(step, 0) for step in REGISTRY)
    return {"steps": done["seconds"], "counts": done["counts"], "registry": round(registry, 2)}
