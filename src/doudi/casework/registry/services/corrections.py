"""Corrections of a file: proposed by one, reviewed by another, in force until the data agree or somebody withdraws them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404

from doudi.casework.access.actor import Actor
from doudi.casework.audit.services import record
from doudi.casework.registry.actions import CORRECTION_APPROVED, CORRECTION_PROPOSED, CORRECTION_REJECTED, CORRECTION_WITHDRAWN
from doudi.casework.registry.correctable import FACTS, Correctable, correctable, fact_value, said
from doudi.casework.registry.loading.staging import rows, run
from doudi.casework.registry.models import Change, Correction, Household, Person
from doudi.kernel.errors import DoudiError, Fault, code

OWN_CORRECTION = code("own_correction", "不能审核自己提出的更正")
STALE = code("changed_meanwhile", "有人刚刚改过")
NOT_OPEN = code("correction_not_open", "这条更正已经处理过")
OUT_OF_SCOPE = code("correction_out_of_scope", "更正会把这一户移出负责范围")
NO_REASON = code("correction_without_reason", "更正须写明理由")

TABLE = {"h": "registry_household", "p": "registry_person"}
State = Correction.State


@dataclass(frozen=True)
class Target:
    """What is corrected: subject (`h` or `p`), its number, its household and region."""

    subject: str
    number: int
    household: int | None
    region: str


@transaction.atomic
def correction_propose(by: Actor, *, subject: str, number: int, field: str, value: Any, reason: str, at: datetime, source: str = "") -> Correction:
    """Say that a field of a file is wrong; it is reviewed by somebody else. `value`: money in fen, days as ISO text or date, flags as bool.

    Raises DoudiError if the field may not be corrected or the value does not fit; Http404 if the subject is out of scope.
    """
    by.must("household.correct")
    made = _make(by, _target(subject, number), field, value, reason, source, by.user, at)
    record(by, CORRECTION_PROPOSED, kind="correction", object=made.pk, region=made.region, reason=reason, detail=_detail(made))
    return made


@transaction.atomic
def correction_enforce(
    by: Actor, *, subject: str, number: int, field: str, value: Any, reason: str, source: str, said_by: int | None, said_at: datetime, at: datetime
) -> Correction:
    """Bring in force what somebody else found (a visit, a decision) and `by` has reviewed. `said_by`: that user. Raises as `correction_propose`."""
    by.must("household.review")
    made = _make(by, _target(subject, number), field, value, reason, source, said_by, said_at)
    return _approve(by, made, "", at)


@transaction.atomic
def correction_review(by: Actor, *, correction: int, version: int, approve: bool, note: str, at: datetime) -> Correction:
    """Approve a proposed correction, or not. Raises DoudiError for one's own, a stale version, or one that was reviewed already."""
    by.must("household.review")
    line = _locked(correction, version, State.OPEN)
    if approve:
        return _approve(by, line, note, at)
    _reviewed(by, line, State.REJECTED, note, at)
    line.save()
    record(by, CORRECTION_REJECTED, kind="correction", object=line.pk, region=line.region, reason=note, detail=_detail(line))
    return line


@transaction.atomic
def correction_withdraw(by: Actor, *, correction: int, version: int, reason: str, at: datetime) -> Correction:
    """Take a correction back; what the newest run says counts again. Whoever proposed one may take it back while it is open."""
    line = Correction.objects.select_for_update().filter(pk=correction).first()
    if line is None:
        raise Http404
    if line.state == State.OPEN and line.said_by_id == by.user:
        by.must("household.correct")
    else:
        by.must("household.review")
    line = _locked(correction, version, State.OPEN, State.IN_FORCE)
    if line.state == State.IN_FORCE:
        _write(by, line, correctable(line.subject, line.field), "load_", at, "withdrawn")
    _reviewed(by, line, State.WITHDRAWN, reason, at)
    line.save()
    record(by, CORRECTION_WITHDRAWN, kind="correction", object=line.pk, region=line.region, reason=reason, detail=_detail(line))
    return line


def _make(by: Actor, target: Target, field: str, value: Any, reason: str, source: str, said_by: int | None, said_at: datetime) -> Correction:
    if not reason.strip():
        raise DoudiError(Fault(NO_REASON, "请写明更正的理由", todo="例如：入户核实，户口簿与数据不符"))
    kept = said(target.subject, target.number, field, value)
    return Correction.objects.create(
        subject=target.subject,
        number=target.number,
        household=target.household,
        region=target.region,
        field=field,
        value=kept.value,
        value_sealed=kept.sealed,
        derived=kept.derived or {},
        reason=reason.strip()[:500],
        source=source[:200],
        said_by_id=said_by,
        said_at=said_at,
    )


def _approve(by: Actor, line: Correction, note: str, at: datetime) -> Correction:
    """A correction in force of the same field is replaced, and what the data say is handed on."""
    if line.said_by_id is not None and line.said_by_id == by.user:
        raise DoudiError(Fault(OWN_CORRECTION, "自己提出的更正须由别人审核", todo="请本单位其他有审核权限的人员审核"))
    field = correctable(line.subject, line.field)
    if line.field == "region" and not by.scope.lo <= str(line.value) < by.scope.hi:
        todo = "迁到本县其他乡镇的，请县级审批人员审核；迁出本县的，等人口数据更新"
        raise DoudiError(Fault(OUT_OF_SCOPE, "新的居住地不在您负责的地区", str(line.value), todo=todo))
    former = Correction.objects.select_for_update().filter(subject=line.subject, number=line.number, field=line.field, state=State.IN_FORCE).first()
    if former is not None:
        former.state, former.version = State.WITHDRAWN, former.version + 1
        former.review_note = f"由更正 {line.pk} 取代"
        former.save()
        line.load_value, line.load_sealed, line.load_derived, line.load_run = (
            former.load_value,
            former.load_sealed,
            former.load_derived,
            former.load_run,
        )
    else:
        _remember(line, field)
    _reviewed(by, line, State.IN_FORCE, note, at)
    line.disagrees = line.load_value != line.value
    line.save()
    _write(by, line, field, "", at, "correction")
    record(by, CORRECTION_APPROVED, kind="correction", object=line.pk, region=line.region, reason=note or line.reason, detail=_detail(line))
    return line


def _remember(line: Correction, field: Correctable) -> None:
    """Keep beside the correction what the file says now, which is what the data said."""
    owner = _owner(line)
    line.load_run_id = owner.run_id
    line.load_value = _shown(line, field)
    if line.field == "phone":
        line.load_sealed = owner.phone_sealed  # type: ignore[union-attr]
    if line.field == "name":
        line.load_derived = {"pinyin": owner.pinyin, "initials": owner.initials}  # type: ignore[union-attr]


def _write(by: Actor, line: Correction, field: Correctable, which: str, at: datetime, source: str) -> None:
    """Put the correction's value (`which` empty) or the data's (`load_`) into the file, and keep the change as history."""
    own = {"value": "c.load_value", "sealed": "c.load_sealed", "derived": "c.load_derived"}
    if not which:
        own = {"value": "c.value", "sealed": "c.value_sealed", "derived": "c.derived"}
    before = _shown(line, field)
    sets = ", ".join(field.sets).format(**own)
    run(
        f"UPDATE {TABLE[line.subject]} s SET {sets}, version = s.version + 1 FROM registry_correction c WHERE c.id = %s AND s.number = c.number",  # noqa: S608
        [line.pk],
    )
    owner = _owner(line)
    if line.field == "region":
        Person.objects.filter(household=line.number).update(region=owner.region)
    Change.objects.create(
        household=line.household,
        person=line.number if line.subject == "p" else None,
        region=owner.region,
        at=at,
        on=at.date(),
        run=None,
        user=by.user,
        field=line.field,
        before=_plain(before),
        after=_plain(_shown(line, field)),
        source=source,
    )


def _shown(line: Correction, field: Correctable) -> Any:
    """What the file says now, as JSON."""
    value = fact_value(line.field.removeprefix(FACTS)) if line.field.startswith(FACTS) else f"to_jsonb(s.{field.shown})"
    query = f"SELECT {value} FROM {TABLE[line.subject]} s, registry_correction c WHERE s.number = c.number AND c.id = %s"  # noqa: S608 - names of our own
    found = rows(query, [line.pk])[0][0]
    return _parsed(found)


def _parsed(value: Any) -> Any:
    """Django lets JSON through as text where no model field reads it."""
    return json.loads(value) if isinstance(value, str) else value


def _plain(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _reviewed(by: Actor, line: Correction, state: str, note: str, at: datetime) -> None:
    line.state, line.reviewed_by_id, line.reviewed_at, line.review_note, line.version = state, by.user, at, note[:500], line.version + 1


def _locked(correction: int, version: int, *states: str) -> Correction:
    line = Correction.objects.select_for_update().filter(pk=correction).first()
    if line is None:
        raise Http404
    if line.state not in states:
        raise DoudiError(Fault(NOT_OPEN, f"这条更正已是“{line.get_state_display()}”", todo="请刷新页面查看"))
    if line.version != version:
        raise DoudiError(Fault(STALE, "有人刚刚改过这条更正", todo="请刷新页面，看过新的内容再提交"))
    return line


def _target(subject: str, number: int) -> Target:
    if subject == "h":
        household = Household.objects.filter(number=number).first()
        if household is not None:
            return Target("h", number, number, household.region)
    elif (person := Person.objects.filter(number=number).first()) is not None:
        return Target("p", number, person.household_id, person.region)
    raise Http404


def _owner(line: Correction) -> Household | Person:
    return (Household if line.subject == "h" else Person).objects.get(number=line.number)


def _detail(line: Correction) -> dict[str, Any]:
    return {"subject": line.subject, "number": line.number, "field": line.field}
