"""Hunan's regions by name: province, prefectures, counties, townships, villages (GB/T 2260 and the statistical codes below)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from doudi.kernel.regions import levels_of
from doudi.standards.codelists import rows_of


@dataclass(frozen=True)
class Region:
    """One region. `kind`: province, prefecture, county, zone (a development zone that only statistics know), township, village."""

    code: str
    name: str
    kind: str


def short_code(code: str) -> str:
    """A code without the zeros that fill it up: `431382000000` is `431382`, `431300` is `4313`, `430000` is `43`."""
    for length, zeros in ((9, 3), (6, 3), (4, 2), (2, 2)):
        if len(code) == length + zeros and code[length:] == "0" * zeros:
            code = code[:length]
    return code


def region(code: str) -> Region | None:
    """The region of a code of any length, filled up with zeros or not; None if the tables have none (an older code, another province)."""
    short = short_code(code)
    return _villages().get(short) if len(short) == 12 else _regions().get(short)


def region_name(code: str) -> str:
    """The region's own name (`伏口镇`); the code itself if the tables do not know it."""
    found = region(code)
    return found.name if found else code


def region_path(code: str) -> str:
    """The names from the prefecture down, `娄底市涟源市伏口镇`; levels that the tables do not know are left out, the code if all are."""
    short = short_code(code)
    known = [found for level in reversed(levels_of(short)) if (found := region(level))]
    below = [found.name for found in known if found.kind != "province"]
    return "".join(below) or "".join(found.name for found in known) or code


def regions(kind: str, within: str = "") -> Iterator[Region]:
    """All regions of a kind (see Region) whose code begins with `within`, by code."""
    table = _villages() if kind == "village" else _regions()
    return (found for code, found in table.items() if found.kind == kind and code.startswith(within))


def below(code: str) -> list[str]:
    """The codes of the regions right below one, in order: a county's townships, a township's villages."""
    return _below().get(code, [])


@cache
def _below() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in sorted([*_regions(), *_villages()]):
        for upper in levels_of(one)[1:2]:
            found.setdefault(upper, []).append(one)
    return found


@cache
def _regions() -> Mapping[str, Region]:
    return {row["code"]: Region(row["code"], row["name"], row["kind"]) for row in rows_of("regions.csv")}


@cache
def _villages() -> Mapping[str, Region]:
    return {row["code"]: Region(row["code"], row["name"], "village") for row in rows_of("villages.csv")}
