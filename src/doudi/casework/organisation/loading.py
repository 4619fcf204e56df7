"""Fills in the regions of Hunan down to the village, and an office for every department of each; again and again with the same result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from doudi.casework.organisation.models import Department, Office, Region
from doudi.kernel.regions import levels_of
from doudi.standards.regions import Region as Known
from doudi.standards.regions import region_path, regions

KINDS = ("province", "prefecture", "county", "township", "village")
FIELD_OFFICES = {"township": Department.TOWNSHIP, "village": Department.VILLAGE}
BATCH = 5_000


@dataclass(frozen=True)
class Filled:
    """How many regions and offices there are now."""

    regions: int
    offices: int


@transaction.atomic
def organisation_fill(province: str = "43") -> Filled:
    """Make or rename what the tables of `standards` know; nothing is removed, because work may hang on it."""
    known = dict(Region.objects.values_list("code", "name"))
    for kind in KINDS:
        lines = [_region(found) for name in _kinds_of(kind) for found in regions(name, province) if known.get(found.code) != found.name]
        Region.objects.bulk_create(
            lines, BATCH, update_conflicts=True, unique_fields=["code"], update_fields=["name", "kind", "parent", "path", "initials"]
        )
    there = {(region, department): name for region, department, name in Office.objects.values_list("region_id", "department", "name")}
    wanted = [(region, department, name) for region, department, name in _offices() if there.get((region, department)) != name]
    Office.objects.bulk_create(
        (Office(region_id=region, department=department, name=name) for region, department, name in wanted),
        BATCH,
        update_conflicts=True,
        unique_fields=["region", "department"],
        update_fields=["name"],
    )
    return Filled(Region.objects.count(), len(there.keys() | {one[:2] for one in wanted}))


def _kinds_of(kind: str) -> tuple[str, ...]:
    """Zones (development zones) are counties to whoever works there."""
    return ("county", "zone") if kind == "county" else (kind,)


def _region(found: Known) -> Region:
    from pypinyin import Style, lazy_pinyin  # half a second, and only needed when a name is new

    upper = levels_of(found.code)[1:2]
    kind = "county" if found.kind == "zone" else found.kind
    return Region(
        code=found.code,
        name=found.name,
        kind=kind,
        parent_id=upper[0] if upper else None,
        path=region_path(found.code),
        initials="".join(lazy_pinyin(found.name, style=Style.FIRST_LETTER))[:60],
    )


def _committee(path: str) -> str:
    """The committee of a village or community; many are listed by its name already."""
    return path if path.endswith(("委会", "委员会")) else f"{path}{'村民' if path.endswith('村') else '居民' if path.endswith('社区') else ''}委员会"


def _offices() -> Iterator[tuple[str, str, str]]:
    """Region, department and name of every office that there should be."""
    above_township = [choice for choice in Department if choice not in FIELD_OFFICES.values()]
    for code, name, path, kind in Region.objects.values_list("code", "name", "path", "kind"):
        if department := FIELD_OFFICES.get(kind):
            yield code, department.value, _committee(path)[:120] if kind == "village" else path
            continue
        for choice in above_township:
            yield code, choice.value, f"{name}{choice.label}"
