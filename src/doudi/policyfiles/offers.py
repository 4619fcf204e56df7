"""Reading the sheet for families: for each programme who it is for, what it gives, where and how to apply, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.policyfiles.form import Form
from doudi.policyfiles.model import Basis, PolicyFiles
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
    """One programme as a family reads it. `rules`: whose leads say that it may be for them; `categories`: recognitions that open it by themselves.

    `members`: facts of persons, of which a recognition alone asks one of some member; empty: of nobody.
    """

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
    members: tuple[str, ...]
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


def check_offers(offers: Mapping[str, Offer], policy: PolicyFiles) -> None:
    """Raises DoudiError with everything that the sheet names and the policy does not have."""
    of_persons = {name for name, variable in policy.variables.items() if variable.of == "person"}
    categories = {name for name, variable in policy.variables.items() if variable.category}
    departments = policy.glossary.sections["departments"].keys()
    faults = [
        Fault(OFFER_UNKNOWN, f"{offer.offer} 提到的{what} {name} 不存在", str(offer.place), todo="改正或删去")
        for offer in offers.values()
        for what, named, known in (
            ("规则", offer.rules, policy.rules.keys()),
            ("身份", offer.categories, categories),
            ("个人变量", offer.members, of_persons),
            ("部门", (offer.department,), departments),
        )
        for name in named
        if name not in known
    ]
    if faults:
        raise DoudiError(faults)


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
            members=form.listed("members", False),
            basis=form.basis(),
            place=tree.place,
        )
