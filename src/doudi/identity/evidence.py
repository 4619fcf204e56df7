"""Rows without a usable number: who shares record numbers, birth date or household with them, and is it only one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from doudi.identity.decision import CONTRADICTION, NOTHING, SEVERAL, TOO_LITTLE, Decision, left, linked
from doudi.identity.doubtful import Doubtful
from doudi.identity.facts import lines_of_doubtful, lines_of_people
from doudi.identity.policy import LinkPolicy, RecordNumber, Weight
from doudi.identity.reference import likest, names_of
from doudi.identity.repair import nobody
from doudi.identity.score import Score, score
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine


@dataclass
class _Pairs:
    """Row -> person -> record numbers they share (none where birth date or household brought them together)."""

    shared: dict[int, dict[int, set[Weight]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    def add(self, lines: Iterable[tuple[int, int]], weight: Weight | None) -> None:
        for at, person in lines:
            self.shared[at][person] |= {weight} if weight else set()


def match(engine: Engine, rows: Sequence[Doubtful], policy: LinkPolicy, stamper: Stamper) -> dict[int, Decision]:
    """Decisions by `at` for rows whose number is lost, empty or near nobody. Needs the table `known` (see `link`)."""
    engine.table("unmatched", pa.table({"item": pa.array([each.at for each in rows], pa.int32())}))
    pairs = _Pairs()
    for number in policy.record_numbers:
        pairs.add(_sharing(engine, number, {each.dataset for each in rows}), number.weight)
    pairs.add(_embedded(rows, stamper), policy.embedded_id)
    pairs.add(_alike(engine), None)
    scores = _score(engine, rows, pairs, policy)
    return {each.at: _decide(each, scores.get(each.at, {}), policy) for each in rows}


def _sharing(engine: Engine, number: RecordNumber, datasets: set[str]) -> set[tuple[int, int]]:
    """(row, person) that share a record number. In one dataset only another delivery counts: in the same list it is another person."""
    found: set[tuple[int, int]] = set()
    for group in number.groups:
        for dataset, column in group:
            for other, other_column in group if dataset in datasets else ():
                query = (
                    f"SELECT DISTINCT d.item, k.person FROM doubtful AS d SEMI JOIN unmatched USING (item)"
                    f" JOIN rows_{dataset} AS a ON a.delivery = d.delivery AND a.row = d.row"
                    f" JOIN rows_{other} AS b ON b.{other_column} = a.{column} AND b.delivery <> a.delivery"
                    f" JOIN known AS k ON k.dataset = '{other}' AND k.delivery = b.delivery AND k.row = b.row"
                    f" WHERE d.dataset = '{dataset}'"
                )
                found.update((at, person) for at, person in engine.fetch(query))
    return found


def _embedded(rows: Sequence[Doubtful], stamper: Stamper) -> list[tuple[int, int]]:
    """(row, person) where a certificate's number begins with a sound citizen ID."""
    found = ((each.at, stamper.certificate(each.certificate)[2]) for each in rows if each.certificate)
    return [(at, stamper.person_number(number)) for at, number in found if number]


def _alike(engine: Engine) -> list[tuple[int, int]]:
    """(row, person) of population lists with one household, or one name and one birth date."""
    query = (
        "SELECT d.item, f.person FROM doubtful_facts AS d SEMI JOIN unmatched USING (item) JOIN list_facts AS f ON f.household = d.household"
        " UNION SELECT d.item, f.person FROM doubtful_facts AS d SEMI JOIN unmatched USING (item) JOIN doubtful AS n USING (item)"
        " JOIN references_ AS r ON r.name_key = n.name_key"
        " JOIN list_facts AS f ON f.person = r.person AND (f.birth_date = d.birth_date OR f.person_birth = d.birth_date)"
    )
    return [(at, person) for at, person in engine.fetch(query)]


def _score(engine: Engine, rows: Sequence[Doubtful], pairs: _Pairs, policy: LinkPolicy) -> Mapping[int, dict[int, Score]]:
    people = {person for shared in pairs.shared.values() for person in shared}
    names, listed, own = _names(engine, people), lines_of_people(engine, people), lines_of_doubtful(engine)
    found: dict[int, dict[int, Score]] = {}
    for each in rows:
        same = [person for person in pairs.shared.get(each.at, {}) if person in names and likest(each.name, names[person]) == "same"]
        weights = {person: sorted(pairs.shared[each.at][person], key=lambda weight: weight.name) for person in same}
        found[each.at] = {person: score(policy, weights[person], own.get(each.at), listed.get(person, [])) for person in same}
    return found


def _names(engine: Engine, people: Iterable[int]) -> dict[int, list[str]]:
    """Names that count for each person: the reference names, or for people in no list every name delivered under their number."""
    engine.table("near_people", pa.table({"person": pa.array(sorted(people), pa.int64())}))
    found = names_of(engine, "SELECT person, name_key FROM references_ SEMI JOIN near_people USING (person)")
    found |= names_of(engine, "SELECT person, name_key FROM seen SEMI JOIN near_people USING (person) ANTI JOIN references_ USING (person)")
    return {person: list(names.values()) for person, names in found.items()}


def _decide(each: Doubtful, scores: Mapping[int, Score], policy: LinkPolicy) -> Decision:
    good = {person: one for person, one in scores.items() if not one.clashes and one.points >= policy.linked_from}
    best = max((one.points for one in scores.values()), default=0)
    if len(good) == 1:
        ((person, one),) = good.items()
        return linked(each, "matched", person, f"{one.says}，共 {one.points} 分，只有一人符合", one.points)
    if good:
        return left(each, SEVERAL, f"有 {len(good)} 个同名的人达到 {policy.linked_from} 分", score=best, candidates=len(good))
    if not scores:
        return _nobody(each)
    clashes = "、".join(sorted({clash for one in scores.values() for clash in one.clashes if one.points >= policy.linked_from}))
    if clashes:
        return left(each, CONTRADICTION, f"有同名的人，但{clashes}", score=best, candidates=len(scores))
    says = max(scores.values(), key=lambda one: (one.points, one.says)).says
    return left(each, TOO_LITTLE, f"最接近的人只有：{says}，不到 {policy.linked_from} 分", score=best, candidates=len(scores))


def _nobody(each: Doubtful) -> Decision:
    if each.state in ("damaged", "kept15"):
        return nobody(each)
    if not each.name and not each.certificate:
        return left(each, NOTHING, "没有号码，也没有姓名")
    return left(each, TOO_LITTLE, "没有号码，除姓名外没有可以认定是谁的信息")
