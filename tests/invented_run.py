"""An invented published run: what a county might look like after two runs, for tests of everything that reads runs.

Nothing here is drawn at random: every figure comes from counting, so that the same arguments give the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from doudi.published.manifest import Input, Manifest, Policy
from doudi.published.read import PublishedRun
from doudi.published.schema import Table
from doudi.published.tables import TABLES
from doudi.published.write import RunWriter

AS_OF = date(2026, 10, 31)
COUNTY = "431382"
TOWNSHIPS = tuple(f"{COUNTY}{n:03d}" for n in (1, 2, 100, 101, 102, 103, 104, 105, 106, 107))
HOUSEHOLDS = 2_000

with (Path(__file__).parent / "invented_rules.csv").open(encoding="utf-8", newline="") as stream:
    RULES = list(csv.DictReader(stream))
"""Rules with their conditions; `a_lead_in`: of so many households one is a lead, `an_unknown_in` likewise; 0 is none."""

DEPARTMENTS = {
    "civil_affairs": "民政",
    "disabled_federation": "残联",
    "education": "教育",
    "emergency": "应急管理",
    "finance": "财政",
    "health": "卫生健康",
    "housing": "住房城乡建设",
    "human_resources": "人力资源社会保障",
    "medical_security": "医保",
}
DATASETS: tuple[tuple[Any, ...], ...] = (
    ("population", "全员人口", "health", "snapshot", 0, 6_012),
    ("death", "死亡人员", "health", "events", 0, 84),
    ("medical_expense", "医疗支出", "health", "events", 0, 2_210),
    ("insurance_reimbursement", "医保报销", "medical_security", "events", 0, 1_930),
    ("insurance_enrolment", "基本医疗保险参保", "medical_security", "snapshot", 0, 5_655),
    ("school_enrolment", "学籍", "education", "snapshot", 21, 990),
    ("education_aid", "教育救助", "education", "events", 0, 140),
    ("employment", "就业", "human_resources", "snapshot", 0, 2_871),
    ("unemployment", "失业", "human_resources", "snapshot", None, 0),
    ("housing_aid", "住房救助", "housing", "events", 0, 17),
    ("disaster_aid", "灾害救助", "emergency", "events", 40, 66),
    ("disability_certificate", "残疾人证办理", "disabled_federation", "snapshot", 0, 312),
    ("subsistence_allowance", "最低生活保障对象", "civil_affairs", "snapshot", 0, 402),
    ("payment", "社会化发放明细", "civil_affairs", "events", 0, 4_480),
    ("economic_check", "居民家庭经济状况核对", "civil_affairs", "events", 0, 655),
)


def number(*of: object) -> int:
    """A stable number below 2**62 for anything."""
    return int.from_bytes(hashlib.sha256(repr(of).encode()).digest()[:8], "big") >> 2


def township_of(household: int) -> str:
    """Some townships are larger than others."""
    return TOWNSHIPS[(household % 55 * 7 % 55) * len(TOWNSHIPS) // 55 if household % 3 else household % len(TOWNSHIPS)]


def subjects(rule: dict[str, str], every: int, offset: int) -> list[int]:
    """The households, by place, that a rule finds when it finds one in `every`."""
    return [n for n in range(HOUSEHOLDS) if every and (n * 31 + number(rule["rule"], offset) % every) % every == 0]


def place(household: int) -> dict[str, Any]:
    town = township_of(household)
    return {"county": COUNTY, "township": town, "village": f"{town}{200 + household % 9}"}


def subject(rule: dict[str, str], household: int) -> dict[str, Any]:
    kind = "h" if rule["of"] == "household" else "p"
    return {
        "rule": rule["rule"],
        "subject": kind,
        "household": number("household", household),
        "person": number("person", household) if kind == "p" else None,
    }


def alerts(previous: bool) -> list[dict[str, Any]]:
    lines = []
    for rule in RULES:
        for at, household in enumerate(subjects(rule, int(rule["a_lead_in"]), 1)):
            who = subject(rule, household)
            change = ("new" if at % 4 == 1 else "changed" if at % 9 == 2 else "continuing") if previous else "new"
            since = AS_OF if change == "new" else date(2026, 9, 30)
            lines.append(
                who
                | place(household)
                | {
                    "alert": rule["rule"] + f"-{number('alert', rule, household):016x}"[:13],
                    "version": "2026-01-01",
                    "kind": rule["kind"],
                    "grade": rule["grade"],
                    "department": rule["department"],
                    "level": rule["level"],
                    "within_working_days": int(rule["days"]),
                    "since": since,
                    "first_run": f"{since}-invented",
                    "change": change,
                    "changed": "grade" if change == "changed" else None,
                }
            )
    return lines


def ended(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some alerts of the run before that are gone: as if every 11th had had a sibling."""
    causes = ("miss", "unknown", "subject_gone")
    return [
        {name: value for name, value in line.items() if name in TABLES["ended"].arrow.names}
        | {"household": line["household"] + 1, "last_run": "2026-09-30-invented", "cause": causes[at % 3], "reason": "不再符合"}
        for at, line in enumerate(lines[::11])
    ]


def unknown() -> list[dict[str, Any]]:
    reasons = ("近 12 个月没有居民家庭经济状况核对", "失业从未报送", "灾害救助迟交 40 天", "核对结果没有填存款")
    return [
        subject(rule, household) | place(household) | {"reasons": f"1 {reasons[number(rule['rule'], household) % 7 % len(reasons)]}"}
        for rule in RULES
        for household in subjects(rule, int(rule["an_unknown_in"]), 2)
    ]


def facts() -> list[dict[str, Any]]:
    return [{"household": number("household", n), "members": 1 + n % 5, "rural": n % 3 > 0} | place(n) for n in range(HOUSEHOLDS)]


def places() -> list[dict[str, Any]]:
    """As if everybody's facts were published."""
    homes = Counter(town for town in map(township_of, range(HOUSEHOLDS)))
    return [{"county": COUNTY, "township": town, "persons": 3 * n, "living": 3 * n, "households": n} for town, n in homes.items()]


PROGRAMMES = (
    ("dibao_money", "低保金", "civil_affairs", "money", 31_000),
    ("medical_aid", "医疗救助", "medical_security", "money", 210_000),
    ("education_aid", "教育救助", "education", "money", 75_000),
    ("disaster_goods", "灾害救助物资", "emergency", "goods", None),
    ("home_visits", "探访照料", "civil_affairs", "service", None),
)
PREMIUM = ("premium", "参保资助", "medical_security", "insurance", 24_000)
BY_YEAR = {"date": date(2026, 1, 1), "whole_year": True, "programme": "premium", "department": "medical_security", "title": "资助参保（2026年度）"}
BY_YEAR |= {"kind": "insurance", "amount": 24_000, "counts_in_sum": True, "dataset": "insurance_enrolment", "delivery": 7, "row": 2, "line": 1}


def chain() -> list[dict[str, Any]]:
    lines = []
    for month in range(13):
        for at in range(40 + month * 3 + (25 if month == 3 else 0)):
            name, title, department, kind, amount = PROGRAMMES[number(month, at) % 11 % len(PROGRAMMES)]
            lines.append(
                {"date": AS_OF - timedelta(days=month * 30 + at % 25), "household": number("household", at * 7), "person": number("person", at * 7)}
                | {"programme": name, "department": department, "title": title, "kind": kind, "amount": amount, "counts_in_sum": at % 10 != 9}
                | {"dataset": "payment", "delivery": 7, "row": month * 1000 + at, "line": 1}
                | ({"quantity": 15 + at, "unit": "分钟"} if kind == "service" else {})
            )
    return [*lines, BY_YEAR | {"household": number("household", 7), "person": number("person", 7)}]


def rules(lines: list[dict[str, Any]], open_lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    hits, unknowns = Counter(line["rule"] for line in lines), Counter(line["rule"] for line in open_lines)
    return [
        {name: r[name] or None for name in ("rule", "name", "kind", "of", "grade", "cause", "department", "level")}
        | {"version": "2026-01-01", "within_working_days": int(r["days"]), "document": "湘政办发〔2024〕30号", "clause": "二（三）"}
        | {"asked": HOUSEHOLDS * (3 if r["of"] == "person" else 1), "hits": hits[r["rule"]], "unknowns": unknowns[r["rule"]]}
        for r in RULES
    ]


def conditions() -> list[dict[str, Any]]:
    return [
        {
            "rule": r["rule"],
            "position": at,
            "condition": f"condition_{at}",
            "says": says,
            "test": "x > 0",
            "negated": says.startswith(("已纳入", "已有成员")),
        }
        | {"value_type": "int", "threshold_type": "int", "measures": "x", "parameters": ""}
        for r in RULES
        for at, says in enumerate(r["conditions"].split("；"), 1)
    ]


def deliveries() -> list[dict[str, Any]]:
    lines = []
    for at, (dataset, title, department, mode, _, rows) in enumerate(DATASETS):
        for period in () if not rows else ("202610",) if mode == "snapshot" else ("202510-202607", "202608", "202609", "202610"):
            delivered = rows if mode == "snapshot" else rows // 4
            refused, held = delivered // 90 + at % 3, delivered // 140
            lines.append(
                {"delivery": number(dataset, period), "delivery_id": f"{number(dataset, period):016x}", "dataset": dataset, "title": title}
                | {"department": department, "period": period, "file": f"{title}_涟源市_{period}.csv", "sent_at": f"2026-11-0{1 + at % 5} 08:30:00"}
                | {"verdict": "accepted", "delivered": delivered, "accepted": delivered - refused - held, "refused": refused, "held": held}
            )
    return lines


def quality(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = []
    scopes = [("dataset", d[2], d[0]) for d in DATASETS] + [("department", name, "") for name in sorted({d[2] for d in DATASETS})] + [("all", "", "")]
    for scope, department, dataset in scopes:
        mine = [s for s in sent if scope == "all" or (s["department"] == department and (scope == "department" or s["dataset"] == dataset))]
        late = next((d[4] for d in DATASETS if d[0] == dataset), 0)
        share = number(scope, department, dataset) % 900
        lines.append(
            {"scope": scope, "department": department, "dataset": dataset, "county": "", "late_days": late, "emptied": share % 40}
            | {name: sum(s[name] for s in mine) for name in ("delivered", "accepted", "refused", "held")}
            | {"completeness": 10_000 - share if mine else None, "validity": 9_990 - share // 9 if mine else None}
            | {"timeliness": 10_000 if late == 0 else 0 if scope == "dataset" else 6_667, "consistency": 10_000 - share // 20 if mine else None}
        )
    return lines


ISSUES = (
    ("payment", "refused", "date_impossible", "应发日期", "日期不存在", 21),
    ("population", "refused", "id_checksum", "公民身份号码", "证号校验码不对，且找不到本人", 44),
    ("school_enrolment", "held", "held_name_conflict", "", "证号与姓名不符，待核", 13),
    ("employment", "emptied", "code_unknown", "就业形式", "代码不在代码表中", 9),
)
PARAMETERS = (("rigid_share", "刚性支出比例", True), ("dibao_standard", "低保标准", False), ("exit_factor", "退出倍数", True))


def parameters() -> list[dict[str, Any]]:
    return [
        {"parameter": name, "region": COUNTY, "rural": rural, "name": title, "value": "3/5", "type": "ratio", "reference": reference, "basis": "假定"}
        for name, title, reference in PARAMETERS
        for rural in (False, True)
    ]


def conflicts() -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "person": number("person", n),
            "dataset": "population",
            "delivery": 1,
            "row": n,
            "other_dataset": "payment",
            "says": kind,
        }
        for kind, count in (("出生日期不一", 12), ("已死亡却有就业记录", 3))
        for n in range(count)
    ]


def datasets() -> list[dict[str, Any]]:
    return [
        {"dataset": d[0], "title": d[1], "department": d[2], "mode": d[3], "late_days": d[4], "rows": d[5]}
        | {"delivered_to": None if d[4] is None else AS_OF - timedelta(days=d[4])}
        for d in DATASETS
    ]


def tables(previous: bool, without: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table but the facts of persons, evidence and sources, which stay empty."""
    found = [] if "alerts" in without else alerts(previous)
    gaps = [] if "unknown" in without else unknown()
    sent = deliveries()
    return {
        "alerts": found,
        "ended": ended(found) if previous else [],
        "unknown": gaps,
        "household_facts": facts(),
        "chain": chain(),
        "places": places(),
        "rules": rules(found, gaps),
        "conditions": conditions(),
        "terms": [{"section": "departments", "identifier": name, "term": term} for name, term in DEPARTMENTS.items()],
        "programmes": [{"programme": p[0], "title": p[1], "department": p[2], "kind": p[3]} for p in (*PROGRAMMES, PREMIUM)],
        "parameters": parameters(),
        "datasets": datasets(),
        "deliveries": sent,
        "quality": quality(sent),
        "issues": [dict(zip(("dataset", "outcome", "code", "column", "meaning", "rows"), issue, strict=True)) for issue in ISSUES],
        "conflicts": conflicts(),
    }


PLAINEST = {"text": "", "int64": 0, "int32": 0, "bool": False, "date": AS_OF}


def filled(table: Table, line: dict[str, Any]) -> dict[str, Any]:
    """A row with the plainest value in every required column that it does not tell."""
    return {column.name: line.get(column.name, None if column.empty else PLAINEST[column.type]) for column in table.columns}


def order_of(table: Table, line: dict[str, Any]) -> list[tuple[bool, Any]]:
    """The table's key, empty values last."""
    return [(line.get(name) is None, line.get(name)) for name in table.key]


def write_run(
    folder: Path, *, previous: bool = True, without: tuple[str, ...] = (), instead: Mapping[str, list[dict[str, Any]]] | None = None
) -> PublishedRun:
    """Write the invented run into a new folder and open it.

    Tables named in `without` are left empty; `instead` gives other rows for some tables. `previous`: whether there was a run before.
    """
    folder.mkdir(parents=True)
    writer, rows = RunWriter(folder), tables(previous, without) | dict(instead or {})
    for name, table in TABLES.items():
        closed = table.with_facts(()) if table.open else table
        lines = [] if name in without else sorted((filled(closed, line) for line in rows.get(name, [])), key=lambda line: order_of(table, line))
        writer.table(closed, pa.Table.from_pylist(lines, schema=closed.arrow))
    writer.bytes("policy/policy.yaml", "policy: invented\nversion: '1'\ntitle: 虚构的政策（第1版）\n".encode())
    inputs = tuple(Input(line["delivery_id"], line["dataset"], line["period"]) for line in rows["deliveries"])
    policy = Policy("湖南参考政策", "1", hashlib.sha256(b"policy").hexdigest())
    before = "2026-09-30-invented" if previous else None
    writer.finish(Manifest("2026-10-31-invented", AS_OF, "c" * 16, policy, "d" * 16, inputs, before), b"{}")
    return PublishedRun(folder)
