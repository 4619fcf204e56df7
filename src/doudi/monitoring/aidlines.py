"""Lines of the chain of aid in words: when, how much, and what a number of them comes to. Money is never mixed with other quantities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from doudi.kernel.money import show_yuan
from doudi.policyfiles.model import AID_FORMS
from doudi.published.wording import show_day

REPEATED = "同一笔，不重复计"
"""Said of a line whose money stands on another line too."""

Line = Mapping[str, Any]


def is_repeated(line: Line) -> bool:
    """Whether the same aid stands on another line, told by another dataset."""
    return line["amount"] is not None and not line["counts_in_sum"]


def show_when(line: Line) -> str:
    """`2026年10月31日`, `2026年10月` or `2026年度`."""
    day = line["date"]
    if line["whole_year"]:
        return f"{day.year}年度"
    return f"{day.year}年{day.month}月" if line["whole_month"] else show_day(day)


def show_how_much(line: Line) -> str:
    """Money and quantity as the data have them; empty where they say neither."""
    money = [show_yuan(line["amount"])] if line["amount"] is not None else []
    quantity = [f"{line['quantity']:,} {line['unit']}"] if line["quantity"] is not None else []
    return "，".join(money + quantity) + (f"（{REPEATED}）" if is_repeated(line) else "")


def money_of(lines: Iterable[Line]) -> int:
    """Fen that count in sums."""
    return sum(line["amount"] for line in lines if line["counts_in_sum"])


def show_sums(lines: Iterable[Line]) -> Iterator[str]:
    """For each form of aid how often and how much, as `服务 6 次（180 分钟）`; what is repeated is left out."""
    own = [line for line in lines if not is_repeated(line)]
    for form, word in AID_FORMS.items():
        found = [line for line in own if line["kind"] == form]
        if found:
            quantities: Counter[str] = Counter()
            for line in found:
                if line["quantity"] is not None:
                    quantities[line["unit"]] += line["quantity"]
            money = [show_yuan(money_of(found))] if any(line["counts_in_sum"] for line in found) else []
            sums = "，".join([*money, *(f"{number:,} {unit}" for unit, number in sorted(quantities.items()))])
            yield f"{word} {len(found):,} 次" + (f"（{sums}）" if sums else "")
