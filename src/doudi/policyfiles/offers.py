"""Reading the sheet for families: for each programme who it is for, what it gives, where and how to apply, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.policyfiles.form import Form
from doudi.policyfiles.model import Basis
from doudi.policyfiles.tree import Map, Place, read_tree

OFFER_UNKNOWN = code("policy_offer_unknown", "政策提示单提到了不存在的规则或项目")

APPLY_AT = {
    "village": "村（居）民委员会",
    "township": "乡镇人民政府（街道办事处）",
    "county": "县级主管部门",
    "school": "就读学校",
    "court": "当地人民法院",
}
"""Where a family applies."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One programme as a family reads it. `rules`: whose leads say that it may be for them; `categories`: recognitions that open it by themselves."""

    offer: str
    name: str
    department: str
    for_whom: str
    gives: str
    apply_at: str
    how: str
    papers: tuple[str, ...]
    rules: tuple[str, ...]
    categories: tuple[str, ...]
    basis: tuple[Basis, ...]
    place: Place


def read_offers(folder: Path) -> dict[str, Offer]:
    """`offers/*.yaml` of a policy folder, by id, in the order of the files. Raises DoudiError with all faults."""
    faults: list[Fault] = []
    found: dict[str, Offer] = {}
    for path in sorted((folder / "offers").glob("*.yaml")):
        tree = read_tree(path, f"offers/{path.name}", faults)
        if not isinstance(tree, Map):
            continue
        with Form(tree, faults) as form:
            for item in form.maps("offers"):
                offer = _offer(item, faults)
                if offer.offer in found:
                    faults.append(Fault(OFFER_UNKNOWN, f"{offer.offer} 写了两次", str(offer.place), todo="删去一处"))
                found[offer.offer] = offer
    if faults:
        raise DoudiError(faults)
    return found


def check_offers(offers: dict[str, Offer], rules: frozenset[str], departments: frozenset[str], categories: frozenset[str]) -> list[Fault]:
    """What the sheet names and the policy does not have."""
    return [
        Fault(OFFER_UNKNOWN, f"{name} 不存在", str(offer.place), todo="改正或删去")
        for offer in offers.values()
        for name in (*offer.rules, *offer.categories, offer.department)
        if name not in rules | departments | categories
    ]


def _offer(tree: Map, faults: list[Fault]) -> Offer:
    with Form(tree, faults) as form:
        return Offer(
            offer=form.identifier("offer"),
            name=form.word("name"),
            department=form.identifier("department"),
            for_whom=form.word("for_whom"),
            gives=form.word("gives"),
            apply_at=form.choice("apply_at", APPLY_AT),
            how=form.word("how"),
            papers=form.listed("papers", False),
            rules=form.listed("rules", False),
            categories=form.listed("categories", False),
            basis=form.basis(),
            place=tree.place,
        )
