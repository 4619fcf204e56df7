"""The ten rules as registry systems compute them: a loop over households and their people, asking the database about each. Gives alerts only.

A rule stops asking as soon as it is decided. Of a sample of households, because it is slow; loading the database is not counted.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd
from django.db.models import Max, Model, Q, Sum

from benchmarks.harness import StopWatch
from benchmarks.ten import registry as r
from benchmarks.ten.by_pandas import write_alerts
from benchmarks.worlds import AS_OF, World

MONTH = AS_OF.year * 12 + AS_OF.month - 1
YEAR_AGO = AS_OF.replace(year=AS_OF.year - 1)
TERMS = (f"{AS_OF.year}-{AS_OF.year + 1}-1", f"{AS_OF.year - 1}-{AS_OF.year}-2")  # the day of the benchmark is in autumn
NOW = Q(start_month__lte=MONTH) & (Q(end_month=None) | Q(end_month__gte=MONTH))
RECOGNISED = Q(determined_date__lte=AS_OF) & (Q(valid_until=None) | Q(valid_until__gte=AS_OF))


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def open_months(start: int, end: int | None) -> int:
    return max(0, min(MONTH if end is None else end, MONTH) - max(start, MONTH - 11) + 1)


def open_days(start: date, end: date | None) -> int:
    if end is not None and end <= start:
        return 0
    return open_months(month_of(start), month_of(end - timedelta(days=1)) if end else None)


class Somebody:
    """A person with what the rules ask."""

    def __init__(self, person: r.Person) -> None:
        self.person = person
        self.living = person.death_date is None
        self.present = self.living and person.listed

    @cached_property
    def dibao(self) -> list[r.Subsistence_Allowance]:
        return list(self.person.subsistence_allowance.filter(NOW))

    @cached_property
    def tekun(self) -> bool:
        return self.person.extreme_poverty.filter(NOW).exists()

    @cached_property
    def core(self) -> bool:
        return bool(self.dibao) or self.tekun

    @cached_property
    def edge(self) -> bool:
        return self.person.allowance_edge.filter(RECOGNISED).exists()

    @cached_property
    def rigid(self) -> bool:
        return self.person.rigid_expenditure.filter(RECOGNISED).exists()

    @cached_property
    def monitored(self) -> bool:
        return self.person.poverty_return_monitoring.filter(identify_date__lte=AS_OF, risk_removed=False).exists()

    @cached_property
    def child_aid(self) -> bool:
        return self.person.orphan_aid.filter(NOW).exists() or self.person.de_facto_unattended_child.filter(NOW).exists()

    @cached_property
    def covered(self) -> bool:
        return self.core or self.edge or self.rigid or self.monitored or self.child_aid

    @cached_property
    def income(self) -> int:
        jobs = sum((job.monthly_wage or 0) * open_days(job.start_date, job.end_date) for job in self.person.employment.all())
        pensions = [*self.person.pension_public.filter(status="3"), *self.person.pension_enterprise.filter(status="3")]
        drawn = sum((one.monthly_pension or 0) * open_months(one.start_month, None) for one in pensions if one.start_month is not None)
        benefits = sum((one.benefit_monthly or 0) * open_days(one.register_date, one.end_date) for one in self.person.unemployment.all())
        return jobs + drawn + benefits

    @cached_property
    def unable(self) -> bool:
        born = self.person.birth_date
        if born is not None:
            age = AS_OF.year - born.year - ((born.month, born.day) > (AS_OF.month, AS_OF.day))
            if age >= 60 or age < 16:
                return True
        kinds = Q(kind__in=("5", "6"), grade__in=(1, 2, 3)) | Q(kind="4", grade__in=(1, 2)) | Q(kind="1", grade=1)
        return self.person.disability_certificate.filter(kinds, status="1", expiry_date__gte=AS_OF).exists()

    @cached_property
    def unsafe_houses(self) -> list[r.House_Safety]:
        return list(self.person.house_safety.filter(Q(grade="N") | Q(grade__in=("C", "D"), only_house=True)))

    def d05(self) -> bool:
        moves = list(self.person.relocation.all())
        if not any(move.from_region[:6] != move.to_region[:6] for move in moves):
            return False
        homes = {row.region[:6] for row in self.dibao}
        return any(move.from_region[:6] in homes for move in moves) and any(move.to_region[:6] in homes for move in moves)

    def d07(self) -> bool:
        aids = list(self.person.temporary_aid.all())
        return any(
            YEAR_AGO < aid.aid_date <= AS_OF and 0 <= (aid.aid_date - before.aid_date).days <= 30 and before.region[:6] != aid.region[:6]
            for aid in aids
            for before in aids
            if before.kind == aid.kind and before.pk != aid.pk
        )

    def e02(self) -> bool:
        return self.covered and not self.person.insurance_enrolment.filter(year=AS_OF.year).exists()

    def e03(self, home: Home) -> bool:
        if not (self.core or self.edge) or home.standard is None:
            return False
        settled = self.person.insurance_reimbursement.filter(settle_date__gt=YEAR_AGO, settle_date__lte=AS_OF)
        stays = self.person.medical_expense.filter(visit_kind="2").values("visit_no")
        paid = settled.filter(visit_no__in=stays).aggregate(total=Sum("self_paid"))["total"] or 0
        if paid <= 300_000 or (settled.aggregate(total=Sum("aid_paid"))["total"] or 0) > 0:
            return False
        kinds = ("2", "3", "4", "5")
        return not self.person.medical_aid.filter(aid_kind__in=kinds, aid_date__gt=YEAR_AGO, aid_date__lte=AS_OF).exists()

    def e04(self, home: Home) -> bool:
        stages = Q(stage__in=("1", "4", "5", "6", "7")) | Q(stage__in=("2", "3"), boarding=True)
        if not home.low_income or not self.person.school_enrolment.filter(stages, status="1").exists():
            return False
        return not self.person.education_aid.filter(term__in=TERMS).exists()

    def e08(self) -> bool:
        willing = Q(register_date__lte=AS_OF, willing=True) & (Q(end_date=None) | Q(end_date__gt=AS_OF))
        if AS_OF.month < 10 or not self.covered or not self.person.unemployment.filter(willing).exists():
            return False
        services = self.person.employment_aid.filter(service_date__year=AS_OF.year)
        needed = (("1", 3), ("2", 1), ("3", 1))
        return any(services.filter(service_kind=kind).count() < least for kind, least in needed)

    def f01(self) -> bool:
        died = month_of(self.person.death_date)
        late = Q(paid_date__isnull=False, month__gt=died)
        if self.person.payment.filter(late, due_date__gt=YEAR_AGO, due_date__lte=AS_OF).exists():
            return True
        months = Q(month__gte=MONTH - 11, month__lte=MONTH)
        subsidies = (self.person.disabled_living_subsidy, self.person.severe_disabled_nursing_subsidy)
        return any(subsidy.filter(late, months).exists() for subsidy in subsidies)

    def k05(self, home: Home) -> bool:
        if len(home.members) != 1 or home.standard is None or not self.unable or home.income >= home.standard * 12:
            return False
        return not self.core and not self.child_aid


class Home:
    """A household with what the rules ask."""

    def __init__(self, household: r.Household) -> None:
        self.household = household
        self.everybody = [Somebody(person) for person in household.people.all()]
        self.members = [one for one in self.everybody if one.present]

    @cached_property
    def head(self) -> r.Person | None:
        def place(one: Somebody) -> tuple[bool, bool, bool, date, int]:
            person = one.person
            return person.relation not in ("01", "02"), not one.living, person.birth_date is None, person.birth_date or date.max, -person.number

        return min((one for one in self.everybody if one.person.listed), key=place).person if self.members else None

    @cached_property
    def standard(self) -> int | None:
        if self.head is None or not self.head.hukou_region.startswith("43"):
            return None
        return 48_500 if self.head.hukou_kind == "1" else 74_000

    @cached_property
    def income(self) -> int:
        return sum(one.income for one in self.members)

    @cached_property
    def low_income(self) -> bool:
        return any(one.core or one.edge or one.rigid or one.monitored for one in self.members)

    def e07(self) -> bool:
        houses = [house for one in self.members for house in one.unsafe_houses]
        if not houses or self.head is None or self.head.hukou_kind != "1" or not any(one.covered for one in self.members):
            return False
        last = self.household.housing_aid.filter(aid_kind="3").aggregate(last=Max("aid_date"))["last"]
        return any(last is None or (house.appraise_date is not None and last < house.appraise_date) for house in houses)

    def k01(self) -> bool:
        checks = self.household.checks.filter(Q(check_date__gt=YEAR_AGO, check_date__lte=AS_OF), person__death_date=None, person__listed=True)
        last = checks.order_by("-check_date", "-check_no", "-delivery", "-row").first()
        if last is None or self.standard is None or None in (last.deposits, last.vehicles, last.houses, last.business):
            return False
        line = self.standard * 12 * len(self.members)
        within = last.income_12m < line and last.deposits <= 2 * line and last.vehicles == 0 and last.houses <= 1 and not last.business
        return within and not any(one.core for one in self.members)


def find_alerts() -> int:
    """The loop; returns how many people it asked about."""
    people, found = 0, []
    for household in r.Household.objects.all():
        home = Home(household)
        people += len(home.everybody)
        if home.members:
            found += [r.Alert(rule=rule, subject=household.number) for rule, hit in (("E07", home.e07()), ("K01", home.k01())) if hit]
        for one in home.everybody:
            found += [r.Alert(rule=rule, subject=one.person.number) for rule in _rules_of(one, home)]
    for person in r.Person.objects.filter(household=None):
        people += 1
        found += [r.Alert(rule=rule, subject=person.number) for rule in _rules_of(Somebody(person), None)]
    r.Alert.objects.bulk_create(found)
    return people


def _rules_of(one: Somebody, home: Home | None) -> list[str]:
    if not one.living:
        return ["F01"] if one.f01() else []
    if not one.present:
        return []
    hits = {"D05": one.d05, "D07": one.d07, "E02": one.e02, "E08": one.e08}
    if home is not None:
        hits |= {"E03": lambda: one.e03(home), "E04": lambda: one.e04(home), "K05": lambda: one.k05(home)}
    return [rule for rule, hit in hits.items() if hit()]


def judge(world: str, out: str, households: int) -> dict[str, object]:
    """Contestant, on so many households."""
    place, watch = World(Path(world)), StopWatch()
    load(place, households, Path(out))
    with watch.running():
        people = find_alerts()
    found = pd.DataFrame(list(r.Alert.objects.values("rule", "subject")), columns=["rule", "subject"])
    write_alerts(found, Path(out))
    return watch.told(people=people)


def load(place: World, households: int, out: Path) -> None:
    """Fill the database with some households; writes the numbers of them and their people as `subjects.parquet`."""
    r.create_tables()
    connection, tables = duckdb.connect(), place.cut.tables
    for name, path in tables.items():
        connection.read_parquet(str(path)).create_view(name)
    connection.execute(
        f"CREATE TABLE chosen AS SELECT DISTINCT household FROM people WHERE household IS NOT NULL ORDER BY HASH(household) LIMIT {households}"
    )
    connection.execute(
        """
        CREATE TABLE sample AS
        WITH dead AS (SELECT person, MAX(death_date) AS death_date FROM death WHERE death_date <= $day AND person IS NOT NULL GROUP BY person)
        SELECT COALESCE(p.person, d.person) AS number, p.household AS household_id, p.birth_date, d.death_date, p.relation, p.hukou_region,
            p.hukou_kind, COALESCE(p.listed, FALSE) AS listed
        FROM people p FULL JOIN dead d ON p.person = d.person WHERE p.household IN (FROM chosen)""",
        {"day": AS_OF},
    )
    _fill(connection, r.Household, "SELECT household AS number FROM chosen")
    _fill(connection, r.Person, "SELECT * FROM sample")
    for model in r.ROWS:
        columns = [field.column for field in model._meta.concrete_fields if field.name != "id"]
        names = ", ".join(f'"{column.removesuffix("_id")}" AS "{column}"' for column in columns)
        key = "household IN (FROM chosen)" if model is r.Housing_Aid else "person IN (SELECT number FROM sample)"
        _fill(connection, model, f"SELECT {names} FROM {model.__name__.lower()} WHERE {key}")
    out.mkdir(parents=True, exist_ok=True)
    connection.execute(f"COPY (SELECT number AS subject FROM sample UNION SELECT household FROM chosen) TO '{out / 'subjects.parquet'}'")


def _fill(connection: duckdb.DuckDBPyConnection, model: type[Model], query: str) -> None:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    while rows := result.fetchmany(5_000):
        model.objects.bulk_create([model(**dict(zip(names, row, strict=True))) for row in rows])
