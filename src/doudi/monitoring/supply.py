"""What the departments delivered: every delivery with its counts after linking, every dataset with how far it reaches, the kinds of faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.intake import check, take  # noqa: F401 - they register the codes that faults are shown with
from doudi.intake.delivery import all_sendings, read_about
from doudi.kernel.errors import CODES
from doudi.lake.engine import Engine
from doudi.lake.home import Home
from doudi.monitoring.freeze import Frozen
from doudi.published.tables import TABLES

UNUSED = """
SELECT delivery, COUNT(DISTINCT CASE WHEN state = 'held' THEN row END) AS held, COUNT(DISTINCT CASE WHEN state = 'refused' THEN row END) AS refused
FROM unused WHERE row IS NOT NULL GROUP BY delivery
"""

REMARKS = """
CREATE OR REPLACE TABLE remarks AS
SELECT f.delivery, i.row, i.code, i."column" AS header, CASE WHEN i."column" = '' THEN 'noted' ELSE 'emptied' END AS outcome
FROM issue_rows i JOIN issue_files f ON i.filename = f.filename
"""

NO_REMARKS = """
CREATE OR REPLACE TABLE remarks AS
SELECT CAST(NULL AS BIGINT) AS delivery, CAST(NULL AS INT) AS row, '' AS code, '' AS header, '' AS outcome WHERE FALSE
"""

KINDS_OF_FAULTS = """
SELECT d.dataset, f.outcome, f.code, f.header, COUNT(*) AS rows FROM (
    SELECT DISTINCT delivery, row, state AS outcome, code, COALESCE("column", '') AS header FROM unused WHERE row IS NOT NULL
    UNION ALL SELECT DISTINCT delivery, row, outcome, code, header FROM remarks
) f JOIN delivery_lines d ON f.delivery = d.delivery
GROUP BY d.dataset, f.outcome, f.code, f.header
"""


def load_supply(engine: Engine, home: Home, frozen: Frozen) -> pa.Table:
    """Make the tables `unused`, `remarks` (values emptied, and rows that a check remarked on) and `delivery_lines`; returns the last."""
    engine.views({"unused": frozen.cut.unused})
    files = {one["number"]: home.deliveries / one["id"] / "issues.parquet" for one in frozen.cut.deliveries}
    there = {number: str(path) for number, path in files.items() if path.exists()}
    if there:
        engine.views({"issue_rows": [files[number] for number in there]}, file_column=True)
        engine.table("issue_files", pa.table({"delivery": pa.array(list(there), pa.int64()), "filename": list(there.values())}))
    engine.execute(REMARKS if there else NO_REMARKS)
    lines = delivery_lines(engine, home, frozen)
    engine.table("delivery_lines", lines)
    return lines


def delivery_lines(engine: Engine, home: Home, frozen: Frozen) -> pa.Table:
    """The table `deliveries`. Rows that linking held or refused are counted with those that intake refused, so that the counts sum up."""
    after = {delivery: (held, refused) for delivery, held, refused in engine.fetch(UNUSED)}
    in_cut = {(sending["file"], sending["delivery"]) for sending in frozen.cut.about["sendings"]}
    first: dict[str, Mapping[str, Any]] = {}
    for sending in all_sendings(home):
        if (sending["file"], sending["delivery"]) in in_cut:
            first.setdefault(sending["delivery"], sending)
    contracts = frozen.books.contracts
    lines = [
        _line(one, read_about(home, one["id"]), first[one["id"]], after.get(one["number"], (0, 0)), contracts.get(one["dataset"]))
        for one in frozen.cut.deliveries
    ]
    return pa.Table.from_pylist(sorted(lines, key=lambda line: line["delivery"]), schema=TABLES["deliveries"].arrow)


def _line(
    one: Mapping[str, Any], about: Mapping[str, Any], sending: Mapping[str, Any], after: tuple[int, int], contract: Contract | None
) -> dict[str, Any]:
    verdict, delivered = one["verdict"], about["counts"]["delivered"]
    held, refused = {"accepted": after, "held": (delivered, 0)}.get(verdict, (0, delivered))
    return {
        "delivery": one["number"],
        "delivery_id": one["id"],
        "dataset": one["dataset"],
        "title": contract.title if contract else "",
        "department": contract.department if contract else "",
        "period": about["period"],
        "file": sending["file"],
        "sent_at": sending["sent_at"],
        "verdict": verdict,
        "delivered": delivered,
        "accepted": delivered - held - refused,
        "refused": refused,
        "held": held,
    }


def dataset_lines(frozen: Frozen) -> pa.Table:
    """The table `datasets`."""
    rows = frozen.cut.about["rows"]
    lines = []
    for name, contract in sorted(frozen.books.contracts.items()):
        state = frozen.states[name]
        lines.append(
            {
                "dataset": name,
                "title": contract.title,
                "department": contract.department,
                "mode": contract.mode,
                "delivered_to": state.delivered_to,
                "late_days": None if state.delivered_to is None else state.late_days,
                "rows": rows.get(name, 0),
            }
        )
    return pa.Table.from_pylist(lines, schema=TABLES["datasets"].arrow)


def issue_lines(engine: Engine, contracts: Iterable[Contract]) -> pa.Table:
    """The table `issues`. Needs `unused`, `remarks` and `delivery_lines`."""
    checks = {each.name: each.says for contract in contracts for each in contract.checks}
    columns = TABLES["issues"].arrow.names
    found = [
        (ds, how, code, header, CODES.get(code) or checks.get(code, code), rows) for ds, how, code, header, rows in engine.fetch(KINDS_OF_FAULTS)
    ]
    return pa.Table.from_pylist([dict(zip(columns, line, strict=True)) for line in sorted(found)], schema=TABLES["issues"].arrow)
