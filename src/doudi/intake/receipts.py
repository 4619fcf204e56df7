"""Receipts: per delivery what became of its rows, for the department that sent it. Values are masked; the same home gives the same text.

Three counts sum to the rows delivered: accepted, refused, held. Until the home is settled nothing is held; the receipt says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from doudi.contracts.model import Contract
from doudi.identity.keys import Keys
from doudi.identity.policy import read_link_policy
from doudi.intake.delivery import all_sendings, json_bytes, read_about
from doudi.intake.settle import Cut, open_cut, plan_cut
from doudi.kernel.errors import CODES
from doudi.lake.home import Home, write_whole

EXAMPLES = 20
"""So many refused and held rows are shown with their reasons; the workbook of refused rows has all."""

FOLDER = "receipts"
_EMPTIED = "其中选填项已置空或有提示，行仍被接收"


@dataclass(frozen=True)
class Unused:
    """One reason why a row is not used. `row` is None for the whole file; `state` is `refused` or `held`."""

    row: int | None
    code: str
    column: str
    reason: str
    state: str


class Receipts:
    """Makes receipts of a home as it stands; reads what is common to all of them once."""

    def __init__(self, home: Home, keys: Keys, contracts: Mapping[str, Contract]) -> None:
        self._home, self._contracts = home, contracts
        self._cut = _standing_cut(home, keys, contracts)
        self._sendings: dict[str, list[dict[str, Any]]] = {}
        for sending in all_sendings(home):
            self._sendings.setdefault(sending["delivery"], []).append(sending)

    def receipt(self, delivery: str) -> dict[str, Any]:
        """The receipt of a delivery (its identifier). Raises DoudiError if there is none."""
        about = read_about(self._home, delivery)
        unused = self.unused(delivery)
        sendings = self._sendings.get(delivery, [])
        contract = self._contracts.get(about["dataset"])
        settled = self._cut is not None
        rows = _counts(about, unused)
        return {
            "receipt": 1,
            "delivery": delivery,
            "files": [{"file": each["file"], "sent_at": each["sent_at"]} for each in sendings],
            "dataset": about["dataset"],
            "title": contract.title if contract else "",
            "department": contract.department_name if contract else "",
            "period": about["period"],
            "verdict": about["verdict"],
            "refusal": about["refusal"],
            "settled": settled,
            "rows": rows,
            "reasons": _reasons(about, unused),
            "examples": _examples(unused),
            "issues": [{"code": code, "meaning": CODES.get(code, ""), "values": count} for code, count in sorted(about["issues"].items())],
            "issue_examples": _issues(self._home.deliveries / delivery / "issues.parquet"),
            "not_rows": dict(sorted(about["furniture"].items())),
            "warnings": list(_warnings(about, sendings, contract, settled=settled)),
        }

    def unused(self, delivery: str) -> list[Unused]:
        """Why rows of a delivery are not used, in the order of its rows; settled or not."""
        about = read_about(self._home, delivery)
        if self._cut is not None and about["verdict"] == "accepted":
            table = pq.read_table(self._cut.unused, filters=[("delivery", "==", about["number"])])
            lines = sorted(table.to_pylist(), key=lambda each: (each["row"] is not None, each["row"] or 0, each["nth"], each["code"]))
            return [Unused(each["row"], each["code"], each["column"], each["reason"], each["state"]) for each in lines]
        path = self._home.deliveries / delivery / "refused.parquet"
        if about["verdict"] == "refused" or not path.exists():
            return []
        return [Unused(each["row"], each["code"], each["column"], each["message"], "refused") for each in pq.read_table(path).to_pylist()]

    def write(self, delivery: str) -> dict[str, Any]:
        """Write the receipt to `receipts/<delivery>.json`, if it is not there like that; returns it."""
        folder = self._home.root / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        path, receipt = folder / f"{delivery}.json", self.receipt(delivery)
        content = json_bytes(receipt)
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content)
        return receipt


def _standing_cut(home: Home, keys: Keys, contracts: Mapping[str, Contract]) -> Cut | None:
    """The cut of everything that lies in the home, None if it is not settled yet."""
    folder = home.lake / plan_cut(home, keys, contracts, None, read_link_policy()).cut
    return open_cut(folder) if folder.exists() else None


def _counts(about: Mapping[str, Any], unused: Iterable[Unused]) -> dict[str, int]:
    """delivered = accepted + refused + held. No row of a file that is refused or held as a whole is accepted."""
    counts = about["counts"]
    if about["verdict"] != "accepted":
        return {"delivered": counts["delivered"], "accepted": 0, "refused": counts["delivered"], "held": 0}
    states: dict[int, set[str]] = {}
    for each in unused:
        if each.row is not None:
            states.setdefault(each.row, set()).add(each.state)
    refused = sum("refused" in found for found in states.values())
    held = len(states) - refused
    return {"delivered": counts["delivered"], "accepted": counts["delivered"] - refused - held, "refused": refused, "held": held}


def _reasons(about: Mapping[str, Any], unused: Iterable[Unused]) -> list[dict[str, Any]]:
    """Rows by their first reason."""
    if about["verdict"] == "refused":
        code = about["refusal"]["code"]
        return [{"code": code, "meaning": CODES.get(code, ""), "state": "refused", "rows": about["counts"]["delivered"]}]
    first: dict[int, Unused] = {}
    for each in unused:
        if each.row is not None and (each.row not in first or (each.state == "refused" != first[each.row].state)):
            first[each.row] = each
    found = Counter((each.state, each.code) for each in first.values())
    return [
        {"code": code, "meaning": CODES.get(code, ""), "state": state, "rows": rows} for (state, code), rows in sorted(found.items(), reverse=True)
    ]


def _examples(unused: Iterable[Unused]) -> list[dict[str, Any]]:
    rows: dict[int, list[Unused]] = {}
    for each in unused:
        if each.row is not None and (each.row in rows or len(rows) < EXAMPLES):
            rows.setdefault(each.row, []).append(each)
    return [
        {"row": row, "state": found[0].state, "reasons": [{"code": each.code, "column": each.column, "says": each.reason} for each in found]}
        for row, found in rows.items()
    ]


def _issues(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=EXAMPLES):
        return [{"row": each["row"], "code": each["code"], "column": each["column"], "says": each["message"]} for each in batch.to_pylist()]
    return []


def _warnings(about: Mapping[str, Any], sendings: Iterable[Mapping[str, Any]], contract: Contract | None, *, settled: bool) -> Iterable[str]:
    if about["verdict"] != "refused" and not settled:
        yield "尚未认定每行是谁的记录，待核的行数还不知道"
    unknown = [column["header"] for column in about["columns"] if column["field"] is None]
    if unknown:
        yield f"没有读取的列（数据需求清单里没有）：{'、'.join(header[:20] for header in unknown[:20])}"
    if contract and about["columns"]:
        given = {column["field"] for column in about["columns"]}
        absent = [each.header for each in contract.fields if each.name not in given]
        if absent:
            yield f"没有提供的选填列：{'、'.join(absent)}"
    if about["issues"]:
        yield f"有 {sum(about['issues'].values())} 处{_EMPTIED}"
    for sending in sendings:
        claimed = sending["rows_claimed"]
        if claimed is not None and claimed != about["counts"]["delivered"]:
            yield f"清单说 {sending['file']} 有 {claimed} 行，实际读到 {about['counts']['delivered']} 行"
    yield from about["remarks"]


def receipt_text(receipt: Mapping[str, Any]) -> str:
    """A receipt as it is printed and filed."""
    return json_bytes(receipt).decode()
