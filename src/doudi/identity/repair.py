"""Damaged numbers and numbers of which fifteen digits are left: whose they are, if it can only be one person (policy section 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from doudi.identity.decision import CONTRADICTION, NO_PERSON, SEVERAL, Decision, left, linked
from doudi.identity.doubtful import Doubtful, find_near
from doudi.identity.facts import ListLine, births_of, lines_of_doubtful, lines_of_people, stands_elsewhere
from doudi.identity.names import fold_name
from doudi.identity.reference import likest, names_of
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine

_ANOTHER = "人口名单中这个号码另有其人"


@dataclass(frozen=True)
class Candidate:
    """A listed person whose number is near, and in which `way`. `clash`: what the row contradicts, in Chinese; empty if nothing.

    `another`: whether a list has this number and name for somebody who is not this person.
    """

    person: int
    way: str
    clash: str
    another: bool


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
    same = [(at, person, way) for at, person, way in lines if person in names and likest(rows[at].name, names[person].values()) == "same"]
    others = {(_written(rows[at]), person) for at, person, _ in same if at in own and _is_another(own[at], listed.get(person, []))}
    found: dict[int, list[Candidate]] = defaultdict(list)
    for at, person, way in same:
        clash = _clash(own.get(at), listed.get(person, []))
        found[at].append(Candidate(person, way, clash, (_written(rows[at]), person) in others))
    return dict(found)


def _written(row: Doubtful) -> tuple[str, str]:
    """Number and name as delivered. What a list says against a candidate counts for every row in which they stand alike: a number that was never
    right, or ends in 000 of its own, is delivered by everybody, but only a list shows that its owner is not the namesake nearby. It never speaks
    for another candidate: two namesakes whose numbers were cut to the same fifteen digits stand alike too."""
    return row.cleaned, fold_name(row.name)


def _is_another(own: ListLine, listed: Sequence[ListLine]) -> bool:
    """Whether a line of a list is certainly not of somebody who has the lines `listed`; another household alone may be a move."""
    return _other_birth(own, listed) or stands_elsewhere(own, listed)


def _other_birth(own: ListLine, listed: Sequence[ListLine]) -> bool:
    births, birth = births_of(listed), own.values["birth_date"]
    return birth is not None and bool(births) and birth not in births


def _clash(own: ListLine | None, listed: Sequence[ListLine]) -> str:
    if own is None:
        return ""
    if _other_birth(own, listed):
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
    if chosen.another:
        return left(each, CONTRADICTION, f"有同名的人号码相近，但{_ANOTHER}", candidates=len(candidates))
    if chosen.way == "kept15":
        return linked(each, "kept15", chosen.person, "号码后三位丢失，人口名单中前十五位相同且同名的只有一人")
    what = "相邻两位对调" if chosen.way == "swap" else "有一位错误"
    return linked(each, "repaired", chosen.person, f"号码{what}，改正后是人口名单中唯一同名的人，出生日期和户号没有矛盾")
