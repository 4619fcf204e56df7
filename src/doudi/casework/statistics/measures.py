"""What a map or table may show: a rate with its numerator, its denominator and words; raw counts mislead where places differ in size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Figures = Mapping[str, int]


@dataclass(frozen=True)
class Measure:
    """A numerator over a denominator, for each `per`. `more_is_worse` None where neither is."""

    key: str
    name: str
    says: str
    over: tuple[str, ...]
    under: str
    per: int
    unit: str
    more_is_worse: bool | None = None

    def count(self, figures: Figures) -> int:
        """The numerator."""
        return sum(figures.get(key, 0) for key in self.over)

    def base(self, figures: Figures) -> int:
        """The denominator."""
        return figures.get(self.under, 0)

    def rate(self, figures: Figures) -> float | None:
        """None where there is nothing to divide by: no rate is not a rate of zero."""
        return self.count(figures) * self.per / self.base(figures) if self.base(figures) else None


def _of_households(key: str, name: str, says: str, *over: str, more_is_worse: bool | None = None) -> Measure:
    return Measure(key, name, says, over, "households", 1000, "‰", more_is_worse)


def _share(key: str, name: str, says: str, over: str, under: str, more_is_worse: bool) -> Measure:
    return Measure(key, name, says, (over,), under, 100, "%", more_is_worse)


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        _of_households("covered", "低收入家庭", "有低收入人口的家庭，占全部家庭", "covered"),
        _of_households("red", "红色线索", "红色等级的线索，按全部家庭计", "leads:R", more_is_worse=True),
        _of_households("missed", "可能遗漏", "可能符合条件、或政策没有落实的线索", "leads:may_qualify", "leads:not_carried_out", more_is_worse=True),
        _of_households("excess", "可能不符", "不再符合条件或重复享受的线索", "leads:may_no_longer_qualify", "leads:duplicate", more_is_worse=True),
        _of_households("leads", "全部线索", "现有的各类线索", "leads"),
        _share("overdue", "超期任务", "已超过办理期限的，占在办任务", "overdue", "open", True),
        _share("in_time", "按期反馈", "近30天反馈的任务中按期的", "in_time", "answered", False),
        _share("sent_back", "复核退回", "近30天审批的结果中被退回重办的", "sent_back", "reviewed", True),
        _share("reopened", "重新打开", "近30天反馈的任务中被数据复核重新打开的", "reopened", "answered", True),
    )
}
FIRST = "covered"


def breaks(rates: list[float], steps: int = 5) -> list[float]:
    """Upper ends of at most `steps` steps with about as many places in each, rounded to two figures so that a legend reads well; increasing."""
    known = sorted(rates)
    if not known:
        return []
    ends = [_two_figures(known[min(len(known) - 1, (len(known) * step) // steps)]) for step in range(1, steps)]
    return sorted({end for end in ends if known[0] < end < known[-1]})


def _two_figures(value: float) -> float:
    return float(f"{value:.2g}")


def step_of(rate: float, ends: list[float]) -> int:
    """0 for the lightest step."""
    return sum(rate >= end for end in ends)
