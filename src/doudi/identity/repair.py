"""Damaged numbers and numbers of which fifteen digits are left: whose they are, if it can only be one person (policy section 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from doudi.identity.decision import CONTRADICTION, NO_PERSON, SEVERAL, Decision, left, linked
from doudi.identity.doubtful import Doubtful, find_near
from doudi.identity.facts import ListLine, births_of, lines_of_doubtful, lines_of_people, stands_elsewhere
from doudi.identity.reference import likest, names_of
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine


@dataclass(frozen=True)
class Candidate:
    """A listed person whose number is near, and in which `way`. `clash`: what contradicts, in Chinese; empty if nothing does."""

    person: int
    way: str
    clash: str


def repair(engine: Engine, doubtful: Sequence[Doubtful], stamper: Stamper) -> tuple[dict[int, Decision], list[Doubtful]]:
    """Decisions by `at` for damaged and `kept15` numbers of the people rows are about, and the rows where nobody of the same name came near."""
    open_rows = [each for each in doubtful if each.role != "second"]
    find_near(engine, open_rows, stamper)
    found = _same_name(engine, {each.at: each for each in open_rows})
    decisions: dict[int, Decision] = {}
    undecided: list[Doubtful] = []
    for each in open_rows:
        if each.at in found:
            decisions[each.at] = _decide(each, found[each.at])
        else:
            undecided.append(each)
    return decisions, undecided


def nobody(doubtful: Doubtful) -> Decision:
    """A damaged number near nobody, after other evidence was looked for in vain."""
    what = "前十五位" if doubtful.state == "kept15" else "只差一位或一处对调"
    return left(doubtful, NO_PERSON, f"人口名单中没有{what}相符且同名的人，其他信息也不足以认定")


def _same_name(engine: Engine, rows: Mapping[int, Doubtful]) -> dict[int, list[Candidate]]:
    lines = engine.fetch("SELECT item, person, max(way) FROM near SEMI JOIN references_ USING (person) GROUP BY ALL ORDER BY ALL")
    people = sorted({person for _, person, _ in lines})
    engine.table("near_people", pa.table({"person": pa.array(people, pa.int64())}))
    names = names_of(engine, "SELECT person, name_key FROM references_ SEMI JOIN near_people USING (person)")
    listed, own = lines_of_people(engine, people), lines_of_doubtful(engine)
    found: dict[int, list[Candidate]] = defaultdict(list)
    for at, person, way in lines:
        if rows[at].name and person in names and likest(rows[at].name, names[person].values()) == "same":
            found[at].append(Candidate(person, way, _clash(own.get(at), listed.get(person, []))))
    return dict(found)


def _clash(own: ListLine | None, listed: Sequence[ListLine]) -> str:
    if own is None:
        return ""
    births, birth = births_of(listed), own.values["birth_date"]
    if birth is not None and births and birth not in births:
        return "出生日期不同"
    household = own.values["household"]
    if household is not None and household not in {line.values["household"] for line in listed}:
        return "户号不同"
    return "此人已在同一期名单的另一户中" if stands_elsewhere(own, listed) else ""


def _decide(each: Doubtful, candidates: Sequence[Candidate]) -> Decision:
    fitting = [candidate for candidate in candidates if not candidate.clash]
    if len(fitting) > 1:
        return left(each, SEVERAL, f"有 {len(fitting)} 个同名的人号码相近", candidates=len(fitting))
    if not fitting:
        clashes = "、".join(sorted({candidate.clash for candidate in candidates}))
        return left(each, CONTRADICTION, f"有同名的人号码相近，但{clashes}", candidates=len(candidates))
    chosen = fitting[0]
    if chosen.way == "kept15":
        return linked(each, "kept15", chosen.person, "号码后三位丢失，人口名单中前十五位相同且同名的只有一人")
    what = "相邻两位对调" if chosen.way == "swap" else "有一位错误"
    return linked(each, "repaired", chosen.person, f"号码{what}，改正后是人口名单中唯一同名的人，出生日期和户号没有矛盾")
