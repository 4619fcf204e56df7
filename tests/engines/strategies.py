"""Random policies over the invented contracts, and random rows, unknowns everywhere. Texts are built, not trees: the parser is tested along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from doudi.kernel.months import month_of

DAYS = st.one_of(
    st.sampled_from(
        [dt.date(2025, 10, 31), dt.date(2025, 11, 1), dt.date(2026, 2, 28), dt.date(2026, 4, 30), dt.date(2026, 10, 31), dt.date(2026, 7, 31)]
    ),
    st.dates(dt.date(2025, 6, 1), dt.date(2026, 12, 31)),
)
MONTHS = DAYS.map(month_of)
BIRTHS = st.one_of(
    st.dates(dt.date(1930, 1, 1), dt.date(2026, 10, 31)), st.sampled_from([dt.date(2008, 2, 29), dt.date(1966, 10, 31), dt.date(1966, 11, 1)])
)
MONEY = st.sampled_from([0, 1, 5_000, 9_999, 10_000, 10_001, 250_000])
KINDS = st.sampled_from(["1", "2", "3"])
REGIONS = st.sampled_from(["431382104201", "431382002229", "431381103201", "430102001001"])
PERSONS = st.integers(1, 6)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def _rows(columns: Mapping[str, st.SearchStrategy[Any]], size: int = 8) -> st.SearchStrategy[list[dict[str, Any]]]:
    def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "delivery": 7 + at % 2, "row": at + 2} for at, row in enumerate(rows)]

    return st.lists(st.fixed_dictionaries(dict(columns)), max_size=size).map(numbered)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows of every source table: up to six people in three households, some dead, some on no list."""
    listed = sorted(draw(st.sets(PERSONS, min_size=1)))
    people = [
        {
            "person": person,
            "household": draw(st.integers(11, 13)),
            "listed": draw(st.booleans()) or draw(st.booleans()),
            "list_month": 24_321,
            "sex": draw(maybe(KINDS)),
            "birth_date": draw(maybe(BIRTHS)),
            "hukou_region": draw(REGIONS),
            "hukou_kind": draw(maybe(KINDS)),
        }
        for person in listed
    ]
    homes = {row["person"]: row["household"] for row in people}
    tables = {
        "death": draw(_rows({"person": PERSONS, "death_date": DAYS}, 2)),
        "visit": draw(
            _rows(
                {
                    "person": PERSONS,
                    "visit_no": st.sampled_from(["A", "B", "C"]),
                    "kind": maybe(KINDS),
                    "day": DAYS,
                    "until": maybe(DAYS),
                    "cost": maybe(MONEY),
                    "times": st.integers(0, 3),
                    "paid": maybe(st.booleans()),
                }
            )
        ),
        "benefit": draw(
            _rows(
                {
                    "person": maybe(PERSONS),
                    "group_no": maybe(st.sampled_from(["G1", "G2"])),
                    "start_month": MONTHS,
                    "end_month": maybe(MONTHS),
                    "amount": MONEY,
                    "checked": st.booleans(),
                },
                6,
            )
        ),
    }
    for rows in tables.values():
        for row in rows:
            row["household"] = homes.get(row["person"])
    deaths = {row["person"]: row for row in tables["death"]}
    return {**tables, "death": list(deaths.values()), "people": people}


class Words:
    """Builds random expressions from names by type. `other` names the columns of another table."""

    def __init__(self, draw: st.DrawFn, names: Mapping[str, list[str]], hits: list[str] | None = None) -> None:
        self.draw, self.names, self.hits = draw, names, hits or []

    def one_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from([choice for choice in choices if choice]))

    def name(self, kind: str, fallback: str) -> str:
        known = self.names.get(kind, [])
        return self.draw(st.sampled_from(known)) if known else fallback

    def condition(self, depth: int = 2) -> str:
        shape = self.draw(st.integers(0, 11 if depth else 7))
        match shape:
            case 0:
                return self.name("bool", "true")
            case 1:
                return f"{self.number(depth)} {self.one_of('<', '<=', '>', '>=', '==', '!=')} {self.number(depth)}"
            case 2:
                return f"{self.money(depth)} {self.one_of('<', '<=', '>', '>=', '==', '!=')} {self.money(depth)}"
            case 3:
                return f"{self.day(depth)} {self.one_of('<', '<=', '>', '>=', '==')} {self.day(depth)}"
            case 4:
                return f"{self.month()} {self.one_of('<', '<=', '>')} {self.month()}"
            case 5:
                return f"{self.text()} in ('1', '2')" if self.draw(st.booleans()) else f"{self.text()} == {self.text()}"
            case 6:
                return self.one_of(f"last_months({self.day(0)}, {self.draw(st.integers(1, 14))})", f"last_months({self.month()}, 3)")
            case 7:
                kind = self.draw(
                    st.sampled_from([kind for kind in ("bool", "int", "money", "date", "month", "text") if self.names.get(kind)] or ["none"])
                )
                return f"{self.name(kind, 'true')} is {self.one_of('None', 'not None')}"
            case 8:
                return f"({self.condition(depth - 1)}) {self.one_of('and', 'or')} ({self.condition(depth - 1)})"
            case 9:
                return f"not ({self.condition(depth - 1)})"
            case 10:
                return f"at_least({self.draw(st.integers(1, 3))}, {', '.join(self.condition(depth - 1) for _ in range(3))})"
            case _:
                return (
                    f"hit({self.draw(st.sampled_from(self.hits))})"
                    if self.hits
                    else f"if_else({self.condition(0)}, {self.condition(0)}, {self.condition(0)})"
                )

    def number(self, depth: int) -> str:
        plain = self.name("int", str(self.draw(st.integers(-2, 20))))
        if not depth:
            return plain
        return self.one_of(
            plain,
            str(self.draw(st.integers(0, 3))),
            f"({self.number(depth - 1)} {self.one_of('+', '-', '*')} {self.number(depth - 1)})",
            f"whole_months({self.day(0)}, {self.day(0)})",
            f"years({self.day(0)}, as_of)",
            f"year_of({self.day(0)})",
            f"({self.month()} - {self.month()})",
            f"max_of({self.number(0)}, {self.number(0)})",
        )

    def money(self, depth: int) -> str:
        plain = self.name("money", "0")
        if not depth:
            return plain
        parts = [
            plain,
            f"({self.money(depth - 1)} {self.one_of('+', '-')} {self.money(depth - 1)})",
            f"{self.draw(st.integers(-1, 12))} * {self.name('money', '0')}",
        ]
        if self.names.get("ratio") and self.names.get("money"):
            parts.append(f"{self.name('ratio', '')} * {self.name('money', '')}")
        if plain != "0":
            parts.append(f"min_of({plain}, {self.name('money', '0')})")
        return self.one_of(*parts)

    def day(self, depth: int) -> str:
        plain = self.one_of(self.name("date", "as_of"), self.name("date", "as_of"), "as_of")
        if not depth:
            return plain
        return self.one_of(
            plain,
            f"add_months({plain}, {self.draw(st.integers(-13, 13))})",
            f"add_days({plain}, {self.draw(st.integers(-40, 40))})",
            f"latest_known({plain}, {self.name('date', 'as_of')})",
        )

    def month(self) -> str:
        return self.one_of(self.name("month", "this_month"), "this_month - 1", f"month_of({self.day(0)})", "this_month")

    def text(self) -> str:
        plain = self.name("text", "'431382'")
        return self.one_of(plain, f"county_of({plain})", f"prefecture_of({plain})", "'2'")


VISIT = {
    "bool": ["paid", "living", "listed", "deceased"],
    "int": ["times"],
    "money": ["cost"],
    "date": ["day", "until", "death_date"],
    "text": ["kind", "visit_no"],
}
BENEFIT = {"bool": ["checked", "living"], "month": ["start_month", "end_month"], "money": ["amount"], "text": ["group_no"]}
PERSON = {"bool": ["living"], "date": ["birth_date"], "text": ["sex", "hukou_region"]}


def both(own: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {kind: own.get(kind, []) + [f"other.{name}" for name in other.get(kind, [])] for kind in {*own, *other}}


@st.composite
def tables_of(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two derived tables: one over visits with up to three steps, one over benefits; the second may stand on the first."""

    def where(names: Mapping[str, list[str]]) -> str:
        return Words(draw, names).condition(1)

    def step(names: Mapping[str, list[str]], others: Mapping[str, Mapping[str, list[str]]], at: int) -> dict[str, Any]:
        target = draw(st.sampled_from(sorted(others)))
        person = "person" in names.get("_", ["person"])
        keys = {"person": "person"} if person else {"group_no": "group_no"}
        match draw(st.integers(0, 6)):
            case 0:
                return {"where": where(names)}
            case 1:
                return {"exists": {"in": target, "on": keys, "where": where(both(names, others[target]))}}
            case 2:
                return {"none": {"in": target, "on": keys, "where": where(both(names, others[target]))}}
            case 3:
                return {"latest": {"per": ["person"], "by": [draw(st.sampled_from([*names.get("money", []), *names.get("text", [])])), "-row"]}}
            case 4:
                day = [name for name in names.get("date", []) if name != "death_date"]
                timed = {"on": day[0], "within_days": 30} if day and draw(st.booleans()) else {}
                return {"pair": {"same": ["person"], **timed, "where": where(both(names, names))}}
            case 5:
                flag = f"flag_{at}"
                chosen = {"add": {flag: Words(draw, names).condition(1)}}
                names.setdefault("bool", []).append(flag)  # type: ignore[union-attr]
                return chosen
            case _:
                return {"lookup": {"in": "death", "on": {"person": "person"}, "take": {f"died_{at}": "death_date"}}}

    visit = {kind: list(names) for kind, names in VISIT.items()}
    benefit = {kind: list(names) for kind, names in BENEFIT.items()}
    first = [step(visit, {"benefit": BENEFIT, "visit": VISIT}, at) for at in range(draw(st.integers(1, 3)))]
    second = [step(benefit, {"visit": VISIT, "first_table": VISIT}, at) for at in range(draw(st.integers(0, 2)))]
    months = {"months": {"start": "start_month", "end": "end_month", "last": draw(st.integers(1, 12)), "take": "open_months"}}
    open_visits = {"months": {"start": "day", "end": "until", "last": draw(st.integers(1, 12)), "take": "open_months"}}
    grouped = {
        "group": {
            "by": ["person", "kind"],
            "take": {"sum_cost": "sum(cost)", "rows": "count", "numbers": "count_distinct(visit_no)", "first_day": "min(day)"},
        }
    }
    return [
        {"table": "first_table", "says": "表一", "from": "visit", "steps": first},
        {"table": "second_table", "says": "表二", "from": "benefit", "steps": [*second, months]},
        {"table": "third_table", "says": "表三", "from": "visit", "steps": [open_visits]},
        {"table": "grouped_table", "says": "表四", "from": "first_table", "steps": [grouped]},
    ]


def _totals(table: str) -> list[str]:
    totals = {
        "visit": ["exists", "count", "sum(cost)", "sum(times)", "max(day)", "min(cost)", "count_distinct(kind)", "sum(times * cost)"],
        "first_table": ["exists", "count", "sum(cost)", "max(day)", "count_distinct(visit_no)"],
        "benefit": ["exists", "count", "sum(amount)", "max(end_month)"],
        "second_table": ["exists", "sum(open_months)", "sum(amount * open_months)", "max(start_month)"],
        "third_table": ["sum(open_months)", "exists"],
        "grouped_table": ["count", "sum(sum_cost)", "max(rows)", "min(first_day)"],
    }
    return totals[table]


COLUMNS = {
    "visit": VISIT,
    "first_table": VISIT,
    "benefit": BENEFIT,
    "second_table": {**BENEFIT, "int": ["open_months"]},
    "third_table": {**VISIT, "int": ["times", "open_months"]},
    "grouped_table": {"int": ["rows", "numbers"], "money": ["sum_cost"], "text": ["kind"], "date": ["first_day"]},
}
TYPE_OF = {"exists": "bool", "count": "int", "count_distinct": "int"}


def _type(value: str) -> str:
    if value in TYPE_OF or value.startswith("count_distinct"):
        return TYPE_OF[value.split("(")[0]]
    inner = value[value.index("(") + 1 : -1]
    kinds = {
        "cost": "money",
        "amount": "money",
        "sum_cost": "money",
        "times": "int",
        "open_months": "int",
        "rows": "int",
        "day": "date",
        "first_day": "date",
        "end_month": "month",
        "start_month": "month",
        "times * cost": "money",
        "amount * open_months": "money",
    }
    return kinds[inner]


@st.composite
def policies(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Keyword arguments for `invented.files`: tables, variables, parameters and rules."""
    tables = draw(tables_of())
    person: dict[str, list[str]] = {kind: list(names) for kind, names in PERSON.items()}
    household: dict[str, list[str]] = {"int": ["members"], "bool": ["rural"], "text": ["county"], "ratio": ["share"], "money": ["line"]}
    variables: list[dict[str, Any]] = []
    for at in range(draw(st.integers(2, 5))):
        table = draw(st.sampled_from(sorted(COLUMNS)))
        value = draw(st.sampled_from(_totals(table)))
        of = draw(st.sampled_from(["person", "person", "household"])) if table != "grouped_table" else "person"
        variable: dict[str, Any] = {"variable": f"rows_{at}", "name": "行", "of": of, "from": table, "value": value}
        if draw(st.booleans()):
            variable["where"] = Words(draw, COLUMNS[table]).condition(1)
        if of == "household" and draw(st.booleans()):
            variable["people"] = "all"
        variables.append(variable)
        (person if of == "person" else household).setdefault(_type(value), []).append(f"rows_{at}")
    total = draw(st.sampled_from(["any", "all", "count", "sum", "max"]))
    words = Words(draw, person)
    inner = words.condition() if total in ("any", "all", "count") else words.number(2)
    variables.append({"variable": "rolled", "name": "户", "of": "household", "members": f"{total}({inner})"})
    household.setdefault("bool" if total in ("any", "all") else "int", []).append("rolled")
    seen = both_levels(person, household)
    variables.append({"variable": "own_test", "name": "个人式", "of": "person", "formula": Words(draw, seen).condition()})
    variables.append({"variable": "home_money", "name": "家庭式", "of": "household", "formula": Words(draw, household).money(2)})
    household["money"] = [*household["money"], "home_money"]
    rules = [
        {"rule": "K01", "of": "household", "all_of": [Words(draw, household).condition()], "none_of": [Words(draw, household).condition(1)]},
        {"rule": "W01", "of": "person", "all_of": ["own_test", Words(draw, both_levels(person, household), ["K01"]).condition()]},
        {"rule": "X01", "of": "person", "subjects": "deceased", "all_of": [Words(draw, person).condition()]},
    ]
    variables.append({"variable": "any_hit", "name": "有人命中", "of": "household", "members": "any(hit(W01))"})
    rules.append({"rule": "W02", "of": "household", "all_of": ["any_hit or hit(K01)"]})
    values = [
        {"from": "2024-01-01", "region": "43", "urban": "100", "rural": "50.01", "basis": {"document": "虚构"}},
        {"from": "2026-10-31", "region": "431382", "value": "0.01", "basis": {"document": "虚构"}},
        {"from": "2026-11-01", "region": "43", "value": "9999", "basis": {"document": "虚构"}},
    ]
    shares = [
        {"from": "2024-01-01", "region": region, "value": value, "basis": {"document": "虚构"}} for region, value in (("43", "0.6"), ("4313", "1.25"))
    ]
    parameters = [
        {"parameter": "line", "name": "线", "type": "money", "unit": "元", "values": values},
        {"parameter": "share", "name": "比", "type": "ratio", "unit": "倍", "values": shares},
    ]
    return {"variables": variables, "tables": tables, "rules": rules, "parameters": parameters}


def both_levels(person: Mapping[str, list[str]], household: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What a person's formula may name."""
    return {kind: [*person.get(kind, []), *household.get(kind, [])] for kind in {*person, *household}}
