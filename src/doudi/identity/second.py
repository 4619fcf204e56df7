"""Numbers of second people in a row (an applicant): repaired towards the row's own household, or emptied; the row counts either way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from doudi.contracts.model import Contract
from doudi.identity.decision import Decision, left, linked
from doudi.identity.doubtful import Doubtful, find_near
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine

_HOUSEHOLD = "household_no"


def repair_second(engine: Engine, doubtful: Sequence[Doubtful], contracts: Mapping[str, Contract], stamper: Stamper) -> dict[int, Decision]:
    """Decisions by `at`. Needs the table `known` (see `link`)."""
    rows = [each for each in doubtful if each.role == "second"]
    find_near(engine, rows, stamper)
    at_home: dict[int, set[int]] = defaultdict(set)
    for dataset in sorted({each.dataset for each in rows}):
        if _HOUSEHOLD in contracts[dataset].by_name:
            for at, person in engine.fetch(_household_query(contracts[dataset])):
                at_home[at].add(person)
    listed: dict[int, set[int]] = defaultdict(set)
    for at, person in engine.fetch("SELECT item, person FROM near SEMI JOIN references_ USING (person)"):
        listed[at].add(person)
    return {each.at: _decide(each, at_home[each.at], listed[each.at]) for each in rows}


def _household_query(contract: Contract) -> str:
    """(item, person): near numbers of people who stand in the same benefit household, as members or as second people."""
    dataset = contract.dataset
    return (
        f"SELECT DISTINCT d.item, n.person FROM doubtful AS d JOIN near AS n USING (item)"
        f" JOIN rows_{dataset} AS a ON a.delivery = d.delivery AND a.row = d.row"
        f" JOIN rows_{dataset} AS b ON b.{_HOUSEHOLD} = a.{_HOUSEHOLD}"
        f" JOIN identities AS i ON i.dataset = '{dataset}' AND i.delivery = b.delivery AND i.row = b.row"
        f" AND i.state = 'sound' AND i.person = n.person WHERE d.dataset = '{dataset}'"
    )


def _decide(each: Doubtful, at_home: set[int], listed: set[int]) -> Decision:
    for people, says in ((at_home, "号码有误，改正后是同一受助家庭中的人"), (listed, "号码有误，改正后人口名单中只有一人")):
        if len(people) == 1:
            return linked(each, "kept15" if each.state == "kept15" else "repaired", next(iter(people)), says)
        if people:
            return left(each, "", "有几个人号码相近", candidates=len(people))
    return left(each, "", "号码有误或缺失，认不出是谁")
