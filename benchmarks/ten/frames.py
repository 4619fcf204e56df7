"""What the rows of the datasets say of each person, with pandas: one pass per dataset, as an analyst would write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

Read = Callable[..., pd.DataFrame]
"""Table and columns -> a frame of them."""


def reader(tables: dict[str, Path]) -> Read:
    """Reads columns of a table of the lake."""
    return lambda name, *columns: pd.read_parquet(tables[name], columns=list(columns))


def month_of(days: pd.Series) -> pd.Series:
    """Months as 12 x year + month - 1."""
    days = pd.to_datetime(days)
    return days.dt.year * 12 + days.dt.month - 1


class Calendar:
    """The day of the run, and what is counted from it."""

    def __init__(self, as_of: date) -> None:
        self.day = pd.Timestamp(as_of)
        self.year_ago = self.day - pd.DateOffset(years=1)
        self.month = as_of.year * 12 + as_of.month - 1

    def within_year(self, days: pd.Series) -> pd.Series:
        days = pd.to_datetime(days)
        return (days > self.year_ago) & (days <= self.day)

    def listed(self, rows: pd.DataFrame) -> pd.Series:
        return (rows.start_month <= self.month) & (rows.end_month.isna() | (rows.end_month >= self.month))

    def recognised(self, rows: pd.DataFrame) -> pd.Series:
        until = pd.to_datetime(rows.valid_until)
        return (pd.to_datetime(rows.determined_date) <= self.day) & (until.isna() | (until >= self.day))

    def open_now(self, start: pd.Series, end: pd.Series) -> pd.Series:
        start, end = pd.to_datetime(start), pd.to_datetime(end)
        return (start <= self.day) & (end.isna() | (end > self.day))

    def open_months(self, start: pd.Series, end: pd.Series | None = None) -> pd.Series:
        last = self.month if end is None else end.fillna(self.month).clip(upper=self.month)
        return (last - start.clip(lower=self.month - 11) + 1).clip(lower=0)

    def open_days(self, start: pd.Series, end: pd.Series) -> pd.Series:
        start, end = pd.to_datetime(start), pd.to_datetime(end)
        months = self.open_months(month_of(start), month_of(end - pd.Timedelta(days=1)))
        return months.where(~(end <= start), 0)

    def age(self, births: pd.Series) -> pd.Series:
        births = pd.to_datetime(births)
        before = (births.dt.month * 100 + births.dt.day) > self.day.month * 100 + self.day.day
        return self.day.year - births.dt.year - before

    def terms(self) -> list[str]:
        year, month = self.day.year, self.day.month
        if month >= 9:
            return [f"{year}-{year + 1}-1", f"{year - 1}-{year}-2"]
        if month >= 2:
            return [f"{year - 1}-{year}-2", f"{year - 1}-{year}-1"]
        return [f"{year - 1}-{year}-1", f"{year - 2}-{year - 1}-2"]


def everybody(read: Read, calendar: Calendar) -> pd.DataFrame:
    """One row per person: who is listed, who has died."""
    people = read("people", "person", "household", "birth_date", "relation", "hukou_region", "hukou_kind", "listed").set_index("person")
    deaths = read("death", "person", "death_date").dropna(subset="person").astype({"person": "int64"})
    deaths = deaths[pd.to_datetime(deaths.death_date) <= calendar.day].groupby("person").death_date.max()
    all_of_them = people.join(deaths, how="outer")
    all_of_them["listed"] = all_of_them.listed.eq(True)
    all_of_them["living"] = all_of_them.death_date.isna()
    all_of_them["present"] = all_of_them.living & all_of_them.listed
    all_of_them["age"] = calendar.age(all_of_them.birth_date)
    return all_of_them


class Facts:
    """Adds a column per fact to everybody."""

    def __init__(self, read: Read, calendar: Calendar) -> None:
        self.read, self.calendar = read, calendar
        self.persons = everybody(read, calendar)
        for step in (self._lists, self._moves, self._income, self._health, self._schooling, self._work, self._house, self._money):
            step()

    def _has(self, name: str, people: pd.Series) -> None:
        self.persons[name] = self.persons.index.isin(people.dropna().unique())

    def _total(self, name: str, people: pd.Series, amounts: pd.Series) -> None:
        found = amounts.astype("float64").groupby(people).sum()
        self.persons[name] = found.reindex(self.persons.index, fill_value=0).fillna(0).astype("int64")

    def _lists(self) -> None:
        for name, table in (("tekun", "extreme_poverty"), ("orphan", "orphan_aid"), ("unattended", "de_facto_unattended_child")):
            rows = self.read(table, "person", "start_month", "end_month")
            self._has(name, rows.person[self.calendar.listed(rows)])
        for name, table in (("edge", "allowance_edge"), ("rigid", "rigid_expenditure")):
            rows = self.read(table, "person", "determined_date", "valid_until")
            self._has(name, rows.person[self.calendar.recognised(rows)])
        rows = self.read("poverty_return_monitoring", "person", "identify_date", "risk_removed")
        self._has("monitored", rows.person[(pd.to_datetime(rows.identify_date) <= self.calendar.day) & ~rows.risk_removed.astype(bool)])
        rows = self.read("disability_certificate", "person", "status", "expiry_date", "kind", "grade")
        valid = (rows.status == "1") & (pd.to_datetime(rows.expiry_date) >= self.calendar.day)
        mind, body, sight = rows.kind.isin(["5", "6"]), rows.kind == "4", rows.kind == "1"
        without = mind & rows.grade.isin([1, 2, 3]) | body & rows.grade.isin([1, 2]) | sight & (rows.grade == 1)
        self._has("without_labour", rows.person[valid & without])

    def _moves(self) -> None:
        moves = self.read("relocation", "person", "from_region", "to_region")
        self._has("moved", moves.person[moves.from_region.str[:6] != moves.to_region.str[:6]])
        rows = self.read("subsistence_allowance", "person", "region", "start_month", "end_month")
        rows = rows[self.calendar.listed(rows)]
        self._has("dibao", rows.person)
        rows = rows.merge(moves, on="person")
        self._has("old_home", rows.person[rows.region.str[:6] == rows.from_region.str[:6]])
        self._has("new_home", rows.person[rows.region.str[:6] == rows.to_region.str[:6]])

    def _income(self) -> None:
        rows = self.read("employment", "person", "start_date", "end_date", "monthly_wage")
        self._total("wages", rows.person, rows.monthly_wage * self.calendar.open_days(rows.start_date, rows.end_date))
        for name in ("pension_public", "pension_enterprise"):
            rows = self.read(name, "person", "status", "monthly_pension", "start_month")
            rows = rows[rows.status == "3"]
            self._total(name, rows.person, rows.monthly_pension * self.calendar.open_months(rows.start_month))

    def _health(self) -> None:
        rows = self.read("insurance_enrolment", "person", "year")
        self._has("insured", rows.person[rows.year == self.calendar.day.year])
        rows = self.read("medical_expense", "person", "visit_no", "visit_kind")
        stays = rows.loc[rows.visit_kind == "2", ["person", "visit_no"]].drop_duplicates()
        rows = self.read("insurance_reimbursement", "person", "visit_no", "settle_date", "aid_paid", "self_paid")
        rows = rows[self.calendar.within_year(rows.settle_date)]
        self._total("aid_settled", rows.person, rows.aid_paid)
        rows = rows.dropna(subset="visit_no").merge(stays, on=["person", "visit_no"])
        self._total("inpatient_self_paid", rows.person, rows.self_paid)
        rows = self.read("medical_aid", "person", "aid_date", "aid_kind")
        self._has("aid_given", rows.person[self.calendar.within_year(rows.aid_date) & rows.aid_kind.isin(["2", "3", "4", "5"])])

    def _schooling(self) -> None:
        rows = self.read("school_enrolment", "person", "status", "stage", "boarding")
        boards = rows.stage.isin(["2", "3"]) & rows.boarding.eq(True)
        self._has("aided_stage", rows.person[(rows.status == "1") & (rows.stage.isin(["1", "4", "5", "6", "7"]) | boards)])
        rows = self.read("education_aid", "person", "term")
        self._has("schooled", rows.person[rows.term.isin(self.calendar.terms())])

    def _work(self) -> None:
        rows = self.read("unemployment", "person", "register_date", "end_date", "willing", "benefit_monthly")
        self._total("benefit", rows.person, rows.benefit_monthly * self.calendar.open_days(rows.register_date, rows.end_date))
        self._has("willing", rows.person[self.calendar.open_now(rows.register_date, rows.end_date) & rows.willing.eq(True)])
        rows = self.read("employment_aid", "person", "service_kind", "service_date")
        rows = rows[pd.to_datetime(rows.service_date).dt.year == self.calendar.day.year]
        for name, kind in (("offers", "1"), ("guidance", "2"), ("training", "3")):
            self._total(name, rows.person, rows.service_kind == kind)

    def _house(self) -> None:
        rows = self.read("house_safety", "person", "household", "grade", "only_house", "appraise_date")
        rows = rows[(rows.grade == "N") | rows.grade.isin(["C", "D"]) & rows.only_house.eq(True)]
        self._has("house_unsafe", rows.person)
        aid = self.read("housing_aid", "household", "aid_kind", "aid_date")
        last = aid[aid.aid_kind == "3"].groupby("household").aid_date.max()
        rebuilt = pd.to_datetime(rows.household.map(last))
        self._has("house_unaided", rows.person[rebuilt.isna() | (rebuilt < pd.to_datetime(rows.appraise_date))])

    def _money(self) -> None:
        rows = self.read("temporary_aid", "person", "kind", "region", "aid_date", "delivery", "row")
        rows["aid_date"] = pd.to_datetime(rows.aid_date)
        pairs = rows.merge(rows, on=["person", "kind"], suffixes=("", "_before"))
        days = (pairs.aid_date - pairs.aid_date_before).dt.days
        pairs = pairs[days.between(0, 30) & (pairs.region.str[:6] != pairs.region_before.str[:6]) & self.calendar.within_year(pairs.aid_date)]
        self._has("repeated", pairs.person)
        died = month_of(self.persons.death_date.dropna())
        rows = self.read("payment", "person", "month", "due_date", "paid_date")
        late = self.calendar.within_year(rows.due_date) & rows.paid_date.notna() & (rows.month > rows.person.map(died))
        paid = [rows.person[late]]
        for name in ("disabled_living_subsidy", "severe_disabled_nursing_subsidy"):
            rows = self.read(name, "person", "month", "paid_date")
            this_year = rows.month.between(self.calendar.month - 11, self.calendar.month)
            paid.append(rows.person[this_year & rows.paid_date.notna() & (rows.month > rows.person.map(died))])
        self._has("paid_after_death", pd.concat(paid))


def latest_checks(read: Read, calendar: Calendar, persons: pd.DataFrame) -> pd.DataFrame:
    """Of each household the newest check of the last year, of a member who is there."""
    columns = ("person", "household", "check_date", "check_no", "delivery", "row", "income_12m", "deposits", "vehicles", "houses", "business")
    rows = read("economic_check", *columns)
    rows = rows[rows.person.map(persons.present).eq(True) & rows.household.notna() & calendar.within_year(rows.check_date)]
    rows = rows.sort_values(["check_date", "check_no", "delivery", "row"])
    return rows.drop_duplicates("household", keep="last").set_index("household")


def heads(persons: pd.DataFrame) -> pd.DataFrame:
    """Of each household the head, the living first; without a head the oldest."""
    rows = persons[persons.listed & persons.household.notna()].reset_index()
    rows["other"] = ~rows.relation.isin(["01", "02"])
    rows["dead"] = ~rows.living
    rows["born"] = pd.to_datetime(rows.birth_date)
    rows["later"] = -rows.person
    rows = rows.sort_values(["other", "dead", "born", "later"], na_position="last").drop_duplicates("household").set_index("household")
    return pd.DataFrame({"county": rows.hukou_region.str[:6], "rural": rows.hukou_kind == "1"})


__all__ = ["Calendar", "Facts", "Read", "everybody", "heads", "latest_checks", "month_of", "reader"]
