"""A delivery and a sending as they lie in the home: their identifiers, and their JSON documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

from doudi.contracts.periods import Period
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.months import last_day, month_of
from doudi.lake.home import Home, write_whole

DELIVERY_UNKNOWN = code("delivery_unknown", "没有这份报送")
DELIVERY_AMBIGUOUS = code("delivery_ambiguous", "符合的报送不止一份")

ABOUT = "delivery.json"
CONFIRMATIONS = "confirmations"
"""Folder of the home: somebody confirmed a held delivery."""


def delivery_id(dataset: str, period: str, content: str) -> str:
    """16 hex digits. `content` is the SHA-256 of the delivered bytes (of a sheet that is one of several: with its name)."""
    return hashlib.sha256(f"{dataset}\n{period}\n{content}".encode()).hexdigest()[:16]


def delivery_number(identifier: str) -> int:
    """The 63-bit integer that stands for a delivery in Parquet."""
    return int(identifier, 16) >> 1


def period_text(period: Period | None) -> str:
    """`202610`, `202510-202607`, for days `20261028` or `20261001-20261015`; "" for None."""
    if period is None:
        return ""
    whole = period.first.day == 1 and period.last == last_day(month_of(period.last))
    form = "%Y%m" if whole else "%Y%m%d"
    texts = [day.strftime(form) for day in (period.first, period.last)]
    return texts[0] if texts[0] == texts[1] else "-".join(texts)


@dataclass(frozen=True)
class Sending:
    """That somebody sent this content under this name: what decides its place among the others."""

    delivery: str
    file: str
    period: Period | None
    sent_at: datetime | None
    correction: bool
    rows_claimed: int | None

    @property
    def order(self) -> tuple[str, int, str]:
        """The order key: later is larger."""
        moment = self.sent_at or (datetime.combine(self.period.last, time(23, 59, 59)) if self.period else None)
        return _moment(moment) or "", int(self.correction), self.file

    @cached_property
    def document(self) -> dict[str, Any]:
        """What is written to `sendings/<id>.json`."""
        period = self.period
        return {
            "delivery": self.delivery,
            "file": self.file,
            "period": period_text(period),
            "period_first": period.first.isoformat() if period else None,
            "period_last": period.last.isoformat() if period else None,
            "sent_at": _moment(self.sent_at),
            "correction": self.correction,
            "order": list(self.order),
            "rows_claimed": self.rows_claimed,
        }

    @property
    def identifier(self) -> str:
        """16 hex digits over everything a sending says."""
        return hashlib.sha256(json.dumps(self.document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

    def write(self, home: Home) -> bool:
        """Write it; False if it is there already."""
        path = home.sendings / f"{self.identifier}.json"
        if path.exists():
            return False
        write_whole(path, json_bytes(self.document))
        return True


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else None


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """A JSON document as it is written: the same bytes for the same content."""
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_about(home: Home, identifier: str) -> dict[str, Any]:
    """The document of a delivery; if it was held and is confirmed, as accepted. Raises DoudiError if there is no such delivery."""
    path = home.deliveries / identifier / ABOUT
    try:
        about = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise DoudiError(Fault(DELIVERY_UNKNOWN, f"没有报送“{identifier}”", todo="用 doudi deliveries 查看全部报送")) from None
    if about["verdict"] == "held" and (home.root / CONFIRMATIONS / f"{identifier}.json").exists():
        about |= {"verdict": "accepted", "refusal": None}
    return about


def all_deliveries(home: Home) -> Iterator[dict[str, Any]]:
    """The documents of all deliveries, in the order of their identifiers."""
    for path in sorted(home.deliveries.glob(f"*/{ABOUT}")):
        if not path.parent.name.startswith("."):
            yield read_about(home, path.parent.name)


def all_sendings(home: Home) -> list[dict[str, Any]]:
    """The documents of all sendings, earliest first."""
    found = [json.loads(path.read_text("utf-8")) for path in home.sendings.glob("*.json") if not path.name.startswith(".")]
    return sorted(found, key=lambda each: (each["order"], each["delivery"]))


def find_delivery(home: Home, word: str) -> str:
    """The delivery that a person means: its identifier or the beginning of it, or a file's name (or its end).

    Raises DoudiError if there is none, or several with different content; of one file sent again, the latest counts.
    """
    known = [path.parent.name for path in home.deliveries.glob(f"*/{ABOUT}") if not path.parent.name.startswith(".")]
    if word in known:
        return word
    named = [each for each in all_sendings(home) if each["file"] == word] or [each for each in all_sendings(home) if Path(each["file"]).name == word]
    if named:
        return named[-1]["delivery"]
    begun = [name for name in known if len(word) >= 4 and name.startswith(word.lower())]
    begun = begun or sorted({each["delivery"] for each in all_sendings(home) if word and word in each["file"]})
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise DoudiError(Fault(DELIVERY_AMBIGUOUS, f"“{word}”符合 {len(begun)} 份报送", todo="请写完整的文件名或编号"))
    raise DoudiError(Fault(DELIVERY_UNKNOWN, f"没有报送“{word}”", todo="用 doudi deliveries 查看全部报送"))
