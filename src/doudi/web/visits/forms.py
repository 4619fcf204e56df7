"""Forms of visits, reviews and applications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from doudi.casework.access.models import Membership
from doudi.casework.visits.models import Application, Visit
from doudi.web.visits.fields import Looks, Once, Versioned, day, words


def _people(members: Iterable[Membership]) -> list[tuple[str, str]]:
    """Each person once, with where they work; the first seat is the nearest."""
    seen: dict[int, str] = {}
    for one in members:
        seen.setdefault(one.user_id, f"{one.user.name}（{one.office.name} {one.granted.name}）")
    return [("", "暂不指定，由本单位安排"), *((str(key), name) for key, name in seen.items())]


class PlanForm(Looks):
    """A single visit."""

    purpose = forms.ChoiceField(label="目的", choices=[(key, name) for key, name in Visit.Purpose.choices if key != Visit.Purpose.CLUE])
    assignee = forms.TypedChoiceField(label="谁去", required=False, coerce=int, empty_value=None)
    due_on = day("最迟哪天")
    because = forms.CharField(label="缘由", max_length=200, required=False, help_text="如：上次走访时说下月住院")

    def __init__(self, *args: Any, visitors: Iterable[Membership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = _people(visitors)  # type: ignore[attr-defined]


class AssignForm(Versioned):
    """Who goes, and by when."""

    assignee = forms.TypedChoiceField(label="谁去", required=False, coerce=int, empty_value=None)
    due_on = day("最迟哪天")

    def __init__(self, *args: Any, visitors: Iterable[Membership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = _people(visitors)  # type: ignore[attr-defined]


class CancelForm(Versioned):
    """Calling a visit off."""

    reason = forms.CharField(label="取消原因", max_length=200)


class HandInForm(Versioned):
    """Nothing but the version."""


class ReviewForm(Versioned):
    """Adopt or not."""

    adopt = forms.TypedChoiceField(
        label="审核意见", choices=[("yes", "采纳，更正档案"), ("no", "不采纳")], coerce=lambda value: value == "yes", widget=forms.RadioSelect
    )
    note = words("说明", rows=2, most=200, required=False, help_text="不采纳时必填")


class ApplyForm(Once):
    """Beginning an application."""

    programme = forms.ChoiceField(label="救助项目")
    person = forms.TypedChoiceField(label="申请人", required=False, coerce=int, empty_value=None)
    consent = forms.BooleanField(label="已当面或电话告知政策，家里人同意申请", required=False)

    def __init__(self, *args: Any, programmes: Iterable[tuple[str, str]] = (), people: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [("", "请选择"), *programmes]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "全家（户主）"), *people]  # type: ignore[attr-defined]


class SubmitForm(Versioned):
    """Which papers are there."""

    papers = forms.MultipleChoiceField(label="已有的材料", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, papers: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["papers"].choices = [(name, name) for name in papers]  # type: ignore[attr-defined]


class EndForm(Versioned):
    """How an application ended. `outcomes`: those that may be told."""

    outcome = forms.ChoiceField(label="结果", widget=forms.RadioSelect)
    words = words("说明", rows=2, most=200, help_text="如：批准文号和起始月份，未批准或撤回的原因")

    def __init__(self, *args: Any, outcomes: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(key, Application.State(key).label) for key in outcomes]  # type: ignore[attr-defined]
