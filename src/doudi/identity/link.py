"""Whose row is it: every number of every row of a cut, decided as a function of the set of deliveries (docs/explanation/how-it-works.md).

Sound numbers are checked in the engine, set by set; only rows with an odd name or a doubtful number are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doudi.contracts.model import Contract
from doudi.identity import doubtful as doubtful_rows
from doudi.identity.columns import role_of
from doudi.identity.decision import NAME_CONFLICT, NAME_UNCLEAR, SECOND_UNCLEAR, Decision, as_table, linked
from doudi.identity.doubtful import Doubtful
from doudi.identity.evidence import match
from doudi.identity.facts import gather_facts
from doudi.identity.index import check_numbers
from doudi.identity.keys import Keys
from doudi.identity.ownnumbers import believe_own_numbers
from doudi.identity.policy import LinkPolicy
from doudi.identity.reference import compare_spellings, find_references
from doudi.identity.repair import repair
from doudi.identity.second import repair_second
from doudi.identity.sources import Source, load
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine


@dataclass(frozen=True)
class Links:
    """What linkage leaves: the engine's table `links` (`decision.SCHEMA`, one line for each number that was not plain) beside those of `sources`
    and `facts`; and how many numbers had which outcome."""

    outcomes: Mapping[str, int]


def link(engine: Engine, sources: Sequence[Source], contracts: Mapping[str, Contract], policy: LinkPolicy, keys: Keys) -> Links:
    """Decide every number of the deliveries in `sources`. Raises DoudiError if a file is damaged or two IDs share a person number."""
    stamper = Stamper(keys)
    load(engine, sources, contracts)
    check_numbers(engine)
    roles = {(name, field.name): role_of(field) for name, contract in contracts.items() for field in contract.of_type("id18")}
    doubtful = doubtful_rows.read_doubtful(sources, roles, keys)
    doubtful_rows.put(engine, doubtful, stamper)
    own = believe_own_numbers(engine, doubtful, policy, stamper)
    find_references(engine)
    compare_spellings(engine)
    gather_facts(engine, policy)
    _decide_sound(engine, own)
    own_rows = {each.at for each in own}
    _decide_doubtful(engine, [each for each in doubtful if each.at not in own_rows], contracts, policy, stamper)
    return Links(dict(engine.fetch("SELECT outcome, count(*) FROM links GROUP BY ALL ORDER BY ALL")))


def _decide_sound(engine: Engine, own: Sequence[Doubtful]) -> None:
    """Start `links` with the sound numbers under another name, and with own numbers that end in 000 and stand under the right one."""
    explain = (
        "CASE likeness WHEN 'same' THEN '号码有效，姓名写法不同，视为同一姓名' WHEN 'between' THEN '号码有效，姓名与人口名单部分不同'"
        " ELSE '号码有效，姓名与人口名单完全不同' END"
    )
    codes = f"CASE WHEN likeness = 'same' THEN '' WHEN role = 'second' THEN '{SECOND_UNCLEAR}'"
    engine.execute(
        "CREATE OR REPLACE TABLE links AS SELECT i.delivery, i.row, i.field, i.role,"
        " CASE WHEN likeness = 'same' THEN 'linked' WHEN role = 'second' THEN 'emptied' ELSE 'held' END AS outcome,"
        " CASE WHEN likeness = 'same' THEN 'sound' ELSE '' END AS how, CASE WHEN likeness = 'same' THEN i.person END AS person,"
        " 0::INTEGER AS score, 1::INTEGER AS candidates,"
        f" {codes} WHEN likeness = 'between' THEN '{NAME_UNCLEAR}' ELSE '{NAME_CONFLICT}' END AS code, {explain} AS explanation"
        " FROM identities AS i JOIN spellings AS s ON s.person = i.person AND s.name_key = i.name_key WHERE i.state = 'sound'"
    )
    lines = [linked(each, "sound", 0, "号码确以 000 结尾：校验码正确，多次报送一致") for each in own]
    engine.table("own_links", as_table(lines))
    engine.execute(
        "INSERT INTO links SELECT o.* REPLACE (i.person AS person) FROM own_links AS o JOIN identities AS i USING (delivery, row, field)"
        " ANTI JOIN links AS l USING (delivery, row, field)"
    )


def _decide_doubtful(engine: Engine, doubtful: Sequence[Doubtful], contracts: Mapping[str, Contract], policy: LinkPolicy, stamper: Stamper) -> None:
    decisions, undecided = repair(engine, doubtful, stamper)
    _add(engine, decisions)
    _make_known(engine)
    decisions = match(engine, undecided, policy, stamper)
    decisions |= repair_second(engine, doubtful, contracts, stamper)
    _add(engine, decisions)


def _add(engine: Engine, decisions: Mapping[int, Decision]) -> None:
    engine.table("arriving_links", as_table(decisions[at] for at in sorted(decisions)))
    engine.execute("INSERT INTO links SELECT * FROM arriving_links")


def _make_known(engine: Engine) -> None:
    """`known (dataset, delivery, row, person)`: rows whose person is certain by number; what evidence may lead to."""
    engine.execute(
        "CREATE OR REPLACE VIEW known AS"
        " SELECT i.dataset, i.delivery, i.row, coalesce(l.person, i.person) AS person FROM identities AS i"
        " LEFT JOIN links AS l USING (delivery, row, field)"
        " WHERE i.role <> 'second' AND (l.outcome = 'linked' OR (l.outcome IS NULL AND i.state = 'sound'))"
    )
