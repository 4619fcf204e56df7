"""Which ten rules, and why these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.reduced import reduce_policy, touched, widest
from benchmarks.worlds import AS_OF, World
from doudi.policyfiles import PolicyFiles
from doudi.rules import build_policy

TEN = ("D05", "D07", "E02", "E03", "E04", "E07", "E08", "F01", "K01", "K05")
"""Of all sets of ten rules that pull in no others, the one that touches the most tables, and of those with as many the one with the most rows.

No ten rules touch all that the 57 do: several tables are read by one rule only. `choice` says what these leave out, and can
look for better ones; a test holds TEN to it.
"""


@dataclass(frozen=True)
class Choice:
    """`rules`: the ten; `tables` and `rows`: what all rules read; `missed`: what the ten leave out, with rows."""

    rules: tuple[str, ...]
    tables: int
    rows: int
    missed: Mapping[str, int]


def choice(world: World, rules: Sequence[str] | None = None) -> Choice:
    """What ten rules touch of what all rules touch, in a world: these, or (None) the ten that together touch the most."""
    policy = build_policy(world.policy, world.contracts, AS_OF)
    reach = {rule: touched(policy, world.policy, rule) for rule in policy.rules}
    alone = {rule: tables for rule, (tables, others) in reach.items() if not others}
    ten = tuple(rules or widest(alone, world.rows, 10))
    everything = frozenset[str]().union(*(tables for tables, _ in reach.values())) & world.rows.keys()
    seen = frozenset[str]().union(*(alone[rule] for rule in ten))
    missed = {name: world.rows[name] for name in sorted(everything - seen)}
    return Choice(ten, len(everything), sum(world.rows[name] for name in everything), missed)


def ten_rules(world: World) -> PolicyFiles:
    """The policy reduced to the ten."""
    return reduce_policy(world.policy, world.contracts, AS_OF, TEN)
