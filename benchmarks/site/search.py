"""How long the first page of a search takes on five million people: by name, letters, ID number and village, for viewers of three levels.

What is timed is the query as the page makes it, in a transaction with the viewer's scope, as the role that row-level security binds; every search
is another one, so nothing is found because it was just asked for.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from benchmarks.harness import Contestant, StopWatch, race
from benchmarks.site.filling import fill
from benchmarks.site.place import Place, Says, database, place_of, ready
from benchmarks.worlds import World

PEOPLE = 5_000_000
GOAL = 100
"""Milliseconds."""
EACH = 60
"""Searches of each kind by each viewer."""


@dataclass(frozen=True)
class Asker:
    """Who searches: words for the table, length of the region's code, department."""

    name: str
    digits: int
    department: str = "*"


ASKERS = (Asker("乡镇经办", 9), Asker("县经办", 6), Asker("省级（医保部门）", 2, "medical_security"), Asker("省级（全部）", 2))
"""Of the roles of the province only those of departments may search; the last is the widest scope there is."""
KINDS = {"姓名": "name", "姓": "surname", "拼音首字母": "initials", "拼音": "pinyin", "证件号码": "id", "村": "village"}


def measure(world: World, rounds: int, says: Says) -> dict[str, Any]:
    """Fill the registry once, then search."""
    place = place_of(world, says)
    ready(place, says)
    with database(place):
        fill(place, PEOPLE, says)
        options = {"folder": str(place.folder)}
        found = race([Contestant("查询", "site.search:search", options)], 1, says)["查询"]
    return {"goal": GOAL, **{name: found.told[name] for name in ("people", "households", "searches")}}


def search(folder: str) -> dict[str, object]:
    """Contestant: all kinds of searches by all viewers, shuffled."""
    place, watch = Place(Path(folder)), StopWatch()
    os.environ.update(place.environment)
    from doudi.config.process import opened

    with opened(place.home):
        people, households, asked = _questions(place, random.Random(1))  # noqa: S311 - to be the same each time
        with watch.running():
            times = _ask(asked)
    lines = [{"kind": kind, "asker": asker, **_told(found)} for (kind, asker), found in times.items()]
    return watch.told(people=people, households=households, searches=lines)


Question = tuple[str, Asker, str, str, str]
"""Kind, who, own region, words, region searched in."""


def _questions(place: Place, luck: random.Random) -> tuple[int, int, list[Question]]:
    """People of all parts of the registry, each searched for from where they live; only people that were loaded have a number to search by."""
    from doudi.config import embedded
    from doudi.config.databases import DATABASE, cluster_folder

    with embedded.admin(cluster_folder(place.home), DATABASE) as server, server.cursor() as cursor:
        cursor.execute("SELECT count(*), (SELECT count(*) FROM registry_household) FROM registry_person")
        people, households = cursor.fetchone() or (0, 0)
        lived = "name <> '' AND length(region) = 12"
        cursor.execute(f"SELECT name, pinyin, initials, region FROM registry_person TABLESAMPLE SYSTEM (0.3) REPEATABLE (1) WHERE {lived}")
        anybody = cursor.fetchall()
        cursor.execute(f"SELECT number, id_sealed, region FROM registry_person WHERE id_masked <> '' AND number % 997 = 0 AND {lived} LIMIT 3000")
        known = [(own, region) for number, sealed, region in cursor.fetchall() if (own := _opened(number, sealed))]
    asked: list[Question] = []
    for asker in ASKERS:
        for name, pinyin, initials, region in luck.sample(anybody, EACH):
            own = region[: asker.digits]
            words = {"name": name, "surname": name[0], "initials": initials, "pinyin": pinyin, "village": ""}
            asked += [(kind, asker, own, words[what], region if what == "village" else "") for kind, what in KINDS.items() if what != "id"]
        asked += [("证件号码", asker, region[: asker.digits], own, "") for own, region in luck.sample(known, min(EACH, len(known)))]
    luck.shuffle(asked)
    return people, households, asked


def _opened(number: int, sealed: Any) -> str | None:
    """A person's ID number; a copy's is bound to the person it was copied from, and cannot be opened."""
    from doudi.casework.access.sealing import unseal
    from doudi.casework.registry.loading.identity import PERSON_ID
    from doudi.kernel.errors import DoudiError

    try:
        return unseal(sealed, f"{PERSON_ID}.{number}")
    except DoudiError:
        return None


def _ask(asked: list[Question]) -> dict[tuple[str, str], list[tuple[float, int]]]:
    from doudi.casework.access.actor import Actor, Scope
    from doudi.casework.access.scope import scoped
    from doudi.casework.registry.selectors import people_found

    times: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for at, (kind, asker, own, words, region) in enumerate(asked):
        viewer = Actor("基准测试", Scope.of(own, asker.department))
        began = perf_counter()
        with scoped(viewer.scope):
            found = len(people_found(viewer, words=words, region=region).rows)
        times.setdefault((kind, asker.name), []).append((perf_counter() - began, found))
        if not at % 200:
            print(f"› {at} / {len(asked)}", file=sys.stderr, flush=True)
    return times


def _told(found: list[tuple[float, int]]) -> dict[str, Any]:
    """Milliseconds at the middle, at the 95th of a hundred and at most; how many searches found somebody."""
    seconds = sorted(took for took, _ in found)
    percentiles = quantiles(seconds, n=100, method="inclusive")
    return {
        "p50": round(percentiles[49] * 1000, 2),
        "p95": round(percentiles[94] * 1000, 2),
        "most": round(seconds[-1] * 1000, 2),
        "searches": len(found),
        "found": sum(count > 0 for _, count in found),
    }
