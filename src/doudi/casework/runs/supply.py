"""What departments delivered for the current run, and how good it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from doudi.casework.access.actor import Actor
from doudi.casework.organisation.models import Department
from doudi.casework.runs.models import Dataset, Delivery, Issue, Quality, Run, Term

CURRENT = {"run__state": Run.State.CURRENT}
SCORES = ("completeness", "validity", "timeliness", "consistency")


@dataclass(frozen=True)
class SuppliedSet:
    """A dataset: how far it reaches, and its scores for the viewer's place (None: nothing can be said)."""

    dataset: Dataset
    quality: Quality | None

    @property
    def is_missing(self) -> bool:
        """Never delivered."""
        return self.dataset.delivered_to is None


@dataclass(frozen=True)
class Supplier:
    """A department with its datasets, the latest first."""

    department: str
    name: str
    quality: Quality | None
    sets: list[SuppliedSet] = field(default_factory=list)

    @property
    def late(self) -> int:
        """How many datasets are late or were never delivered."""
        return sum(one.is_missing or bool(one.dataset.late_days) for one in self.sets)


def may_see(viewer: Actor, department: str) -> bool:
    """An office of one department sees what that department delivers; who looks after all sees all."""
    return viewer.role is not None and (viewer.role.all_departments or not viewer.role.sees_people or viewer.department == department)


def suppliers(viewer: Actor) -> list[Supplier]:
    """Departments in the order of the notice, then others that deliver. Three queries."""
    scores, names = _scores(viewer), departments()
    sets: dict[str, list[SuppliedSet]] = defaultdict(list)
    for dataset in Dataset.objects.filter(**CURRENT):
        if may_see(viewer, dataset.department):
            sets[dataset.department].append(SuppliedSet(dataset, scores.get(("dataset", dataset.department, dataset.dataset))))
    order = list(names)
    return [
        Supplier(key, names.get(key, key), scores.get(("department", key, "")), sorted(sets[key], key=_latest_first))
        for key in sorted(sets, key=lambda key: (order.index(key) if key in order else len(order), key))
    ]


def departments() -> dict[str, str]:
    """Key -> name: the ten and whoever else delivers, as the run's glossary has them."""
    others = Term.objects.filter(**CURRENT, section="departments").values_list("identifier", "term")
    return {key: str(name) for key, name in Department.choices} | {key: term for key, term in others if key not in Department.values}


def _latest_first(one: SuppliedSet) -> tuple[bool, int, str]:
    return not one.is_missing, -(one.dataset.late_days or 0), one.dataset.dataset


def _scores(viewer: Actor) -> dict[tuple[str, str, str], Quality]:
    """(scope, department, dataset) -> the county's scores if the viewer is of one county, those of all counties otherwise."""
    county = viewer.region[:6] if len(viewer.region) >= 6 else ""
    lines = Quality.objects.filter(**CURRENT, county__in={county, ""}).order_by("county")
    return {(line.scope, line.department, line.dataset): line for line in lines}


@dataclass(frozen=True)
class SetView:
    """Everything about one dataset."""

    dataset: Dataset
    deliveries: list[Delivery]
    issues: list[Issue]
    quality: Quality | None


def set_view(viewer: Actor, name: str) -> SetView | None:
    """None if there is no such dataset, or it is another department's. Four queries."""
    dataset = Dataset.objects.filter(**CURRENT, dataset=name).first()
    if dataset is None or not may_see(viewer, dataset.department):
        return None
    return SetView(
        dataset,
        list(Delivery.objects.filter(**CURRENT, dataset=name).order_by("-period", "-sent_at")),
        _gravest_first(Issue.objects.filter(**CURRENT, dataset=name)),
        _scores(viewer).get(("dataset", dataset.department, name)),
    )


OUTCOMES = {"refused": "退回", "held": "待核", "emptied": "置空", "noted": "提示"}


def _gravest_first(issues: Iterable[Issue]) -> list[Issue]:
    order = list(OUTCOMES)
    return sorted(issues, key=lambda issue: (order.index(issue.outcome) if issue.outcome in order else len(order), -issue.rows))
