"""Loads of the registry: the same again changes nothing, what people corrected survives and shows the disagreement, what is gone stays as history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from tests.casework.cast import NEXT_TOWNSHIP, VILLAGE, Cast, region
from tests.casework.leads import NOON
from tests.casework.objects import household

from doudi.casework.access.scope import scoped
from doudi.casework.registry.loading import staging
from doudi.casework.registry.loading.categories import Kind, categories
from doudi.casework.registry.loading.corrected import keep_corrections
from doudi.casework.registry.loading.merge import Load, households, people
from doudi.casework.registry.models import Category, Change, Correction, Household, Person
from doudi.casework.registry.services import correction_propose, correction_review, correction_withdraw
from doudi.casework.runs.models import Run, Variable
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db
VEHICLES = "facts.vehicles"


def load(
    number: int, *, vehicles: int = 0, name: str = "王小明", region: str = VILLAGE, dibao: bool = True, there: bool = True
) -> list[dict[str, int]]:
    """The family of `objects` as a run has it."""
    run = Run.objects.get_or_create(
        id=f"run-{number}", defaults={"as_of": date(2026, 10, number), "state": "past", "policy_hash": "x", "schema": "4.0"}
    )[0]
    it = Load(run.pk, run.as_of, NOON)
    facts = f'{{"vehicles": {vehicles}}}' if vehicles else "{}"
    digest = str(vehicles).encode()
    staging.make()
    home: Sequence[Any] = (7, None, None, 70, VILLAGE, True, 1, facts, digest, False)
    known = Person.objects.filter(number=70).values_list("identity", flat=True).first()
    fresh = known is None or bytes(known) != name.encode()
    own: Sequence[Any] = (
        70, 7, name if fresh else None, "x" if fresh else None, "x" if fresh else None, None, None, "" if fresh else None, None,
        "" if fresh else None, "" if fresh else None, None, fresh, name.encode(), True, True, VILLAGE, "{}", name.encode() + digest,
    )  # fmt: skip
    staging.copy(staging.HOUSEHOLD, [home] if there else [])
    staging.copy(staging.PERSON, [own] if there else [])
    staging.copy(staging.CATEGORY, [(70, 7, "dibao", run.as_of, False, VILLAGE, True)] if dibao else [])
    return [keep_corrections(it), households(it), people(it), categories(it, {"dibao": Kind("低保", "依据", "来源")})]


def corrected(cast: Cast, field: str, value: Any, subject: str = "h", number: int = 7) -> Correction:
    """Proposed by the village worker, approved by the township's head."""
    by, head = cast.village_worker.actor, cast.township_reviewer.actor
    with scoped(by.scope):
        line = correction_propose(by, subject=subject, number=number, field=field, value=value, reason="入户核实", at=NOON)
    with scoped(head.scope):
        return correction_review(head, correction=line.pk, version=line.version, approve=True, note="", at=NOON)


@pytest.fixture
def family(cast: Cast) -> None:
    household(cast)
    Variable.objects.create(
        run=Run.objects.get(state="current"), variable="vehicles", label="机动车", of="household", type="int", datasets=[], theme="household"
    )
    load(1)


def test_the_same_again_changes_nothing(cast: Cast, family: None) -> None:
    def everything() -> list[Any]:
        return [list(model.objects.order_by("pk").values()) for model in (Household, Person, Category, Change)]

    load(2, vehicles=1)
    before = everything()
    counts = load(2, vehicles=1)
    assert everything() == before
    assert counts[1:] == [
        {"came": 0, "changed": 0, "left": 0},
        {"came": 0, "changed": 0, "left": 0},
        {"opened": 0, "closed": 0},
    ]


def test_a_correction_of_a_fact_survives_loads_shows_the_disagreement_and_is_over_when_the_data_agree(cast: Cast, family: None) -> None:
    line = corrected(cast, VEHICLES, 1)
    assert Household.objects.get().facts == {"vehicles": 1}
    for number, said in ((2, 0), (3, 2)):
        load(number, vehicles=said)
        line.refresh_from_db()
        assert Household.objects.get().facts == {"vehicles": 1}
        assert (line.state, line.disagrees, line.load_value, line.load_run_id) == ("in_force", True, said, f"run-{number}")
    load(4, vehicles=1)
    line.refresh_from_db()
    assert (line.state, line.disagrees) == ("confirmed", False)
    load(5, vehicles=3)
    assert Household.objects.get().facts == {"vehicles": 3}, "from then on the data count again"


def test_a_correction_taken_back_gives_what_the_newest_run_says(cast: Cast, family: None) -> None:
    line = corrected(cast, VEHICLES, 1)
    load(2, vehicles=4)
    line.refresh_from_db()
    head = cast.township_reviewer.actor
    with scoped(head.scope):
        correction_withdraw(head, correction=line.pk, version=line.version, reason="看错了", at=NOON)
    assert Household.objects.get().facts == {"vehicles": 4}
    load(3, vehicles=5)
    assert Household.objects.get().facts == {"vehicles": 5}


def test_a_corrected_name_survives_a_load_and_what_the_run_says_is_kept(cast: Cast, family: None) -> None:
    line = corrected(cast, "name", "王莉", "p", 70)
    load(2, vehicles=1)
    assert (Person.objects.get().name, Person.objects.get().initials) == ("王莉", "wl")
    load(3, name="王晓明")
    line.refresh_from_db()
    assert (Person.objects.get().name, line.load_value, line.disagrees) == ("王莉", "王晓明", True)


def test_whoever_reviews_moves_nobody_out_of_their_own_region(cast: Cast, family: None) -> None:
    elsewhere = NEXT_TOWNSHIP + "201"
    region(elsewhere)
    with pytest.raises(DoudiError, match="不在您负责的地区"):
        corrected(cast, "region", elsewhere)
    assert (Household.objects.get().region, Correction.objects.get().state) == (VILLAGE, "open")
    line, county = Correction.objects.get(), cast.county_reviewer.actor
    with scoped(county.scope):
        correction_review(county, correction=line.pk, version=line.version, approve=True, note="", at=NOON)
    assert (Household.objects.get().region, Person.objects.get().region) == (elsewhere, elsewhere)
    load(2, vehicles=1)
    assert Person.objects.get().region == elsewhere, "who lives there goes with it, load after load"


def test_who_is_recognised_no_more_keeps_the_line_and_who_leaves_the_run_the_file(cast: Cast, family: None) -> None:
    load(2, dibao=False)
    assert [(one.starts_on, one.ends_on) for one in Category.objects.all()] == [(date(2026, 10, 1), date(2026, 10, 2))]
    load(3, dibao=True)
    assert Category.objects.filter(ends_on=None).count() == 1
    assert Category.objects.count() == 2
    load(4, there=False, dibao=False)
    assert (Household.objects.get().in_registry, Person.objects.get().in_registry) == (False, False)
    assert Change.objects.filter(field="in_registry", after="false").count() == 2
    load(5)
    assert Household.objects.get().in_registry
