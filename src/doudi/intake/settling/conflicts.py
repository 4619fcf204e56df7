"""Where departments contradict each other, or a record itself: recorded for clerks, not resolved in silence. No names, no numbers."""

from __future__ import annotations

from pathlib import Path

from doudi.identity.columns import POPULATION
from doudi.identity.decision import NAME_CONFLICT, NAME_UNCLEAR
from doudi.lake.engine import Engine

KINDS = {
    "name_differs": "同一号码下，此数据与人口名单的姓名不同",
    "names_in_one_list": "同一期人口名单中，同一号码下有不同姓名",
    "birth_differs_from_id": "人口名单的出生日期与公民身份号码不一致",
    "sex_differs_from_id": "人口名单的性别与公民身份号码不一致",
    "two_households_in_one_list": "同一期人口名单中，同一人在两户",
    "dead_but_listed": "已有死亡记录，仍在其后的人口名单中",
}
"""Kind -> what it means."""

_COLUMNS = "kind, person, dataset, delivery, row, other_dataset, other_delivery, other_row"


def write_conflicts(engine: Engine, path: Path, death_query: str | None) -> int:
    """Write `conflicts.parquet`; returns its rows. `death_query`: the effective death records, None if there is no such dataset.

    One line for each record in conflict: kind, person, and where it stands; `other_...` is the record of the population list it differs from.
    """
    parts = [_names(), _differs("birth", "birth_date"), _differs("sex", "sex"), _two_households()]
    if death_query:
        parts.append(_dead(death_query))
    return engine.to_parquet(" UNION ALL ".join(parts), path, [f"{column} NULLS LAST" for column in _COLUMNS.split(", ")])


def _line(kind: str, own: str, dataset: str, other: str = "") -> str:
    where = f"'{POPULATION}' AS other_dataset, {other}.delivery AS other_delivery, {other}.row AS other_row" if other else (
        "NULL::VARCHAR AS other_dataset, NULL::BIGINT AS other_delivery, NULL::INTEGER AS other_row"
    )  # fmt: skip
    return f"SELECT {kind} AS kind, {own}.person, {dataset} AS dataset, {own}.delivery, {own}.row, {where}"


def _names() -> str:
    kind = f"CASE i.dataset WHEN '{POPULATION}' THEN 'names_in_one_list' ELSE 'name_differs' END"
    return (
        f"{_line(kind, 'i', 'i.dataset', 'p')} FROM identities AS i JOIN links AS l USING (delivery, row, field)"
        f" LEFT JOIN people AS p ON p.person = i.person WHERE l.code IN ('{NAME_CONFLICT}', '{NAME_UNCLEAR}')"
    )


def _differs(what: str, column: str) -> str:
    known = "AND r.sex NOT IN ('0', '9')" if what == "sex" else ""
    kind, dataset = f"'{what}_differs_from_id'", f"'{POPULATION}'"
    return (
        f"{_line(kind, 'p', dataset)} FROM people AS p JOIN id_facts AS f USING (person)"
        f" JOIN effective_{POPULATION} AS r ON r.delivery = p.delivery AND r.row = p.row WHERE r.{column} <> f.{what} {known}"
    )


def _two_households() -> str:
    """Rows of the newest lists that a later row of the same list put into another household."""
    kind, dataset = "'two_households_in_one_list'", f"'{POPULATION}'"
    return (
        f"{_line(kind, 'a', dataset, 'e')} FROM (SELECT r.delivery, r.row, r.list_month, r.household_no, coalesce(l.person, r.person) AS person"
        f" FROM rows_{POPULATION} AS r ANTI JOIN left_out AS o ON o.delivery = r.delivery AND o.row = r.row"
        f" LEFT JOIN links AS l ON l.delivery = r.delivery AND l.row = r.row) AS a"
        f" JOIN effective_{POPULATION} AS e ON e.person = a.person AND e.list_month = a.list_month WHERE e.household_no <> a.household_no"
    )


def _dead(death_query: str) -> str:
    kind, dataset = "'dead_but_listed'", "'death'"
    return (
        f"{_line(kind, 'd', dataset, 'p')} FROM ({death_query}) AS d JOIN people AS p USING (person)"
        " WHERE p.listed AND d.death_date < make_date(p.list_month // 12, p.list_month % 12 + 1, 1)"
    )
