"""Sendings and deliveries as they lie in the home: what settling must know of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doudi.contracts.periods import Period
from doudi.intake.delivery import all_deliveries, all_sendings, delivery_number
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.months import month_of
from doudi.lake.home import Home

RECORD_DAMAGED = code("record_damaged", "数据目录中的记录文件损坏")


@dataclass(frozen=True)
class Delivery:
    """One content. `verdict`: accepted, refused or held; `reason`: code and Chinese text where it is not accepted."""

    id: str
    dataset: str
    period: Period | None
    verdict: str
    reason: tuple[str, str]

    @property
    def number(self) -> int:
        """The delivery as the 63-bit integer that Parquet files carry."""
        return delivery_number(self.id)

    @property
    def month(self) -> int:
        """Index of the last month of its period: the month of a list. 0 without a period, which only a delivery that is not accepted lacks."""
        return month_of(self.period.last) if self.period else 0


@dataclass(frozen=True)
class Sending:
    """One act of sending. `day`: from which day on it belongs to a cut; `order`: later sent is larger; `dated`: a manifest says when it was sent."""

    file: str
    delivery: str
    day: date
    order: tuple[str, int, str]
    dated: bool


def read_deliveries(home: Home) -> dict[str, Delivery]:
    """Every delivery of the home by id. Raises DoudiError if a record is damaged."""
    return {each.id: each for each in (_delivery(document) for document in all_deliveries(home))}


def read_sendings(home: Home) -> list[Sending]:
    """Every sending of the home. Raises DoudiError if a record is damaged."""
    return [_sending(document) for document in all_sendings(home)]


def _delivery(document: Mapping[str, Any]) -> Delivery:
    try:
        refusal = document["refusal"] or {"code": "", "what": ""}
        says = "；".join(text for text in (refusal["what"], refusal.get("why", "")) if text)
        return Delivery(document["delivery"], document["dataset"], _period(document), document["verdict"], (refusal["code"], says))
    except (KeyError, TypeError, ValueError) as problem:
        raise _damaged("delivery.json", document, problem) from problem


def _sending(document: Mapping[str, Any]) -> Sending:
    try:
        period, sent_at = _period(document), document["sent_at"]
        day = datetime.fromisoformat(sent_at).date() if sent_at else period.first if period else date.min
        moment, correction, file = document["order"]
        return Sending(document["file"], document["delivery"], day, (moment, correction, file), bool(sent_at))
    except (KeyError, TypeError, ValueError) as problem:
        raise _damaged("sendings", document, problem) from problem


def _period(document: Mapping[str, Any]) -> Period | None:
    first, last = document["period_first"], document["period_last"]
    return Period(date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def _damaged(where: str, document: Mapping[str, Any], problem: Exception) -> DoudiError:
    name = str(document.get("delivery", ""))
    todo = "从备份恢复，或删除该报送后重新接收文件"
    return DoudiError(Fault(RECORD_DAMAGED, f"报送 {name} 的记录读不懂", where, f"{type(problem).__name__}: {problem}", todo))
