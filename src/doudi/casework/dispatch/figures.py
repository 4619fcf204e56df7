"""The figures of the loop: from the policy of the newest loaded run, else from the policy that travels with Doudi. None stands in code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from doudi.casework.dispatch.models import Figure
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.regions import levels_of
from doudi.kernel.resources import resource_dir
from doudi.policyfiles.model import ParameterFile
from doudi.policyfiles.rulefiles import read_routing
from doudi.policyfiles.tree import Map, read_tree

NO_FIGURE = code("loop_figure_missing", "办理参数没有取值")
Line = tuple[str, date, Decimal]


@dataclass(frozen=True)
class Figures:
    """All figures; ask with `of`."""

    lines: Mapping[str, tuple[Line, ...]]

    def of(self, parameter: str, region: str, on: date) -> Decimal:
        """The figure in force on a day for a region: the narrowest region that is set, then the latest start.

        Raises DoudiError if none is.
        """
        levels = levels_of(region)
        found = [line for line in self.lines.get(parameter, ()) if line[0] in levels and line[1] <= on]
        if not found:
            raise DoudiError(Fault(NO_FIGURE, f"办理参数 {parameter} 没有取值", region, todo="在 policy/routing/ 中补上"))
        return max(found, key=lambda line: (len(line[0]), line[1]))[2]


def figures() -> Figures:
    """One query; make it once for a service and pass it on."""
    stored = list(Figure.objects.values_list("parameter", "region", "starts_on", "value"))
    return _gathered((name, (region, start, value)) for name, region, start, value in stored) if stored else _shipped()


def figures_load(policy: Path) -> int:
    """Take over the figures of a policy folder (that of a run); returns how many lines. To be called by the loader in its transaction."""
    lines = [
        Figure(
            parameter=file.parameter,
            region=value.region,
            starts_on=value.from_,
            name=file.name,
            unit=file.unit,
            value=_number(value.value),
            to_confirm=value.reference or value.basis.to_confirm,
        )
        for file in _files(policy)
        for value in file.values
    ]
    Figure.objects.all().delete()
    Figure.objects.bulk_create(lines)
    return len(lines)


@cache
def _shipped() -> Figures:
    return _gathered(
        (file.parameter, (value.region, value.from_, _number(value.value))) for file in _files(resource_dir("policy")) for value in file.values
    )


def _gathered(lines: Iterable[tuple[str, Line]]) -> Figures:
    found: dict[str, list[Line]] = {}
    for name, line in lines:
        found.setdefault(name, []).append(line)
    return Figures({name: tuple(each) for name, each in found.items()})


def _files(policy: Path) -> Iterator[ParameterFile]:
    """The figures of every file under `routing/`. Raises DoudiError with all faults of the files."""
    faults: list[Fault] = []
    found: list[ParameterFile] = []
    for path in sorted((policy / "routing").glob("*.yaml")):
        tree = read_tree(path, f"routing/{path.name}", faults)
        if isinstance(tree, Map):
            found += read_routing(tree, faults).loop.values()
    if faults:
        raise DoudiError(faults)
    yield from found


def _number(value: object) -> Decimal:
    """A figure of the loop is one number for town and country; the policy's check refuses two."""
    numerator, denominator = value.as_integer_ratio()  # type: ignore[attr-defined]
    return Decimal(numerator) / Decimal(denominator)
