"""The rules as the current run carried them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from doudi.casework.access.actor import Actor
from doudi.casework.runs.models import Rule, Run
from doudi.published.wording import show_text
from doudi.standards.regions import region_name

KINDS = {
    "may_qualify": "可能符合救助条件",
    "not_carried_out": "救助政策未落实",
    "early_warning": "风险预警",
    "may_no_longer_qualify": "可能不再符合条件",
    "duplicate": "重复享受",
    "funds": "资金发放疑点",
}
"""In the order of the rule book."""
LISTED = ("rule", "name", "kind", "of", "grade", "department", "level", "within_working_days", "hits")


@dataclass(frozen=True)
class Chapter:
    """The rules of a kind."""

    kind: str
    name: str
    rules: list[Rule]


@dataclass(frozen=True)
class Figure:
    """A parameter's value in a region: urban and rural side by side."""

    name: str
    region: str
    urban: str
    rural: str
    unit: str
    reference: bool
    basis: str


def chapters(viewer: Actor) -> list[Chapter]:
    """All rules in force, by kind. One query. They are nobody's in particular: whoever may read the rule book reads all of it."""
    order = list(KINDS)
    rules = sorted(Rule.objects.filter(run__state=Run.State.CURRENT).only(*LISTED), key=lambda rule: (order.index(rule.kind), rule.rule))
    return [Chapter(kind, KINDS[kind], list(found)) for kind, found in groupby(rules, key=lambda rule: rule.kind)]


def rule_in_force(viewer: Actor, name: str) -> Rule | None:
    """One rule with its conditions and parameters."""
    return Rule.objects.filter(run__state=Run.State.CURRENT, rule=name).select_related("run").first()


def figures(viewer: Actor, rule: Rule) -> list[Figure]:
    """The parameters that hold in the viewer's region or above it; below a prefecture or the province, those of its counties too."""
    found: dict[tuple[str, str], dict[bool, dict[str, object]]] = {}
    for row in rule.parameters:
        region = str(row["region"])
        if viewer.region.startswith(region) or region.startswith(viewer.region):
            found.setdefault((str(row["parameter"]), region), {})[bool(row["rural"])] = row
    return [_figure(region, by_rural) for (_, region), by_rural in sorted(found.items())]


def _figure(region: str, by_rural: dict[bool, dict[str, object]]) -> Figure:
    one = by_rural.get(True) or by_rural[False]
    urban, rural = (_value(by_rural.get(which)) for which in (False, True))
    return Figure(str(one["name"]), region_name(region), urban, rural, str(one["unit"] or ""), bool(one["reference"]), str(one["basis"] or ""))


def _value(row: dict[str, object] | None) -> str:
    return "—" if row is None else show_text(str(row["value"]), str(row["type"]))


def conditions(rule: Rule) -> tuple[Sequence[dict[str, object]], Sequence[dict[str, object]]]:
    """What must hold, and of what nothing may hold."""
    ordered = sorted(rule.conditions, key=lambda one: one["position"])
    return [one for one in ordered if not one["negated"]], [one for one in ordered if one["negated"]]
