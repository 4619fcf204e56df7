"""Forms of conferences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from doudi.casework.conferences.models import Case, Member, Vote
from doudi.web.visits.fields import Once, Versioned, day, words


class CallForm(Once):
    """Title, time, place, and the items to be put before it."""

    title = forms.CharField(label="会议名称", max_length=120)
    held_at = forms.DateTimeField(label="时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    place = forms.CharField(label="地点", max_length=120)
    items = forms.TypedMultipleChoiceField(label="议题", coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, items: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = list(items)  # type: ignore[attr-defined]


class AttendanceForm(Versioned):
    """Who came."""

    chair = forms.CharField(label="主持人", max_length=60)
    present = forms.TypedMultipleChoiceField(label="到会的成员单位", coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, members: Iterable[Member] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = [(one.pk, one.office.name) for one in members]  # type: ignore[attr-defined]


class DecideForm(Versioned):
    """The proposal and each present member's vote."""

    proposal = forms.ChoiceField(label="提请表决的决定", choices=Case.Decision.choices, widget=forms.RadioSelect)
    words = words("决定内容", rows=3, most=1000)
    until = day("渐退至", required=False, help_text="同意渐退时填写")

    def __init__(self, *args: Any, members: Iterable[Member] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = [one for one in members if one.attendance == Member.Attendance.PRESENT]
        for one in self.members:
            self.fields[f"vote-{one.pk}"] = forms.ChoiceField(
                label=one.office.name, choices=Vote.Choice.choices, initial="for", widget=forms.RadioSelect
            )

    @property
    def given(self) -> dict[str, Any]:
        """What `case_decide` takes."""
        votes = {one.pk: self.cleaned_data[f"vote-{one.pk}"] for one in self.members}
        return {name: self.cleaned_data[name] for name in ("version", "proposal", "words", "until")} | {"votes": votes}


class CloseForm(Versioned):
    """The minutes."""

    minutes = words("会议记录", rows=6, most=10_000)


class SignForm(Versioned):
    """Nothing but the version."""


class TaskForm(Versioned):
    """What a department has to do, by when. The version is the case's."""

    office = forms.TypedChoiceField(label="办理单位", coerce=int)
    words = forms.CharField(label="事项", max_length=300)
    due_on = day("期限")

    def __init__(self, *args: Any, members: Iterable[Member] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(one.office_id, one.office.name) for one in members]  # type: ignore[attr-defined]


class ResultForm(Versioned):
    """What became of a task."""

    result = words("办理情况", rows=3, most=300)


class DropForm(Versioned):
    """Why a task is not needed any more."""

    result = forms.CharField(label="为什么不再需要", max_length=300)
