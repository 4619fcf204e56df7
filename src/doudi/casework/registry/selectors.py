"""The file of a household, and finding one. Scope is the database's; who looks is kept by the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When

from doudi.casework.access.actor import EVERYTHING, Actor, Scope
from doudi.casework.access.sealing import index_of
from doudi.casework.alerts.models import GRADES, Alert
from doudi.casework.dispatch.models import State, WorkItem
from doudi.casework.registry.correctable import FACTS
from doudi.casework.registry.models import Aid, Category, Change, Correction, Household, Person
from doudi.casework.runs.models import Dataset, Rule, Run, Variable
from doudi.kernel.ids import is_id18
from doudi.published.wording import show_fact
from doudi.standards.regions import region_path

SIZE = 30
AIDS, CHANGES = 60, 40
"""So many lines of aid and changes are read for the page; the sums are of all."""
SHOWN = ("number", "name", "household", "id_masked", "living", "region")
LAST = "\U0010ffff"
"""Sorts behind every character."""


@dataclass(frozen=True)
class Fact:
    """One figure of a file. `known`: False where the data do not say; `old`: its data are late."""

    label: str
    value: str
    departments: list[str]
    to: date | None
    known: bool
    old: bool


@dataclass(frozen=True)
class File:
    """Everything of a household that the viewer's scope and work show; `whole` is False for a department, which sees what its work needs."""

    whole: bool
    household: Household
    head: Person | None
    people: list[Person]
    categories: Mapping[int, list[Category]]
    themes: list[tuple[str, list[Fact]]]
    facts_of: Mapping[int, list[Fact]]
    aids: list[Aid]
    aid_sums: list[dict[str, Any]]
    alerts: list[Alert]
    items: list[WorkItem]
    changes: list[Change]
    corrections: list[Correction]


def household_file(viewer: Actor, number: int) -> File | None:
    """None if there is no such household in the viewer's scope. Ten queries or so, none of them per line."""
    home = Household.objects.select_related("run").filter(number=number).first()
    if home is None:
        return None
    people = list(Person.objects.filter(household=number).order_by("-living", "birth_on", "number"))
    people.sort(key=lambda one: one.number != home.head)
    numbers = [one.number for one in people]
    whole, (variables, data) = viewer.scope.department == EVERYTHING, _dictionary()
    if not whole:
        variables = needed(viewer.scope.department, variables)
    concerned = Q(household=number) | Q(person__in=numbers)
    categories: dict[int, list[Category]] = {}
    for line in Category.objects.filter(person__in=numbers).order_by("ends_on", "starts_on"):
        categories.setdefault(line.person, []).append(line)
    aid = Aid.objects.filter(concerned, **({} if whole else {"department": viewer.scope.department}))
    return File(
        whole=whole,
        household=home,
        head=next((one for one in people if one.number == home.head), None),
        people=people,
        categories=categories,
        themes=_themes(home.facts, variables, data),
        facts_of={one.number: _facts(one.facts, variables, data) for one in people},
        aids=list(aid.order_by("-date", "-id")[:AIDS]),
        aid_sums=list(aid.filter(counts_in_sum=True).values("department").annotate(total=Sum("amount"), count=Count("id")).order_by("-total")),
        alerts=list(Alert.objects.filter(concerned).order_by("state", "rule")),
        items=list(WorkItem.objects.select_related("office", "assignee").filter(concerned).order_by("-opened_on", "-id")),
        changes=list(Change.objects.filter(concerned, _of_facts(whole, variables)).order_by("-at", "-id")[:CHANGES]),
        corrections=list(
            Correction.objects.filter(_of_facts(whole, variables), Q(subject="h", number=number) | Q(subject="p", number__in=numbers)).order_by(
                "-said_at"
            )
        ),
    )


def needed(department: str, variables: Mapping[str, Variable]) -> dict[str, Variable]:
    """The facts that a department's work needs: those of its own data, and those that its rules stand on; one query.

    Civil affairs, townships and villages look after the whole family; a department sees neither its bank balance nor its illnesses unless it asks
    for them by rule (PIPL 6; ASVS 8.2.3).
    """
    asked = Rule.objects.filter(run__state=Run.State.CURRENT, department=department).values_list("conditions", flat=True)
    measured = {name for conditions in asked for one in conditions for name in one["measures"]}
    return {name: one for name, one in variables.items() if name in measured or department in one.departments}


def _of_facts(whole: bool, variables: Mapping[str, Variable]) -> Q:
    """Lines about a field of the household or person itself, or about a fact that is shown."""
    return Q() if whole else ~Q(field__startswith=FACTS) | Q(field__in=[f"{FACTS}{name}" for name in variables])


def _dictionary() -> tuple[dict[str, Variable], dict[str, Dataset]]:
    variables = {one.variable: one for one in Variable.objects.filter(run__state=Run.State.CURRENT)}
    return variables, {one.dataset: one for one in Dataset.objects.filter(run__state=Run.State.CURRENT)}


def _themes(facts: Mapping[str, Any], variables: Mapping[str, Variable], data: Mapping[str, Dataset]) -> list[tuple[str, list[Fact]]]:
    """Theme -> its figures, themes in the order of the alphabet of their words as the run has them."""
    found: dict[str, list[Fact]] = {}
    for name in sorted(facts):
        if known := variables.get(name):
            found.setdefault(known.theme, []).append(_fact(facts[name], known, data))
    return sorted(found.items())


def _facts(facts: Mapping[str, Any], variables: Mapping[str, Variable], data: Mapping[str, Dataset]) -> list[Fact]:
    return [_fact(facts[name], variables[name], data) for name in sorted(facts) if name in variables and not variables[name].category]


def _fact(value: Any, known: Variable, data: Mapping[str, Dataset]) -> Fact:
    stands_on = [data[name] for name in known.datasets if name in data]
    reaches = [one.delivered_to for one in stands_on if one.delivered_to]
    plain = date.fromisoformat(value) if known.type == "date" and isinstance(value, str) else value
    is_place = known.type == "text" and isinstance(value, str) and value.isdigit() and len(value) in (6, 9, 12)
    shown = region_path(value) if is_place else show_fact(plain, known.type, known.unit, known.denominator)
    return Fact(known.label, shown, known.departments, min(reaches, default=None), value is not None, any(one.late_days for one in stands_on))


@dataclass(frozen=True)
class Page:
    """One page of a search, whether another follows."""

    rows: list[Person]
    page: int
    more: bool


def people_found(viewer: Actor, *, words: str, region: str = "", page: int = 1) -> Page:
    """By ID number (whole), by name from its beginning, by pinyin or its initials, or all of a place; within the viewer's scope.

    `region`: a code to search below. Each line has `has_work` and `category`. One query, answered by indexes in their order: it stops when the
    page is full, however many there are.
    """
    words, page = "".join(words.split()), max(page, 1)
    start = (page - 1) * SIZE
    within = Scope.of(region) if region else viewer.scope  # the scope holds anyway; but the planner cannot tell how much a setting lets through
    inside = Person.objects.filter(region__gte=within.lo, region__lt=within.hi)
    running = WorkItem.objects.filter(household=OuterRef("household")).exclude(state__in=(State.CLOSED, State.WAITING))
    named = Category.objects.filter(person=OuterRef("number"), ends_on=None).order_by("starts_on").values("name")[:1]
    lines = _chosen(inside, words, start + SIZE + 1).annotate(has_work=Exists(running), category=Subquery(named)).only(*SHOWN)
    found = list(lines[start : start + SIZE + 1])
    return Page(found[:SIZE], page, len(found) > SIZE)


def _chosen(people: QuerySet[Person], words: str, upto: int) -> QuerySet[Person]:
    """In the order of the page; of at least the first `upto`."""
    if not words:
        return people.order_by("region", "number")
    if is_id18(words.upper()):
        return people.filter(id_index=index_of(words)).order_by("region", "number")
    if words.isascii() and words.isalpha():
        return _sounding(people, words.lower(), upto)
    return people.filter(_from(words, "name")).order_by("name", "region", "number")


def _sounding(people: QuerySet[Person], letters: str, upto: int) -> QuerySet[Person]:
    """Whose initials begin so, then those whose pinyin does: each from its own index, since no index has the order of both."""
    by_initials = _from(letters, "initials")
    first = people.filter(by_initials).order_by("initials", "region", "number")
    if len(letters) == 1:
        return first  # a name's pinyin begins with the first of its initials
    then = people.filter(_from(letters, "pinyin")).exclude(by_initials).order_by("pinyin", "region", "number")
    both = first.values("number")[:upto].union(then.values("number")[:upto], all=True)
    rank, letters_of = Case(When(by_initials, then=0), default=1), Case(When(by_initials, then="initials"), default="pinyin")
    return Person.objects.filter(number__in=both).order_by(rank, letters_of, "region", "number")


def _from(beginning: str, field: str) -> Q:
    """Texts that begin so, as a range: a policy of row-level security lets an index answer comparisons, but no LIKE (it is not leak-proof).

    Right for columns in collation C only.
    """
    return Q((f"{field}__gte", beginning), (f"{field}__lt", beginning + LAST))


def people_of(numbers: Iterable[int]) -> dict[int, Person]:
    """Person number -> who it is, of those in scope."""
    return Person.objects.only("number", "name", "gender", "birth_on", "living").in_bulk(set(numbers))


@dataclass(frozen=True)
class Bar:
    """What stands above each page of a household. `item`: its gravest open work, which says who is in charge."""

    household: Household
    head_name: str
    place: str
    categories: list[str]
    grade: str
    item: WorkItem | None


def bar_of(viewer: Actor, home: Household) -> Bar:
    """Four queries."""
    head = Person.objects.filter(number=home.head).values_list("name", flat=True).first() if home.head else None
    named = Category.objects.filter(household=home.number, ends_on=None).values_list("name", flat=True).distinct().order_by("name")
    grades = Alert.objects.filter(household=home.number, state=Alert.State.OPEN).values_list("grade", flat=True).distinct()
    running = WorkItem.objects.select_related("office", "assignee").filter(household=home.number).exclude(state__in=(State.CLOSED, State.WAITING))
    return Bar(
        home, head or "", region_path(home.region), list(named), min(grades, key=GRADES.index, default=""), running.order_by("urgency", "id").first()
    )


@dataclass(frozen=True)
class Received:
    """What a household got from a department in a year: fen, and how many times."""

    department: str
    total: int
    count: int


def aid_received(viewer: Actor, household: int, on: date) -> list[Received]:
    """By department, the most first, of the twelve months before a day; what two departments report is counted once; a department sees its own.

    One query.
    """
    members = Person.objects.filter(household=household).values("number")
    own = [Aid.objects.filter(household=household), Aid.objects.filter(person__in=members)]  # each by its index; with OR all aid in scope is read
    since = on - timedelta(days=365)
    both = own[0].values("pk").union(own[1].values("pk"))
    lines = Aid.objects.filter(pk__in=both, counts_in_sum=True, amount__gt=0, date__gt=since, date__lte=on)
    if viewer.scope.department != EVERYTHING:
        lines = lines.filter(department=viewer.scope.department)
    sums = lines.values("department").annotate(total=Sum("amount"), count=Count("id")).order_by("-total", "department")
    return [Received(**line) for line in sums]


def corrections_waiting(viewer: Actor, limit: int = 200) -> list[Correction]:
    """Those to be reviewed in the viewer's scope, oldest first; one query."""
    return list(Correction.objects.select_related("said_by").filter(state=Correction.State.OPEN).order_by("said_at", "id")[:limit])


def corrections_pressing(viewer: Actor) -> dict[str, Exists]:
    """Whether corrections by others wait for a review; to be asked for in a query that is made anyway."""
    return {"corrections": Exists(Correction.objects.filter(state=Correction.State.OPEN).exclude(said_by=viewer.user))}


def corrections_counted(viewer: Actor) -> int:
    """How many wait for a review; one query."""
    return Correction.objects.filter(state=Correction.State.OPEN).count()


def correction_of(viewer: Actor, key: int) -> Correction | None:
    """None if it is out of scope."""
    return Correction.objects.select_related("said_by", "reviewed_by").filter(pk=key).first()
